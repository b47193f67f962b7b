/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets for tests of the forwarders: numbered client flows to a CS-ID, their fragments, and the same in
 * SRv6. */
#ifndef CATSHARK_TESTS_FLOW_PACKETS_H
#define CATSHARK_TESTS_FLOW_PACKETS_H

#include "epan-cats/packet-build.h"

#define FLOW_SERVICE_IPV4 "192.0.2.80"
#define FLOW_SERVICE_IPV6 "2001:db8:80::80"

typedef struct flow_packet {
    size_t length;
    uint8_t octets[2048];
} flow_packet;

/* The text's address; the test fails when it is none. */
cats_address test_address(const char *text);
/* The same, IPv6, into 16 octets. */
void test_sid(uint8_t sid[16], const char *text);

/* Fails the test, showing both in hexadecimal, unless lengths and octets are the same. */
void assert_octets(const uint8_t *got, size_t got_length, const uint8_t *expected, size_t expected_length);

/* A UDP packet of flow `number` (source address 10.1.0.0/16 or 2001:db8:1::/64 and source port follow from
 * it) to `destination`; hop limit 64. */
flow_packet flow_packet_make(unsigned number, const char *destination);
/* A TCP segment of such a flow to the service, or the service's answer. */
flow_packet flow_packet_tcp(unsigned number, const char *service, bool answer, uint16_t flags);
/* Sets TTL or hop limit, IPv4 checksum mended. */
void flow_packet_set_hop_limit(flow_packet *of, uint8_t hop_limit);
/* The first (with the UDP header) or the last fragment of a packet without extension headers. */
flow_packet flow_packet_fragment(const flow_packet *whole, bool first);
/* The packet as it reaches the last SID: IPv6 header, SRH with `count` segments (none when reduced and count
 * is 1) and Segments Left 0. `segments` are texts in travel order. */
flow_packet flow_packet_encapsulate(const flow_packet *inner, const char *source, packet_encapsulation mode,
                                    const char *const *segments, unsigned count);
/* One SID, no SRH. */
flow_packet flow_packet_in(const flow_packet *inner, const char *sid);

#endif
