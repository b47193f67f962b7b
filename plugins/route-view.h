/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Routes of ours in the tree: in an UPDATE, below what Wireshark shows of it; and in an encapsulated packet,
 * the announcement behind its aggregate ID. Spec: docs/wire-formats.md s6. */
#ifndef PLUGINS_ROUTE_VIEW_H
#define PLUGINS_ROUTE_VIEW_H

#include "compat.h"
#include "epan-cats/cats-route-table.h"

/* Where a BGP message is: its octets begin at `at` of the bgp_message in the tvb. */
typedef struct bgp_place {
    proto_tree *tree; /* that holds BGP's item; may be NULL */
    tvbuff_t *tvb;
} bgp_place;

/* Shows it, every problem as expert info, and tells the tap. `changed`: it changed what is known. */
void route_show(packet_info *pinfo, const bgp_place *place, const bgp_message *message,
                const cats_route_update *update, bool changed);

/* Below the aggregate ID's item or tree. */
void route_show_behind(proto_tree *tree, tvbuff_t *tvb, const packet_info *pinfo,
                       const cats_route_behind *behind);
/* The frame with which that announcement, or the last one of the SID, had ended; 0 shows nothing. */
void route_show_ended(proto_tree *tree, tvbuff_t *tvb, uint32_t frame);

#endif
