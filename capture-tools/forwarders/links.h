/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which link of a topology a forwarder's port is. Spec: docs/topology.md ([link NAME]). */
#ifndef CATSHARK_FORWARDERS_LINKS_H
#define CATSHARK_FORWARDERS_LINKS_H

#include "epan-cats/topology.h"

/* A link as it is seen from one of its ends. */
typedef struct setup_port {
    const cats_link *link;
    const cats_link_end *here, *there;
} setup_port;

/* False when no link of the topology joins the two. */
bool setup_port_between(const cats_topology *topology, const char *here, const char *there, setup_port *port);

/* Of setup_port, in the order of the role's ports. NULL and *error when the topology does not name a link
 * that the role needs. To be freed (g_array_free()). */
GArray *setup_ingress_ports(const cats_topology *topology, size_t index, GError **error);
GArray *setup_egress_ports(const cats_topology *topology, size_t index, GError **error);

/* A destination that a forwarder serves in the kernel's stead. */
typedef struct setup_prefix {
    cats_address prefix;
    unsigned length;
} setup_prefix;

/* Of setup_prefix: the own locator, and what packets from the other side go to: CS-IDs and nodes from the
 * clients of an ingress, clients from the sites of an egress. To be freed (g_array_free()). */
GArray *setup_ingress_prefixes(const cats_topology *topology, size_t index);
GArray *setup_egress_prefixes(const cats_topology *topology, size_t index);

#endif
