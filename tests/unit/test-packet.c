/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The walker from the first IP header inwards: options, extension headers, fragments, tunnels, transports,
 * quotes. */
#include "epan-cats/packet.h"

#include "frame-builder.h"
#include "packet-invariants.h"
#include "sample-frames.h"

static packet walk_and_free(GByteArray *frame)
{
    packet p;

    memset(&p, 0xAA, sizeof p);
    packet_walk(PACKET_LINK_RAW, frame->data, frame->len, frame->len, &p);
    packet_assert_sound(&p);
    p.data = NULL; /* gone with the frame */
    g_byte_array_unref(frame);
    return p;
}

static void front_ip(GByteArray *frame, bool ipv6, guint8 protocol)
{
    if (ipv6)
        frame_ipv6(frame, protocol);
    else
        frame_ipv4(frame, protocol, 0);
}

static GByteArray *tcp_segment(void)
{
    GByteArray *frame = frame_of_zeros(7);

    frame_tcp(frame, 0x212, 12);
    return frame;
}

static void assert_tcp(const packet *p, guint offset)
{
    g_assert_cmpint(p->end, ==, PACKET_COMPLETE);
    g_assert_cmpint(p->transport, ==, PACKET_TCP);
    g_assert_cmpuint(p->transport_offset, ==, offset);
    g_assert_cmpuint(p->transport_length, ==, 32);
    g_assert_cmpuint(p->transport_payload, ==, 7);
    g_assert_true(p->transport_captured);
    g_assert_cmpuint(p->source_port, ==, 40000);
    g_assert_cmpuint(p->destination_port, ==, 443);
    g_assert_cmphex(p->tcp_flags, ==, 0x212);
}

static void test_addresses(void)
{
    for (int ipv6 = 0; ipv6 <= 1; ipv6++) {
        GByteArray *frame = tcp_segment();
        cats_address source, destination;
        char text[CATS_ADDRESS_TEXT];
        packet p;

        front_ip(frame, ipv6 != 0, 6);
        packet_walk(PACKET_LINK_RAW, frame->data, frame->len, frame->len, &p);
        source = packet_source(&p, packet_innermost(&p));
        destination = packet_destination(&p, packet_innermost(&p));
        cats_address_format(&source, text);
        g_assert_cmpstr(text, ==, ipv6 ? "2001:db8:1::2" : "10.1.0.2");
        cats_address_format(&destination, text);
        g_assert_cmpstr(text, ==, ipv6 ? "2001:db8:80::80" : "192.0.2.80");
        g_assert_cmpuint(p.ip[0].hop_limit, ==, 64);
        g_assert_cmphex(p.ip[0].flow_label, ==, ipv6 ? 0x54321 : 0);
        g_byte_array_unref(frame);
    }
}

static void test_ipv4_options(void)
{
    for (guint options = 0; options <= 40; options += 4) {
        GByteArray *frame = tcp_segment();
        packet p;

        frame_ipv4(frame, 6, options);
        p = walk_and_free(frame);
        assert_tcp(&p, 20 + options);
        g_assert_cmpuint(p.ip[0].payload, ==, 20 + options);
        g_assert_cmpuint(p.ip[0].end, ==, 20 + options + 39);
    }
}

/* Octets behind the IP length are Ethernet padding, not payload. */
static void test_padding(void)
{
    for (int ipv6 = 0; ipv6 <= 1; ipv6++) {
        GByteArray *frame = tcp_segment();
        packet p;

        front_ip(frame, ipv6 != 0, 6);
        g_byte_array_set_size(frame, frame->len + 9);
        p = walk_and_free(frame);
        assert_tcp(&p, ipv6 ? 40 : 20);
        g_assert_cmpuint(p.ip[0].end, ==, p.wire - 9);
    }
}

