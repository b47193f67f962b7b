/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The walker on what is cut short, contradicts itself, or is noise. */
#include "epan-cats/packet.h"

#include "frame-builder.h"
#include "packet-invariants.h"
#include "sample-frames.h"

/* One frame of every kind, Ethernet. */
enum { KINDS = 16 };

static GByteArray *frame_of_kind(int kind)
{
    GByteArray *frame = frame_of_zeros(6);
    guint ethertype = 0x86dd;

    switch (kind) {
    case 0: /* IPv4 with options, TCP with options */
        frame_tcp(frame, 0x018, 20);
        frame_ipv4(frame, 6, 12);
        ethertype = 0x0800;
        break;
    case 1:
        frame_udp(frame);
        frame_ipv4(frame, 17, 0);
        ethertype = 0x0800;
        break;
    case 2: /* ICMP error with its quote */
        frame_tcp(frame, 0x002, 0);
        frame_ipv4(frame, 6, 0);
        frame_icmp(frame, 3);
        frame_ipv4(frame, 1, 0);
        ethertype = 0x0800;
        break;
    case 3:
        frame_tcp(frame, 0x018, 40);
        frame_ipv6(frame, 6);
        break;
    case 4: /* hop-by-hop, destination options, atomic fragment, AH */
        frame_udp(frame);
        frame_authentication(frame, 17, 6);
        frame_ipv6_fragment(frame, 51, 0, false, 1);
        frame_ipv6_options(frame, 44, 2);
        frame_ipv6_options(frame, 60, 1);
        frame_ipv6(frame, 0);
        break;
    case 5: /* first fragment */
        frame_tcp(frame, 0x018, 12);
        frame_ipv6_fragment(frame, 6, 0, true, 1);
        frame_ipv6(frame, 44);
        break;
    case 6: /* later fragment */
        frame_ipv6_fragment(frame, 6, 3, true, 1);
        frame_ipv6(frame, 44);
        break;
    case 7: /* SRH, IPv4 */
        frame_tcp(frame, 0x018, 12);
        frame_ipv4(frame, 6, 0);
        frame_ipv6_routing(frame, 4, 4, 3, 2);
        frame_ipv6(frame, 43);
        break;
    case 8: /* no SRH, IPv6 */
        frame_tcp(frame, 0x018, 12);
        frame_ipv6(frame, 6);
        frame_ipv6(frame, 41);
        break;
    case 9: /* SRH, Ethernet with a tag, IPv4 */
        frame_udp(frame);
        frame_ipv4(frame, 17, 4);
        frame_vlan(frame, 9, 0x0800);
        frame_ethernet(frame, 0x8100);
        frame_ipv6_routing(frame, 143, 4, 1, 0);
        frame_ipv6(frame, 43);
        break;
    case 10: /* IPv6 in IPv4 with AH */
        frame_udp(frame);
        frame_ipv6(frame, 17);
        frame_authentication(frame, 41, 3);
        frame_ipv4(frame, 51, 0);
        ethertype = 0x0800;
        break;
    case 11: /* ICMPv6 error about an SRv6 packet */
        frame_tcp(frame, 0x018, 0);
        frame_ipv6(frame, 6);
        frame_ipv6_routing(frame, 41, 4, 2, 1);
        frame_ipv6(frame, 43);
        frame_icmp(frame, 1);
        frame_ipv6(frame, 58);
        break;
    case 12: /* two routing headers */
        frame_tcp(frame, 0x018, 0);
        frame_ipv6_routing(frame, 6, 4, 2, 1);
        frame_ipv6_routing(frame, 43, 2, 1, 0);
        frame_ipv6(frame, 43);
        break;
    case 13: /* three tags */
        frame_udp(frame);
        frame_ipv6(frame, 17);
        frame_vlan(frame, 3, 0x86dd);
        frame_vlan(frame, 2, 0x8100);
        frame_vlan(frame, 1, 0x8100);
        ethertype = 0x88a8;
        break;
    case 14: /* too deep */
        for (int i = 0; i < PACKET_IP_MAX + 1; i++)
            frame_ipv4(frame, i == 0 ? 17 : 4, 0);
        ethertype = 0x0800;
        break;
    default: /* no next header */
        frame_ipv6(frame, 59);
        break;
    }
    frame_ethernet(frame, ethertype);
    return frame;
}

