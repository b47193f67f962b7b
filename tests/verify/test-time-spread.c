/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of spreads of times: extremes, quantiles to a sixty-fourth, before and behind zero. */
#include "capture-tools/verify/time-spread.h"

#include <glib.h>

static void check(const time_spread *s, double part, int64_t expected)
{
    int64_t found = time_spread_quantile(s, part);
    g_assert_cmpint(ABS(found - expected), <=, ABS(expected) / 64);
}

static void test_quantiles(void)
{
    for (int sign = -1; sign <= 1; sign += 2) {
        time_spread *s = g_new0(time_spread, 1);
        for (int64_t i = 1; i <= 1001; i++)
            time_spread_add(s, sign * i * 1000003);
        g_assert_cmpuint(s->count, ==, 1001);
        g_assert_cmpint(MAX(ABS(s->low_ns), ABS(s->high_ns)), ==, INT64_C(1001) * 1000003);
        check(s, 0.5, sign * INT64_C(501) * 1000003);
        check(s, 0.95, sign * (sign > 0 ? INT64_C(951) : INT64_C(51)) * 1000003);
        g_free(s);
    }
}

static void test_extremes(void)
{
    static const int64_t values[] = { 0, 1, -1, 63, 64, -64, INT64_MAX, -INT64_MAX, INT64_MIN };
    for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
        time_spread *s = g_new0(time_spread, 1);
        time_spread_add(s, values[i]);
        g_assert_cmpint(time_spread_quantile(s, 0), ==, values[i]);
        g_assert_cmpint(time_spread_quantile(s, 1), ==, values[i]);
        g_free(s);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/time-spread/quantiles", test_quantiles);
    g_test_add_func("/time-spread/extremes", test_extremes);
    return g_test_run();
}