/* Segmentation offload: an IPv4 total length of 0 is the rest of the frame, however large. */
static void test_offload(void)
{
    static const guint payloads[] = { 7, 1400, 65000, 200000 };

    for (size_t i = 0; i < G_N_ELEMENTS(payloads); i++) {
        GByteArray *frame = frame_of_zeros(payloads[i]);
        packet p;

        frame_tcp(frame, 0x010, 0);
        frame_ipv4(frame, 6, 0);
        frame_put16(frame->data + 2, 0);
        p = walk_and_free(frame);
        g_assert_cmpint(p.end, ==, PACKET_COMPLETE);
        g_assert_cmpuint(p.transport_payload, ==, payloads[i]);
    }
}

/* RFC 2675: payload length 0 and a Jumbo Payload option of more than 65535. */
static void test_jumbogram(void)
{
    static const struct {
        guint32 claimed;
        guint8 option_length;
        packet_end end;
    } cases[] = {
        { 8 + 20 + 70000, 4, PACKET_COMPLETE },
        { 8 + 20 + 70001, 4, PACKET_MALFORMED }, /* longer than the frame */
        { 65535, 4, PACKET_MALFORMED },          /* not a jumbo length: the packet is empty */
        { 8 + 20 + 70000, 2, PACKET_MALFORMED },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GByteArray *frame = frame_of_zeros(70000);
        guint8 *option;
        packet p;

        frame_tcp(frame, 0x010, 0);
        frame_ipv6_options(frame, 6, 1);
        option = frame->data + 2;
        option[0] = 0xC2;
        option[1] = cases[i].option_length;
        frame_put16(option + 2, cases[i].claimed >> 16);
        frame_put16(option + 4, cases[i].claimed & 0xffff);
        frame_ipv6(frame, 0);
        frame_put16(frame->data + 4, 0);
        p = walk_and_free(frame);
        g_assert_cmpint(p.end, ==, cases[i].end);
        if (cases[i].end == PACKET_COMPLETE)
            g_assert_cmpuint(p.transport_payload, ==, 70000);
    }
}

/* A Jumbo Payload option behind others. */
static void test_jumbogram_padded(void)
{
    static const guint8 options[14] = { 0,    1, 2, 0, 0xFF, 0x3E, 0, /* Pad1, PadN, an option without data */
                                        0xC2, 4, 0, 1, 0x11, 0x94, 0 };
    GByteArray *frame = frame_of_zeros(70000);
    packet p;

    frame_tcp(frame, 0x010, 0);
    frame_ipv6_options(frame, 6, 2);
    memcpy(frame->data + 2, options, sizeof options);
    frame_ipv6(frame, 0);
    frame_put16(frame->data + 4, 0);
    g_assert_cmphex(0x00011194, ==, 16 + 20 + 70000);
    p = walk_and_free(frame);
    g_assert_cmpint(p.end, ==, PACKET_COMPLETE);
    g_assert_cmpuint(p.transport_payload, ==, 70000);
}

/* Every extension header alone and all of them in the order of RFC 8200 s4.1. */
static void test_extension_headers(void)
{
    GByteArray *frame;
    packet p;

    for (guint units = 1; units <= 256; units *= 4) {
        for (guint8 type = 0; type <= 60; type += 60) {
            frame = tcp_segment();
            frame_ipv6_options(frame, 6, units);
            frame_ipv6(frame, type);
            p = walk_and_free(frame);
            assert_tcp(&p, 40 + 8 * units);
            g_assert_cmpuint(p.ip[0].protocol, ==, 6);
            g_assert_cmpuint(p.ip[0].routing, ==, 0);
        }
    }
    for (guint words = 3; words <= 256; words += 23) {
        frame = tcp_segment();
        frame_authentication(frame, 6, words);
        frame_ipv6(frame, 51);
        p = walk_and_free(frame);
        assert_tcp(&p, 40 + 4 * words);
        frame = tcp_segment();
        frame_authentication(frame, 6, words);
        frame_ipv4(frame, 51, 0);
        p = walk_and_free(frame);
        assert_tcp(&p, 20 + 4 * words);
    }
    frame = tcp_segment();
    frame_ipv6_options(frame, 6, 1);
    frame_authentication(frame, 60, 6);
    frame_ipv6_fragment(frame, 51, 0, false, 9);
    frame_ipv6_routing(frame, 44, 4, 2, 1);
    frame_ipv6_options(frame, 43, 2);
    frame_ipv6_options(frame, 60, 1);
    frame_ipv6(frame, 0);
    p = walk_and_free(frame);
    assert_tcp(&p, 40 + 8 + 16 + 40 + 8 + 24 + 8);
    g_assert_cmpuint(p.ip[0].srh, ==, 40 + 8 + 16);
    g_assert_cmpuint(p.ip[0].routing, ==, 40 + 8 + 16);
    g_assert_false(p.ip[0].fragment);
}

