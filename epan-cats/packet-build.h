/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builders: IP packets with TCP or UDP, encapsulation into SRv6 and decapsulation out of it, one operation
 * each. Encapsulation gives the octets of Linux (H.Encaps, H.Encaps.Red). Spec: RFC 8986 s5.1-5.2; RFC 8754;
 * RFC 2473. */
#ifndef EPAN_CATS_PACKET_BUILD_H
#define EPAN_CATS_PACKET_BUILD_H

#include "packet.h"
#include "srh.h"

/* An IP header to write in front of a payload. For IPv4, DF is set and there are no options. */
typedef struct packet_ip_spec {
    cats_address source, destination; /* same family */
    uint8_t protocol;
    uint8_t hop_limit;
    uint8_t traffic_class;
    uint32_t flow_label;     /* IPv6 */
    uint16_t identification; /* IPv4 */
} packet_ip_spec;

/* Octets of the header: 20 or 40. */
size_t packet_ip_header_length(const packet_ip_spec *spec);
/* Writes the header for `payload_length` octets (IPv4 checksum included). False when the header exceeds
 * `size`, or the packet (IPv4) or its payload (IPv6) 65535 octets. */
bool packet_ip_build(const packet_ip_spec *spec, size_t payload_length, uint8_t *octets, size_t size);

typedef struct packet_tcp_spec {
    uint16_t source_port, destination_port;
    uint32_t sequence, acknowledgment;
    uint16_t flags; /* 12 bits: SAF lies among them */
    uint16_t window;
    uint16_t urgent;
    const uint8_t *options; /* padded by the builder with zero octets to a multiple of 4 */
    size_t options_length;  /* at most 40 */
    const uint8_t *payload;
    size_t payload_length;
} packet_tcp_spec;

/* Writes a whole IP packet with this TCP segment, checksums included; returns its length, or 0 when it
 * exceeds `size` or 65535 octets, or the options 40. spec's `protocol` is not read. Payload and options do
 * not overlap `octets`. */
size_t packet_tcp_build(const packet_ip_spec *ip, const packet_tcp_spec *tcp, uint8_t *octets, size_t size);
size_t packet_udp_build(const packet_ip_spec *ip, uint16_t source_port, uint16_t destination_port,
                        const uint8_t *payload, size_t payload_length, uint8_t *octets, size_t size);

typedef enum packet_encapsulation { PACKET_ENCAP_FULL, PACKET_ENCAP_REDUCED } packet_encapsulation;

typedef struct packet_encap_spec {
    uint8_t source[16];
    const uint8_t (*segments)[16]; /* travel order */
    unsigned count;                /* 1-127 */
    packet_encapsulation mode;     /* REDUCED with one segment writes no SRH */
    uint32_t flow_label;           /* outer flow label where the inner packet has none (IPv4, or IPv6 with 0),
                                    * 20 bits; 0: as Linux, the inner's (IPv4: 0) */
} packet_encap_spec;

/* Octets in front of the inner packet. */
size_t packet_encap_overhead(const packet_encap_spec *spec);
/* Writes outer header(s) and the inner IP packet behind them, as Linux H.Encaps does and as the packet leaves
 * the ingress: inner IPv6: traffic class and flow label copied, hop limit = inner's - 1; inner IPv4: traffic
 * class and flow label 0, hop limit 63; spec->flow_label replaces a flow label of 0. The inner packet is not
 * touched; octets behind its own length are left out. Returns the length, or 0 when it cannot be: inner is no
 * whole IP packet, inner IPv6 hop limit 0 or 1 (time exceeded), segment count, size, more than 65535 octets.
 * `octets` and `inner` do not overlap. */
size_t packet_encapsulate(const packet_encap_spec *spec, const uint8_t *inner, size_t inner_length,
                          uint8_t *octets, size_t size);

typedef enum packet_decap_result {
    PACKET_DECAPSULATED,
    PACKET_DECAP_NOT_IPV6,      /* no IPv6 header, or cut short */
    PACKET_DECAP_SEGMENTS_LEFT, /* Segments Left above 0 */
    PACKET_DECAP_UPPER_LAYER,   /* neither IPv4 nor IPv6 behind the headers */
    PACKET_DECAP_FRAGMENT,      /* the outer packet is a fragment */
    PACKET_DECAP_MALFORMED,     /* a header or length contradicts another; inner length included */
    PACKET_DECAP_HOP_LIMIT      /* inner TTL or hop limit is 0 or 1: time exceeded */
} packet_decap_result;

/* Finds the inner packet of an SRv6 packet (IP packet, no link header) and lowers its TTL or hop limit by
 * one, IPv4 checksum mended: in place. *inner points into `octets`; it is valid, and the packet untouched,
 * with PACKET_DECAP_HOP_LIMIT too. */
packet_decap_result packet_decapsulate(uint8_t *octets, size_t length, uint8_t **inner, size_t *inner_length);

#endif
