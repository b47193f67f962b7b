/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts the flows of each site, of egresses all of whose sites are captured, and judges cats/spread. */
#ifndef CATSHARK_VERIFY_SPREAD_H
#define CATSHARK_VERIFY_SPREAD_H

#include "capture-tools/inspect/decode.h"
#include "findings.h"
#include "sources.h"

typedef struct site_spread site_spread;

/* All are borrowed; the topology is not NULL. */
site_spread *site_spread_new(const cats_topology *topology, const capture_points *points,
                             const capture_sources *sources);
void site_spread_free(site_spread *spread); /* NULL is allowed */

/* A frame that shows the site of its flow. The flow counts when it goes to a CS-ID, begins with that
 * packet (a SYN; of other protocols the first one, as long as `all_held`: no flow was let go that might come
 * again), and all sites of the egress that have weight are captured then. */
void site_spread_see(site_spread *spread, const decoded *frame, bool all_held);
/* Adds what is broken. */
void site_spread_judge(const site_spread *spread, finding_log *log);
/* Whether any egress had flows that count. */
bool site_spread_is_judged(const site_spread *spread);

#endif
