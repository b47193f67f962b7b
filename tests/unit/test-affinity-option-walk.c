/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of epan-cats/affinity-option: the walk over an option list, illegal lengths included. */
#include "epan-cats/affinity-option.h"

#include <glib.h>

typedef struct walk_step {
    size_t at;
    uint8_t kind;
    size_t option_length;
    bool bad;
} walk_step;

typedef struct walk_case {
    uint8_t octets[40];
    size_t length;
    walk_step steps[4]; /* ended by kind 0 */
} walk_case;

static void test_walk(void)
{
    static const walk_case cases[] = {
        { { 0 }, 0, { { 0 } } },
        { { 1, 1, 1, 1 }, 4, { { 0 } } },
        { { 0, 200, 2, 0 }, 4, { { 0 } } }, /* nothing counts behind the end of the list */
        { { 1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2 }, 12, { { 2, 8, 10, false } } },
        { { 2, 4, 5, 0xb4, 4, 2, 1, 3, 3, 7, 200, 2 },
          12,
          { { 0, 2, 4, false }, { 4, 4, 2, false }, { 7, 3, 3, false }, { 10, 200, 2, false } } },
        { { 200, 8, 10, 3, 2, 2, 0, 80 }, 8, { { 0, 200, 8, false } } },
        { { 8, 0, 200, 2 }, 4, { { 0, 8, 0, true } } },                       /* illegal length 0 */
        { { 8, 1, 200, 2 }, 4, { { 0, 8, 1, true } } },                       /* illegal length 1 */
        { { 200, 9, 10, 3, 2, 2, 0, 80 }, 8, { { 0, 200, 9, true } } },       /* one past the end */
        { { 1, 4, 2, 200 }, 4, { { 1, 4, 2, false }, { 3, 200, 0, true } } }, /* a kind and no length */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        uint8_t *space = g_memdup2(cases[i].octets, cases[i].length);
        affinity_option_walk walk;
        affinity_option_walk_start(&walk, space, cases[i].length);
        for (const walk_step *step = cases[i].steps; step->kind != 0; step++) {
            g_assert_true(affinity_option_walk_next(&walk));
            g_assert_cmpuint(walk.at, ==, step->at);
            g_assert_cmpuint(walk.kind, ==, step->kind);
            g_assert_cmpuint(walk.option_length, ==, step->option_length);
            g_assert_cmpint(walk.bad, ==, step->bad);
            if (step == &cases[i].steps[G_N_ELEMENTS(cases[i].steps) - 1])
                break;
        }
        g_assert_false(affinity_option_walk_next(&walk));
        g_assert_false(affinity_option_walk_next(&walk)); /* and stays at the end */
        g_free(space);
    }
}

static void test_walk_random(void)
{
    for (unsigned round = 0; round < 100000; round++) {
        size_t length = (size_t)g_test_rand_int_range(0, 41);
        uint8_t *space = g_malloc(length == 0 ? 1 : length);
        for (size_t i = 0; i < length; i++)
            space[i] = (uint8_t)(g_test_rand_bit() ? g_test_rand_int() : g_test_rand_int_range(0, 6));
        affinity_option_walk walk;
        affinity_option_walk_start(&walk, space, length);
        size_t steps = 0, behind = 0;
        bool was_bad = false;
        while (affinity_option_walk_next(&walk)) {
            g_assert_false(was_bad); /* the walk ends with a bad option */
            g_assert_cmpuint(walk.at, >=, behind);
            g_assert_cmpuint(walk.at, <, length);
            if (!walk.bad)
                g_assert_cmpuint(walk.at + walk.option_length, <=, length);
            behind = walk.at + walk.option_length;
            was_bad = walk.bad;
            g_assert_cmpuint(++steps, <=, 20);
        }
        g_free(space);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/affinity-option/walk", test_walk);
    g_test_add_func("/affinity-option/walk-random", test_walk_random);
    return g_test_run();
}
