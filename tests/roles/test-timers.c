/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The deadline queue against a sorted list, and at a million timers. */
#include "capture-tools/roles/timers.h"

#include <glib.h>

typedef struct thing {
    timer t;
    int64_t deadline;
    uint64_t order; /* of the last setting */
} thing;

static const thing *earliest_of(const thing *things, unsigned count)
{
    const thing *best = NULL;
    for (unsigned i = 0; i < count; i++) {
        const thing *a = &things[i];
        if (timers_is_set(&a->t) && (!best || a->deadline < best->deadline ||
                                     (a->deadline == best->deadline && a->order < best->order)))
            best = a;
    }
    return best;
}

/* Sets, moves, cancels and pops at random; few distinct deadlines, so that many are equal. */
static void test_against_a_list(void)
{
    enum { COUNT = 60, ROUNDS = 30000 };
    thing things[COUNT] = { 0 };
    timers *queue = timers_new();
    uint64_t order = 0;
    size_t set = 0;
    for (unsigned i = 0; i < COUNT; i++)
        things[i].t.owner = &things[i];
    for (unsigned round = 0; round < ROUNDS; round++) {
        thing *one = &things[g_test_rand_int_range(0, COUNT)];
        const int what = g_test_rand_int_range(0, 8);
        if (what < 4) {
            set += !timers_is_set(&one->t);
            one->deadline = g_test_rand_int_range(0, 40);
            one->order = order++;
            timers_set(queue, &one->t, one->deadline);
            g_assert_cmpint(timers_deadline(queue, &one->t), ==, one->deadline);
        } else if (what < 6) {
            set -= timers_is_set(&one->t);
            timers_cancel(queue, &one->t);
            g_assert_false(timers_is_set(&one->t));
        } else {
            const thing *expected = earliest_of(things, COUNT);
            const int64_t now = g_test_rand_int_range(0, 40);
            g_assert_cmpint(timers_earliest(queue), ==, expected ? expected->deadline : INT64_MAX);
            timer *popped = timers_pop(queue, now);
            if (expected && expected->deadline <= now) {
                g_assert_nonnull(popped);
                g_assert_true(popped->owner == expected);
                set--;
            } else {
                g_assert_null(popped);
            }
        }
        g_assert_cmpuint(timers_count(queue), ==, set);
    }
    timers_free(queue);
}

static void test_million(void)
{
    enum { COUNT = 1000000 };
    timer *all = g_new0(timer, COUNT);
    timers *queue = timers_new();
    int64_t last = INT64_MIN;
    size_t popped = 0;
    for (size_t i = 0; i < COUNT; i++)
        timers_set(queue, &all[i], g_test_rand_int());
    for (size_t i = 0; i < COUNT; i += 3)
        timers_set(queue, &all[i], g_test_rand_int());
    for (;;) {
        const int64_t next = timers_earliest(queue);
        timer *t = timers_pop(queue, INT64_MAX);
        if (!t)
            break;
        g_assert_cmpint(next, >=, last);
        last = next;
        popped++;
    }
    g_assert_cmpuint(popped, ==, COUNT);
    timers_free(queue);
    g_free(all);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/timers/against-a-list", test_against_a_list);
    g_test_add_func("/timers/million", test_million);
    return g_test_run();
}
