/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes the packets that tests of the forwarders send. Spec: RFC 791, RFC 8200 s4.5, RFC 8754. */
#include "flow-packets.h"

#include "epan-cats/checksum.h"
#include <glib.h>
#include <string.h>

enum {
    IPV4_HEADER = 20,
    IPV6_HEADER = 40,
    FRAGMENT_HEADER = 8,
    PAYLOAD = 64,
    FIRST_FRAGMENT = 32,
    SERVICE_PORT = 80
};

cats_address test_address(const char *text)
{
    cats_address address;
    g_assert_true(cats_address_parse(text, &address));
    return address;
}

void test_sid(uint8_t sid[16], const char *text)
{
    memcpy(sid, test_address(text).octets, 16);
}

static char *in_hex(const uint8_t *octets, size_t length)
{
    GString *text = g_string_new(NULL);
    for (size_t i = 0; i < length; i++) {
        g_string_append_printf(text, "%s%02x", i % 16 == 0 ? "\n  " : " ", octets[i]);
    }
    return g_string_free(text, FALSE);
}

void assert_octets(const uint8_t *got, size_t got_length, const uint8_t *expected, size_t expected_length)
{
    if (got_length == expected_length && memcmp(got, expected, got_length) == 0) {
        return;
    }
    size_t differs = 0;
    while (differs < MIN(got_length, expected_length) && got[differs] == expected[differs]) {
        differs++;
    }
    g_error("octets differ from %zu on: got%s\nexpected%s", differs, in_hex(got, got_length),
            in_hex(expected, expected_length));
}

/* Addresses of the flow to the destination; returns its source port. */
static uint16_t flow_addresses(unsigned number, const char *destination, packet_ip_spec *ip)
{
    *ip = (packet_ip_spec){ .destination = test_address(destination), .hop_limit = 64, .identification = 7 };
    bool ipv4 = ip->destination.family == 4;
    ip->source = test_address(ipv4 ? "10.1.0.0" : "2001:db8:1::");
    packet_put16(ip->source.octets + (ipv4 ? 2 : 14), (uint16_t)(number / 16 + 1));
    return (uint16_t)(1024 + number % 16 * 1000);
}

flow_packet flow_packet_make(unsigned number, const char *destination)
{
    static const uint8_t payload[PAYLOAD] = "a request";
    flow_packet made;
    packet_ip_spec ip;
    uint16_t port = flow_addresses(number, destination, &ip);
    made.length =
        packet_udp_build(&ip, port, SERVICE_PORT, payload, sizeof payload, made.octets, sizeof made.octets);
    g_assert_cmpuint(made.length, >, 0);
    return made;
}

flow_packet flow_packet_tcp(unsigned number, const char *service, bool answer, uint16_t flags)
{
    flow_packet made;
    packet_ip_spec ip;
    uint16_t port = flow_addresses(number, service, &ip);
    packet_tcp_spec tcp = { .source_port = port, .destination_port = SERVICE_PORT, .flags = flags };
    if (answer) {
        cats_address client = ip.source;
        ip.source = ip.destination;
        ip.destination = client;
        tcp.source_port = SERVICE_PORT;
        tcp.destination_port = port;
    }
    made.length = packet_tcp_build(&ip, &tcp, made.octets, sizeof made.octets);
    g_assert_cmpuint(made.length, >, 0);
    return made;
}

static void write_ipv4_checksum(uint8_t *octets)
{
    packet_put16(octets + 10, 0);
    packet_put16(octets + 10, checksum_finish(checksum_add(octets, IPV4_HEADER, 0)));
}

void flow_packet_set_hop_limit(flow_packet *of, uint8_t hop_limit)
{
    if (of->octets[0] >> 4 == 6) {
        of->octets[7] = hop_limit;
        return;
    }
    of->octets[8] = hop_limit;
    write_ipv4_checksum(of->octets);
}

flow_packet flow_packet_fragment(const flow_packet *whole, bool first)
{
    enum { MORE_IPV4 = 0x2000, MORE_IPV6 = 1 };
    bool ipv4 = whole->octets[0] >> 4 == 4;
    size_t header = ipv4 ? IPV4_HEADER : IPV6_HEADER, own = ipv4 ? 0 : FRAGMENT_HEADER;
    size_t at = first ? 0 : FIRST_FRAGMENT;
    size_t payload = first ? FIRST_FRAGMENT : whole->length - header - FIRST_FRAGMENT;
    flow_packet made = { .length = header + own + payload };

    memcpy(made.octets, whole->octets, header);
    memcpy(made.octets + header + own, whole->octets + header + at, payload);
    if (ipv4) {
        packet_put16(made.octets + 2, (uint16_t)made.length);
        packet_put16(made.octets + 6, (uint16_t)((first ? MORE_IPV4 : 0) | at / 8));
        write_ipv4_checksum(made.octets);
    } else {
        uint8_t *fragment = made.octets + header;
        packet_put16(made.octets + 4, (uint16_t)(own + payload));
        made.octets[6] = PACKET_PROTOCOL_FRAGMENT;
        fragment[0] = whole->octets[6];
        fragment[1] = 0;
        packet_put16(fragment + 2, (uint16_t)(at | (first ? MORE_IPV6 : 0)));
        packet_put32(fragment + 4, 0xfeedu);
    }
    return made;
}

flow_packet flow_packet_encapsulate(const flow_packet *inner, const char *source, packet_encapsulation mode,
                                    const char *const *segments, unsigned count)
{
    uint8_t list[8][16];
    flow_packet made;
    g_assert_cmpuint(count, <=, G_N_ELEMENTS(list));
    for (unsigned i = 0; i < count; i++) {
        test_sid(list[i], segments[i]);
    }
    packet_encap_spec spec = { .segments = (const uint8_t(*)[16])list, .count = count, .mode = mode };
    test_sid(spec.source, source);
    made.length = packet_encapsulate(&spec, inner->octets, inner->length, made.octets, sizeof made.octets);
    g_assert_cmpuint(made.length, >, 0);
    if (made.octets[6] == PACKET_PROTOCOL_ROUTING) {
        made.octets[IPV6_HEADER + 3] = 0; /* Segments Left */
    }
    memcpy(made.octets + 24, list[count - 1], 16);
    return made;
}

flow_packet flow_packet_in(const flow_packet *inner, const char *sid)
{
    return flow_packet_encapsulate(inner, "5f00:0:1::100", PACKET_ENCAP_REDUCED, &sid, 1);
}
