/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands behind a forwarder by ordinary look-up, and the SID that looks it up: the nodes of an egress,
 * the clients of an ingress. Spec: docs/topology.md; RFC 8986 s4.6-4.8. */
#ifndef CATSHARK_FORWARDERS_LOOKUP_ROUTES_H
#define CATSHARK_FORWARDERS_LOOKUP_ROUTES_H

#include "sids.h"

typedef void (*lookup_route)(void *context, const cats_address *prefix, unsigned length,
                             const cats_sid_row *sid);

/* Own addresses of its sites' nodes. */
void lookup_routes_to_nodes(const cats_topology *topology, size_t egress, lookup_route each, void *context);
void lookup_routes_to_clients(const cats_topology *topology, size_t ingress, lookup_route each,
                              void *context);

#endif
