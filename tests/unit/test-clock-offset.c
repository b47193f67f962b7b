/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of epan-cats/clock-offset: clocks that are right, ahead, behind, seen one way, several in a row. */
#include "epan-cats/clock-offset.h"

#include <glib.h>

#define MS INT64_C(1000000)

static uint64_t next_digest;

/* A packet from clock `from` to `to`, whose clocks are ahead of true time by so much. */
static void pass(clock_offsets *o, unsigned from, int64_t from_ahead, unsigned to, int64_t to_ahead,
                 int64_t delay)
{
    static int64_t now = 1000 * MS;
    uint64_t digest = ++next_digest * UINT64_C(0x9E3779B97F4A7C15);
    now += MS;
    clock_offsets_see(o, from, now + from_ahead, digest, clock_progress_of(64, false, 0));
    clock_offsets_see(o, to, now + to_ahead + delay, digest, clock_progress_of(63, false, 0));
}

static void both_ways(clock_offsets *o, unsigned a, int64_t a_ahead, unsigned b, int64_t b_ahead,
                      unsigned packets)
{
    for (unsigned i = 0; i < packets; i++) {
        pass(o, a, a_ahead, b, b_ahead, 2 * MS + i % 7 * MS);
        pass(o, b, b_ahead, a, a_ahead, 4 * MS + i % 5 * MS);
    }
}

static void test_two_way(void)
{
    static const int64_t ahead[] = { 0, 3 * MS, -3 * MS, 500 * MS, -500 * MS };
    static const int64_t put_back[] = { 0, 0, -4 * MS, 499 * MS,
                                        -501 * MS }; /* the way there is shorter by 2 ms */
    for (size_t i = 0; i < G_N_ELEMENTS(ahead); i++) {
        clock_offsets *o = clock_offsets_new(2);
        clock_estimate e[2];
        both_ways(o, 0, 0, 1, ahead[i], 20);
        clock_offsets_solve(o, e);
        g_assert_false(e[0].known);
        g_assert_true(e[1].known && e[1].two_way && !e[1].contradictory);
        g_assert_cmpint(e[1].low_ns, ==, ahead[i] - 4 * MS);
        g_assert_cmpint(e[1].high_ns, ==, ahead[i] + 2 * MS);
        g_assert_cmpuint(e[1].packets, ==, 40);
        g_assert_cmpint(e[1].offset_ns, ==, put_back[i]);
        clock_offsets_free(o);
    }
}

/* One way gives one bound. */
static void test_one_way(void)
{
    clock_offsets *o = clock_offsets_new(3);
    clock_estimate e[3];
    for (unsigned i = 0; i < 10; i++) {
        pass(o, 0, 0, 1, -50 * MS, 2 * MS);
        pass(o, 0, 0, 2, 50 * MS, 2 * MS);
    }
    clock_offsets_solve(o, e);
    g_assert_false(e[1].two_way);
    g_assert_cmpint(e[1].low_ns, ==, INT64_MIN);
    g_assert_cmpint(e[1].high_ns, ==, -48 * MS);
    g_assert_cmpint(e[1].offset_ns, ==, -48 * MS);
    g_assert_cmpint(e[2].offset_ns, ==, 0); /* a long way, as far as anybody can tell */
    clock_offsets_free(o);
}

/* Clocks that have nothing in common with clock 0 are compared over others. */
static void test_chain(void)
{
    clock_offsets *o = clock_offsets_new(4);
    clock_estimate e[4];
    both_ways(o, 2, 1000 * MS, 1, 2000 * MS, 10);
    both_ways(o, 0, 0, 2, 1000 * MS, 10);
    clock_offsets_solve(o, e);
    g_assert_cmpuint(e[1].against, ==, 2);
    g_assert_cmpint(e[2].offset_ns, ==, 999 * MS);
    g_assert_cmpint(e[1].offset_ns, ==, 999 * MS + 999 * MS);
    g_assert_false(e[3].known);
    g_assert_cmpint(e[3].offset_ns, ==, 0);
    clock_offsets_free(o);
}

/* Retransmissions of which a clock shows one only, packets that are shown twice, and hop limits that tell no
 * order. */
static void test_misleading(void)
{
    clock_offsets *o = clock_offsets_new(2);
    clock_estimate e[2];
    both_ways(o, 0, 0, 1, 0, 50);
    for (unsigned i = 0; i < 3; i++)
        pass(o, 0, 0, 1, 0, -200 * MS);
    clock_offsets_see(o, 0, 0, 77, clock_progress_of(64, false, 0));
    clock_offsets_see(o, 0, 1, 77, clock_progress_of(64, false, 0));
    clock_offsets_see(o, 1, -900 * MS, 77, clock_progress_of(63, false, 0));
    clock_offsets_see(o, 0, 0, 99, clock_progress_of(64, false, 0));
    clock_offsets_see(o, 1, -900 * MS, 99, clock_progress_of(64, false, 0));
    clock_offsets_solve(o, e);
    g_assert_cmpint(e[1].offset_ns, ==, 0);
    g_assert_cmpuint(e[1].packets, ==, 103);
    clock_offsets_free(o);
}

/* Plain goes before encapsulated, and that before a core router that lowers the outer hop limit only. */
static void test_progress(void)
{
    g_assert_cmpuint(clock_progress_of(64, false, 0), >, clock_progress_of(64, true, 255));
    g_assert_cmpuint(clock_progress_of(64, true, 63), >, clock_progress_of(64, true, 62));
    g_assert_cmpuint(clock_progress_of(64, true, 1), >, clock_progress_of(63, false, 0));
}

/* No offset fits: nothing is put right. */
static void test_contradiction(void)
{
    clock_offsets *o = clock_offsets_new(2);
    clock_estimate e[2];
    for (unsigned i = 0; i < 10; i++) {
        pass(o, 0, 0, 1, 0, -5 * MS);
        pass(o, 1, 0, 0, 0, -5 * MS);
    }
    clock_offsets_solve(o, e);
    g_assert_true(e[1].contradictory);
    g_assert_cmpint(e[1].offset_ns, ==, 0);
    clock_offsets_free(o);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/clock-offset/two-way", test_two_way);
    g_test_add_func("/clock-offset/one-way", test_one_way);
    g_test_add_func("/clock-offset/chain", test_chain);
    g_test_add_func("/clock-offset/misleading", test_misleading);
    g_test_add_func("/clock-offset/progress", test_progress);
    g_test_add_func("/clock-offset/contradiction", test_contradiction);
    return g_test_run();
}
