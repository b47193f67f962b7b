/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Announcements: how often, over which borders, withdrawn at once, numbered. */
#include "capture-tools/roles/damping.h"

#include <glib.h>

#define SECOND INT64_C(1000000000)

static cats_merged merged_of(uint32_t capacity, uint32_t load)
{
    return (cats_merged){
        .available = capacity > 0, .capacity = capacity, .load = load, .score = cats_score(capacity, load)
    };
}

static bool take(damper *d, int64_t now, uint32_t capacity, uint32_t load)
{
    cats_merged merged = merged_of(capacity, load);
    return damper_take(d, now, &merged);
}

static void test_interval(void)
{
    damper d = { .how = { .interval_ns = 5 * SECOND } };
    g_assert_true(take(&d, 100 * SECOND, 100, 0)); /* the first one at once */
    g_assert_false(take(&d, 101 * SECOND, 100, 50));
    g_assert_cmpint(damper_due(&d), ==, 105 * SECOND);
    g_assert_false(take(&d, 102 * SECOND, 100, 0)); /* back again: nothing is left to say */
    g_assert_cmpint(damper_due(&d), ==, DAMPING_NOTHING_DUE);
    g_assert_false(take(&d, 104 * SECOND, 100, 70));
    g_assert_false(take(&d, 105 * SECOND - 1, 100, 70));
    g_assert_true(take(&d, 105 * SECOND, 100, 70));
    g_assert_cmpuint(d.score, ==, 3);
    g_assert_cmpuint(d.generation, ==, 2);
    g_assert_cmpint(damper_due(&d), ==, DAMPING_NOTHING_DUE);
}

/* A load that swings over all scores, asked for a thousand times a second. */
static void test_rate(void)
{
    damper d = { .how = { .interval_ns = SECOND } };
    unsigned announced = 0;
    for (unsigned i = 0; i < 60000; i++)
        announced += take(&d, i * SECOND / 1000, 100, i * 37 % 101);
    g_assert_cmpuint(announced, ==, 60);
}

static void test_withdrawal(void)
{
    damper d = { .how = { .interval_ns = 5 * SECOND } };
    g_assert_false(take(&d, 0, 0, 0)); /* never announced */
    g_assert_true(take(&d, 0, 100, 0));
    g_assert_true(take(&d, 1, 0, 0)); /* does not wait */
    g_assert_false(take(&d, 2, 0, 0));
    g_assert_cmpuint(d.generation, ==, 1);
    g_assert_false(take(&d, 3, 100, 0)); /* the way back does */
    g_assert_cmpint(damper_due(&d), ==, 5 * SECOND);
    g_assert_true(take(&d, 5 * SECOND, 100, 0)); /* the same score, a new generation */
    g_assert_cmpuint(d.generation, ==, 2);
}

static void test_hysteresis(void)
{
    damper d = { .how = { .hysteresis = 3 } };
    g_assert_true(take(&d, 0, 100, 35)); /* 65 free: score 6 */
    g_assert_cmpuint(d.score, ==, 6);
    g_assert_false(take(&d, 0, 100, 43)); /* 57 free: within 3 of 60 */
    g_assert_false(take(&d, 0, 100, 28)); /* 72 free: below 73 */
    g_assert_true(take(&d, 0, 100, 27));
    g_assert_cmpuint(d.score, ==, 7);
    g_assert_false(take(&d, 0, 100, 33)); /* 67 free */
    g_assert_true(take(&d, 0, 100, 34));
    g_assert_true(take(&d, 0, 100, 0));
    g_assert_cmpuint(d.score, ==, 10);
    g_assert_false(take(&d, 0, 100, 3));
    g_assert_true(take(&d, 0, 100, 4));
    g_assert_true(take(&d, 0, 100, 98)); /* 2 free: score 0 */
    g_assert_false(take(&d, 0, 100, 88));
    g_assert_true(take(&d, 0, 100, 87));
    g_assert_cmpuint(d.score, ==, 1);
    g_assert_false(take(&d, 0, 100, 93)); /* 7 free: within 3 of 10 */
    g_assert_true(take(&d, 0, 100, 100)); /* nothing free */
    g_assert_cmpuint(d.score, ==, 0);
}

/* Products of the largest capacities, loads above them, and the generation's end. */
static void test_extremes(void)
{
    damper d = { .how = { .hysteresis = DAMPING_HYSTERESIS_MAX } };
    g_assert_true(take(&d, 0, UINT32_MAX, 0));
    g_assert_false(take(&d, 0, UINT32_MAX, UINT32_MAX / 2));
    g_assert_true(take(&d, 0, 1, UINT32_MAX));
    g_assert_cmpuint(d.score, ==, 0);
    d.generation = 0xffffff;
    g_assert_true(take(&d, 0, UINT32_MAX, 0));
    g_assert_cmpuint(d.generation, ==, 1);
}

/* At the border, with noise of one in a hundred: none of it is announced. */
static void test_noise(void)
{
    damper without = { 0 }, with = { .how = { .hysteresis = 2 } };
    unsigned plain = 0, damped = 0;
    for (unsigned i = 0; i < 1000; i++) {
        plain += take(&without, i, 1000, 300 + (i * 7919 % 21) - 10);
        damped += take(&with, i, 1000, 300 + (i * 7919 % 21) - 10);
    }
    g_assert_cmpuint(plain, >, 100);
    g_assert_cmpuint(damped, ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/damping/interval", test_interval);
    g_test_add_func("/damping/rate", test_rate);
    g_test_add_func("/damping/withdrawal", test_withdrawal);
    g_test_add_func("/damping/hysteresis", test_hysteresis);
    g_test_add_func("/damping/extremes", test_extremes);
    g_test_add_func("/damping/noise", test_noise);
    return g_test_run();
}
