/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the affinity tracker share: affinity-tracker.c reads segments, affinity-waits.c holds the
 * redirects that wait for an answer, affinity-memory.c holds connections and lets go of them. */
#ifndef EPAN_CATS_AFFINITY_TRACKER_PRIVATE_H
#define EPAN_CATS_AFFINITY_TRACKER_PRIVATE_H

#include "affinity-tracker.h"
#include "flow-key.h"

#include <glib.h>

typedef struct tracked_session tracked_session;

/* One side of a connection; sequence numbers compare modulo 2^32. */
typedef struct tracked_side {
    bool syn;    /* its SYN or SYN-ACK was seen: isn and scale are valid */
    bool acks;   /* it acknowledged: acknowledged and window are valid */
    bool fin;    /* fin_at is valid: where its stream ends */
    bool scales; /* window scale in its SYN */
    uint8_t scale;
    uint32_t isn;
    uint32_t acknowledged;
    uint32_t window;
    uint32_t fin_at;
} tracked_side;

enum capability { CAPABILITY_UNKNOWN, CAPABILITY_NONE, CAPABILITY_SHOWN };

typedef struct tracked_connection {
    cats_flow_key key; /* undirected; side 0 is key.source. First member: the table's key */
    GList recent;      /* in tracker->recent, least recently seen first */
    int64_t seen_ns;
    tracked_side side[2];
    uint8_t opener; /* side; assumed when opener_known is false */
    bool opener_known;
    bool retired;  /* no longer in the table */
    bool answered; /* the opener was answered */
    bool reset;
    bool saf;           /* on the opener's SYN */
    bool saf_echoed;    /* on the answer */
    uint8_t capability; /* enum capability, of the opener */
    bool experiment;    /* an ExID of ours in the opener's SYN: */
    uint32_t exid;
    bool redirected; /* target is valid */
    cats_address target;
    uint16_t target_port;
    uint64_t reported;        /* rules, a bit each by id */
    tracked_session *session; /* NULL: none; view is valid with one */
    affinity_connection view;
} tracked_connection;

typedef enum tracked_wait { WAIT_NOTHING, WAIT_FOR_SYN, WAIT_FOR_ANSWER } tracked_wait;

/* Who is waited for: one table finds the redirects of a client to an address, one those of a client. */
typedef struct wait_key {
    cats_address client; /* family 0 where the address is of the other family: any client */
    cats_address target;
    uint16_t port;
} wait_key;

struct tracked_session {
    uint32_t number;
    unsigned connections; /* that refer to it */
    bool redirected;
    affinity_verdict verdict;
    tracked_wait wait;
    GList in_queue;  /* of tracker->waits[wait] */
    GList in_target; /* of the queue at key in tracker->by_target, with WAIT_FOR_SYN */
    GList in_client; /* of the queue at key.client in tracker->by_client */
    wait_key key;
    bool capable;
    int64_t since_ns; /* of the redirect, or of the SYN */
    int64_t redirect_ns;
    tracked_connection *from; /* the redirected connection; NULL once let go */
    tracked_connection *to;   /* the new connection, with WAIT_FOR_ANSWER */
    cats_address service;     /* where the redirected connection went */
};

struct affinity_tracker {
    affinity_tracker_settings settings;
    GHashTable *connections; /* tracked_connection, by its key */
    GQueue recent;
    GQueue waits[WAIT_FOR_ANSWER + 1];
    GHashTable *by_target;                  /* wait_key -> GQueue of sessions */
    GHashTable *by_client;                  /* cats_address -> GQueue of sessions */
    uint32_t sessions, session_connections; /* numbers given */
    uint32_t sessions_held;
    affinity_tracker_count count;
};

/* affinity-memory.c */
tracked_connection *affinity_connection_find(const affinity_tracker *t, const cats_flow_key *undirected);
/* Makes room if need be. */
tracked_connection *affinity_connection_add(affinity_tracker *t, const cats_flow_key *undirected,
                                            int64_t now);
void affinity_connection_touch(affinity_tracker *t, tracked_connection *c, int64_t now);
/* Takes it out and frees it; what waits for it ends. */
void affinity_connection_drop(affinity_tracker *t, tracked_connection *c);
/* Takes it out of the table only: another connection has its addresses and ports now. */
void affinity_connection_retire(affinity_tracker *t, tracked_connection *c);
void affinity_connections_age(affinity_tracker *t, int64_t now);
/* Makes the connection one of a session, a new one when `session` is NULL. */
void affinity_connection_join(affinity_tracker *t, tracked_connection *c, tracked_session *session,
                              affinity_role role);
void affinity_connection_tell(const affinity_tracker *t, const tracked_connection *c);

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
/* Links the SYN of `to` with the redirect that it follows, and `to` joins the session. */
void affinity_connection_follow(affinity_tracker *t, tracked_session *session, tracked_connection *to,
                                const affinity_sight *sight);
/* The same, and the SYN waits for its answer. */
void affinity_wait_for_answer(affinity_tracker *t, tracked_session *session, tracked_connection *to,
                              const affinity_sight *sight);
/* Gives up one of those that the limit has passed: a packet has one finding of a rule. */
void affinity_waits_expire(affinity_tracker *t, int64_t now, cats_findings *findings);

#endif
