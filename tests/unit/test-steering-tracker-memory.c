/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of epan-cats/steering-tracker: what it holds, what it lets go, and that nothing harms it. */
#include "octets-in-use.h"
#include "steering-scene.h"

#define UP .from = CLIENT, .to = SERVICE
#define SYN .opens = true, .sequence = 1000

static void with_limits(scene *s, uint32_t flows, int64_t age_ns)
{
    steering_tracker_settings settings = scene_settings(s);
    settings.flows = flows;
    settings.age_ns = age_ns;
    steering_tracker_free(s->tracker);
    s->tracker = steering_tracker_new(&settings);
}

static void assert_counts(const scene *s, uint64_t flows, uint64_t held, uint64_t let_go)
{
    steering_tracker_count count = steering_tracker_count_get(s->tracker);
    g_assert_cmpuint(count.flows, ==, flows);
    g_assert_cmpuint(count.flows_held, ==, held);
    g_assert_cmpuint(count.flows_let_go, ==, let_go);
    uint64_t verdicts = 0;
    for (unsigned i = 0; i < STEERING_VERDICT_COUNT; i++)
        verdicts += count.verdicts[i];
    g_assert_cmpuint(verdicts, ==, flows);
}

/* The one seen longest ago makes room; packets in no encapsulation count as seen. */
static void test_limit(void)
{
    scene s;
    scene_begin(&s, false, true);
    with_limits(&s, 2, STEERING_TRACKER_AGE_NS_DEFAULT);
    SEE_IN(&s, 0, UP, SYN, .from_port = 1, .sid = SID_CATS);
    SEE_IN(&s, 1, UP, SYN, .from_port = 2, .sid = SID_CATS);
    SEE_IN(&s, 0, UP, SYN, .from_port = 1, .hop_limit = 63);
    assert_counts(&s, 2, 2, 0);
    SEE_IN(&s, 2, UP, SYN, .from_port = 3, .sid = SID_CATS);
    assert_counts(&s, 3, 2, 1);
    SEE_IN(&s, 0, UP, SYN, .from_port = 1, .sid = SID_CATS);
    SEE_OUT(&s, UP, SYN, .from_port = 2);
    SEE_IN(&s, 3, UP, SYN, .from_port = 2, .sid = SID_CATS);
    g_assert_true(s.sighting.begins);
    assert_counts(&s, 4, 2, 2);
    g_assert_cmpuint(s.told[0].verdict, ==, STEERING_DELIVERED); /* what was told stays */
    scene_end(&s);
}

static void test_limit_of_one(void)
{
    scene s;
    scene_begin(&s, true, true);
    for (uint32_t limit = 0; limit < 2; limit++) { /* 0 is taken for 1 */
        with_limits(&s, limit, STEERING_TRACKER_AGE_NS_DEFAULT);
        for (uint16_t port = 1; port <= 5; port++) {
            SEE_IN(&s, port - 1u, UP, SYN, .from_port = port, .sid = SID_CATS);
            SEE_IN(&s, port - 1u, UP, SYN, .from_port = port, .hop_limit = 63);
        }
        assert_counts(&s, 5, 1, 4);
    }
    scene_end(&s);
}

static void test_age(void)
{
    scene s;
    scene_begin(&s, false, true);
    with_limits(&s, 100, SCENE_SECOND);
    SEE_IN(&s, 0, UP, .sequence = 1, .sid = SID_CATS);
    s.now += SCENE_SECOND - SCENE_MS;
    SEE_IN(&s, 0, UP, .sequence = 1, .sid = SID_CATS);
    s.now += SCENE_SECOND;
    SEE_OUT(&s, UP, .sequence = 1, .hop_limit = 63);
    g_assert_true(steering_tracker_is_empty(s.tracker));
    assert_counts(&s, 1, 0, 1);
    SEE_IN(&s, 1, UP, .sequence = 1, .sid = SID_CATS_OTHER_ARGUMENT);
    g_assert_true(s.sighting.begins);
    assert_silent(&s);
    scene_end(&s);
}

/* Times of a damaged or badly merged capture. */
static void test_times(void)
{
    static const int64_t times[] = { INT64_MAX, INT64_MIN, 0, -1, INT64_MAX, 1, INT64_MIN };
    scene s;
    scene_begin(&s, false, true);
    for (size_t i = 0; i < G_N_ELEMENTS(times); i++) {
        for (uint32_t point = 0; point < 3; point++) {
            s.now = times[i] == INT64_MAX ? INT64_MAX - SCENE_MS : times[i];
            SEE(&s, UP, .sequence = 1001, .payload = 10, .sid = point == 0 ? SID_CATS : NULL,
                .hop_limit = point == 0 ? 64 : 63, .point = point);
        }
    }
    steering_tracker_count count = steering_tracker_count_get(s.tracker);
    g_assert_cmpuint(count.flows_held, ==, 1);
    g_assert_cmpuint(count.flows_let_go, ==, count.flows - 1);
    scene_end(&s);
}

/* Flows that have nothing to do with each other: `count` of them, a packet each, at a point or at the only
 * one. */
