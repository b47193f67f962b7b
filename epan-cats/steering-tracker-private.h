/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the steering tracker share: steering-tracker.c reads sights, steering-memory.c holds
 * flows and lets go of them, steering-direction.c compares what one direction is steered by, steering-site.c
 * looks behind the egress, steering-aggregate.c compares flows with each other. */
#ifndef EPAN_CATS_STEERING_TRACKER_PRIVATE_H
#define EPAN_CATS_STEERING_TRACKER_PRIVATE_H

#include "flow-table.h"
#include "steering-tracker.h"

#include <glib.h>

/* One direction: what its first encapsulated packet was steered by, with which later ones are compared. */
typedef struct tracked_direction {
    bool steered;        /* the rest is valid */
    bool structured;     /* structure is valid */
    bool from_ingress;   /* as in cats_steering */
    bool learned;        /* the row, from routes */
    uint8_t hop_limit;   /* inside the encapsulation, of the last packet */
    uint8_t reported;    /* enum direction_rule, a bit each */
    uint8_t sid[16];     /* the egress SID */
    uint32_t frame;      /* of that first packet */
    uint32_t flow_label; /* outer */
    cats_sid_structure structure;
    const cats_sid_row *row; /* may be NULL */
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

/* The second round as one point showed it. */
typedef struct tracked_site {
    bool sequenced;        /* sequence is valid: TCP */
    uint32_t sequence;     /* behind the last octet that was seen at the flow's site_point */
    int64_t seen_ns;       /* when that was */
    uint32_t twin;         /* another point that shows copies of the same packets, or NONE */
    uint32_t elsewhere[4]; /* points seen last that are not only behind the egress, or NONE */
    uint8_t elsewhere_next;
} tracked_site;

typedef struct tracked_flow {
    flow_entry entry; /* first member; side 0 is entry.key.source */
    steering_flow view;
    tracked_direction direction[2]; /* from side 0, from side 1 */
    uint8_t opener;                 /* side; valid with opener_known */
    uint8_t asker;                  /* side that asks for the service; valid unless asker_sign is SIGN_NONE */
    uint8_t asker_sign;             /* service_sign */
    bool opener_known;
    bool syn; /* the opener's SYN was seen: isn is valid */
    uint32_t isn;
    bool passed; /* a SYN in no encapsulation began another connection: such packets are its own from there on
                  */
    bool follows; /* the connection before it had these addresses and ports: earlier, its view, is valid */
    uint8_t earlier_opener;
    uint32_t earlier_isn;
    steering_flow earlier;
    tracked_site site; /* valid with view.site_frame */
} tracked_flow;

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
    steering_tracker_count count; /* flows and verdicts only */
};

/* steering-memory.c */
/* Begins with this sight; makes room if need be. `hash` is the key's in the table. */
tracked_flow *steering_flow_add(steering_tracker *t, const steering_sight *sight, uint32_t hash);
/* It becomes the next flow of the same addresses and ports. */
void steering_flow_renew(steering_tracker *t, tracked_flow *flow, uint32_t frame);
/* What texts call the frame. */
cats_frame_name steering_frame_name(const steering_tracker *t, uint32_t frame);
void steering_flow_tell(const steering_tracker *t, const tracked_flow *flow);

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
void steering_asker_tell(tracked_flow *flow, service_sign sign, unsigned side);
/* The verdict "moved" stays. */
void steering_verdict_raise(steering_tracker *t, tracked_flow *flow, steering_verdict verdict);
/* True once a rule and direction. */
bool steering_is_new_finding(tracked_flow *flow, unsigned from, enum direction_rule rule);

#endif
