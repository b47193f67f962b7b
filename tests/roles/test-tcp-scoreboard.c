/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the peer holds, against a plain map of octets, each by the words of RFC 6675 s4. */
#include "capture-tools/roles/tcp-scoreboard.h"

#include <glib.h>

enum { SPACE = 300, MSS = 10 };

typedef struct model {
    bool held[SPACE];
} model;

static unsigned next_held(const model *m, unsigned from)
{
    while (from < SPACE && !m->held[from])
        from++;
    return from;
}

static unsigned next_missing(const model *m, unsigned from)
{
    while (from < SPACE && m->held[from])
        from++;
    return from;
}

static unsigned held_before(const model *m, unsigned end)
{
    unsigned held = 0;
    for (unsigned i = 0; i < end; i++)
        held += m->held[i];
    return held;
}

static bool model_is_lost(const model *m, unsigned at)
{
    unsigned ranges = 0;
    const unsigned held = held_before(m, SPACE) - held_before(m, at);
    for (unsigned from = next_held(m, at); from < SPACE; from = next_held(m, next_missing(m, from)))
        ranges++;
    return ranges >= 3 || held > 2 * MSS;
}

static unsigned model_pipe(const model *m, unsigned first, unsigned sent_again)
{
    unsigned pipe = 0;
    for (unsigned i = first; i < SPACE; i++) {
        if (!m->held[i])
            pipe += (model_is_lost(m, i) ? 0u : 1u) + (i < sent_again ? 1u : 0u);
    }
    return pipe;
}

static void check(const tcp_scoreboard *s, const model *m, uint32_t base, unsigned first, unsigned sent_again)
{
    for (unsigned at = first; at < SPACE; at++) {
        g_assert_cmpuint(tcp_scoreboard_skip(s, base + at) - base, ==, next_missing(m, at));
        g_assert_cmpuint(tcp_scoreboard_held(s, base + at), ==, held_before(m, at));
        g_assert_cmpint(tcp_scoreboard_reaches_beyond(s, base + at), ==, next_held(m, at) < SPACE);
        if (m->held[at])
            continue;
        g_assert_cmpuint(tcp_scoreboard_hole_end(s, base + at, base + SPACE) - base, ==, next_held(m, at));
        g_assert_cmpint(tcp_scoreboard_is_lost(s, base + at, MSS), ==, model_is_lost(m, at));
    }
    g_assert_cmpuint(tcp_scoreboard_pipe(s, base + first, base + SPACE, base + sent_again, MSS), ==,
                     model_pipe(m, first, sent_again));
}

static bool model_insert(model *m, unsigned left, unsigned right)
{
    bool news = false;
    for (unsigned i = left; i < right; i++) {
        news |= !m->held[i];
        m->held[i] = true;
    }
    return news;
}

/* Also a peer that acknowledges into what it held: that range goes as a whole. */
static void model_advance(model *m, unsigned to)
{
    for (unsigned i = 0; i < to; i++)
        m->held[i] = false;
    for (unsigned i = to; i < SPACE && m->held[i]; i++)
        m->held[i] = false;
}

static void test_against_model(void)
{
    GRand *random = g_rand_new_with_seed(1);
    for (unsigned round = 0; round < 300; round++) {
        const uint32_t base = round % 3 ? g_rand_int(random) : UINT32_MAX - SPACE / 2;
        tcp_scoreboard s = { 0 };
        model m = { { false } };
        unsigned first = 0;
        for (unsigned step = 0; step < 25 && first + 2 < SPACE; step++) {
            if (g_rand_int_range(random, 0, 5) == 0) {
                first = (unsigned)g_rand_int_range(random, (gint32)first, SPACE);
                tcp_scoreboard_advance(&s, base + first);
                model_advance(&m, first);
            } else {
                const unsigned left = (unsigned)g_rand_int_range(random, (gint32)first + 1, SPACE);
                const unsigned length = (unsigned)g_rand_int_range(random, 1, 25);
                const unsigned right = MIN(left + length, SPACE);
                const bool news = model_insert(&m, left, right);
                const tcp_sack_block block = { .left = base + left, .right = base + right };
                g_assert_cmpint(tcp_scoreboard_insert(&s, block), ==, news);
            }
            check(&s, &m, base, first, (unsigned)g_rand_int_range(random, (gint32)first, SPACE));
        }
        tcp_scoreboard_clear(&s);
        check(&s, &(model){ { false } }, base, 0, 0);
    }
    g_rand_free(random);
}

/* A peer that tells of every other octet takes bounded memory; what joins known ranges still counts. */
static void test_bounded(void)
{
    tcp_scoreboard s = { 0 };
    for (uint32_t i = 0; i < 1000; i++) {
        const tcp_sack_block block = { .left = 2 * i, .right = 2 * i + 1 };
        g_assert_cmpint(tcp_scoreboard_insert(&s, block), ==, i < TCP_SCOREBOARD_RANGES_MAX);
    }
    g_assert_cmpuint(s.count, ==, TCP_SCOREBOARD_RANGES_MAX);
    g_assert_true(tcp_scoreboard_insert(&s, (tcp_sack_block){ .left = 1, .right = 2 }));
    g_assert_cmpuint(s.count, ==, TCP_SCOREBOARD_RANGES_MAX - 1);
    tcp_scoreboard_advance(&s, 5000);
    g_assert_cmpuint(s.count, ==, 0);
    g_assert_null(s.ranges);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tcp/scoreboard/against-model", test_against_model);
    g_test_add_func("/tcp/scoreboard/bounded", test_bounded);
    return g_test_run();
}
