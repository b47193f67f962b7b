/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was learned from UPDATEs: which prefix is reached by which SID, with which metrics behind it,
 * announced by whom and when; and what was known at an earlier moment. Bounded. Moments are told by the
 * reader: a frame number, which orders them, and a time. Spec: RFC 4271 s3.1, s9.1; docs/wire-formats.md
 * s4-6. */
#ifndef EPAN_CATS_CATS_ROUTE_TABLE_H
#define EPAN_CATS_CATS_ROUTE_TABLE_H

#include "cats-route-update.h"
#include "sid-table.h"

#define CATS_ROUTE_TABLE_ROUTES_DEFAULT 65536

/* The direction of a BGP session: routes are withdrawn by whom announced them, to whom. */
typedef struct cats_route_peer {
    cats_address speaker, receiver;
} cats_route_peer;

typedef struct cats_moment {
    uint32_t frame; /* from 1; does not go back */
    int64_t time_ns;
} cats_moment;

typedef enum cats_route_end {
    CATS_ROUTE_IN_FORCE,
    CATS_ROUTE_REPLACED,     /* by another announcement of the same peer for the same prefix */
    CATS_ROUTE_WITHDRAWN,    /* or to be treated so */
    CATS_ROUTE_SESSION_ENDED /* a NOTIFICATION, or a new OPEN */
} cats_route_end;

/* One announcement of one prefix: usable, with a SID or a metric. */
typedef struct cats_route {
    cats_route_peer peer;
    bgp_prefix prefix;
    cats_address next_hop;
    bool has_sid;     /* sid, with the bits from the label, behavior and structure */
    srv6_service sid; /* transposition of no more meaning */
    bool has_aggregate;
    cats_aggregate aggregate;
    cats_moment announced;
    cats_route_end end;
    cats_moment ended; /* frame 0 while it is in force */
} cats_route;

/* Whose its SID is: the next hop, or its speaker where that is no unicast address. */
cats_address cats_route_owner(const cats_route *route);

typedef struct cats_route_table_count {
    uint64_t learned;         /* announcements that said something new */
    uint64_t withdrawn;       /* of them, or to be treated so, or gone with their session */
    uint64_t in_force, ended; /* held now */
    uint64_t let_go;          /* for want of room, the oldest of the ended first */
    uint64_t refused;         /* SIDs and prefixes for which there was no room */
} cats_route_table_count;

/* Why not all that was announced is known. */
typedef enum cats_route_gap_cause {
    CATS_ROUTE_NO_GAP,
    CATS_ROUTE_GAP_OPEN,    /* of a session whose OPEN was not seen */
    CATS_ROUTE_GAP_SEGMENT, /* octets of a session that were not captured */
    CATS_ROUTE_GAP_MESSAGE, /* octets that are no message, or no UPDATE */
    CATS_ROUTE_GAP_UPDATE,  /* not to be used here; others may use it */
    CATS_ROUTE_GAP_FAMILY,  /* SIDs of an address family that is not read */
    CATS_ROUTE_GAP_ROOM     /* none for what was said, or for another session */
} cats_route_gap_cause;
/* "a BGP segment is missing, late or cut short": static. */
const char *cats_route_gap_text(cats_route_gap_cause cause);

/* The first one counts: nothing heals. */
typedef struct cats_route_gap {
    cats_route_gap_cause cause;
    uint32_t frame; /* from which on; 0 without a gap */
} cats_route_gap;

typedef struct cats_route_table cats_route_table;
cats_route_table *cats_route_table_new(size_t routes); /* announcements held at most, at least 1 */
void cats_route_table_free(cats_route_table *table);   /* NULL is allowed */
cats_route_table_count cats_route_table_count_get(const cats_route_table *table);
/* Nothing was ever learned; costs nothing. NULL is empty. */
bool cats_route_table_is_empty(const cats_route_table *table);

/* Takes what one UPDATE says, prefix by prefix: withdrawals, announcements, and announcements without a SID
 * or a metric, or with a problem, which withdraw what was there. Prefixes behind one that is malformed are
 * lost. The same again changes nothing and keeps its moment. Returns how many routes began or ended. */
unsigned cats_route_table_learn(cats_route_table *table, const cats_route_peer *peer, cats_moment now,
                                const cats_route_update *update, bool add_path);
/* A BGP message that is no UPDATE. OPEN and NOTIFICATION end what was learned of the session, in both
 * directions; a direction is known from its OPEN on. What comes of one that is not known, an UPDATE too,
 * makes knowledge partial from that frame on: what was announced before is not known. */