/* The SRH is found behind another routing header; other types are passed. */
static void test_routing_headers(void)
{
    static const guint8 types[] = { 0, 2, 3, 253 };

    for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
        GByteArray *alone = tcp_segment(), *in_front = tcp_segment();
        packet p;

        frame_ipv6_routing(alone, 6, types[i], 1, 1);
        frame_ipv6(alone, 43);
        p = walk_and_free(alone);
        assert_tcp(&p, 40 + 24);
        g_assert_cmpuint(p.ip[0].srh, ==, 0);
        g_assert_cmpuint(p.ip[0].routing, ==, 40);
        frame_ipv6_routing(in_front, 6, 4, 3, 2);
        frame_ipv6_routing(in_front, 43, types[i], 1, 0);
        frame_ipv6(in_front, 43);
        p = walk_and_free(in_front);
        assert_tcp(&p, 40 + 24 + 56);
        g_assert_cmpuint(p.ip[0].routing, ==, 40);
        g_assert_cmpuint(p.ip[0].srh, ==, 64);
    }
}

/* The first of two SRHs is the one in force. */
static void test_two_srhs(void)
{
    GByteArray *frame = tcp_segment();
    packet p;

    frame_ipv6_routing(frame, 6, 4, 1, 0);
    frame_ipv6_routing(frame, 43, 4, 2, 1);
    frame_ipv6(frame, 43);
    p = walk_and_free(frame);
    assert_tcp(&p, 40 + 40 + 24);
    g_assert_cmpuint(p.ip[0].srh, ==, 40);
    g_assert_cmpuint(p.ip[0].routing, ==, 40);
}

static void test_fragments(void)
{
    static const struct {
        guint offset;
        bool more, fragment, later;
    } cases[] = { { 0, false, false, false },
                  { 0, true, true, false },
                  { 185, true, true, true },
                  { 8191, false, true, true } };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        for (int ipv6 = 0; ipv6 <= 1; ipv6++) {
            GByteArray *frame = tcp_segment();
            guint header = ipv6 ? 48 : 20;
            packet p;

            if (ipv6) {
                frame_ipv6_fragment(frame, 6, cases[i].offset, cases[i].more, 0xCAFE1234);
                frame_ipv6(frame, 44);
            } else {
                frame_ipv4(frame, 6, 0);
                frame_put16(frame->data + 6, cases[i].offset | (cases[i].more ? 0x2000 : 0));
            }
            p = walk_and_free(frame);
            g_assert_cmpint(p.ip[0].fragment, ==, cases[i].fragment);
            g_assert_cmpint(p.ip[0].later_fragment, ==, cases[i].later);
            g_assert_cmpuint(p.ip[0].protocol, ==, 6);
            g_assert_cmpuint(p.ip[0].payload, ==, header);
            g_assert_cmpuint(p.ip[0].fragment_protocol, ==, cases[i].fragment ? 6 : 0);
            g_assert_cmphex(p.ip[0].fragment_id, ==, !cases[i].fragment ? 0 : ipv6 ? 0xCAFE1234 : 0x1234);
            if (cases[i].later) {
                g_assert_cmpint(p.end, ==, PACKET_COMPLETE);
                g_assert_cmpint(p.transport, ==, PACKET_NO_TRANSPORT);
                g_assert_cmpuint(p.source_port, ==, 0);
            } else {
                assert_tcp(&p, header);
            }
        }
    }
}

