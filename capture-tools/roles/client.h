/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The client: opens connections to a CS-ID, announces SAF or the permit, and follows a redirect to the node's own address
 * after checking it. Spec: draft-wang-tcpm-tcp-service-affinity-option; RFC 9293. */
#ifndef CATSHARK_ROLES_CLIENT_H
#define CATSHARK_ROLES_CLIENT_H

#include "capture-tools/roles/role.h"

typedef enum client_capability { CLIENT_INCAPABLE, CLIENT_SAF, CLIENT_PERMIT_EXID, CLIENT_PERMIT_RAW } client_capability;

typedef struct client_config {
    affinity_numbers numbers;
    client_capability capability;
    const cats_client_prefix *allowed; /* redirect targets; NULL: any unicast address. Borrowed. */
    size_t allowed_count;
    uint32_t request_length;           /* octets it asks with on each connection, at least 1 */
    uint64_t seed;                     /* of initial sequence numbers and timestamps offsets */
    uint16_t mss_ipv4, mss_ipv6;       /* advertised; 0: 1460 and 1440 */
    bool ignore_redirect;              /* a client that announces SAF and does not follow (as samples/ shows) */
} client_config;

typedef struct client client;

client *client_new(const client_config *config);
void client_free(client *c);

/* Opens one connection, source address and port chosen by the caller; false when that 4-tuple is in use. A redirect is
 * followed on `source_port` + 1 of the same address. Port 0 of the sink's packet() is the access link. */
bool client_open(client *c, int64_t now, const cats_address *source, uint16_t source_port, const cats_address *service,
                 uint16_t service_port, const role_sink *sink);
/* An IP packet that arrived for one of its addresses. */
void client_packet(client *c, int64_t now, const uint8_t *octets, size_t length, const role_sink *sink);
/* When client_expire() wants to be called next; ROLE_NEVER when nothing is pending. */
int64_t client_deadline(const client *c);
void client_expire(client *c, int64_t now, const role_sink *sink);

typedef struct client_counts {
    uint64_t opened, established, redirects_accepted, redirects_refused, reconnected, finished, failed, retransmissions;
    uint64_t live; /* connections held now, TIME-WAIT included */
} client_counts;
client_counts client_count(const client *c);

#endif
