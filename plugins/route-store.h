/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Routes learned from the UPDATEs of a capture: on the first pass over it, and asked on every pass by the
 * number of the packet. */
#ifndef PLUGINS_ROUTE_STORE_H
#define PLUGINS_ROUTE_STORE_H

#include "compat.h"
#include "epan-cats/cats-route-table.h"

struct bgp_segment;

/* With every file, and every new dissection of it, the table starts anew. */
void route_store_begin(void);
void route_store_end(void);
const cats_route_table *route_store_table(void);

/* First pass: learns what the segment says. True when it completes UPDATEs that have something to show: they
 * are noted with the frame. */
bool route_store_take(const packet_info *pinfo, const struct bgp_segment *segment);

#endif
