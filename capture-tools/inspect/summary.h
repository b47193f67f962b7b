/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a capture held in all: counts by kind, and rules broken. */
#ifndef CATSHARK_INSPECT_SUMMARY_H
#define CATSHARK_INSPECT_SUMMARY_H

#include "decode.h"
#include <json-glib/json-glib.h>
#include <stdio.h>

typedef struct summary {
    uint64_t frames, octets;
    int64_t first_ns, last_ns;  /* valid when frames > 0 */
    uint64_t ipv4, ipv6, no_ip; /* by the innermost header */
    uint64_t cut, malformed, too_deep;
    uint64_t encapsulated; /* SRv6 headers with a packet inside */
    uint64_t cats;         /* of these, those whose egress SID is End.CATS */
    uint64_t tcp, saf, redirects, permits;
    uint64_t broken[CATS_RULE_COUNT];
    bool has_sessions; /* they were followed: sessions is valid */
    affinity_tracker_count sessions;
    bool has_flows; /* they were followed: flows is valid */
    steering_tracker_count flows;
    bool has_routes; /* there was BGP: routes is valid */
    route_reader_count routes;
} summary;

void summary_add(summary *s, const decoded *frame, int64_t time_ns);
/* After the last frame: what the decoder's trackers have to tell. */
void summary_add_tracked(summary *s, const decoder *d);
/* The counts and the broken rules as lines, or as members of the JSON object under construction. */
void summary_print_counts(const summary *s, FILE *out);
void summary_add_members(const summary *s, JsonBuilder *builder);
/* Text for people. False on a write error. */
bool summary_print(const summary *s, const char *name, FILE *out);
/* One line of NDJSON with the same counts. */
bool summary_write_json(const summary *s, const char *name, FILE *out);

#endif
