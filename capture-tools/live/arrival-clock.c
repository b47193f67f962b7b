/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Time stamps of frames on the clock that roles live by. */
#include "arrival-clock.h"

#include "loop.h"
#include <glib.h>
#include <time.h>

void arrival_clock_compare(arrival_clock *c)
{
    struct timespec wall;
    clock_gettime(CLOCK_REALTIME, &wall);
    c->present = live_loop_now();
    c->ahead = wall.tv_sec * INT64_C(1000000000) + wall.tv_nsec - c->present;
}

int64_t arrival_clock_frame(arrival_clock *c, int64_t stamp)
{
    const int64_t arrived = stamp - c->ahead;
    if (arrived <= c->last)
        return c->last;
    /* Most frames waited already when the clocks were compared. */
    if (arrived > c->present)
        c->present = live_loop_now();
    return c->last = MIN(arrived, c->present);
}

int64_t arrival_clock_event(arrival_clock *c, int64_t now)
{
    return c->last = MAX(c->last, now);
}
