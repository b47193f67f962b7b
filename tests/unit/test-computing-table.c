/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The choice of a site: shares, movement when sites and weights change, and what it must not depend on. */
#include "epan-cats/computing-table.h"
#include "epan-cats/packet.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <glib.h>

enum { ENTRIES = 65537, FLOWS = 200000 };

static void set_sites(computing_table *table, unsigned count, uint32_t weight)
{
    for (unsigned i = 0; i < count; i++) {
        char name[16];

        snprintf(name, sizeof name, "site%u", i + 1);
        g_assert_true(computing_table_set(table, name, weight));
    }
}

static computing_table *table_of_equals(unsigned count, uint32_t weight)
{
    computing_table *table = computing_table_new();

    set_sites(table, count, weight);
    return table;
}

static const char *chosen_name(computing_table *table, uint64_t hash)
{
    uint32_t index = computing_table_choose(table, hash);

    g_assert_cmpuint(index, !=, COMPUTING_TABLE_NO_SITE);
    g_assert_cmpuint(index, <, computing_table_size(table));
    return computing_table_name(table, index);
}

/* The hash of a flow as clients make them: a client address and port to one service. */
static uint64_t flow_hash(unsigned number)
{
    cats_flow_key key;

    memset(&key, 0, sizeof key);
    key.source =
        cats_address_ipv4((const uint8_t[4]){ 10, (uint8_t)(number >> 16), (uint8_t)(number >> 8), 2 });
    key.destination = cats_address_ipv4((const uint8_t[4]){ 192, 0, 2, 80 });
    key.protocol = PACKET_PROTOCOL_TCP;
    key.ports_known = 1;
    key.source_port = (uint16_t)(32768 + number % 28232);
    key.destination_port = 443;
    return cats_flow_key_hash(&key);
}

/* The share of flows that two tables send to different sites, in percent. */
static double moved(computing_table *a, computing_table *b)
{
    unsigned count = 0;

    for (unsigned i = 0; i < FLOWS; i++)
        count += strcmp(chosen_name(a, flow_hash(i)), chosen_name(b, flow_hash(i))) != 0;
    return 100.0 * count / FLOWS;
}

static void test_nothing_to_choose(void)
{
    computing_table *table = computing_table_new();

    g_assert_cmpuint(computing_table_choose(table, 1), ==, COMPUTING_TABLE_NO_SITE);
    g_assert_cmpuint(computing_table_size(table), ==, 0);
    g_assert_false(computing_table_forget(table, "a"));
    g_assert_true(computing_table_set(table, "a", 0));
    g_assert_cmpuint(computing_table_choose(table, 1), ==, COMPUTING_TABLE_NO_SITE);
    g_assert_true(computing_table_set(table, "b", 1));
    for (uint64_t hash = 0; hash < ENTRIES; hash++)
        g_assert_cmpstr(chosen_name(table, hash), ==, "b");
    g_assert_true(computing_table_set(table, "b", 0));
    g_assert_cmpuint(computing_table_choose(table, 1), ==, COMPUTING_TABLE_NO_SITE);
    computing_table_free(table);
    computing_table_free(NULL);
}

static void test_limits(void)
{
    computing_table *table = table_of_equals(COMPUTING_TABLE_SITES_MAX, COMPUTING_TABLE_WEIGHT_MAX);

    g_assert_cmpuint(computing_table_size(table), ==, COMPUTING_TABLE_SITES_MAX);
    g_assert_false(computing_table_set(table, "one more", 1));
    g_assert_false(computing_table_set(table, "site1", COMPUTING_TABLE_WEIGHT_MAX + 1));
    g_assert_cmpuint(computing_table_weight(table, 0), ==, COMPUTING_TABLE_WEIGHT_MAX);
    g_assert_true(computing_table_set(table, "site1", 3));
    g_assert_cmpuint(computing_table_weight(table, 0), ==, 3);
    g_assert_true(computing_table_forget(table, "site1"));
    g_assert_false(computing_table_forget(table, "site1"));
    g_assert_cmpstr(computing_table_name(table, 0), ==, "site2");
    g_assert_true(computing_table_set(table, "one more", 1));
    g_assert_cmpstr(computing_table_name(table, COMPUTING_TABLE_SITES_MAX - 1), ==, "one more");
    computing_table_free(table);
}

