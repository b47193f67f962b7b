/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The service node: answers on the anycast address and on its own; redirects capable clients from the first
 * to the second with the option on its FIN. Spec: draft-wang-tcpm-tcp-service-affinity-option; RFC 9293.
 *
 * A client is capable when its SYN has SAF or the raw permit, or, on an experimental node, the permit with
 * the ExID. Events, all with node, client, client_port, server, server_port (the 4-tuple):
 * - connection-opened: a SYN was taken; + anycast (1 on the CS-ID), capable (1 or 0)
 * - established: the handshake is done
 * - redirect-sent: the FIN left with the option; + affinity.ipv4 or affinity.ipv6, affinity.port
 * - option-did-not-fit: the FIN left without it
 * - request: HTTP only, what is answered; + http.status, http.octets (of the body)
 * - finished: both sides closed in order; + octets (received), redirected (1 or 0)
 * - failed: given up; + reason: reset, timeout, idle, peer-open (the client never closed its side) */
#ifndef CATSHARK_ROLES_SERVICE_NODE_H
#define CATSHARK_ROLES_SERVICE_NODE_H

#include "capture-tools/roles/role.h"
#include "capture-tools/roles/tcp-endpoint.h"

typedef struct service_node_config {
    const char *name; /* in events and comments; borrowed */
    affinity_numbers numbers;
    bool experimental; /* redirect with kind 253 and the ExID to clients that permitted it in the SYN */
    cats_address anycast_ipv4, anycast_ipv6; /* the CS-ID; family 0: none */
    uint16_t anycast_port;
    cats_address own_ipv4, own_ipv6; /* unicast: what the option carries. IPv4 on IPv4, IPv6 on IPv6 */
    uint16_t own_port;
    uint32_t
        request_length; /* octets it waits for before it answers; 0 and 1: any. A client's FIN ends it too */
    uint32_t response_length;         /* octets it answers with on its own address */
    uint32_t anycast_response_length; /* octets it answers with on the anycast address before redirecting; may
                                         be 0 */
    bool http; /* answers GET and HEAD: "/N" with N octets, "/" with response_length; request_length is not
                * read. Redirects on a request without answering it */
    bool client_closes; /* on its own address, and with incapable clients, it lets the client close first */
    uint16_t mss_ipv4, mss_ipv6; /* advertised; 0: 1460 and 1440 */
    size_t connections_max;      /* further SYNs are dropped ("connections-max"). 0: 4,194,304 */
    uint64_t seed;
    const tcp_settings *tcp; /* copied; NULL: tcp_settings_default(). numbers, seed and mss above prevail */
} service_node_config;

typedef struct service_node service_node;

service_node *service_node_new(const service_node_config *config);
void service_node_free(service_node *n);
/* An IP packet that arrived; port 0 of the sink's packet() is the link to the site. */
void service_node_packet(service_node *n, int64_t now, const uint8_t *octets, size_t length,
                         const role_sink *sink);
int64_t service_node_deadline(const service_node *n);
void service_node_expire(service_node *n, int64_t now, const role_sink *sink);

typedef struct service_node_counts {
    uint64_t accepted, redirected, served, served_incapable, option_did_not_fit, resets, retransmissions;
    uint64_t live;         /* connections held now, TIME-WAIT included */
    uint64_t peak;         /* the most of them at once */
    uint64_t failed;       /* resets among them */
    uint64_t octets;       /* of payload that clients acknowledged, on connections that are over */
    uint64_t http_refused; /* requests answered with a status above 200 */
} service_node_counts;
service_node_counts service_node_count(const service_node *n);
/* What its TCP counted. */
const tcp_counts *service_node_tcp_counts(const service_node *n);
/* The live connection of this flow (source: the client), or NULL. */
const tcp_endpoint *service_node_find(const service_node *n, const cats_flow_key *flow);

#endif
