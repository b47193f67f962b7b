/* SPDX-License-Identifier: GPL-2.0-or-later */
/* In which fields one frame differs from another. Spec: man/catshark-verify.1 (EXPECT). */
#ifndef CATSHARK_VERIFY_PACKET_DIFFERENCE_H
#define CATSHARK_VERIFY_PACKET_DIFFERENCE_H

#include "expect-ignored.h"
#include "packet-layout.h"

typedef struct frame_octets {
    const uint8_t *data;
    uint32_t captured, wire;
    int link_type;
} frame_octets;

typedef struct field_difference {
    const char *name;
    char *value, *expected; /* owned */
} field_difference;

/* An empty array of them, which owns their values. */
GArray *field_differences_new(void);

typedef struct packet_differences {
    GArray *fields; /* of field_difference: what is judged; values only when they were asked for */
    unsigned cost;  /* how far apart the packets are: 0 for none, more for fields that identify */
    unsigned identifying, independent; /* fields that say which packet it is; that follow from no other */
} packet_differences;

typedef struct packet_comparer packet_comparer;

packet_comparer *packet_comparer_new(const expect_ignored *ignored, const affinity_numbers *numbers);
void packet_comparer_free(packet_comparer *comparer); /* NULL is allowed */

/* Of the innermost TCP or UDP header the next comparisons leave this port out: 0 the source's, 1 the
 * destination's, -1 none. */
void packet_comparer_skip_port(packet_comparer *comparer, int port);

/* Compares two frames by the fields of the expected one; with `inner` only their innermost IP packets. The
 * octets are laid upon each other in two ways, as they stand and header by header, and the way with fewer
 * differences counts: so a field that says where others lie is the one named when it alone was changed. The
 * result is valid until the next call. */
const packet_differences *packet_compare(packet_comparer *comparer, const frame_octets *expected,
                                         const frame_octets *observed, bool inner, bool values);

/* The result is of one packet, changed, rather than of two: at most two fields differ that follow from no
 * other, or none of those that say which packet it is. */
bool packet_differences_alike(const packet_differences *d);

#endif
