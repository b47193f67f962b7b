/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the steering tracker share: steering-tracker.c reads sights, steering-memory.c holds
 * flows and lets go of them, steering-shared.c what they are steered by, steering-direction.c compares that
 * within a direction, steering-site.c looks behind the egress, steering-aggregate.c compares flows with each
 * other. */
#ifndef EPAN_CATS_STEERING_TRACKER_PRIVATE_H
#define EPAN_CATS_STEERING_TRACKER_PRIVATE_H

#include "flow-table.h"
#include "steering-tracker.h"

#include <glib.h>

/* What packets are steered by, with which later ones are compared: one for all directions of flows whose
 * first encapsulated packet was steered so. */
typedef struct tracked_steering {
    uint32_t number;               /* in tracker->steerings */
    uint32_t users;                /* directions */
    uint8_t sid[16];               /* the egress SID */
    const cats_sid_row *owner_row; /* may be NULL */
    cats_sid_structure structure;
    bool structured;                           /* structure is valid */
    bool from_ingress, learned, owner_learned; /* as in cats_steering */
} tracked_steering;

/* One direction, by its first encapsulated packet. */
typedef struct tracked_direction {
    uint32_t
        steering; /* tracked_steering; 0: not steered, the rest but hop_limit and reported is not valid */
    uint32_t frame;
    uint32_t flow_label : 20; /* outer */
    uint32_t hop_limit : 8;   /* inside the encapsulation, of the last packet */
    uint32_t reported : 4;    /* enum direction_rule, a bit each */
} tracked_direction;

enum direction_rule { DIRECTION_ARGUMENT = 1, DIRECTION_EGRESS = 2, DIRECTION_LABEL = 4, DIRECTION_SITE = 8 };

/* What tells which side asks for the service, weakest first. */
typedef enum service_sign {
    SIGN_NONE,
    SIGN_OWNER,    /* the SID is an egress's, or it is not */
    SIGN_END_CATS, /* a behaviour for services only */
    SIGN_SYN,
    SIGN_CS_ID /* of the topology */
} service_sign;

/* Points in memory are plus 1, modulo 2^32: NONE is 0 there. */
#define POINT_HELD(point) ((uint32_t)(point) + 1u)
#define POINT_TOLD(held) ((uint32_t)(held)-1u)

/* What only some flows need: the site and what tells of it, and the flow before this one. All zero where
 * nothing is known. */
typedef struct tracked_site {
    int64_t seen_ns;       /* when `sequence` was */
    uint32_t frame, point; /* as in steering_flow; point is held */
    uint32_t sequence;     /* behind the last octet that was seen at the point */
    uint32_t twin;         /* another point that shows copies of the same packets, held */
    uint32_t elsewhere[4]; /* points seen last that are not only behind the egress, held */
    uint32_t earlier;      /* tracked_earlier; 0: none */
    uint8_t elsewhere_next;
    bool sequenced; /* sequence is valid: TCP */
} tracked_site;

/* The connection before a flow, which had the same addresses and ports. */
typedef struct tracked_earlier {
    steering_flow view;
    uint32_t isn;
    uint8_t opener;
} tracked_earlier;

typedef struct tracked_flow {
    flow_entry entry;               /* first member; side 0 is entry.key.source; entry.more: tracked_site */
    uint32_t number, first_frame;   /* as in steering_flow */
    tracked_direction direction[2]; /* from side 0, from side 1 */
    uint32_t isn;
    uint32_t verdict : 2;    /* steering_verdict */
    uint32_t opener : 1;     /* side; valid with opener_known */
    uint32_t asker : 1;      /* side that asks for the service; valid unless asker_sign is SIGN_NONE */
    uint32_t asker_sign : 3; /* service_sign */
    uint32_t opener_known : 1;
    uint32_t syn : 1;    /* the opener's SYN was seen: isn is valid */
    uint32_t passed : 1; /* a SYN in no encapsulation began another connection: such packets are its own from
                            there on */
} tracked_flow;
_Static_assert(sizeof(tracked_flow) <= 104,
               "with a connection and both slots, at most 21 octets each, near 256");
_Static_assert(sizeof(tracked_site) <= 48, "taken off a flow whose site or points tell nothing");

