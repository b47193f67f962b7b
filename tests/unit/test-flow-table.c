/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of epan-cats/flow-table: found in both directions, bounded, and as a simple list would have it. */
#include "epan-cats/flow-table.h"
#include "epan-cats/packet.h"

#include <glib.h>
#include <string.h>

typedef struct thing {
    flow_entry head;
    unsigned value;
} thing;

static cats_flow_key key_of(bool ipv6, unsigned from, unsigned to)
{
    cats_flow_key key;
    memset(&key, 0, sizeof key);
    key.source.family = key.destination.family = ipv6 ? 6 : 4;
    key.source.octets[ipv6 ? 15 : 3] = (uint8_t)from;
    key.destination.octets[ipv6 ? 15 : 3] = (uint8_t)to;
    key.protocol = PACKET_PROTOCOL_TCP;
    key.ports_known = 1;
    key.source_port = (uint16_t)(1000 + from);
    key.destination_port = (uint16_t)(1000 + to);
    return key;
}

static thing *find(flow_table *t, const cats_flow_key *key, int64_t now, bool *reversed)
{
    return (thing *)flow_table_find(t, key, flow_table_hash(t, key), now, reversed);
}

static thing *add(flow_table *t, const cats_flow_key *key, int64_t now)
{
    return (thing *)flow_table_add(t, key, flow_table_hash(t, key), now);
}

static void test_directions(gconstpointer ipv6)
{
    flow_table *t = flow_table_new(sizeof(thing), 10, 1000, NULL, NULL);
    cats_flow_key key = key_of(ipv6 != NULL, 1, 2), back = cats_flow_key_reversed(&key);
    bool reversed;

    g_assert_cmpuint(flow_table_hash(t, &key), ==, flow_table_hash(t, &back));
    g_assert_null(find(t, &key, 0, &reversed));
    thing *one = add(t, &key, 0);
    g_assert_cmpuint(one->value, ==, 0);
    g_assert_true(find(t, &key, 0, &reversed) == one && !reversed);
    g_assert_true(find(t, &back, 0, &reversed) == one && reversed);

    /* Every part of the key counts. */
    cats_flow_key other = key;
    other.protocol = PACKET_PROTOCOL_UDP;
    g_assert_null(find(t, &other, 0, &reversed));
    other = key;
    other.ports_known = 0;
    other.source_port = 0;
    other.destination_port = 0;
    g_assert_null(find(t, &other, 0, &reversed));
    other = key;
    other.source_port = key.destination_port; /* the ports alone turned round */
    other.destination_port = key.source_port;
    g_assert_null(find(t, &other, 0, &reversed));
    other = key;
    other.source.family = other.destination.family = ipv6 != NULL ? 4 : 6;
    g_assert_null(find(t, &other, 0, &reversed));
    for (unsigned octet = 0; octet < (ipv6 != NULL ? 16 : 4); octet++) {
        other = key;
        other.source.octets[octet] ^= 0x80;
        g_assert_null(find(t, &other, 0, &reversed));
    }
    flow_table_free(t);
}

static void test_same_ends(gconstpointer ipv6)
{
    flow_table *t = flow_table_new(sizeof(thing), 10, 1000, NULL, NULL);
    cats_flow_key key = key_of(ipv6 != NULL, 1, 1);
    bool reversed = true;
    thing *one = add(t, &key, 0);
    g_assert_true(find(t, &key, 0, &reversed) == one && !reversed);
    flow_table_free(t);
}

static void test_retired(void)
{
    flow_table *t = flow_table_new(sizeof(thing), 10, 1000, NULL, NULL);
    cats_flow_key key = key_of(false, 1, 2);
    bool reversed;
    thing *old = add(t, &key, 0);
    flow_table_retire(t, &old->head);
    flow_table_retire(t, &old->head);
    g_assert_null(find(t, &key, 0, &reversed));
    g_assert_cmpuint(t->held, ==, 1);
    thing *young = add(t, &key, 0);
    g_assert_true(find(t, &key, 0, &reversed) == young && young != old);
    g_assert_cmpuint(t->held, ==, 2);
    flow_table_drop(t, &old->head);
    g_assert_true(find(t, &key, 0, &reversed) == young);
    flow_table_free(t);
}

static void count_leaving(void *context, flow_entry *entry)
{
    g_assert_nonnull(entry);
    ++*(unsigned *)context;
}

static void test_age(void)
{
    unsigned left = 0;
    flow_table *t = flow_table_new(sizeof(thing), 10, 1000, count_leaving, &left);
    cats_flow_key first = key_of(false, 1, 2), second = key_of(true, 3, 4);
    bool reversed;
    thing *one = add(t, &first, 0);
    add(t, &second, 0);
    flow_table_expire(t, 1000);
    g_assert_cmpuint(t->held, ==, 2);
    flow_table_touch(t, &one->head, 1000);
    flow_table_expire(t, 1001);
    g_assert_cmpuint(t->held, ==, 1);
    g_assert_cmpuint(t->let_go, ==, 1);
    g_assert_nonnull(find(t, &first, 2000, &reversed));
    g_assert_null(find(t, &first, 2001, &reversed)); /* too old, whether anybody asked for expiry or not */
    g_assert_cmpuint(t->let_go, ==, 2);
    g_assert_cmpuint(left, ==, 2);
    g_assert_cmpuint(t->held, ==, 0);
    flow_table_free(t);
    g_assert_cmpuint(left, ==, 2);
}

