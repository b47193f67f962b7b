/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a statistics tree remembers of sessions or flows while a user has it open: it counts each under the
 * last that was said of it. */
#ifndef PLUGINS_STATISTICS_TREE_MEMORY_H
#define PLUGINS_STATISTICS_TREE_MEMORY_H

#include "plugins/compat.h"
#include "plugins/taps.h"

#include <epan/stats_tree.h>

/* From its init and cleanup callbacks: begins empty; entries have `size` octets, zeroed. */
void tree_memory_begin(const stats_tree *tree);
void tree_memory_end(stats_tree *tree);

/* The entry of a session or flow, of `size` octets, zero when it is new. */
void *tree_memory_entry(const stats_tree *tree, uint32_t number, size_t size);

/* Counts the rules that are broken, by filter name, below the pivot. `findings` may be NULL. */
void tree_count_rules(stats_tree *tree, int pivot, const cats_findings *findings);

#endif
