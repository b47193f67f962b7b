/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The SID table: longest match, duplicates, growth, agreement with a slow search; prefixes as text. */
#include "epan-cats/sid-table.h"

#include <glib.h>
#include <string.h>

static cats_sid_row row_of(const char *prefix, uint16_t behavior, const char *owner)
{
    cats_address address;
    unsigned length;
    const char *error;
    g_assert_true(cats_prefix_parse(prefix, &address, &length, &error));
    cats_sid_row row = { .prefix_length = (uint8_t)length,
                         .structure = cats_sid_structure_default,
                         .behavior = behavior,
                         .owner = owner,
                         .owner_is_egress = true };
    memcpy(row.prefix, address.octets, 16);
    return row;
}

static void add(cats_sid_table *table, const char *prefix, uint16_t behavior, const char *owner)
{
    cats_sid_row row = row_of(prefix, behavior, owner);
    g_assert_true(cats_sid_table_add(table, &row));
}

static uint16_t match(const cats_sid_table *table, const char *text)
{
    cats_address address;
    g_assert_true(cats_address_parse(text, &address));
    const cats_sid_row *row = cats_sid_table_match(table, address.octets);
    return row == NULL ? 0 : row->behavior;
}

static void check_longest(void)
{
    cats_sid_table *table = cats_sid_table_new();
    g_assert_cmpuint(match(table, "5f00::"), ==, 0);
    add(table, "5f00:0:e::/48", 1, "egress1");
    add(table, "5f00:0:e:ca75::/64", 2, "egress1");
    add(table, "5f00:0:e:42::/128", 3, "egress1");
    add(table, "5f00:0:f::/48", 4, "egress2");
    g_assert_cmpuint(match(table, "5f00:0:e:ca75:3800:102::"), ==, 2);
    g_assert_cmpuint(match(table, "5f00:0:e:ca76::"), ==, 1);
    g_assert_cmpuint(match(table, "5f00:0:e:42::"), ==, 3);
    g_assert_cmpuint(match(table, "5f00:0:e:42::1"), ==, 1);
    g_assert_cmpuint(match(table, "5f00:0:f:42::"), ==, 4);
    g_assert_cmpuint(match(table, "5f00:0:d::"), ==, 0);
    add(table, "::/0", 9, NULL);
    g_assert_cmpuint(match(table, "2001:db8::1"), ==, 9);
    g_assert_cmpuint(match(table, "5f00:0:e:42::1"), ==, 1);

    g_assert_cmpuint(cats_sid_table_size(table), ==, 5);
    g_assert_cmpuint(cats_sid_table_row(table, 1)->behavior, ==, 2);
    g_assert_null(cats_sid_table_row(table, 5));
    g_assert_cmpuint(match(NULL, "5f00::"), ==, 0);
    cats_sid_table_free(table);
    cats_sid_table_free(NULL);
}

static void check_copies(void)
{
    cats_sid_table *table = cats_sid_table_new();
    char owner[] = "egress1";
    add(table, "5f00:0:e::/48", 1, owner);
    owner[0] = 'X';
    g_assert_cmpstr(cats_sid_table_row(table, 0)->owner, ==, "egress1");

    cats_sid_row loose = row_of("5f00:0:f::/48", 2, NULL);
    loose.prefix[15] = 1; /* behind the length */
    g_assert_true(cats_sid_table_add(table, &loose));
    g_assert_cmpuint(cats_sid_table_row(table, 1)->prefix[15], ==, 0);
    g_assert_cmpuint(match(table, "5f00:0:f::77"), ==, 2);
    g_assert_null(cats_sid_table_row(table, 1)->owner);
    cats_sid_table_free(table);
}

static void check_refuses(void)
{
    cats_sid_table *table = cats_sid_table_new();
    cats_sid_row row = row_of("5f00:0:e::/48", 1, "egress1");
    g_assert_true(cats_sid_table_add(table, &row));
    row.behavior = 2;
    g_assert_false(cats_sid_table_add(table, &row));
    row.prefix[15] = 1; /* the same prefix all the same */
    g_assert_false(cats_sid_table_add(table, &row));
    row.prefix_length = 129;
    g_assert_false(cats_sid_table_add(table, &row));
    row.prefix_length = 47;
    row.structure.block = 100;
    g_assert_false(cats_sid_table_add(table, &row));
    g_assert_cmpuint(cats_sid_table_size(table), ==, 1);
    g_assert_cmpuint(match(table, "5f00:0:e::"), ==, 1);
    cats_sid_table_free(table);
}

static const cats_sid_row *slow_match(const cats_sid_table *table, const cats_address *sid)
{
    const cats_sid_row *best = NULL;
    for (size_t i = 0; i < cats_sid_table_size(table); i++) {
        const cats_sid_row *row = cats_sid_table_row(table, i);
        cats_address prefix = cats_address_ipv6(row->prefix);
        if (cats_address_in_prefix(sid, &prefix, row->prefix_length) &&
            (best == NULL || row->prefix_length > best->prefix_length))
            best = row;
    }
    return best;
}