static packet walk_ethernet(const guint8 *data, guint captured, guint wire)
{
    packet p;

    memset(&p, 0xAA, sizeof p);
    packet_walk(PACKET_LINK_ETHERNET, data, captured, wire, &p);
    packet_assert_sound(&p);
    return p;
}

static void assert_same_walk(const packet *a, const packet *b)
{
    g_assert_cmpuint(a->ip_count, ==, b->ip_count);
    g_assert_cmpint(a->end, ==, b->end);
    g_assert_cmpint(a->transport, ==, b->transport);
    g_assert_cmpuint(a->transport_offset, ==, b->transport_offset);
    g_assert_cmpuint(a->transport_length, ==, b->transport_length);
    g_assert_cmpuint(a->transport_payload, ==, b->transport_payload);
    g_assert_cmpuint(a->source_port, ==, b->source_port);
}

/* Cut by the snap length at every octet: what is found is the beginning of what the whole frame shows, and
 * only a frame cut inside a header says so. */
static void test_snap_length(void)
{
    for (int kind = 0; kind < KINDS; kind++) {
        GByteArray *frame = frame_of_kind(kind);
        packet whole = walk_ethernet(frame->data, frame->len, frame->len);

        g_assert_cmpint(whole.end, ==, kind == 14 ? PACKET_TOO_DEEP : PACKET_COMPLETE);
        for (guint captured = 0; captured <= frame->len; captured++) {
            guint8 *copy = g_memdup2(frame->data, captured); /* exactly as long: a read beyond it is found */
            packet p = walk_ethernet(copy, captured, frame->len);

            g_assert_cmpuint(p.ip_count, <=, whole.ip_count);
            for (unsigned i = 0; i < p.ip_count; i++) {
                g_assert_cmpuint(p.ip[i].offset, ==, whole.ip[i].offset);
                g_assert_cmpuint(p.ip[i].end, ==, whole.ip[i].end);
                g_assert_cmpuint(p.ip[i].quoted, ==, whole.ip[i].quoted);
                g_assert_cmpuint(p.ip[i].payload, <=, whole.ip[i].payload);
                g_assert_true(p.ip[i].srh == 0 || p.ip[i].srh == whole.ip[i].srh);
            }
            if (p.end == PACKET_CUT) {
                g_assert_cmpuint(p.defect.at, <=, captured);
                g_assert_cmpuint(p.defect.at + p.defect.found, ==, captured);
            } else {
                assert_same_walk(&p, &whole);
            }
            g_free(copy);
        }
        g_byte_array_unref(frame);
    }
}

/* Cut on the wire at every octet: never walked further than there, never called complete unless a quote, a
 * fragment or padding is all that is missing. */
static void test_short_frame(void)
{
    for (int kind = 0; kind < KINDS; kind++) {
        GByteArray *frame = frame_of_kind(kind);

        for (guint length = 0; length < frame->len; length++) {
            guint8 *copy = g_memdup2(frame->data, length);
            packet p = walk_ethernet(copy, length, length);

            g_assert_cmpint(p.end, ==, PACKET_MALFORMED);
            g_free(copy);
        }
        g_byte_array_unref(frame);
    }
}

/* Octets behind the packet change nothing. */
static void test_long_frame(void)
{
    for (int kind = 0; kind < KINDS; kind++) {
        GByteArray *frame = frame_of_kind(kind);
        packet whole = walk_ethernet(frame->data, frame->len, frame->len), p;
        guint length = frame->len;

        g_byte_array_set_size(frame, length + 50);
        memset(frame->data + length, 0x45, 50);
        p = walk_ethernet(frame->data, frame->len, frame->len);
        assert_same_walk(&p, &whole);
        g_byte_array_unref(frame);
    }
}

