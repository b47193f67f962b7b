/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The egress's local computing forwarding table: for a CS-ID, the local sites and their weights, and the
 * choice of one for a flow. The choice is a function of table and flow, not a memory. Spec:
 * draft-du-cats-aggregated-metrics-on-egress s3. */
#ifndef EPAN_CATS_COMPUTING_TABLE_H
#define EPAN_CATS_COMPUTING_TABLE_H

#include "flow-key.h"

#define COMPUTING_TABLE_SITES_MAX 1000
#define COMPUTING_TABLE_WEIGHT_MAX 65535
#define COMPUTING_TABLE_NO_SITE UINT32_MAX

typedef struct computing_table computing_table;

computing_table *computing_table_new(void);
void computing_table_free(computing_table *table);

/* Adds a site or changes its weight; weight 0 keeps the site known and gives it no flows. `name` is copied;
 * it, not the order of the calls, decides which flows the site gets. Returns false when the table is full or
 * the weight too large. The look-up table is made anew at the next choice, in some milliseconds. */
bool computing_table_set(computing_table *table, const char *name, uint32_t weight);
/* False when no such site is there. */
bool computing_table_forget(computing_table *table, const char *name);

size_t computing_table_size(const computing_table *table);
/* Sites by index [0, size): indices change when a site is forgotten. */
const char *computing_table_name(const computing_table *table, size_t index);
uint32_t computing_table_weight(const computing_table *table, size_t index);

/* Index of the site for this flow, or COMPUTING_TABLE_NO_SITE when no site has weight. Constant cost. Shares
 * are exact to one part in 65537: a site with less than that share may get no flow. Who chooses on two levels
 * by the same hash mixes it anew for one of them. */
uint32_t computing_table_choose(computing_table *table, uint64_t flow_hash);

#endif
