/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The walker in front of the IP header: link types, VLAN tags, frames without a network layer. */
#include "epan-cats/packet.h"

#include "frame-builder.h"
#include "packet-invariants.h"

static packet walk(int link_type, const GByteArray *frame)
{
    packet p;

    memset(&p, 0xAA, sizeof p); /* what the walker leaves alone must not matter */
    packet_walk(link_type, frame->data, frame->len, frame->len, &p);
    packet_assert_sound(&p);
    return p;
}

/* An IPv4 or IPv6 packet with a UDP datagram of 4 octets. */
static GByteArray *ip_packet(bool ipv6)
{
    GByteArray *frame = frame_of_zeros(4);

    frame_udp(frame);
    if (ipv6)
        frame_ipv6(frame, 17);
    else
        frame_ipv4(frame, 17, 0);
    return frame;
}

static guint ethertype_of(bool ipv6)
{
    return ipv6 ? 0x86dd : 0x0800;
}

static void assert_udp_at(const packet *p, bool ipv6, guint offset)
{
    g_assert_cmpint(p->end, ==, PACKET_COMPLETE);
    g_assert_cmpuint(p->ip_count, ==, 1);
    g_assert_cmpuint(p->ip[0].version, ==, ipv6 ? 6 : 4);
    g_assert_cmpuint(p->ip[0].offset, ==, offset);
    g_assert_cmpint(p->transport, ==, PACKET_UDP);
    g_assert_cmpuint(p->source_port, ==, 40000);
    g_assert_cmpuint(p->destination_port, ==, 53);
    g_assert_cmpuint(p->transport_payload, ==, 4);
}

static void test_ethernet(void)
{
    for (int ipv6 = 0; ipv6 <= 1; ipv6++) {
        GByteArray *frame = ip_packet(ipv6 != 0);
        packet p;

        frame_ethernet(frame, ethertype_of(ipv6 != 0));
        p = walk(PACKET_LINK_ETHERNET, frame);
        assert_udp_at(&p, ipv6 != 0, 14);
        g_assert_cmphex(p.ethertype, ==, ethertype_of(ipv6 != 0));
        g_assert_cmpuint(p.vlan_count, ==, 0);
        g_byte_array_unref(frame);
    }
}

/* One to five tags of every kind: all are walked, two are kept. */
static void test_vlan(void)
{
    static const guint tags[] = { 0x8100, 0x88a8, 0x9100 };

    for (guint count = 1; count <= 5; count++) {
        for (int ipv6 = 0; ipv6 <= 1; ipv6++) {
            GByteArray *frame = ip_packet(ipv6 != 0);
            guint ethertype = ethertype_of(ipv6 != 0);
            packet p;

            for (guint i = count; i > 0; i--) {
                frame_vlan(frame, 0x6000 + i, ethertype);
                ethertype = tags[i % 3];
            }
            frame_ethernet(frame, ethertype);
            p = walk(PACKET_LINK_ETHERNET, frame);
            assert_udp_at(&p, ipv6 != 0, 14 + 4 * count);
            g_assert_cmphex(p.ethertype, ==, ethertype_of(ipv6 != 0));
            g_assert_cmpuint(p.vlan_count, ==, MIN(count, 2));
            g_assert_cmphex(p.vlan[0], ==, 0x6001);
            if (count > 1)
                g_assert_cmphex(p.vlan[1], ==, 0x6002);
            g_byte_array_unref(frame);
        }
    }
}

/* A tag announced by the last two octets of the frame. */
static void test_vlan_cut(void)
{
    GByteArray *frame = frame_of_zeros(3);
    packet p;

    frame_ethernet(frame, 0x8100);
    p = walk(PACKET_LINK_ETHERNET, frame);
    g_assert_cmpint(p.end, ==, PACKET_MALFORMED);
    g_assert_cmpstr(p.defect.subject, ==, "VLAN tag: octets");
    g_assert_cmpuint(p.defect.found, ==, 3);
    g_assert_cmpuint(p.defect.at, ==, 14);
    packet_walk(PACKET_LINK_ETHERNET, frame->data, frame->len, 60, &p);
    g_assert_cmpint(p.end, ==, PACKET_CUT);
    g_byte_array_unref(frame);
}

