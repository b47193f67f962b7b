/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text that ends a simulation: flows, redirects, packets per link, flows per site beside the weights.
 * Spec: man/catshark-simulate.1. */
#ifndef CATSHARK_SIMULATION_SUMMARY_H
#define CATSHARK_SIMULATION_SUMMARY_H

#include "scenario.h"
#include <stdio.h>

void scenario_summary_write(const scenario *s, const cats_topology *topology, bool interrupted, FILE *out);

#endif
