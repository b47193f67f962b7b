/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Routes learned from the UPDATEs of a capture: on the first pass over it, and asked on every pass by the
 * number of the packet. */
#ifndef PLUGINS_ROUTE_STORE_H
#define PLUGINS_ROUTE_STORE_H

#include "compat.h"
#include "epan-cats/cats-route-table.h"

/* With every file, and every new dissection of it, the table starts anew. */
void route_store_begin(void);
void route_store_end(void);
const cats_route_table *route_store_table(void);

/* First pass: learns what the message says; later passes read what was kept then. `place` tells the messages
 * of a frame apart. True when it changed what is known. */
bool route_store_update(const packet_info *pinfo, uint32_t place, const cats_route_peer *peer,
                        const cats_route_update *update);
/* First pass: a message of another type. */
void route_store_hear(const packet_info *pinfo, const cats_route_peer *peer, uint8_t type);
/* First pass: octets of a session were not captured, or are no message. */
void route_store_miss(const packet_info *pinfo);

#endif
