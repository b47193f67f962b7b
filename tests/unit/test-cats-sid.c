/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SIDs taken apart and joined, NEXT-CSID containers, the argument. Spec: RFC 8986 s3.1, RFC 9800 s4.1. */
#include "epan-cats/cats-sid.h"

#include "octets.h"
#include <glib.h>
#include <string.h>

/* The SID in force in samples/cats-encap-2sid-pe.pcap: 5f00:0:e:ca75:3800:102:: */
static const uint8_t sample[16] = {
    0x5f, 0x00, 0x00, 0x00, /* block */
    0x00, 0x0e,             /* node: egress */
    0xca, 0x75,             /* function: End.CATS */
    0x38,                   /* argument: granularity 3 (egress node), level 2, reserved 0 */
    0x00, 0x01, 0x02,       /* aggregate ID */
    0x00, 0x00, 0x00, 0x00, /* no part of it */
};

static void check_sample(void)
{
    cats_sid_parts parts;
    cats_sid_split(&cats_sid_structure_default, sample, &parts);
    static const uint8_t locator[16] = { 0x5f, 0, 0, 0, 0, 0x0e };
    g_assert_cmpuint(parts.locator.family, ==, 6);
    assert_octets(parts.locator.octets, 16, locator, 16);
    g_assert_cmphex(parts.function, ==, 0xCA75);
    g_assert_cmphex(parts.argument, ==, 0x38000102);

    cats_argument argument = cats_argument_split((uint32_t)parts.argument);
    g_assert_cmpuint(argument.granularity, ==, CATS_GRANULARITY_EGRESS_NODE);
    g_assert_cmpuint(argument.level, ==, 2);
    g_assert_cmpuint(argument.reserved, ==, 0);
    g_assert_cmphex(argument.aggregate_id, ==, 0x000102);
    g_assert_cmphex(cats_argument_join(&argument), ==, 0x38000102);

    uint8_t joined[16];
    g_assert_true(cats_sid_join(&cats_sid_structure_default, &parts, joined));
    assert_octets(joined, 16, sample, 16);
}

static void check_argument_bits(void)
{
    for (unsigned bit = 0; bit < 32; bit++) {
        uint32_t value = (uint32_t)1 << bit;
        cats_argument argument = cats_argument_split(value);
        int parts = (argument.granularity != 0) + (argument.level != 0) + (argument.reserved != 0) +
                    (argument.aggregate_id != 0);
        g_assert_cmpint(parts, ==, 1);
        g_assert_cmphex(cats_argument_join(&argument), ==, value);
    }
    cats_argument wide = { .granularity = 0xFF, .level = 0xFF, .reserved = 0xFF, .aggregate_id = 0xFFFFFFFF };
    g_assert_cmphex(cats_argument_join(&wide), ==, 0xFFFFFFFF);
    wide =
        (cats_argument){ .granularity = 0xF3, .level = 0x04, .reserved = 0x04, .aggregate_id = 0xFF000001 };
    g_assert_cmphex(cats_argument_join(&wide), ==, 0x30000001);
}

/* Bit n of the SID, taken one at a time: what split must give for a part of any place and width. */
static uint64_t slow_bits(const uint8_t sid[16], unsigned at, unsigned width)
{
    uint64_t value = 0;
    for (unsigned i = at; i < at + width; i++)
        value = value << 1 | (sid[i / 8] >> (7 - i % 8) & 1);
    return value;
}

static cats_sid_structure random_structure(void)
{
    cats_sid_structure structure;
    do {
        structure = (cats_sid_structure){ (uint8_t)g_test_rand_int_range(0, 129),
                                          (uint8_t)g_test_rand_int_range(0, 129),
                                          (uint8_t)g_test_rand_int_range(0, 65),
                                          (uint8_t)g_test_rand_int_range(0, 65) };
    } while (!cats_sid_structure_valid(&structure));
    return structure;
}