/* 802.3 with a length, also behind a tag; other protocols than IP. */
static void test_no_network_layer(void)
{
    static const guint types[] = { 0, 46, 1500, 0x05ff, 0x0600, 0x0806, 0x88cc, 0xffff };

    for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
        for (int tagged = 0; tagged <= 1; tagged++) {
            GByteArray *frame = ip_packet(false);
            packet p;

            if (tagged)
                frame_vlan(frame, 1, types[i]);
            frame_ethernet(frame, tagged ? 0x8100 : types[i]);
            p = walk(PACKET_LINK_ETHERNET, frame);
            g_assert_cmpint(p.end, ==, PACKET_COMPLETE);
            g_assert_cmpuint(p.ip_count, ==, 0);
            g_assert_null(packet_innermost(&p));
            g_assert_cmpint(p.transport, ==, PACKET_NO_TRANSPORT);
            g_assert_cmphex(p.ethertype, ==, types[i] >= 0x600 ? types[i] : 0);
            g_byte_array_unref(frame);
        }
    }
}

/* The EtherType decides, not the version nibble. */
static void test_wrong_version(void)
{
    for (int ipv6 = 0; ipv6 <= 1; ipv6++) {
        GByteArray *frame = ip_packet(ipv6 != 0);
        packet p;

        g_byte_array_set_size(frame, 60);
        frame_ethernet(frame, ethertype_of(ipv6 == 0));
        p = walk(PACKET_LINK_ETHERNET, frame);
        g_assert_cmpint(p.end, ==, PACKET_MALFORMED);
        g_assert_cmpstr(p.defect.subject, ==, ipv6 ? "IPv4 header: version" : "IPv6 header: version");
        g_assert_cmpuint(p.defect.found, ==, ipv6 ? 6 : 4);
        g_assert_cmpuint(p.ip_count, ==, 0);
        g_byte_array_unref(frame);
    }
}

static void test_raw(void)
{
    static const int either[] = { PACKET_LINK_RAW, 12, 14 };

    for (int ipv6 = 0; ipv6 <= 1; ipv6++) {
        GByteArray *frame = ip_packet(ipv6 != 0);
        packet p;

        for (size_t i = 0; i < G_N_ELEMENTS(either); i++) {
            p = walk(either[i], frame);
            assert_udp_at(&p, ipv6 != 0, 0);
            g_assert_cmphex(p.ethertype, ==, 0);
        }
        p = walk(ipv6 ? PACKET_LINK_IPV6 : PACKET_LINK_IPV4, frame);
        assert_udp_at(&p, ipv6 != 0, 0);
        p = walk(ipv6 ? PACKET_LINK_IPV4 : PACKET_LINK_IPV6, frame);
        g_assert_cmpint(p.end, ==, PACKET_MALFORMED);
        frame->data[0] = 0x50;
        p = walk(PACKET_LINK_RAW, frame);
        g_assert_cmpint(p.end, ==, PACKET_MALFORMED);
        g_assert_cmpuint(p.defect.found, ==, 5);
        g_byte_array_unref(frame);
    }
}

static void test_cooked(void)
{
    for (int ipv6 = 0; ipv6 <= 1; ipv6++) {
        for (int tagged = 0; tagged <= 1; tagged++) {
            guint8 sll[16] = { 0, 4, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0 };
            guint8 sll2[20] = { 0, 0, 0, 0, 0, 0, 0, 5, 0, 1, 4, 6, 2, 0, 0, 0, 0, 1 };
            GByteArray *frame = ip_packet(ipv6 != 0), *frame2 = ip_packet(ipv6 != 0);
            packet p;

            if (tagged) {
                frame_vlan(frame, 7, ethertype_of(ipv6 != 0));
                frame_vlan(frame2, 7, ethertype_of(ipv6 != 0));
            }
            frame_put16(sll + 14, tagged ? 0x8100 : ethertype_of(ipv6 != 0));
            frame_front(frame, sll, sizeof sll);
            p = walk(PACKET_LINK_LINUX_SLL, frame);
            assert_udp_at(&p, ipv6 != 0, tagged ? 20 : 16);
            g_assert_cmpuint(p.vlan_count, ==, (guint)tagged);
            frame_put16(sll2, tagged ? 0x8100 : ethertype_of(ipv6 != 0));
            frame_front(frame2, sll2, sizeof sll2);
            p = walk(PACKET_LINK_LINUX_SLL2, frame2);
            assert_udp_at(&p, ipv6 != 0, tagged ? 24 : 20);
            g_byte_array_unref(frame);
            g_byte_array_unref(frame2);
        }
    }
}

