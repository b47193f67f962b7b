/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rewritten frames: checksums as a full computation has them, and the same octets when mapped back. */
#include "rewrite-case.h"

#include "../unit/sample-frames.h"

/* Maps, compares all checksums with a full computation, maps back. Returns how many octets changed. */
static unsigned check(const guint8 *frame, guint length, checksum_state transport)
{
    guint8 *mapped = g_memdup2(frame, length), *whole = g_malloc(length);
    rewrite_rules rules = with_map(forth);
    unsigned changed = 0;

    rewrite_packet(&rules, mapped, length);
    packet p = walked(mapped, length);
    for (unsigned i = 0; i < p.ip_count && !p.ip[i].quoted; i++)
        g_assert_cmpint(checksum_verify_ip(&p, &p.ip[i]), !=, CHECKSUM_BAD);
    g_assert_cmpint(checksum_verify_transport(&p), ==, transport);
    if (transport == CHECKSUM_GOOD) {
        memcpy(whole, mapped, length);
        g_assert_true(checksum_write(whole + p.ip[0].offset, length - p.ip[0].offset));
        frame_assert_equal(mapped, length, whole, length);
    }
    for (guint i = 0; i < length; i++)
        changed += mapped[i] != frame[i];
    rules = with_map(back);
    rewrite_packet(&rules, mapped, length);
    frame_assert_equal(mapped, length, frame, length);
    g_free(mapped);
    g_free(whole);
    return changed;
}

/* ---- what builders make ---- */

static void test_builders(void)
{
    for (int round = 0; round < 2000; round++) {
        guint8 frame[1024], outer[1024];
        bool ipv6 = round & 1, udp = round & 2;
        size_t inner = build_inner(frame, sizeof frame, ipv6, udp, (unsigned)(round / 4) % 64);
        g_assert_cmpuint(inner, >, 0);
        for (unsigned count = 1; count <= 3; count++) {
            packet_encap_spec spec = { .segments = segments,
                                       .count = count,
                                       .mode = round & 4 ? PACKET_ENCAP_REDUCED : PACKET_ENCAP_FULL };
            memcpy(spec.source, address_of("2001:db8:ff::1").octets, 16);
            size_t length = packet_encapsulate(&spec, frame, inner, outer, sizeof outer);
            g_assert_cmpuint(length, >, inner);
            guint whole = on_ethernet(outer, length);
            g_assert_cmpuint(check(outer, whole, CHECKSUM_GOOD), >, 8 + count);
        }
        guint length = on_ethernet(frame, inner);
        g_assert_cmpuint(check(frame, length, CHECKSUM_GOOD), >, 3);
    }
}

/* The redirect still points to the mapped node, and nothing else of the segment has changed. */
static void test_option(void)
{
    for (unsigned nops = 0; nops < 4; nops++) {
        guint8 frame[512];
        size_t inner = build_inner(frame, sizeof frame, nops & 1, false, nops);
        guint length = on_ethernet(frame, inner);
        rewrite_rules rules = with_map(forth);
        rewrite_packet(&rules, frame, length);
        packet p = walked(frame, length);
        affinity_option option;
        cats_defect defect;
        const guint8 *at = frame + p.transport_offset + 20 + nops;
        g_assert_cmpint(affinity_option_parse(&affinity_numbers_default, at, 24, &option, &defect), ==,
                        AFFINITY_PARSED);
        cats_address expected = address_of(nops & 1 ? "fd37:1:11::5" : "100.64.7.5");
        g_assert_true(cats_address_equal(&option.address, &expected));
        g_assert_cmpuint(option.port, ==, 8443);
        g_assert_cmpuint(p.source_port, ==, 8443);
    }
}

/* Every segment of the list, and the destination, which is one of them. */
static void test_segments(void)
{
    guint8 inner[512], frame[1024];
    size_t length = build_inner(inner, sizeof inner, true, true, 4);
    packet_encap_spec spec = { .segments = segments, .count = 3, .mode = PACKET_ENCAP_FULL };
    length = on_ethernet(frame, packet_encapsulate(&spec, inner, length, frame, sizeof frame));
    rewrite_rules rules = with_map(forth);
    rewrite_packet(&rules, frame, (guint)length);
    packet p = walked(frame, (guint)length);
    for (unsigned i = 0; i < 3; i++) {
        guint8 wanted[16];
        memcpy(wanted, segments[2 - i], 16);
        packet_put16(wanted, 0xfc1f);
        frame_assert_equal(frame + p.ip[0].srh + 8 + 16 * i, 16, wanted, 16);
    }
    frame_assert_equal(frame + p.ip[0].offset + 24, 16, frame + p.ip[0].srh + 8 + 32, 16);
}

/* Transport mode: the checksum is that of the final destination, in the segment list, not of the header's. */
static void test_behind_srh(void)
{
    for (guint left = 0; left < 3; left++) {
        for (guint8 type = 0; type <= 4; type += 2) {
            GByteArray *packet_octets = frame_of_zeros(11);
            frame_tcp(packet_octets, 0x010, 4);
            frame_ipv6_routing(packet_octets, 6, type, 3, (guint8)left);
            frame_ipv6(packet_octets, 43);
            g_assert_true(checksum_write(packet_octets->data, packet_octets->len));
            guint8 frame[512];
            memcpy(frame, packet_octets->data, packet_octets->len);
            guint length = on_ethernet(frame, packet_octets->len);
            g_assert_cmpuint(check(frame, length, CHECKSUM_GOOD), >, 4);
            g_byte_array_free(packet_octets, TRUE);
        }
    }
}

