/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Follows redirect sessions through a capture: first connection, redirect, re-established connection, and the
 * verdict; and judges the rules that only the session shows. One implementation for the plugin and the tool:
 * each hands in what its own parser found, once per segment, in the order of the capture.
 * Spec: draft-wang-tcpm-tcp-service-affinity-option; RFC 9293 s3.8, s3.10.7.4; docs/rules.md. */
#ifndef EPAN_CATS_AFFINITY_TRACKER_H
#define EPAN_CATS_AFFINITY_TRACKER_H

#include "affinity-rules.h"
#include "flow-key.h"
#include "frame-name.h"

#define AFFINITY_TRACKER_CONNECTIONS_DEFAULT 65536
#define AFFINITY_TRACKER_AGE_NS_DEFAULT INT64_C(3600000000000)
/* A SYN captured before the FIN it answers is linked with it when it came at most so long before, and so many
 * sessions were opened since. */
#define AFFINITY_TRACKER_EARLY_NS INT64_C(10000000)
#define AFFINITY_TRACKER_EARLY 64

typedef enum affinity_verdict {
    AFFINITY_PENDING,     /* redirected, and neither answered nor given up yet */
    AFFINITY_RECONNECTED, /* the client connected to the address, and was answered */
    AFFINITY_ELSEWHERE,   /* it connected to another address of the service */
    AFFINITY_REFUSED,     /* its new connection was reset, or not answered within the limit */
    AFFINITY_IGNORED,     /* it did not connect within the limit */
    AFFINITY_LOOPED       /* the re-established connection was redirected again; this verdict stays */
} affinity_verdict;
#define AFFINITY_VERDICT_COUNT (AFFINITY_LOOPED + 1)
/* "pending", "reconnected", ... */
const char *affinity_verdict_name(affinity_verdict verdict);

/* The SYN was not seen, or after its answer. */
#define AFFINITY_NO_TIME INT64_MIN

typedef enum affinity_role { AFFINITY_FIRST, AFFINITY_REESTABLISHED } affinity_role;

/* What is known so far of a connection that belongs to a session. Frames are numbers as handed in, 0: none.
 */
typedef struct affinity_connection {
    uint32_t number;  /* counts the connections of all sessions, from 0 */
    uint32_t session; /* counts the sessions, from 0, in the order in which they were seen to be some */
    affinity_role role;
    uint32_t redirect_frame;  /* the FIN that redirected this connection, */
    uint32_t reconnect_frame; /* and the SYN that followed it; the answer to it where that was seen first */
    int64_t reconnect_ns;     /* from the one to the other, valid with reconnect_frame; NO_TIME without SYN */
    uint32_t cause_frame;     /* of a re-established connection: the FIN that led to it; */
    int64_t cause_ns;         /* how long after that FIN its SYN came, or NO_TIME */
} affinity_connection;

/* Told whenever it changes, also by a segment of another connection; what was told stays true when the
 * tracker lets go of it. Either call may be NULL. */
typedef struct affinity_listener {
    void *context;
    void (*connection)(void *context, const affinity_connection *connection);
    /* From the first redirect of the session on. */
    void (*verdict)(void *context, uint32_t session, affinity_verdict verdict);
    cats_frame_namer frame_name; /* for texts; NULL: "frame N" */
} affinity_listener;

typedef struct affinity_tracker_settings {
    int64_t reconnect_limit_ns;    /* from the FIN to the SYN, and from the SYN to its answer */
    uint32_t connections;          /* held at most, at least 2; beyond it the least recently seen one goes */
    int64_t age_ns;                /* a connection not seen for longer goes */
    const cats_topology *topology; /* tells which addresses are nodes; NULL: see reconnect-elsewhere */
    affinity_listener listener;
} affinity_tracker_settings;
extern const affinity_tracker_settings affinity_tracker_settings_default;

/* Which connection the segment is of. */
cats_flow_key affinity_segment_key(const affinity_segment *segment);

/* One TCP segment. */
typedef struct affinity_sight {
    uint32_t frame;
    int64_t time_ns;
    const affinity_segment *segment;
    const affinity_seen *seen;
    bool whole; /* the header is captured with all its options; else only flags tell of capability */
    uint32_t sequence, acknowledgment; /* host byte order */
    uint16_t window;
    uint32_t payload; /* octets behind the TCP header, by the IP length */
} affinity_sight;

/* What it means. The rest is valid with in_session only. */
typedef struct affinity_sighting {
    bool in_session;
    bool redirects;  /* it carries the redirect of its connection (or repeats it) */
    bool reconnects; /* it is the opener's SYN (or a copy; the answer, while no SYN was seen), so the one that
                        followed connection.cause_frame where that is, or becomes, known */
    bool has_verdict; /* the session has been redirected: verdict is valid */
    affinity_verdict verdict;
    affinity_connection connection;
} affinity_sighting;

/* Since the beginning; let go: for want of room or by age. */
typedef struct affinity_tracker_count {
    uint64_t sessions;                         /* numbers given, less those that turned out to be another */
    uint64_t verdicts[AFFINITY_VERDICT_COUNT]; /* of the sessions that were redirected, as they are now */
    uint64_t connections_held, connections_let_go;
    uint64_t redirects_let_go; /* whose verdict was pending then, and stays so */
} affinity_tracker_count;

typedef struct affinity_tracker affinity_tracker;
affinity_tracker *affinity_tracker_new(const affinity_tracker_settings *settings);
void affinity_tracker_free(affinity_tracker *tracker); /* NULL is allowed */

/* Reads one segment; gives sighting->in_session. Session rules that become known with it are added to
 * `findings` (may be NULL): each once a connection, so that copies of a packet on several links, and
 * retransmissions, are one. no-reconnect and an unanswered reconnect become known with the first segment, of
 * whatever connection, behind the limit.
 *
 * A connection is a session from the SYN (or the answer to it) that shows capability, else from its redirect.
 * Segments of connections whose SYN is not in the capture are followed from their redirect on. A copy of a
 * segment changes nothing, a late one neither when its connection's ports are in use again: sequence numbers
 * tell which connection it is of, up to four back. A SYN with another sequence number is a new connection
 * when the old one was closed, reset, never answered, or not seen for a minute. A SYN seen shortly before the
 * FIN that it answers (AFFINITY_TRACKER_EARLY_NS) is linked with it: its connection then changes its session,
 * and keeps its number. */
bool affinity_tracker_see(affinity_tracker *tracker, const affinity_sight *sight, affinity_sighting *sighting,
                          cats_findings *findings);
/* Whether no session is held or waited for: segments that are no SYN and have no option of ours need not be
 * handed in then. */
bool affinity_tracker_is_empty(const affinity_tracker *tracker);
affinity_tracker_count affinity_tracker_count_get(const affinity_tracker *tracker);

#endif
