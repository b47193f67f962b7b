/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the passage tracker share: passage-tracker.c reads sights, passage-memory.c holds packets
 * under way, passage-hop.c knows the forwarders, passage-rules.c judges. */
#ifndef EPAN_CATS_PASSAGE_TRACKER_PRIVATE_H
#define EPAN_CATS_PASSAGE_TRACKER_PRIVATE_H

#include "capture-time.h"
#include "passage-tracker.h"

#define PASSAGE_HOPS_MAX 64
#define PASSAGE_NO_HOP UINT8_MAX
/* So many packets behind the hop make a point one that is behind it. */
#define PASSAGE_LEARNT 3
/* Flows whose way is remembered, by number; a power of two. */
#define PASSAGE_FLOWS 16384

/* Who takes encapsulations off: the owner of SIDs, or where nobody is named, their locator. */
typedef enum passage_side { PASSAGE_SIDE_UNKNOWN, PASSAGE_SIDE_EGRESS, PASSAGE_SIDE_INGRESS } passage_side;

typedef struct passage_hop {
    const char *owner; /* NULL: by locator */
    cats_address locator;
    passage_side side;
    uint8_t shown[PASSAGE_POINTS_MAX]; /* packets behind it that the point showed, up to PASSAGE_LEARNT */
} passage_hop;

/* One packet under way, whatever the points that showed it. */
typedef struct tracked_packet {
    uint64_t head;                     /* digest */
    uint64_t points[2];                /* a bit for each point that showed it plain, encapsulated */
    int64_t seen_ns;                   /* first, */
    int64_t before_ns;                 /* last before the hop, */
    int64_t plain_ns;                  /* and last in no encapsulation */
    uint64_t next_head, next_identity; /* number of the one before it in its chain, plus 1; 0: none */
    uint32_t rest, identity, length;
    uint32_t before_frame; /* the last sighting in the encapsulation; 0: none */
    uint32_t plain_frame;  /* the last sighting in none; 0: none */
    uint32_t before_point, plain_point;
    uint32_t flow;
    uint8_t hop;
    uint8_t before_hop_limit, plain_hop_limit;
    bool whole, end_cats, done;         /* done: passed, or judged */
    uint8_t octets[PACKET_DIGEST_HEAD]; /* of the first sighting */
} tracked_packet;

/* That a flow's packets were seen behind a hop. */
typedef struct passage_way {
    uint32_t flow; /* plus 1; 0: none */
    uint32_t point;
    uint8_t hop;
} passage_way;

struct passage_tracker {
    passage_settings settings;
    passage_count count;
    cats_place places[PASSAGE_POINTS_MAX];
    passage_hop hops[PASSAGE_HOPS_MAX];
    unsigned hop_count;
    passage_way *ways; /* PASSAGE_FLOWS, by flow and hop */
    /* Packets [first, next), each at its number modulo the room, which is a power of two. */
    tracked_packet *ring;
    uint64_t *by_head, *by_identity; /* number of the newest of a chain, plus 1 */
    uint64_t first, next;
    uint32_t room;
};

/* passage-memory.c */
tracked_packet *passage_add(passage_tracker *t, const packet_digest *digest);
/* The newest with this digest that the point has not shown so, encapsulated or plain; or NULL. */
tracked_packet *passage_find(const passage_tracker *t, const packet_digest *digest, uint32_t point,
                             bool encapsulated);
/* The newest with this digest whose way through its hop a plain packet at the point, with this hop limit, may
 * have been; or NULL. */
tracked_packet *passage_find_waiting(const passage_tracker *t, const packet_digest *digest, uint32_t point,
                                     uint8_t hop_limit);
/* The newest with this identity that was seen encapsulated, is not done, and not shown by the point; or NULL.
 */
tracked_packet *passage_find_changed(const passage_tracker *t, const packet_digest *digest, uint32_t point,
                                     bool encapsulated);
static inline tracked_packet *passage_at(const passage_tracker *t, uint64_t number)
{
    return &t->ring[number & (t->room - 1)];
}

/* passage-hop.c */
uint8_t passage_hop_of(passage_tracker *t, const cats_steering *steering);
/* Whether a plain packet with this hop limit at the point is the one of the passage, behind its hop. */
bool passage_is_behind(const passage_tracker *t, const tracked_packet *p, uint32_t point, uint8_t hop_limit);
/* Whether that is sure of the point, whatever the hop limit. */
bool passage_point_is_behind(const passage_tracker *t, uint8_t hop, uint32_t point);
void passage_hop_learn(passage_tracker *t, const tracked_packet *p, uint32_t point);
/* Whether the packet should have been seen behind the hop: *point is where its flow was, or NONE. */
bool passage_is_due(const passage_tracker *t, const tracked_packet *p);

/* passage-rules.c */
void passage_judge_passed(passage_tracker *t, tracked_packet *p, uint32_t frame, uint32_t point,
                          int64_t time_ns, uint8_t hop_limit);
void passage_judge_changed(passage_tracker *t, tracked_packet *p, const passage_sight *sight,
                           const packet_digest *digest);
void passage_judge_rest(passage_tracker *t, tracked_packet *p, const passage_sight *sight,
                        const packet_digest *digest);
void passage_judge_not_local(passage_tracker *t, tracked_packet *p, const passage_sight *sight);
void passage_judge_lost(passage_tracker *t, tracked_packet *p);

#endif
