/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of epan-cats/affinity-tracker: each verdict, and which redirect a new connection answers. */
#include "affinity-scene.h"

static void test_reconnected(gconstpointer ipv6)
{
    scene s;
    scene_begin(&s, ipv6 != NULL);
    open_connection(&s, 40000, ANYCAST);
    g_assert_true(s.sighting.in_session);
    g_assert_false(s.sighting.has_verdict);
    redirect(&s, ANYCAST, 40000, NODE2);
    uint32_t fin = s.frame;
    g_assert_cmpint(s.sighting.verdict, ==, AFFINITY_PENDING);
    g_assert_cmpint(s.verdicts[0], ==, AFFINITY_PENDING);
    close_by_client(&s, 40000, ANYCAST);
    g_assert_true(see(&s, &(step){ CLIENT, 40001, NODE2, 80, SYN | SAF, .sequence = 77 }));
    g_assert_cmpuint(s.sighting.connection.session, ==, 0);
    g_assert_cmpint(s.sighting.connection.role, ==, AFFINITY_REESTABLISHED);
    g_assert_true(s.sighting.reconnects);
    g_assert_cmpuint(s.sighting.connection.cause_frame, ==, fin);
    g_assert_cmpint(s.sighting.connection.cause_ns, ==, 2 * MS);
    g_assert_cmpint(s.sighting.verdict, ==, AFFINITY_PENDING);
    g_assert_cmpuint(s.told[0].redirect_frame, ==, fin);
    g_assert_cmpuint(s.told[0].reconnect_frame, ==, s.frame);
    g_assert_cmpint(s.told[0].reconnect_ns, ==, 2 * MS);
    see(&s, &(step){ NODE2, 80, CLIENT, 40001, SYN | ACK, 9000, 78, .payload = 0 });
    g_assert_cmpint(s.verdicts[0], ==, AFFINITY_RECONNECTED);
    pass_time(&s, 60 * SECOND);
    g_assert_cmpuint(s.findings.count, ==, 0);
    g_assert_cmpint(s.verdicts[0], ==, AFFINITY_RECONNECTED);
    g_assert_cmpint(s.verdicts[1], ==, -1);
    scene_end(&s);
}

static void test_ignored(gconstpointer ipv6)
{
    scene s;
    scene_begin(&s, ipv6 != NULL);
    open_connection(&s, 40000, ANYCAST);
    redirect(&s, ANYCAST, 40000, NODE1);
    pass_time(&s, 5 * SECOND - MS); /* exactly the limit */
    g_assert_cmpint(s.verdicts[0], ==, AFFINITY_PENDING);
    pass_time(&s, 0);
    g_assert_true(found(&s, CATS_RULE_AFFINITY_NO_RECONNECT));
    g_assert_cmpint(s.verdicts[0], ==, AFFINITY_IGNORED);
    open_connection(&s, 40001, NODE1); /* too late: a session of its own */
    g_assert_cmpuint(s.sighting.connection.session, ==, 1);
    scene_end(&s);
}

/* The late SYN itself is what shows that the limit has passed. */
static void test_late(gconstpointer ipv6)
{
    scene s;
    scene_begin(&s, ipv6 != NULL);
    open_connection(&s, 40000, ANYCAST);
    redirect(&s, ANYCAST, 40000, NODE1);
    s.now += 6 * SECOND;
    see(&s, &(step){ CLIENT, 40001, NODE1, 80, SYN | SAF, .sequence = 1 });
    g_assert_true(found(&s, CATS_RULE_AFFINITY_NO_RECONNECT));
    g_assert_cmpuint(s.sighting.connection.session, ==, 1);
    scene_end(&s);
}

