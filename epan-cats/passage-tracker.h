/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Follows packets over capture points, through the forwarder that takes their SRv6 encapsulation off: pairs
 * what was seen encapsulated before it with what was seen plain behind it, and judges the rules of that hop:
 * cats/lost, cats/inner-changed, cats/hop-limit, cats/not-local. Pure: time and frames come in, findings go
 * to a listener. Spec: RFC 8986 s4; RFC 2473 s3; draft-du-cats-aggregated-metrics-on-egress s3;
 * docs/rules.md. */
#ifndef EPAN_CATS_PASSAGE_TRACKER_H
#define EPAN_CATS_PASSAGE_TRACKER_H

#include "cats-rules.h"
#include "frame-name.h"
#include "network-place.h"
#include "packet-digest.h"

#define PASSAGE_TRACKER_PACKETS_DEFAULT 65536
#define PASSAGE_TRACKER_LIMIT_NS_DEFAULT INT64_C(1000000000)
/* Capture points that are told apart; packets at others are not followed. */
#define PASSAGE_POINTS_MAX 64
#define PASSAGE_NO_FLOW UINT32_MAX

/* One IP packet at a point: what the innermost SRv6 encapsulation holds, or the outermost of a frame without.
 */
typedef struct passage_sight {
    uint32_t frame; /* not 0 */
    int64_t time_ns;
    uint32_t point;
    const packet *packet;
    const packet_ip *ip;
    const cats_steering *steering; /* of the encapsulation; NULL: the packet is in none */
    uint32_t flow; /* number of the steering tracker's flow, or PASSAGE_NO_FLOW; of encapsulated packets */
} passage_sight;

/* A broken rule. */
typedef struct passage_finding {
    cats_rule_id rule;
    uint32_t frame, other_frame; /* that shows it; before the hop, 0: there is none or it is `frame` */
    uint32_t point;
    int64_t time_ns;
    const char *text;
} passage_finding;

typedef struct passage_listener {
    void *context;
    void (*broken)(void *context, const passage_finding *finding);
    /* A packet passed: from its sighting before the hop to that behind it. May be NULL. */
    void (*passed)(void *context, uint32_t before_point, uint32_t behind_point, int64_t took_ns);
    /* Whether the point was captured all the time from one time to the other. */
    bool (*covers)(void *context, uint32_t point, int64_t from_ns, int64_t to_ns);
    cats_point_namer point_name; /* as the steering tracker asks */
    cats_frame_namer frame_name;
} passage_listener;

typedef struct passage_settings {
    uint32_t packets; /* under way at most, at least 16; beyond it the oldest goes unjudged */
    int64_t limit_ns; /* a packet not seen behind the hop so long after it was first seen is lost */
    const cats_topology *topology; /* may be NULL */
    passage_listener listener;
} passage_settings;
extern const passage_settings passage_settings_default;

typedef struct passage_count {
    uint64_t packets;  /* seen encapsulated */
    uint64_t passed;   /* and behind the hop */
    uint64_t lost;     /* judged to be */
    uint64_t unjudged; /* not seen behind the hop, and nothing tells that it should have been */
    uint64_t let_go;   /* of these for want of room */
} passage_count;

typedef struct passage_tracker passage_tracker;
passage_tracker *passage_tracker_new(const passage_settings *settings);
void passage_tracker_free(passage_tracker *tracker); /* NULL is allowed */

/* Where a point is. Points that were not told are of unknown place. */
void passage_tracker_place(passage_tracker *tracker, uint32_t point, const cats_place *place);

/* Reads one packet; sights of one point come in the order of its capture, points may run ahead of each other
 * by less than the limit.
 *
 * A packet is known again by its octets. The same octets at a point once more are another packet (a
 * retransmission, a duplicate): of several that are under way the last one that this point has not shown is
 * meant. A plain packet is behind the hop at a link of a site (SID of an egress) or to clients (of an
 * ingress); where the place is not known, when its TTL or hop limit is one less than inside the
 * encapsulation, and at a point that showed some such packets of this hop whatever it is. One that is known
 * by its numbers only was changed.
 *
 * Lost is judged when all links of the owner of the SID on that side are points, or when an earlier packet of
 * the same flow and direction was seen behind the hop; in either case the points were captured from the
 * packet on to the limit. */
void passage_tracker_see(passage_tracker *tracker, const passage_sight *sight);
/* The time has come so far: what is over the limit is judged. */
void passage_tracker_expire(passage_tracker *tracker, int64_t now);
passage_count passage_tracker_count_get(const passage_tracker *tracker);

#endif