void cats_route_table_hear(cats_route_table *table, const cats_route_peer *peer, cats_moment now,
                           uint8_t type);
/* Any message of a session: an UPDATE is read into *update and learned, or missed where it is none; others
 * are heard. True when it is an UPDATE that says something of routes, or has edge metadata. *changed: routes
 * began or ended with it. */
bool cats_route_table_take(cats_route_table *table, const cats_route_codes *codes,
                           const cats_route_peer *peer, cats_moment now, const bgp_message *message,
                           cats_route_update *update, bool *changed);
/* Something of a session was missed: knowledge is partial from now on. */
void cats_route_table_miss(cats_route_table *table, cats_moment now, cats_route_gap_cause cause);
/* The same where the stream of a session's messages missed something with its last segment. */
struct bgp_stream;
void cats_route_table_miss_stream(cats_route_table *table, const struct bgp_stream *stream, cats_moment now);
/* Whether at that frame nothing was missing of the sessions that were seen by then. Not so either
 * behind an UPDATE that cannot be used, for others may, and where there was no room for what was said.
 * `table` may be NULL. */
bool cats_route_table_is_complete(const cats_route_table *table, uint32_t frame);
/* From which frame on that is not so, and why. `table` may be NULL. */
cats_route_gap cats_route_table_gap(const cats_route_table *table);
/* The frame of the first announcement with metrics: from it on, up to a gap, the table tells which SIDs
 * nobody announced for a service. 0: there was none. `table` may be NULL. */
uint32_t cats_route_table_with_metrics(const cats_route_table *table);

/* What was known of a SID at a frame: longest match, of the SIDs in force, or else of those that had been:
 * flows stay with a SID whose announcement has ended. NULL: none was announced by then. Rows live until the
 * table is freed. `table` may be NULL.
 *
 * The owner is that of the oldest announcement. It is an egress, unless metrics were announced by then and
 * none in the SID's locator (by its owner, where no structure tells the locator): clients' routes have SIDs,
 * too. The granularity is that of all announcements of the SID in force, where they agree. */
const cats_sid_row *cats_route_table_row(const cats_route_table *table, const uint8_t sid[16],
                                         uint32_t frame);
/* The frame at or before this one with which the last announcement of that SID ended; 0: it was in force, or
 * not known. */
uint32_t cats_route_table_sid_ended(const cats_route_table *table, const uint8_t sid[16], uint32_t frame);
/* Whether it was announced at that frame or before: also where the row of that time is forgotten. */
bool cats_route_table_knows_sid(const cats_route_table *table, const uint8_t sid[16], uint32_t frame);
/* Whether such a SID stands behind others in it, were it a NEXT-CSID container (RFC 9800 s4.1) of C-SIDs of
 * 16 or 32 bits in the block of a SID announced by then. */
bool cats_route_table_in_container(const cats_route_table *table, const uint8_t sid[16], uint32_t frame);

/* Block and node bits of a SID that was announced at that frame or before, and by whom first. */
typedef struct cats_route_locator {
    cats_address prefix;
    uint8_t length;
    const char *announcer; /* as an owner above; NULL where there was no room */
} cats_route_locator;
/* The longest that holds the SID; false: none. */
bool cats_route_table_find_locator(const cats_route_table *table, const uint8_t sid[16], uint32_t frame,
                                   cats_route_locator *locator);

/* Whether the address lay in a prefix that was announced with metrics, at that frame or before: a service of
 * CATS. */
bool cats_route_table_is_service(const cats_route_table *table, const cats_address *address, uint32_t frame);

/* The announcement behind an aggregate ID. */
typedef struct cats_route_behind {
    const cats_route *route; /* valid until the table learns more */
    bool was_in_force;       /* at that frame */
    cats_moment ended;       /* when it was not: since when */
} cats_route_behind;

/* Of a packet from `ingress`, its outer source, to `service` with this SID and aggregate ID in its argument,
 * at a frame: the announcement in force of the longest prefix that holds the service, of several peers' the
 * one that came first; where none is in force, that of the longest prefix which ended last. Where sessions to
 * that address brought one, theirs alone count: others may hear of a change earlier or later. False when none
 * is known. */
bool cats_route_table_find_behind(const cats_route_table *table, const uint8_t sid[16], uint32_t aggregate_id,
                                  const cats_address *service, const uint8_t ingress[16], uint32_t frame,
                                  cats_route_behind *behind);

#endif