/* A first fragment may end inside the transport header, and inner lengths exceed it: that is no defect. */
static void test_first_fragment_is_partial(void)
{
    GByteArray *frame = frame_of_zeros(100);
    packet p;

    frame_udp(frame);
    frame_ipv4(frame, 17, 0);
    g_byte_array_set_size(frame, 20 + 4);
    frame_ipv6_fragment(frame, 4, 0, true, 1);
    frame_ipv6(frame, 44);
    p = walk_and_free(frame);
    g_assert_cmpint(p.end, ==, PACKET_COMPLETE);
    g_assert_cmpuint(p.ip_count, ==, 2);
    g_assert_cmpint(p.transport, ==, PACKET_UDP);
    g_assert_false(p.transport_captured);
    g_assert_cmpuint(p.source_port, ==, 40000);
    g_assert_cmpuint(p.transport_length, ==, 0);
}

/* The UDP length of a first fragment is that of the whole datagram. */
static void test_first_fragment_of_udp(void)
{
    GByteArray *frame = frame_of_zeros(3000);
    packet p;

    frame_udp(frame);
    g_byte_array_set_size(frame, 1480);
    frame_ipv4(frame, 17, 0);
    frame_put16(frame->data + 6, 0x2000);
    p = walk_and_free(frame);
    g_assert_cmpint(p.end, ==, PACKET_COMPLETE);
    g_assert_true(p.transport_captured);
    g_assert_cmpuint(p.transport_payload, ==, 1472);
}

/* RFC 2675 s4: length 0 is "as long as the packet". */
static void test_udp_length_zero(void)
{
    GByteArray *frame = frame_of_zeros(12);
    packet p;

    frame_udp(frame);
    frame_put16(frame->data + 4, 0);
    frame_ipv6(frame, 17);
    p = walk_and_free(frame);
    g_assert_cmpint(p.end, ==, PACKET_COMPLETE);
    g_assert_cmpuint(p.transport_payload, ==, 12);
}

/* Every pair of tunnel and inner packet, Ethernet with a tag of its own included. */
static void test_tunnels(void)
{
    for (int outer_ipv6 = 0; outer_ipv6 <= 1; outer_ipv6++) {
        for (int inner_ipv6 = 0; inner_ipv6 <= 1; inner_ipv6++) {
            for (int ethernet = 0; ethernet <= 2; ethernet++) {
                GByteArray *frame = tcp_segment();
                guint8 protocol = inner_ipv6 ? 41 : 4;
                guint ethertype = inner_ipv6 ? 0x86dd : 0x0800, between = 0;
                packet p;

                front_ip(frame, inner_ipv6 != 0, 6);
                if (ethernet == 2)
                    frame_vlan(frame, 5, ethertype);
                if (ethernet != 0) {
                    frame_ethernet(frame, ethernet == 2 ? 0x8100 : ethertype);
                    protocol = 143;
                    between = ethernet == 2 ? 18 : 14;
                }
                front_ip(frame, outer_ipv6 != 0, protocol);
                p = walk_and_free(frame);
                g_assert_cmpuint(p.ip_count, ==, 2);
                g_assert_cmpuint(p.ip[0].protocol, ==, protocol);
                g_assert_cmpuint(p.ip[1].offset, ==, (outer_ipv6 ? 40u : 20u) + between);
                g_assert_cmpuint(p.ip[1].version, ==, inner_ipv6 ? 6 : 4);
                g_assert_false(p.ip[1].quoted);
                g_assert_cmpuint(p.vlan_count, ==, 0);
                g_assert_cmphex(p.ethertype, ==, 0);
                assert_tcp(&p, p.ip[1].offset + (inner_ipv6 ? 40 : 20));
            }
        }
    }
}

