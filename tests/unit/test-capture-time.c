/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of epan-cats/capture-time: sums and differences at both ends of time. */
#include "epan-cats/capture-time.h"

#include <glib.h>

#define LAST_NS (CAPTURE_SECONDS_MAX * CAPTURE_NS_PER_S)

static void test_of(void)
{
    static const struct {
        int64_t seconds, nanoseconds, ns;
    } times[] = {
        { 0, 0, 0 },
        { 1767225600, 999999999, INT64_C(1767225600999999999) },
        { -1, 1, -999999999 },
        { CAPTURE_SECONDS_MAX, 7, LAST_NS + 7 },
        { CAPTURE_SECONDS_MAX + 1, 7, LAST_NS + 7 },
        { INT64_MAX, INT64_MAX, LAST_NS + 999999999 },
        { -CAPTURE_SECONDS_MAX - 1, 0, -LAST_NS },
        { INT64_MIN, INT64_MIN, -LAST_NS },
        { 5, -1, INT64_C(5000000000) },
        { 5, 1000000000, INT64_C(5999999999) },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(times); i++)
        g_assert_cmpint(capture_time_of(times[i].seconds, times[i].nanoseconds), ==, times[i].ns);
}

static void test_passed(void)
{
    g_assert_false(capture_time_passed(10, 5, 15));
    g_assert_true(capture_time_passed(10, 5, 16));
    g_assert_false(capture_time_passed(10, 0, 10));
    g_assert_false(capture_time_passed(16, 5, 10));
    g_assert_true(capture_time_passed(INT64_MIN, INT64_MAX, INT64_MAX));
    g_assert_false(capture_time_passed(INT64_MAX, 0, INT64_MIN));
    g_assert_false(capture_time_passed(-1, INT64_MAX, INT64_MAX - 1));
    g_assert_true(capture_time_passed(-2, INT64_MAX, INT64_MAX));
}

static void test_after(void)
{
    g_assert_cmpint(capture_time_after(-3, 5), ==, 2);
    g_assert_cmpint(capture_time_after(INT64_MAX - 5, 5), ==, INT64_MAX);
    g_assert_cmpint(capture_time_after(INT64_MAX - 4, 5), ==, INT64_MAX);
    g_assert_cmpint(capture_time_after(INT64_MAX, INT64_MAX), ==, INT64_MAX);
    g_assert_cmpint(capture_time_after(INT64_MIN, INT64_MAX), ==, -1);
}

static void test_between(void)
{
    g_assert_cmpint(capture_time_between(3, 5), ==, 2);
    g_assert_cmpint(capture_time_between(5, 3), ==, -2);
    g_assert_cmpint(capture_time_between(-1, INT64_MAX - 1), ==, INT64_MAX);
    g_assert_cmpint(capture_time_between(-1, INT64_MAX), ==, INT64_MAX);
    g_assert_cmpint(capture_time_between(INT64_MIN, INT64_MAX), ==, INT64_MAX);
    g_assert_cmpint(capture_time_between(INT64_MAX, 0), ==, -INT64_MAX);
    g_assert_cmpint(capture_time_between(INT64_MAX, -1), ==, -INT64_MAX);
    g_assert_cmpint(capture_time_between(INT64_MAX, INT64_MIN), ==, -INT64_MAX);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/capture-time/of", test_of);
    g_test_add_func("/capture-time/passed", test_passed);
    g_test_add_func("/capture-time/after", test_after);
    g_test_add_func("/capture-time/between", test_between);
    return g_test_run();
}
