/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of epan-cats/steering-tracker: behind the egress. */
#include "steering-scene.h"

#define UP .from = CLIENT, .to = SERVICE
#define DOWN .from = SERVICE, .to = CLIENT
#define SYN .opens = true, .sequence = 1000

enum { CLIENT_LINK, CORE, SITE_A, SITE_B, SITE_C };

static bool is_ipv6(const void *data)
{
    return GPOINTER_TO_INT(data);
}

static void assert_no_site(const scene *s)
{
    g_assert_cmpuint(s->sighting.flow.site_frame, ==, 0);
    g_assert_cmpuint(s->sighting.flow.site_point, ==, STEERING_POINT_NONE);
    assert_verdict(s, STEERING_STEERED);
}

/* One hop less than inside the encapsulation, whatever the ingress took off. */
static void test_hop_limit(const void *data)
{
    scene s;
    scene_begin(&s, is_ipv6(data), true);
    SEE_IN(&s, 0, UP, SYN, .sid = SID_CATS, .hop_limit = 60, .point = CORE);
    static const struct {
        int hop_limit;
        uint32_t point;
    } others[] = { { 61, CLIENT_LINK }, { 60, CLIENT_LINK }, { 58, SITE_A }, { 1, SITE_A }, { 255, SITE_A } };
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
        SEE_IN(&s, 0, UP, SYN, .hop_limit = others[i].hop_limit, .point = others[i].point);
        assert_no_site(&s);
    }
    SEE_IN(&s, 0, DOWN, .hop_limit = 59, .point = SITE_B);
    assert_no_site(&s);
    SEE_IN(&s, 0, UP, SYN, .hop_limit = 59, .point = SITE_A);
    g_assert_cmpuint(s.sighting.flow.site_point, ==, SITE_A);
    assert_verdict(&s, STEERING_DELIVERED);
    SEE_IN(&s, 0, UP, SYN, .hop_limit = 58, .point = SITE_B); /* a hop farther on */
    assert_verdict(&s, STEERING_DELIVERED);
    assert_silent(&s);
    scene_end(&s);
}

/* What tells who asks for the service, in captures that begin in the middle. */
static void test_direction(const void *data)
{
    static const struct {
        bool topology;
        const char *up, *down; /* SIDs; NULL: not seen */
        int to;
        bool told;
    } cases[] = {
        { false, SID_CATS, NULL, SERVICE, true },   /* End.CATS */
        { false, SID_DT46, NULL, SERVICE, false },  /* nothing: the table is not there */
        { true, SID_DT46, NULL, SERVICE, true },    /* the CS-ID */
        { true, SID_DT46, NULL, NODE, true },       /* the SID is an egress's */
        { true, NULL, SID_RETURN, NODE, false },    /* it is, but the hop limit inside is not known */
        { true, SID_DT46, SID_RETURN, NODE, true }, /* both */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        scene s;
        scene_begin(&s, is_ipv6(data), cases[i].topology);
        if (cases[i].down != NULL)
            SEE_IN(&s, 0, .from = cases[i].to, .to = CLIENT, .sid = cases[i].down);
        if (cases[i].up != NULL)
            SEE_IN(&s, 0, .from = CLIENT, .to = cases[i].to, .sid = cases[i].up);
        SEE_IN(&s, 0, .from = cases[i].to, .to = CLIENT, .hop_limit = 63, .point = CLIENT_LINK);
        assert_no_site(&s);
        SEE_IN(&s, 0, .from = CLIENT, .to = cases[i].to, .hop_limit = 63, .point = SITE_A);
        assert_verdict(&s, cases[i].told ? STEERING_DELIVERED : STEERING_STEERED);
        scene_end(&s);
    }
}

/* An ingress that is an egress too: the SYN tells more than the owner of a SID. */
static void test_syn_overrules_owner(const void *data)
{
    scene s;
    scene_begin(&s, is_ipv6(data), true);
    SEE_IN(&s, 0, .from = NODE, .to = CLIENT, .answers = true, .sid = SID_DT46);
    SEE_IN(&s, 0, .from = NODE, .to = CLIENT, .hop_limit = 63, .point = CLIENT_LINK);
    assert_no_site(&s);
    SEE_IN(&s, 0, .from = CLIENT, .to = NODE, .sid = SID_DT46);
    SEE_IN(&s, 0, .from = CLIENT, .to = NODE, .hop_limit = 63, .point = SITE_A);
    assert_verdict(&s, STEERING_DELIVERED);
    scene_end(&s);
}

static const char *name_of(void *context, uint32_t point)
{
    static char text[16];
    (void)context;
    g_snprintf(text, sizeof text, "site %c", 'a' + (int)(point - SITE_A));
    return text;
}

