/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Longest-prefix match: against examples, against a search of all prefixes, and what becomes of values. */
#include "capture-tools/roles/prefix-table.h"

static cats_address address(const char *text)
{
    cats_address parsed;
    g_assert_true(cats_address_parse(text, &parsed));
    return parsed;
}

static bool set(prefix_table *table, const char *prefix, unsigned length, const char *value)
{
    cats_address parsed = address(prefix);
    return prefix_table_set(table, &parsed, length, (char *)value);
}

static const char *match(const prefix_table *table, const char *text)
{
    cats_address parsed = address(text);
    return prefix_table_match(table, &parsed);
}

static void test_longest(void)
{
    prefix_table *table = prefix_table_new(NULL);
    g_assert_null(match(table, "10.1.2.3"));
    g_assert_true(set(table, "10.0.0.0", 8, "ten"));
    g_assert_true(set(table, "10.1.0.0", 16, "client"));
    g_assert_true(set(table, "10.1.2.3", 32, "host"));
    g_assert_true(set(table, "10.1.192.0", 18, "odd"));
    g_assert_true(set(table, "2001:db8::", 32, "doc"));
    g_assert_true(set(table, "2001:db8:80::80", 128, "service"));
    g_assert_true(set(table, "5f00:0:e:ca75::", 64, "sid"));

    g_assert_cmpstr(match(table, "10.1.2.3"), ==, "host");
    g_assert_cmpstr(match(table, "10.1.2.4"), ==, "client");
    g_assert_cmpstr(match(table, "10.1.191.255"), ==, "client");
    g_assert_cmpstr(match(table, "10.1.192.0"), ==, "odd");
    g_assert_cmpstr(match(table, "10.2.0.0"), ==, "ten");
    g_assert_cmpstr(match(table, "11.0.0.0"), ==, NULL);
    g_assert_cmpstr(match(table, "2001:db8:80::80"), ==, "service");
    g_assert_cmpstr(match(table, "2001:db8:80::81"), ==, "doc");
    g_assert_cmpstr(match(table, "5f00:0:e:ca75:3800:102::"), ==, "sid");
    g_assert_cmpstr(match(table, "5f00:0:e:ca76::"), ==, NULL);

    g_assert_true(set(table, "0.0.0.0", 0, "default"));
    g_assert_cmpstr(match(table, "11.0.0.0"), ==, "default");
    g_assert_cmpstr(match(table, "5f00:0:e:ca76::"), ==, NULL);
    prefix_table_free(table);
}

static void test_impossible(void)
{
    prefix_table *table = prefix_table_new(NULL);
    cats_address none = { .family = 0 };
    g_assert_false(set(table, "10.0.0.0", 33, "x"));
    g_assert_false(set(table, "::", 129, "x"));
    g_assert_false(set(table, "::", 0, NULL));
    g_assert_false(prefix_table_set(table, &none, 0, table));
    g_assert_null(prefix_table_match(table, &none));
    prefix_table_free(table);
    prefix_table_free(NULL);
}

static unsigned released;

static void count_release(void *value)
{
    (void)value;
    released++;
}

static void test_replace(void)
{
    prefix_table *table = prefix_table_new(count_release);
    released = 0;
    g_assert_true(set(table, "10.1.0.0", 16, "first"));
    g_assert_true(set(table, "10.1.77.77", 16, "second")); /* the same 16 bits */
    g_assert_cmpuint(released, ==, 1);
    g_assert_cmpstr(match(table, "10.1.0.0"), ==, "second");
    prefix_table_free(table);
    g_assert_cmpuint(released, ==, 2);
}

/* Addresses from a narrow range, so that prefixes nest. */
static cats_address random_address(void)
{
    cats_address made = { .family = g_test_rand_bit() ? 4 : 6 };
    size_t length = cats_address_length(&made);
    for (size_t i = 0; i < length; i++) {
        made.octets[i] = (uint8_t)(g_test_rand_int_range(0, 4) * 0x55);
    }
    return made;
}

static void test_against_search(void)
{
    enum { PREFIXES = 300, LOOKUPS = 20000 };
    static cats_address prefixes[PREFIXES];
    static unsigned lengths[PREFIXES];
    prefix_table *table = prefix_table_new(NULL);
    for (unsigned i = 0; i < PREFIXES; i++) {
        prefixes[i] = random_address();
        lengths[i] = (unsigned)g_test_rand_int_range(0, prefixes[i].family == 4 ? 33 : 129) / 4;
        g_assert_true(prefix_table_set(table, &prefixes[i], lengths[i], GUINT_TO_POINTER(i + 1)));
    }
    unsigned found = 0;
    for (unsigned i = 0; i < LOOKUPS; i++) {
        cats_address wanted = random_address();
        unsigned best = 0;
        for (unsigned k = 0; k < PREFIXES; k++) {
            if (cats_address_in_prefix(&wanted, &prefixes[k], lengths[k]) &&
                (best == 0 || lengths[k] >= lengths[best - 1])) {
                best = k + 1; /* of equal prefixes the later one, which replaced the other */
            }
        }
        g_assert_cmpuint(GPOINTER_TO_UINT(prefix_table_match(table, &wanted)), ==, best);
        found += best != 0;
    }
    g_assert_cmpuint(found, >, LOOKUPS / 10);
    prefix_table_free(table);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/prefix-table/longest", test_longest);
    g_test_add_func("/prefix-table/impossible", test_impossible);
    g_test_add_func("/prefix-table/replace", test_replace);
    g_test_add_func("/prefix-table/against-search", test_against_search);
    return g_test_run();
}
