/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of epan-cats/passage-tracker: packets through an egress and back, lost, changed, repeated, out of
 * order, in fragments, at places that are known and at others. */
#include "epan-cats/packet-build.h"
#include "epan-cats/passage-tracker.h"

#include <string.h>

#define MS INT64_C(1000000)

/* Capture points of the scene, and in which of them a network is. */
enum { ACCESS, INGRESS, EGRESS, SITE1, SITE2, POINTS };
static const char *const place_names[POINTS] = { "clients-ingress1", "ingress1-core", "core-egress1",
                                                 "egress1-site1", "egress1-site2" };

typedef struct scene {
    bool ipv6;
    cats_topology *topology;
    cats_context context;
    passage_tracker *tracker;
    uint32_t frame;
    int64_t now;
    unsigned broken[CATS_RULE_COUNT];
    uint32_t last_frame, last_other;
    char text[CATS_FINDING_TEXT];
    int64_t covered_from, covered_to;
    unsigned passed;
    uint32_t flow; /* of encapsulated packets */
} scene;

/* A packet, as it stands in front of the ingress. */
typedef struct content {
    uint8_t protocol; /* 0: TCP, 17: UDP, 1: ICMP echo */
    uint32_t sequence;
    uint16_t flags; /* 0: ACK and PSH */
    size_t payload; /* octets; 0: 100 */
    uint8_t fill;   /* what they are */
    bool returns;   /* from the service to the client */
    bool fragment;  /* IPv4 and not the first */
} content;

static const char *const addresses[2][2] = { { "10.1.0.2", "192.0.2.80" },
                                             { "2001:db8:1::2", "2001:db8:80::80" } };

static void broken(void *context, const passage_finding *finding)
{
    scene *s = context;
    s->broken[finding->rule]++;
    s->last_frame = finding->frame;
    s->last_other = finding->other_frame;
    g_strlcpy(s->text, finding->text, sizeof s->text);
}

static bool covers(void *context, uint32_t point, int64_t from_ns, int64_t to_ns)
{
    const scene *s = context;
    (void)point;
    return from_ns >= s->covered_from && to_ns <= s->covered_to;
}

static void passed(void *context, uint32_t before, uint32_t behind, int64_t took)
{
    scene *s = context;
    (void)before, (void)behind, (void)took;
    s->passed++;
}

static void begin_with(scene *s, bool ipv6, bool with_topology, bool with_places, uint32_t packets)
{
    *s = (scene){ .ipv6 = ipv6, .now = 1000000 * MS, .covered_to = INT64_MAX };
    cats_context_init(&s->context);
    if (with_topology)
        s->topology = cats_topology_builtin();
    s->context.topology = s->topology;
    passage_settings settings = passage_settings_default;
    settings.topology = s->topology;
    settings.packets = packets;
    settings.listener =
        (passage_listener){ .context = s, .broken = broken, .covers = covers, .passed = passed };
    s->tracker = passage_tracker_new(&settings);
    cats_topology *names = cats_topology_builtin();
    for (uint32_t point = 0; with_places && point < POINTS; point++) {
        cats_place place;
        g_assert_true(cats_place_find(s->topology != NULL ? s->topology : names, place_names[point], &place));
        if (s->topology == NULL)
            place = (cats_place){ .kind = place.kind };
        passage_tracker_place(s->tracker, point, &place);
    }
    cats_topology_free(names);
}

static void begin(scene *s, const void *ipv6)
{
    begin_with(s, GPOINTER_TO_INT(ipv6), true, true, 1024);
}

static void end(scene *s)
{
    passage_tracker_free(s->tracker);
    cats_topology_free(s->topology);
}

