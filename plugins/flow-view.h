/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The steered flow of a packet in the tree, and packets in no encapsulation that are of one. */
#ifndef PLUGINS_FLOW_VIEW_H
#define PLUGINS_FLOW_VIEW_H

#include "compat.h"
#include "steering-flow.h"

/* Adds the flow to the item of CATS, and its broken rules. */
void flow_show(tvbuff_t *tvb, packet_info *pinfo, proto_item *cats_item, const flow_note *note);

/* Hands the packet to the listeners of the tap "cats", if there are any. `outer` and `steering` are its
 * encapsulation, or NULL; `note` is NULL when it is of no flow. */
void flow_tap(packet_info *pinfo, const cats_packet *outer, const cats_steering *steering,
              const cats_findings *packet_findings, const flow_note *note);

#endif
