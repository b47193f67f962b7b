/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options of a TCP header: octets laid out, round trips, who gives way to whom, and hostile lists. */
#include "capture-tools/roles/tcp-options.h"

#include <glib.h>
#include <string.h>

static const affinity_numbers *numbers = &affinity_numbers_default;

static affinity_option option_ipv4(void)
{
    static const uint8_t address[4] = { 192, 0, 2, 7 };
    return (affinity_option){ .kind = numbers->kind, .address = cats_address_ipv4(address), .port = 8080 };
}

static affinity_option option_ipv6(void)
{
    static const uint8_t address[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 7 };
    return (affinity_option){ .kind = numbers->kind, .address = cats_address_ipv6(address), .port = 8080 };
}

/* The SYN of Linux: MSS 1460, SACK permitted, timestamps 0x01020304 and 0, NOP, scale 7. */
static const uint8_t linux_syn[] = {
    2, 4,  0x05, 0xb4,                   /* MSS 1460 */
    4, 2,                                /* SACK permitted */
    8, 10, 1,    2,    3, 4, 0, 0, 0, 0, /* timestamps */
    1, 3,  3,    7,                      /* NOP, window scale 7 */
};

static void test_syn(void)
{
    const tcp_options_spec spec = {
        .mss = 1460, .sack_permitted = true, .scale = 7, .timestamps = true, .ts_value = 0x01020304
    };
    uint8_t octets[TCP_OPTIONS_MAX];
    tcp_options o;
    const tcp_options_written written = tcp_options_build(&spec, octets);
    g_assert_cmpuint(written.length, ==, sizeof linux_syn);
    g_assert_true(memcmp(octets, linux_syn, sizeof linux_syn) == 0);
    tcp_options_read(numbers, octets, written.length, &o);
    g_assert_true(o.has_mss && o.has_scale && o.has_timestamps && o.sack_permitted);
    g_assert_cmpuint(o.mss, ==, 1460);
    g_assert_cmpuint(o.scale, ==, 7);
    g_assert_cmphex(o.ts_value, ==, 0x01020304);
    g_assert_false(o.has_affinity || o.permit_raw || o.permit_exid || o.affinity_defective);
}

/* Cut anywhere: what lies wholly before the cut is read, nothing else. */
static void test_truncated(void)
{
    for (size_t length = 0; length <= sizeof linux_syn; length++) {
        uint8_t *exact = g_memdup2(linux_syn, length);
        tcp_options o;
        tcp_options_read(numbers, exact, length, &o);
        g_assert_cmpint(o.has_mss, ==, length >= 4);
        g_assert_cmpint(o.sack_permitted, ==, length >= 6);
        g_assert_cmpint(o.has_timestamps, ==, length >= 16);
        g_assert_cmpint(o.has_scale, ==, length >= 20);
        g_free(exact);
    }
}

static void test_permits(void)
{
    static const struct {
        uint8_t kind;
        uint32_t exid;
        size_t length;
    } cases[] = {
        { 200, 0, 2 }, { 253, 0x5341, 4 }, { 254, 0x5341, 4 }, { 253, 0x53410001, 6 }, { 254, 0x53410001, 6 }
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const affinity_option permit = { .kind = cases[i].kind, .exid = cases[i].exid, .permit = true };
        affinity_numbers these = *numbers;
        if (cases[i].exid)
            these.exid = cases[i].exid;
        const tcp_options_spec spec = {
            .mss = 1460, .sack_permitted = true, .scale = 7, .timestamps = true, .affinity = &permit
        };
        uint8_t octets[TCP_OPTIONS_MAX];
        const tcp_options_written written = tcp_options_build(&spec, octets);
        tcp_options o;
        g_assert_true(written.affinity);
        g_assert_cmpuint(written.length, ==, 20 + (cases[i].length + 3) / 4 * 4);
        tcp_options_read(&these, octets, written.length, &o);
        g_assert_cmpint(o.permit_raw, ==, cases[i].exid == 0);
        g_assert_cmpuint(o.permit_exid, ==, cases[i].exid ? cases[i].kind : 0);
        g_assert_false(o.has_affinity);
    }
}

/* 40 octets: timestamps 12; the IPv4 option 8 leaves room for two SACK blocks (4 + 16), the IPv6 option 20
 * for none; without timestamps it leaves room for two. */
