/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of epan-cats/affinity-tracker: the rules about the FIN that carries the option. */
#include "affinity-scene.h"

static void test_sender(gconstpointer ipv6)
{
    scene s;
    scene_begin(&s, ipv6 != NULL);
    open_connection(&s, 40000, ANYCAST);
    see(&s, &(step){ CLIENT, 40000, ANYCAST, 80, FIN | ACK, 1001, 5001, .node = NODE1 });
    g_assert_true(found(&s, CATS_RULE_AFFINITY_FROM_CLIENT));
    g_assert_false(s.sighting.redirects);
    open_with(&s, 40001, ANYCAST, 0, 0);
    redirect(&s, ANYCAST, 40001, NODE1);
    g_assert_true(found(&s, CATS_RULE_AFFINITY_NO_CAPABILITY));
    g_assert_cmpuint(s.findings.count, ==, 1);
    open_with(&s, 40002, ANYCAST, SAF, 0);
    redirect(&s, ANYCAST, 40002, NODE1);
    g_assert_true(found(&s, CATS_RULE_AFFINITY_SAF_NOT_ECHOED));
    g_assert_cmpuint(s.findings.count, ==, 1);
    open_connection(&s, 40003, ANYCAST);
    step fin = fin_step(ANYCAST, 40003, NODE1);
    fin.kind = TCP_OPTION_EXPERIMENT_1;
    see(&s, &fin);
    g_assert_true(found(&s, CATS_RULE_AFFINITY_EXID_NOT_IN_SYN));
    g_assert_cmpuint(s.findings.count, ==, 1);
    see(&s, &(step){ CLIENT, 40004, ANYCAST, 80, SYN, .sequence = 1000, .permit = true, .kind = 253 });
    see(&s, &(step){ ANYCAST, 80, CLIENT, 40004, SYN | ACK, 5000, 1001, .payload = 0 });
    fin = fin_step(ANYCAST, 40004, NODE1);
    fin.kind = 253;
    see(&s, &fin);
    g_assert_cmpuint(s.findings.count, ==, 0);
    scene_end(&s);
}

static void test_repetition(gconstpointer ipv6)
{
    scene s;
    scene_begin(&s, ipv6 != NULL);
    open_connection(&s, 40000, ANYCAST);
    redirect(&s, ANYCAST, 40000, NODE1);
    redirect(&s, ANYCAST, 40000, NODE1);
    g_assert_cmpuint(s.findings.count, ==, 0);
    step fin = fin_step(ANYCAST, 40000, 0);
    see(&s, &fin);
    g_assert_true(found(&s, CATS_RULE_AFFINITY_RETRANSMISSION_DIFFERS));
    open_connection(&s, 40001, ANYCAST);
    redirect(&s, ANYCAST, 40001, NODE1);
    fin = fin_step(ANYCAST, 40001, NODE2);
    see(&s, &fin);
    g_assert_true(found(&s, CATS_RULE_AFFINITY_RETRANSMISSION_DIFFERS));
    scene_end(&s);
}

/* The window is 1000 << 7 = 128000 from 5001 on. */
static void test_window(gconstpointer ipv6)
{
    static const struct {
        uint32_t sequence;
        bool out;
    } fins[] = { { 5000, false },   { 4999, true },   { 5001, false },
                 { 133001, false }, { 133002, true }, { 5001 + 0x40000000u, true } };
    for (size_t i = 0; i < G_N_ELEMENTS(fins); i++) {
        scene s;
        scene_begin(&s, ipv6 != NULL);
        open_connection(&s, 40000, ANYCAST);
        step fin = fin_step(ANYCAST, 40000, NODE1);
        fin.sequence = fins[i].sequence;
        see(&s, &fin);
        g_assert_true(found(&s, CATS_RULE_AFFINITY_OUT_OF_WINDOW) == fins[i].out);
        g_assert_true(s.sighting.has_verdict == !fins[i].out); /* forged: no redirect */
        if (fins[i].out) {
            g_autofree char *text =
                g_strdup_printf("FIN with sequence number %u, expected 5000 to 133001", fins[i].sequence);
            g_assert_cmpstr(s.findings.list[0].text, ==, text);
        }
        scene_end(&s);
    }
}

