/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of epan-cats/steering-tracker: which packets are of one flow, and what is told of it. */
#include "steering-scene.h"

#define UP .from = CLIENT, .to = SERVICE
#define DOWN .from = SERVICE, .to = CLIENT
#define SYN .opens = true, .sequence = 1000
#define SYN_ACK .answers = true, .sequence = 5000

/* Links of the network, as capture points. */
enum { CLIENT_LINK, CORE_IN, CORE_OUT, SITE_A, SITE_B };

static bool is_ipv6(const void *data)
{
    return GPOINTER_TO_INT(data);
}

/* One packet on every link of its way, then its answer: one flow. */
static void test_all_links(const void *data)
{
    scene s;
    scene_begin(&s, is_ipv6(data), true);
    g_assert_true(steering_tracker_is_empty(s.tracker));
    SEE_OUT(&s, UP, SYN, .point = CLIENT_LINK);
    SEE_IN(&s, 0, UP, SYN, .point = CORE_IN, .sid = SID_CATS, .via = SID_TRANSIT);
    g_assert_true(s.sighting.begins);
    g_assert_false(steering_tracker_is_empty(s.tracker));
    assert_verdict(&s, STEERING_STEERED);
    SEE_IN(&s, 0, UP, SYN, .point = CORE_OUT, .sid = SID_CATS);
    g_assert_false(s.sighting.begins);
    assert_silent(&s);
    SEE_IN(&s, 0, UP, SYN, .point = SITE_A, .hop_limit = 63);
    assert_verdict(&s, STEERING_DELIVERED);
    g_assert_cmpuint(s.sighting.flow.first_frame, ==, 2);
    g_assert_cmpuint(s.sighting.flow.site_frame, ==, 4);
    g_assert_cmpuint(s.sighting.flow.site_point, ==, SITE_A);
    SEE_IN(&s, 0, DOWN, SYN_ACK, .point = SITE_A);
    SEE_IN(&s, 0, DOWN, SYN_ACK, .point = CORE_OUT, .sid = SID_RETURN, .label = 0x777);
    assert_silent(&s);
    SEE_IN(&s, 0, DOWN, SYN_ACK, .point = CORE_IN, .sid = SID_RETURN, .label = 0x777);
    SEE_IN(&s, 0, DOWN, SYN_ACK, .point = CLIENT_LINK, .hop_limit = 63);
    g_assert_cmpuint(s.sighting.flow.site_point, ==, SITE_A);
    SEE_IN(&s, 0, UP, .sequence = 1001, .point = CLIENT_LINK);
    assert_silent(&s);
    assert_verdict(&s, STEERING_DELIVERED);
    g_assert_cmpuint(s.tellings, ==, 2); /* its beginning, its site */
    steering_tracker_count count = steering_tracker_count_get(s.tracker);
    g_assert_cmpuint(count.flows, ==, 1);
    g_assert_cmpuint(count.verdicts[STEERING_DELIVERED], ==, 1);
    g_assert_cmpuint(count.verdicts[STEERING_STEERED], ==, 0);
    g_assert_cmpuint(count.flows_held, ==, 1);
    scene_end(&s);
}

static void test_flows_apart(const void *data)
{
    scene s;
    scene_begin(&s, is_ipv6(data), true);
    SEE_IN(&s, 0, UP, SYN, .sid = SID_CATS);
    SEE_IN(&s, 1, UP, SYN, .from_port = 40001, .sid = SID_CATS);
    SEE_IN(&s, 2, .from = OTHER_CLIENT, .to = SERVICE, SYN, .sid = SID_EGRESS2);
    SEE_IN(&s, 3, UP, .protocol = UDP_PROTOCOL, .sid = SID_CATS);
    SEE_IN(&s, 4, .from = CLIENT, .to = NODE, SYN, .sid = SID_DT46);
    assert_silent(&s);
    SEE_IN(&s, 1, DOWN, SYN_ACK, .to_port = 40001, .sid = SID_RETURN);
    SEE_IN(&s, 3, DOWN, .protocol = UDP_PROTOCOL, .hop_limit = 60);
    SEE_OUT(&s, DOWN, .to_port = 40002);
    SEE_OUT(&s, UP, .protocol = ICMP_PROTOCOL);
    g_assert_cmpuint(steering_tracker_count_get(s.tracker).flows, ==, 5);
    scene_end(&s);
}

