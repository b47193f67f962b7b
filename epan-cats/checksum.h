/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Internet checksums, with the final destination behind a routing header in the pseudo-header.
 * Spec: RFC 1071, RFC 1624, RFC 8200 s8.1, RFC 8754 s2. */
#ifndef EPAN_CATS_CHECKSUM_H
#define EPAN_CATS_CHECKSUM_H

#include "packet.h"

/* One's complement sum of octets, not folded to the complement; give it as `sum` to go on. Every part but the
 * last has an even number of octets. */
uint32_t checksum_add(const uint8_t *octets, size_t length, uint32_t sum);
/* Sum of the pseudo-header of TCP, UDP or ICMPv6. Addresses of one family; `destination` is the final one;
 * `length` that of the upper layer. */
uint32_t checksum_pseudo(const cats_address *source, const cats_address *destination, uint8_t protocol,
                         uint32_t length);
/* Folds and complements: the value of a checksum field, host byte order. */
uint16_t checksum_finish(uint32_t sum);
/* RFC 1624 eqn 3: the checksum after one 16-bit word changed from `before` to `after`. */
uint16_t checksum_adjust(uint16_t checksum, uint16_t before, uint16_t after);

/* Where the checksum of the transport header behind the innermost IP header that is not quoted lies, and the
 * addresses that its pseudo-header has. Offsets in the frame. */
typedef struct checksum_place {
    uint8_t protocol;     /* TCP, UDP, ICMP or ICMPv6 */
    uint32_t at;          /* of the transport header */
    uint32_t field;       /* of the checksum */
    uint32_t source;      /* 0: no pseudo-header (ICMP) */
    uint32_t destination; /* the final one; 0: none, or a routing header of a type that hides it */
} checksum_place;
/* Of a first fragment too. False: there is no such header, or its checksum is not in the capture. */
bool checksum_find(const packet *p, checksum_place *place);

typedef enum checksum_state {
    CHECKSUM_GOOD,
    CHECKSUM_BAD,
    CHECKSUM_PARTIAL,    /* TCP, UDP: only the pseudo-header is summed: offload to the network card */
    CHECKSUM_NOT_CHECKED /* none there (UDP 0 over IPv4), a fragment, not all of it captured, lengths that
                          * contradict each other, or a routing header that hides the final destination */
} checksum_state;

/* Of the IPv4 header at ip; NOT_CHECKED for IPv6. */
checksum_state checksum_verify_ip(const packet *p, const packet_ip *ip);
/* Of the transport header behind the innermost IP header that is not quoted. */
checksum_state checksum_verify_transport(const packet *p);

/* Writes the checksum fields of an IP packet (no link header) in place: of every IPv4 header, tunnels
 * included, and of the TCP, UDP, ICMP or ICMPv6 behind the innermost one. Quotes in ICMP errors are left as
 * they are, and so is the transport checksum of a fragment. False, with nothing written, when the packet does
 * not walk to its end. */
bool checksum_write(uint8_t *ip_packet, size_t length);

#endif
