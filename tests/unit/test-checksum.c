/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checksums against the examples of the RFCs and against what real kernels computed. */
#include "epan-cats/checksum.h"

#include "epan-cats/srh.h"
#include "frame-builder.h"
#include "sample-frames.h"

/* RFC 1071 s3: the sum of these octets is ddf2. */
static void test_sum(void)
{
    static const guint8 octets[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 };

    g_assert_cmphex(checksum_add(octets, 8, 0), ==, 0xddf2);
    g_assert_cmphex(checksum_add(octets + 4, 4, checksum_add(octets, 4, 0)), ==, 0xddf2);
    g_assert_cmphex(checksum_finish(0xddf2), ==, 0x220d);
    g_assert_cmphex(checksum_add(octets, 0, 0x1234), ==, 0x1234);
    g_assert_cmphex(checksum_add(octets + 2, 1, 0), ==, 0xf200);
    g_assert_cmphex(checksum_add(octets + 2, 3, 0), ==, 0xf203 + 0xf400 - 0xffff);
}

/* The sum word by word, as RFC 1071 s4.1 has it. */
static guint16 slow_sum(const guint8 *octets, size_t length)
{
    guint64 sum = 0;

    for (size_t i = 0; i < length; i++)
        sum += i % 2 == 0 ? (guint64)octets[i] << 8 : octets[i];
    while (sum >> 16 != 0)
        sum = (sum & 0xffff) + (sum >> 16);
    return (guint16)sum;
}

static void test_sum_of_any_length(void)
{
    static guint8 octets[70000];

    for (size_t i = 0; i < sizeof octets; i++)
        octets[i] = (guint8)g_test_rand_int_range(0, 256);
    for (size_t length = 0; length < 300; length++)
        g_assert_cmphex(checksum_add(octets, length, 0), ==, slow_sum(octets, length));
    g_assert_cmphex(checksum_add(octets, sizeof octets, 0), ==, slow_sum(octets, sizeof octets));
    memset(octets, 0xff, sizeof octets);
    g_assert_cmphex(checksum_add(octets, sizeof octets, 0xffff), ==, 0xffff);
}

/* RFC 1624 s4: the case that the older equation gets wrong; then every change against a sum made anew. */
static void test_adjust(void)
{
    g_assert_cmphex(checksum_adjust(0xdd2f, 0x5555, 0x3285), ==, 0x0000);
    for (int i = 0; i < 100000; i++) {
        guint8 words[6];
        guint16 before, checksum, after = (guint16)g_test_rand_int_range(0, 65536);

        for (size_t k = 0; k < sizeof words; k++)
            words[k] = (guint8)g_test_rand_int_range(0, 256);
        words[0] |= 1; /* a sum of nothing but zeros has two forms */
        before = packet_get16(words + 2);
        checksum = checksum_finish(checksum_add(words, sizeof words, 0));
        packet_put16(words + 2, after);
        g_assert_cmphex(checksum_adjust(checksum, before, after), ==,
                        checksum_finish(checksum_add(words, sizeof words, 0)));
    }
}

static void clear_checksums(guint8 *data, const packet *p)
{
    static const guint8 fields[] = {
        [PACKET_TCP] = 16, [PACKET_UDP] = 6, [PACKET_ICMP] = 2, [PACKET_ICMPV6] = 2
    };

    for (unsigned i = 0; i < p->ip_count; i++) {
        if (p->ip[i].version == 4)
            packet_put16(data + p->ip[i].offset + 10, 0xdead);
    }
    if (p->transport != PACKET_NO_TRANSPORT)
        packet_put16(data + p->transport_offset + fields[p->transport], 0xdead);
}

/* Every checksum in every capture is good, is bad with a flipped bit, and is written again as the kernel
 * wrote it. */