static void test_elsewhere(gconstpointer ipv6)
{
    scene s;
    scene_begin(&s, ipv6 != NULL);
    open_connection(&s, 40000, ANYCAST);
    redirect(&s, ANYCAST, 40000, NODE1);
    uint32_t fin = s.frame;
    see(&s, &(step){ CLIENT, 40001, ANYCAST, 80, SYN | SAF, .sequence = 1 }); /* begins again */
    g_assert_cmpuint(s.sighting.connection.session, ==, 1);
    see(&s, &(step){ CLIENT, 40002, NODE2, 443, SYN | SAF, .sequence = 1 }); /* another service */
    g_assert_cmpuint(s.sighting.connection.session, ==, 2);
    g_assert_false(see(&s, &(step){ CLIENT, 40003, NODE2, 80, SYN, .sequence = 1 })); /* knows no redirects */
    g_assert_cmpint(s.verdicts[0], ==, AFFINITY_PENDING);
    see(&s, &(step){ CLIENT, 40004, NODE2, 80, SYN | SAF, .sequence = 1 });
    g_assert_true(found(&s, CATS_RULE_AFFINITY_RECONNECT_ELSEWHERE));
    g_assert_cmpuint(s.sighting.connection.session, ==, 0);
    g_assert_cmpuint(s.sighting.connection.cause_frame, ==, fin);
    g_assert_cmpint(s.verdicts[0], ==, AFFINITY_ELSEWHERE);
    scene_end(&s);
}

static void test_refused(gconstpointer ipv6)
{
    scene s;
    scene_begin(&s, ipv6 != NULL);
    open_connection(&s, 40000, ANYCAST);
    redirect(&s, ANYCAST, 40000, NODE1);
    see(&s, &(step){ CLIENT, 40001, NODE1, 80, SYN | SAF, .sequence = 1 });
    see(&s, &(step){ NODE1, 80, CLIENT, 40001, RST | ACK, 0, 2, .payload = 0 });
    g_assert_true(found(&s, CATS_RULE_AFFINITY_RECONNECT_REFUSED));
    g_assert_cmpint(s.verdicts[0], ==, AFFINITY_REFUSED);
    scene_end(&s);

    scene_begin(&s, ipv6 != NULL); /* never answered */
    open_connection(&s, 40000, ANYCAST);
    redirect(&s, ANYCAST, 40000, NODE1);
    see(&s, &(step){ CLIENT, 40001, NODE1, 80, SYN | SAF, .sequence = 1 });
    pass_time(&s, 5 * SECOND);
    g_assert_true(found(&s, CATS_RULE_AFFINITY_RECONNECT_REFUSED));
    g_assert_cmpint(s.verdicts[0], ==, AFFINITY_REFUSED);
    scene_end(&s);
}

static void test_looped(gconstpointer ipv6)
{
    scene s;
    scene_begin(&s, ipv6 != NULL);
    open_connection(&s, 40000, ANYCAST);
    redirect(&s, ANYCAST, 40000, NODE1);
    open_connection(&s, 40001, NODE1);
    redirect(&s, NODE1, 40001, NODE2);
    g_assert_true(found(&s, CATS_RULE_AFFINITY_REDIRECT_LOOP));
    open_connection(&s, 40002, NODE2);
    g_assert_cmpuint(s.sighting.connection.session, ==, 0);
    g_assert_cmpint(s.verdicts[0], ==, AFFINITY_LOOPED);
    g_assert_cmpuint(s.told[1].reconnect_frame, !=, 0);
    scene_end(&s);
}

/* Several clients and redirects at once, answered in another order. */
static void test_interleaved(gconstpointer ipv6)
{
    scene s;
    scene_begin(&s, ipv6 != NULL);
    open_connection(&s, 40000, ANYCAST);
    open_connection(&s, 40001, ANYCAST);
    open_connection(&s, 40002, ANYCAST);
    redirect(&s, ANYCAST, 40000, NODE1);
    redirect(&s, ANYCAST, 40001, NODE2);
    redirect(&s, ANYCAST, 40002, NODE1);
    open_connection(&s, 50001, NODE2);
    g_assert_cmpuint(s.sighting.connection.session, ==, 1);
    open_connection(&s, 50000, NODE1); /* the oldest first */
    g_assert_cmpuint(s.sighting.connection.session, ==, 0);
    open_connection(&s, 50002, NODE1);
    g_assert_cmpuint(s.sighting.connection.session, ==, 2);
    for (unsigned i = 0; i < 3; i++)
        g_assert_cmpint(s.verdicts[i], ==, AFFINITY_RECONNECTED);
    scene_end(&s);
}

int main(int argc, char **argv)
{
    static const scene_test tests[] = {
        { "reconnected", test_reconnected }, { "ignored", test_ignored }, { "late", test_late },
        { "elsewhere", test_elsewhere },     { "refused", test_refused }, { "looped", test_looped },
        { "interleaved", test_interleaved },
    };
    g_test_init(&argc, &argv, NULL);
    scene_tests_add(tests, G_N_ELEMENTS(tests));
    return g_test_run();
}
