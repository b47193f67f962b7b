/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interval, hysteresis and generation of announcements.
 * Spec: draft-du-cats-aggregated-metrics-on-egress s2-3. */
#include "damping.h"

#define GENERATION_MAX 0xffffffu

/* Score s stands for a free share from s tenths to s + 1 tenths of the capacity, 10 for all of it. In units
 * of a thousandth of a per cent no product of a capacity overflows. */
static bool within(const damper *d, const cats_merged *merged)
{
    if (merged->score == d->score)
        return true;
    if (merged->capacity == 0 || merged->load > merged->capacity)
        return false;
    uint64_t free_share = UINT64_C(100000) * (merged->capacity - merged->load) / merged->capacity;
    uint64_t margin = UINT64_C(1000) * d->how.hysteresis;
    uint64_t low = UINT64_C(10000) * d->score, high = low + (d->score < CATS_SCORE_MAX ? 10000 : 0);
    /* No hysteresis where nothing is free: a full egress says so. */
    return merged->load < merged->capacity && free_share + margin >= low && free_share < high + margin;
}

static bool differs(const damper *d, const cats_merged *merged)
{
    return merged->available != d->announced || (merged->available && !within(d, merged));
}

bool damper_take(damper *d, int64_t now, const cats_merged *merged)
{
    d->due_ns = 0;
    if (!differs(d, merged))
        return false;
    if (!merged->available) {
        d->announced = false;
        return true;
    }
    if (d->began && now - d->last_ns < d->how.interval_ns) {
        d->due_ns = d->last_ns + d->how.interval_ns;
        return false;
    }
    d->announced = d->began = true;
    d->score = merged->score;
    d->last_ns = now;
    d->generation = d->generation % GENERATION_MAX + 1;
    return true;
}

int64_t damper_due(const damper *d)
{
    return d->due_ns != 0 ? d->due_ns : DAMPING_NOTHING_DUE;
}