/* Shares by weight: of the entries to one, of many flows by chi-square at p = 0.001. */
static void test_shares(void)
{
    static const struct {
        unsigned count;
        uint32_t weights[10];
        double critical; /* of chi-square, count - 1 degrees of freedom */
    } cases[] = {
        { 3, { 2, 1, 1 }, 13.816 },
        { 2, { 1, 65535 }, 10.828 },
        { 10, { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 }, 27.877 },
        { 10, { 1, 2, 3, 5, 8, 13, 21, 34, 55, 89 }, 27.877 },
        { 4, { 65535, 30000, 12345, 7 }, 16.266 },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        computing_table *table = computing_table_new();
        unsigned entries[10] = { 0 }, flows[10] = { 0 };
        double total = 0, chi_square = 0;

        for (unsigned k = 0; k < cases[i].count; k++) {
            char name[2] = { (char)('a' + k), '\0' };

            g_assert_true(computing_table_set(table, name, cases[i].weights[k]));
            total += cases[i].weights[k];
        }
        for (uint64_t hash = 0; hash < ENTRIES; hash++)
            entries[computing_table_choose(table, hash)]++;
        for (unsigned number = 0; number < FLOWS; number++)
            flows[computing_table_choose(table, flow_hash(number))]++;
        for (unsigned k = 0; k < cases[i].count; k++) {
            double share = cases[i].weights[k] / total, expected = FLOWS * share;

            g_assert_cmpfloat(fabs(entries[k] - ENTRIES * share), <=, 2);
            chi_square += (flows[k] - expected) * (flows[k] - expected) / expected;
        }
        g_test_message("chi-square of %d flows over %u sites: %.2f, critical %.2f", FLOWS, cases[i].count,
                       chi_square, cases[i].critical);
        g_assert_cmpfloat(chi_square, <, cases[i].critical);
        computing_table_free(table);
    }
}

static void check_movement(const char *what, double found, double least, double factor)
{
    g_test_message("%s: %.2f %% of the flows move, %.2f %% must", what, found, least);
    g_assert_cmpfloat(found, <=, least * factor);
    g_assert_cmpfloat(found, >=, least * 0.98); /* below: the measurement is wrong */
}

/* Each of ten sites leaves in turn, and comes back. */
static void test_leave(void)
{
    computing_table *whole = table_of_equals(10, 8), *changed = table_of_equals(10, 8);
    double sum = 0;

    for (unsigned i = 1; i <= 10; i++) {
        char name[16];

        snprintf(name, sizeof name, "site%u", i);
        g_assert_true(computing_table_forget(changed, name));
        sum += moved(whole, changed);
        g_assert_true(computing_table_set(changed, name, 8));
        g_assert_cmpfloat(moved(whole, changed), ==, 0);
    }
    check_movement("one of ten equal sites leaves", sum / 10, 10, 1.04);
    computing_table_free(whole);
    computing_table_free(changed);
}

/* Weight 0 moves what leaving moves. */
static void test_weight_zero_is_leaving(void)
{
    computing_table *left = table_of_equals(10, 8), *zero = table_of_equals(10, 8);

    g_assert_true(computing_table_forget(left, "site4"));
    g_assert_true(computing_table_set(zero, "site4", 0));
    g_assert_cmpuint(computing_table_size(zero), ==, 10);
    g_assert_cmpfloat(moved(left, zero), ==, 0);
    computing_table_free(left);
    computing_table_free(zero);
}

/* Each of ten weights doubles in turn: from 1/10 of the flows to 2/11. */
static void test_double(void)
{
    computing_table *whole = table_of_equals(10, 8), *changed = table_of_equals(10, 8);
    double sum = 0;

    for (unsigned i = 1; i <= 10; i++) {
        char name[16];

        snprintf(name, sizeof name, "site%u", i);
        g_assert_true(computing_table_set(changed, name, 16));
        sum += moved(whole, changed);
        g_assert_true(computing_table_set(changed, name, 8));
    }
    check_movement("one of ten equal weights doubles", sum / 10, 100 * (2.0 / 11 - 1.0 / 10), 1.04);
    computing_table_free(whole);
    computing_table_free(changed);
}

/* A thousand sites: every one has its share; a leaving one disturbs few. */
static void test_thousand_sites(void)
{
    computing_table *whole = table_of_equals(1000, 7), *changed = table_of_equals(1000, 7);
    unsigned *entries = g_new0(unsigned, 1000);

    for (uint64_t hash = 0; hash < ENTRIES; hash++)
        entries[computing_table_choose(whole, hash)]++;
    for (unsigned i = 0; i < 1000; i++) {
        g_assert_cmpuint(entries[i], >=, 65);
        g_assert_cmpuint(entries[i], <=, 66);
    }
    g_assert_true(computing_table_forget(changed, "site500"));
    check_movement("one of a thousand equal sites leaves", moved(whole, changed), 0.1, 8);
    g_free(entries);
    computing_table_free(whole);
    computing_table_free(changed);
}

