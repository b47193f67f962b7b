/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of epan-cats/affinity-tracker: captures that show segments twice, late, or not at all. */
#include "affinity-scene.h"

/* Every packet three times, as on three links: one session, findings once. */
static void test_copies(gconstpointer ipv6)
{
    const step steps[] = {
        { CLIENT, 40000, ANYCAST, 80, SYN, .sequence = 1000 },
        { ANYCAST, 80, CLIENT, 40000, SYN | ACK, 5000, 1001, .payload = 0 },
        { ANYCAST, 80, CLIENT, 40000, FIN | ACK, 5001, 1001, .node = NODE1 },
        { CLIENT, 40000, ANYCAST, 80, FIN | ACK, 1001, 5002, .payload = 0 },
        { CLIENT, 40001, NODE1, 80, SYN, .sequence = 77 },
        { NODE1, 80, CLIENT, 40001, SYN | ACK, 9000, 78, .payload = 0 },
    };
    scene s;
    unsigned no_capability = 0;
    scene_begin(&s, ipv6 != NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++)
        for (unsigned copy = 0; copy < 3; copy++) {
            see(&s, &steps[i]);
            no_capability += found(&s, CATS_RULE_AFFINITY_NO_CAPABILITY);
            g_assert_true(s.sighting.in_session == (i >= 2));
        }
    g_assert_cmpuint(no_capability, ==, 1);
    g_assert_cmpint(s.verdicts[0], ==, AFFINITY_RECONNECTED);
    g_assert_cmpuint(s.told[0].redirect_frame, ==, 7);
    g_assert_cmpuint(s.told[0].reconnect_frame, ==, 13);
    g_assert_cmpint(s.verdicts[1], ==, -1);
    scene_end(&s);
}

static void test_port_reuse(gconstpointer ipv6)
{
    scene s;
    scene_begin(&s, ipv6 != NULL);
    open_connection(&s, 40000, ANYCAST);
    see(&s,
        &(step){ CLIENT, 40000, ANYCAST, 80, SYN | SAF, .sequence = 0x70000000 }); /* not closed: forged */
    g_assert_cmpuint(s.sighting.connection.number, ==, 0);
    redirect(&s, ANYCAST, 40000, NODE1);
    close_by_client(&s, 40000, ANYCAST);
    see(&s, &(step){ CLIENT, 40000, ANYCAST, 80, SYN | SAF, .sequence = 0x70000000 });
    g_assert_cmpuint(s.sighting.connection.session, ==, 1);
    open_connection(&s, 40000, NODE1); /* the old redirect still waits */
    g_assert_cmpuint(s.sighting.connection.session, ==, 0);
    g_assert_cmpint(s.verdicts[0], ==, AFFINITY_RECONNECTED);
    scene_end(&s);
}

/* The capture begins in the middle: followed from the redirect on, and nothing is said of the SYN. */
static void test_middle(gconstpointer ipv6)
{
    scene s;
    scene_begin(&s, ipv6 != NULL);
    g_assert_false(see(&s, &(step){ CLIENT, 40000, ANYCAST, 80, ACK, 1001, 5001, .payload = 0 }));
    redirect(&s, ANYCAST, 40000, NODE1);
    g_assert_cmpuint(s.findings.count, ==, 0);
    see(&s, &(step){ NODE1, 80, CLIENT, 40001, SYN | ACK | SAF, 1, 1, .payload = 0 }); /* the answer alone */
    g_assert_cmpuint(s.sighting.connection.session, ==, 0);
    g_assert_cmpint(s.verdicts[0], ==, AFFINITY_RECONNECTED);
    scene_end(&s);
}