static void test_crowding(void)
{
    const affinity_option ipv4 = option_ipv4(), ipv6 = option_ipv6();
    static const tcp_sack_block blocks[4] = { { 10, 20 }, { 30, 40 }, { 50, 60 }, { 70, 80 } };
    const struct {
        const affinity_option *affinity;
        bool timestamps;
        unsigned expected, displaced;
    } cases[] = {
        { NULL, true, 3, 0 },   { NULL, false, 4, 0 }, { &ipv4, true, 2, 1 },
        { &ipv4, false, 3, 1 }, { &ipv6, true, 0, 3 }, { &ipv6, false, 2, 2 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const tcp_options_spec spec = { .scale = -1,
                                        .timestamps = cases[i].timestamps,
                                        .affinity = cases[i].affinity,
                                        .sack = blocks,
                                        .sack_count = 4 };
        uint8_t octets[TCP_OPTIONS_MAX];
        tcp_options o;
        const tcp_options_written written = tcp_options_build(&spec, octets);
        g_assert_cmpuint(written.sack_count, ==, cases[i].expected);
        g_assert_cmpuint(written.sack_displaced, ==, cases[i].displaced);
        g_assert_cmpuint(written.length % 4, ==, 0);
        tcp_options_read(numbers, octets, written.length, &o);
        g_assert_cmpint(o.has_affinity, ==, cases[i].affinity != NULL);
        if (cases[i].affinity)
            g_assert_true(affinity_option_equal(&o.affinity, cases[i].affinity));
        g_assert_cmpuint(o.sack_count, ==, cases[i].expected);
        for (unsigned b = 0; b < o.sack_count; b++) {
            g_assert_cmpuint(o.sack[b].left, ==, blocks[b].left);
            g_assert_cmpuint(o.sack[b].right, ==, blocks[b].right);
        }
    }
}

/* Another protocol's octets that must stay (16, as TCP-AO has) leave no room for the IPv6 option beside
 * timestamps. */
static void test_no_room(void)
{
    static const uint8_t other[16] = { 29, 16 };
    const affinity_option ipv4 = option_ipv4(), ipv6 = option_ipv6();
    const struct {
        const affinity_option *affinity;
        bool fits;
    } cases[] = { { &ipv4, true }, { &ipv6, false } };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const tcp_options_spec spec = { .scale = -1,
                                        .timestamps = true,
                                        .other = other,
                                        .other_length = sizeof other,
                                        .affinity = cases[i].affinity };
        uint8_t octets[TCP_OPTIONS_MAX];
        const tcp_options_written written = tcp_options_build(&spec, octets);
        g_assert_cmpint(written.affinity, ==, cases[i].fits);
        g_assert_cmpuint(written.length, ==, cases[i].fits ? 36 : 28);
    }
}

static void test_affinity_faults(void)
{
    static const uint8_t length_9[] = { 200, 9, 192, 0, 2, 7, 0x1f, 0x90, 0, 0 };
    static const uint8_t length_0[] = { 200, 0, 192, 0 };
    static const uint8_t past_end[] = { 200, 20, 192, 0, 2, 7 };
    static const uint8_t twice[] = { 200, 8, 192, 0, 2, 7, 0x1f, 0x90, 200, 8, 192, 0, 2, 7, 0x1f, 0x90 };
    static const uint8_t differing[] = { 200, 8, 192, 0, 2, 7, 0x1f, 0x90, 200, 8, 192, 0, 2, 8, 0x1f, 0x90 };
    static const uint8_t foreign[] = { 253, 8, 0x12, 0x34, 2, 7, 0x1f, 0x90 };
    tcp_options o;
    tcp_options_read(numbers, length_9, sizeof length_9, &o);
    g_assert_true(o.affinity_defective && !o.has_affinity);
    tcp_options_read(numbers, length_0, sizeof length_0, &o);
    g_assert_true(o.affinity_defective && !o.has_affinity);
    tcp_options_read(numbers, past_end, sizeof past_end, &o);
    g_assert_true(o.affinity_defective && !o.has_affinity);
    tcp_options_read(numbers, twice, sizeof twice, &o);
    g_assert_true(o.has_affinity && !o.affinity_differs);
    tcp_options_read(numbers, differing, sizeof differing, &o);
    g_assert_true(o.has_affinity && o.affinity_differs);
    g_assert_cmpuint(o.affinity.address.octets[3], ==, 7);
    tcp_options_read(numbers, foreign, sizeof foreign, &o);
    g_assert_false(o.has_affinity || o.affinity_defective);
}

/* Any octets, in a buffer of their exact size: the sanitizer sees one too many. */
static void test_random(void)
{
    static const uint8_t kinds[] = { 0, 1, 2, 3, 4, 5, 8, 200, 253, 254 };
    for (unsigned round = 0; round < 100000; round++) {
        const size_t length = (size_t)g_test_rand_int_range(0, TCP_OPTIONS_MAX + 1);
        uint8_t *octets = g_malloc(length);
        for (size_t i = 0; i < length; i++)
            octets[i] = g_test_rand_bit() ? kinds[g_test_rand_int_range(0, G_N_ELEMENTS(kinds))]
                                          : (uint8_t)g_test_rand_int_range(0, 256);
        tcp_options o;
        tcp_options_read(numbers, octets, length, &o);
        g_assert_cmpuint(o.sack_count, <=, TCP_SACK_BLOCKS_MAX);
        g_assert_cmpuint(o.scale, <=, TCP_SCALE_MAX);
        g_free(octets);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tcp-options/syn", test_syn);
    g_test_add_func("/tcp-options/truncated", test_truncated);
    g_test_add_func("/tcp-options/permits", test_permits);
    g_test_add_func("/tcp-options/crowding", test_crowding);
    g_test_add_func("/tcp-options/no-room", test_no_room);
    g_test_add_func("/tcp-options/affinity-faults", test_affinity_faults);
    g_test_add_func("/tcp-options/random", test_random);
    return g_test_run();
}
