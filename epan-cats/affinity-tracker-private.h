/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the affinity tracker share: affinity-tracker.c takes segments in and says what they mean,
 * affinity-opening.c reads SYNs and their answers, affinity-redirect.c FINs with the option, affinity-waits.c
 * holds the redirects that wait for an answer, affinity-memory.c connections and sessions. */
#ifndef EPAN_CATS_AFFINITY_TRACKER_PRIVATE_H
#define EPAN_CATS_AFFINITY_TRACKER_PRIVATE_H

#include "affinity-tracker.h"
#include "flow-table.h"

#include <glib.h>

typedef struct tracked_session tracked_session;

/* One side of a connection; sequence numbers compare modulo 2^32. */
typedef struct tracked_side {
    uint32_t isn;    /* valid with isn_known */
    uint32_t latest; /* sequence number seen last, valid with seen */
    uint32_t acknowledged;
    uint16_t window;
    bool syn : 1;     /* its SYN or SYN-ACK was seen */
    bool options : 1; /* and with it all options: scales is valid */
    bool isn_known : 1, seen : 1;
    bool acks : 1; /* it acknowledged: acknowledged and window are valid */
    bool far : 1;  /* it acknowledged so much that the other's isn lies in the future again */
    bool fin : 1;  /* fin_at is valid */
    bool scales : 1;
    uint8_t scale; /* valid with scales */
} tracked_side;

enum capability { CAPABILITY_UNKNOWN, CAPABILITY_NONE, CAPABILITY_SHOWN };

typedef struct tracked_connection {
    flow_entry flow; /* side 0 is flow.key.source; flow.more: tracked_member */
    int64_t opened_ns;
    tracked_side side[2];
    uint32_t opened_frame;   /* of the first sign of it, valid with opener_known */
    uint32_t opener : 1;     /* side; assumed when opener_known is false */
    uint32_t capability : 2; /* enum capability, of the opener */
    uint32_t opener_known : 1;
    uint32_t answered : 1; /* the opener was answered */
    uint32_t reset : 1;
    uint32_t saf : 1;        /* on the opener's SYN */
    uint32_t saf_echoed : 1; /* on the answer */
    uint32_t experiment : 1; /* an ExID of ours in the opener's SYN: exid is valid */
    uint32_t redirected : 1; /* target is valid */
} tracked_connection;

/* What only connections of sessions need, and those that come after one with the same addresses and ports.
 * All zero where nothing is known. */
typedef struct tracked_member {
    tracked_session *session; /* NULL: none; view is valid with one */
    /* The connection that had the same addresses and ports before it, and the one after it, while they are
     * held: late copies of its segments are still to come. */
    tracked_connection *before, *after;
    uint64_t reported; /* rules, a bit each by id */
    affinity_connection view;
    uint32_t fin_at[2]; /* where the stream of that side ends */
    uint32_t exid;
    uint16_t target_port;
    cats_address target;
    uint8_t early_at; /* its place in tracker->early, plus 1; 0: none */
} tracked_member;
_Static_assert(sizeof(tracked_connection) <= 112, "see tracked_flow");
_Static_assert(sizeof(tracked_member) <= 128, "taken off a connection that is of no session");

/* One segment on its way through the tracker. */
typedef struct passage {
    affinity_tracker *tracker;
    const affinity_sight *sight;
    const affinity_segment *segment;
    const affinity_option *redirect; /* the first option with an address, or NULL */
    tracked_connection *connection;
    unsigned from; /* side that sent it */
    cats_findings *findings;
} passage;

typedef enum tracked_wait { WAIT_NOTHING, WAIT_FOR_SYN, WAIT_FOR_ANSWER } tracked_wait;

/* Who is waited for: one table finds the redirects of a client to an address, one those of a client. */
typedef struct wait_key {
    cats_address client; /* family 0 where the address is of the other family: any client */
    cats_address target;
    uint16_t port;
} wait_key;

/* What only a session that waits needs: most are settled within milliseconds, and are held for an hour. */
typedef struct tracked_waiting {
    tracked_wait wait;
    GList in_queue;  /* of tracker->waits[wait] */
    GList in_target; /* of the queue at key in tracker->by_target, with WAIT_FOR_SYN */
    GList in_client; /* of the queue at key.client in tracker->by_client */
    wait_key key;
    bool capable;
    int64_t since_ns;       /* of the redirect, or of the SYN */
    tracked_connection *to; /* the new connection, with WAIT_FOR_ANSWER */
    cats_address service;   /* where the redirected connection went */
} tracked_waiting;

struct tracked_session {
    uint32_t number;
    unsigned connections; /* that refer to it */
    bool redirected;
    affinity_verdict verdict;
    int64_t redirect_ns;
    tracked_connection *from; /* the redirected connection; NULL once let go */
    tracked_waiting *waiting; /* NULL: for nothing */
};

