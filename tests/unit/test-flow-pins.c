/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Flow pins: found again, let go by age and for room, bounded in memory, the same as a plain model. */
#include "capture-tools/roles/flow-pins.h"

#include <string.h>

#define SECOND INT64_C(1000000000)

static cats_flow_key key_of(unsigned n)
{
    cats_flow_key key;
    memset(&key, 0, sizeof key);
    key.source.family = key.destination.family = 4;
    key.source.octets[0] = 10;
    key.source.octets[2] = (uint8_t)(n >> 24);
    key.source.octets[3] = (uint8_t)(n >> 16);
    key.destination.octets[0] = 192;
    key.protocol = 6;
    key.ports_known = 1;
    key.source_port = (uint16_t)n;
    key.destination_port = 80;
    return key;
}

static void *find(flow_pins *pins, unsigned n, int64_t now)
{
    cats_flow_key key = key_of(n);
    return flow_pins_find(pins, &key, cats_flow_key_hash(&key), now);
}

static void add(flow_pins *pins, unsigned n, int64_t now)
{
    cats_flow_key key = key_of(n);
    flow_pins_add(pins, &key, cats_flow_key_hash(&key), now, GUINT_TO_POINTER(n + 1));
}

static unsigned released;

static void count_release(void *value)
{
    g_assert_nonnull(value);
    released++;
}

static void test_limit(void)
{
    flow_pins *pins = flow_pins_new(3, SECOND, count_release);
    released = 0;
    add(pins, 1, 0);
    add(pins, 2, 0);
    add(pins, 3, 0);
    g_assert_nonnull(find(pins, 1, 0)); /* 2 is the oldest now */
    add(pins, 4, 0);
    g_assert_cmpuint(flow_pins_size(pins), ==, 3);
    g_assert_cmpuint(flow_pins_let_go(pins), ==, 1);
    g_assert_cmpuint(released, ==, 1);
    g_assert_null(find(pins, 2, 0));
    g_assert_cmpuint(GPOINTER_TO_UINT(find(pins, 1, 0)), ==, 2);
    g_assert_cmpuint(GPOINTER_TO_UINT(find(pins, 3, 0)), ==, 4);
    g_assert_cmpuint(GPOINTER_TO_UINT(find(pins, 4, 0)), ==, 5);
    flow_pins_free(pins);
    g_assert_cmpuint(released, ==, 4);
    flow_pins_free(NULL);
}

static void test_limit_of_one(void)
{
    flow_pins *pins = flow_pins_new(1, SECOND, NULL);
    for (unsigned n = 0; n < 1000; n++) {
        add(pins, n, 0);
        g_assert_nonnull(find(pins, n, 0));
        g_assert_cmpuint(flow_pins_size(pins), ==, 1);
    }
    g_assert_cmpuint(flow_pins_let_go(pins), ==, 999);
    flow_pins_free(pins);
}

static void test_idle(void)
{
    flow_pins *pins = flow_pins_new(100, 10 * SECOND, count_release);
    released = 0;
    add(pins, 1, 0);
    add(pins, 2, 0);
    add(pins, 3, 0);
    g_assert_nonnull(find(pins, 1, 10 * SECOND));  /* exactly the age is not beyond it */
    g_assert_null(find(pins, 2, 10 * SECOND + 1)); /* looked for: let go */
    g_assert_cmpuint(flow_pins_size(pins), ==, 2);
    add(pins, 4, 10 * SECOND + 1); /* 3 is let go on the way, 1 was seen since */
    g_assert_cmpuint(flow_pins_size(pins), ==, 2);
    g_assert_cmpuint(flow_pins_let_go(pins), ==, 2);
    g_assert_cmpuint(released, ==, 2);
    g_assert_nonnull(find(pins, 1, 20 * SECOND));
    flow_pins_free(pins);
}

/* A pin that is closed is found as before, until another flow begins on its ports: that is no loss. */
static void test_close(void)
{
    flow_pins *pins = flow_pins_new(100, 10 * SECOND, count_release);
    cats_flow_key key = key_of(1), unknown = key_of(7);
    uint64_t hash = cats_flow_key_hash(&key);
    released = 0;
    flow_pins_close(pins, &unknown, cats_flow_key_hash(&unknown));
    flow_pins_open(pins, &unknown, cats_flow_key_hash(&unknown));
    add(pins, 1, 0);
    add(pins, 2, 0);
    flow_pins_open(pins, &key, hash); /* not closed: a SYN that comes again */
    g_assert_nonnull(find(pins, 1, SECOND));
    flow_pins_close(pins, &key, hash);
    g_assert_nonnull(find(pins, 1, SECOND));
    flow_pins_open(pins, &key, hash);
    g_assert_null(find(pins, 1, SECOND));
    g_assert_nonnull(find(pins, 2, SECOND));
    g_assert_cmpuint(flow_pins_size(pins), ==, 1);
    g_assert_cmpuint(flow_pins_let_go(pins), ==, 0);
    g_assert_cmpuint(released, ==, 1);
    add(pins, 1, SECOND);
    flow_pins_open(pins, &key, hash); /* the new one is not closed */
    g_assert_nonnull(find(pins, 1, SECOND));
    flow_pins_free(pins);
}

