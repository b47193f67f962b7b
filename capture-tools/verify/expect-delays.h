/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long packets took: from one observed place to another, each direction apart, and from the time that
 * they have in GENERATED. Spec: man/catshark-verify.1 (EXPECT: Delays). */
#ifndef CATSHARK_VERIFY_EXPECT_DELAYS_H
#define CATSHARK_VERIFY_EXPECT_DELAYS_H

#include "time-spread.h"

#include <glib.h>

typedef struct delay_record {
    uint32_t from, to;  /* observed places; from EXPECT_ANYWHERE: GENERATED */
    int64_t base_ns;    /* from GENERATED: the first; clocks need not have to do with each other. Else 0 */
    time_spread spread; /* less the base */
} delay_record;

typedef struct expect_delays expect_delays;

expect_delays *expect_delays_new(void);
void expect_delays_free(expect_delays *delays); /* NULL is allowed */

void expect_delays_add(expect_delays *delays, uint32_t from, uint32_t to, int64_t ns);

/* In the order in which they were first seen, [0, count). */
guint expect_delays_count(const expect_delays *delays);
const delay_record *expect_delays_get(const expect_delays *delays, guint index);

#endif
