/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stamps of frames become times of the loop's clock: exact, never back, never in the future, also when the
 * clock on the wall is set. */
#include "capture-tools/live/arrival-clock.h"
#include "capture-tools/live/loop.h"

#include <glib.h>
#include <time.h>

#define MICROSECOND INT64_C(1000)
#define SECOND (1000000 * MICROSECOND)

static int64_t wall_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * SECOND + now.tv_nsec;
}

/* Frames that waited for the loop keep their distances, to the nanosecond. */
static void test_exact(void)
{
    arrival_clock clock = { 0 };
    arrival_clock_compare(&clock);
    const int64_t stamp = wall_now() - SECOND;
    const int64_t first = arrival_clock_frame(&clock, stamp);
    g_assert_cmpint(arrival_clock_frame(&clock, stamp + 1), ==, first + 1);
    g_assert_cmpint(arrival_clock_frame(&clock, stamp + 250 * MICROSECOND), ==, first + 250 * MICROSECOND);
    /* A second ago, give or take what happened in between. */
    g_assert_cmpint(live_loop_now() - first, >=, SECOND / 2);
}

static void test_never_back(void)
{
    arrival_clock clock = { 0 };
    arrival_clock_compare(&clock);
    const int64_t now = live_loop_now();
    g_assert_cmpint(arrival_clock_event(&clock, now), ==, now);
    /* It waited while a timer went off. */
    g_assert_cmpint(arrival_clock_frame(&clock, wall_now() - SECOND), ==, now);
    g_assert_cmpint(arrival_clock_event(&clock, now - SECOND), ==, now);
    /* Another link's frame. */
    const int64_t later = arrival_clock_frame(&clock, wall_now());
    g_assert_cmpint(later, >, now);
    g_assert_cmpint(arrival_clock_frame(&clock, wall_now() - SECOND), ==, later);
    g_assert_cmpint(arrival_clock_event(&clock, now), ==, later);
}

/* A frame that came after the clocks were compared has its own time all the same. */
static void test_after_comparison(void)
{
    arrival_clock clock = { 0 };
    arrival_clock_compare(&clock);
    g_usleep(2000);
    g_assert_cmpint(arrival_clock_frame(&clock, wall_now()), >=, clock.last);
    g_assert_cmpint(clock.last - (live_loop_now() - 2000 * MICROSECOND), >, 0);
}

/* The clock on the wall is set by an hour, in between stamp and reading. */
static void test_set(void)
{
    arrival_clock clock = { 0 };
    arrival_clock_compare(&clock);
    const int64_t before = live_loop_now();
    arrival_clock_event(&clock, before);
    g_assert_cmpint(arrival_clock_frame(&clock, wall_now() - 3600 * SECOND), ==, before);
    const int64_t bounded = arrival_clock_frame(&clock, wall_now() + 3600 * SECOND);
    g_assert_cmpint(bounded, >=, before);
    g_assert_cmpint(bounded, <=, live_loop_now());
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/arrival-clock/exact", test_exact);
    g_test_add_func("/arrival-clock/never-back", test_never_back);
    g_test_add_func("/arrival-clock/after-comparison", test_after_comparison);
    g_test_add_func("/arrival-clock/set", test_set);
    return g_test_run();
}
