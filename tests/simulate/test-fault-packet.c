/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What faults do to packets: options in and out with lengths and checksums mended, SIDs in every form of the
 * header. */
#include "capture-tools/simulation/fault-packet.h"
#include "epan-cats/checksum.h"
#include "epan-cats/packet-build.h"
#include <string.h>

#define CAPACITY 2000

static cats_address address(const char *text)
{
    cats_address parsed;
    g_assert_true(cats_address_parse(text, &parsed));
    return parsed;
}

static void walk(fault_packet *p)
{
    packet_walk(PACKET_LINK_RAW, p->octets, (uint32_t)p->length, (uint32_t)p->length, &p->walk);
    g_assert_cmpint(p->walk.end, ==, PACKET_COMPLETE);
}

/* A node's FIN with these options and a payload. */
static void build_fin(fault_packet *p, bool ipv4, const uint8_t *options, size_t length)
{
    memset(p, 0, sizeof *p);
    p->octets = g_malloc(CAPACITY);
    p->capacity = CAPACITY;
    packet_ip_spec ip = { .source = address(ipv4 ? "192.0.2.80" : "2001:db8:80::80"),
                          .destination = address(ipv4 ? "10.1.0.4" : "2001:db8:1::4"),
                          .protocol = PACKET_PROTOCOL_TCP,
                          .hop_limit = 64 };
    packet_tcp_spec tcp = { .source_port = 80,
                            .destination_port = 40000,
                            .sequence = 1,
                            .acknowledgment = 2,
                            .flags = TCP_FLAG_FIN | TCP_FLAG_ACK,
                            .options = options,
                            .options_length = length,
                            .payload = (const uint8_t *)"some payload",
                            .payload_length = 12 };
    p->length = packet_tcp_build(&ip, &tcp, p->octets, CAPACITY);
    g_assert_cmpuint(p->length, >, 0);
    walk(p);
}

/* Lengths and checksums hold, and the payload is where it should be. */
static void assert_whole(fault_packet *p)
{
    fault_tcp tcp;
    walk(p);
    g_assert_cmpuint(p->walk.ip[0].end, ==, p->length);
    g_assert_cmpint(checksum_verify_transport(&p->walk), ==, CHECKSUM_GOOD);
    g_assert_cmpint(checksum_verify_ip(&p->walk, &p->walk.ip[0]), !=, CHECKSUM_BAD);
    g_assert_true(fault_tcp_read(p, &tcp));
    g_assert_cmpuint(tcp.payload_length, ==, 12);
    g_assert_cmpint(memcmp(tcp.payload, "some payload", 12), ==, 0);
}

static affinity_option option_for(bool ipv4, uint16_t port)
{
    return (affinity_option){ .kind = affinity_numbers_default.kind,
                              .port = port,
                              .address = address(ipv4 ? "198.51.100.11" : "2001:db8:e1:1::1") };
}

/* NOP, NOP, timestamps. */
static const uint8_t timestamps[12] = { 1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8 };

static void test_put(const void *data)
{
    bool ipv4 = GPOINTER_TO_UINT(data) == 4;
    fault_packet p;
    fault_tcp tcp;
    affinity_option wanted[2] = { option_for(ipv4, 80), option_for(ipv4, 81) }, found;
    size_t at;
    build_fin(&p, ipv4, timestamps, sizeof timestamps);
    g_assert_true(fault_tcp_read(&p, &tcp));
    g_assert_false(fault_tcp_option(&affinity_numbers_default, &tcp, &found, &at));

    g_assert_true(fault_put_options(&p, &affinity_numbers_default, wanted, 1));
    g_assert_cmpint(fault_mend(&p), ==, FAULT_CHANGED);
    assert_whole(&p);
    g_assert_true(fault_tcp_read(&p, &tcp));
    g_assert_true(fault_tcp_option(&affinity_numbers_default, &tcp, &found, &at));
    g_assert_true(affinity_option_equal(&found, &wanted[0]));
    g_assert_cmpuint(at, ==, 10); /* behind the timestamps, whose padding went */
    g_assert_cmpint(memcmp(tcp.options, timestamps + 2, 10), ==, 0);

    /* It is replaced, not joined. */
    g_assert_true(fault_put_options(&p, &affinity_numbers_default, &wanted[1], 1));
    fault_mend(&p);
    assert_whole(&p);
    g_assert_true(fault_tcp_read(&p, &tcp));
    g_assert_true(fault_tcp_option(&affinity_numbers_default, &tcp, &found, &at));
    g_assert_cmpuint(found.port, ==, 81);

    /* Two: for IPv6 there is no room beside timestamps, and nothing is changed. */
    size_t before = p.length;
    g_assert_true(fault_put_options(&p, &affinity_numbers_default, wanted, 2) == ipv4);
    if (!ipv4)
        g_assert_cmpuint(p.length, ==, before);
    fault_mend(&p);
    assert_whole(&p);
    g_assert_true(fault_put_options(&p, &affinity_numbers_default, NULL, 0)); /* and none */
    fault_mend(&p);
    assert_whole(&p);
    g_assert_true(fault_tcp_read(&p, &tcp));
    g_assert_false(fault_tcp_option(&affinity_numbers_default, &tcp, &found, &at));
    g_free(p.octets);
}

