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

int main(int argc, char **argv)
{
    static const scene_test tests[] = {
        { "copies", test_copies },
        { "port-reuse", test_port_reuse },
        { "middle", test_middle },
    };
    g_test_init(&argc, &argv, NULL);
    scene_tests_add(tests, G_N_ELEMENTS(tests));
    return g_test_run();
}