/* The capture begins in the middle, on several links: the client's own FIN, twice, is no redirect. */
static void test_middle_copies(gconstpointer ipv6)
{
    scene s;
    scene_begin(&s, ipv6 != NULL);
    redirect(&s, ANYCAST, 40000, NODE1);
    redirect(&s, ANYCAST, 40000, NODE1);
    for (unsigned copy = 0; copy < 3; copy++) {
        close_by_client(&s, 40000, ANYCAST);
        g_assert_cmpuint(s.findings.count, ==, 0);
        g_assert_cmpuint(s.sighting.connection.session, ==, 0);
    }
    g_assert_cmpint(s.verdicts[0], ==, AFFINITY_PENDING);
    scene_end(&s);
}

/* Of a session only the new connection is captured: its SYN shows capability, and nothing more is known. */
static void test_end_only(gconstpointer ipv6)
{
    scene s;
    scene_begin(&s, ipv6 != NULL);
    open_connection(&s, 40001, NODE1);
    g_assert_cmpuint(s.sighting.connection.session, ==, 0);
    g_assert_cmpint(s.sighting.connection.role, ==, AFFINITY_FIRST);
    g_assert_false(s.sighting.has_verdict);
    g_assert_false(see(&s, &(step){ NODE1, 80, CLIENT, 40002, SYN | ACK, 1, 1, .payload = 0 }));
    g_assert_true(see(&s, &(step){ NODE1, 80, CLIENT, 40003, SYN | ACK | SAF, 1, 1, .payload = 0 }));
    g_assert_cmpuint(s.findings.count, ==, 0);
    scene_end(&s);
}

/* The answer is captured before the SYN, and only one copy of the SYN shows SAF: one connection. */
static void test_opening_out_of_order(gconstpointer ipv6)
{
    scene s;
    scene_begin(&s, ipv6 != NULL);
    see(&s, &(step){ ANYCAST, 80, CLIENT, 40000, SYN | ACK | SAF, 5000, 1001, .payload = 0 });
    g_assert_true(s.sighting.in_session);
    see(&s, &(step){ CLIENT, 40000, ANYCAST, 80, SYN, .sequence = 1000 });
    g_assert_cmpuint(s.sighting.connection.number, ==, 0);
    see(&s, &(step){ CLIENT, 40000, ANYCAST, 80, SYN | SAF, .sequence = 1000 });
    g_assert_cmpuint(s.sighting.connection.number, ==, 0);
    redirect(&s, ANYCAST, 40000, NODE1);
    g_assert_cmpuint(s.findings.count, ==, 0);

    see(&s, &(step){ CLIENT, 40010, ANYCAST, 80, SYN, .sequence = 1000 }); /* before the bit is set, */
    g_assert_false(s.sighting.in_session);
    see(&s, &(step){ CLIENT, 40010, ANYCAST, 80, SYN | SAF, .sequence = 1000 }); /* and behind */
    g_assert_cmpuint(s.sighting.connection.session, ==, 1);
    see(&s, &(step){ ANYCAST, 80, CLIENT, 40010, SYN | ACK | SAF, 5000, 1001, .payload = 0 });
    redirect(&s, ANYCAST, 40010, NODE1);
    g_assert_cmpuint(s.findings.count, ==, 0);
    scene_end(&s);
}

