/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of epan-cats/affinity-rules: what is read from the option space of a segment, whole, cut short and
 * random. */
#include "epan-cats/affinity-rules.h"

#include <glib.h>
#include <string.h>

#define FIN_ACK (TCP_FLAG_FIN | TCP_FLAG_ACK)

static const uint8_t service_ipv4[4] = { 192, 0, 2, 80 };
static const uint8_t service_ipv6[16] = { 0x20, 0x01, 0x0d, 0xb8, 0, 0x80, [15] = 0x80 };
static const uint8_t client_ipv4[4] = { 10, 1, 0, 2 };

static void read_space(const affinity_numbers *numbers, uint16_t flags, const uint8_t *octets, size_t length,
                       affinity_seen *seen, cats_findings *findings)
{
    uint8_t *copy =
        g_malloc(length == 0 ? 1 : length); /* so that the address sanitizer sees a read beyond it */
    if (length > 0)
        memcpy(copy, octets, length);
    affinity_segment segment = {
        .flags = flags,
        .source = cats_address_ipv4(service_ipv4),
        .destination = cats_address_ipv4(client_ipv4),
        .options = length == 0 ? NULL : copy,
        .options_length = length,
    };
    cats_findings_clear(findings);
    affinity_segment_read(numbers, NULL, &segment, seen, findings);
    g_free(copy);
}

/* clang-format off */
static const uint8_t full_space[] = {
    1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2,          /* NOP, NOP, timestamps */
    253, 4, 0xca, 0xfe,                           /* an experiment of others */
    200, 8, 10, 3, 2, 2, 0x1f, 0x90,              /* redirect to 10.3.2.2:8080 */
    253, 10, 0x53, 0x41, 10, 3, 2, 2, 0x1f, 0x90, /* the same in the experimental form */
    0, 200,                                       /* end of list, and what counts no more */
};
/* clang-format on */

static void test_seen(void)
{
    affinity_seen seen;
    cats_findings findings;
    read_space(&affinity_numbers_default, FIN_ACK, full_space, sizeof full_space, &seen, &findings);
    g_assert_cmpuint(findings.count, ==, 0);
    g_assert_cmpuint(seen.count, ==, 2);
    g_assert_cmpuint(seen.at[0], ==, 16);
    g_assert_cmpuint(seen.at[1], ==, 24);
    g_assert_cmpuint(seen.option[0].kind, ==, 200);
    g_assert_cmpuint(seen.option[1].kind, ==, 253);
    g_assert_cmpuint(seen.option[1].port, ==, 8080);
    g_assert_false(seen.defective);
    g_assert_false(seen.saf);
}

static void test_seen_truncated(void)
{
    for (size_t length = 0; length <= sizeof full_space; length++) {
        affinity_seen seen;
        cats_findings findings;
        read_space(&affinity_numbers_default, FIN_ACK, full_space, length, &seen, &findings);
        g_assert_cmpuint(seen.count, ==, length < 24 ? 0 : length < 34 ? 1 : 2);
        bool cut_own = length > 16 && length < 24;
        bool cut_experimental = length >= 28 && length < 34; /* once its ExID is there */
        g_assert_cmpint(seen.defective, ==, cut_own || cut_experimental);
        g_assert_cmpuint(findings.count, ==, seen.defective ? 1 : 0);
        if (seen.defective)
            g_assert_cmpuint(seen.defective_at, ==, cut_own ? 16 : 24);
    }
}

static void test_option_length(void)
{
    uint8_t space[40] = { 1, 1, 200 };
    for (unsigned length = 0; length <= 255; length++) {
        space[3] = (uint8_t)length;
        affinity_seen seen;
        cats_findings findings;
        read_space(&affinity_numbers_default, FIN_ACK, space, sizeof space, &seen, &findings);
        bool broken = length != 8 && length != 20;
        g_assert_cmpint(seen.defective, ==, broken && length != 2);
        g_assert_cmpint(findings.count > 0 && findings.list[0].rule == CATS_RULE_AFFINITY_OPTION_LENGTH, ==,
                        broken);
        if (length == 9)
            g_assert_cmpstr(findings.list[0].text, ==,
                            "affinity option: length 9, expected 2, 8 or 20 (octet 1)");
    }
}

