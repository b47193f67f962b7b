/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When a frame arrived, on the clock that roles live by: the kernel's time stamp, which is of the clock on
 * the wall. What a role measures is then as exact as that stamp, whatever else the loop had to do first.
 * Spec: clock_gettime(2), packet(7). */
#ifndef CATSHARK_LIVE_ARRIVAL_CLOCK_H
#define CATSHARK_LIVE_ARRIVAL_CLOCK_H

#include <stdint.h>

/* Nanoseconds. */
typedef struct arrival_clock {
    int64_t ahead;   /* of the clock on the wall before CLOCK_MONOTONIC, as it is now */
    int64_t present; /* the last look at CLOCK_MONOTONIC */
    int64_t last;    /* the latest time that a role was given: it never goes back */
} arrival_clock;

/* Compares both clocks: the one on the wall may have been set. */
void arrival_clock_compare(arrival_clock *c);
/* The time of a frame with this stamp: at least `last`, which it becomes, and not in the future. A stamp from
 * before the wall's clock was set is one of these two. */
int64_t arrival_clock_frame(arrival_clock *c, int64_t stamp);
/* The time of something that happens now; `now` was read not long ago. */
int64_t arrival_clock_event(arrival_clock *c, int64_t now);

#endif
