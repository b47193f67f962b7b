/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ICMP errors that a router owes to the source of a packet that it does not pass on: built from the
 * packet itself, sent at a bounded rate, and never about what no error may be sent about. Spec: RFC 792, RFC
 * 1191 s4, RFC 1812 s4.3; RFC 4443 s2.4, s3. */
#ifndef CATSHARK_ROLES_ICMP_ERROR_H
#define CATSHARK_ROLES_ICMP_ERROR_H

#include "capture-tools/roles/forwarding.h"
#include <glib.h>

typedef enum icmp_error {
    ICMP_TIME_EXCEEDED, /* in transit */
    ICMP_TOO_BIG,       /* fragmentation needed and DF set, Packet Too Big */
    ICMP_NO_ROUTE       /* network unreachable, no route to destination */
} icmp_error;

/* A port as a router's interface. Zeroed memory: no limit of length, and no errors are sent. */
typedef struct router_port {
    cats_address ipv4, ipv6; /* the router's, family 0: none */
    uint32_t mtu;            /* 0: no limit */
} router_port;

/* The router's address of this family: the port's own, else that of the first port that has one; NULL when
 * none has. `ports` is of router_port. */
const cats_address *router_address(const GArray *ports, unsigned port, uint8_t family);
/* 0: no limit. */
uint32_t router_mtu(const GArray *ports, unsigned port);
/* Sets the port, those below it that are not set yet are zeroed. */
void router_set_port(GArray *ports, unsigned port, const router_port *set);

/* The longest one. */
#define ICMP_ERROR_MAX 1280

/* Writes the IP packet from `source`, a router address of the packet's family, to the packet's source; `mtu`
 * is told with ICMP_TOO_BIG. 0 when no error may be sent: about an ICMP error or redirect, a fragment but the
 * first, a packet to or from what is no unicast address, or when `source` is of another family. */
size_t icmp_error_build(icmp_error error, const cats_address *source, const forwarding_packet *about,
                        uint32_t mtu, uint8_t octets[ICMP_ERROR_MAX]);

/* A token bucket (RFC 4443 s2.4(f), RFC 1812 s4.3.2.8). Zeroed memory is a full one. */
#define ICMP_ERROR_BURST 50
#define ICMP_ERROR_PER_SECOND 100
typedef struct icmp_limit {
    int64_t owed_until; /* when the bucket is full again */
} icmp_limit;
/* Takes a token; false when there is none. */
bool icmp_limit_take(icmp_limit *limit, int64_t now);

#endif
