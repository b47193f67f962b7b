/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of epan-cats/steering-tracker: the rules that only a flow shows, and what does not break them. */
#include "steering-scene.h"

#include "epan-cats/numbers.h"

#define UP .from = CLIENT, .to = SERVICE
#define DOWN .from = SERVICE, .to = CLIENT
#define SYN .opens = true, .sequence = 1000

static bool is_ipv6(const void *data)
{
    return GPOINTER_TO_INT(data);
}

static void test_argument(const void *data)
{
    scene s;
    scene_begin(&s, is_ipv6(data), true);
    SEE_IN(&s, 0, UP, SYN, .sid = SID_CATS);
    SEE_IN(&s, 0, UP, .sequence = 1001, .sid = SID_CATS_OTHER_ARGUMENT, .via = SID_TRANSIT);
    assert_finding(&s, CATS_RULE_CATS_ARGUMENT_CHANGED,
                   "flow 0: argument 0x32000008, expected 0x32000007 as in frame 1");
    assert_verdict(&s, STEERING_STEERED);
    SEE_IN(&s, 0, UP, .sequence = 1001, .sid = SID_CATS_OTHER_ARGUMENT); /* once a direction */
    assert_silent(&s);
    SEE_IN(&s, 0, DOWN, .sid = SID_RETURN);
    assert_silent(&s);
    SEE_IN(&s, 0, DOWN, .sid = "5f00:0:1:46:3200:9::");
    assert_finding(&s, CATS_RULE_CATS_ARGUMENT_CHANGED,
                   "flow 0: argument 0x32000009, expected 0x0 as in frame 4");
    scene_end(&s);
}

/* Another function has other arguments. */
static void test_other_function(const void *data)
{
    scene s;
    scene_begin(&s, is_ipv6(data), true);
    SEE_IN(&s, 0, UP, SYN, .sid = SID_CATS);
    SEE_IN(&s, 0, UP, .sequence = 1001, .sid = SID_DT46);
    assert_silent(&s);
    scene_end(&s);
}

static void test_egress(const void *data)
{
    scene s;
    scene_begin(&s, is_ipv6(data), true);
    SEE_IN(&s, 0, UP, SYN, .sid = SID_CATS);
    SEE_IN(&s, 0, UP, .sequence = 1001, .sid = SID_EGRESS2);
    assert_finding(&s, CATS_RULE_CATS_FLOW_CHANGED_EGRESS,
                   "flow 0: to egress2, expected egress1 as in frame 1");
    assert_verdict(&s, STEERING_MOVED);
    SEE_IN(&s, 0, UP, .sequence = 1001, .sid = SID_CATS);
    assert_silent(&s);
    assert_verdict(&s, STEERING_MOVED); /* it stays */
    SEE_IN(&s, 0, UP, .sequence = 1001, .hop_limit = 63);
    assert_verdict(&s, STEERING_MOVED);
    g_assert_cmpuint(s.sighting.flow.site_frame, ==, 4);
    g_assert_cmpuint(steering_tracker_count_get(s.tracker).verdicts[STEERING_MOVED], ==, 1);
    scene_end(&s);
}

/* Without rows the locator says which egress it is. */
static void test_egress_by_locator(const void *data)
{
    scene s;
    scene_begin(&s, is_ipv6(data), false);
    SEE_IN(&s, 0, UP, SYN, .sid = SID_CATS);
    SEE_IN(&s, 0, UP, .sequence = 1001, .sid = SID_EGRESS2);
    assert_finding(&s, CATS_RULE_CATS_FLOW_CHANGED_EGRESS,
                   "flow 0: to 5f00:0:e2::/48, expected 5f00:0:e1::/48 as in frame 1");
    scene_end(&s);
}

/* Two locators of one egress are one egress; SIDs that nothing is known of are not judged. */
static void test_same_egress(const void *data)
{
    cats_sid_table *rows = cats_sid_table_new();
    scene s;
    scene_begin(&s, is_ipv6(data), false);
    steering_add_row(rows, "5f00:0:e1::/48", "32/16/16/32", CATS_BEHAVIOR_END_CATS,
                     CATS_GRANULARITY_NOT_STATED, "one");
    steering_add_row(rows, "5f00:0:e2::/48", "32/16/16/32", CATS_BEHAVIOR_END_CATS,
                     CATS_GRANULARITY_NOT_STATED, "one");
    s.context.sids = rows;
    SEE_IN(&s, 0, UP, SYN, .sid = SID_CATS);
    SEE_IN(&s, 0, UP, .sequence = 1001, .sid = SID_EGRESS2);
    assert_silent(&s);
    SEE_IN(&s, 1, UP, SYN, .from_port = 40001, .via = SID_TRANSIT, .sid = "2001:db8:e1::1");
    SEE_IN(&s, 1, UP, .from_port = 40001, .via = SID_TRANSIT, .sid = "2001:db8:e2::1");
    assert_silent(&s);
    SEE_IN(&s, 1, UP, .from_port = 40001, .sid = SID_CATS);
    assert_silent(&s);
    scene_end(&s);
    cats_sid_table_free(rows);
}

