/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ICMP errors about segments that an end point has sent: which connection, and what it is to do. Spec: RFC
 * 9293 s3.9.2.2 (soft errors end nothing: MUST-56); RFC 1191, RFC 8201 (path MTU); RFC 5927 s4-5 (only about
 * what is under way; an error ends no connection that stands). */
#ifndef CATSHARK_ROLES_TCP_ICMP_H
#define CATSHARK_ROLES_TCP_ICMP_H

#include "capture-tools/roles/tcp-endpoint.h"

typedef enum tcp_icmp_kind {
    TCP_ICMP_TOO_BIG,
    TCP_ICMP_SOFT, /* no route, host unreachable ...: may pass */
    TCP_ICMP_HARD  /* protocol or port unreachable, prohibited */
} tcp_icmp_kind;

typedef struct tcp_icmp {
    tcp_icmp_kind kind;
    cats_flow_key flow; /* of what arrives: source is the peer */
    uint32_t sequence;  /* of the segment that did not arrive */
    uint32_t mtu;       /* of the link that was too narrow; 0: it did not say */
} tcp_icmp;

/* Reads an IP packet without link header. False for what is no such error, or is damaged. Total. */
bool tcp_icmp_read(const uint8_t *octets, size_t length, tcp_icmp *icmp);
/* Sends smaller segments, and those again that are under way; or gives up an opening ("unreachable") at a
 * hard error. An error about what is not under way is counted as unacceptable. tcp_endpoint_output() follows.
 */
unsigned tcp_endpoint_icmp(tcp_endpoint *e, const tcp_icmp *icmp);

#endif
