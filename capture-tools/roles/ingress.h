/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ingress CATS-Forwarder: chooses an egress for each new flow by the announced merged metrics, pins flow
 * and SID argument, and encapsulates (full or reduced SRH). Decapsulates what comes back. Spec:
 * draft-du-cats-aggregated-metrics-on-egress s3; RFC 8986 s3.1, s5.1-5.2; RFC 10053. */
#ifndef CATSHARK_ROLES_INGRESS_H
#define CATSHARK_ROLES_INGRESS_H

#include "capture-tools/roles/forwarding.h"
#include "capture-tools/roles/icmp-error.h"
#include "capture-tools/roles/prefix-table.h"
#include "capture-tools/roles/role.h"

enum { INGRESS_PORT_CLIENTS = 0, INGRESS_PORT_CORE = 1 };

#define INGRESS_SEGMENTS_MAX SEGMENT_PATH_MAX

/* Where packets for a destination prefix go: the segment list to the egress. */
typedef struct ingress_route {
    cats_address prefix;
    unsigned prefix_length;
    uint8_t segments[INGRESS_SEGMENTS_MAX][16]; /* travel order, the last is the decapsulating SID */
    unsigned segment_count;
} ingress_route;

/* An egress's offer for a CS-ID: what an announcement says. The SID's argument is in the SID. */
typedef struct ingress_offer {
    const char *egress;   /* name; copied */
    cats_address service; /* the CS-ID, IPv4 or IPv6 */
    uint8_t segments[INGRESS_SEGMENTS_MAX][16];
    unsigned segment_count;
    uint8_t score;         /* merged level-2 score, 0-10; 0 gets no new flow */
    uint32_t aggregate_id; /* also in the SID's argument where that has 32 bits */
} ingress_offer;

typedef struct ingress_config {
    const char *name;   /* borrowed */
    uint8_t source[16]; /* outer source address */
    uint8_t
        locator[16]; /* own locator: SIDs in it are decapsulated towards the clients, see ingress_add_sid() */
    unsigned locator_length;
    uint8_t block[16];     /* SIDs of the SR domain: clients may not address them (RFC 8754 s5.1) */
    unsigned block_length; /* 0: only the own locator is kept from clients */
    packet_encapsulation encapsulation;
    bool flow_label_from_flow; /* outer flow label from the flow's hash where the inner packet has none (RFC
                                * 6437 s3, RFC 6438), never 0; false: as Linux */
    size_t flows_max;          /* pinned flows kept at most; the oldest idle one is let go. 0: 1,048,576 */
    int64_t flow_idle_ns;      /* 0: 300 s */
} ingress_config;

/* Adds or replaces the route in a table of segment_path, for ingress and egress alike. Packets by it are
 * commented "OWNER: PURPOSE PREFIX". False: no segment or too many, or an impossible prefix. */
bool ingress_route_add(prefix_table *routes, const ingress_route *route, const char *owner,
                       const char *purpose);

typedef struct ingress ingress;

ingress *ingress_new(const ingress_config *config);
void ingress_free(ingress *in);
/* Adds or replaces the route of this prefix. False: no segment or too many, or an impossible prefix. */
bool ingress_set_route(ingress *in, const ingress_route *route);
/* Adds or replaces the offer of this egress for this CS-ID; flows that are pinned stay as they are. Event
 * "offer-accepted". False when it has no segment or too many, no address, a score above 10, or a thousand
 * egresses offer already. */
bool ingress_set_offer(ingress *in, int64_t now, const ingress_offer *offer, const role_sink *sink);
/* Withdraws it; pinned flows stay with the egress. Event "offer-withdrawn". False when there was none. */
bool ingress_withdraw(ingress *in, int64_t now, const char *egress, const cats_address *service,
                      const role_sink *sink);
/* The SR domain: once there is one prefix, packets from the core whose outer source lies in none are dropped
 * ("not-from-domain"; RFC 8754 s5.1). False for an impossible prefix. */
bool ingress_add_domain(ingress *in, const cats_address *prefix, unsigned prefix_length);
/* A SID, or a prefix of SIDs, that it announces. Once there is one, packets from the core to any other are
 * dropped ("no-route"), and those that carry what the behaviour does not take ("upper-layer"). False for an
 * impossible prefix. */
bool ingress_add_sid(ingress *in, const uint8_t prefix[16], unsigned prefix_length, uint16_t behavior);
/* Forgets all routes, SIDs and the SR domain; offers and pinned flows stay. */
void ingress_forget_routes(ingress *in);
/* The port as a router's interface: packets that are too long for it are dropped ("too-big"), and the sources
 * of packets that are dropped for their length, their hop limit or want of a route are told by ICMP. */
void ingress_set_port(ingress *in, unsigned port, const router_port *set);
/* An IP packet that arrived by this port. From clients: a pinned flow keeps its segments, a new flow to a
 * CS-ID with offers is pinned to an egress (event "flow-steered"), anything else goes by route; fragments of
 * a flow are a flow of their own, without ports. From the core: decapsulated. What goes nowhere is dropped
 * with a word of FORWARDING_DROPS. */
void ingress_packet(ingress *in, int64_t now, unsigned port, const uint8_t *octets, size_t length,
                    const role_sink *sink);

typedef struct ingress_counts {
    uint64_t encapsulated, decapsulated, flows, flows_let_go, dropped;
    uint64_t errors;                       /* ICMP errors sent */
    uint64_t pinned;                       /* now */
    uint64_t drops[FORWARDING_DROP_COUNT]; /* by reason; their sum is `dropped` */
} ingress_counts;
ingress_counts ingress_count(const ingress *in);

#endif