/* The same SYN again, and again at a place where the first was not seen. */
static void test_retransmission(const void *data)
{
    scene s;
    scene_begin(&s, is_ipv6(data), true);
    SEE_IN(&s, 0, UP, SYN, .point = CORE_IN, .sid = SID_CATS);
    s.now += SCENE_SECOND;
    SEE_IN(&s, 0, UP, SYN, .point = CLIENT_LINK);
    SEE_IN(&s, 0, UP, SYN, .point = CORE_IN, .sid = SID_CATS);
    g_assert_false(s.sighting.begins);
    SEE_IN(&s, 0, UP, SYN, .point = SITE_A, .hop_limit = 63);
    assert_silent(&s);
    scene_end(&s);
}

/* The answer before the question, as captures of two places that run on two clocks have it. */
static void test_reordering(const void *data)
{
    scene s;
    scene_begin(&s, is_ipv6(data), false);
    SEE_IN(&s, 0, DOWN, SYN_ACK, .point = CORE_OUT, .sid = SID_RETURN);
    SEE_IN(&s, 0, UP, SYN, .point = CORE_IN, .sid = SID_CATS);
    g_assert_false(s.sighting.begins);
    SEE_IN(&s, 0, UP, .sequence = 1001, .payload = 100, .point = SITE_A, .hop_limit = 63);
    SEE_IN(&s, 0, UP, SYN, .point = SITE_A, .hop_limit = 63);
    assert_verdict(&s, STEERING_DELIVERED);
    assert_silent(&s);
    scene_end(&s);
}

/* Another SYN between the same addresses and ports is another flow; late copies of the first one are not. */
static void test_port_reuse(const void *data)
{
    scene s;
    scene_begin(&s, is_ipv6(data), true);
    SEE_IN(&s, 0, UP, SYN, .sid = SID_CATS);
    SEE_IN(&s, 0, UP, SYN, .point = SITE_A, .hop_limit = 63);
    SEE_OUT(&s, UP, .opens = true, .sequence = 9000, .point = CLIENT_LINK);
    SEE_OUT(&s, UP, .sequence = 9001, .point = CLIENT_LINK); /* not of the flow that was */
    SEE_IN(&s, 0, UP, .sequence = 1001, .sid = SID_CATS);    /* on its way still */
    SEE_IN(&s, 1, UP, .opens = true, .sequence = 9000, .sid = SID_CATS_OTHER_ARGUMENT);
    g_assert_true(s.sighting.begins);
    assert_silent(&s); /* an argument of its own */
    SEE_IN(&s, 0, UP, SYN, .point = CORE_OUT, .sid = SID_CATS);
    g_assert_false(s.sighting.begins);
    assert_silent(&s);
    g_assert_cmpuint(s.sighting.flow.site_point, ==, SITE_A);
    SEE_IN(&s, 1, UP, .opens = true, .sequence = 9000, .point = SITE_B, .hop_limit = 63);
    g_assert_cmpuint(s.sighting.flow.site_point, ==, SITE_B);
    assert_verdict(&s, STEERING_DELIVERED);
    SEE_IN(&s, 1, UP, .sequence = 9001, .point = CLIENT_LINK);
    g_assert_cmpuint(steering_tracker_count_get(s.tracker).flows_let_go, ==, 0);
    scene_end(&s);
}

/* A SYN from the other end is another connection too, whatever its number. */
static void test_roles_reversed(const void *data)
{
    scene s;
    scene_begin(&s, is_ipv6(data), false);
    SEE_IN(&s, 0, UP, SYN, .sid = SID_DT46);
    SEE_IN(&s, 1, DOWN, SYN, .sid = SID_RETURN);
    SEE_IN(&s, 1, DOWN, SYN, .point = SITE_A, .hop_limit = 63);
    assert_verdict(&s, STEERING_DELIVERED);
    scene_end(&s);
}

