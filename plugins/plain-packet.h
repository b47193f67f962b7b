/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TCP and UDP in no SRv6 encapsulation that are of a steered flow: on the client's link, behind the egress,
 * and returning. What a capture without such flows costs is one question a packet. */
#ifndef PLUGINS_PLAIN_PACKET_H
#define PLUGINS_PLAIN_PACKET_H

#include "compat.h"
#include "steering-flow.h"

/* The part of plain_packet_note() that most captures end with. */
static inline bool plain_packet_matters(void)
{
    return steering_flow_any();
}

/* True when the packet is of a flow. `tvb` begins with the transport header, `data` is what IP's dissector
 * hands on. Fragments are of no flow, whether put together or not: the parts of a packet that is steered name
 * no ports. */
bool plain_packet_note(packet_info *pinfo, tvbuff_t *tvb, const void *data, uint8_t protocol,
                       flow_note *note);

/* Adds an item of CATS behind the transport header, which is the first of that field behind `mark` in the
 * tree, and tells the tap. */
void plain_packet_show(packet_info *pinfo, tvbuff_t *tvb, proto_tree *tree, proto_node *mark, int transport,
                       const flow_note *note);

#endif