/* One field that contradicts another; what stands in front of it is still found. */
static void test_contradictions(void)
{
    static const struct {
        int kind;
        guint at; /* octet of the frame */
        guint8 value;
        const char *subject;
        guint64 found;
        guint ip_count;
        packet_transport transport;
    } cases[] = {
        { 0, 14, 0x44, "IPv4 header: length", 16, 0, PACKET_NO_TRANSPORT },
        { 0, 14, 0x68, "IPv4 header: version", 6, 0, PACKET_NO_TRANSPORT },
        { 0, 17, 31, "IPv4 header: total length", 31, 0, PACKET_NO_TRANSPORT },
        { 0, 17, 32, "TCP header: octets", 0, 1, PACKET_TCP },
        { 0, 16, 1, "IPv4 header: total length", 256 + 78, 1, PACKET_TCP },
        { 0, 46 + 12, 0x40, "TCP header: length", 16, 1, PACKET_TCP },
        { 0, 46 + 12, 0xF0, "TCP header: octets", 46, 1, PACKET_TCP },
        { 1, 34 + 5, 7, "UDP header: length", 7, 1, PACKET_UDP },
        { 1, 34 + 5, 15, "UDP header: length", 15, 1, PACKET_UDP },
        { 1, 17, 20 + 7, "UDP header: octets", 7, 1, PACKET_UDP },
        { 2, 17, 20 + 7, "ICMP header: octets", 7, 1, PACKET_ICMP },
        { 2, 42, 0x65, "IPv4 header: version", 6, 1, PACKET_ICMP },
        { 3, 14, 0x40, "IPv6 header: version", 4, 0, PACKET_NO_TRANSPORT },
        { 3, 18, 1, "IPv6 packet: octets by its payload length", 40 + 256 + 66, 1, PACKET_TCP },
        { 3, 19, 19, "TCP header: octets", 19, 1, PACKET_TCP },
        { 4, 55, 200, "IPv6 extension header: octets", 70, 1, PACKET_NO_TRANSPORT },
        { 4, 14 + 40 + 8 + 16 + 8 + 1, 255, "authentication header: octets", 38, 1, PACKET_NO_TRANSPORT },
        { 7, 14 + 41, 255, "IPv6 extension header: octets", 56 + 20 + 38, 1, PACKET_NO_TRANSPORT },
        { 7, 14 + 40 + 4, 3, "SRH: Last Entry", 3, 1, PACKET_NO_TRANSPORT },
        { 7, 14 + 40 + 56, 0x65, "IPv4 header: version", 6, 1, PACKET_NO_TRANSPORT },
        { 7, 14 + 40 + 56 + 3, 200, "IPv4 header: total length", 200, 2, PACKET_TCP },
        { 8, 14 + 40 + 5, 39, "IPv6 packet: octets by its payload length", 79, 2, PACKET_TCP },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GByteArray *frame = frame_of_kind(cases[i].kind);
        packet p;

        frame->data[cases[i].at] = cases[i].value;
        p = walk_ethernet(frame->data, frame->len, frame->len);
        g_test_message("case %zu: %s %" G_GUINT64_FORMAT, i,
                       p.end == PACKET_COMPLETE ? "complete" : p.defect.subject,
                       p.end == PACKET_COMPLETE ? 0 : p.defect.found);
        g_assert_cmpint(p.end, ==, PACKET_MALFORMED);
        g_assert_cmpstr(p.defect.subject, ==, cases[i].subject);
        g_assert_cmpuint(p.defect.found, ==, cases[i].found);
        g_assert_cmpuint(p.ip_count, ==, cases[i].ip_count);
        g_assert_cmpint(p.transport, ==, cases[i].transport);
        g_byte_array_unref(frame);
    }
}