static size_t build(const scene *s, const content *c, uint8_t hop_limit, uint8_t *octets, size_t size)
{
    uint8_t payload[1200];
    size_t payload_length = c->payload != 0 ? c->payload : 100;
    packet_ip_spec ip = { .hop_limit = hop_limit,
                          .flow_label = 0x12345,
                          .identification = (uint16_t)c->sequence };
    g_assert_true(cats_address_parse(addresses[s->ipv6][c->returns], &ip.source));
    g_assert_true(cats_address_parse(addresses[s->ipv6][!c->returns], &ip.destination));
    memset(payload, c->fill, sizeof payload);
    if (c->protocol == PACKET_PROTOCOL_UDP)
        return packet_udp_build(&ip, 4000, 53, payload, payload_length, octets, size);
    if (c->protocol == PACKET_PROTOCOL_ICMP) {
        ip.protocol = s->ipv6 ? PACKET_PROTOCOL_ICMPV6 : PACKET_PROTOCOL_ICMP;
        memset(payload, 0, 8);
        payload[0] = s->ipv6 ? 128 : 8;
        packet_put16(payload + 6, (uint16_t)c->sequence);
        g_assert_true(packet_ip_build(&ip, 64, octets, size));
        memcpy(octets + packet_ip_header_length(&ip), payload, 64);
        return packet_ip_header_length(&ip) + 64;
    }
    packet_tcp_spec tcp = { .source_port = 40000,
                            .destination_port = 443,
                            .sequence = c->sequence,
                            .acknowledgment = 1,
                            .flags = c->flags != 0 ? c->flags : 0x18,
                            .payload = payload,
                            .payload_length = payload_length };
    size_t length = packet_tcp_build(&ip, &tcp, octets, size);
    if (c->fragment) { /* IPv4, offset 8; the header checksum is not looked at */
        g_assert_false(s->ipv6);
        packet_put16(octets + 6, 0x2001);
    }
    return length;
}

/* Hands the packet in; `sid` NULL: plain. */
static void see_at(scene *s, uint32_t point, const content *c, uint8_t hop_limit, const char *sid)
{
    uint8_t inner[1500], frame[1700];
    size_t length = build(s, c, hop_limit, inner, sizeof inner);
    const uint8_t *octets = inner;
    packet walk;
    cats_steering steering;
    if (sid != NULL) {
        cats_address address;
        uint8_t segment[1][16];
        g_assert_true(cats_address_parse(sid, &address));
        memcpy(segment[0], address.octets, 16);
        packet_encap_spec outer = {
            .segments = segment, .count = 1, .mode = PACKET_ENCAP_FULL, .flow_label = 1
        };
        length = packet_encapsulate(&outer, inner, length, frame, sizeof frame);
        octets = frame;
    }
    packet_walk(PACKET_LINK_RAW, octets, (uint32_t)length, (uint32_t)length, &walk);
    passage_sight sight = { .frame = ++s->frame,
                            .time_ns = s->now,
                            .point = point,
                            .packet = &walk,
                            .ip = &walk.ip[sid != NULL ? 1 : 0],
                            .flow = sid != NULL ? s->flow : PASSAGE_NO_FLOW };
    if (sid != NULL) {
        cats_packet view = { .outer_source = octets + 8,
                             .outer_destination = octets + 24,
                             .flow_label = 1,
                             .srh = octets + 40,
                             .srh_available = length - 40,
                             .srh_captured = true,
                             .next_header = s->ipv6 ? CATS_INNER_IPV6 : CATS_INNER_IPV4 };
        cats_steering_read(&s->context, &view, &steering, NULL);
        g_assert_true(steering.encapsulated);
        sight.steering = &steering;
    }
    passage_tracker_see(s->tracker, &sight);
    s->now += MS / 10;
}

#define CATS_SID "5f00:0:e1:ca75:3200:7::"
#define RETURN_SID "5f00:0:1:46::"

/* At the points that a packet on its way to the service passes, as far as to the egress. */
static void to_egress(scene *s, const content *c)
{
    see_at(s, ACCESS, c, 64, NULL);
    see_at(s, INGRESS, c, 64, CATS_SID);
    see_at(s, EGRESS, c, 64, CATS_SID);
}

static void behind_egress(scene *s, const content *c)
{
    see_at(s, SITE1, c, 63, NULL);
}