/* Steps of a series of aggregate IDs that are remembered within the limit, and series: the one that began no
 * flow for longest goes. */
#define AGGREGATE_STEPS 10
#define AGGREGATE_SERIES 256

/* An aggregate ID and the first flow that used it. */
typedef struct aggregate_step {
    uint32_t id, frame;
    int64_t since_ns;
} aggregate_step;

/* The IDs that an egress gave to what it announced for one CS-ID, as far as flows show them. */
typedef struct aggregate_series {
    cats_address locator, service;
    int64_t used_ns;                       /* by a new flow, */
    int64_t newest_ns;                     /* by one whose ID was none of the replaced */
    aggregate_step old;                    /* the newest of those beyond the limit; id 0: none yet */
    aggregate_step steps[AGGREGATE_STEPS]; /* ever newer */
    uint8_t step_count;
} aggregate_series;

struct steering_tracker {
    steering_tracker_settings settings;
    aggregate_series *aggregates; /* AGGREGATE_SERIES; NULL while there is none */
    unsigned aggregate_count;
    flow_table *flows;            /* of tracked_flow */
    record_pool steerings;        /* tracked_steering, */
    GHashTable *known_steerings;  /* and a set of them, by what packets are steered by */
    record_pool sites, earliers;  /* tracked_site, tracked_earlier */
    steering_tracker_count count; /* flows and verdicts only */
};

/* steering-memory.c */
/* Begins with this sight; makes room if need be. `hash` is the key's in the table. */
tracked_flow *steering_flow_add(steering_tracker *t, const steering_sight *sight, uint32_t hash);
/* It becomes the next flow of the same addresses and ports. */
void steering_flow_renew(steering_tracker *t, tracked_flow *flow, uint32_t frame);
/* All that is told of a flow. */
steering_flow steering_flow_view(const steering_tracker *t, const tracked_flow *flow);
/* To read what is known of the site, also when that is nothing. */
static inline const tracked_site *steering_site_of(const steering_tracker *t, const tracked_flow *flow)
{
    return record_pool_at(&t->sites, flow->entry.more);
}
/* The connection before it, or NULL. */
static inline const tracked_earlier *steering_earlier_of(const steering_tracker *t, const tracked_flow *flow)
{
    uint32_t number = steering_site_of(t, flow)->earlier;
    return number == 0 ? NULL : record_pool_at(&t->earliers, number);
}
/* To write. */
tracked_site *steering_site_made(steering_tracker *t, tracked_flow *flow);
/* What texts call the frame. */
cats_frame_name steering_frame_name(const steering_tracker *t, uint32_t frame);
void steering_flow_tell(const steering_tracker *t, const tracked_flow *flow);

/* steering-shared.c */
void steering_shared_init(steering_tracker *t);
void steering_shared_clear(steering_tracker *t);
/* The number of what the packet is steered by, which has one user more. */
uint32_t steering_shared_take(steering_tracker *t, const cats_steering *steering);
/* One user less; number 0 is none. */
void steering_shared_leave(steering_tracker *t, uint32_t number);

/* steering-direction.c: an encapsulated packet from side `from`. */
void steering_direction_see(steering_tracker *t, tracked_flow *flow, unsigned from,
                            const steering_sight *sight, cats_findings *findings);

/* steering-aggregate.c: the first packet of a flow. */
void steering_aggregate_see(steering_tracker *t, const tracked_flow *flow, const steering_sight *sight,
                            cats_findings *findings);

/* steering-site.c: a packet in no encapsulation from side `from`. */
void steering_site_see(steering_tracker *t, tracked_flow *flow, unsigned from, const steering_sight *sight,
                       cats_findings *findings);

/* The flow was seen there where it is not behind the egress: what that point shows names no site. */
void steering_site_rule_out(steering_tracker *t, tracked_flow *flow, uint32_t point);

/* What the sight tells of who asks; `side` is the one that would. Counts as long as no site is named. */
void steering_asker_tell(const steering_tracker *t, tracked_flow *flow, service_sign sign, unsigned side);
/* The verdict "moved" stays. */
void steering_verdict_raise(steering_tracker *t, tracked_flow *flow, steering_verdict verdict);
/* True once a rule and direction. */
bool steering_is_new_finding(tracked_flow *flow, unsigned from, enum direction_rule rule);

#endif
