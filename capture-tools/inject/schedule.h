/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When each frame is due: every deadline is reckoned from the start, not from the frame before, so that
 * nothing adds up. Reads no clock. Spec: man/catshark-inject.1 (TIMING). */
#ifndef CATSHARK_INJECT_SCHEDULE_H
#define CATSHARK_INJECT_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

typedef enum schedule_kind {
    SCHEDULE_RECORDED, /* the capture's times, divided by the speed */
    SCHEDULE_RATE,     /* so many frames a second */
    SCHEDULE_TOPSPEED  /* all are due at once */
} schedule_kind;

/* Initialise by schedule_start(). */
typedef struct schedule {
    schedule_kind kind;
    double speed;  /* above 0 */
    uint64_t rate; /* above 0 */
    int64_t start; /* of the clock */
    /* What is known of the passes over the capture. */
    uint64_t frames;      /* that had a deadline */
    uint64_t pass_frames; /* of these, in this pass */
    int64_t first, last;  /* recorded times of this pass */
    int64_t before;       /* recorded time that went by before this pass */
    int64_t latest;       /* the last deadline: none is earlier than the one before */
} schedule;

/* Nanoseconds. `kind`, `speed` and `rate` are set by the caller. */
void schedule_start(schedule *s, int64_t now);
/* The deadline of the next frame, recorded at time_ns. A frame whose time is before that of the one in front
 * of it is due with it. INT64_MAX where the clock does not reach. */
int64_t schedule_next(schedule *s, int64_t time_ns);
/* The capture begins again: its first frame follows the last by the mean gap of this pass. */
void schedule_again(schedule *s);

#endif