static void pass(scene *s, const content *c)
{
    to_egress(s, c);
    behind_egress(s, c);
}

static void wait(scene *s)
{
    s->now += 1100 * MS;
    passage_tracker_expire(s->tracker, s->now);
}

/* These rules were broken so often, and no other. */
static void assert_broken(scene *s, cats_rule_id rule, unsigned count)
{
    for (cats_rule_id id = 0; id < CATS_RULE_COUNT; id++) {
        if (s->broken[id] != (id == rule ? count : 0))
            g_test_message("%s: %u, %s", cats_rule_get(id)->id, s->broken[id], s->text);
        g_assert_cmpuint(s->broken[id], ==, id == rule ? count : 0);
    }
    memset(s->broken, 0, sizeof s->broken);
}

static void assert_silent(scene *s)
{
    assert_broken(s, CATS_RULE_CATS_LOST, 0);
}

#define TCP(...) (&(const content){ __VA_ARGS__ })

/* Both ways, TCP, UDP and ICMP. */
static void test_passes(const void *ipv6)
{
    scene s;
    begin(&s, ipv6);
    static const uint8_t protocols[] = { 0, PACKET_PROTOCOL_UDP, PACKET_PROTOCOL_ICMP };
    for (size_t i = 0; i < G_N_ELEMENTS(protocols); i++) {
        pass(&s, TCP(.protocol = protocols[i], .sequence = 1));
        pass(&s, TCP(.protocol = protocols[i], .sequence = 2, .payload = 1000));
    }
    const content *back = TCP(.returns = true, .sequence = 9);
    see_at(&s, SITE1, back, 64, NULL);
    see_at(&s, EGRESS, back, 64, RETURN_SID);
    see_at(&s, INGRESS, back, 64, RETURN_SID);
    see_at(&s, ACCESS, back, 63, NULL);
    wait(&s);
    assert_silent(&s);
    passage_count count = passage_tracker_count_get(s.tracker);
    g_assert_cmpuint(count.packets, ==, 7);
    g_assert_cmpuint(count.passed, ==, 7);
    g_assert_cmpuint(s.passed, ==, 7);
    end(&s);
}

static void test_lost(const void *ipv6)
{
    scene s;
    begin(&s, ipv6);
    pass(&s, TCP(.sequence = 1));
    see_at(&s, SITE2, TCP(.sequence = 99), 64,
           NULL); /* all that can be told: no other site's link is a point */
    to_egress(&s, TCP(.sequence = 2));
    wait(&s);
    assert_broken(&s, CATS_RULE_CATS_LOST, 1);
    g_assert_cmpuint(s.last_frame, ==, 8);
    g_assert_cmpstr(s.text, ==, "seen at capture point 2, not behind egress1 within 1000 ms, expected there");
    /* Another flow, of which nothing was seen behind the egress; site3's link is no point. */
    s.flow = 5;
    to_egress(&s, TCP(.sequence = 3));
    wait(&s);
    assert_silent(&s);
    g_assert_cmpuint(passage_tracker_count_get(s.tracker).unjudged, ==, 1);
    end(&s);
}

/* With all links of the egress as points the first packet of a flow is missed, too. */
static void test_lost_surrounded(const void *ipv6)
{
    scene s;
    cats_place place;
    begin(&s, ipv6);
    g_assert_true(cats_place_find(s.topology, "site3", &place));
    passage_tracker_place(s.tracker, POINTS, &place);
    to_egress(&s, TCP(.sequence = 1));
    wait(&s);
    assert_broken(&s, CATS_RULE_CATS_LOST, 1);
    end(&s);
}

/* The capture begins behind the packet, or ends before its time is over. */
static void test_not_covered(const void *ipv6)
{
    scene s;
    begin(&s, ipv6);
    pass(&s, TCP(.sequence = 1));
    s.covered_from = s.now + 500 * MS;
    to_egress(&s, TCP(.sequence = 2));
    wait(&s);
    assert_silent(&s);
    s.covered_from = 0;
    s.covered_to = s.now + 500 * MS;
    to_egress(&s, TCP(.sequence = 3));
    wait(&s);
    assert_silent(&s);
    end(&s);
}

