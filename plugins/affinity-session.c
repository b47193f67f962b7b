/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Redirect sessions in Wireshark. The tracker sees every segment once, on the first pass; what it says of a
 * frame is kept as a note, what it says of connections and sessions in tables that later segments go on to
 * fill. So the second pass, and a click on a packet, show what only later packets could tell.
 * Spec: draft-wang-tcpm-tcp-service-affinity-option; docs/rules.md. */
#include "affinity-session.h"

#include "capture-end.h"
#include "conversation-mark.h"
#include "fields.h"
#include "findings.h"
#include "preferences.h"

#define NOBODY UINT32_MAX

static affinity_tracker *tracker;

/* Connections that were seen to be of a session only after some of their packets. */
static conversation_marks late = { .protocol = &proto_affinity };

/* What the tracker tells while it reads the segment at hand. */
static struct {
    int64_t time_ns;
    session_note *note;
    bool is_new;       /* the connection was in no session before */
    uint32_t follower; /* the connection that was found to follow a redirect, or NOBODY */
} reading;

static void connection_changed(void *context _U_, const affinity_connection *now)
{
    affinity_connection before = { .redirect_frame = 0 };
    reading.is_new |= !session_store_connection_get(now->number, &before);
    reading.note->is_redirected |= before.redirect_frame == 0 && now->redirect_frame != 0;
    if (before.cause_frame == 0 && now->cause_frame != 0)
        reading.follower = now->number;
    if (before.reconnect_frame == 0 && now->reconnect_frame != 0) {
        session_state *session = session_store_session_need(now->session);
        session->is_reconnected = true;
        session->since_ns = reading.time_ns;
    }
    session_store_connection_set(now);
}

static void verdict_changed(void *context _U_, uint32_t number, affinity_verdict verdict)
{
    session_state *session = session_store_session_need(number);
    session_note *note = reading.note;
    if (note->settled_count < AFFINITY_SETTLED_MAX)
        note->settled[note->settled_count++] = (affinity_settled){ .session = number, .now = verdict };
    session->verdict = (uint8_t)(verdict + 1);
    if (verdict == AFFINITY_PENDING)
        session->since_ns = reading.time_ns;
}

void affinity_session_end(void)
{
    affinity_tracker_free(tracker);
    tracker = NULL;
    session_store_end();
}

void affinity_session_begin(void)
{
    affinity_session_end();
    session_store_begin();
    affinity_tracker_settings settings = affinity_tracker_settings_default;
    settings.reconnect_limit_ns = affinity_reconnect_limit_ns();
    settings.topology = topology_settings();
    settings.listener = (affinity_listener){ .connection = connection_changed, .verdict = verdict_changed };
    tracker = affinity_tracker_new(&settings);
    late.last_frame = 0;
}

/* The first pass. */
static bool follow(packet_info *pinfo, uint32_t place, affinity_sight *sight, session_note *note)
{
    affinity_sighting sighting;
    cats_findings findings;
    cats_findings_clear(&findings);
    sight->frame = pinfo->num;
    sight->time_ns = packet_time_ns(pinfo);
    *note = (session_note){ .in_session = false };
    reading.time_ns = sight->time_ns;
    reading.note = note;
    reading.is_new = false;
    reading.follower = NOBODY;
    affinity_tracker_see(tracker, sight, &sighting, &findings);
    if (!sighting.in_session && note->settled_count == 0 && findings.count == 0)
        return false;
    if (sighting.in_session) {
        note->in_session = true;
        note->connection = sighting.connection.number;
        note->redirects = sighting.redirects;
        note->reconnects =
            sighting.reconnects || (sight->segment->flags & (TCP_FLAG_SYN | TCP_FLAG_ACK)) == TCP_FLAG_SYN;
        note->is_follower = reading.follower == note->connection;
        if (reading.is_new && (sight->segment->flags & TCP_FLAG_SYN) == 0) {
            const cats_flow_key key = affinity_segment_key(sight->segment);
            conversation_mark(&late, pinfo->num, &key, note->connection);
        }
    }
    note->findings = findings_copy(pinfo, &findings);
    session_store_note_add(pinfo, place, note);
    return true;
}

bool affinity_session_matters(const packet_info *pinfo, const affinity_segment *segment,
                              const affinity_seen *seen)
{
    if (PINFO_FD_VISITED(pinfo))
        return !session_store_is_empty();
    return (segment->flags & TCP_FLAG_SYN) != 0 || seen->count > 0 || !affinity_tracker_is_empty(tracker);
}

bool affinity_session_note(packet_info *pinfo, uint32_t place, affinity_sight *sight, session_note *note)
{
    if (!PINFO_FD_VISITED(pinfo))
        return follow(pinfo, place, sight, note);
    if (session_store_note_get(pinfo, place, note))
        return true;
    if (!conversation_marks_behind(&late, pinfo->num))
        return false;
    *note = (session_note){ .in_session = true, .is_late = true };
    const cats_flow_key key = affinity_segment_key(sight->segment);
    return conversation_mark_find(&late, pinfo->num, &key, &note->connection);
}

/* A segment settles one session at most by its time, and a packet that is no segment none. Of redirects that
 * were let go nothing more is known. */
static affinity_verdict verdict_at_end(const session_state *session)
{
    if (!capture_time_passed(session->since_ns, affinity_reconnect_limit_ns(), capture_end_ns()) ||
        affinity_tracker_count_get(tracker).redirects_let_go > 0)
        return AFFINITY_PENDING;
    return session->is_reconnected ? AFFINITY_REFUSED : AFFINITY_IGNORED;
}

bool affinity_session_verdict(const packet_info *pinfo, uint32_t number, affinity_verdict *verdict)
{
    const session_state *session = session_store_session_need(number);
    if (session->verdict == 0)
        return false;
    *verdict = (affinity_verdict)(session->verdict - 1);
    if (*verdict != AFFINITY_PENDING)
        return true;
    if (!PINFO_FD_VISITED(pinfo))
        return false;
    *verdict = verdict_at_end(session);
    return true;
}