/* ---- fragments, ICMP ---- */

/* The first fragment has the checksum of the whole packet: put together, mapped fragments are the mapped
 * packet. */
static void test_fragments(void)
{
    for (int ipv6 = 0; ipv6 < 2; ipv6++) {
        guint8 whole[1024], mapped[1024], first[1024], second[1024];
        enum { CUT = 64 };
        size_t inner = build_inner(whole, sizeof whole, ipv6, false, 60), head = ipv6 ? 40 : 20;
        size_t rest = inner - head - CUT, extra = ipv6 ? 8 : 0;
        guint8 *parts[2] = { first, second };
        rewrite_rules rules = with_map(forth);
        for (unsigned i = 0; i < 2; i++) {
            size_t payload = i == 0 ? CUT : rest;
            memcpy(parts[i], whole, head);
            memcpy(parts[i] + head + extra, whole + head + (i == 0 ? 0 : CUT), payload);
            if (ipv6) {
                const guint8 header[8] = { 6, 0, 0, (guint8)(i == 0 ? 1 : CUT), 0, 0, 0, 7 };
                memcpy(parts[i] + head, header, 8);
                parts[i][6] = 44;
                packet_put16(parts[i] + 4, (guint16)(payload + 8));
            } else {
                packet_put16(parts[i] + 2, (guint16)(head + payload));
                packet_put16(parts[i] + 6, i == 0 ? 0x2000 : CUT / 8);
                g_assert_true(checksum_write(parts[i], head + payload));
            }
            guint length = on_ethernet(parts[i], head + extra + payload);
            check(parts[i], length, CHECKSUM_NOT_CHECKED);
            rewrite_packet(&rules, parts[i], length);
        }
        memcpy(mapped, whole, inner);
        guint length = on_ethernet(mapped, inner);
        rewrite_packet(&rules, mapped, length);
        frame_assert_equal(first + 14 + head + extra, CUT, mapped + 14 + head, CUT);
        frame_assert_equal(second + 14 + head + extra, rest, mapped + 14 + head + CUT, rest);
    }
}

/* The quoted packet is left alone; ICMPv6 has a pseudo-header, ICMP has none. */
static void test_quotes(void)
{
    for (int ipv6 = 0; ipv6 < 2; ipv6++) {
        GByteArray *error = frame_of_zeros(8);
        guint8 frame[512];
        frame_tcp(error, 0x002, 0);
        if (ipv6)
            frame_ipv6(error, 6);
        else
            frame_ipv4(error, 6, 0);
        guint quote = error->len;
        frame_icmp(error, ipv6 ? 1 : 3);
        if (ipv6)
            frame_ipv6(error, 58);
        else
            frame_ipv4(error, 1, 0);
        g_assert_true(checksum_write(error->data, error->len));
        memcpy(frame, error->data, error->len);
        guint length = on_ethernet(frame, error->len);
        check(frame, length, CHECKSUM_GOOD);
        rewrite_rules rules = with_map(forth);
        rewrite_packet(&rules, frame, length);
        frame_assert_equal(frame + length - quote, quote, error->data + error->len - quote, quote);
        g_byte_array_free(error, TRUE);
    }
}

/* ---- captures of kernels ---- */

static void test_samples(void)
{
    unsigned changed = 0, tested = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(sample_names); i++) {
        sample_frames frames;
        guint8 *data;
        guint32 captured, wire;
        sample_frames_open(&frames, sample_names[i]);
        while (sample_frames_next(&frames, &data, &captured, &wire)) {
            guint8 *frame = g_malloc(captured + REWRITE_GROWTH);
            guint32 length;
            rewrite_rules none = { .numbers = affinity_numbers_default };
            if (rewrite_frame(&none, frames.link_type, own_mac, data, captured, frame, &length) ==
                    REWRITE_DONE &&
                captured == wire) {
                packet p = walked(frame, length);
                checksum_state state = checksum_verify_transport(&p);
                if (state != CHECKSUM_PARTIAL) {
                    changed += check(frame, length, state) > 0;
                    tested++;
                }
            }
            g_free(frame);
        }
        sample_frames_close(&frames);
    }
    g_assert_cmpuint(tested, >, 700);
    g_assert_cmpuint(changed, >, 500);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    rewrite_case_start();
    g_test_add_func("/rewrite/builders", test_builders);
    g_test_add_func("/rewrite/option", test_option);
    g_test_add_func("/rewrite/segments", test_segments);
    g_test_add_func("/rewrite/behind-srh", test_behind_srh);
    g_test_add_func("/rewrite/fragments", test_fragments);
    g_test_add_func("/rewrite/quotes", test_quotes);
    g_test_add_func("/rewrite/samples", test_samples);
    int status = g_test_run();
    rewrite_case_end();
    return status;
}
