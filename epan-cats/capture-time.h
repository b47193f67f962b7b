/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Times of packets, in nanoseconds since 1970. They come from captures, which may be damaged or forged: any
 * two of them may lie so far apart that their difference does not fit. */
#ifndef EPAN_CATS_CAPTURE_TIME_H
#define EPAN_CATS_CAPTURE_TIME_H

#include <stdbool.h>
#include <stdint.h>

#define CAPTURE_NS_PER_S INT64_C(1000000000)
#define CAPTURE_SECONDS_MAX (INT64_MAX / CAPTURE_NS_PER_S - 1)

/* Any seconds: those that cannot be told in nanoseconds are taken for the last that can. */
static inline int64_t capture_time_of(int64_t seconds, int64_t nanoseconds)
{
    if (seconds > CAPTURE_SECONDS_MAX)
        seconds = CAPTURE_SECONDS_MAX;
    else if (seconds < -CAPTURE_SECONDS_MAX)
        seconds = -CAPTURE_SECONDS_MAX;
    if (nanoseconds < 0)
        nanoseconds = 0;
    else if (nanoseconds >= CAPTURE_NS_PER_S)
        nanoseconds = CAPTURE_NS_PER_S - 1;
    return seconds * CAPTURE_NS_PER_S + nanoseconds;
}

/* More than `span` (not negative) lies between `since` and `now`. */
static inline bool capture_time_passed(int64_t since, int64_t span, int64_t now)
{
    return now > since && (uint64_t)now - (uint64_t)since > (uint64_t)span;
}

/* `span` (not negative) behind `since`, or the end of time. */
static inline int64_t capture_time_after(int64_t since, int64_t span)
{
    return since > INT64_MAX - span ? INT64_MAX : since + span;
}

/* The time less an offset of either sign, or an end of time. */
static inline int64_t capture_time_less(int64_t time, int64_t offset)
{
    int64_t less;
    if (!__builtin_sub_overflow(time, offset, &less))
        return less;
    return offset < 0 ? INT64_MAX : INT64_MIN;
}

/* From one to the other, negative when they are in the wrong order; at most INT64_MAX either way. */
static inline int64_t capture_time_between(int64_t from, int64_t to)
{
    if (to >= from)
        return capture_time_passed(from, INT64_MAX, to) ? INT64_MAX : to - from;
    return capture_time_passed(to, INT64_MAX, from) ? -INT64_MAX : to - from;
}

#endif