/* A SYN without its options hides the window's scale: nothing is said of the window. */
static void test_scale_unknown(gconstpointer ipv6)
{
    for (int cut = 0; cut < 3; cut++) { /* none, the SYN, its answer */
        scene s;
        scene_begin(&s, ipv6 != NULL);
        see(&s, &(step){ CLIENT, 40000, ANYCAST, 80, SYN | SAF, .sequence = 1000, .cut = cut == 1 });
        see(&s, &(step){ ANYCAST, 80, CLIENT, 40000, SYN | ACK | SAF, 5000, 1001, .payload = 0,
                         .cut = cut == 2 });
        see(&s, &(step){ CLIENT, 40000, ANYCAST, 80, ACK, 1001, 5001, .payload = 0 });
        step fin = fin_step(ANYCAST, 40000, NODE1);
        fin.sequence = 5001 + 1000000;
        see(&s, &fin);
        g_assert_true(found(&s, CATS_RULE_AFFINITY_OUT_OF_WINDOW) == (cut == 0));
        g_assert_true(s.sighting.has_verdict == (cut != 0));
        scene_end(&s);
    }
}

/* Gigabytes later the first sequence number lies in the future again. */
static void test_far(gconstpointer ipv6)
{
    scene s;
    scene_begin(&s, ipv6 != NULL);
    open_connection(&s, 40000, ANYCAST);
    uint32_t sequence = 5001;
    for (int i = 0; i < 11; i++) {
        sequence += 0x18000000;
        see(&s, &(step){ ANYCAST, 80, CLIENT, 40000, ACK, sequence, 1001, .payload = 1000 });
        see(&s, &(step){ CLIENT, 40000, ANYCAST, 80, ACK, 1001, sequence, .payload = 0 });
        g_assert_cmpuint(s.sighting.connection.number, ==, 0);
    }
    step fin = fin_step(ANYCAST, 40000, NODE1);
    fin.sequence = sequence + 0x40000000;
    see(&s, &fin);
    g_assert_true(found(&s, CATS_RULE_AFFINITY_OUT_OF_WINDOW));
    fin.sequence = sequence - 100;
    see(&s, &fin);
    g_assert_true(s.sighting.has_verdict);
    g_assert_cmpuint(s.findings.count, ==, 0);
    scene_end(&s);
}

/* Somebody on the way took the option out: of two copies that differ one breaks the rule. */
static void test_option_taken_out(gconstpointer ipv6)
{
    scene s;
    scene_begin(&s, ipv6 != NULL);
    open_connection(&s, 40000, ANYCAST);
    redirect(&s, ANYCAST, 40000, NODE1);
    step fin = fin_step(ANYCAST, 40000, 0);
    fin.cut = true;
    see(&s, &fin); /* nobody knows */
    g_assert_cmpuint(s.findings.count, ==, 0);
    fin.cut = false;
    see(&s, &fin);
    g_assert_true(found(&s, CATS_RULE_AFFINITY_RETRANSMISSION_DIFFERS));
    g_assert_cmpint(s.verdicts[0], ==, AFFINITY_PENDING);
    scene_end(&s);
}

int main(int argc, char **argv)
{
    static const scene_test tests[] = {
        { "sender", test_sender }, { "repetition", test_repetition },
        { "window", test_window }, { "scale-unknown", test_scale_unknown },
        { "far", test_far },       { "option-taken-out", test_option_taken_out },
    };
    g_test_init(&argc, &argv, NULL);
    scene_tests_add(tests, G_N_ELEMENTS(tests));
    return g_test_run();
}
