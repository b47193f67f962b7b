/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Redirect sessions in Wireshark. The tracker sees every segment once, on the first pass; what it says of a
 * frame is kept with the frame, what it says of connections and sessions in tables that later segments go on
 * to fill. So the second pass, and a click on a packet, show what only later packets could tell.
 * Spec: draft-wang-tcpm-tcp-service-affinity-option; docs/rules.md. */
#include "affinity-session.h"

#include "fields.h"
#include "findings.h"
#include "preferences.h"

#define NS_PER_S 1000000000

static affinity_tracker *tracker;
static GArray *connections; /* affinity_connection, by number */
static GArray *verdicts;    /* uint8_t, by session: affinity_verdict + 1, 0 before a redirect */

static void connection_changed(void *context _U_, const affinity_connection *connection)
{
    if (connections->len <= connection->number)
        g_array_set_size(connections, connection->number + 1);
    g_array_index(connections, affinity_connection, connection->number) = *connection;
}

static void verdict_changed(void *context _U_, uint32_t session, affinity_verdict verdict)
{
    if (verdicts->len <= session)
        g_array_set_size(verdicts, session + 1);
    g_array_index(verdicts, uint8_t, session) = (uint8_t)(verdict + 1);
}

static void forget(void)
{
    affinity_tracker_free(tracker);
    tracker = NULL;
    if (connections != NULL)
        g_array_free(connections, TRUE);
    if (verdicts != NULL)
        g_array_free(verdicts, TRUE);
    connections = verdicts = NULL;
}

static void begin(void)
{
    forget();
    affinity_tracker_settings settings = affinity_tracker_settings_default;
    settings.reconnect_limit_ns = affinity_reconnect_limit_ns();
    settings.topology = topology_settings();
    settings.listener = (affinity_listener){ .connection = connection_changed, .verdict = verdict_changed };
    connections = g_array_new(FALSE, TRUE, sizeof(affinity_connection));
    verdicts = g_array_new(FALSE, TRUE, sizeof(uint8_t));
    tracker = affinity_tracker_new(&settings);
}

void affinity_session_register(void)
{
    register_init_routine(begin);
    register_cleanup_routine(forget);
}

/* A frame may hold several segments, one within the other. */
static guint32 note_key(const packet_info *pinfo)
{
    return pinfo->curr_layer_num;
}

/* A note without findings fits in the pointer that is kept with the frame: an odd number. Most packets of a
 * session cost no more. */
enum { NOTE_IN_POINTER = 1, NOTE_REDIRECTS = 2, NOTE_RECONNECTS = 4, NOTE_BITS = 3 };

static void *pack(const session_note *note)
{
    if (note->findings != NULL)
        return wmem_memdup(wmem_file_scope(), note, sizeof *note);
    uintptr_t packed = (uintptr_t)note->connection << NOTE_BITS | NOTE_IN_POINTER;
    packed |= note->redirects ? NOTE_REDIRECTS : 0;
    packed |= note->reconnects ? NOTE_RECONNECTS : 0;
    return (void *)packed;
}

static bool unpack(const void *kept, session_note *note)
{
    uintptr_t packed = (uintptr_t)kept;
    if (kept == NULL)
        return false;
    if ((packed & NOTE_IN_POINTER) == 0)
        *note = *(const session_note *)kept;
    else
        *note = (session_note){ .in_session = true,
                                .connection = (uint32_t)(packed >> NOTE_BITS),
                                .redirects = (packed & NOTE_REDIRECTS) != 0,
                                .reconnects = (packed & NOTE_RECONNECTS) != 0 };
    return true;
}

static bool keep(packet_info *pinfo, const affinity_sighting *sighting, const cats_findings *findings,
                 session_note *note)
{
    if (!sighting->in_session && findings->count == 0)
        return false;
    *note = (session_note){ .in_session = sighting->in_session };
    if (note->in_session) {
        note->connection = sighting->connection.number;
        note->redirects = sighting->redirects;
        note->reconnects = sighting->reconnects;
    }
    if (findings->count > 0)
        note->findings = wmem_memdup(wmem_file_scope(), findings, sizeof *findings);
    p_add_proto_data(wmem_file_scope(), pinfo, proto_affinity, note_key(pinfo), pack(note));
    return true;
}

bool affinity_session_note(packet_info *pinfo, affinity_sight *sight, session_note *note)
{
    if (PINFO_FD_VISITED(pinfo))
        return (connections->len > 0 || verdicts->len > 0) &&
               unpack(p_get_proto_data(wmem_file_scope(), pinfo, proto_affinity, note_key(pinfo)), note);
    affinity_sighting sighting;
    cats_findings findings;
    cats_findings_clear(&findings);
    sight->frame = pinfo->num;
    sight->time_ns = (int64_t)pinfo->abs_ts.secs * NS_PER_S + pinfo->abs_ts.nsecs;
    affinity_tracker_see(tracker, sight, &sighting, &findings);
    return keep(pinfo, &sighting, &findings, note);
}

static void show_time(tvbuff_t *tvb, proto_tree *tree, int64_t ns)
{
    nstime_t time = { .secs = (time_t)(ns / NS_PER_S), .nsecs = (int)(ns % NS_PER_S) };
    proto_item_set_generated(proto_tree_add_time(tree, hf_affinity_reconnect_time, tvb, 0, 0, &time));
}

static void show_frame(tvbuff_t *tvb, proto_tree *tree, int field, uint32_t frame)
{
    proto_item_set_generated(proto_tree_add_uint(tree, field, tvb, 0, 0, frame));
}

/* That a verdict is still pending is known at the end of the capture only, so not on the first pass. */
static void show_verdict(tvbuff_t *tvb, const packet_info *pinfo, proto_tree *tree, proto_item *session_item,
                         uint32_t session)
{
    uint8_t stored = session < verdicts->len ? g_array_index(verdicts, uint8_t, session) : 0;
    if (stored == 0)
        return;
    affinity_verdict verdict = (affinity_verdict)(stored - 1);
    if (verdict == AFFINITY_PENDING && !PINFO_FD_VISITED(pinfo))
        return;
    const char *name = affinity_verdict_name(verdict);
    proto_item_set_generated(proto_tree_add_string(tree, hf_affinity_verdict, tvb, 0, 0, name));
    proto_item_append_text(session_item, " (%s)", name);
}

static proto_item *show_session(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, const session_note *note)
{
    const affinity_connection *c = &g_array_index(connections, affinity_connection, note->connection);
    proto_item *item = proto_tree_add_uint(tree, hf_affinity_session, tvb, 0, 0, c->session);
    proto_item_set_generated(item);
    proto_tree *subtree = proto_item_add_subtree(item, ett_affinity_session);
    show_verdict(tvb, pinfo, subtree, item, c->session);
    if (note->redirects && c->reconnect_frame != 0) {
        show_frame(tvb, subtree, hf_affinity_reconnect_in, c->reconnect_frame);
        show_time(tvb, subtree, c->reconnect_ns);
    }
    if (note->reconnects && c->cause_frame != 0) {
        show_frame(tvb, subtree, hf_affinity_redirect_in, c->cause_frame);
        show_time(tvb, subtree, c->cause_ns);
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
