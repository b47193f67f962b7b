/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of epan-cats/steering-tracker: aggregate IDs of new flows. */
#include "steering-scene.h"

#define UP .from = CLIENT, .to = SERVICE

/* The SID of egress1 with this aggregate ID. */
static const char *sid_with(uint32_t id)
{
    static char text[64];
    g_snprintf(text, sizeof text, "5f00:0:e1:ca75:32%02x:%x::", id >> 16 & 0xff, id & 0xffff);
    return text;
}

static uint16_t next_port;

/* A new flow with this ID, so long after the last one. */
static void begin_flow(scene *s, double seconds, uint32_t id)
{
    s->now += (int64_t)(seconds * 1e9);
    g_assert_true(SEE(s, UP, .from_port = ++next_port, .opens = true, .sequence = 1, .sid = sid_with(id)));
}

static void assert_stale(const scene *s, bool stale)
{
    g_assert_cmpuint(s->findings.count, ==, stale);
    if (stale)
        g_assert_cmpint(s->findings.list[0].rule, ==, CATS_RULE_CATS_STALE_AGGREGATE);
}

static void test_limit(const void *data)
{
    scene s;
    scene_begin(&s, GPOINTER_TO_INT(data), true);
    next_port = 1000;
    begin_flow(&s, 0, 7);
    begin_flow(&s, 1, 8);
    begin_flow(&s, 9.9, 7); /* within the limit */
    assert_stale(&s, false);
    begin_flow(&s, 0.2, 7);
    assert_finding(
        &s, CATS_RULE_CATS_STALE_AGGREGATE,
        "flow 3: begins with aggregate ID 0x000007, expected 0x000008 or a newer one, in use since frame 2");
    g_assert_true(SEE(&s, UP, .from_port = next_port, .sequence = 2, .sid = sid_with(7))); /* once a flow */
    assert_stale(&s, false);
    begin_flow(&s, 0.2, 8);
    assert_stale(&s, false);
    begin_flow(&s, 0.2, 9); /* a newer one */
    assert_stale(&s, false);
    begin_flow(&s, 0.2, 8);
    assert_stale(&s, false);
    scene_end(&s);
}

/* IDs that move on many times within the limit. */
static void test_many_steps(const void *data)
{
    scene s;
    scene_begin(&s, GPOINTER_TO_INT(data), true);
    next_port = 1000;
    for (uint32_t i = 1; i < 300; i++) {
        begin_flow(&s, 0.1, i);
        assert_stale(&s, false);
    }
    begin_flow(&s, 0.1, 299 - 90); /* replaced nine seconds ago */
    assert_stale(&s, false);
    begin_flow(&s, 0.1, 299 - 130);
    assert_stale(&s, true);
    scene_end(&s);
}

/* RFC 1982: behind 0xffffff comes 1. */
static void test_wrap(const void *data)
{
    scene s;
    scene_begin(&s, GPOINTER_TO_INT(data), true);
    next_port = 1000;
    begin_flow(&s, 0, 0xfffffe);
    begin_flow(&s, 1, 1);
    begin_flow(&s, 11, 0xffffff);
    assert_stale(&s, true);
    begin_flow(&s, 0, 2);
    assert_stale(&s, false);
    scene_end(&s);
}

/* Another CS-ID has numbers of its own, and so has another egress. */
static void test_series(const void *data)
{
    scene s;
    scene_begin(&s, GPOINTER_TO_INT(data), false);
    next_port = 1000;
    begin_flow(&s, 0, 8);
    s.now += 20 * SCENE_SECOND;
    g_assert_true(SEE(&s, .from = CLIENT, .to = NODE, .opens = true, .sequence = 1, .sid = sid_with(7)));
    assert_stale(&s, false);
    g_assert_true(
        SEE(&s, UP, .from_port = 1, .opens = true, .sequence = 1, .sid = "5f00:0:e2:ca75:3200:1::"));
    assert_stale(&s, false);
    scene_end(&s);
}

/* Flows that are not seen to begin may be old; an egress that nobody heard of for a minute counts anew. */
static void test_not_new(const void *data)
{
    scene s;
    scene_begin(&s, GPOINTER_TO_INT(data), true);
    next_port = 1000;
    begin_flow(&s, 0, 8);
    s.now += 11 * SCENE_SECOND;
    g_assert_true(SEE(&s, UP, .from_port = 9, .sequence = 1, .payload = 10, .sid = sid_with(7)));
    assert_stale(&s, false);
    begin_flow(&s, 0, 7);
    assert_stale(&s, true);
    begin_flow(&s, 61, 1);
    assert_stale(&s, false);
    scene_end(&s);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    scene_add("aggregate/limit", test_limit);
    scene_add("aggregate/many-steps", test_many_steps);
    scene_add("aggregate/wrap", test_wrap);
    scene_add("aggregate/series", test_series);
    scene_add("aggregate/not-new", test_not_new);
    return g_test_run();
}