static void check_any_structure(void)
{
    for (unsigned round = 0; round < 20000; round++) {
        cats_sid_structure s = random_structure();
        uint8_t sid[16];
        for (unsigned i = 0; i < 16; i++)
            sid[i] = (uint8_t)g_test_rand_int();
        cats_sid_parts parts;
        cats_sid_split(&s, sid, &parts);
        unsigned locator = (unsigned)s.block + s.node;
        g_assert_cmphex(parts.function, ==, slow_bits(sid, locator, s.function));
        g_assert_cmphex(parts.argument, ==, slow_bits(sid, locator + s.function, s.argument));
        for (unsigned i = 0; i < 128; i++)
            g_assert_cmpuint(slow_bits(parts.locator.octets, i, 1), ==,
                             i < locator ? slow_bits(sid, i, 1) : 0);

        uint8_t joined[16];
        g_assert_true(cats_sid_join(&s, &parts, joined));
        cats_sid_parts again;
        cats_sid_split(&s, joined, &again);
        g_assert_true(cats_address_equal(&again.locator, &parts.locator));
        g_assert_cmphex(again.function, ==, parts.function);
        g_assert_cmphex(again.argument, ==, parts.argument);
        unsigned sum = locator + s.function + s.argument;
        for (unsigned i = 0; i < 128; i++)
            g_assert_cmpuint(slow_bits(joined, i, 1), ==, i < sum ? slow_bits(sid, i, 1) : 0);
    }
}

static void check_join_refuses(void)
{
    const cats_sid_structure s = { 32, 16, 16, 0 };
    cats_sid_parts parts = { .locator = { .family = 6, .octets = { 0x5f, 0, 0, 0, 0, 0x0e } },
                             .function = 0xCA75 };
    uint8_t sid[16] = { 0xEE };
    g_assert_true(cats_sid_join(&s, &parts, sid));
    memset(sid, 0xEE, sizeof sid);
    cats_sid_parts broken = parts;
    broken.function = 0x10000;
    g_assert_false(cats_sid_join(&s, &broken, sid));
    broken = parts;
    broken.argument = 1; /* the structure has none */
    g_assert_false(cats_sid_join(&s, &broken, sid));
    broken = parts;
    broken.locator.octets[6] = 1; /* behind block and node */
    g_assert_false(cats_sid_join(&s, &broken, sid));
    const cats_sid_structure too_long = { 64, 32, 16, 17 };
    g_assert_false(cats_sid_join(&too_long, &parts, sid));
    g_assert_cmphex(sid[0], ==, 0xEE);

    cats_sid_split(&too_long, sample, &parts);
    g_assert_cmphex(parts.function, ==, 0);
    g_assert_cmphex(parts.argument, ==, 0);
    g_assert_cmpuint(parts.locator.octets[0], ==, 0);
}

static void check_structure_text(void)
{
    static const char *const good[] = { "32/16/16/32", "0/0/0/0", "128/0/0/0", "0/0/64/64", "40/24/16/0" };
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        cats_sid_structure structure;
        const char *error = NULL;
        char text[CATS_SID_STRUCTURE_TEXT];
        g_assert_true(cats_sid_structure_parse(good[i], &structure, &error));
        g_assert_cmpuint(cats_sid_structure_format(&structure, text), ==, strlen(good[i]));
        g_assert_cmpstr(text, ==, good[i]);
    }
    static const struct {
        const char *text, *error;
    } bad[] = {
        { "", "expected block/node/function/argument in bits such as 32/16/16/32" },
        { "32/16/16", "expected block/node/function/argument in bits such as 32/16/16/32" },
        { "32/16/16/32/0", "expected block/node/function/argument in bits such as 32/16/16/32" },
        { "32/16/16/", "expected block/node/function/argument in bits such as 32/16/16/32" },
        { "32/16/16/32 ", "expected block/node/function/argument in bits such as 32/16/16/32" },
        { " 32/16/16/32", "expected block/node/function/argument in bits such as 32/16/16/32" },
        { "32/-16/16/32", "expected block/node/function/argument in bits such as 32/16/16/32" },
        { "32/16/0x10/32", "expected block/node/function/argument in bits such as 32/16/16/32" },
        { "129/0/0/0", "expected lengths of 0-128 bits" },
        { "99999999999999999999999/0/0/0", "expected lengths of 0-128 bits" },
        { "64/32/16/17", "expected at most 128 bits in all, and 64 each for function and argument" },
        { "0/0/65/0", "expected at most 128 bits in all, and 64 each for function and argument" },
        { "0/0/0/65", "expected at most 128 bits in all, and 64 each for function and argument" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        cats_sid_structure structure = { 1, 2, 3, 4 };
        const char *error = NULL;
        g_assert_false(cats_sid_structure_parse(bad[i].text, &structure, &error));
        g_assert_cmpstr(error, ==, bad[i].error);
        g_assert_cmpuint(structure.argument, ==, 4);
    }
    cats_sid_structure standard;
    const char *error;
    g_assert_true(cats_sid_structure_parse("32/16/16/32", &standard, &error));
    g_assert_true(memcmp(&standard, &cats_sid_structure_default, sizeof standard) == 0);
}