/* The same octets once more: the first is lost, or the second, or neither. */
static void test_retransmission(const void *ipv6)
{
    const content *twice = TCP(.sequence = 1);
    for (unsigned lost = 0; lost < 3; lost++) {
        scene s;
        begin(&s, ipv6);
        pass(&s, TCP(.sequence = 99));
        to_egress(&s, twice);
        if (lost != 1)
            behind_egress(&s, twice);
        s.now += 300 * MS;
        to_egress(&s, twice);
        if (lost != 2)
            behind_egress(&s, twice);
        wait(&s);
        assert_broken(&s, CATS_RULE_CATS_LOST, lost == 0 ? 0 : 1);
        if (lost == 1)
            g_assert_cmpuint(s.last_frame, ==, 7);
        if (lost == 2)
            g_assert_cmpuint(s.last_frame, ==, 11);
        end(&s);
    }
}

/* Sent twice at once, and overtaken. */
static void test_order(const void *ipv6)
{
    scene s;
    begin(&s, ipv6);
    for (unsigned i = 0; i < 2; i++)
        to_egress(&s, TCP(.sequence = 1));
    for (uint32_t i = 2; i < 6; i++)
        to_egress(&s, TCP(.sequence = i));
    for (uint32_t i = 5; i > 1; i--)
        behind_egress(&s, TCP(.sequence = i));
    for (unsigned i = 0; i < 2; i++)
        behind_egress(&s, TCP(.sequence = 1));
    /* Behind the egress before the egress, as captures of one moment may be merged. */
    see_at(&s, SITE1, TCP(.sequence = 7), 63, NULL);
    to_egress(&s, TCP(.sequence = 7));
    wait(&s);
    assert_silent(&s);
    g_assert_cmpuint(passage_tracker_count_get(s.tracker).passed, ==, 7);
    end(&s);
}

/* A second site's link, or a mirror of the first, shows a copy. */
static void test_copies(const void *ipv6)
{
    scene s;
    begin(&s, ipv6);
    pass(&s, TCP(.sequence = 1));
    see_at(&s, SITE2, TCP(.sequence = 1), 63, NULL);
    see_at(&s, SITE2, TCP(.sequence = 1), 62, NULL);
    wait(&s);
    assert_silent(&s);
    end(&s);
}

static void test_hop_limit(const void *ipv6)
{
    scene s;
    begin(&s, ipv6);
    to_egress(&s, TCP(.sequence = 1));
    see_at(&s, SITE1, TCP(.sequence = 1), 64, NULL);
    assert_broken(&s, CATS_RULE_CATS_HOP_LIMIT, 1);
    g_assert_cmpuint(s.last_frame, ==, 4);
    g_assert_cmpuint(s.last_other, ==, 3);
    g_assert_nonnull(
        strstr(s.text, " 64 behind the hop, expected 63: one less than inside the encapsulation (frame 3)"));
    to_egress(&s, TCP(.sequence = 2));
    see_at(&s, SITE1, TCP(.sequence = 2), 62, NULL);
    assert_broken(&s, CATS_RULE_CATS_HOP_LIMIT, 1);
    wait(&s);
    assert_silent(&s);
    end(&s);
}

/* At the beginning, beyond the part that is kept, and in length. */
static void test_changed(const void *ipv6)
{
    scene s;
    begin(&s, ipv6);
    to_egress(&s, TCP(.sequence = 1, .fill = 'a'));
    behind_egress(&s, TCP(.sequence = 1, .fill = 'b'));
    assert_broken(&s, CATS_RULE_CATS_INNER_CHANGED, 1);
    g_assert_nonnull(strstr(s.text, "octet "));
    to_egress(&s, TCP(.sequence = 2, .protocol = PACKET_PROTOCOL_ICMP, .fill = 'a'));
    behind_egress(&s, TCP(.sequence = 2, .protocol = PACKET_PROTOCOL_ICMP, .fill = 'b'));
    assert_broken(&s, CATS_RULE_CATS_INNER_CHANGED, 1);
    wait(&s);
    assert_silent(&s);
    g_assert_cmpuint(passage_tracker_count_get(s.tracker).lost, ==, 0);
    end(&s);
}

