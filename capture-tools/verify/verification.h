/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every rule over the frames of all sources: decoded once, followed as sessions, flows and passages through
 * forwarders, judged, counted. Who wants to see more than the findings observes. Spec: docs/rules.md. */
#ifndef CATSHARK_VERIFY_VERIFICATION_H
#define CATSHARK_VERIFY_VERIFICATION_H

#include "capture-tools/inspect/decode.h"
#include "findings.h"
#include "sources.h"

#include "epan-cats/passage-tracker.h"

typedef struct verification verification;

/* A frame, decoded and judged by the rules that need no later frame. Valid during the call. */
typedef struct verified_frame {
    const source_frame *source;
    const capture_point *point; /* NULL when it is not known */
    const decoder *decoder;     /* for fields_visit() */
    const decoded *decoded;     /* its findings are in the log already */
} verified_frame;

/* Whoever looks over the verification's shoulder: the semantic difference, the second decoder, the report.
 * All calls may be NULL. It may add findings to the log. Sessions and flows are told as trackers tell their
 * listeners, with frames as ids of the sources. */
typedef struct verification_observer {
    void *context;
    void (*frame)(void *context, verification *v, const verified_frame *frame);
    void (*connection)(void *context, const affinity_connection *connection);
    void (*verdict)(void *context, uint32_t session, affinity_verdict verdict);
    void (*flow)(void *context, const steering_flow *flow);
    /* All frames were read (or as many as can be), the rules of the whole capture are judged. */
    void (*end)(void *context, verification *v);
} verification_observer;

typedef struct verification_settings {
    affinity_numbers numbers;
    cats_context cats;
    cats_route_codes codes;        /* of BGP */
    const cats_topology *topology; /* borrowed, may be NULL */
    int64_t reconnect_limit_ns;
    int64_t lost_limit_ns;                /* from before a forwarder to behind it */
    uint32_t connections, flows, packets; /* followed at most */
    finding_rules rules;
    uint64_t limit; /* findings kept of each rule */
    bool expects;   /* an observer judges cats/lost by what was generated */
} verification_settings;
/* Defaults without a topology. */
void verification_settings_init(verification_settings *settings);

/* Sources and points are borrowed; the sources need not be open yet. */
verification *verification_new(const verification_settings *settings, capture_sources *sources,
                               capture_points *points);
void verification_free(verification *v); /* NULL is allowed */
void verification_observe(verification *v, const verification_observer *observer);

/* Reads the next frame. False at the end of all sources; verification_end() is to follow, and may also when
 * not all was read. */
bool verification_step(verification *v);
void verification_end(verification *v);

/* Valid as long as the verification. */
finding_log *verification_findings(verification *v);
const capture_sources *verification_sources(const verification *v);
const capture_points *verification_points(const verification *v);
const cats_topology *verification_topology(const verification *v);

/* What was seen and followed. */
typedef struct verification_totals {
    uint64_t frames, octets;
    uint64_t ends[PACKET_TOO_DEEP + 1]; /* frames by where their walk ended */
    bool broken;                        /* some source could not be read to its end */
    affinity_tracker_count sessions;
    steering_tracker_count flows;
    passage_count packets; /* through forwarders */
    route_reader_count routes;
} verification_totals;
verification_totals verification_count(const verification *v);

/* Where the rule could not be judged, it is silent, not passed. NULL when it could wherever it applies; else
 * the reason, "no topology file", to be freed, and *from is the frame from which on, 0 for nowhere at all. */
char *verification_silence(const verification *v, cats_rule_id rule, uint32_t *from);

#endif