static void test_kernels(void)
{
    unsigned checked = 0, behind_srh = 0, ipv4 = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(sample_names); i++) {
        sample_frames frames;
        guint8 *data;
        guint32 captured, wire;

        sample_frames_open(&frames, sample_names[i]);
        while (sample_frames_next(&frames, &data, &captured, &wire)) {
            packet p;
            guint8 *copy;
            guint32 length;

            packet_walk(frames.link_type, data, captured, wire, &p);
            if (p.ip_count == 0)
                continue;
            for (unsigned k = 0; k < p.ip_count; k++) {
                g_assert_cmpint(checksum_verify_ip(&p, &p.ip[k]), ==,
                                p.ip[k].version == 4 ? CHECKSUM_GOOD : CHECKSUM_NOT_CHECKED);
                ipv4 += p.ip[k].version == 4;
            }
            if (p.transport == PACKET_NO_TRANSPORT || checksum_verify_transport(&p) == CHECKSUM_PARTIAL)
                continue;
            g_assert_cmpint(checksum_verify_transport(&p), ==, CHECKSUM_GOOD);
            checked++;
            behind_srh += p.ip[0].srh != 0 && p.ip_count == 1;
            length = p.ip[0].end - p.ip[0].offset;
            copy = g_memdup2(data, captured);
            clear_checksums(copy, &p);
            g_assert_true(checksum_write(copy + p.ip[0].offset, length));
            frame_assert_equal(copy, captured, data, captured);
            g_free(copy);
            data[p.transport_offset + 1] ^= 0x10;
            g_assert_cmpint(checksum_verify_transport(&p), ==, CHECKSUM_BAD);
        }
        sample_frames_close(&frames);
    }
    g_assert_cmpuint(checked, >, 700);
    g_assert_cmpuint(ipv4, >, 100);
    g_test_message("%u transport checksums, %u IPv4 headers, %u in transport mode behind an SRH", checked,
                   ipv4, behind_srh);
}

static packet walk_ip(const GByteArray *frame)
{
    packet p;

    packet_walk(PACKET_LINK_RAW, frame->data, frame->len, frame->len, &p);
    return p;
}

/* The checksum of TCP in an IPv6 packet to `final`, summed by hand: addresses, length, next header, segment.
 */
static guint16 tcp_checksum_to(const guint8 final[16], const guint8 *segment, guint length)
{
    guint8 pseudo[40] = { 0 };
    GByteArray *all = g_byte_array_new();
    guint16 sum;

    memcpy(pseudo, frame_ipv6_client, 16);
    memcpy(pseudo + 16, final, 16);
    frame_put16(pseudo + 34, length);
    pseudo[39] = 6;
    g_byte_array_append(all, pseudo, sizeof pseudo);
    g_byte_array_append(all, segment, length);
    frame_put16(all->data + sizeof pseudo + 16, 0);
    sum = slow_sum(all->data, all->len);
    g_byte_array_unref(all);
    return (guint16)~sum;
}

