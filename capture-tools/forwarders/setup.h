/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a topology to configured forwarders: encapsulation, sites, SIDs, services, ordinary routes, and what
 * each egress offers. Simulated and live forwarders are set up by it alike. Spec:
 * draft-du-cats-aggregated-metrics-on-egress s3; docs/topology.md. */
#ifndef CATSHARK_FORWARDERS_SETUP_H
#define CATSHARK_FORWARDERS_SETUP_H

#include "capture-tools/roles/egress.h"
#include "capture-tools/roles/ingress.h"
#include "sids.h"

typedef enum setup_encapsulation {
    SETUP_ENCAP_TOPOLOGY, /* what the topology says of each ingress; egresses: full */
    SETUP_ENCAP_FULL,
    SETUP_ENCAP_REDUCED,
    SETUP_ENCAP_BARE /* one segment, no SRH: the core's SID is left out */
} setup_encapsulation;

/* Reads "topology", "full", "reduced" or "bare". On false *message (to be freed) quotes the text and names
 * them. */
bool setup_encapsulation_read(const char *text, setup_encapsulation *value, char **message);

/* Common to the functions below, where `index` is that of the forwarder in the topology. The topology is
 * borrowed and outlives the roles. */
typedef struct setup {
    const cats_topology *topology;
    setup_encapsulation encapsulation;
    bool kernel_flow_label; /* outer flow label as Linux writes it: 0 for inner IPv4 */
} setup;

packet_encapsulation setup_ingress_encapsulation(const setup *s, const cats_ingress *in);

/* Name, addresses and encapsulation; limits of memory are left to the caller. */
void setup_ingress_config(const setup *s, size_t index, ingress_config *config);
void setup_egress_config(const setup *s, size_t index, egress_config *config);

/* Of its announcements. */
damping setup_damping(const cats_egress *spec);

/* Sum of its nodes' capacities. */
uint32_t setup_site_capacity(const cats_topology *topology, const cats_site *site);

/* SIDs that it announces, routes to the own addresses of all nodes. */
void setup_ingress(const setup *s, size_t index, ingress *role);
/* Sites with the topology's weights (those that are there keep theirs), SIDs, services, routes to the nodes
 * of its sites, return routes to the clients of all ingresses. */
void setup_egress(const setup *s, size_t index, egress *role);

/* The SR domain of the topology: packets from other outer sources are dropped then. */
void setup_ingress_domain(const setup *s, ingress *role);
void setup_egress_domain(const setup *s, egress *role);

/* The route from an ingress to an address at the site; false when the site's egress has no look-up SID for
 * it. */
bool setup_route_to_site(const setup *s, size_t site, const cats_address *address, ingress_route *route);
/* At the egress of the site: the address is there. */
void setup_site_address(const setup *s, size_t site, const cats_address *address, egress *role);

/* What an egress offers of one CS-ID, before it has announced anything. */
typedef struct setup_offer {
    ingress_offer offer; /* segments as they are without an argument; score and aggregate ID are filled in */
    cats_granularity granularity; /* into the SID's argument */
    cats_sid_structure structure; /* of the last segment; its argument is written when it has 32 bits */
} setup_offer;

/* That of what the egress merges, from the SID of its second round: the egress node's, where it states none.
 */
cats_granularity setup_granularity(const cats_sid_row *second_round);
/* Of setup_offer, a row per CS-ID that the egress serves. To be freed (g_array_free()). */
GArray *setup_offers(const setup *s, size_t index);
/* What an egress offers that is known by its SID alone, argument zero: as a row of setup_offers(). `egress`
 * is borrowed. */
setup_offer setup_offer_of_sid(const setup *s, const char *name, const cats_address *service,
                               const uint8_t sid[16], const cats_sid_structure *structure,
                               cats_granularity granularity);
/* The offer as an ingress gets it with this announcement. */
ingress_offer setup_offer_announced(const setup_offer *from, uint8_t score, uint32_t aggregate_id);

#endif
