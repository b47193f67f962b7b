/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The steering of one packet in the tree: the SID taken apart where it lies, the SRH's flags and TLVs, and
 * the summary of who steered what to where. */
#ifndef PLUGINS_STEERING_VIEW_H
#define PLUGINS_STEERING_VIEW_H

#include "compat.h"
#include "epan-cats/cats-rules.h"
#include "steering-flow.h"

/* Where the packet's headers are for the eye. */
typedef struct steering_place {
    proto_tree *tree;         /* that holds IPv6's item; may be NULL */
    proto_tree *routing_tree; /* of the SRH; NULL without one, or before it was dissected */
    tvbuff_t *srh;            /* begins with the SRH; NULL without one */
    tvbuff_t *near;           /* octets of this packet, for the items that lie on none of their own */
} steering_place;

/* Shows it, and every finding as expert info. `note` is NULL when the packet is of no flow. */
void steering_show(packet_info *pinfo, const steering_place *place, const cats_packet *packet,
                   const cats_steering *steering, const cats_findings *findings, const flow_note *note);

#endif
