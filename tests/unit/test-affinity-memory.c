/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of epan-cats/affinity-tracker: its memory is bounded, whatever comes. */
#include "affinity-scene.h"
#include "octets-in-use.h"

static void test_bounded(void)
{
    affinity_tracker_settings settings = affinity_tracker_settings_default;
    scene s;
    scene_begin(&s, false);
    affinity_tracker_free(s.tracker);
    settings.connections = 10;
    settings.age_ns = 100 * SECOND;
    s.tracker = affinity_tracker_new(&settings);
    open_connection(&s, 1, ANYCAST);
    redirect(&s, ANYCAST, 1, NODE1);
    for (uint16_t port = 100; port < 200; port++)
        see(&s, &(step){ OTHER_CLIENT, port, ANYCAST, 80, SYN | (port & 1 ? SAF : 0), .sequence = port });
    affinity_tracker_count count = affinity_tracker_count_get(s.tracker);
    g_assert_cmpuint(count.connections_held, ==, 10);
    g_assert_cmpuint(count.connections_let_go, ==, 91);
    g_assert_cmpuint(count.redirects_let_go, ==, 1);
    pass_time(&s, 101 * SECOND);
    g_assert_cmpuint(s.findings.count, ==, 0); /* its redirect was let go: nothing is said of it */
    count = affinity_tracker_count_get(s.tracker);
    g_assert_cmpuint(count.connections_held, ==, 0);
    g_assert_cmpuint(count.connections_let_go, ==, 101);
    scene_end(&s);
}

/* A session that was redirected again is looped, whatever becomes of its redirects: none of them is pending.
 */
static void test_looped_let_go(void)
{
    affinity_tracker_settings settings = affinity_tracker_settings_default;
    scene s;
    scene_begin(&s, true);
    affinity_tracker_free(s.tracker);
    settings.connections = 4;
    s.tracker = affinity_tracker_new(&settings);
    open_connection(&s, 40000, ANYCAST);
    redirect(&s, ANYCAST, 40000, NODE1);
    open_connection(&s, 40001, NODE1);
    redirect(&s, NODE1, 40001, NODE2);
    for (uint16_t port = 1; port <= 4; port++)
        see(&s, &(step){ OTHER_CLIENT, port, ANYCAST, 80, SYN, .sequence = port });
    affinity_tracker_count count = affinity_tracker_count_get(s.tracker);
    g_assert_cmpuint(count.connections_let_go, ==, 2);
    g_assert_cmpuint(count.redirects_let_go, ==, 0);
    g_assert_cmpuint(count.verdicts[AFFINITY_LOOPED], ==, 1);
    scene_end(&s);
}

/* Times that are so far apart that differences do not fit: a redirect, what the client does then, and how
 * long that took. Room for the milliseconds that a step takes is left at the end of time. */
static void test_times(void)
{
    static const int64_t times[] = { INT64_MIN, INT64_MIN + SECOND, -SECOND,           0,
                                     SECOND,    INT64_MAX / 2,      INT64_MAX - SECOND };
    for (size_t i = 0; i < G_N_ELEMENTS(times) * G_N_ELEMENTS(times); i++) {
        int64_t before = times[i / G_N_ELEMENTS(times)], then = times[i % G_N_ELEMENTS(times)];
        bool late = then > before && (uint64_t)then - (uint64_t)before > (uint64_t)(5 * SECOND);
        scene s;
        scene_begin(&s, false);
        s.now = before;
        open_connection(&s, 40000, ANYCAST);
        redirect(&s, ANYCAST, 40000, NODE1);
        s.now = then;
        open_with(&s, 40001, NODE1, SAF, SAF);
        g_assert_cmpint(s.verdicts[0], ==, late ? (int)AFFINITY_IGNORED : (int)AFFINITY_RECONNECTED);
        if (!late && then < before) { /* what fits at most; the steps take milliseconds */
            uint64_t span = MIN((uint64_t)before - (uint64_t)then, (uint64_t)INT64_MAX);
            g_assert_cmpint(s.told[0].reconnect_ns, <, 0);
            g_assert_cmpuint((uint64_t)-s.told[0].reconnect_ns, >=, span - (uint64_t)(10 * MS));
        }
        s.now = before; /* a SYN on the same ports, and a redirect that comes after its answer */
        open_with(&s, 40000, ANYCAST, SAF, SAF);
        step fin = fin_step(ANYCAST, 40000, NODE1);
        see(&s, &fin);
        scene_end(&s);
    }
}

/* Anything at all, in little room. */
static void test_random(void)
{
    static const uint16_t flags[] = { SYN, SYN | SAF, SYN | ACK, SYN | ACK | SAF, ACK, FIN | ACK,
                                      RST, RST | ACK, 0x3ff };
    affinity_tracker_settings settings = affinity_tracker_settings_default;
    scene s;
    scene_begin(&s, false);
    affinity_tracker_free(s.tracker);
    settings.connections = 16;
    s.tracker = affinity_tracker_new(&settings);
    for (unsigned i = 0; i < 200000; i++) {
        s.ipv6 = g_test_rand_bit();
        s.now += g_test_rand_int_range(-1000, 1000) * MS;
        step random = { g_test_rand_int_range(0, PLACES),
                        (uint16_t)(g_test_rand_bit() ? 80 : 40000),
                        g_test_rand_int_range(0, PLACES),
                        (uint16_t)(g_test_rand_bit() ? 80 : 40000),
                        flags[g_test_rand_int_range(0, G_N_ELEMENTS(flags))],
                        .payload = 0 };
        random.sequence = (uint32_t)g_test_rand_int_range(0, 4);
        random.acknowledgment = (uint32_t)g_test_rand_int_range(0, 4);
        random.payload = (uint32_t)g_test_rand_int_range(0, 3);
        random.node = g_test_rand_int_range(0, PLACES);
        random.kind = g_test_rand_bit() ? 253 : 200;
        random.permit = g_test_rand_bit();
        see(&s, &random);
        g_assert_cmpuint(affinity_tracker_count_get(s.tracker).connections_held, <=, 16);
    }
    scene_end(&s);
}

enum { MANY = 4096 };

static void open_many(scene *s, bool capable)
{
    for (unsigned n = 0; n < MANY; n++)
        see(s, &(step){ CLIENT, (uint16_t)(n + 1), ANYCAST, 80, SYN | (capable ? SAF : 0), .sequence = n });
}

/* What a connection takes, of no session and of one of its own, its place in the table included. */
static void test_octets(gconstpointer ipv6)
{
    static const size_t most[] = { 136, 350 };
    for (unsigned capable = 0; capable < G_N_ELEMENTS(most); capable++) {
        scene s;
        scene_begin(&s, ipv6 != NULL);
        affinity_tracker_free(s.tracker);
        s.tracker = affinity_tracker_new(&affinity_tracker_settings_default);
        size_t before = octets_in_use();
        open_many(&s, capable);
        size_t after = octets_in_use();
        if (after > before) { /* not under a sanitizer's allocator */
            g_test_message("%zu octets a connection", (after - before) / MANY);
            g_assert_cmpuint((after - before) / MANY, <, most[capable]);
        }
        scene_end(&s);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/affinity-tracker/bounded", test_bounded);
    g_test_add_func("/affinity-tracker/looped-let-go", test_looped_let_go);
    g_test_add_func("/affinity-tracker/times", test_times);
    g_test_add_func("/affinity-tracker/random", test_random);
    g_test_add_data_func("/affinity-tracker/octets/ipv4", NULL, test_octets);
    g_test_add_data_func("/affinity-tracker/octets/ipv6", "ipv6", test_octets);
    return g_test_run();
}
