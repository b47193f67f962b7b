/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rewritten frames: checksums as a full computation has them, and the same octets when mapped back. */
#include "capture-tools/inject/rewrite.h"

#include "epan-cats/checksum.h"
#include "epan-cats/packet-build.h"
#include "../unit/frame-builder.h"
#include "../unit/sample-frames.h"

static const guint8 own_mac[6] = { 2, 0, 0, 0, 0, 9 };

/* Every address of the tests and samples becomes another, and back again. */
static const char *const pairs[][2] = {
    { "10.0.0.0/8", "172.0.0.0/8" },       { "192.0.2.0/24", "198.51.100.0/24" },
    { "203.0.113.0/24", "100.64.7.0/24" }, { "2001:db8::/32", "fd37:1::/32" },
    { "5f00::/16", "fc1f::/16" },
};

static address_map *make_map(bool reverse)
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

static rewrite_rules with_map(const address_map *map)
{
    return (rewrite_rules){ .map = map, .numbers = affinity_numbers_default };
}

static packet walked(const guint8 *frame, guint length)
{
    packet p;
    packet_walk(PACKET_LINK_ETHERNET, frame, length, length, &p);
    return p;
}

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

static cats_address address_of(const char *text)
{
    cats_address address;
    g_assert_true(cats_address_parse(text, &address));
    return address;
}

/* An Ethernet header in front of an IP packet. */
static guint on_ethernet(guint8 *frame, size_t length)
{
    static const guint8 header[14] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0, 0 };
    memmove(frame + sizeof header, frame, length);
    memcpy(frame, header, sizeof header);
    packet_put16(frame + 12, frame[14] >> 4 == 4 ? PACKET_ETHERTYPE_IPV4 : PACKET_ETHERTYPE_IPV6);
    return (guint)(sizeof header + length);
}

static packet_ip_spec ends(bool ipv6)
{
    return (packet_ip_spec){ .source = address_of(ipv6 ? "2001:db8:1::2" : "10.1.0.2"),
                             .destination = address_of(ipv6 ? "2001:db8:80::80" : "192.0.2.80"),
                             .hop_limit = 64 };
}

/* The option at an even or an odd place, of a node that is mapped. */
static size_t options_of(guint8 options[40], bool ipv6, unsigned nops)
{
    affinity_option option = { .kind = affinity_numbers_default.kind,
                               .address = address_of(ipv6 ? "2001:db8:11::5" : "203.0.113.5"),
                               .port = 443 };
    memset(options, TCP_OPTION_NOP, nops);
    return nops + affinity_option_build(&option, options + nops, 40 - nops);
}

/* kind 0: TCP, 1: UDP. The payload's length is odd or even. */
static size_t build_inner(guint8 *octets, size_t size, bool ipv6, bool udp, unsigned payload_length)
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
    forth = make_map(false);
    back = make_map(true);
    g_test_add_func("/rewrite/builders", test_builders);
    g_test_add_func("/rewrite/option", test_option);
    g_test_add_func("/rewrite/segments", test_segments);
    g_test_add_func("/rewrite/behind-srh", test_behind_srh);
    g_test_add_func("/rewrite/wrong-stays-wrong", test_wrong_stays_wrong);
    g_test_add_func("/rewrite/wrong-ipv4-header", test_wrong_ipv4_header);
    g_test_add_func("/rewrite/udp-without", test_udp_without);
    g_test_add_func("/rewrite/udp-sum-of-zero", test_udp_sum_of_zero);
    g_test_add_func("/rewrite/partial", test_partial);
    g_test_add_func("/rewrite/fragments", test_fragments);
    g_test_add_func("/rewrite/quotes", test_quotes);
    g_test_add_func("/rewrite/samples", test_samples);
    g_test_add_func("/rewrite/tags", test_tags);
    g_test_add_func("/rewrite/macs", test_macs);
    g_test_add_func("/rewrite/link-types", test_link_types);
    g_test_add_func("/rewrite/total", test_total);
    int status = g_test_run();
    address_map_free(forth);
    address_map_free(back);
    return status;
}
