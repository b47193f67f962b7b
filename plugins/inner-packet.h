/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A look into what SRv6 encapsulates, before it is dissected: enough to tell which flow it is of.
 * Spec: RFC 8986 s4 and s9. */
#ifndef PLUGINS_INNER_PACKET_H
#define PLUGINS_INNER_PACKET_H

#include "compat.h"
#include "epan-cats/flow-key.h"

/* Offset and more fragments, in the octets that hold them: 0 in a whole packet, an atomic fragment (RFC 6946)
 * included. */
enum { IPV4_FRAGMENT_MASK = 0x3fff, IPV6_FRAGMENT_MASK = 0xfff9 };

/* An IP packet as far as its flow goes. Key as in flow-key.h: tunnels in it are not looked into. */
typedef struct inner_packet {
    bool is_ip; /* an IP header is captured whole; else all is zero */
    cats_flow_key key;
    uint8_t hop_limit;
    bool opens, answers; /* TCP: SYN without and with ACK */
    uint32_t sequence;   /* TCP: of the segment, */
    uint32_t payload;    /* and its octets behind the TCP header, by the IP length */
} inner_packet;

/* Reads the IP packet that begins at offset `at`, or behind the Ethernet header there with its VLAN tags.
 * Total. */
void inner_packet_read(tvbuff_t *tvb, int at, uint8_t next_header, inner_packet *inner);

/* The part that a TCP header gives: `captured` octets of a segment that has `length`. */
void inner_packet_read_tcp(const uint8_t *octets, size_t captured, size_t length, inner_packet *inner);

#endif