/* The table is a function of names and weights: not of the order of calls, nor of what was there before. */
static void test_no_memory(void)
{
    computing_table *changing = computing_table_new();

    for (int round = 0; round < 40; round++) {
        computing_table *fresh = computing_table_new();

        for (int change = 0; change < 5; change++) {
            char name[16];

            snprintf(name, sizeof name, "site%d", g_test_rand_int_range(1, 20));
            if (g_test_rand_int_range(0, 4) == 0)
                computing_table_forget(changing, name);
            else
                g_assert_true(computing_table_set(changing, name, (uint32_t)g_test_rand_int_range(0, 100)));
            computing_table_choose(changing, 0);
        }
        for (size_t i = computing_table_size(changing); i > 0; i--)
            g_assert_true(computing_table_set(fresh, computing_table_name(changing, i - 1),
                                              computing_table_weight(changing, i - 1)));
        for (uint64_t hash = 0; hash < ENTRIES; hash++) {
            uint32_t index = computing_table_choose(changing, hash);

            if (index == COMPUTING_TABLE_NO_SITE)
                g_assert_cmpuint(computing_table_choose(fresh, hash), ==, COMPUTING_TABLE_NO_SITE);
            else
                g_assert_cmpstr(chosen_name(fresh, hash), ==, computing_table_name(changing, index));
        }
        computing_table_free(fresh);
    }
    computing_table_free(changing);
}

/* With a thousand sites turns come at the same time: the order of the calls must not decide then either. */
static void test_order_of_a_thousand(void)
{
    computing_table *forward = table_of_equals(1000, 7), *backward = computing_table_new();

    for (size_t i = 1000; i > 0; i--)
        g_assert_true(computing_table_set(backward, computing_table_name(forward, i - 1), 7));
    for (uint64_t hash = 0; hash < ENTRIES; hash++)
        g_assert_cmpuint(computing_table_choose(forward, hash) + computing_table_choose(backward, hash), ==,
                         999);
    computing_table_free(forward);
    computing_table_free(backward);
}

/* The same on every machine, run and version: a flow must not move because a forwarder was updated. The
 * answers are those of a model written apart from this code. */
static void test_known_answers(void)
{
    static const struct {
        uint64_t hash;
        const char *name;
    } answers[] = {
        { 0, "amsterdam" },
        { 1, "berlin" },
        { 9, "copenhagen" },
        { 65536, "berlin" },
        { UINT64_C(0x123456789ABCDEF0), "berlin" },
        { UINT64_MAX, "amsterdam" },
    };
    computing_table *table = computing_table_new();
    uint64_t digest = UINT64_C(0xCBF29CE484222325); /* FNV-1a of the first letters of all entries */

    computing_table_set(table, "amsterdam", 3);
    computing_table_set(table, "berlin", 2);
    computing_table_set(table, "copenhagen", 1);
    for (size_t i = 0; i < G_N_ELEMENTS(answers); i++)
        g_assert_cmpstr(chosen_name(table, answers[i].hash), ==, answers[i].name);
    for (uint64_t hash = 0; hash < ENTRIES; hash++)
        digest = (digest ^ (uint8_t)chosen_name(table, hash)[0]) * UINT64_C(0x100000001B3);
    g_assert_cmphex(digest, ==, UINT64_C(0x1c65817092216c23));
    computing_table_free(table);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/computing-table/nothing-to-choose", test_nothing_to_choose);
    g_test_add_func("/computing-table/limits", test_limits);
    g_test_add_func("/computing-table/shares", test_shares);
    g_test_add_func("/computing-table/leave", test_leave);
    g_test_add_func("/computing-table/weight-zero-is-leaving", test_weight_zero_is_leaving);
    g_test_add_func("/computing-table/double", test_double);
    g_test_add_func("/computing-table/thousand-sites", test_thousand_sites);
    g_test_add_func("/computing-table/no-memory", test_no_memory);
    g_test_add_func("/computing-table/order-of-a-thousand", test_order_of_a_thousand);
    g_test_add_func("/computing-table/known-answers", test_known_answers);
    return g_test_run();
}