/* The SYN is captured before the FIN that it answers. */
static void test_early(gconstpointer ipv6)
{
    for (int answered = 0; answered < 2; answered++) {
        scene s;
        scene_begin(&s, ipv6 != NULL);
        open_connection(&s, 40000, ANYCAST);
        pass_time(&s, SECOND);
        see(&s, &(step){ CLIENT, 40001, NODE1, 80, SYN | SAF, .sequence = 77 });
        uint32_t syn = s.frame;
        g_assert_cmpuint(s.sighting.connection.session, ==, 1);
        uint32_t number = s.sighting.connection.number;
        if (answered)
            see(&s, &(step){ NODE1, 80, CLIENT, 40001, SYN | ACK | SAF, 9000, 78, .payload = 0 });
        redirect(&s, ANYCAST, 40000, NODE1);
        g_assert_cmpuint(s.told[0].reconnect_frame, ==, syn);
        g_assert_cmpint(s.told[0].reconnect_ns, ==, answered ? -2 * MS : -MS);
        g_assert_cmpuint(s.told[number].session, ==, 0);
        g_assert_cmpint(s.told[number].role, ==, AFFINITY_REESTABLISHED);
        g_assert_cmpuint(s.told[number].cause_frame, ==, s.frame);
        g_assert_cmpuint(affinity_tracker_count_get(s.tracker).sessions, ==, 1);
        if (!answered) {
            g_assert_cmpint(s.verdicts[0], ==, AFFINITY_PENDING);
            see(&s, &(step){ NODE1, 80, CLIENT, 40001, SYN | ACK | SAF, 9000, 78, .payload = 0 });
        }
        g_assert_cmpint(s.verdicts[0], ==, AFFINITY_RECONNECTED);
        scene_end(&s);
    }
}

/* Too early, or elsewhere, or closed already: a session of its own, and the redirect waits. */
static void test_not_early(gconstpointer ipv6)
{
    static const struct {
        int to;
        uint16_t port;
        int64_t before_ns;
        bool reset, linked;
    } cases[] = { { NODE1, 80, AFFINITY_TRACKER_EARLY_NS, false, true },
                  { NODE1, 80, AFFINITY_TRACKER_EARLY_NS + 1, false, false },
                  { NODE2, 80, MS, false, false },
                  { NODE1, 81, MS, false, false },
                  { NODE1, 80, 2 * MS, true, false } };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        scene s;
        scene_begin(&s, ipv6 != NULL);
        open_connection(&s, 40000, ANYCAST);
        s.now += SECOND;
        see(&s, &(step){ CLIENT, 40001, cases[i].to, cases[i].port, SYN | SAF, .sequence = 77 });
        int64_t opened = s.now;
        if (cases[i].reset)
            see(&s, &(step){ cases[i].to, 80, CLIENT, 40001, RST | ACK, 0, 78, .payload = 0 });
        s.now = opened + cases[i].before_ns - MS;
        redirect(&s, ANYCAST, 40000, NODE1);
        g_assert_true((s.told[0].reconnect_frame != 0) == cases[i].linked);
        g_assert_cmpint(s.verdicts[0], ==, AFFINITY_PENDING);
        scene_end(&s);
    }
}

/* The ports are used again at once; a slower link still has segments of the old connection. */
static void test_late_copies(gconstpointer ipv6)
{
    const step syn = { CLIENT, 40000, ANYCAST, 80, SYN | SAF, .sequence = 0x70000000 };
    scene s;
    scene_begin(&s, ipv6 != NULL);
    open_connection(&s, 40000, ANYCAST);
    step fin = fin_step(ANYCAST, 40000, NODE1);
    see(&s, &fin);
    close_by_client(&s, 40000, ANYCAST);
    see(&s, &syn);
    g_assert_cmpuint(s.sighting.connection.number, ==, 1);
    see(&s, &(step){ CLIENT, 40000, ANYCAST, 80, SYN | SAF, .sequence = 1000 });
    g_assert_cmpuint(s.sighting.connection.number, ==, 0);
    see(&s, &(step){ ANYCAST, 80, CLIENT, 40000, SYN | ACK | SAF, 5000, 1001, .payload = 0 });
    g_assert_cmpuint(s.sighting.connection.number, ==, 0);
    see(&s, &fin);
    g_assert_cmpuint(s.sighting.connection.number, ==, 0);
    g_assert_true(s.sighting.redirects);
    close_by_client(&s, 40000, ANYCAST);
    g_assert_cmpuint(s.sighting.connection.number, ==, 0);
    see(&s, &syn);
    g_assert_cmpuint(s.sighting.connection.number, ==, 1);
    see(&s, &(step){ ANYCAST, 80, CLIENT, 40000, SYN | ACK | SAF, 0x60000000, 0x70000001, .payload = 0 });
    g_assert_cmpuint(s.sighting.connection.number, ==, 1);
    see(&s, &fin);
    g_assert_cmpuint(s.sighting.connection.number, ==, 0);
    g_assert_cmpuint(s.findings.count, ==, 0);
    scene_end(&s);
}

