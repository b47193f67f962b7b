/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known of a redirect session, as fields and for the tap. Spec: docs/rules.md. */
#include "affinity-session-view.h"

#include "affinity-session.h"
#include "fields.h"
#include "findings.h"
#include "generated.h"
#include "packet-filters.h"

#include <epan/tap.h>

#define NS_PER_S 1000000000

static void show_time(tvbuff_t *tvb, proto_tree *tree, int64_t ns)
{
    if (ns == AFFINITY_NO_TIME)
        return;
    nstime_t time = { .secs = (time_t)(ns / NS_PER_S), .nsecs = (int)(ns % NS_PER_S) };
    proto_item_set_generated(proto_tree_add_time(tree, hf_affinity_reconnect_time, tvb, 0, 0, &time));
}

static void show_verdict(tvbuff_t *tvb, const packet_info *pinfo, proto_tree *tree, proto_item *session_item,
                         uint32_t session)
{
    affinity_verdict verdict;
    if (!affinity_session_verdict(pinfo, session, &verdict))
        return;
    const char *name = affinity_verdict_name(verdict);
    generated_text(tree, hf_affinity_verdict, tvb, name);
    proto_item_append_text(session_item, " (%s)", name);
}

static proto_item *show_session(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, const session_note *note)
{
    affinity_connection c;
    if (!session_store_connection_get(note->connection, &c))
        return NULL;
    proto_item *item = generated_number(tree, hf_affinity_session, tvb, c.session);
    packet_filters_note_session(pinfo, c.session);
    proto_tree *subtree = proto_item_add_subtree(item, ett_affinity_session);
    show_verdict(tvb, pinfo, subtree, item, c.session);
    if (note->redirects && c.reconnect_frame != 0) {
        generated_number(subtree, hf_affinity_reconnect_in, tvb, c.reconnect_frame);
        show_time(tvb, subtree, c.reconnect_ns);
    }
    if (note->reconnects && c.cause_frame != 0) {
        generated_number(subtree, hf_affinity_redirect_in, tvb, c.cause_frame);
        show_time(tvb, subtree, c.cause_ns);
    }
    return item;
}

void affinity_session_show(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, const session_note *note)
{
    proto_item *item = note->in_session ? show_session(tvb, pinfo, tree, note) : NULL;
    const cats_findings *findings = note->findings;
    for (unsigned i = 0; findings != NULL && i < findings->count; i++)
        finding_show(pinfo, item != NULL ? item : proto_tree_get_parent(tree), proto_affinity,
                     &findings->list[i]);
}

/* As it was known with this frame, whatever became known since. */
static affinity_connection connection_then(uint32_t number, uint32_t frame)
{
    affinity_connection then = { .number = number };
    session_store_connection_get(number, &then);
    if (then.redirect_frame > frame)
        then.redirect_frame = 0;
    if (then.reconnect_frame > frame) {
        then.reconnect_frame = 0;
        then.reconnect_ns = 0;
    }
    if (then.cause_frame > frame) {
        then.role = AFFINITY_FIRST;
        then.cause_frame = 0;
        then.cause_ns = 0;
    }
    return then;
}

static void tap_session(const packet_info *pinfo, const affinity_seen *seen, const session_note *note,
                        affinity_tap *tap)
{
    tap->in_session = note->in_session;
    if (tap->in_session)
        tap->connection = connection_then(note->connection, pinfo->num);
    tap->redirects = note->redirects && note->is_redirected;
    tap->reconnects = note->in_session && note->is_follower;
    for (unsigned i = 0; tap->redirects && i < MIN(seen->count, G_N_ELEMENTS(seen->option)); i++) {
        if (seen->option[i].permit)
            continue;
        tap->node = seen->option[i].address;
        tap->node_port = seen->option[i].port;
        break;
    }
    tap->settled_count = note->settled_count;
    memcpy(tap->settled, note->settled, note->settled_count * sizeof *note->settled);
    tap->session_findings = note->findings;
}

void affinity_session_tap(packet_info *pinfo, const affinity_segment *segment, const affinity_seen *seen,
                          const session_note *note, const cats_findings *findings)
{
    bool breaks = findings != NULL && findings->count > 0;
    if (note != NULL && note->is_late)
        note = NULL;
    if ((note == NULL && !breaks) || !have_tap_listener(affinity_tap_id))
        return;
    affinity_tap *tap = wmem_new0(pinfo->pool, affinity_tap);
    tap->source = segment->source;
    tap->destination = segment->destination;
    tap->source_port = segment->source_port;
    tap->destination_port = segment->destination_port;
    tap->segment_findings = findings_copy(pinfo, findings);
    if (note != NULL)
        tap_session(pinfo, seen, note, tap);
    tap_queue_packet(affinity_tap_id, pinfo, tap);
}