/* What nothing numbers was changed: it is lost. */
static void test_changed_udp(const void *ipv6)
{
    scene s;
    begin(&s, ipv6);
    pass(&s, TCP(.protocol = PACKET_PROTOCOL_UDP));
    to_egress(&s, TCP(.protocol = PACKET_PROTOCOL_UDP, .sequence = 3, .fill = 'a'));
    behind_egress(&s, TCP(.protocol = PACKET_PROTOCOL_UDP, .sequence = 3, .fill = 'b'));
    wait(&s);
    assert_broken(&s, GPOINTER_TO_INT(ipv6) ? CATS_RULE_CATS_LOST : CATS_RULE_CATS_INNER_CHANGED, 1);
    end(&s);
}

/* Within a moment of the beginning an older packet may have the same numbers: nothing is said. */
static void test_changed_at_start(const void *ipv6)
{
    scene s;
    begin(&s, ipv6);
    s.covered_from = s.now - 100 * MS;
    to_egress(&s, TCP(.sequence = 1, .fill = 'a'));
    behind_egress(&s, TCP(.sequence = 1, .fill = 'b'));
    wait(&s);
    assert_silent(&s);
    end(&s);
}

static void test_not_local(const void *ipv6)
{
    scene s;
    begin(&s, ipv6);
    to_egress(&s, TCP(.sequence = 1));
    see_at(&s, EGRESS, TCP(.sequence = 1), 63, NULL);
    assert_broken(&s, CATS_RULE_CATS_NOT_LOCAL, 1);
    see_at(&s, EGRESS, TCP(.sequence = 1), 62, NULL);
    wait(&s);
    assert_silent(&s);
    /* Another behaviour may send it where it wants. */
    see_at(&s, EGRESS, TCP(.sequence = 2), 64, "5f00:0:e1:46::");
    see_at(&s, EGRESS, TCP(.sequence = 2), 63, NULL);
    assert_silent(&s);
    end(&s);
}

/* Nothing is known of places: what the egress did with earlier packets tells. */
static void test_unknown_places(const void *ipv6)
{
    scene s;
    begin_with(&s, GPOINTER_TO_INT(ipv6), false, false, 1024);
    for (uint32_t i = 1; i < 5; i++)
        pass(&s, TCP(.sequence = i));
    g_assert_cmpuint(s.passed, ==, 4);
    to_egress(&s, TCP(.sequence = 6));
    see_at(&s, SITE1, TCP(.sequence = 6), 64, NULL);
    assert_broken(&s, CATS_RULE_CATS_HOP_LIMIT, 1);
    /* In front of the ingress a retransmission has the hop limit that the packet has inside. */
    to_egress(&s, TCP(.sequence = 7));
    see_at(&s, ACCESS, TCP(.sequence = 7), 64, NULL);
    behind_egress(&s, TCP(.sequence = 7));
    assert_silent(&s);
    to_egress(&s, TCP(.sequence = 8));
    wait(&s);
    assert_broken(&s, CATS_RULE_CATS_LOST, 1);
    end(&s);
}

/* One capture point, whatever it shows. */
static void test_unpaired(const void *ipv6)
{
    scene s;
    begin(&s, ipv6);
    for (uint32_t i = 1; i < 50; i++)
        see_at(&s, EGRESS, TCP(.sequence = i), 64, CATS_SID);
    wait(&s);
    assert_silent(&s);
    g_assert_cmpuint(passage_tracker_count_get(s.tracker).unjudged, ==, 49);
    end(&s);
}

