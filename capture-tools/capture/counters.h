/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a capture has seen so far: frames decoded and followed as `inspect` does, and the SIDs that flows are
 * steered to. Spec: man/catshark-capture.1 (COUNTERS). */
#ifndef CATSHARK_CAPTURE_COUNTERS_H
#define CATSHARK_CAPTURE_COUNTERS_H

#include "capture-tools/inspect/summary.h"

typedef struct capture_counters capture_counters;

/* SIDs that are told apart at most. */
#define CAPTURE_SIDS_MAX 1024

typedef struct capture_sid {
    cats_address sid;
    char name[CATS_SID_NAME_TEXT]; /* "egress1 End.CATS", or "" */
    uint64_t flows;                /* whose first encapsulated packet had it */
    uint64_t packets;              /* encapsulated to it */
} capture_sid;

/* The topology is borrowed and may be NULL. The codes are those of routes. */
capture_counters *capture_counters_new(const cats_topology *topology, const cats_route_codes *codes);
void capture_counters_free(capture_counters *counters); /* NULL is allowed */
/* The next interface, from 0: its name, and the DLT of its frames. */
void capture_counters_add_interface(capture_counters *counters, const char *name, int link_type);
void capture_counters_frame(capture_counters *counters, uint32_t interface, int64_t time_ns,
                            const uint8_t *data, uint32_t captured, uint32_t wire);
/* Valid until the next frame. */
const summary *capture_counters_summary(capture_counters *counters);
/* Whether frames of this interface can be decoded at all. */
bool capture_counters_decodes(const capture_counters *counters, uint32_t interface);
/* The SIDs with most flows, then with most packets; at most `room` of them. Returns how many. */
size_t capture_counters_top(const capture_counters *counters, const capture_sid **top, size_t room);
/* SIDs told apart; packets to others, for which there was no room. */
size_t capture_counters_sids(const capture_counters *counters);
uint64_t capture_counters_to_others(const capture_counters *counters);

#endif
