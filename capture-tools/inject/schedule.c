/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Deadlines from recorded times or a rate. Spec: man/catshark-inject.1 (TIMING). */
#include "schedule.h"

#include "epan-cats/capture-time.h"

#define NANOSECONDS UINT64_C(1000000000)

void schedule_start(schedule *s, int64_t now)
{
    s->start = now;
    s->latest = now;
    s->frames = 0;
    s->pass_frames = 0;
    s->before = 0;
}

/* Whole seconds and the rest apart: the product does not overflow, and nothing is rounded twice. */
static uint64_t since_start_by_rate(const schedule *s)
{
    uint64_t seconds = s->frames / s->rate, rest = s->frames % s->rate;
    return seconds > INT64_MAX / NANOSECONDS - 1 ? INT64_MAX
                                                 : seconds * NANOSECONDS + rest * NANOSECONDS / s->rate;
}

static int64_t recorded_since_start(schedule *s, int64_t time_ns)
{
    if (s->pass_frames == 0) {
        s->first = time_ns;
        s->last = time_ns;
    }
    if (time_ns > s->last)
        s->last = time_ns;
    int64_t here = capture_time_between(s->first, time_ns);
    return capture_time_after(s->before, here > 0 ? here : 0);
}

/* A long double holds every number of nanoseconds that fits into 64 bits. */
static int64_t since_start_by_speed(schedule *s, int64_t time_ns)
{
    int64_t recorded = recorded_since_start(s, time_ns);
    if (s->speed == 1.0)
        return recorded;
    long double scaled = (long double)recorded / (long double)s->speed;
    return scaled >= (long double)INT64_MAX ? INT64_MAX : (int64_t)scaled;
}

int64_t schedule_next(schedule *s, int64_t time_ns)
{
    int64_t since = 0;
    if (s->kind == SCHEDULE_RATE)
        since = (int64_t)since_start_by_rate(s);
    else if (s->kind == SCHEDULE_RECORDED)
        since = since_start_by_speed(s, time_ns);
    s->frames++;
    s->pass_frames++;
    int64_t due = capture_time_after(s->start, since);
    if (due > s->latest)
        s->latest = due;
    return s->latest;
}

void schedule_again(schedule *s)
{
    if (s->pass_frames > 0) {
        int64_t length = capture_time_between(s->first, s->last);
        int64_t gap = s->pass_frames > 1 ? length / (int64_t)(s->pass_frames - 1) : 0;
        s->before = capture_time_after(s->before, capture_time_after(length, gap));
    }
    s->pass_frames = 0;
}
