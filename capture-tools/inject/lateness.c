/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A histogram of times with a bounded relative error. */
#include "lateness.h"

enum { LINEAR = 64, LINEAR_BITS = 6 };

static unsigned class_of(uint64_t value)
{
    if (value < LINEAR)
        return (unsigned)value;
    unsigned shift = 63 - (unsigned)__builtin_clzll(value) - LINEAR_BITS;
    return (shift + 1) * LINEAR + (unsigned)(value >> shift) - LINEAR;
}

/* The highest value of a class. */
static int64_t top_of(unsigned number)
{
    if (number < LINEAR)
        return number;
    unsigned shift = number / LINEAR - 1;
    return (int64_t)((((uint64_t)(number % LINEAR) + LINEAR + 1) << shift) - 1);
}

void lateness_add(lateness *l, int64_t nanoseconds, uint64_t count)
{
    int64_t value = nanoseconds > 0 ? nanoseconds : 0;
    if (count == 0)
        return;
    if (l->count == 0 || value < l->least)
        l->least = value;
    if (l->count == 0 || value > l->most)
        l->most = value;
    l->count += count;
    l->classes[class_of((uint64_t)value)] += count;
}

int64_t lateness_percentile(const lateness *l, unsigned percent)
{
    /* The least number of frames that are so many of a hundred: no product that could overflow. */
    uint64_t wanted = l->count / 100 * percent + (l->count % 100 * percent + 99) / 100, seen = 0;
    for (unsigned i = 0; i < LATENESS_CLASSES && l->count > 0; i++) {
        seen += l->classes[i];
        if (seen >= wanted && seen > 0)
            return top_of(i) < l->most ? top_of(i) : l->most;
    }
    return l->most;
}
