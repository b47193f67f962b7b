/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of epan-cats/steering-tracker: flows by what was learned from routes, without a topology. */
#include "route-scene.h"
#include "steering-scene.h"

#define UP .from = CLIENT, .to = SERVICE
#define DOWN .from = SERVICE, .to = CLIENT

typedef struct routed {
    scene s;
    cats_route_table *table;
    uint16_t port;
} routed;

static void begin(routed *r, const void *is_ipv6)
{
    scene_begin(&r->s, GPOINTER_TO_INT(is_ipv6), false);
    r->table = cats_route_table_new(100);
    r->port = 1000;
    r->s.context.routes = r->table;
    steering_tracker_free(r->s.tracker);
    steering_tracker_settings settings = scene_settings(&r->s);
    settings.routes = r->table;
    r->s.tracker = steering_tracker_new(&settings);
}

static void end(routed *r)
{
    scene_end(&r->s);
    cats_route_table_free(r->table);
}

static cats_moment next_moment(routed *r)
{
    return (cats_moment){ .frame = ++r->s.frame, .time_ns = r->s.now };
}

static cats_announcement announcement_of(uint32_t id)
{
    cats_announcement announcement = sample_announcement();
    announcement.aggregate.aggregate_id = id;
    announcement.sid.sid[5] = 0xe1;
    return announcement;
}

static void announce_id(routed *r, const cats_route_peer *peer, uint32_t id)
{
    cats_announcement announcement = announcement_of(id);
    announce_at(r->table, peer, next_moment(r), &announcement, true);
}

/* A new flow with this ID, so long after the last packet. */
static void begin_flow(routed *r, double seconds, uint32_t id)
{
    char sid_text[64];
    g_snprintf(sid_text, sizeof sid_text, "5f00:0:e1:ca75:38%02x:%x::", id >> 16 & 0xff, id & 0xffff);
    r->s.now += (int64_t)(seconds * 1e9);
    g_assert_true(SEE(&r->s, UP, .from_port = ++r->port, .opens = true, .sequence = 1, .sid = sid_text));
}

static void test_replaced(const void *data)
{
    routed r;
    begin(&r, data);
    announce_id(&r, &first, 7); /* frame 1 */
    begin_flow(&r, 0, 7);
    assert_silent(&r.s);
    announce_id(&r, &first, 8); /* frame 3 */
    begin_flow(&r, 9.9, 7);
    assert_silent(&r.s);
    begin_flow(&r, 0.2, 7);
    assert_finding(
        &r.s, CATS_RULE_CATS_STALE_AGGREGATE,
        "flow 2: begins with aggregate ID 0x000007 of frame 1, expected one in force: replaced in frame "
        "3, 10.101 s before");
    g_assert_true(SEE(&r.s, UP, .from_port = r.port, .sequence = 2, .sid = "5f00:0:e1:ca75:3800:7::"));
    assert_silent(&r.s); /* once a flow */
    begin_flow(&r, 0.2, 8);
    assert_silent(&r.s);
    r.s.now += 20 * SCENE_SECOND; /* not seen to begin: it may be older */
    g_assert_true(
        SEE(&r.s, UP, .from_port = 9, .sequence = 1, .payload = 9, .sid = "5f00:0:e1:ca75:3800:7::"));
    assert_silent(&r.s);
    end(&r);
}

static void test_withdrawn(const void *data)
{
    routed r;
    begin(&r, data);
    announce_id(&r, &first, 7);
    announce_id(&r, &second, 7);
    withdraw_at(r.table, &first, next_moment(&r));
    begin_flow(&r, 20, 7); /* the other speaker still says so */
    assert_silent(&r.s);
    withdraw_at(r.table, &second, next_moment(&r)); /* frame 5 */
    begin_flow(&r, 9, 7);
    assert_silent(&r.s);
    begin_flow(&r, 3, 7);
    assert_finding(
        &r.s, CATS_RULE_CATS_STALE_AGGREGATE,
        "flow 2: begins with aggregate ID 0x000007 of frame 2, expected one in force: withdrawn in frame "
        "5, 12.001 s before");
    announce_id(&r, &first, 7);
    begin_flow(&r, 20, 7);
    assert_silent(&r.s);
    end(&r);
}

/* What is announced decides, whatever flows show: an egress may count anew. Where nothing was announced flows
 * do. */
static void test_decides(const void *data)
{
    routed r;
    begin(&r, data);
    announce_id(&r, &first, 7);
    begin_flow(&r, 0, 9);
    begin_flow(&r, 11, 7);
    assert_silent(&r.s);
    begin_flow(&r, 0, 6); /* unknown: by flows */
    assert_finding(
        &r.s, CATS_RULE_CATS_STALE_AGGREGATE,
        "flow 2: begins with aggregate ID 0x000006, expected 0x000009 or a newer one, in use since frame 2");
    end(&r);
}

/* The end of a session withdraws nothing: flows decide. */
static void test_session_ends(const void *data)
{
    routed r;
    begin(&r, data);
    announce_id(&r, &first, 7);
    cats_route_table_hear(r.table, &first, next_moment(&r), BGP_NOTIFICATION);
    begin_flow(&r, 20, 7);
    assert_silent(&r.s);
    end(&r);
}

