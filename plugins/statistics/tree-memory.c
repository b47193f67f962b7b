/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A table of numbered entries for every tree that is open. */
#include "tree-memory.h"

static GHashTable *trees; /* stats_tree -> GHashTable of number -> entry */

void tree_memory_begin(const stats_tree *tree)
{
    if (trees == NULL)
        trees = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_hash_table_destroy);
    g_hash_table_insert(trees, (gpointer)tree, g_hash_table_new_full(NULL, NULL, NULL, g_free));
}

void tree_memory_end(stats_tree *tree)
{
    if (trees != NULL)
        g_hash_table_remove(trees, tree);
}

void *tree_memory_entry(const stats_tree *tree, uint32_t number, size_t size)
{
    GHashTable *entries = g_hash_table_lookup(trees, tree);
    void *entry = g_hash_table_lookup(entries, GUINT_TO_POINTER(number));
    if (entry == NULL) {
        entry = g_malloc0(size);
        g_hash_table_insert(entries, GUINT_TO_POINTER(number), entry);
    }
    return entry;
}

void tree_count_rules(stats_tree *tree, int pivot, const cats_findings *findings)
{
    for (unsigned i = 0; findings != NULL && i < findings->count; i++)
        stats_tree_tick_pivot(tree, pivot, cats_rule_get(findings->list[i].rule)->filter);
}
