/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SIDs by owner and behaviour. Spec: docs/topology.md ([sid NAME]); RFC 8986 s4. */
#include "sids.h"
#include "epan-cats/numbers.h"

bool setup_owned_by(const cats_sid_row *row, const char *owner)
{
    return row->owner != NULL && g_str_equal(row->owner, owner);
}

const cats_sid_row *setup_second_round(const cats_topology *topology, size_t egress)
{
    for (size_t i = 0; i < cats_sid_table_size(topology->sids); i++) {
        const cats_sid_row *row = cats_sid_table_row(topology->sids, i);
        if (row->behavior == CATS_BEHAVIOR_END_CATS && setup_owned_by(row, topology->egresses[egress].name))
            return row;
    }
    return NULL;
}

const cats_sid_row *setup_lookup(const cats_topology *topology, const char *owner, uint8_t next_header)
{
    for (size_t i = 0; i < cats_sid_table_size(topology->sids); i++) {
        const cats_sid_row *row = cats_sid_table_row(topology->sids, i);
        if (setup_owned_by(row, owner) && row->behavior != CATS_BEHAVIOR_END_CATS &&
            cats_behavior_decapsulates(row->behavior) && !cats_behavior_picks_site(row->behavior) &&
            cats_behavior_accepts(row->behavior, next_header))
            return row;
    }
    return NULL;
}

bool setup_serves(const cats_topology *topology, size_t egress, size_t service)
{
    for (size_t i = 0; i < topology->node_count; i++)
        if (topology->nodes[i].service == service &&
            topology->sites[topology->nodes[i].site].egress == egress)
            return true;
    return false;
}