/* Transport mode behind a routing header: whose address is in the pseudo-header. */
static void test_final_destination(void)
{
    enum { THE_HEADER_S_DESTINATION = 0, NOT_KNOWN = 99 };
    static const struct {
        guint8 type, addresses, segments_left;
        guint final; /* number of the address in the routing header, 1 first */
    } cases[] = {
        { SRH_ROUTING_TYPE, 1, 0, THE_HEADER_S_DESTINATION },
        { SRH_ROUTING_TYPE, 3, 0, THE_HEADER_S_DESTINATION },
        { SRH_ROUTING_TYPE, 3, 2, 1 }, /* Segment List[0] is the last one */
        { SRH_ROUTING_TYPE, 1, 1, 1 }, /* reduced: Segments Left is Last Entry + 1 */
        { SRH_ROUTING_TYPE, 2, 2, 1 }, /* reduced */
        { 0, 3, 3, 3 },                /* RFC 8200's predecessor: the last address in the list */
        { 2, 1, 1, 1 },                /* RFC 6275: the home address */
        { 3, 2, 1, NOT_KNOWN },        /* RFC 6554: compressed */
        { 3, 2, 0, THE_HEADER_S_DESTINATION },
        { SRH_ROUTING_TYPE, 0, 1, NOT_KNOWN }, /* no room for a segment */
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GByteArray *frame = frame_of_zeros(11);
        guint8 final[16];
        guint8 *segment;
        packet p;

        frame_tcp(frame, 0x018, 12);
        frame_ipv6_routing(frame, 6, cases[i].type, cases[i].addresses, cases[i].segments_left);
        frame_ipv6(frame, 43);
        memcpy(final, frame_ipv6_service, 16);
        if (cases[i].final != THE_HEADER_S_DESTINATION && cases[i].final != NOT_KNOWN)
            memcpy(final, frame->data + 40 + 8 + 16 * (cases[i].final - 1), 16);
        segment = frame->data + 40 + 8 + 16 * cases[i].addresses;
        frame_put16(segment + 16, tcp_checksum_to(final, segment, 20 + 12 + 11));
        p = walk_ip(frame);
        if (cases[i].final == NOT_KNOWN) {
            g_assert_cmpint(checksum_verify_transport(&p), ==, CHECKSUM_NOT_CHECKED);
        } else {
            GByteArray *copy = g_byte_array_new();

            g_assert_cmpint(checksum_verify_transport(&p), ==, CHECKSUM_GOOD);
            g_byte_array_append(copy, frame->data, frame->len);
            frame_put16(copy->data + (segment - frame->data) + 16, 0x1111);
            g_assert_true(checksum_write(copy->data, copy->len));
            frame_assert_equal(copy->data, copy->len, frame->data, frame->len);
            segment[16] ^= 1;
            g_assert_cmpint(checksum_verify_transport(&p), ==, CHECKSUM_BAD);
            g_byte_array_unref(copy);
        }
        g_byte_array_unref(frame);
    }
}

/* A routing header that is done with, in front of an SRH that is not. */
static void test_two_routing_headers(void)
{
    GByteArray *frame = frame_of_zeros(11);
    guint8 *segment, final[16];
    packet p;

    frame_tcp(frame, 0x018, 12);
    frame_ipv6_routing(frame, 6, SRH_ROUTING_TYPE, 2, 1);
    frame_ipv6_routing(frame, 43, 2, 1, 0);
    frame_ipv6(frame, 43);
    memcpy(final, frame->data + 40 + 24 + 8, 16);
    segment = frame->data + 40 + 24 + 40;
    frame_put16(segment + 16, tcp_checksum_to(final, segment, 20 + 12 + 11));
    p = walk_ip(frame);
    g_assert_cmpint(checksum_verify_transport(&p), ==, CHECKSUM_GOOD);
    g_byte_array_unref(frame);
}

/* What the stack leaves in the field for the network card: the pseudo-header's sum alone. */
static void test_partial(void)
{
    static const guint8 protocols[] = { PACKET_PROTOCOL_TCP, PACKET_PROTOCOL_UDP };

    for (size_t i = 0; i < G_N_ELEMENTS(protocols) * 2; i++) {
        guint8 protocol = protocols[i / 2];
        bool ipv6 = i % 2 != 0;
        GByteArray *frame = frame_of_zeros(33);
        cats_address source, destination;
        packet p;

        memset(frame->data, 0x5a, frame->len);
        if (protocol == PACKET_PROTOCOL_TCP)
            frame_tcp(frame, 0x018, 0);
        else
            frame_udp(frame);
        if (ipv6)
            frame_ipv6(frame, protocol);
        else
            frame_ipv4(frame, protocol, 0);
        p = walk_ip(frame);
        source = packet_source(&p, &p.ip[0]);
        destination = packet_destination(&p, &p.ip[0]);
        frame_put16(
            frame->data + p.transport_offset + (protocol == PACKET_PROTOCOL_TCP ? 16 : 6),
            checksum_pseudo(&source, &destination, protocol, p.transport_length + p.transport_payload));
        g_assert_cmpint(checksum_verify_transport(&p), ==, CHECKSUM_PARTIAL);
        g_assert_true(checksum_write(frame->data, frame->len));
        g_assert_cmpint(checksum_verify_transport(&p), ==, CHECKSUM_GOOD);
        g_byte_array_unref(frame);
    }
}

