/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The user's table of SIDs, cats_sids. Spec: docs/wire-formats.md s5. */
#ifndef PLUGINS_SID_UAT_H
#define PLUGINS_SID_UAT_H

#include "compat.h"
#include "epan-cats/sid-table.h"
#include "epan-cats/topology.h"

/* Registers the table and its preference; `changed` is called after every change of the rows. */
void sid_uat_register(module_t *module, void (*changed)(void));

/* The rows of the user's table, and behind them those of the topology (may be NULL) that have another prefix;
 * NULL when the user's table is empty. The caller owns it; owners' names are copied. */
cats_sid_table *sid_uat_table(const cats_topology *topology);

#endif