/* The request goes elsewhere than the SYN; the rest does not count again. */
static void test_moved(const void *data)
{
    for (int named = 0; named < 2; named++) {
        scene s;
        scene_begin(&s, is_ipv6(data), true);
        if (named) {
            steering_tracker_settings settings = scene_settings(&s);
            settings.listener.point_name = name_of;
            steering_tracker_free(s.tracker);
            s.tracker = steering_tracker_new(&settings);
        }
        SEE_IN(&s, 0, UP, SYN, .sid = SID_CATS, .point = CORE);
        SEE_IN(&s, 0, UP, SYN, .hop_limit = 63, .point = SITE_A);
        SEE_IN(&s, 0, UP, .sequence = 1001, .hop_limit = 63, .point = SITE_A);
        SEE_IN(&s, 0, UP, .sequence = 1001, .payload = 100, .hop_limit = 63, .point = SITE_B);
        assert_finding(&s, CATS_RULE_CATS_FLOW_CHANGED_SITE,
                       named ? "flow 0: at site b, expected site a as in frame 2"
                             : "flow 0: at capture point 3, expected capture point 2 as in frame 2");
        assert_verdict(&s, STEERING_MOVED);
        g_assert_cmpuint(s.sighting.flow.site_point, ==, SITE_A);
        SEE_IN(&s, 0, UP, .sequence = 1101, .payload = 100, .hop_limit = 63, .point = SITE_B);
        assert_silent(&s);
        SEE_IN(&s, 0, UP, .sequence = 1101, .payload = 100, .hop_limit = 63, .point = SITE_A);
        assert_silent(&s);
        scene_end(&s);
    }
}

/* A second place on the way to one site shows copies. */
static void test_copies(const void *data)
{
    scene s;
    scene_begin(&s, is_ipv6(data), true);
    SEE_IN(&s, 0, UP, SYN, .sid = SID_CATS, .point = CORE);
    SEE_IN(&s, 0, UP, SYN, .hop_limit = 63, .point = SITE_A);
    SEE_IN(&s, 0, UP, SYN, .hop_limit = 63, .point = SITE_B);
    SEE_IN(&s, 0, UP, .sequence = 1001, .payload = 100, .hop_limit = 63, .point = SITE_A);
    SEE_IN(&s, 0, UP, .sequence = 1001, .payload = 100, .hop_limit = 63, .point = SITE_B);
    s.now += SCENE_SECOND; /* the capture of the first place has ended */
    SEE_IN(&s, 0, UP, .sequence = 1101, .payload = 100, .hop_limit = 63, .point = SITE_B);
    assert_silent(&s);
    assert_verdict(&s, STEERING_DELIVERED);
    SEE_IN(&s, 0, UP, .sequence = 1201, .payload = 100, .hop_limit = 63, .point = SITE_C);
    assert_finding(&s, CATS_RULE_CATS_FLOW_CHANGED_SITE,
                   "flow 0: at capture point 4, expected capture point 2 as in frame 2");
    scene_end(&s);
}

/* Copies of a burst: the first place is ahead. */
static void test_copies_of_burst(const void *data)
{
    scene s;
    scene_begin(&s, is_ipv6(data), true);
    SEE_IN(&s, 0, UP, SYN, .sid = SID_CATS, .point = CORE);
    for (uint32_t i = 0; i < 30; i++)
        SEE_IN(&s, 0, UP, .sequence = 1001 + 100 * i, .payload = 100, .hop_limit = 63, .point = SITE_A);
    for (uint32_t i = 0; i < 30; i++) {
        SEE_IN(&s, 0, UP, .sequence = 1001 + 100 * i, .payload = 100, .hop_limit = 63, .point = SITE_B);
        assert_silent(&s);
    }
    assert_verdict(&s, STEERING_DELIVERED);
    scene_end(&s);
}

/* The SYN again, to another site, is no copy; nor proof, until data follows it there. */
static void test_retransmission_moves(const void *data)
{
    scene s;
    scene_begin(&s, is_ipv6(data), true);
    SEE_IN(&s, 0, UP, SYN, .sid = SID_CATS, .point = CORE);
    SEE_IN(&s, 0, UP, SYN, .hop_limit = 63, .point = SITE_A);
    s.now += SCENE_SECOND;
    SEE_IN(&s, 0, UP, SYN, .hop_limit = 63, .point = SITE_B);
    assert_verdict(&s, STEERING_DELIVERED);
    SEE_IN(&s, 0, UP, .sequence = 1001, .payload = 1, .hop_limit = 63, .point = SITE_B);
    assert_verdict(&s, STEERING_MOVED);
    scene_end(&s);
}

/* UDP shows no copies: a second place is a second site. */
static void test_datagrams(const void *data)
{
    scene s;
    scene_begin(&s, is_ipv6(data), true);
    SEE_IN(&s, 0, UP, .protocol = UDP_PROTOCOL, .sid = SID_CATS);
    SEE_IN(&s, 0, UP, .protocol = UDP_PROTOCOL, .hop_limit = 63, .point = SITE_A);
    SEE_IN(&s, 0, UP, .protocol = UDP_PROTOCOL, .hop_limit = 63, .point = SITE_A);
    assert_verdict(&s, STEERING_DELIVERED);
    SEE_IN(&s, 0, UP, .protocol = UDP_PROTOCOL, .hop_limit = 63, .point = SITE_B);
    assert_verdict(&s, STEERING_MOVED);
    scene_end(&s);
}

