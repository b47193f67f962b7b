/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs a simulation into a capture in the test's own folder. */
#ifndef CATSHARK_TESTS_SIMULATE_FIXTURE_H
#define CATSHARK_TESTS_SIMULATE_FIXTURE_H

#include "capture-tools/simulation/scenario.h"

/* The built-in topology, as many flows at ten a second, both families, SAF. */
scenario_options simulate_options(const cats_topology *topology, uint64_t seed, uint64_t flows);
/* Paths of the last run's files: they are there until the next. */
const char *simulate_capture_path(void);
const char *simulate_events_path(void);
scenario_totals simulate_run(const scenario_options *options);
/* Removes the files. */
void simulate_clean(void);

#endif