static void see_many(scene *s, uint32_t point, uint32_t count)
{
    const sight_words words = { UP, SYN };
    cats_flow_key key = scene_key(s, &words);
    const steering_case steered = { .destination = SID_CATS, .next_header = 4, .flow_label = 1 };
    steering_octets octets;
    cats_packet outer = steering_packet(&steered, &octets);
    cats_steering steering;
    steering_sighting sighting;
    cats_steering_read(&s->context, &outer, &steering, NULL);
    for (uint32_t i = 0; i < count; i++) {
        key.source_port = (uint16_t)i;
        memcpy(key.source.octets, &i, sizeof i);
        steering_sight sight = { .frame = i + 1,
                                 .time_ns = i,
                                 .point = point,
                                 .key = &key,
                                 .opens = true,
                                 .outer = &outer,
                                 .steering = &steering };
        g_assert_true(steering_tracker_see(s->tracker, &sight, &sighting, NULL));
        g_assert_true(sighting.begins);
    }
}

/* A million here; bench/bench.sh has ten. Flows take their place in the table and 15 octets of what is held
 * once besides; where there are several points, each has a site's record. */
static void test_bounded_memory(gconstpointer several)
{
    enum { LIMIT = 4096, MANY = 1000000 };
    size_t most = several != NULL ? 192 : 144;
    uint32_t point = several != NULL ? 3 : STEERING_POINT_NONE;
    scene s;
    scene_begin(&s, false, true);
    with_limits(&s, LIMIT, STEERING_TRACKER_AGE_NS_DEFAULT);
    size_t before = octets_in_use();
    see_many(&s, point, LIMIT);
    size_t full = octets_in_use();
    if (full > before) { /* not under a sanitizer's allocator */
        g_test_message("%zu octets a flow", (full - before) / LIMIT);
        g_assert_cmpuint((full - before) / LIMIT, <, most);
    }
    with_limits(&s, LIMIT, STEERING_TRACKER_AGE_NS_DEFAULT);
    see_many(&s, point, MANY);
    g_assert_cmpuint(octets_in_use(), <=, full + LIMIT); /* the allocator's own varies, by less than that */
    assert_counts(&s, MANY, LIMIT, MANY - LIMIT);
    scene_end(&s);
}

/* Sights that fit nowhere: any flags, hop limits, places and times, in little room. */
static void test_random(void)
{
    static const char *const sids[] = { SID_CATS, SID_CATS_OTHER_ARGUMENT, SID_EGRESS2, SID_DT46,
                                        SID_RETURN };
    static const uint8_t protocols[] = { TCP_PROTOCOL, UDP_PROTOCOL, ICMP_PROTOCOL };
    for (int with_topology = 0; with_topology < 2; with_topology++) {
        scene s;
        uint64_t in_flow = 0;
        scene_begin(&s, g_test_rand_bit(), with_topology != 0);
        with_limits(&s, 8, 100 * SCENE_MS);
        for (unsigned i = 0; i < 50000; i++) {
            s.now += g_test_rand_int_range(-20, 25) * SCENE_MS;
            bool up = g_test_rand_bit(), plain = g_test_rand_bit();
            in_flow += SEE(&s, .from = up ? CLIENT : SERVICE, .to = up ? SERVICE : CLIENT,
                           .protocol = protocols[g_test_rand_int_range(0, 3)], .fragment = g_test_rand_bit(),
                           .from_port = (uint16_t)g_test_rand_int_range(1, 4),
                           .to_port = (uint16_t)g_test_rand_int_range(1, 4),
                           .hop_limit = g_test_rand_int_range(62, 66), .opens = g_test_rand_bit(),
                           .answers = g_test_rand_bit(),
                           .sequence = (uint32_t)g_test_rand_int_range(0, 3) * UINT32_C(0x7fffffff),
                           .payload = (uint32_t)g_test_rand_int_range(0, 3),
                           .point = (uint32_t)g_test_rand_int_range(0, 4),
                           .sid = plain ? NULL : sids[g_test_rand_int_range(0, G_N_ELEMENTS(sids))],
                           .label = (uint32_t)g_test_rand_int_range(0, 3));
            g_assert_cmpuint(steering_tracker_count_get(s.tracker).flows_held, <=, 8);
            for (unsigned f = 0; f < s.findings.count; f++)
                g_assert_cmpuint(strlen(s.findings.list[f].text), >, 0);
        }
        g_assert_cmpuint(in_flow, >, 25000 - 1000); /* what is encapsulated always is */
        scene_end(&s);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/steering-tracker/limit", test_limit);
    g_test_add_func("/steering-tracker/limit-of-one", test_limit_of_one);
    g_test_add_func("/steering-tracker/age", test_age);
    g_test_add_func("/steering-tracker/times", test_times);
    g_test_add_data_func("/steering-tracker/bounded-memory/one-point", NULL, test_bounded_memory);
    g_test_add_data_func("/steering-tracker/bounded-memory/points", "several", test_bounded_memory);
    g_test_add_func("/steering-tracker/random", test_random);
    return g_test_run();
}
