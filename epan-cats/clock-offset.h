/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How far the clocks of several captures are apart, from packets that more than one of them shows: as NTP
 * does it, by the least delay each way. Pure: sightings come in, bounds come out. Spec: RFC 5905 s8 (on-wire
 * protocol, minimum delay), docs/rules.md (clocks). */
#ifndef EPAN_CATS_CLOCK_OFFSET_H
#define EPAN_CATS_CLOCK_OFFSET_H

#include <stdbool.h>
#include <stdint.h>

/* Where on its way a packet is: the greater of two comes first. */
typedef uint32_t clock_progress;
/* From its hop limit; when it is encapsulated, that of the outer header too. */
static inline clock_progress clock_progress_of(uint8_t hop_limit, bool encapsulated, uint8_t outer_hop_limit)
{
    return (uint32_t)hop_limit << 9 | (encapsulated ? outer_hop_limit : 1u << 8);
}

typedef struct clock_offsets clock_offsets;

/* `clocks` of them, counted from 0. */
clock_offsets *clock_offsets_new(unsigned clocks);
void clock_offsets_free(clock_offsets *offsets); /* NULL is allowed */

/* A packet, told by its octets, passed where this clock is. One that a clock shows twice alike is not used.
 */
void clock_offsets_see(clock_offsets *offsets, unsigned clock, int64_t time_ns, uint64_t digest,
                       clock_progress progress);

/* What the packets say of a clock. */
typedef struct clock_estimate {
    bool known;              /* some packet was seen there and elsewhere: the rest is valid */
    bool two_way;            /* in both directions */
    bool contradictory;      /* no offset fits: nothing is put right */
    unsigned against;        /* the clock that it was compared with */
    int64_t low_ns, high_ns; /* it is so much ahead of that one: bounds; INT64_MIN, INT64_MAX without one */
    uint64_t packets;
    int64_t offset_ns; /* it is taken to be so much ahead of clock 0: nothing while that is possible, else the
                          middle of the bounds, or the one there is */
} clock_estimate;

/* One for each clock; the first one is that of clock 0. */
void clock_offsets_solve(const clock_offsets *offsets, clock_estimate *estimates);

#endif