/* A reader that knows no places: delivered, and never moved by it. */
static void test_no_points(const void *data)
{
    scene s;
    scene_begin(&s, is_ipv6(data), true);
    SEE_IN(&s, 0, UP, SYN, .sid = SID_CATS, .point = STEERING_POINT_NONE);
    for (uint32_t i = 0; i < 3; i++)
        SEE_IN(&s, 0, UP, .sequence = 1001 + i, .payload = 1, .hop_limit = 63, .point = STEERING_POINT_NONE);
    assert_verdict(&s, STEERING_DELIVERED);
    g_assert_cmpuint(s.sighting.flow.site_frame, ==, 2);
    g_assert_cmpuint(s.sighting.flow.site_point, ==, STEERING_POINT_NONE);
    assert_silent(&s);
    scene_end(&s);
}

/* All links under one number, as merged captures have them: delivered, nobody knows where. */
static void test_one_point_of_many(const void *data)
{
    scene s;
    scene_begin(&s, is_ipv6(data), true);
    SEE_IN(&s, 0, UP, SYN, .sid = SID_CATS, .point = SITE_A);
    for (uint32_t i = 0; i < 3; i++) {
        SEE_IN(&s, 0, UP, .sequence = 1001 + i, .payload = 1, .hop_limit = 63, .point = SITE_A);
        g_assert_cmpuint(s.sighting.flow.site_point, ==, STEERING_POINT_NONE);
        assert_verdict(&s, STEERING_DELIVERED);
        assert_silent(&s);
    }
    g_assert_cmpuint(s.sighting.flow.site_frame, ==, 2);
    /* A point of one link names the site all the same; and only from there on it can change. */
    SEE_IN(&s, 0, UP, .sequence = 1002, .payload = 1, .hop_limit = 63, .point = SITE_B);
    g_assert_cmpuint(s.sighting.flow.site_point, ==, SITE_B);
    g_assert_cmpuint(s.sighting.flow.site_frame, ==, 5);
    SEE_IN(&s, 0, UP, .sequence = 1005, .payload = 1, .hop_limit = 63, .point = SITE_A);
    assert_silent(&s);
    SEE_IN(&s, 0, UP, .sequence = 1006, .payload = 1, .hop_limit = 63, .point = SITE_C);
    assert_finding(&s, CATS_RULE_CATS_FLOW_CHANGED_SITE,
                   "flow 0: at capture point 4, expected capture point 3 as in frame 5");
    scene_end(&s);
}

/* What the point shows besides comes after the site: the name is taken back, the verdict is not. */
static void test_ruled_out_later(const void *data)
{
    static const sight_words others[] = {
        { UP, .sequence = 1001, .sid = SID_CATS, .point = SITE_A },
        { DOWN, .sequence = 5000, .sid = SID_RETURN, .point = SITE_A },
        { UP, .sequence = 1001, .hop_limit = 65, .point = SITE_A },
        { UP, .sequence = 1001, .hop_limit = 64, .point = SITE_A },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
        scene s;
        scene_begin(&s, is_ipv6(data), true);
        SEE_IN(&s, 0, UP, SYN, .sid = SID_CATS, .point = CORE);
        SEE_IN(&s, 0, UP, SYN, .hop_limit = 63, .point = SITE_A);
        g_assert_cmpuint(s.sighting.flow.site_point, ==, SITE_A);
        g_assert_true(scene_see(&s, &others[i]));
        g_assert_cmpuint(s.sighting.flow.site_point, ==, STEERING_POINT_NONE);
        assert_verdict(&s, STEERING_DELIVERED);
        SEE_IN(&s, 0, UP, .sequence = 1001, .payload = 1, .hop_limit = 63, .point = SITE_B);
        assert_silent(&s);
        g_assert_cmpuint(s.sighting.flow.site_point, ==, SITE_B);
        scene_end(&s);
    }
}

/* The point is known through however many links of the core. */
static void test_many_links(const void *data)
{
    scene s;
    scene_begin(&s, is_ipv6(data), true);
    for (uint32_t point = 10; point < 20; point++)
        SEE_IN(&s, 0, UP, SYN, .sid = SID_CATS, .point = point);
    SEE_IN(&s, 0, UP, SYN, .hop_limit = 63, .point = 19);
    g_assert_cmpuint(s.sighting.flow.site_point, ==, STEERING_POINT_NONE);
    SEE_IN(&s, 0, UP, SYN, .hop_limit = 63, .point = SITE_A);
    g_assert_cmpuint(s.sighting.flow.site_point, ==, SITE_A);
    scene_end(&s);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    scene_add("hop-limit", test_hop_limit);
    scene_add("direction", test_direction);
    scene_add("syn-overrules-owner", test_syn_overrules_owner);
    scene_add("moved", test_moved);
    scene_add("copies", test_copies);
    scene_add("copies-of-burst", test_copies_of_burst);
    scene_add("retransmission-moves", test_retransmission_moves);
    scene_add("datagrams", test_datagrams);
    scene_add("no-points", test_no_points);
    scene_add("one-point-of-many", test_one_point_of_many);
    scene_add("ruled-out-later", test_ruled_out_later);
    scene_add("many-links", test_many_links);
    return g_test_run();
}
