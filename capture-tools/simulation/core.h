/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The core: one transit router between ingresses and egresses. Lowers the hop limit, forwards by destination
 * prefix, and is the End SID of the topology's [core]. Spec: RFC 8986 s4.1; RFC 8200 s3. */
#ifndef CATSHARK_SIMULATION_CORE_H
#define CATSHARK_SIMULATION_CORE_H

#include "station.h"

typedef struct core_router core_router;

/* Joins the network as node "core". Its ports: the topology's ingresses first, then the egresses. */
core_router *core_new(const simulation *sim);
void core_free(core_router *core);
unsigned core_node(const core_router *core);
/* Packets to this prefix leave by this port; the longest prefix wins. */
void core_add_route(core_router *core, const cats_address *prefix, unsigned length, unsigned port);

typedef struct core_counts {
    uint64_t forwarded, dropped;
} core_counts;
core_counts core_count(const core_router *core);

#endif
