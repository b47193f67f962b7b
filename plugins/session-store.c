/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory of redirect sessions. Most notes are a number and a few bits; those with which a verdict or a broken
 * rule became known have an entry more. */
#include "session-store.h"

#include "block-array.h"
#include "frame-notes.h"
#include "kept-findings.h"

/* The value of a frame's note: bits, and above them the connection, or with NOTE_EXTRA the index of what the
 * note has more. Without NOTE_EXTRA the connection's redirect settles its session as pending, and nothing but
 * NOTE_RECONNECTED settles anything else. */
enum {
    NOTE_EXTRA = 1,
    NOTE_REDIRECTS = 2,
    NOTE_RECONNECTS = 4,
    NOTE_IS_REDIRECTED = 8,
    NOTE_IS_FOLLOWER = 16,
    NOTE_RECONNECTED = 32, /* the session is reconnected with this frame */
    NOTE_BITS = 6
};
#define NOTE_INDEX_END (UINT32_C(1) << (32 - NOTE_BITS))

/* An affinity_connection; its number is its place, and who follows a redirect has a cause. */
typedef struct kept_connection {
    uint32_t session; /* + 1; 0: no such connection */
    uint32_t redirect_frame, reconnect_frame, cause_frame;
    int64_t reconnect_ns, cause_ns;
} kept_connection;

typedef struct note_extra {
    uint32_t connection;
    uint32_t settled_at, findings_at; /* the first of each */
    bool in_session, breaks_rules;
    uint8_t settled_count;
} note_extra;

static block_array *connections; /* kept_connection, by number */
static block_array *sessions;    /* session_state, by number */
static frame_notes *notes;
static block_array *extras;  /* note_extra */
static block_array *settled; /* affinity_settled */
static kept_findings *findings;

void session_store_end(void)
{
    block_array_free(connections);
    block_array_free(sessions);
    frame_notes_free(notes);
    block_array_free(extras);
    block_array_free(settled);
    kept_findings_free(findings);
    connections = sessions = extras = settled = NULL;
    notes = NULL;
    findings = NULL;
}

void session_store_begin(void)
{
    session_store_end();
    connections = block_array_new(sizeof(kept_connection));
    sessions = block_array_new(sizeof(session_state));
    notes = frame_notes_new();
    extras = block_array_new(sizeof(note_extra));
    settled = block_array_new(sizeof(affinity_settled));
    findings = kept_findings_new();
}

bool session_store_is_empty(void)
{
    return frame_notes_count(notes) == 0;
}

bool session_store_connection_get(uint32_t number, affinity_connection *connection)
{
    if (number >= block_array_count(connections))
        return false;
    const kept_connection *kept = block_array_at(connections, number);
    *connection =
        (affinity_connection){ .number = number,
                               .session = kept->session - 1,
                               .role = kept->cause_frame != 0 ? AFFINITY_REESTABLISHED : AFFINITY_FIRST,
                               .redirect_frame = kept->redirect_frame,
                               .reconnect_frame = kept->reconnect_frame,
                               .reconnect_ns = kept->reconnect_ns,
                               .cause_frame = kept->cause_frame,
                               .cause_ns = kept->cause_ns };
    return kept->session != 0;
}

void session_store_connection_set(const affinity_connection *connection)
{
    kept_connection *kept = block_array_need(connections, connection->number);
    *kept = (kept_connection){ .session = connection->session + 1,
                               .redirect_frame = connection->redirect_frame,
                               .reconnect_frame = connection->reconnect_frame,
                               .cause_frame = connection->cause_frame,
                               .reconnect_ns = connection->reconnect_ns,
                               .cause_ns = connection->cause_ns };
}

session_state *session_store_session_need(uint32_t number)
{
    return block_array_need(sessions, number);
}

static uint32_t keep_extra(const session_note *note)
{
    uint32_t index = block_array_count(extras);
    note_extra *extra = block_array_need(extras, index);
    *extra = (note_extra){ .connection = note->connection,
                           .in_session = note->in_session,
                           .settled_at = block_array_count(settled),
                           .settled_count = (uint8_t)note->settled_count,
                           .breaks_rules = note->findings != NULL };
    for (unsigned i = 0; i < note->settled_count; i++)
        *(affinity_settled *)block_array_need(settled, extra->settled_at + i) = note->settled[i];
    if (extra->breaks_rules)
        extra->findings_at = kept_findings_add(findings, note->findings);
    return index;
}

static bool settles(const session_note *note, affinity_verdict now)
{
    affinity_connection connection;
    const affinity_settled *only = &note->settled[0];
    return note->settled_count == 1 && session_store_connection_get(note->connection, &connection) &&
           only->session == connection.session && only->now == now;
}

/* Whether bits say it all. */
static bool is_plain(const session_note *note, bool reconnected)
{
    if (!note->in_session || note->findings != NULL)
        return false;
    if (note->is_redirected)
        return settles(note, AFFINITY_PENDING);
    return note->settled_count == 0 || reconnected;
}

void session_store_note_add(const packet_info *pinfo, uint32_t place, const session_note *note)
{
    bool reconnected = note->in_session && settles(note, AFFINITY_RECONNECTED);
    bool plain = is_plain(note, reconnected);
    uint32_t index = plain ? note->connection : keep_extra(note);
    if (index >= NOTE_INDEX_END)
        return;
    uint32_t value = index << NOTE_BITS;
    value |= plain ? 0 : NOTE_EXTRA;
    value |= note->redirects ? NOTE_REDIRECTS : 0;
    value |= note->reconnects ? NOTE_RECONNECTS : 0;
    value |= note->is_redirected ? NOTE_IS_REDIRECTED : 0;
    value |= note->is_follower ? NOTE_IS_FOLLOWER : 0;
    value |= plain && reconnected ? NOTE_RECONNECTED : 0;
    frame_notes_add(notes, pinfo->num, place, value);
}

static void read_settled(uint32_t value, session_note *note)
{
    affinity_connection connection;
    bool reconnected = (value & NOTE_RECONNECTED) != 0;
    if ((!reconnected && !note->is_redirected) ||
        !session_store_connection_get(note->connection, &connection))
        return;
    note->settled_count = 1;
    note->settled[0] = (affinity_settled){ .session = connection.session,
                                           .now = reconnected ? AFFINITY_RECONNECTED : AFFINITY_PENDING };
}

static void read_extra(const packet_info *pinfo, uint32_t index, session_note *note)
{
    const note_extra *extra = block_array_at(extras, index);
    note->in_session = extra->in_session;
    note->connection = extra->connection;
    note->settled_count = extra->settled_count;
    for (unsigned i = 0; i < note->settled_count; i++)
        note->settled[i] = *(const affinity_settled *)block_array_at(settled, extra->settled_at + i);
    if (extra->breaks_rules)
        note->findings = kept_findings_get(findings, extra->findings_at, pinfo);
}

bool session_store_note_get(const packet_info *pinfo, uint32_t place, session_note *note)
{
    uint32_t value;
    if (!frame_notes_get(notes, pinfo->num, place, &value))
        return false;
    *note = (session_note){ .in_session = true,
                            .connection = value >> NOTE_BITS,
                            .redirects = (value & NOTE_REDIRECTS) != 0,
                            .reconnects = (value & NOTE_RECONNECTS) != 0,
                            .is_redirected = (value & NOTE_IS_REDIRECTED) != 0,
                            .is_follower = (value & NOTE_IS_FOLLOWER) != 0 };
    if ((value & NOTE_EXTRA) != 0)
        read_extra(pinfo, value >> NOTE_BITS, note);
    else
        read_settled(value, note);
    return true;
}
