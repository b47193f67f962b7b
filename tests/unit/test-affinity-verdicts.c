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

/* Without the new connection's SYN its answer is linked, both ways, and no time is told; until the SYN comes.
 */
static void test_answer_alone(gconstpointer ipv6)
{
    scene s;
    scene_begin(&s, ipv6 != NULL);
    open_connection(&s, 40000, ANYCAST);
    redirect(&s, ANYCAST, 40000, NODE2);
    uint32_t fin = s.frame;
    see(&s, &(step){ NODE2, 80, CLIENT, 40001, SYN | ACK | SAF, 9000, 78, .payload = 0 });
    g_assert_true(s.sighting.reconnects);
    g_assert_cmpuint(s.sighting.connection.cause_frame, ==, fin);
    g_assert_cmpint(s.sighting.connection.cause_ns, ==, AFFINITY_NO_TIME);
    g_assert_cmpuint(s.told[0].reconnect_frame, ==, s.frame);
    g_assert_cmpint(s.told[0].reconnect_ns, ==, AFFINITY_NO_TIME);
    g_assert_cmpint(s.verdicts[0], ==, AFFINITY_RECONNECTED);
    see(&s, &(step){ CLIENT, 40001, NODE2, 80, SYN | SAF, .sequence = 77 });
    g_assert_true(s.sighting.reconnects);
    see(&s, &(step){ NODE2, 80, CLIENT, 40001, SYN | ACK | SAF, 9000, 78, .payload = 0 });
    g_assert_false(s.sighting.reconnects);
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

/* From node to node, and back to the first one on the ports of the first connection there. */
static void test_redirects_in_a_row(gconstpointer ipv6)
{
    scene s;
    scene_begin(&s, ipv6 != NULL);
    open_connection(&s, 40000, ANYCAST);
    redirect(&s, ANYCAST, 40000, NODE1);
    for (int i = 0; i < 4; i++) {
        int at = i % 2 == 0 ? NODE1 : NODE2, next = i % 2 == 0 ? NODE2 : NODE1;
        uint16_t port = i % 2 == 0 ? 40001 : 40002;
        uint32_t fin = s.frame, isn = 10000u * (uint32_t)(i + 1);
        see(&s, &(step){ CLIENT, port, at, 80, SYN | SAF, .sequence = isn });
        g_assert_cmpuint(s.sighting.connection.session, ==, 0);
        g_assert_cmpuint(s.sighting.connection.number, ==, (unsigned)i + 1);
        g_assert_cmpuint(s.sighting.connection.cause_frame, ==, fin);
        see(&s, &(step){ at, 80, CLIENT, port, SYN | ACK | SAF, isn + 500, isn + 1, .payload = 0 });
        g_assert_cmpint(s.verdicts[0], ==, i == 0 ? AFFINITY_RECONNECTED : AFFINITY_LOOPED);
        see(&s, &(step){ CLIENT, port, at, 80, FIN | ACK, isn + 1, isn + 501, .payload = 0 });
        see(&s, &(step){ at, 80, CLIENT, port, FIN | ACK, isn + 501, isn + 2, .node = next });
        g_assert_true(found(&s, CATS_RULE_AFFINITY_REDIRECT_LOOP));
        g_assert_cmpuint(s.findings.count, ==, 1);
        g_assert_cmpint(s.verdicts[0], ==, AFFINITY_LOOPED);
    }
    affinity_tracker_count count = affinity_tracker_count_get(s.tracker);
    g_assert_cmpuint(count.sessions, ==, 1);
    g_assert_cmpuint(count.verdicts[AFFINITY_LOOPED], ==, 1);
    g_assert_cmpuint(count.verdicts[AFFINITY_RECONNECTED], ==, 0);
    g_assert_cmpuint(count.verdicts[AFFINITY_PENDING], ==, 0);
    scene_end(&s);
}

/* Both sides close at once: the redirect counts, in whatever order the FINs are captured. */
static void test_simultaneous_close(gconstpointer ipv6)
{
    for (int client_first = 0; client_first < 2; client_first++) {
        scene s;
        scene_begin(&s, ipv6 != NULL);
        open_connection(&s, 40000, ANYCAST);
        if (client_first)
            see(&s, &(step){ CLIENT, 40000, ANYCAST, 80, FIN | ACK, 1001, 5001, .payload = 0 });
        redirect(&s, ANYCAST, 40000, NODE1);
        if (!client_first)
            see(&s, &(step){ CLIENT, 40000, ANYCAST, 80, FIN | ACK, 1001, 5001, .payload = 0 });
        see(&s, &(step){ CLIENT, 40000, ANYCAST, 80, ACK, 1002, 5002, .payload = 0 });
        see(&s, &(step){ ANYCAST, 80, CLIENT, 40000, ACK, 5002, 1002, .payload = 0 });
        open_connection(&s, 40001, NODE1);
        g_assert_cmpuint(s.sighting.connection.session, ==, 0);
        g_assert_cmpint(s.verdicts[0], ==, AFFINITY_RECONNECTED);
        scene_end(&s);
    }
}

/* The redirected connection ends by a reset, and its FIN comes again when the client is elsewhere already. */
static void test_after_the_redirect(gconstpointer ipv6)
{
    scene s;
    scene_begin(&s, ipv6 != NULL);
    open_connection(&s, 40000, ANYCAST);
    redirect(&s, ANYCAST, 40000, NODE1);
    see(&s, &(step){ CLIENT, 40000, ANYCAST, 80, RST | ACK, 1001, 5002, .payload = 0 });
    g_assert_cmpint(s.verdicts[0], ==, AFFINITY_PENDING);
    open_connection(&s, 40001, NODE1);
    g_assert_cmpint(s.verdicts[0], ==, AFFINITY_RECONNECTED);
    redirect(&s, ANYCAST, 40000, NODE1);
    g_assert_cmpuint(s.findings.count, ==, 0);
    see(&s, &(step){ ANYCAST, 80, CLIENT, 40000, RST | ACK, 5002, 1001, .payload = 0 });
    see(&s, &(step){ NODE1, 80, CLIENT, 40001, RST | ACK, 5001, 1001, .payload = 0 });
    g_assert_cmpuint(s.findings.count, ==, 0);
    g_assert_cmpint(s.verdicts[0], ==, AFFINITY_RECONNECTED);
    g_assert_cmpint(s.verdicts[1], ==, -1);
    scene_end(&s);
}

/* Keepalives, one octet back or none, are of the connection they keep, and delay nothing. */
static void test_keepalives(gconstpointer ipv6)
{
    scene s;
    scene_begin(&s, ipv6 != NULL);
    open_connection(&s, 40000, ANYCAST);
    for (int i = 0; i < 3; i++) {
        s.now += 1800 * SECOND;
        see(&s, &(step){ ANYCAST, 80, CLIENT, 40000, ACK, 5000, 1001, .payload = (uint32_t)(i % 2) });
        see(&s, &(step){ CLIENT, 40000, ANYCAST, 80, ACK, 1001, 5001, .payload = 0 });
        g_assert_cmpuint(s.sighting.connection.number, ==, 0);
    }
    redirect(&s, ANYCAST, 40000, NODE1);
    see(&s, &(step){ CLIENT, 40000, ANYCAST, 80, ACK, 1000, 5001, .payload = 0 });
    g_assert_cmpuint(s.findings.count, ==, 0);
    pass_time(&s, 5 * SECOND);
    g_assert_cmpint(s.verdicts[0], ==, AFFINITY_IGNORED);
    scene_end(&s);
}

/* Two clients behind one address: told apart by where they are sent; where not, the first one is meant. */
static void test_shared_address(gconstpointer ipv6)
{
    scene s;
    scene_begin(&s, ipv6 != NULL);
    open_connection(&s, 40000, ANYCAST);
    open_connection(&s, 50000, ANYCAST);
    redirect(&s, ANYCAST, 40000, NODE1);
    redirect(&s, ANYCAST, 50000, NODE2);
    open_connection(&s, 50001, NODE2);
    g_assert_cmpuint(s.sighting.connection.session, ==, 1);
    g_assert_cmpint(s.verdicts[0], ==, AFFINITY_PENDING);
    open_connection(&s, 40001, NODE1);
    g_assert_cmpuint(s.sighting.connection.session, ==, 0);
    open_connection(&s, 60000, NODE1); /* nobody is waited for any more */
    g_assert_cmpuint(s.sighting.connection.session, ==, 2);
    scene_end(&s);
}

/* The node's address is of the other family, or an IPv4 address in IPv6 form. */
static void test_other_family(gconstpointer ipv6)
{
    scene s;
    scene_begin(&s, ipv6 != NULL);
    open_connection(&s, 40000, ANYCAST);
    step fin = fin_step(ANYCAST, 40000, NODE1);
    fin.family = FAMILY_OTHER;
    see(&s, &fin);
    s.ipv6 = !s.ipv6;
    open_connection(&s, 40001, NODE1);
    g_assert_cmpuint(s.sighting.connection.session, ==, 0);
    g_assert_cmpint(s.verdicts[0], ==, AFFINITY_RECONNECTED);

    s.ipv6 = false;
    open_connection(&s, 40010, ANYCAST);
    fin = fin_step(ANYCAST, 40010, NODE2);
    fin.family = FAMILY_MAPPED;
    see(&s, &fin);
    open_connection(&s, 40011, NODE2);
    g_assert_cmpuint(s.sighting.connection.session, ==, 1);
    g_assert_cmpint(s.verdicts[1], ==, AFFINITY_RECONNECTED);
    scene_end(&s);
}

int main(int argc, char **argv)
{
    static const scene_test tests[] = {
        { "reconnected", test_reconnected },
        { "answer-alone", test_answer_alone },
        { "ignored", test_ignored },
        { "late", test_late },
        { "elsewhere", test_elsewhere },
        { "refused", test_refused },
        { "looped", test_looped },
        { "interleaved", test_interleaved },
        { "redirects-in-a-row", test_redirects_in_a_row },
        { "simultaneous-close", test_simultaneous_close },
        { "after-the-redirect", test_after_the_redirect },
        { "keepalives", test_keepalives },
        { "shared-address", test_shared_address },
        { "other-family", test_other_family },
    };
    g_test_init(&argc, &argv, NULL);
    scene_tests_add(tests, G_N_ELEMENTS(tests));
    return g_test_run();
}
