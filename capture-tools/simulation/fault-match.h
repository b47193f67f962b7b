/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which segments faults look for, and what they know of nodes and of the steering of a packet.
 * Spec: draft-wang-tcpm-tcp-service-affinity-option; draft-du-cats-aggregated-metrics-on-egress s3. */
#ifndef CATSHARK_SIMULATION_FAULT_MATCH_H
#define CATSHARK_SIMULATION_FAULT_MATCH_H

#include "fault-packet.h"

const affinity_numbers *fault_numbers(const faults *f);
/* True for a CS-ID. */
bool fault_is_service(const faults *f, const cats_address *address);
/* A segment whose flags, SYN and ACK looked at, are these. */
bool fault_is_segment(const fault_packet *p, unsigned flags, fault_tcp *tcp);
/* A node's FIN with the option, which begins at octet *at of the options. */
bool fault_is_redirect(const faults *f, const fault_packet *p, fault_tcp *tcp, affinity_option *option,
                       size_t *at);
/* A packet from a client to a CS-ID: the kind that End.CATS steers. */
bool fault_is_steered(const faults *f, const fault_packet *p);

/* The node's address of the same family as `like`, or of the other. */
const cats_address *fault_node_address(const cats_node *node, const cats_address *like, bool other_family);
/* The next node of the same service in a ring of all with an address of this family; backwards: the one
 * before. */
const cats_node *fault_next_node(const faults *f, const cats_node *node, const cats_address *like,
                                 bool backwards);

/* Puts the option in the place of all affinity options and mends the packet. */
fault_verdict fault_put_option(const faults *f, fault_packet *p, const affinity_option *option);

#endif