static void check_granularity(void)
{
    static const char *const names[] = { "not stated", "service point", "service site", "egress node" };
    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        g_assert_cmpstr(cats_granularity_name(i), ==, names[i]);
        cats_granularity granularity;
        char number[2] = { (char)('0' + i), '\0' };
        g_assert_true(cats_granularity_parse(names[i], &granularity));
        g_assert_cmpuint(granularity, ==, i);
        g_assert_true(cats_granularity_parse(number, &granularity));
        g_assert_cmpuint(granularity, ==, i);
    }
    cats_granularity granularity;
    g_assert_true(cats_granularity_parse("Egress Node", &granularity));
    for (unsigned i = 4; i < 17; i++)
        g_assert_null(cats_granularity_name(i));
    static const char *const refused[] = { "", "4", "egress", "egress nodes", "11", " 1", "-1" };
    for (size_t i = 0; i < G_N_ELEMENTS(refused); i++)
        g_assert_false(cats_granularity_parse(refused[i], &granularity));
}

static void assert_container(const cats_sid_structure *structure, uint8_t container[16], const char *expected)
{
    cats_address before = cats_address_ipv6(container);
    bool moved = cats_sid_container_next(structure, container);
    g_assert_true(moved == (expected != NULL));
    cats_address after = cats_address_ipv6(container), wanted;
    g_assert_true(expected == NULL || cats_address_parse(expected, &wanted));
    g_assert_true(cats_address_equal(&after, expected == NULL ? &before : &wanted));
}

static void check_container(void)
{
    const cats_sid_structure node = { 32, 16, 0, 0 };
    const cats_sid_structure adjacency = { 32, 16, 16, 0 };
    cats_address address;
    g_assert_true(cats_address_parse("5f00:0:1:2:e:e004::", &address));
    assert_container(&node, address.octets, "5f00:0:2:e:e004::");
    assert_container(&node, address.octets, "5f00:0:e:e004::");
    assert_container(&node, address.octets, "5f00:0:e004::");
    assert_container(&node, address.octets, NULL);

    g_assert_true(cats_address_parse("5f00:0:1:2:3:4:5:6", &address)); /* full to the last octet */
    for (unsigned i = 0; i < 5; i++)
        g_assert_true(cats_sid_container_next(&node, address.octets));
    assert_container(&node, address.octets, NULL);
    cats_address last;
    g_assert_true(cats_address_parse("5f00:0:6::", &last));
    g_assert_true(cats_address_equal(&address, &last));

    g_assert_true(
        cats_address_parse("5f00:0:1:e001:2::", &address)); /* End.X: node and function go together */
    assert_container(&adjacency, address.octets, "5f00:0:2::");
    assert_container(&adjacency, address.octets, NULL);

    const cats_sid_structure wide = { 48, 48, 0, 0 }; /* less than a whole C-SID is left behind the head */
    g_assert_true(cats_address_parse("5f00:0:e:1:2:3:4:5", &address));
    assert_container(&wide, address.octets, "5f00:0:e:4:5::");
    assert_container(&wide, address.octets, NULL);

    g_assert_true(cats_address_parse("5f00:0:1:0:2::", &address)); /* zero ends the container */
    assert_container(&node, address.octets, NULL);
    static const cats_sid_structure no_width[] = {
        { 32, 0, 0, 32 }, { 128, 0, 0, 0 }, { 64, 64, 0, 0 }, { 255, 255, 0, 0 }
    };
    for (size_t i = 0; i < G_N_ELEMENTS(no_width); i++)
        assert_container(&no_width[i], address.octets, NULL);
}

/* Whatever the bits, a container comes to its end. */
static void check_container_ends(void)
{
    for (unsigned round = 0; round < 5000; round++) {
        cats_sid_structure s = random_structure();
        uint8_t container[16];
        for (unsigned i = 0; i < 16; i++)
            container[i] = (uint8_t)g_test_rand_int();
        unsigned steps = 0;
        while (cats_sid_container_next(&s, container))
            g_assert_cmpuint(++steps, <=, 128);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cats-sid/sample", check_sample);
    g_test_add_func("/cats-sid/argument", check_argument_bits);
    g_test_add_func("/cats-sid/any-structure", check_any_structure);
    g_test_add_func("/cats-sid/join/refuses", check_join_refuses);
    g_test_add_func("/cats-sid/structure", check_structure_text);
    g_test_add_func("/cats-sid/granularity", check_granularity);
    g_test_add_func("/cats-sid/container", check_container);
    g_test_add_func("/cats-sid/container/ends", check_container_ends);
    return g_test_run();
}
