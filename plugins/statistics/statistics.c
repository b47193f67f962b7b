/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Registration of all statistics. */
#include "statistics.h"

void statistics_register(void)
{
    conversation_tables_register();
    affinity_tree_register();
    cats_tree_register();
    routes_tree_register();
}
