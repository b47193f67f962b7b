/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A queue of deadlines for up to millions of timers: set, move and cancel in O(log n), earliest first, and
 * first set first where deadlines are equal, so that a run repeats itself exactly. */
#ifndef CATSHARK_ROLES_TIMERS_H
#define CATSHARK_ROLES_TIMERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Lives in its owner. Zeroed memory is a timer that is not set. */
typedef struct timer {
    void *owner;
    size_t at; /* place in the queue + 1; 0: not set */
} timer;

typedef struct timers timers;

timers *timers_new(void);
/* Timers that are still set are forgotten; their owners are not touched. */
void timers_free(timers *queue);
/* Sets the timer or moves it. ROLE_NEVER is a deadline like any other: cancel instead. */
void timers_set(timers *queue, timer *t, int64_t deadline);
/* Nothing happens when it is not set. */
void timers_cancel(timers *queue, timer *t);
/* Its deadline; valid while it is set. */
int64_t timers_deadline(const timers *queue, const timer *t);
static inline bool timers_is_set(const timer *t)
{
    return t->at != 0;
}
/* The earliest deadline, INT64_MAX when no timer is set. */
int64_t timers_earliest(const timers *queue);
/* Takes out the earliest timer whose deadline is at or before `now`; NULL when there is none. */
timer *timers_pop(timers *queue, int64_t now);
size_t timers_count(const timers *queue);

#endif
