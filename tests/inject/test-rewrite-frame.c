/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames with wrong, unfinished or no checksums, and what is done to link headers and tags. */
#include "rewrite-case.h"

/* ---- wrong, none, partial ---- */

/* How far a checksum is off, as one's complement has it. */
static guint16 error_of(const guint8 *frame, guint length)
{
    packet p = walked(frame, length);
    guint8 *whole = g_memdup2(frame, length);
    checksum_place place;
    g_assert_true(checksum_find(&p, &place));
    g_assert_true(checksum_write(whole + p.ip[0].offset, length - p.ip[0].offset));
    guint error = packet_get16(frame + place.field) + 0xFFFFu - packet_get16(whole + place.field);
    g_free(whole);
    return (guint16)(error % 0xFFFF);
}

static void test_wrong_stays_wrong(void)
{
    for (int round = 0; round < 1000; round++) {
        guint8 frame[512];
        size_t inner = build_inner(frame, sizeof frame, round & 1, round & 2, (unsigned)round % 60);
        guint length = on_ethernet(frame, inner);
        checksum_place place;
        packet p = walked(frame, length);
        g_assert_true(checksum_find(&p, &place));
        packet_put16(frame + place.field,
                     (guint16)(packet_get16(frame + place.field) + g_test_rand_int_range(1, 0xFFFE)));
        guint16 before = error_of(frame, length);
        if (before == 0 || packet_get16(frame + place.field) == 0)
            continue;
        rewrite_rules rules = with_map(forth);
        rewrite_packet(&rules, frame, length);
        g_assert_cmphex(error_of(frame, length), ==, before);
        /* A header checksum too. */
        rules.map = NULL;
        rules.fix_checksums = true;
        rewrite_packet(&rules, frame, length);
        p = walked(frame, length);
        g_assert_cmpint(checksum_verify_transport(&p), ==, CHECKSUM_GOOD);
    }
}

static void test_wrong_ipv4_header(void)
{
    guint8 frame[512];
    guint length = on_ethernet(frame, build_inner(frame, sizeof frame, false, false, 5));
    frame[14 + 10] ^= 0x40;
    rewrite_rules rules = with_map(forth);
    rewrite_packet(&rules, frame, length);
    packet p = walked(frame, length);
    g_assert_cmpint(checksum_verify_ip(&p, &p.ip[0]), ==, CHECKSUM_BAD);
    frame[14 + 10] ^= 0x40;
    rules.fix_checksums = true;
    rewrite_packet(&rules, frame, length);
    p = walked(frame, length);
    g_assert_cmpint(checksum_verify_ip(&p, &p.ip[0]), ==, CHECKSUM_GOOD);
}

/* UDP over IPv4 without a checksum keeps none, fixed or not. */
static void test_udp_without(void)
{
    for (int fix = 0; fix < 2; fix++) {
        guint8 frame[512];
        guint length = on_ethernet(frame, build_inner(frame, sizeof frame, false, true, 9));
        packet_put16(frame + 14 + 20 + 6, 0);
        frame[14 + 10] ^= 1;
        rewrite_rules rules = with_map(forth);
        rules.fix_checksums = fix;
        rewrite_packet(&rules, frame, length);
        g_assert_cmphex(packet_get16(frame + 14 + 20 + 6), ==, 0);
        g_assert_cmphex(packet_get16(frame + 14 + 20 + 2), ==, 8443);
        packet p = walked(frame, length);
        g_assert_cmpint(checksum_verify_ip(&p, &p.ip[0]), ==, fix ? CHECKSUM_GOOD : CHECKSUM_BAD);
    }
}

/* One in 65536 sums to 0, which would say that there is none. */
static void test_udp_sum_of_zero(void)
{
    for (int ipv6 = 0; ipv6 < 2; ipv6++) {
        guint8 frame[512], mapped[512];
        guint length = on_ethernet(frame, build_inner(frame, sizeof frame, ipv6, true, 8));
        rewrite_rules rules = with_map(forth);
        unsigned ones = 0;
        for (guint word = 0; word <= 0xFFFF; word++) {
            packet_put16(frame + length - 2, (guint16)word);
            g_assert_true(checksum_write(frame + 14, length - 14));
            memcpy(mapped, frame, length);
            rewrite_packet(&rules, mapped, length);
            packet p = walked(mapped, length);
            g_assert_cmpint(checksum_verify_transport(&p), ==, CHECKSUM_GOOD);
            ones += packet_get16(mapped + p.transport_offset + 6) == 0xFFFF;
        }
        g_assert_cmpuint(ones, >, 0);
    }
}

