/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Follows steered flows through a capture: inner flow -> ingress, SID, egress, site, and the verdict; and
 * judges the rules that only the flow shows. One implementation for the plugin and the tool: each hands in
 * what its own parser found, in the order of the capture. Spec: RFC 10053; RFC 8986 s3.1, s7;
 * draft-du-cats-aggregated-metrics-on-egress s3; docs/rules.md. */
#ifndef EPAN_CATS_STEERING_TRACKER_H
#define EPAN_CATS_STEERING_TRACKER_H

#include "cats-rules.h"
#include "flow-key.h"
#include "frame-name.h"

#define STEERING_TRACKER_FLOWS_DEFAULT 32768
#define STEERING_TRACKER_AGE_NS_DEFAULT INT64_C(3600000000000)
/* So long after an aggregate ID was replaced new flows may still use it. */
#define STEERING_TRACKER_STALE_NS_DEFAULT INT64_C(10000000000)

typedef enum steering_verdict {
    STEERING_STEERED,   /* to one egress; no site was seen */
    STEERING_DELIVERED, /* to one egress, and seen behind it on the way to one site */
    STEERING_MOVED,     /* to two egresses or two sites; this verdict stays */
    STEERING_VERDICT_COUNT
} steering_verdict;
/* "steered", "delivered", "moved" */
const char *steering_verdict_name(steering_verdict verdict);

/* A place where packets are captured, as the reader numbers it: one number for all interfaces that it knows
 * to show one site. */
#define STEERING_POINT_NONE UINT32_MAX

/* What is known so far of a flow: both directions of a conversation at least one of which was seen
 * encapsulated. Frames are numbers as handed in, 0: none. */
typedef struct steering_flow {
    uint32_t number;      /* counts the flows, from 0, in the order in which they were seen encapsulated */
    uint32_t first_frame; /* of the first encapsulated packet */
    uint32_t site_frame;  /* the packet that showed the site: the first one seen behind the egress */
    uint32_t site_point; /* where that was; NONE without such a packet, when handed in so, or where that point
                            shows other links too */
    steering_verdict verdict;
} steering_flow;

/* Either call may be NULL. */
typedef struct steering_listener {
    void *context;
    /* Told whenever it changes; what was told stays true when the tracker lets go of the flow. */
    void (*flow)(void *context, const steering_flow *flow);
    /* Asked for the name of a point, for texts: of its site, else of its interface. Valid until the next
     * call. Without it "capture point N". */
    cats_point_namer point_name;
    cats_frame_namer frame_name; /* for texts; NULL: "frame N" */
} steering_listener;

typedef struct steering_tracker_settings {
    uint32_t flows;                 /* held at most, at least 1; beyond it the least recently seen one goes */
    int64_t age_ns;                 /* a flow not seen for longer goes */
    int64_t stale_ns;               /* cats/stale-aggregate: see above */
    const cats_topology *topology;  /* tells which addresses are CS-IDs; may be NULL */
    const cats_route_table *routes; /* tells which announcement an aggregate ID is of; may be NULL */
    steering_listener listener;
} steering_tracker_settings;
extern const steering_tracker_settings steering_tracker_settings_default;

/* One IP packet: either what an SRv6 encapsulation holds, or one that is in none. The names of rows that
 * `steering` points to must live as long as the tracker. */
typedef struct steering_sight {
    uint32_t frame;
    int64_t time_ns;
    uint32_t point;           /* the capture point, a number of the reader's; NONE where there is but one */
    const cats_flow_key *key; /* of this packet, directional */
    uint8_t hop_limit;        /* its TTL or hop limit */
    bool opens;               /* TCP: SYN without ACK */
    bool answers;             /* TCP: SYN with ACK */
    uint32_t sequence;        /* TCP whose key has ports: of the segment, host byte order; */
    uint32_t payload;         /* and its octets behind the TCP header, by the IP length */
    const cats_packet *outer; /* the encapsulation; NULL: the packet is in none */
    const cats_steering *steering; /* of `outer`, encapsulated; NULL with it */
} steering_sight;

/* What it means. The rest is valid with in_flow only. */
typedef struct steering_sighting {
    bool in_flow;
    bool begins; /* the flow's first encapsulated packet (not a copy of it) */
    steering_flow flow;
} steering_sighting;

typedef struct steering_tracker_count {
    uint64_t flows;                            /* begun */
    uint64_t verdicts[STEERING_VERDICT_COUNT]; /* of these, as they are now */
    uint64_t flows_held, flows_let_go;         /* let go for want of room or by age */
} steering_tracker_count;

typedef struct steering_tracker steering_tracker;
steering_tracker *steering_tracker_new(const steering_tracker_settings *settings);
void steering_tracker_free(steering_tracker *tracker); /* NULL is allowed */

/* Reads one packet; gives sighting->in_flow. Rules that become known with it are added to `findings` (may be
 * NULL), each once in a direction of a flow: cats/argument-changed, cats/flow-changed-egress, cats/flow-label
 * (changing), cats/flow-changed-site; and once a flow cats/stale-aggregate.
 *
 * A flow begins with an encapsulated packet; packets in no encapsulation only join one that is there. A SYN
 * with another sequence number than the flow's, or silence beyond the age, begins a new flow. SID, argument,
 * egress and flow label are compared within a direction. A packet in no encapsulation was seen behind the
 * egress when it goes in the direction of the service and its hop limit is one less than inside the
 * encapsulation (the egress forwards it); which direction that is tell a CS-ID (with a topology), the SYN,
 * End.CATS, and the owner of the SID (an egress or not); as long as nothing tells, no site is named. A point
 * where the flow is seen encapsulated too, or on the link to the ingress, shows several links in one (merged
 * captures, an interface "any"): a flow seen behind the egress there is delivered, but to no site that has a
 * name. A second point is another site unless it shows copies of what the first one showed (TCP). */
bool steering_tracker_see(steering_tracker *tracker, const steering_sight *sight, steering_sighting *sighting,
                          cats_findings *findings);
/* Whether any flow is held: packets in no encapsulation need not be handed in before. */
bool steering_tracker_is_empty(const steering_tracker *tracker);
/* Of many flows: whether it pays to tell of an encapsulated packet a little before it is handed in, and that.
 */
bool steering_tracker_is_wide(const steering_tracker *tracker);
void steering_tracker_fetch(const steering_tracker *tracker, const cats_flow_key *key);
steering_tracker_count steering_tracker_count_get(const steering_tracker *tracker);

#endif