/* The limit is a setting. */
static void test_limit(const void *data)
{
    routed r;
    begin(&r, data);
    steering_tracker_settings settings = scene_settings(&r.s);
    settings.routes = r.table;
    settings.stale_ns = SCENE_SECOND;
    steering_tracker_free(r.s.tracker);
    r.s.tracker = steering_tracker_new(&settings);
    announce_id(&r, &first, 7);
    announce_id(&r, &first, 8);
    begin_flow(&r, 1.1, 7);
    g_assert_cmpuint(r.s.findings.count, ==, 1);
    end(&r);
}

/* Who is named changes when the oldest announcement ends; the flow stays where it is. */
static void test_owner_changes(const void *data)
{
    routed r;
    cats_announcement announcement = announcement_of(7);
    begin(&r, data);
    announce_at(r.table, &first, next_moment(&r), &announcement, false);
    announce_at(r.table, &second, next_moment(&r), &announcement, false);
    SEE_IN(&r.s, 0, UP, .sid = "5f00:0:e1:ca75:3800:7::");
    withdraw_at(r.table, &first, next_moment(&r));
    SEE_IN(&r.s, 0, UP, .sid = "5f00:0:e1:ca75:3800:7::");
    assert_silent(&r.s);
    SEE_IN(&r.s, 0, UP, .sid = "5f00:0:e1:ca75::"); /* the same egress, by another name */
    assert_finding(&r.s, CATS_RULE_CATS_ARGUMENT_CHANGED,
                   "flow 0: argument 0x0, expected 0x38000007 as in frame 3");
    assert_verdict(&r.s, STEERING_STEERED);
    SEE_IN(&r.s, 0, UP, .sid = "5f00:0:e2:ca75:3800:7::");
    assert_finding(&r.s, CATS_RULE_CATS_FLOW_CHANGED_EGRESS,
                   "flow 0: to 5f00:0:e2::/48, expected 10.9.1.1 as in frame 3");
    end(&r);
}

/* A structure that is learned while the flow is there moves no flow. */
static void test_structure_learned(const void *data)
{
    routed r;
    cats_announcement announcement = announcement_of(7);
    begin(&r, data);
    SEE_IN(&r.s, 0, UP, .sid = "5f00:0:e1:ca75:3800:7::");
    announcement.sid.structure = (cats_sid_structure){ 24, 16, 24, 32 };
    announce_at(r.table, &first, next_moment(&r), &announcement, true);
    SEE_IN(&r.s, 0, UP, .sid = "5f00:0:e1:ca75:3800:8::");
    assert_finding(&r.s, CATS_RULE_CATS_ARGUMENT_CHANGED,
                   "flow 0: argument 0x38000008, expected 0x38000007 as in frame 1");
    end(&r);
}

/* Return traffic to what an ingress announces for its clients is toward no service, and went to no egress. */
static void test_return(const void *data)
{
    routed r;
    srv6_service service = sample_service();
    begin(&r, data);
    service.sid[5] = 1;
    service.behavior = 20;
    announce_id(&r, &first, 7);
    announce_service(r.table, &second, ++r.s.frame, &service);
    SEE_IN(&r.s, 0, DOWN, .sid = "5f00:0:1:ca75::"); /* first: the rest of an old connection */
    SEE_IN(&r.s, 0, UP, .sid = "5f00:0:e1:ca75:3800:7::");
    /* One hop less, in the direction of the service: behind the egress. */
    SEE_IN(&r.s, 0, UP, .hop_limit = 63, .point = 5);
    assert_verdict(&r.s, STEERING_DELIVERED);
    SEE_IN(&r.s, 0, DOWN, .sid = "5f00:0:2:ca75::");
    assert_silent(&r.s);
    end(&r);
}

/* Where no metrics were announced the owner of a SID may be an egress or an ingress: it does not tell who
 * asks, and so no site is told. */
static void test_no_metrics(const void *data)
{
    routed r;
    srv6_service service = sample_service();
    begin(&r, data);
    service.sid[5] = 1;
    service.behavior = 20;
    announce_service(r.table, &second, ++r.s.frame, &service);
    SEE_IN(&r.s, 0, DOWN, .sid = "5f00:0:1:ca75::");
    SEE_IN(&r.s, 0, DOWN, .hop_limit = 63, .point = 5);
    assert_verdict(&r.s, STEERING_STEERED);
    end(&r);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    scene_add("routes/replaced", test_replaced);
    scene_add("routes/withdrawn", test_withdrawn);
    scene_add("routes/decides", test_decides);
    scene_add("routes/session-ends", test_session_ends);
    scene_add("routes/limit", test_limit);
    scene_add("routes/owner-changes", test_owner_changes);
    scene_add("routes/structure-learned", test_structure_learned);
    scene_add("routes/return", test_return);
    scene_add("routes/no-metrics", test_no_metrics);
    return g_test_run();
}