/* Offload: the field holds the sum of the pseudo-header alone. */
static void test_partial(void)
{
    for (int ipv6 = 0; ipv6 < 2; ipv6++) {
        guint8 frame[512];
        guint length = on_ethernet(frame, build_inner(frame, sizeof frame, ipv6, false, 33));
        packet p = walked(frame, length);
        checksum_place place;
        g_assert_true(checksum_find(&p, &place));
        cats_address source = packet_source(&p, &p.ip[0]), destination = packet_destination(&p, &p.ip[0]);
        packet_put16(frame + place.field,
                     (guint16)checksum_pseudo(&source, &destination, 6, p.ip[0].end - p.ip[0].payload));
        g_assert_cmpint(checksum_verify_transport(&p), ==, CHECKSUM_PARTIAL);
        rewrite_rules rules = with_map(forth);
        rules.fix_checksums = true;
        rewrite_packet(&rules, frame, length);
        p = walked(frame, length);
        g_assert_cmpint(checksum_verify_transport(&p), ==, CHECKSUM_GOOD);
    }
}

/* ---- link headers ---- */

static void expect_frame(const rewrite_rules *rules, int link_type, const guint8 *data, guint length,
                         const guint8 *expected, guint expected_length)
{
    guint8 out[256];
    guint32 out_length;
    g_assert_cmpint(rewrite_frame(rules, link_type, own_mac, data, length, out, &out_length), ==,
                    REWRITE_DONE);
    frame_assert_equal(out, out_length, expected, expected_length);
}

#define MACS 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2

static void test_tags(void)
{
    static const guint8 plain[] = { MACS, 0x88, 0xb5, 1, 2, 3 };
    static const guint8 tagged[] = { MACS, 0x81, 0x00, 0x60, 0x64, 0x88, 0xb5, 1, 2, 3 };
    static const guint8 fresh[] = { MACS, 0x81, 0x00, 0x00, 0x07, 0x88, 0xb5, 1, 2, 3 };
    static const guint8 renumbered[] = { MACS, 0x81, 0x00, 0x60, 0x07, 0x88, 0xb5, 1, 2, 3 };
    static const guint8 twice[] = {
        MACS, 0x88, 0xa8, 0x20, 0x64, 0x81, 0x00, 0x00, 0x65, 0x88, 0xb5, 1, 2, 3
    };
    static const guint8 outer[] = {
        MACS, 0x88, 0xa8, 0x20, 0x07, 0x81, 0x00, 0x00, 0x65, 0x88, 0xb5, 1, 2, 3
    };
    rewrite_rules none = { 0 }, vlan = { .vlan = 7 }, untag = { .untag = true },
                  both = { .untag = true, .vlan = 7 };
    const int ethernet = PACKET_LINK_ETHERNET;
    expect_frame(&none, ethernet, tagged, sizeof tagged, tagged, sizeof tagged);
    expect_frame(&vlan, ethernet, plain, sizeof plain, fresh, sizeof fresh);
    expect_frame(&vlan, ethernet, tagged, sizeof tagged, renumbered, sizeof renumbered);
    expect_frame(&vlan, ethernet, twice, sizeof twice, outer, sizeof outer);
    expect_frame(&untag, ethernet, plain, sizeof plain, plain, sizeof plain);
    expect_frame(&untag, ethernet, tagged, sizeof tagged, plain, sizeof plain);
    expect_frame(&untag, ethernet, twice, sizeof twice, plain, sizeof plain);
    expect_frame(&both, ethernet, twice, sizeof twice, fresh, sizeof fresh);
}