/* A third option is counted, not judged; a defect of it is. */
static void test_three_options(void)
{
    static const uint8_t space[] = {
        200, 8, 10, 3, 2, 2, 0, 80, 200, 8, 10, 3, 2, 2, 0, 80, 200, 8, 224, 0, 0, 1, 0, 0, 200, 5, 1, 1, 1,
    };
    affinity_seen seen;
    cats_findings findings;
    read_space(&affinity_numbers_default, FIN_ACK, space, 24, &seen, &findings);
    g_assert_cmpuint(seen.count, ==, 3);
    g_assert_cmpuint(findings.count, ==, 0);
    read_space(&affinity_numbers_default, FIN_ACK, space, sizeof space, &seen, &findings);
    g_assert_cmpuint(seen.count, ==, 3);
    g_assert_cmpuint(seen.defective_at, ==, 24);
    g_assert_cmpuint(findings.count, ==, 1);
}

/* Timestamps in their usual layout, and the same layout with something of ours in its place. */
static void test_usual_layout(void)
{
    static const uint8_t timestamps[] = { 1, 1, 8, 10, 200, 8, 10, 3, 2, 2, 0, 80 };
    static const uint8_t redirect[] = { 1, 1, 200, 8, 10, 3, 2, 2, 0, 80, 1, 1 };
    affinity_seen seen;
    cats_findings findings;
    read_space(&affinity_numbers_default, FIN_ACK, timestamps, sizeof timestamps, &seen, &findings);
    g_assert_cmpuint(seen.count, ==, 0); /* the value of a timestamp is no option */
    read_space(&affinity_numbers_default, FIN_ACK, redirect, sizeof redirect, &seen, &findings);
    g_assert_cmpuint(seen.count, ==, 1);
    g_assert_cmpuint(findings.count, ==, 0);
}

/* SAF follows its configured place; the other two bits stay reserved. */
static void test_saf_offsets(void)
{
    for (unsigned offset = 4; offset <= 6; offset++) {
        affinity_numbers numbers = affinity_numbers_default;
        numbers.saf_offset = (uint8_t)offset;
        for (uint16_t bits = 0; bits <= TCP_FLAGS_RESERVED; bits = (uint16_t)(bits + 0x200)) {
            affinity_seen seen;
            cats_findings findings;
            read_space(&numbers, (uint16_t)(TCP_FLAG_SYN | bits), NULL, 0, &seen, &findings);
            uint16_t mask = (uint16_t)(0x8000 >> offset);
            g_assert_cmpint(seen.saf, ==, (bits & mask) != 0);
            g_assert_cmpuint(findings.count, ==, (bits & ~mask) != 0 ? 1 : 0);
        }
    }
}

static void test_random(void)
{
    static const uint8_t likely[] = { 0, 1, 2, 3, 4, 6, 8, 10, 12, 20, 22, 24, 200, 253, 254, 0x53, 0x41 };
    cats_topology *topology = cats_topology_builtin();
    for (unsigned round = 0; round < 200000; round++) {
        size_t length = (size_t)g_test_rand_int_range(0, 41);
        uint8_t *space = g_malloc(length == 0 ? 1 : length);
        for (size_t i = 0; i < length; i++)
            space[i] = g_test_rand_int_range(0, 4) == 0
                           ? (uint8_t)g_test_rand_int()
                           : likely[g_test_rand_int_range(0, G_N_ELEMENTS(likely))];
        affinity_segment segment = {
            .flags = (uint16_t)(g_test_rand_int() & 0xfff),
            .source = g_test_rand_bit() ? cats_address_ipv4(service_ipv4) : cats_address_ipv6(service_ipv6),
            .options = space,
            .options_length = length,
        };
        affinity_seen seen;
        cats_findings findings;
        cats_findings_clear(&findings);
        affinity_segment_read(&affinity_numbers_default, topology, &segment, &seen, &findings);
        for (unsigned i = 0; i < seen.count && i < 2; i++)
            g_assert_cmpuint(seen.at[i] + affinity_option_length(&seen.option[i]), <=, length);
        if (seen.defective)
            g_assert_cmpuint(seen.defective_at, <, length);
        g_assert_cmpuint(findings.count, <=, CATS_FINDINGS_MAX);
        for (unsigned i = 0; i < findings.count; i++) {
            g_assert_cmpint(findings.list[i].text[0], !=, '\0');
            g_assert_cmpint(cats_rule_get(findings.list[i].rule)->scope, ==, CATS_SCOPE_PACKET);
        }
        g_free(space);
    }
    cats_topology_free(topology);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/affinity-segment/seen", test_seen);
    g_test_add_func("/affinity-segment/seen-truncated", test_seen_truncated);
    g_test_add_func("/affinity-segment/option-length", test_option_length);
    g_test_add_func("/affinity-segment/three-options", test_three_options);
    g_test_add_func("/affinity-segment/usual-layout", test_usual_layout);
    g_test_add_func("/affinity-segment/saf-offsets", test_saf_offsets);
    g_test_add_func("/affinity-segment/random", test_random);
    return g_test_run();
}