static void test_udp_zero(void)
{
    GByteArray *ipv4 = frame_of_zeros(5), *ipv6 = frame_of_zeros(5);
    packet p;

    frame_udp(ipv4);
    frame_ipv4(ipv4, 17, 0);
    p = walk_ip(ipv4);
    g_assert_cmpint(checksum_verify_transport(&p), ==, CHECKSUM_NOT_CHECKED);
    frame_udp(ipv6);
    frame_ipv6(ipv6, 17);
    p = walk_ip(ipv6);
    g_assert_cmpint(checksum_verify_transport(&p), ==, CHECKSUM_BAD);
    g_byte_array_unref(ipv4);
    g_byte_array_unref(ipv6);
}

/* A UDP datagram whose sum is all ones: the field says 0xffff, for 0 means none. */
static void test_udp_sum_of_all_ones(void)
{
    GByteArray *frame = frame_of_zeros(2);
    packet p;

    frame_udp(frame);
    frame_ipv4(frame, 17, 0);
    g_assert_true(checksum_write(frame->data, frame->len));
    /* Put the checksum of the datagram with payload 0 into the payload: now the sum is all ones. */
    memcpy(frame->data + 28, frame->data + 26, 2);
    g_assert_true(checksum_write(frame->data, frame->len));
    g_assert_cmphex(packet_get16(frame->data + 26), ==, 0xffff);
    p = walk_ip(frame);
    g_assert_cmpint(checksum_verify_transport(&p), ==, CHECKSUM_GOOD);
    g_byte_array_unref(frame);
}

/* Octets behind the UDP length are not summed (RFC 768; RFC 9868 puts options there). */
static void test_udp_surplus(void)
{
    GByteArray *frame = frame_of_zeros(10), *twin = frame_of_zeros(10);
    guint8 surplus[4] = { 0xde, 0xad, 0xbe, 0xef };
    packet p;

    frame_udp(frame);
    frame_udp(twin);
    g_byte_array_append(frame, surplus, sizeof surplus);
    frame_ipv4(frame, 17, 0);
    frame_ipv4(twin, 17, 0);
    g_assert_true(checksum_write(frame->data, frame->len));
    g_assert_true(checksum_write(twin->data, twin->len));
    g_assert_cmphex(packet_get16(frame->data + 26), ==, packet_get16(twin->data + 26));
    p = walk_ip(frame);
    g_assert_cmpint(checksum_verify_transport(&p), ==, CHECKSUM_GOOD);
    g_byte_array_unref(frame);
    g_byte_array_unref(twin);
}

/* An ICMP error: the checksum is that of the message; the quote's own are neither judged nor touched. */
static void test_icmp_error(void)
{
    GByteArray *frame = frame_of_zeros(0);
    guint8 *quote;
    packet p;

    frame_tcp(frame, 0x002, 0);
    frame_ipv4(frame, 6, 0);
    quote = g_memdup2(frame->data, frame->len);
    frame_icmp(frame, 11);
    frame_ipv4(frame, 1, 0);
    g_assert_true(checksum_write(frame->data, frame->len));
    frame_assert_equal(frame->data + 28, 40, quote, 40);
    p = walk_ip(frame);
    g_assert_cmpuint(p.ip_count, ==, 2);
    g_assert_cmpint(checksum_verify_transport(&p), ==, CHECKSUM_GOOD);
    frame->data[50] ^= 1;
    g_assert_cmpint(checksum_verify_transport(&p), ==, CHECKSUM_BAD);
    g_free(quote);
    g_byte_array_unref(frame);
}