/* A length beyond the frame is a defect, and the walk goes on with what is there. */
static void test_length_beyond_frame(void)
{
    GByteArray *frame = frame_of_kind(3);
    packet p;

    frame->data[18] = 1;
    p = walk_ethernet(frame->data, frame->len, frame->len);
    g_assert_cmpint(p.end, ==, PACKET_MALFORMED);
    g_assert_cmpuint(p.ip[0].end, ==, frame->len);
    g_assert_cmpuint(p.transport_length, ==, 60);
    g_assert_cmpuint(p.transport_payload, ==, 6);
    g_assert_true(p.transport_captured);
    frame->data[14 + 40 + 12] = 0x40; /* a second defect, the TCP header's length: the first one stands */
    p = walk_ethernet(frame->data, frame->len, frame->len);
    g_assert_cmpstr(p.defect.subject, ==, "IPv6 packet: octets by its payload length");
    g_assert_cmpint(p.transport, ==, PACKET_TCP);
    g_assert_false(p.transport_captured);
    g_byte_array_unref(frame);
}

/* Wire lengths that a 32-bit sum would carry over. */
static void test_huge_wire_length(void)
{
    for (int kind = 0; kind < KINDS; kind++) {
        GByteArray *frame = frame_of_kind(kind);
        packet whole = walk_ethernet(frame->data, frame->len, frame->len);
        packet p = walk_ethernet(frame->data, frame->len, UINT32_MAX);

        assert_same_walk(&p, &whole);
        g_byte_array_unref(frame);
    }
}

static void test_random_octets(void)
{
    static const int link_types[] = { 0, 1, 12, 101, 108, 113, 228, 229, 276 };

    for (int i = 0; i < 200000; i++) {
        guint captured = (guint)g_test_rand_int_range(0, 200),
              wire = captured + (guint)g_test_rand_int_range(0, 3) * 40;
        guint8 *octets = g_malloc(captured);
        packet p;

        for (guint k = 0; k < captured; k++)
            octets[k] = (guint8)g_test_rand_int_range(0, 256);
        packet_walk(link_types[i % (int)G_N_ELEMENTS(link_types)], octets, captured, wire, &p);
        packet_assert_sound(&p);
        g_free(octets);
    }
}

/* Good frames with some octets changed get further in than noise does. */
static void test_random_changes(void)
{
    guint ends[4] = { 0 };

    for (int i = 0; i < 200000; i++) {
        GByteArray *frame = frame_of_kind(i % KINDS);
        guint captured =
            frame->len - (g_test_rand_bit() ? (guint)g_test_rand_int_range(0, (gint32)frame->len) : 0);
        guint8 *copy;
        packet p;

        for (int changes = g_test_rand_int_range(1, 6); changes > 0; changes--)
            frame->data[g_test_rand_int_range(0, (gint32)frame->len)] = (guint8)g_test_rand_int_range(0, 256);
        copy = g_memdup2(frame->data, captured);
        p = walk_ethernet(copy, captured, frame->len);
        ends[p.end]++;
        g_free(copy);
        g_byte_array_unref(frame);
    }
    g_test_message("complete %u, cut %u, malformed %u, too deep %u", ends[0], ends[1], ends[2], ends[3]);
    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++)
        g_assert_cmpuint(ends[i], >, 1000);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/packet-defects/snap-length", test_snap_length);
    g_test_add_func("/packet-defects/short-frame", test_short_frame);
    g_test_add_func("/packet-defects/long-frame", test_long_frame);
    g_test_add_func("/packet-defects/contradictions", test_contradictions);
    g_test_add_func("/packet-defects/length-beyond-frame", test_length_beyond_frame);
    g_test_add_func("/packet-defects/huge-wire-length", test_huge_wire_length);
    g_test_add_func("/packet-defects/random-octets", test_random_octets);
    g_test_add_func("/packet-defects/random-changes", test_random_changes);
    return g_test_run();
}
