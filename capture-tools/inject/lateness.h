/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How late frames were, in bounded memory: a histogram whose classes are 1/64 of their value wide at most.
 */
#ifndef CATSHARK_INJECT_LATENESS_H
#define CATSHARK_INJECT_LATENESS_H

#include <stdint.h>

/* Values below 64 have a class each, then 64 classes a power of two. */
#define LATENESS_CLASSES (64 * 58)

/* Zeroed memory is an empty one. */
typedef struct lateness {
    uint64_t count;
    int64_t least, most; /* nanoseconds; valid with count above 0 */
    uint64_t classes[LATENESS_CLASSES];
} lateness;

/* `count` frames were late by `nanoseconds`; below 0 counts as 0. */
void lateness_add(lateness *l, int64_t nanoseconds, uint64_t count);
/* The value that `percent` of all are not above, up to 1/64 too high and never above `most`; 0 when empty. */
int64_t lateness_percentile(const lateness *l, unsigned percent);

#endif