/* Fragments, cut captures and contradictions cannot be judged; a fragment's IPv4 header is still written. */
static void test_not_checked(void)
{
    GByteArray *frame = frame_of_zeros(100);
    packet p;

    frame_tcp(frame, 0x010, 0);
    frame_ipv4(frame, 6, 0);
    g_assert_true(checksum_write(frame->data, frame->len));
    for (guint captured = 0; captured < frame->len; captured++) {
        packet_walk(PACKET_LINK_RAW, frame->data, captured, frame->len, &p);
        g_assert_cmpint(checksum_verify_transport(&p), ==, CHECKSUM_NOT_CHECKED);
        if (p.ip_count == 1)
            g_assert_cmpint(checksum_verify_ip(&p, &p.ip[0]), ==, CHECKSUM_GOOD);
    }
    for (guint length = 0; length < frame->len; length++) {
        guint8 *copy = g_memdup2(frame->data, length);

        packet_walk(PACKET_LINK_RAW, frame->data, length, length, &p);
        g_assert_cmpint(checksum_verify_transport(&p), ==, CHECKSUM_NOT_CHECKED);
        g_assert_false(checksum_write(copy, length));
        frame_assert_equal(copy, length, frame->data, length);
        g_free(copy);
    }
    frame->data[6] = 0x20; /* more fragments */
    p = walk_ip(frame);
    g_assert_cmpint(checksum_verify_transport(&p), ==, CHECKSUM_NOT_CHECKED);
    g_assert_cmpint(checksum_verify_ip(&p, &p.ip[0]), ==, CHECKSUM_BAD);
    frame_put16(frame->data + 36, 0x4321);
    g_assert_true(checksum_write(frame->data, frame->len));
    g_assert_cmpint(checksum_verify_ip(&p, &p.ip[0]), ==, CHECKSUM_GOOD);
    g_assert_cmphex(packet_get16(frame->data + 36), ==, 0x4321);
    g_byte_array_unref(frame);
}

/* Found by fuzzing: a first fragment that ends among the options of the IPv4 header inside it. */
static void test_options_cut_by_fragment(void)
{
    GByteArray *frame = frame_of_zeros(0);
    guint8 *copy;
    packet p;

    frame_ipv4(frame, 6, 40);
    g_byte_array_set_size(frame, 20 + 7);
    frame_ipv6_fragment(frame, 4, 0, true, 1);
    frame_ipv6(frame, 44);
    copy = g_memdup2(frame->data, frame->len); /* exactly as long: a read beyond it is found */
    packet_walk(PACKET_LINK_RAW, copy, frame->len, frame->len, &p);
    g_assert_cmpuint(p.ip_count, ==, 2);
    g_assert_cmpint(checksum_verify_ip(&p, &p.ip[1]), ==, CHECKSUM_NOT_CHECKED);
    g_assert_true(checksum_write(copy, frame->len));
    frame_assert_equal(copy, frame->len, frame->data, frame->len);
    g_free(copy);
    g_byte_array_unref(frame);
}

static void test_random(void)
{
    guint8 octets[200];

    for (int i = 0; i < 100000; i++) {
        guint length = (guint)g_test_rand_int_range(0, sizeof octets + 1);
        packet p;

        for (guint k = 0; k < length; k++)
            octets[k] = (guint8)g_test_rand_int_range(0, 256);
        if (length > 9) {
            octets[0] = i % 2 ? 0x45 : 0x60;
            frame_put16(octets + 2, length);
            octets[6] = (guint8)(i % 64);
            octets[9] = (guint8)(i % 64);
        }
        if (checksum_write(octets, length)) {
            packet_walk(PACKET_LINK_RAW, octets, length, length, &p);
            g_assert_cmpint(checksum_verify_transport(&p), !=, CHECKSUM_BAD);
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/checksum/sum", test_sum);
    g_test_add_func("/checksum/sum-of-any-length", test_sum_of_any_length);
    g_test_add_func("/checksum/adjust", test_adjust);
    g_test_add_func("/checksum/kernels", test_kernels);
    g_test_add_func("/checksum/final-destination", test_final_destination);
    g_test_add_func("/checksum/two-routing-headers", test_two_routing_headers);
    g_test_add_func("/checksum/partial", test_partial);
    g_test_add_func("/checksum/udp-zero", test_udp_zero);
    g_test_add_func("/checksum/udp-sum-of-all-ones", test_udp_sum_of_all_ones);
    g_test_add_func("/checksum/udp-surplus", test_udp_surplus);
    g_test_add_func("/checksum/icmp-error", test_icmp_error);
    g_test_add_func("/checksum/not-checked", test_not_checked);
    g_test_add_func("/checksum/options-cut-by-fragment", test_options_cut_by_fragment);
    g_test_add_func("/checksum/random", test_random);
    return g_test_run();
}
