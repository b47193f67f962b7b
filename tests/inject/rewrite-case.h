/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets to rewrite, and rules that give each of their addresses another one, and back. */
#ifndef TESTS_INJECT_REWRITE_CASE_H
#define TESTS_INJECT_REWRITE_CASE_H

#include "capture-tools/inject/rewrite.h"

#include "epan-cats/checksum.h"
#include "epan-cats/packet-build.h"
#include "../unit/frame-builder.h"

static const guint8 own_mac[6] = { 2, 0, 0, 0, 0, 9 };

/* Every address of the tests and samples becomes another, and back again. */
static const char *const pairs[][2] = {
    { "10.0.0.0/8", "172.0.0.0/8" },       { "192.0.2.0/24", "198.51.100.0/24" },
    { "203.0.113.0/24", "100.64.7.0/24" }, { "2001:db8::/32", "fd37:1::/32" },
    { "5f00::/16", "fc1f::/16" },
};

static inline address_map *make_map(bool reverse)
{
    address_map *map = address_map_new();
    for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
        char *message = NULL, *rule = g_strdup_printf("%s=%s", pairs[i][reverse], pairs[i][!reverse]);
        if (!address_map_add(map, rule, &message))
            g_error("%s", message);
        g_free(rule);
    }
    char *message = NULL;
    g_assert_true(address_map_add_port(map, reverse ? "8443=443" : "443=8443", &message));
    g_assert_true(address_map_add_port(map, reverse ? "10080=80" : "80=10080", &message));
    return map;
}

static address_map *forth, *back;

static inline void rewrite_case_start(void)
{
    forth = make_map(false);
    back = make_map(true);
}

static inline void rewrite_case_end(void)
{
    address_map_free(forth);
    address_map_free(back);
}

static inline rewrite_rules with_map(const address_map *map)
{
    return (rewrite_rules){ .map = map, .numbers = affinity_numbers_default };
}

static inline packet walked(const guint8 *frame, guint length)
{
    packet p;
    packet_walk(PACKET_LINK_ETHERNET, frame, length, length, &p);
    return p;
}

static inline cats_address address_of(const char *text)
{
    cats_address address;
    g_assert_true(cats_address_parse(text, &address));
    return address;
}

/* An Ethernet header in front of an IP packet. */
static inline guint on_ethernet(guint8 *frame, size_t length)
{
    static const guint8 header[14] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0, 0 };
    memmove(frame + sizeof header, frame, length);
    memcpy(frame, header, sizeof header);
    packet_put16(frame + 12, frame[14] >> 4 == 4 ? PACKET_ETHERTYPE_IPV4 : PACKET_ETHERTYPE_IPV6);
    return (guint)(sizeof header + length);
}

static inline packet_ip_spec ends(bool ipv6)
{
    return (packet_ip_spec){ .source = address_of(ipv6 ? "2001:db8:1::2" : "10.1.0.2"),
                             .destination = address_of(ipv6 ? "2001:db8:80::80" : "192.0.2.80"),
                             .hop_limit = 64 };
}

/* The option at an even or an odd place, of a node that is mapped. */
static inline size_t options_of(guint8 options[40], bool ipv6, unsigned nops)
{
    affinity_option option = { .kind = affinity_numbers_default.kind,
                               .address = address_of(ipv6 ? "2001:db8:11::5" : "203.0.113.5"),
                               .port = 443 };
    memset(options, TCP_OPTION_NOP, nops);
    return nops + affinity_option_build(&option, options + nops, 40 - nops);
}

/* kind 0: TCP, 1: UDP. The payload's length is odd or even. */
static inline size_t build_inner(guint8 *octets, size_t size, bool ipv6, bool udp, unsigned payload_length)
{
    guint8 payload[64], options[40];
    packet_ip_spec ip = ends(ipv6);
    for (unsigned i = 0; i < payload_length; i++)
        payload[i] = (guint8)g_test_rand_int_range(0, 256);
    if (udp)
        return packet_udp_build(&ip, 40000, 443, payload, payload_length, octets, size);
    packet_tcp_spec tcp = { .source_port = 443,
                            .destination_port = (guint16)g_test_rand_int_range(1, 65536),
                            .sequence = (guint32)g_test_rand_int(),
                            .flags = 0x011,
                            .options = options,
                            .options_length = options_of(options, ipv6, payload_length % 4),
                            .payload = payload,
                            .payload_length = payload_length };
    return packet_tcp_build(&ip, &tcp, octets, size);
}

static const guint8 segments[][16] = { { 0x5f, 0, 0, 1, 0, 1 },
                                       { 0x5f, 0, 0, 2, 0, 2 },
                                       { 0x5f, 0, 0, 3, 0xca, 0x75 } };

#endif
