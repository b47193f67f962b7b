/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an egress announces of a CS-ID, or any forwarder of what stands behind it, as a line of ExaBGP's text
 * API. Spec: docs/wire-formats.md s6; ExaBGP 4, "announce route". */
#ifndef CATSHARK_ANNOUNCE_ROUTE_LINE_H
#define CATSHARK_ANNOUNCE_ROUTE_LINE_H

#include "capture-tools/forwarders/setup.h"

/* How routes are announced. */
typedef struct route_how {
    cats_address next_hop_ipv4, next_hop_ipv6; /* family 0: no routes of that family */
    uint8_t attribute, flags;                  /* of the path attribute */
    bool prefix_sid;                           /* attribute 40 (RFC 9252) too */
} route_how;

/* One route, from what the topology says of the SID and what the egress has merged. */
typedef struct route_said {
    cats_address prefix;
    unsigned prefix_length;
    const cats_sid_row *sid;
    bool has_aggregate; /* of a CS-ID: the rest is valid */
    cats_granularity granularity;
    uint8_t score;
    uint32_t aggregate_id;
} route_said;

/* The next hop of this family; NULL: none is given. */
const cats_address *route_next_hop(const route_how *how, const cats_address *prefix);
/* "announce route 192.0.2.80/32 next-hop N attribute [ 0xff 0xc0 0x... ]", without a line's end. To be freed.
 * NULL without a next hop. */
char *route_line_announce(const route_how *how, const route_said *route);
/* "withdraw route 192.0.2.80/32 next-hop N": what ends the route of that prefix. As above. */
char *route_line_withdraw(const route_how *how, const route_said *route);

#endif
