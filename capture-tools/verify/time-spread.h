/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Times between events, counted in classes: their extremes exactly, their quantiles to 1/64 of the value, in
 * the same memory whatever their number. */
#ifndef CATSHARK_VERIFY_TIME_SPREAD_H
#define CATSHARK_VERIFY_TIME_SPREAD_H

#include <stdint.h>

enum { TIME_SPREAD_STEPS = 64, TIME_SPREAD_CLASSES = 59 * TIME_SPREAD_STEPS };

/* All zero: none. */
typedef struct time_spread {
    uint64_t count;
    int64_t low_ns, high_ns;             /* valid with count */
    uint64_t early[TIME_SPREAD_CLASSES]; /* below 0 */
    uint64_t classes[TIME_SPREAD_CLASSES];
} time_spread;

void time_spread_add(time_spread *spread, int64_t ns);
/* The value that `part` (0 to 1) of all do not exceed; there is one. */
int64_t time_spread_quantile(const time_spread *spread, double part);

#endif