/* A capture that begins in the middle: the SYN of the next connection ends the flow. */
static void test_middle(const void *data)
{
    scene s;
    scene_begin(&s, is_ipv6(data), true);
    SEE_OUT(&s, UP, .sequence = 1200, .point = CLIENT_LINK);
    SEE_IN(&s, 0, UP, .sequence = 1200, .payload = 10, .sid = SID_CATS);
    g_assert_true(s.sighting.begins);
    SEE_IN(&s, 0, UP, .sequence = 1200, .payload = 10, .point = SITE_A, .hop_limit = 63);
    assert_verdict(&s, STEERING_DELIVERED); /* a CS-ID tells the direction */
    SEE_IN(&s, 0, DOWN, .sequence = 1200, .point = SITE_A);
    SEE_IN(&s, 1, UP, SYN, .sid = SID_CATS);
    scene_end(&s);
}

/* Fragments of a packet have no ports: a flow of their own. */
static void test_fragments(const void *data)
{
    scene s;
    scene_begin(&s, is_ipv6(data), true);
    SEE_IN(&s, 0, UP, .protocol = UDP_PROTOCOL, .sid = SID_CATS);
    SEE_IN(&s, 1, UP, .protocol = UDP_PROTOCOL, .fragment = true, .sid = SID_CATS);
    SEE_IN(&s, 1, UP, .protocol = UDP_PROTOCOL, .fragment = true, .sid = SID_CATS, .label = 0x54321);
    assert_silent(&s); /* of another of the flows between these two */
    SEE_IN(&s, 1, UP, .protocol = UDP_PROTOCOL, .fragment = true, .sid = SID_EGRESS2);
    assert_finding(&s, CATS_RULE_CATS_FLOW_CHANGED_EGRESS,
                   "flow 1: to egress2, expected egress1 as in frame 2");
    SEE_IN(&s, 0, UP, .protocol = UDP_PROTOCOL, .sid = SID_CATS);
    assert_silent(&s);
    scene_end(&s);
}

/* A tunnel of the core around the tunnel of the ingress: two flows in each packet. */
static void test_nested(void)
{
    scene s;
    scene_begin(&s, true, true);
    const char *ingress = "5f00:0:1::100";
    cats_flow_key tunnel = { .protocol = 43 };
    g_assert_true(cats_address_parse(ingress, &tunnel.source));
    g_assert_true(cats_address_parse(SID_CATS, &tunnel.destination));
    for (unsigned i = 0; i < 2; i++) {
        steering_octets octets;
        steering_case words = { .destination = "5f00:0:c:46::", .next_header = 41, .inner = SID_CATS };
        cats_packet outer = steering_packet(&words, &octets);
        cats_steering steering;
        cats_steering_read(&s.context, &outer, &steering, NULL);
        steering_sight sight = { .frame = i + 1, .key = &tunnel, .outer = &outer, .steering = &steering };
        g_assert_true(steering_tracker_see(s.tracker, &sight, &s.sighting, NULL));
        g_assert_cmpuint(s.sighting.flow.number, ==, 0);
        SEE_IN(&s, 1, UP, .sequence = 1200, .sid = SID_CATS);
        g_assert_true(s.sighting.begins == (i == 0));
    }
    scene_end(&s);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    scene_add("all-links", test_all_links);
    scene_add("flows-apart", test_flows_apart);
    scene_add("retransmission", test_retransmission);
    scene_add("reordering", test_reordering);
    scene_add("port-reuse", test_port_reuse);
    scene_add("roles-reversed", test_roles_reversed);
    scene_add("middle", test_middle);
    scene_add("fragments", test_fragments);
    g_test_add_func("/steering-tracker/nested", test_nested);
    return g_test_run();
}
