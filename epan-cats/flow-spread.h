/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How flows are spread over the sites of an egress, against the weights: the rule cats/spread, by Pearson's
 * chi-square test. Spec: draft-du-cats-aggregated-metrics-on-egress s3; docs/rules.md. */
#ifndef EPAN_CATS_FLOW_SPREAD_H
#define EPAN_CATS_FLOW_SPREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* So unlikely must a spread be: one fair one in a thousand is. */
#define FLOW_SPREAD_P 0.001
/* So many flows at least are to be expected in a class of the test (W. G. Cochran's rule). */
#define FLOW_SPREAD_EXPECTED 5.0

typedef struct flow_spread {
    bool judged;       /* enough flows for a test: the rest is valid */
    bool differs;      /* more than chance allows */
    double chi_square; /* infinite when a site of weight 0 got flows */
    unsigned freedom;  /* degrees of freedom */
    double p;          /* chance that a fair spread is as far off, or farther */
} flow_spread;

/* Flows and weight of each site. Sites of which too few flows are expected are taken together. */
flow_spread flow_spread_test(const uint64_t *flows, const uint32_t *weights, size_t sites);

/* The chance that a chi-square variable is above `value`. */
double flow_spread_chance(double value, unsigned freedom);

#endif