/* Few distinct octets, so that prefixes nest and collide. */
static void random_sid(uint8_t sid[16])
{
    for (unsigned i = 0; i < 16; i++)
        sid[i] = (uint8_t)(g_test_rand_int_range(0, 2) * 0x81);
}

static void check_against_slow(void)
{
    cats_sid_table *table = cats_sid_table_new();
    size_t added = 0;
    for (unsigned i = 0; i < 3000; i++) {
        cats_sid_row row = { .prefix_length = (uint8_t)g_test_rand_int_range(0, 129),
                             .behavior = (uint16_t)(i + 1) };
        random_sid(row.prefix);
        added += cats_sid_table_add(table, &row);
    }
    g_assert_cmpuint(cats_sid_table_size(table), ==, added);
    unsigned found = 0;
    for (unsigned i = 0; i < 3000; i++) {
        cats_address sid = { .family = 6 };
        random_sid(sid.octets);
        const cats_sid_row *row = cats_sid_table_match(table, sid.octets);
        g_assert_true(row == slow_match(table, &sid));
        found += row != NULL;
    }
    g_assert_cmpuint(found, >, 1000);
    cats_sid_table_free(table);
}

/* Rows stay where they are and are all found when a length holds many. */
static void check_many(void)
{
    enum { COUNT = 50000 };
    cats_sid_table *table = cats_sid_table_new();
    const cats_sid_row *first = NULL;
    for (uint32_t i = 0; i < COUNT; i++) {
        cats_sid_row row = { .prefix = { 0x5f, 0, 0, 0, (uint8_t)(i >> 8), (uint8_t)i, (uint8_t)(i >> 16) },
                             .prefix_length = 64,
                             .behavior = (uint16_t)i };
        g_assert_true(cats_sid_table_add(table, &row));
        if (i == 0)
            first = cats_sid_table_row(table, 0);
    }
    g_assert_true(first == cats_sid_table_row(table, 0));
    for (uint32_t i = 0; i < COUNT; i++) {
        uint8_t sid[16] = { 0x5f, 0, 0, 0, (uint8_t)(i >> 8), (uint8_t)i, (uint8_t)(i >> 16), 0, 0xFF };
        g_assert_true(cats_sid_table_match(table, sid) == cats_sid_table_row(table, i));
    }
    cats_sid_table_free(table);
}

static void check_prefix_text(void)
{
    static const struct {
        const char *text;
        unsigned family, length;
    } good[] = {
        { "5f00::/16", 6, 16 },    { "::/0", 6, 0 },      { "2001:db8::1/128", 6, 128 },
        { "192.0.2.0/24", 4, 24 }, { "0.0.0.0/0", 4, 0 }, { "192.0.2.1/32", 4, 32 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        cats_address prefix;
        unsigned length = 999;
        const char *error = NULL;
        g_assert_true(cats_prefix_parse(good[i].text, &prefix, &length, &error));
        g_assert_cmpuint(prefix.family, ==, good[i].family);
        g_assert_cmpuint(length, ==, good[i].length);
    }
    static const struct {
        const char *text, *error;
    } bad[] = {
        { "", "expected an address and a length such as 5f00::/16 or 192.0.2.0/24" },
        { "5f00::", "expected an address and a length such as 5f00::/16 or 192.0.2.0/24" },
        { "/16", "expected an IPv4 or IPv6 address before the slash" },
        { "5f00/16", "expected an IPv4 or IPv6 address before the slash" },
        { "5f00::/", "expected a prefix length of 0-128" },
        { "5f00::/129", "expected a prefix length of 0-128" },
        { "5f00::/-1", "expected a prefix length of 0-128" },
        { "5f00::/16 ", "expected a prefix length of 0-128" },
        { "5f00::/16/2", "expected a prefix length of 0-128" },
        { "192.0.2.0/33", "expected a prefix length of 0-32" },
        { "192.0.2.1/24", "expected no address bits behind the prefix length" },
        { "5f00:0:e::1/48", "expected no address bits behind the prefix length" },
        { "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/16",
          "expected an address and a length such as 5f00::/16 or 192.0.2.0/24" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        cats_address prefix = { .family = 77 };
        unsigned length = 999;
        const char *error = NULL;
        g_assert_false(cats_prefix_parse(bad[i].text, &prefix, &length, &error));
        g_assert_cmpstr(error, ==, bad[i].error);
        g_assert_cmpuint(prefix.family, ==, 77);
        g_assert_cmpuint(length, ==, 999);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sid-table/longest", check_longest);
    g_test_add_func("/sid-table/copies", check_copies);
    g_test_add_func("/sid-table/refuses", check_refuses);
    g_test_add_func("/sid-table/slow", check_against_slow);
    g_test_add_func("/sid-table/many", check_many);
    g_test_add_func("/sid-table/prefix", check_prefix_text);
    return g_test_run();
}
