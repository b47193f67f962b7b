/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The store of what arrived out of order, against a plain map of octets. */
#include "capture-tools/roles/tcp-reassembly.h"

#include <glib.h>
#include <string.h>

enum { SPACE = 400 };

/* What must be there: first come, first kept. */
typedef struct model {
    bool present[SPACE];
    uint8_t octets[SPACE];
} model;

static uint32_t model_reach(const model *m, uint32_t next)
{
    while (next < SPACE && m->present[next])
        next++;
    return next;
}

static void check_octets(const tcp_reassembly *r, const model *m, uint32_t base, uint32_t next)
{
    uint32_t length;
    const uint8_t *octets = tcp_reassembly_peek(r, base + next, SPACE, &length);
    g_assert_cmpint(octets != NULL, ==, next < SPACE && m->present[next]);
    for (uint32_t i = 0; octets && i < length; i++)
        g_assert_cmpuint(octets[i], ==, m->octets[next + i]);
}

static void check_blocks(const tcp_reassembly *r, const model *m, uint32_t base, uint32_t next)
{
    tcp_sack_block blocks[TCP_SACK_BLOCKS_MAX];
    const unsigned count = tcp_reassembly_blocks(r, base + next, blocks, TCP_SACK_BLOCKS_MAX);
    for (unsigned i = 0; i < count; i++) {
        const uint32_t left = blocks[i].left - base, right = blocks[i].right - base;
        g_assert_cmpuint(left, >, next);
        g_assert_cmpuint(left, <, right);
        g_assert_cmpuint(model_reach(m, left), ==, right);
        g_assert_false(m->present[left - 1]);
        for (unsigned j = 0; j < i; j++)
            g_assert_cmpuint(blocks[j].left, !=, blocks[i].left);
    }
}

/* Random pieces, overlapping as they like, around the wrap of sequence numbers. */
static void test_random(void)
{
    for (unsigned round = 0; round < 500; round++) {
        const uint32_t base = (uint32_t)g_test_rand_int() | (round % 2 ? 0xffffff00u : 0);
        tcp_reassembly r = { 0 };
        model m = { 0 };
        uint32_t next = 0;
        for (unsigned step = 0; step < 60 && next < SPACE; step++) {
            uint8_t octets[SPACE];
            const uint32_t at = (uint32_t)g_test_rand_int_range((int)next, SPACE);
            const uint32_t length = (uint32_t)g_test_rand_int_range(1, (int)MIN(SPACE - at, 60) + 1);
            for (uint32_t i = 0; i < length; i++)
                octets[i] = (uint8_t)g_test_rand_int_range(0, 256);
            g_assert_cmpuint(tcp_reassembly_insert(&r, base + at, octets, length, SPACE), ==, 0);
            for (uint32_t i = 0; i < length; i++) {
                if (!m.present[at + i]) {
                    m.present[at + i] = true;
                    m.octets[at + i] = octets[i];
                }
            }
            g_assert_cmpuint(tcp_reassembly_reach(&r, base + next) - base, ==, model_reach(&m, next));
            check_octets(&r, &m, base, next);
            check_blocks(&r, &m, base, next);
            if (g_test_rand_int_range(0, 4) == 0) {
                next = model_reach(&m, next);
                tcp_reassembly_discard(&r, base + next);
            }
        }
        tcp_reassembly_clear(&r);
        g_assert_null(r.first);
        g_assert_cmpuint(r.octets, ==, 0);
    }
}

/* One octet here and there: no more pieces than allowed, and what was there stays. */
static void test_bounded(void)
{
    tcp_reassembly r = { 0 };
    uint32_t refused = 0;
    for (uint32_t i = 0; i < 100; i++)
        refused += tcp_reassembly_insert(&r, 10 + 2 * i, (const uint8_t *)"x", 1, 16);
    g_assert_cmpuint(r.pieces, ==, 16);
    g_assert_cmpuint(r.octets, ==, 16);
    g_assert_cmpuint(refused, ==, 84);
    g_assert_cmpuint(tcp_reassembly_reach(&r, 10), ==, 11);
    tcp_reassembly_clear(&r);
}

/* RFC 2018 s4: the block that holds the segment that came last is reported first. */
static void test_latest_first(void)
{
    static const uint32_t arrivals[] = { 100, 300, 200, 500, 400 };
    tcp_reassembly r = { 0 };
    tcp_sack_block blocks[3];
    for (size_t i = 0; i < G_N_ELEMENTS(arrivals); i++) {
        tcp_reassembly_insert(&r, arrivals[i], (const uint8_t *)"0123456789", 10, 64);
        const unsigned count = tcp_reassembly_blocks(&r, 50, blocks, 3);
        g_assert_cmpuint(count, ==, MIN(i + 1, 3));
        g_assert_cmpuint(blocks[0].left, ==, arrivals[i]);
        if (i > 0)
            g_assert_cmpuint(blocks[1].left, ==, arrivals[i - 1]);
    }
    /* The hole between two blocks closes: they are one, and it is the latest. */
    uint8_t hole[90] = { 0 };
    tcp_reassembly_insert(&r, 110, hole, sizeof hole, 64);
    g_assert_cmpuint(tcp_reassembly_blocks(&r, 50, blocks, 3), ==, 3);
    g_assert_cmpuint(blocks[0].left, ==, 100);
    g_assert_cmpuint(blocks[0].right, ==, 210);
    tcp_reassembly_clear(&r);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tcp-reassembly/random", test_random);
    g_test_add_func("/tcp-reassembly/bounded", test_bounded);
    g_test_add_func("/tcp-reassembly/latest-first", test_latest_first);
    return g_test_run();
}
