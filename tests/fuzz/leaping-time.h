/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The clock of the trackers' fuzz targets: an octet of input moves it on, back, or very far. */
#ifndef TESTS_FUZZ_LEAPING_TIME_H
#define TESTS_FUZZ_LEAPING_TIME_H

#include <stdint.h>

#define NS_PER_MS INT64_C(1000000)

/* By the time's octet: a step of up to 12.8 s either way, or a leap. Where the sum does not fit it goes
 * round. */
static inline int64_t later(int64_t now, uint8_t by)
{
    static const int64_t leaps[] = { INT64_MIN, INT64_MAX, INT64_MAX / 2, -INT64_MAX / 2 };
    enum { LEAP = 0x7c }; /* and the three above it */
    int64_t step =
        by >= LEAP && by < LEAP + 4 ? leaps[by - LEAP] : (int8_t)by * (by & 1 ? NS_PER_MS : 100 * NS_PER_MS);
    return (int64_t)((uint64_t)now + (uint64_t)step);
}

#endif