static void test_depth(void)
{
    for (guint depth = 1; depth <= PACKET_IP_MAX + 2; depth++) {
        GByteArray *frame = tcp_segment();
        packet p;

        for (guint i = 0; i < depth; i++)
            front_ip(frame, i % 2 != 0, i == 0 ? 6 : i % 2 != 0 ? 4 : 41);
        p = walk_and_free(frame);
        g_assert_cmpuint(p.ip_count, ==, MIN(depth, PACKET_IP_MAX));
        if (depth <= PACKET_IP_MAX) {
            g_assert_cmpint(p.end, ==, PACKET_COMPLETE);
            g_assert_cmpint(p.transport, ==, PACKET_TCP);
        } else {
            g_assert_cmpint(p.end, ==, PACKET_TOO_DEEP);
            g_assert_cmpint(p.transport, ==, PACKET_NO_TRANSPORT);
        }
    }
}

static void test_unknown_upper_layer(void)
{
    static const guint8 protocols[] = { 47, 50, 59, 89, 132, 255 };

    for (size_t i = 0; i < G_N_ELEMENTS(protocols); i++) {
        for (int ipv6 = 0; ipv6 <= 1; ipv6++) {
            GByteArray *frame = frame_of_zeros(3);
            packet p;

            front_ip(frame, ipv6 != 0, protocols[i]);
            p = walk_and_free(frame);
            g_assert_cmpint(p.end, ==, PACKET_COMPLETE);
            g_assert_cmpint(p.transport, ==, PACKET_NO_TRANSPORT);
            g_assert_cmpuint(p.ip[0].protocol, ==, protocols[i]);
            g_assert_cmpuint(p.transport_length, ==, 0);
        }
    }
}

static void test_icmp(void)
{
    for (int ipv6 = 0; ipv6 <= 1; ipv6++) {
        GByteArray *frame = frame_of_zeros(56);
        packet p;

        frame_icmp(frame, ipv6 ? 128 : 8); /* echo request */
        front_ip(frame, ipv6 != 0, ipv6 ? 58 : 1);
        p = walk_and_free(frame);
        g_assert_cmpint(p.end, ==, PACKET_COMPLETE);
        g_assert_cmpint(p.transport, ==, ipv6 ? PACKET_ICMPV6 : PACKET_ICMP);
        g_assert_cmpuint(p.ip_count, ==, 1);
        g_assert_cmpuint(p.transport_length, ==, 8);
        g_assert_cmpuint(p.transport_payload, ==, 56);
        g_assert_true(p.transport_captured);
    }
}

/* Every ICMP type: which quote a packet; a quote of every length is walked as far as it goes, never a defect.
 */
static void test_icmp_quotes(void)
{
    for (int ipv6 = 0; ipv6 <= 1; ipv6++) {
        guint header = ipv6 ? 40 : 20, outer = header + 8;

        for (guint type = 0; type < 256; type++) {
            bool quotes = ipv6 ? type >= 1 && type <= 4
                               : type == 3 || type == 4 || type == 5 || type == 11 || type == 12;

            for (guint length = 0; length <= header + 39; length += quotes ? 1 : 13) {
                GByteArray *frame = tcp_segment();
                guint after = length > header ? length - header : 0;
                packet p;

                front_ip(frame, ipv6 != 0, 6);
                g_byte_array_set_size(frame, length);
                frame_icmp(frame, (guint8)type);
                front_ip(frame, ipv6 != 0, ipv6 ? 58 : 1);
                p = walk_and_free(frame);
                g_assert_cmpint(p.end, ==, PACKET_COMPLETE);
                g_assert_false(p.ip[0].quoted);
                if (!quotes || length < header) {
                    g_assert_cmpuint(p.ip_count, ==, 1);
                    g_assert_cmpint(p.transport, ==, ipv6 ? PACKET_ICMPV6 : PACKET_ICMP);
                    continue;
                }
                g_assert_cmpuint(p.ip_count, ==, 2);
                g_assert_true(p.ip[1].quoted);
                g_assert_cmpint(p.transport, ==, PACKET_TCP);
                g_assert_cmpuint(p.transport_offset, ==, outer + header);
                g_assert_cmpuint(p.source_port, ==, after >= 4 ? 40000 : 0);
                g_assert_cmphex(p.tcp_flags, ==, after >= 14 ? 0x212 : 0);
                g_assert_cmpint(p.transport_captured, ==, after >= 32);
            }
        }
    }
}