/* What is touched now and then stays, whatever passes by. */
static void test_room(void)
{
    enum { LIMIT = 100, PASSING = 10000, OFTEN = 50 };
    unsigned left = 0;
    flow_table *t = flow_table_new(sizeof(thing), LIMIT, INT64_MAX, count_leaving, &left);
    cats_flow_key kept = key_of(false, 1, 2);
    bool reversed;
    thing *one = add(t, &kept, 0);
    for (unsigned i = 0; i < PASSING; i++) {
        cats_flow_key key = key_of(true, i & 0xff, 3);
        key.source.octets[0] = (uint8_t)(i >> 8);
        add(t, &key, i);
        g_assert_cmpuint(t->held, <=, LIMIT);
        if (i % OFTEN == 0)
            flow_table_touch(t, &one->head, i);
        g_assert_true(find(t, &kept, i, &reversed) == one);
    }
    g_assert_cmpuint(t->held, ==, LIMIT);
    g_assert_cmpuint(t->let_go, ==, PASSING + 1 - LIMIT);
    g_assert_cmpuint(left, ==, t->let_go);
    flow_table_free(t);
    g_assert_cmpuint(left, ==, PASSING + 1);
}

/* Against an array that holds the same, with growth and removal in any order. */
static void test_random(void)
{
    enum { ENDS = 40, STEPS = 300000 };
    static thing *model[2][ENDS][ENDS];
    flow_table *t = flow_table_new(sizeof(thing), 10000, INT64_MAX, NULL, NULL);
    unsigned held = 0;
    memset(model, 0, sizeof model);
    for (unsigned i = 0; i < STEPS; i++) {
        unsigned ipv6 = (unsigned)g_test_rand_int_range(0, 2);
        unsigned a = (unsigned)g_test_rand_int_range(0, ENDS), b = (unsigned)g_test_rand_int_range(0, ENDS);
        bool reversed, turn = a > b;
        thing **known = &model[ipv6][MIN(a, b)][MAX(a, b)];
        cats_flow_key key = key_of(ipv6, a, b);
        thing *there = find(t, &key, i, &reversed);
        g_assert_true(there == *known);
        if (there == NULL) {
            cats_flow_key ordered = turn ? cats_flow_key_reversed(&key) : key;
            *known = add(t, &ordered, i);
            held++;
            continue;
        }
        g_assert_true(reversed == turn);
        if (g_test_rand_bit()) {
            flow_table_drop(t, &there->head);
            *known = NULL;
            held--;
        } else {
            flow_table_touch(t, &there->head, i);
        }
        g_assert_cmpuint(t->held, ==, held);
    }
    flow_table_free(t);
}

/* Records are zero when they are given, also again, and none is two. */
static void test_pool(void)
{
    enum { RECORDS = 1000 };
    static const uint8_t zero[24];
    record_pool pool;
    record_pool_init(&pool, sizeof zero);
    g_assert_true(memcmp(record_pool_at(&pool, 0), zero, sizeof zero) == 0);
    for (unsigned round = 0; round < 2; round++) {
        for (uint32_t number = 1; number <= RECORDS; number++) {
            uint32_t given = record_pool_add(&pool);
            g_assert_cmpuint(given, ==,
                             round == 0 ? number : RECORDS + 1 - number); /* the last freed first */
            g_assert_true(memcmp(record_pool_at(&pool, given), zero, sizeof zero) == 0);
            memset(record_pool_at(&pool, given), (int)given, sizeof zero);
        }
        for (uint32_t number = 1; number <= RECORDS; number++) {
            g_assert_cmpuint(*(uint8_t *)record_pool_at(&pool, number), ==, (uint8_t)number);
            record_pool_free(&pool, number);
        }
    }
    g_assert_true(memcmp(record_pool_at(&pool, 0), zero, sizeof zero) == 0);
    record_pool_clear(&pool);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/flow-table/directions/ipv4", NULL, test_directions);
    g_test_add_data_func("/flow-table/directions/ipv6", "ipv6", test_directions);
    g_test_add_data_func("/flow-table/same-ends/ipv4", NULL, test_same_ends);
    g_test_add_data_func("/flow-table/same-ends/ipv6", "ipv6", test_same_ends);
    g_test_add_func("/flow-table/retired", test_retired);
    g_test_add_func("/flow-table/age", test_age);
    g_test_add_func("/flow-table/room", test_room);
    g_test_add_func("/flow-table/random", test_random);
    g_test_add_func("/record-pool", test_pool);
    return g_test_run();
}