/* What comes back goes to the ingress of the client, whichever that is. */
static void test_return_traffic(const void *data)
{
    scene s;
    scene_begin(&s, is_ipv6(data), true);
    SEE_IN(&s, 0, UP, SYN, .sid = SID_CATS);
    SEE_IN(&s, 0, DOWN, .sid = SID_RETURN);
    SEE_IN(&s, 0, DOWN, .sid = "5f00:0:2:46::");
    assert_silent(&s);
    SEE_IN(&s, 0, DOWN, .sid = SID_EGRESS2);
    assert_silent(&s);
    assert_verdict(&s, STEERING_STEERED);
    scene_end(&s);
}

static void test_label(const void *data)
{
    scene s;
    scene_begin(&s, is_ipv6(data), true);
    SEE_IN(&s, 0, UP, SYN, .sid = SID_CATS);
    SEE_IN(&s, 0, UP, .sequence = 1001, .sid = SID_CATS, .label_zero = true); /* the packet's own note */
    assert_silent(&s);
    SEE_IN(&s, 0, UP, .sequence = 1001, .sid = SID_CATS, .label = 0x54321);
    assert_finding(&s, CATS_RULE_CATS_FLOW_LABEL,
                   "flow 0: outer flow label 0x54321, expected 0x12345 as in frame 1");
    SEE_IN(&s, 0, UP, .sequence = 1001, .sid = SID_CATS, .label = 0x54322);
    assert_silent(&s);
    SEE_IN(&s, 0, DOWN, .sid = SID_RETURN, .label_zero = true);
    assert_silent(&s);
    SEE_IN(&s, 0, DOWN, .sid = SID_RETURN, .label = 7);
    assert_finding(&s, CATS_RULE_CATS_FLOW_LABEL,
                   "flow 0: outer flow label 0x00007, expected 0x00000 as in frame 5");
    assert_verdict(&s, STEERING_STEERED);
    scene_end(&s);
}

/* A conversation without ports may hold several flows, each with a label. */
static void test_label_without_ports(const void *data)
{
    scene s;
    scene_begin(&s, is_ipv6(data), true);
    SEE_IN(&s, 0, UP, .protocol = ICMP_PROTOCOL, .sid = SID_CATS);
    SEE_IN(&s, 0, UP, .protocol = ICMP_PROTOCOL, .sid = SID_CATS, .label = 7);
    assert_silent(&s);
    SEE_IN(&s, 0, UP, .protocol = ICMP_PROTOCOL, .sid = SID_CATS_OTHER_ARGUMENT);
    assert_finding(&s, CATS_RULE_CATS_ARGUMENT_CHANGED,
                   "flow 0: argument 0x32000008, expected 0x32000007 as in frame 1");
    scene_end(&s);
}

/* Several rules at once, and nobody who wants to hear of them. */
static void test_together(const void *data)
{
    scene s;
    scene_begin(&s, is_ipv6(data), true);
    SEE_IN(&s, 0, UP, SYN, .sid = SID_CATS);
    SEE_IN(&s, 0, UP, .sequence = 1001, .sid = SID_CATS_OTHER_ARGUMENT, .label = 9);
    g_assert_cmpuint(s.findings.count, ==, 2);
    scene_end(&s);

    scene_begin(&s, is_ipv6(data), true);
    SEE_IN(&s, 0, UP, SYN, .sid = SID_CATS);
    s.without_findings = true;
    SEE_IN(&s, 0, UP, .sequence = 1001, .sid = SID_EGRESS2, .label = 9);
    assert_verdict(&s, STEERING_MOVED);
    scene_end(&s);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    scene_add("argument", test_argument);
    scene_add("other-function", test_other_function);
    scene_add("egress", test_egress);
    scene_add("egress-by-locator", test_egress_by_locator);
    scene_add("same-egress", test_same_egress);
    scene_add("return-traffic", test_return_traffic);
    scene_add("label", test_label);
    scene_add("label-without-ports", test_label_without_ports);
    scene_add("together", test_together);
    return g_test_run();
}