/* Segments of an earlier connection answer no SYN (RFC 9293 s3.10.7.3). */
static void test_stale_answers(gconstpointer ipv6)
{
    scene s;
    scene_begin(&s, ipv6 != NULL);
    open_connection(&s, 40000, ANYCAST);
    redirect(&s, ANYCAST, 40000, NODE1);
    see(&s, &(step){ CLIENT, 40001, NODE1, 80, SYN | SAF, .sequence = 5000 });
    see(&s, &(step){ NODE1, 80, CLIENT, 40001, RST | ACK, 0, 5000, .payload = 0 });
    see(&s, &(step){ NODE1, 80, CLIENT, 40001, RST, 0, .payload = 0 });
    see(&s, &(step){ NODE1, 80, CLIENT, 40001, ACK, 700, 4000, .payload = 0 });
    see(&s, &(step){ CLIENT, 40001, NODE1, 80, ACK, 4000, 700, .payload = 0 });
    g_assert_cmpuint(s.findings.count, ==, 0);
    g_assert_cmpint(s.verdicts[0], ==, AFFINITY_PENDING);
    see(&s, &(step){ NODE1, 80, CLIENT, 40001, SYN | ACK | SAF, 9000, 5001, .payload = 0 });
    g_assert_cmpint(s.verdicts[0], ==, AFFINITY_RECONNECTED);
    scene_end(&s);
}

/* Only one direction of the new connection is captured: that the client goes on shows the answer. */
static void test_one_direction(gconstpointer ipv6)
{
    scene s;
    scene_begin(&s, ipv6 != NULL);
    open_connection(&s, 40000, ANYCAST);
    redirect(&s, ANYCAST, 40000, NODE1);
    see(&s, &(step){ CLIENT, 40001, NODE1, 80, SYN | SAF, .sequence = 5000 });
    see(&s, &(step){ CLIENT, 40001, NODE1, 80, ACK, 5001, 700, .payload = 0 });
    g_assert_cmpint(s.verdicts[0], ==, AFFINITY_RECONNECTED);
    scene_end(&s);
}

/* Ports used again and again without an answer: one connection after the other, and none costs more. */
static void test_same_ports_for_ever(gconstpointer ipv6)
{
    scene s;
    scene_begin(&s, ipv6 != NULL);
    for (uint32_t i = 0; i < 100000; i++)
        g_assert_false(see(&s, &(step){ CLIENT, 40000, ANYCAST, 80, SYN, .sequence = i * 7 }));
    affinity_tracker_count count = affinity_tracker_count_get(s.tracker);
    g_assert_cmpuint(count.connections_held + count.connections_let_go, ==, 100000);
    open_connection(&s, 40000, ANYCAST);
    redirect(&s, ANYCAST, 40000, NODE1);
    scene_end(&s);
}

int main(int argc, char **argv)
{
    static const scene_test tests[] = {
        { "copies", test_copies },
        { "port-reuse", test_port_reuse },
        { "middle", test_middle },
        { "middle-copies", test_middle_copies },
        { "end-only", test_end_only },
        { "opening-out-of-order", test_opening_out_of_order },
        { "early", test_early },
        { "not-early", test_not_early },
        { "late-copies", test_late_copies },
        { "stale-answers", test_stale_answers },
        { "one-direction", test_one_direction },
        { "same-ports-for-ever", test_same_ports_for_ever },
    };
    g_test_init(&argc, &argv, NULL);
    scene_tests_add(tests, G_N_ELEMENTS(tests));
    return g_test_run();
}