static void test_macs(void)
{
    static const guint8 plain[] = { MACS, 0x88, 0xb5, 1 };
    static const guint8 changed[] = { 2, 0, 0, 0, 0, 8, 2, 0, 0, 0, 0, 7, 0x88, 0xb5, 1 };
    const rewrite_rules rules = { .has_source = true,
                                  .has_destination = true,
                                  .source = { 2, 0, 0, 0, 0, 7 },
                                  .destination = { 2, 0, 0, 0, 0, 8 } };
    expect_frame(&rules, PACKET_LINK_ETHERNET, plain, sizeof plain, changed, sizeof changed);
}

static void test_link_types(void)
{
    static const struct {
        int type;
        guint head;
        guint8 octets[20];
    } links[] = {
        { PACKET_LINK_RAW, 0, { 0 } },
        { PACKET_LINK_IPV4, 0, { 0 } },
        { PACKET_LINK_LINUX_SLL, 16, { [14] = 0x08 } },
        { PACKET_LINK_LINUX_SLL2, 20, { 0x08 } },
        { PACKET_LINK_NULL, 4, { 2 } },
    };
    guint8 inner[128], wanted[160];
    size_t length = build_inner(inner, sizeof inner, false, true, 3);
    const rewrite_rules rules = { .has_destination = true, .destination = { 2, 0, 0, 0, 0, 8 } };
    memcpy(wanted, rules.destination, 6);
    memcpy(wanted + 6, own_mac, 6);
    packet_put16(wanted + 12, 0x0800);
    memcpy(wanted + 14, inner, length);
    for (size_t i = 0; i < G_N_ELEMENTS(links); i++) {
        guint8 captured[160], out[192];
        guint32 out_length;
        memcpy(captured, links[i].octets, links[i].head);
        memcpy(captured + links[i].head, inner, length);
        expect_frame(&rules, links[i].type, captured, links[i].head + (guint)length, wanted,
                     14 + (guint)length);
        memset(captured + links[i].head, 0, length);
        g_assert_cmpint(rewrite_frame(&rules, links[i].type, own_mac, captured, links[i].head + (guint)length,
                                      out, &out_length),
                        ==, REWRITE_NOT_IP);
    }
}

/* Any octets, any length: nothing outside is touched (the sanitizers would tell), short ones are told. */
static void test_total(void)
{
    guint8 whole[1024];
    packet_encap_spec spec = { .segments = segments, .count = 3 };
    for (int round = 0; round < 3000; round++) {
        guint8 inner[512];
        size_t length = build_inner(inner, sizeof inner, round & 1, round & 2, 20);
        length = packet_encapsulate(&spec, inner, length, whole, sizeof whole);
        length = on_ethernet(whole, length);
        for (int k = round % 5; k > 0; k--)
            whole[g_test_rand_int_range(0, (gint)length)] = (guint8)g_test_rand_int_range(0, 256);
        guint cut = (guint)g_test_rand_int_range(0, (gint)length + 1);
        guint8 *captured = g_memdup2(whole, cut), *out = g_malloc(cut + REWRITE_GROWTH);
        guint32 out_length = 0;
        rewrite_rules rules = with_map(forth);
        rules.fix_checksums = round & 4;
        rules.untag = round & 8;
        rules.vlan = round & 16 ? 5 : 0;
        rewrite_result result =
            rewrite_frame(&rules, PACKET_LINK_ETHERNET, own_mac, captured, cut, out, &out_length);
        g_assert_cmpint(result, ==, cut < 14 ? REWRITE_SHORT : REWRITE_DONE);
        g_assert_cmpuint(out_length, <=, cut + REWRITE_GROWTH);
        g_free(captured);
        g_free(out);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    rewrite_case_start();
    g_test_add_func("/rewrite-frame/wrong-stays-wrong", test_wrong_stays_wrong);
    g_test_add_func("/rewrite-frame/wrong-ipv4-header", test_wrong_ipv4_header);
    g_test_add_func("/rewrite-frame/udp-without", test_udp_without);
    g_test_add_func("/rewrite-frame/udp-sum-of-zero", test_udp_sum_of_zero);
    g_test_add_func("/rewrite-frame/partial", test_partial);
    g_test_add_func("/rewrite-frame/tags", test_tags);
    g_test_add_func("/rewrite-frame/macs", test_macs);
    g_test_add_func("/rewrite-frame/link-types", test_link_types);
    g_test_add_func("/rewrite-frame/total", test_total);
    int status = g_test_run();
    rewrite_case_end();
    return status;
}