/* A quoted SRv6 packet: everything inside the quote is marked. */
static void test_quoted_tunnel(void)
{
    GByteArray *frame = tcp_segment();
    packet p;

    frame_ipv4(frame, 6, 0);
    frame_ipv6_routing(frame, 4, 4, 2, 1);
    frame_ipv6(frame, 43);
    frame_icmp(frame, 3);
    frame_ipv6(frame, 58);
    p = walk_and_free(frame);
    assert_tcp(&p, 48 + 40 + 40 + 20);
    g_assert_cmpuint(p.ip_count, ==, 3);
    g_assert_false(p.ip[0].quoted);
    g_assert_true(p.ip[1].quoted);
    g_assert_true(p.ip[2].quoted);
    g_assert_cmpuint(p.ip[1].srh, ==, 48 + 40);
    g_assert_cmpuint(p.ip[0].srh, ==, 0);
}

static void test_quoted_later_fragment(void)
{
    GByteArray *frame = tcp_segment();
    packet p;

    frame_ipv4(frame, 6, 0);
    frame_put16(frame->data + 6, 0x0010);
    frame_icmp(frame, 11);
    frame_ipv4(frame, 1, 0);
    p = walk_and_free(frame);
    g_assert_cmpuint(p.ip_count, ==, 2);
    g_assert_true(p.ip[1].later_fragment);
    g_assert_cmpint(p.transport, ==, PACKET_NO_TRANSPORT);
    g_assert_cmpuint(p.transport_offset, ==, 0);
}

/* What real kernels sent: all of it walks to its end. */
static void test_samples(void)
{
    guint tunnels = 0, headers = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(sample_names); i++) {
        sample_frames frames;
        guint8 *data;
        guint32 captured, wire;

        sample_frames_open(&frames, sample_names[i]);
        while (sample_frames_next(&frames, &data, &captured, &wire)) {
            packet p;

            packet_walk(frames.link_type, data, captured, wire, &p);
            packet_assert_sound(&p);
            g_assert_cmpint(p.end, ==, PACKET_COMPLETE);
            tunnels += p.ip_count == 2 && p.transport == PACKET_TCP;
            headers += p.ip_count > 0 && p.ip[0].srh != 0;
        }
        sample_frames_close(&frames);
    }
    g_assert_cmpuint(tunnels, ==, 160 + 50 + 4 * 20);
    g_assert_cmpuint(headers, ==, 160 + 50 + 2 * 20 + 9);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/packet/addresses", test_addresses);
    g_test_add_func("/packet/ipv4-options", test_ipv4_options);
    g_test_add_func("/packet/padding", test_padding);
    g_test_add_func("/packet/offload", test_offload);
    g_test_add_func("/packet/jumbogram", test_jumbogram);
    g_test_add_func("/packet/jumbogram-padded", test_jumbogram_padded);
    g_test_add_func("/packet/extension-headers", test_extension_headers);
    g_test_add_func("/packet/routing-headers", test_routing_headers);
    g_test_add_func("/packet/two-srhs", test_two_srhs);
    g_test_add_func("/packet/fragments", test_fragments);
    g_test_add_func("/packet/first-fragment-of-udp", test_first_fragment_of_udp);
    g_test_add_func("/packet/udp-length-zero", test_udp_length_zero);
    g_test_add_func("/packet/first-fragment-is-partial", test_first_fragment_is_partial);
    g_test_add_func("/packet/tunnels", test_tunnels);
    g_test_add_func("/packet/depth", test_depth);
    g_test_add_func("/packet/unknown-upper-layer", test_unknown_upper_layer);
    g_test_add_func("/packet/icmp", test_icmp);
    g_test_add_func("/packet/icmp-quotes", test_icmp_quotes);
    g_test_add_func("/packet/quoted-tunnel", test_quoted_tunnel);
    g_test_add_func("/packet/quoted-later-fragment", test_quoted_later_fragment);
    g_test_add_func("/packet/samples", test_samples);
    return g_test_run();
}