/* Address families of all systems; null in either byte order, loop in network byte order only. */
static void test_loopback(void)
{
    static const struct {
        guint8 family, version;
    } families[] = { { 2, 4 }, { 10, 6 }, { 24, 6 }, { 28, 6 }, { 30, 6 }, { 7, 0 }, { 0, 0 } };

    for (size_t i = 0; i < G_N_ELEMENTS(families); i++) {
        guint8 big[4] = { 0, 0, 0, families[i].family }, little[4] = { families[i].family };
        GByteArray *frame = ip_packet(families[i].version == 6);
        packet p;

        frame_front(frame, big, 4);
        for (int loop = 0; loop <= 1; loop++) {
            p = walk(loop ? PACKET_LINK_LOOP : PACKET_LINK_NULL, frame);
            if (families[i].version != 0)
                assert_udp_at(&p, families[i].version == 6, 4);
            else
                g_assert_cmpuint(p.ip_count, ==, 0);
        }
        memcpy(frame->data, little, 4);
        p = walk(PACKET_LINK_NULL, frame);
        if (families[i].version != 0)
            assert_udp_at(&p, families[i].version == 6, 4);
        else
            g_assert_cmpuint(p.ip_count, ==, 0);
        p = walk(PACKET_LINK_LOOP, frame);
        g_assert_cmpuint(p.ip_count, ==, 0);
        g_assert_cmpint(p.end, ==, PACKET_COMPLETE);
        g_byte_array_unref(frame);
    }
}

static void test_supported(void)
{
    static const int supported[] = { 0, 1, 12, 14, 101, 108, 113, 228, 229, 276 };
    GByteArray *frame = ip_packet(false);
    guint count = 0;
    packet p;

    for (int link_type = -1; link_type < 400; link_type++)
        count += packet_link_supported(link_type);
    g_assert_cmpuint(count, ==, G_N_ELEMENTS(supported));
    for (size_t i = 0; i < G_N_ELEMENTS(supported); i++)
        g_assert_true(packet_link_supported(supported[i]));
    p = walk(127, frame); /* 802.11 with radiotap */
    g_assert_cmpint(p.end, ==, PACKET_COMPLETE);
    g_assert_cmpuint(p.ip_count, ==, 0);
    g_byte_array_unref(frame);
}

/* Any link type, any number of octets. */
static void test_every_length(void)
{
    static const int link_types[] = { 0, 1, 12, 14, 101, 108, 113, 228, 229, 276, 9999 };
    guint8 octets[24] = { 0 };

    for (size_t i = 0; i < G_N_ELEMENTS(link_types); i++) {
        for (guint captured = 0; captured <= sizeof octets; captured++) {
            guint8 *copy = g_memdup2(octets, captured);
            packet p;

            for (guint wire = captured; wire <= sizeof octets; wire++) {
                packet_walk(link_types[i], copy, captured, wire, &p);
                packet_assert_sound(&p);
                g_assert_cmpuint(p.ip_count, ==, 0);
            }
            packet_walk(link_types[i], copy, captured, 0, &p); /* a record that says less than it has */
            g_assert_cmpuint(p.wire, ==, captured);
            packet_assert_sound(&p);
            g_free(copy);
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/packet-link/ethernet", test_ethernet);
    g_test_add_func("/packet-link/vlan", test_vlan);
    g_test_add_func("/packet-link/vlan-cut", test_vlan_cut);
    g_test_add_func("/packet-link/no-network-layer", test_no_network_layer);
    g_test_add_func("/packet-link/wrong-version", test_wrong_version);
    g_test_add_func("/packet-link/raw", test_raw);
    g_test_add_func("/packet-link/cooked", test_cooked);
    g_test_add_func("/packet-link/loopback", test_loopback);
    g_test_add_func("/packet-link/supported", test_supported);
    g_test_add_func("/packet-link/every-length", test_every_length);
    return g_test_run();
}
