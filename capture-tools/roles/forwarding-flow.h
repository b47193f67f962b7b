/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The flow of a packet that a forwarder passes on, and where a TCP connection begins and ends in it: ports
 * that come again are another flow. Spec: RFC 9293 s3.5-3.6; RFC 10053 (a flow stays with its instance). */
#ifndef CATSHARK_ROLES_FORWARDING_FLOW_H
#define CATSHARK_ROLES_FORWARDING_FLOW_H

#include "epan-cats/flow-key.h"
#include "forwarding.h"

typedef struct forwarding_flow {
    cats_flow_key key;
    uint64_t hash; /* cats_flow_key_hash() of it */
    bool begins;   /* a client's SYN */
} forwarding_flow;

/* Of a packet to the service. False when no flow can be read. */
bool forwarding_flow_read(const forwarding_packet *ip, forwarding_flow *flow);
/* True when a packet of the service ends a connection, by FIN or RST: *flow is the other direction's. What a
 * client sends ends none, because anybody could send it in its name. */
bool forwarding_flow_ends(const forwarding_packet *ip, forwarding_flow *flow);

#endif