/* Hop limit 1: the egress takes the packet, and sends nobody anything but an error. */
static void test_expired(const void *ipv6)
{
    scene s;
    begin(&s, ipv6);
    pass(&s, TCP(.sequence = 1));
    if (!GPOINTER_TO_INT(ipv6)) { /* no ingress encapsulates such an IPv6 packet */
        see_at(&s, EGRESS, TCP(.sequence = 2), 1, CATS_SID);
        wait(&s);
        assert_silent(&s);
    }
    end(&s);
}

static void test_fragments(void)
{
    scene s;
    begin_with(&s, false, true, true, 1024);
    for (uint32_t i = 1; i < 4; i++)
        pass(&s, TCP(.sequence = i, .fragment = true));
    to_egress(&s, TCP(.sequence = 4, .fragment = true, .fill = 'a'));
    behind_egress(&s, TCP(.sequence = 4, .fragment = true, .fill = 'b'));
    assert_broken(&s, CATS_RULE_CATS_INNER_CHANGED, 1);
    wait(&s);
    assert_silent(&s);
    end(&s);
}

/* More packets under way than there is room for go unjudged, and are counted. */
static void test_room(const void *ipv6)
{
    scene s;
    begin_with(&s, GPOINTER_TO_INT(ipv6), true, true, 1024);
    pass(&s, TCP(.sequence = 1));
    for (uint32_t i = 2; i < 5002; i++) {
        see_at(&s, EGRESS, TCP(.sequence = i), 64, CATS_SID);
        s.now -= MS / 10;
    }
    passage_count count = passage_tracker_count_get(s.tracker);
    g_assert_cmpuint(count.let_go, ==, 5000 - 1024);
    wait(&s);
    assert_broken(&s, CATS_RULE_CATS_LOST, 1024);
    end(&s);
}

/* Any points, hop limits, contents and times: nothing but counts must hold. */
static void test_random(const void *ipv6)
{
    scene s;
    begin_with(&s, GPOINTER_TO_INT(ipv6), true, true, 64);
    for (unsigned i = 0; i < 100000; i++) {
        const content c = { .sequence = (uint32_t)g_test_rand_int_range(0, 8),
                            .payload = (size_t)g_test_rand_int_range(0, 200),
                            .fill = (uint8_t)g_test_rand_int_range(0, 2),
                            .returns = g_test_rand_bit() };
        s.now += g_test_rand_int_range(-5000000, 20000000);
        s.flow = (uint32_t)g_test_rand_int_range(0, 5);
        const char *sid = g_test_rand_bit() ? NULL : g_test_rand_bit() ? CATS_SID : RETURN_SID;
        see_at(&s, (uint32_t)g_test_rand_int_range(0, 70), &c, (uint8_t)g_test_rand_int_range(2, 6), sid);
    }
    passage_count count = passage_tracker_count_get(s.tracker);
    g_assert_cmpuint(count.passed + count.lost + count.unjudged + count.let_go, <=,
                     count.packets + count.passed);
    end(&s);
}

static void add(const char *name, GTestDataFunc test)
{
    for (int ipv6 = 0; ipv6 < 2; ipv6++) {
        g_autofree char *path = g_strdup_printf("/passage-tracker/%s/%s", name, ipv6 ? "ipv6" : "ipv4");
        g_test_add_data_func(path, GINT_TO_POINTER(ipv6), test);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add("passes", test_passes);
    add("lost", test_lost);
    add("lost-surrounded", test_lost_surrounded);
    add("not-covered", test_not_covered);
    add("retransmission", test_retransmission);
    add("order", test_order);
    add("copies", test_copies);
    add("hop-limit", test_hop_limit);
    add("changed", test_changed);
    add("changed-udp", test_changed_udp);
    add("changed-at-start", test_changed_at_start);
    add("not-local", test_not_local);
    add("unknown-places", test_unknown_places);
    add("unpaired", test_unpaired);
    add("expired", test_expired);
    add("room", test_room);
    add("random", test_random);
    g_test_add_func("/passage-tracker/fragments", test_fragments);
    return g_test_run();
}
