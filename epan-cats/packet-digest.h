/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Knows an IP packet again on another link: its octets without what every forwarder changes, TTL or hop limit
 * and the checksum of an IPv4 header. Spec: RFC 791 s3.1, RFC 8200 s3. */
#ifndef EPAN_CATS_PACKET_DIGEST_H
#define EPAN_CATS_PACKET_DIGEST_H

#include "packet.h"

/* So many octets, or all of a shorter packet, must be captured. */
#define PACKET_DIGEST_HEAD 96

typedef struct packet_digest {
    uint64_t head;   /* of the first octets and the length: equal for the same packet */
    uint32_t rest;   /* of the octets behind them; */
    bool whole;      /* valid when the packet is wholly captured */
    uint32_t length; /* of the packet by its own header */
    uint32_t
        identity; /* by packet_digest_identify(): of addresses, protocol, ports and what numbers the packet
                     (sequence and acknowledgment number, flags and length of TCP; identifier and number of an
                     ICMP echo; IPv4 identification; fragment): what a packet changed elsewhere still has. 0:
                     nothing numbers it, as with UDP over IPv6 and acknowledgments without data */
} packet_digest;

/* Of the packet that begins at p->ip[i], up to its end. False when too little of it is captured. */
bool packet_digest_read(const packet *p, const packet_ip *ip, packet_digest *digest);
/* Of a packet that could be read: its identity besides, 0 until then. */
void packet_digest_identify(const packet *p, const packet_ip *ip, packet_digest *digest);

/* Where two packets differ that are one by their identity: the first octet of the head that does, without
 * those that a forwarder changes; SIZE_MAX when none. Both have `length` octets, at most PACKET_DIGEST_HEAD.
 */
size_t packet_digest_differs(const uint8_t *a, const uint8_t *b, size_t length);

#endif