/* 40 octets are all that there is: filled exactly, and one too many. */
static void test_room(void)
{
    fault_packet p;
    affinity_option two[2] = { option_for(false, 80), option_for(false, 81) };
    build_fin(&p, false, NULL, 0);
    g_assert_true(fault_put_options(&p, &affinity_numbers_default, two, 2));
    fault_mend(&p);
    assert_whole(&p);
    g_assert_cmpuint(p.walk.transport_length, ==, 60);
    g_free(p.octets);

    static const uint8_t window_scale[4] = { 3, 3, 7, 0 };
    build_fin(&p, false, window_scale, sizeof window_scale);
    g_assert_false(fault_put_options(&p, &affinity_numbers_default, two, 2));
    assert_whole(&p);
    p.capacity = p.length;
    g_assert_false(fault_put_options(&p, &affinity_numbers_default, two, 1));
    assert_whole(&p);
    g_free(p.octets);
}

static void test_flags(void)
{
    fault_packet p;
    fault_tcp tcp;
    build_fin(&p, true, timestamps, sizeof timestamps);
    g_assert_true(fault_tcp_read(&p, &tcp));
    g_assert_true(fault_tcp_is(&tcp, TCP_FLAG_FIN, TCP_FLAG_SYN));
    g_assert_false(fault_tcp_is(&tcp, TCP_FLAG_FIN, TCP_FLAG_ACK));
    g_assert_false(fault_tcp_is(&tcp, TCP_FLAG_SYN, 0));
    fault_tcp_set_flags(&tcp, 0xfff);
    fault_mend(&p);
    assert_whole(&p);
    g_assert_cmphex(p.walk.tcp_flags, ==, 0xfff);
    g_assert_cmpuint(p.walk.transport_length, ==, 32);
    g_free(p.octets);
}

static void test_addresses(const void *data)
{
    bool ipv4 = GPOINTER_TO_UINT(data) == 4;
    fault_packet p;
    build_fin(&p, ipv4, timestamps, sizeof timestamps);
    cats_address source = address(ipv4 ? "203.0.113.9" : "2001:db8::9");
    cats_address destination = address(ipv4 ? "10.9.9.9" : "2001:db8:9::9");
    fault_set_source(&p, &source);
    fault_set_destination(&p, &destination);
    fault_mend(&p);
    assert_whole(&p);
    cats_address found_source = packet_source(&p.walk, &p.walk.ip[0]);
    cats_address found_destination = packet_destination(&p.walk, &p.walk.ip[0]);
    g_assert_true(cats_address_equal(&found_source, &source));
    g_assert_true(cats_address_equal(&found_destination, &destination));
    g_free(p.octets);
}

/* Where the egress SID stands: the destination with Segments Left 0 or without an SRH, else Segment List[0].
 */
static void test_sid(void)
{
    static const struct {
        packet_encapsulation mode;
        unsigned count;
        bool srh, in_destination;
    } forms[] = { { PACKET_ENCAP_FULL, 1, true, true },
                  { PACKET_ENCAP_FULL, 2, true, false },
                  { PACKET_ENCAP_REDUCED, 1, false, true },
                  { PACKET_ENCAP_REDUCED, 2, true, false } };
    uint8_t segments[2][16], found[16];
    cats_address core = address("5f00:0:c:1::"), egress = address("5f00:0:e1:ca75::"),
                 other = address("5f00:0:e2:1::");
    for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
        fault_packet inner, p = { .octets = g_malloc(CAPACITY), .capacity = CAPACITY };
        build_fin(&inner, i % 2 == 0, timestamps, sizeof timestamps);
        memcpy(segments[0], core.octets, 16);
        memcpy(segments[forms[i].count - 1], egress.octets, 16);
        packet_encap_spec spec = { .segments = (const uint8_t(*)[16])segments,
                                   .count = forms[i].count,
                                   .mode = forms[i].mode };
        p.length = packet_encapsulate(&spec, inner.octets, inner.length, p.octets, CAPACITY);
        walk(&p);
        g_assert_true((fault_srh(&p) != NULL) == forms[i].srh);
        fault_get_sid(&p, found);
        g_assert_cmpint(memcmp(found, egress.octets, 16), ==, 0);
        g_assert_cmpint(fault_replace_sid(&p, other.octets), ==, FAULT_CHANGED);
        fault_get_sid(&p, found);
        g_assert_cmpint(memcmp(found, other.octets, 16), ==, 0);
        g_assert_true((memcmp(p.octets + FAULT_IPV6_DESTINATION, other.octets, 16) == 0) ==
                      forms[i].in_destination);
        if (!forms[i].in_destination)
            g_assert_cmpint(memcmp(p.octets + FAULT_IPV6_DESTINATION, core.octets, 16), ==, 0);
        walk(&p);
        g_free(p.octets);
        g_free(inner.octets);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/fault-packet/put/ipv4", GUINT_TO_POINTER(4), test_put);
    g_test_add_data_func("/fault-packet/put/ipv6", GUINT_TO_POINTER(6), test_put);
    g_test_add_func("/fault-packet/room", test_room);
    g_test_add_func("/fault-packet/flags", test_flags);
    g_test_add_data_func("/fault-packet/addresses/ipv4", GUINT_TO_POINTER(4), test_addresses);
    g_test_add_data_func("/fault-packet/addresses/ipv6", GUINT_TO_POINTER(6), test_addresses);
    g_test_add_func("/fault-packet/sid", test_sid);
    return g_test_run();
}
