/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Classes of a sixty-fourth of a power of two. Spec: time-spread.h. */
#include "time-spread.h"

#include <glib.h>

enum { STEP_BITS = 6 };

/* Values below 64 have a class each. */
static unsigned class_of(uint64_t value)
{
    if (value < TIME_SPREAD_STEPS)
        return (unsigned)value;
    unsigned bits = 63 - (unsigned)__builtin_clzll(value);
    return (bits - STEP_BITS + 1) * TIME_SPREAD_STEPS + (unsigned)(value >> (bits - STEP_BITS) & 63);
}

/* The middle of a class. */
static int64_t value_of(unsigned class)
{
    if (class < TIME_SPREAD_STEPS)
        return class;
    unsigned shift = class / TIME_SPREAD_STEPS - 1;
    return (int64_t)((uint64_t)(TIME_SPREAD_STEPS + class % TIME_SPREAD_STEPS) << shift) +
           (shift > 0 ? INT64_C(1) << (shift - 1) : 0);
}

void time_spread_add(time_spread *s, int64_t ns)
{
    if (s->count == 0 || ns < s->low_ns)
        s->low_ns = ns;
    if (s->count == 0 || ns > s->high_ns)
        s->high_ns = ns;
    s->count++;
    if (ns < 0)
        s->early[class_of(0 - (uint64_t)ns)]++;
    else
        s->classes[class_of((uint64_t)ns)]++;
}

int64_t time_spread_quantile(const time_spread *s, double part)
{
    uint64_t wanted = (uint64_t)(part * (double)(s->count - 1)) + 1, passed = 0;
    for (unsigned i = TIME_SPREAD_CLASSES; i-- > 0;) {
        passed += s->early[i];
        if (passed >= wanted)
            return CLAMP(-value_of(i), s->low_ns, s->high_ns);
    }
    for (unsigned i = 0; i < TIME_SPREAD_CLASSES; i++) {
        passed += s->classes[i];
        if (passed >= wanted)
            return CLAMP(value_of(i), s->low_ns, s->high_ns);
    }
    return s->high_ns;
}
