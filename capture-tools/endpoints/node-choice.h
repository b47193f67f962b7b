/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which node of a site a packet is for: the one that has its destination as own address, or the one that its
 * flow goes to when the destination is a CS-ID, by the nodes' capacities. Spec: docs/topology.md ([node
 * NAME]); draft-du-cats-aggregated-metrics-on-egress s2. */
#ifndef CATSHARK_ENDPOINTS_NODE_CHOICE_H
#define CATSHARK_ENDPOINTS_NODE_CHOICE_H

#include "epan-cats/flow-key.h"
#include <glib.h>

typedef struct node_choice node_choice;

node_choice *node_choice_new(void);
void node_choice_free(node_choice *c); /* NULL is allowed */
/* Addresses of family 0 are none. Nodes of one service have the same CS-IDs. `name` is borrowed, `member` is
 * what node_choice_find() gives. */
void node_choice_add(node_choice *c, void *member, const char *name, uint32_t capacity,
                     const cats_address own[2], const cats_address anycast[2]);
/* NULL: no node of this site. */
void *node_choice_find(const node_choice *c, const cats_flow_key *key);

#endif
