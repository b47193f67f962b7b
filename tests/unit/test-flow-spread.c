/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of epan-cats/flow-spread: the distribution against tables, and which spreads differ. */
#include "epan-cats/flow-spread.h"

#include <glib.h>
#include <math.h>

/* Upper tails from published tables: NIST/SEMATECH e-Handbook, 1.3.6.7.4. */
static void test_chance(void)
{
    static const struct {
        unsigned freedom;
        double at_05, at_001;
    } table[] = { { 1, 3.841, 10.828 },     { 2, 5.991, 13.816 },   { 3, 7.815, 16.266 },
                  { 5, 11.070, 20.515 },    { 10, 18.307, 29.588 }, { 30, 43.773, 59.703 },
                  { 100, 124.342, 149.449 } };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        g_assert_cmpfloat_with_epsilon(flow_spread_chance(table[i].at_05, table[i].freedom), 0.05, 2e-5);
        g_assert_cmpfloat_with_epsilon(flow_spread_chance(table[i].at_001, table[i].freedom), 0.001, 1e-6);
    }
    g_assert_cmpfloat(flow_spread_chance(0, 3), ==, 1);
    g_assert_cmpfloat(flow_spread_chance(INFINITY, 3), ==, 0);
    double last = 1;
    for (double x = 0.1; x < 5000; x *= 1.3) {
        double now = flow_spread_chance(x, 999);
        g_assert_true(now >= 0 && now <= last + 1e-9);
        last = now;
    }
}

static void assert_spread(const uint64_t *flows, const uint32_t *weights, size_t sites, bool judged,
                          bool differs)
{
    flow_spread spread = flow_spread_test(flows, weights, sites);
    g_assert_cmpint(spread.judged, ==, judged);
    g_assert_cmpint(spread.differs, ==, differs);
}

static void test_cases(void)
{
    static const uint32_t weights[] = { 2, 1, 1 };
    assert_spread((const uint64_t[]){ 50, 25, 25 }, weights, 3, true, false);
    assert_spread((const uint64_t[]){ 60, 20, 20 }, weights, 3, true, false); /* chi-square 4 */
    assert_spread((const uint64_t[]){ 25, 50, 25 }, weights, 3, true, true);
    assert_spread((const uint64_t[]){ 100, 0, 0 }, weights, 3, true, true);
    assert_spread((const uint64_t[]){ 5, 0, 0 }, weights, 3, false, false); /* few flows */
    assert_spread((const uint64_t[]){ 0, 0, 0 }, weights, 3, false, false);
    assert_spread((const uint64_t[]){ 100 }, weights, 1, false, false); /* nothing to choose */
    static const uint32_t drained[] = { 1, 0 };
    assert_spread((const uint64_t[]){ 100, 0 }, drained, 2, false, false);
    assert_spread((const uint64_t[]){ 100, 1 }, drained, 2, true, true); /* weight 0 gets none */
    static const uint32_t nothing[] = { 0, 0 };
    assert_spread((const uint64_t[]){ 100, 1 }, nothing, 2, false, false);
    /* Sites of which few flows are expected are one class: 50 of 100 flows at sites with a tenth of the
     * weight. */
    static const uint32_t small[] = { 90, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };
    assert_spread((const uint64_t[]){ 90, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 }, small, 11, true, false);
    assert_spread((const uint64_t[]){ 50, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5 }, small, 11, true, true);
}

/* Fair choices among many sites differ as often as they should: once in a thousand. */
static void test_fair(void)
{
    enum { SITES = 40, FLOWS = 2000, ROUNDS = 3000 };
    uint32_t weights[SITES];
    unsigned differ = 0, all = 0;
    g_autoptr(GRand) random = g_rand_new_with_seed(5);
    for (unsigned i = 0; i < SITES; i++)
        all += weights[i] = 1 + i % 4;
    for (unsigned round = 0; round < ROUNDS; round++) {
        uint64_t flows[SITES] = { 0 };
        for (unsigned i = 0; i < FLOWS; i++) {
            unsigned at = 0;
            for (int left = g_rand_int_range(random, 0, (gint32)all); left >= (int)weights[at]; at++)
                left -= (int)weights[at];
            flows[at]++;
        }
        differ += flow_spread_test(flows, weights, SITES).differs;
    }
    g_assert_cmpuint(differ, <=, 12); /* 3 are expected */
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/flow-spread/chance", test_chance);
    g_test_add_func("/flow-spread/cases", test_cases);
    g_test_add_func("/flow-spread/fair", test_fair);
    return g_test_run();
}
