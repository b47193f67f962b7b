/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How many packets were dropped for which reason. */
#ifndef CATSHARK_LIVE_DROPS_H
#define CATSHARK_LIVE_DROPS_H

#include <stddef.h>
#include <stdint.h>

/* Reasons are few: a driver's and a role's. What finds no row is counted in the last one. */
#define LIVE_DROPS_MAX 48

typedef struct live_drop {
    const char *reason; /* static */
    uint64_t count;
} live_drop;

/* Zeroed memory is an empty one; rows [0, count) are in order of their first drop. */
typedef struct live_drops {
    live_drop rows[LIVE_DROPS_MAX];
    size_t count;
    uint64_t all;
} live_drops;

void live_drops_add(live_drops *drops, const char *reason);

#endif