/* Different flows with one hash are different flows. */
static void test_collisions(void)
{
    flow_pins *pins = flow_pins_new(1000, SECOND, NULL);
    for (unsigned n = 0; n < 500; n++) {
        cats_flow_key key = key_of(n);
        flow_pins_add(pins, &key, 42, 0, GUINT_TO_POINTER(n + 1));
    }
    for (unsigned n = 0; n < 600; n++) {
        cats_flow_key key = key_of(n);
        g_assert_cmpuint(GPOINTER_TO_UINT(flow_pins_find(pins, &key, 42, 0)), ==, n < 500 ? n + 1 : 0);
    }
    flow_pins_free(pins);
}

/* Memory per pin at every fill, and no more of it once the limit is reached. */
static void test_memory(void)
{
    enum { LIMIT = 300000 };
    flow_pins *pins = flow_pins_new(LIMIT, SECOND, NULL);
    for (unsigned n = 0; n < LIMIT; n++) {
        add(pins, n, 0);
        if (n >= 1000) {
            g_assert_cmpuint(flow_pins_memory(pins), <=, (size_t)(n + 1) * FLOW_PINS_OCTETS);
        }
    }
    size_t full = flow_pins_memory(pins);
    g_test_message("%u pins in %zu octets, %.1f each", (unsigned)LIMIT, full, (double)full / LIMIT);
    for (unsigned n = LIMIT; n < 2 * LIMIT; n++) {
        add(pins, n, 0);
    }
    g_assert_cmpuint(flow_pins_memory(pins), ==, full);
    g_assert_cmpuint(flow_pins_size(pins), ==, LIMIT);
    g_assert_cmpuint(flow_pins_let_go(pins), ==, LIMIT);
    for (unsigned n = 0; n < 2 * LIMIT; n += 997) {
        g_assert_cmpint(find(pins, n, 0) != NULL, ==, n >= LIMIT);
    }
    flow_pins_free(pins);
}

/* The model: when each flow was last seen, and a search for the oldest. */
static void test_against_model(void)
{
    enum { FLOWS = 64, LIMIT = 40, STEPS = 20000, AGE = 30 };
    int64_t seen[FLOWS];
    unsigned held = 0;
    flow_pins *pins = flow_pins_new(LIMIT, AGE, NULL);
    for (unsigned n = 0; n < FLOWS; n++) {
        seen[n] = -1;
    }
    for (int64_t now = 0; now < STEPS; now++) {
        unsigned n = (unsigned)g_test_rand_int_range(0, FLOWS);
        bool pinned = seen[n] >= 0 && now - seen[n] <= AGE;
        g_assert_cmpint(find(pins, n, now) != NULL, ==, pinned);
        if (!pinned) {
            seen[n] = -1;
            add(pins, n, now);
        }
        seen[n] = now;
        held = 0;
        unsigned oldest = n;
        for (unsigned k = 0; k < FLOWS; k++) {
            bool idle = seen[k] >= 0 && now - seen[k] > AGE;
            seen[k] = idle ? -1 : seen[k];
            held += seen[k] >= 0;
            oldest = seen[k] >= 0 && seen[k] < seen[oldest] ? k : oldest;
        }
        if (held > LIMIT) {
            seen[oldest] = -1;
            held--;
        }
        g_assert_cmpuint(flow_pins_size(pins), >=, held);
        g_assert_cmpuint(flow_pins_size(pins), <=, LIMIT);
    }
    flow_pins_free(pins);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/flow-pins/limit", test_limit);
    g_test_add_func("/flow-pins/limit-of-one", test_limit_of_one);
    g_test_add_func("/flow-pins/idle", test_idle);
    g_test_add_func("/flow-pins/close", test_close);
    g_test_add_func("/flow-pins/collisions", test_collisions);
    g_test_add_func("/flow-pins/memory", test_memory);
    g_test_add_func("/flow-pins/against-model", test_against_model);
    return g_test_run();
}