struct affinity_tracker {
    affinity_tracker_settings settings;
    flow_table *connections; /* tracked_connection */
    record_pool members;     /* tracked_member */
    GQueue waits[WAIT_FOR_ANSWER + 1];
    int64_t due_ns;        /* nothing in waits is late before; INT64_MAX: nothing waits */
    GHashTable *by_target; /* wait_key -> GQueue of sessions */
    GHashTable *by_client; /* cats_address -> GQueue of sessions */
    /* The connections opened last, each a session of its own: a redirect may be captured after its answer. */
    tracked_connection *early[AFFINITY_TRACKER_EARLY];
    unsigned early_next;
    uint32_t sessions, session_connections; /* numbers given */
    uint32_t sessions_held;
    affinity_tracker_count count;
};

/* To read what is known of the connection in its session, also when that is nothing. */
static inline const tracked_member *member_of(const affinity_tracker *t, const tracked_connection *c)
{
    return record_pool_at(&t->members, c->flow.more);
}

static inline tracked_session *session_of(const affinity_tracker *t, const tracked_connection *c)
{
    return member_of(t, c)->session;
}

static inline bool is_client(const passage *p)
{
    return p->from == p->connection->opener;
}

/* a lies behind b in sequence space. */
static inline bool after(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) > 0;
}

/* affinity-opening.c */
void affinity_syn_read(passage *p);
/* A SYN that cannot be of the connection under its key. */
bool affinity_syn_begins_anew(const affinity_tracker *t, const tracked_connection *c,
                              const affinity_sight *sight, unsigned from);
/* Of any segment: does it answer the opener, with what consequence? */
void affinity_answer_read(passage *p);

/* affinity-redirect.c */
bool affinity_redirect_repeats(const tracked_member *of, const affinity_option *option);
void affinity_redirect_judge_sender(passage *p);
void affinity_fin_read(passage *p);

/* affinity-memory.c */
/* To write. */
tracked_member *affinity_member_made(affinity_tracker *t, tracked_connection *c);
/* True once a connection: the rule was not found broken in it before. */
bool affinity_connection_reports(affinity_tracker *t, tracked_connection *c, cats_rule_id rule);
/* The key is of no findable connection. Makes room if need be. */
tracked_connection *affinity_connection_add(affinity_tracker *t, const cats_flow_key *key, uint32_t hash,
                                            int64_t now);
/* A new connection under the key of `old`. */
tracked_connection *affinity_connection_replace(affinity_tracker *t, tracked_connection *old,
                                                const cats_flow_key *key, int64_t now);
/* Makes the connection one of a session, a new one when `session` is NULL. One that was of a session keeps
 * its number. */
void affinity_connection_join(affinity_tracker *t, tracked_connection *c, tracked_session *session,
                              affinity_role role);
/* What texts call the frame. */
cats_frame_name affinity_frame_name(const affinity_tracker *t, uint32_t frame);
void affinity_connection_tell(const affinity_tracker *t, const tracked_connection *c);
void affinity_early_add(affinity_tracker *t, tracked_connection *c);
/* A connection of the client to the address and port, opened just before now, and a session of its own. */
tracked_connection *affinity_early_find(const affinity_tracker *t, const wait_key *key, int64_t now);

/* affinity-waits.c */
void affinity_waits_init(affinity_tracker *t);
void affinity_waits_clear(affinity_tracker *t);
void affinity_wait_for_syn(affinity_tracker *t, tracked_connection *from, const affinity_sight *sight);
/* Ends the waiting, if any, with no verdict. */
void affinity_wait_end(affinity_tracker *t, tracked_session *session);
void affinity_verdict_set(affinity_tracker *t, tracked_session *session, affinity_verdict verdict);
/* The redirect that a SYN of `client` to the address and port answers, oldest first, or NULL. */
tracked_session *affinity_wait_find(const affinity_tracker *t, const cats_address *client,
                                    const cats_address *target, uint16_t port, int64_t now);
/* The redirect that such a SYN should have answered, had it gone to the right address; or NULL. */
tracked_session *affinity_wait_find_elsewhere(const affinity_tracker *t, const cats_address *client,
                                              const cats_address *target, uint16_t port, bool capable,
                                              int64_t now);
/* Links the connection with the redirect that it follows: it joins the session. */
void affinity_connection_follow(affinity_tracker *t, tracked_session *session, tracked_connection *to);
/* The same, and it waits for its answer. */
void affinity_wait_for_answer(affinity_tracker *t, tracked_session *session, tracked_connection *to);
/* Gives up one of those that the limit has passed: a packet has one finding of a rule. */
void affinity_waits_expire(affinity_tracker *t, int64_t now, cats_findings *findings);

#endif
