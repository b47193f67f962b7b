/* SPDX-License-Identifier: GPL-2.0-or-later */
/* BGP in the virtual network: a session from each egress to each ingress, between their source addresses,
 * through the core as any IPv6; and ingresses whose offers come from what arrives. Spec:
 * man/catshark-simulate.1 (BGP); RFC 4271; RFC 7606. */
#ifndef CATSHARK_SIMULATION_BGP_MESH_H
#define CATSHARK_SIMULATION_BGP_MESH_H

#include "capture-tools/forwarders/setup.h"
#include "forwarder.h"

/* Borrowed; arrays are by index in the topology. */
typedef struct bgp_mesh_parts {
    const simulation *sim;
    const setup *setup;
    egress_station *const *egresses;
    ingress_station *const *ingresses;
    const GArray *const *offers; /* by egress: of setup_offer, one per CS-ID it serves */
    uint32_t mtu;                /* of the paths between them */
    uint64_t seed;
    int64_t start; /* when sessions are opened */
} bgp_mesh_parts;

typedef struct bgp_mesh bgp_mesh;

bgp_mesh *bgp_mesh_new(const bgp_mesh_parts *parts);
void bgp_mesh_free(bgp_mesh *mesh); /* NULL is allowed */

/* The egress of this index announces this now, on all its sessions; on those that are not established, as
 * soon as they are.
 */
void bgp_mesh_announce(bgp_mesh *mesh, size_t from, const egress_announcement *announcement);
/* All sessions are established, and all that was announced has arrived. */
bool bgp_mesh_settled(const bgp_mesh *mesh);

typedef struct bgp_mesh_counts {
    uint64_t sessions;      /* established now */
    uint64_t updates, lost; /* that arrived; of these, those whose routes are lost (RFC 7606, RFC 9252) */
    uint64_t retransmissions, dropped;
} bgp_mesh_counts;
bgp_mesh_counts bgp_mesh_count(const bgp_mesh *mesh);

#endif
