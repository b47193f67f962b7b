/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The client: opens connections to a CS-ID, announces SAF or the permit, and follows a redirect to the node's
 * own address after checking it. Spec: draft-wang-tcpm-tcp-service-affinity-option; RFC 9293.
 *
 * Events, all with client, client_port, server, server_port (the 4-tuple) and reconnect (1 for a
 * re-established connection, else 0):
 * - connection-opened: the first SYN is on its way
 * - established: the handshake is done
 * - redirect-received: the option came on an in-sequence FIN and passed every check; + affinity.ipv4 or
 *   affinity.ipv6, affinity.port
 * - redirect-ignored: the same by a client that is told to ignore it (config.ignore_redirect)
 * - redirect-refused: an option that is not obeyed; + reason (client_refusal_name()), and the address and
 * port where it had one. Each reason comes once per connection
 * - reconnected: the re-established connection is established; + anycast, anycast_port (the first one's
 * server)
 * - finished: both sides closed in order; + octets (received); of HTTP + http.status, http.octets (of the
 * body)
 * - failed: given up; + reason: refused, unreachable, reset, timeout, no-answer, idle, peer-open (the node
 * never closed its side), interrupted (client_abort()); http-status, http-length: closed in order, and no
 * whole answer of status 200 */
#ifndef CATSHARK_ROLES_CLIENT_H
#define CATSHARK_ROLES_CLIENT_H

#include "capture-tools/roles/role.h"
#include "capture-tools/roles/tcp-endpoint.h"

typedef enum client_capability {
    CLIENT_INCAPABLE,
    CLIENT_SAF,
    CLIENT_PERMIT_EXID,
    CLIENT_PERMIT_RAW
} client_capability;

/* Why a redirect is not obeyed. */
typedef enum client_refusal {
    CLIENT_ACCEPTS,
    CLIENT_REFUSES_OPTION_LENGTH,
    CLIENT_REFUSES_NOT_ON_FIN,
    CLIENT_REFUSES_OUT_OF_WINDOW,
    CLIENT_REFUSES_NO_CAPABILITY,
    CLIENT_REFUSES_EXID_NOT_IN_SYN,
    CLIENT_REFUSES_DUPLICATE,
    CLIENT_REFUSES_RETRANSMISSION_DIFFERS,
    CLIENT_REFUSES_REDIRECT_LOOP,
    CLIENT_REFUSES_FAMILY_DIFFERS,
    CLIENT_REFUSES_NOT_UNICAST,
    CLIENT_REFUSES_PORT_ZERO,
    CLIENT_REFUSES_IS_ANYCAST,
    CLIENT_REFUSES_NOT_ALLOWED, /* outside config.allowed */
    CLIENT_REFUSES_PORT_IN_USE, /* source_port + 1 is taken towards that address */
    CLIENT_REFUSALS
} client_refusal;

/* "not-on-fin", "redirect-loop" ...: where a rule of the rules table is broken, the rule's own word. */
const char *client_refusal_name(client_refusal refusal);

typedef struct client_config {
    affinity_numbers numbers;
    client_capability capability;
    const cats_client_prefix *allowed; /* redirect targets; NULL: any unicast address. Borrowed. */
    size_t allowed_count;
    uint32_t request_length;     /* octets it asks with on each connection, at least 1 */
    uint64_t seed;               /* of initial sequence numbers and timestamps offsets */
    uint16_t mss_ipv4, mss_ipv6; /* advertised; 0: 1460 and 1440 */
    bool ignore_redirect;        /* a client that announces SAF and does not follow (as samples/ shows) */
    bool close_after_request;    /* closes its side behind the request, before the answer */
    uint32_t close_after;        /* closes when it has that many octets of the answer; 0: after the node */
    const char *http_path;       /* asks for it by HTTP, request_length is not read; NULL: asks with generated
                                  * octets. Borrowed */
    int64_t hold_ns;             /* waits so long between the handshake and the request */
    int64_t timeout_ns;      /* gives up a connection that hears nothing for so long; 0: TCP's own limits */
    const tcp_settings *tcp; /* copied; NULL: tcp_settings_default(). numbers, seed and mss above prevail */
} client_config;

typedef struct client client;

client *client_new(const client_config *config);
void client_free(client *c);

/* Opens one connection, source address and port chosen by the caller; false when that 4-tuple is in use. A
 * redirect is followed on `source_port` + 1 of the same address (1024 behind 65535). Port 0 of the sink's
 * packet() is the access link. */
bool client_open(client *c, int64_t now, const cats_address *source, uint16_t source_port,
                 const cats_address *service, uint16_t service_port, const role_sink *sink);
/* An IP packet that arrived for one of its addresses. */
void client_packet(client *c, int64_t now, const uint8_t *octets, size_t length, const role_sink *sink);
/* When client_expire() wants to be called next; ROLE_NEVER when nothing is pending. */
int64_t client_deadline(const client *c);
void client_expire(client *c, int64_t now, const role_sink *sink);

/* RST on every connection that is not over ("interrupted"). */
void client_abort(client *c, int64_t now, const role_sink *sink);

/* Times of something that happened `count` times. */
typedef struct client_times {
    uint64_t count;
    int64_t least_ns, most_ns, sum_ns;
} client_times;

typedef struct client_counts {
    uint64_t opened, established, redirects_accepted, redirects_refused, reconnected, finished, failed,
        retransmissions;
    uint64_t live;                        /* connections held now, TIME-WAIT included */
    uint64_t peak;                        /* the most of them at once */
    uint64_t refused_by[CLIENT_REFUSALS]; /* redirects */
    uint64_t octets,
        verified;           /* received; of them on connections whose every octet was what a node generates */
    uint64_t unanswered;    /* given up: the peer acknowledged the request and sent not an octet */
    client_times establish; /* SYN to handshake done, of first connections */
    client_times reconnect; /* redirect to handshake done with the node */
} client_counts;
/* Connections that are not over: of a flow one, or two for a moment. */
uint64_t client_busy(const client_counts *counts);
client_counts client_count(const client *c);
/* What its TCP counted. */
const tcp_counts *client_tcp_counts(const client *c);
/* The live connection of this flow (source: the server), or NULL. */
const tcp_endpoint *client_find(const client *c, const cats_flow_key *flow);

#endif
