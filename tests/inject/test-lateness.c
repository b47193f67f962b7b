/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The histogram against a sorted list. */
#include "capture-tools/inject/lateness.h"
#include <glib.h>
#include <string.h>

static lateness l; /* too large for the stack of some */

static void test_empty(void)
{
    memset(&l, 0, sizeof l);
    g_assert_cmpint(lateness_percentile(&l, 50), ==, 0);
    lateness_add(&l, 5, 0);
    g_assert_cmpuint(l.count, ==, 0);
}

static void test_bounds(void)
{
    memset(&l, 0, sizeof l);
    lateness_add(&l, -7, 1);
    g_assert_cmpint(l.least, ==, 0);
    lateness_add(&l, INT64_MAX, 1);
    g_assert_cmpint(l.most, ==, INT64_MAX);
    g_assert_cmpint(lateness_percentile(&l, 50), ==, 0);
    g_assert_cmpint(lateness_percentile(&l, 100), ==, INT64_MAX);
    for (int64_t value = 1; value < INT64_MAX / 4; value *= 3) {
        memset(&l, 0, sizeof l);
        lateness_add(&l, value, UINT64_MAX / 2); /* no product overflows */
        g_assert_cmpint(lateness_percentile(&l, 99), ==, value);
    }
}

static gint by_value(gconstpointer a, gconstpointer b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static void test_percentiles(void)
{
    static const unsigned percents[] = { 1, 50, 95, 99, 100 };
    GArray *values = g_array_new(FALSE, FALSE, sizeof(int64_t));
    memset(&l, 0, sizeof l);
    for (int i = 0; i < 10007; i++) {
        int64_t value = (int64_t)1 << g_test_rand_int_range(0, 40);
        value += g_test_rand_int_range(0, 1 << 20);
        g_array_append_val(values, value);
        lateness_add(&l, value, 1);
    }
    g_array_sort(values, by_value);
    for (size_t i = 0; i < G_N_ELEMENTS(percents); i++) {
        guint at = (values->len * percents[i] + 99) / 100 - 1;
        int64_t exact = g_array_index(values, int64_t, at), found = lateness_percentile(&l, percents[i]);
        g_assert_cmpint(found, >=, exact);
        g_assert_cmpint(found - exact, <=, exact / 64);
    }
    g_assert_cmpint(l.least, ==, g_array_index(values, int64_t, 0));
    g_assert_cmpint(l.most, ==, g_array_index(values, int64_t, values->len - 1));
    g_array_free(values, TRUE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/lateness/empty", test_empty);
    g_test_add_func("/lateness/bounds", test_bounds);
    g_test_add_func("/lateness/percentiles", test_percentiles);
    return g_test_run();
}
