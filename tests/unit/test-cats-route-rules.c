/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules of packets and names of SIDs by what was learned from routes, no topology. Spec: docs/rules.md. */
#include "epan-cats/cats-rules.h"

#include "route-scene.h"
#include "steering-case.h"

#include <string.h>

#define CATS "5f00:0:e:ca75:3800:102::" /* argument: egress node, level 2, aggregate 0x102 */
#define CORE "5f00:0:c:1::"
#define SERVICE4 "192.0.2.80"
#define SERVICE6 "2001:db8:80::80"

typedef struct network {
    cats_route_table *table;
    cats_context context;
    cats_steering steering; /* of the last packet */
    cats_route_behind behind;
    uint32_t sid_ended;
} network;

/* Sessions of both speakers are known from frame 1 on. */
static void network_begin(network *n)
{
    *n = (network){ .table = cats_route_table_new(100) };
    cats_context_init(&n->context);
    n->context.routes = n->table;
    open_session(n->table, &first, 1);
    open_session(n->table, &second, 1);
}

static void network_end(network *n)
{
    cats_route_table_free(n->table);
}

/* The rules that the packet breaks, each with its text, separated by line feeds. */
static char *judge(network *n, uint32_t frame, const steering_case *words)
{
    steering_octets octets;
    cats_packet packet = steering_packet(words, &octets);
    cats_findings findings;
    GString *text = g_string_new(NULL);
    packet.frame = frame;
    packet.flow_label = 1;
    cats_findings_clear(&findings);
    cats_steering_read(&n->context, &packet, &n->steering, &findings);
    n->sid_ended = cats_steering_sid_ended(&n->context, &packet, &n->steering);
    for (unsigned i = 0; i < findings.count; i++)
        g_string_append_printf(text, "%s%s: %s", i == 0 ? "" : "\n", cats_rule_get(findings.list[i].rule)->id,
                               findings.list[i].text);
    return g_string_free(text, FALSE);
}

static void assert_rules(network *n, uint32_t frame, const steering_case *words, const char *expected)
{
    g_autofree char *found = judge(n, frame, words);
    g_assert_cmpstr(found, ==, expected);
}

/* To an address of the service, of either family. */
static steering_case packet_to(const char *destination, bool ipv6)
{
    return (steering_case){ .destination = destination,
                            .next_header = ipv6 ? CATS_INNER_IPV6 : CATS_INNER_IPV4,
                            .inner = ipv6 ? SERVICE6 : SERVICE4 };
}

static const char unknown[] = "cats/sid-unknown: SID 5f00:0:e:dead:: is inside locator 5f00:0:e::/48, where "
                              "2001:db8::1 announced others, expected an announced SID";

static void test_sid_unknown(void)
{
    for (int ipv6 = 0; ipv6 < 2; ipv6++) {
        network n;
        network_begin(&n);
        cats_announcement announcement = sample_announcement();
        steering_case good = packet_to(CATS, ipv6), bad = packet_to("5f00:0:e:dead::", ipv6);
        assert_rules(&n, 9, &bad, "");
        announce(n.table, &first, 10, &announcement);
        assert_rules(&n, 9, &bad, ""); /* on a later pass */
        assert_rules(&n, 10, &good, "");
        assert_rules(&n, 10, &bad, unknown);
        bad.segments[0] = CORE;
        bad.segments[1] = "5f00:0:e:dead::";
        bad.destination = CORE;
        bad.left = 1;
        assert_rules(&n, 10, &bad, unknown);
        withdraw(n.table, &first, 20);
        assert_rules(&n, 20, &good, ""); /* flows stay */
        assert_rules(&n, 20, &bad, unknown);
        cats_route_table_miss(n.table, at(30), CATS_ROUTE_GAP_SEGMENT);
        assert_rules(&n, 29, &bad, unknown);
        assert_rules(&n, 30, &bad, "");
        network_end(&n);
    }
}

static void test_sid_unknown_silent(void)
{
    network n;
    network_begin(&n);
    cats_announcement announcement = sample_announcement();
    announce(n.table, &first, 10, &announcement);
    steering_case elsewhere = packet_to("5f00:0:e:dead::", false);
    elsewhere.inner = "10.1.0.2"; /* no service: the SID may be told by another protocol */
    assert_rules(&n, 10, &elsewhere, "");
    steering_case container = packet_to("5f00:0:e:e:ca75::", false);
    assert_rules(&n, 10, &container, "");
    steering_case ethernet = packet_to("5f00:0:e:dead::", false);
    ethernet.next_header = CATS_INNER_ETHERNET;
    ethernet.inner = NULL;
    assert_rules(&n, 10, &ethernet, "");

    cats_sid_table *sids = cats_sid_table_new();
    steering_add_row(sids, "5f00:0:e:dead::/64", "32/16/16/32", 20, CATS_GRANULARITY_NOT_STATED, "west");
    n.context.sids = sids; /* the user knows better */
    steering_case configured = packet_to("5f00:0:e:dead::", false);
    assert_rules(&n, 10, &configured, "");
    cats_sid_table_free(sids);
    network_end(&n);
}

static void test_last_sid(void)
{
    static const char *const texts[] = {
        "cats/last-sid-not-egress: last SID 5f00:0:f:ca75:: is in no locator of an announced SID, expected a "
        "SID announced for 192.0.2.80",
        "cats/last-sid-not-egress: last SID 5f00:0:f:ca75:: is in no locator of an announced SID, expected a "
        "SID announced for 2001:db8:80::80"
    };
    for (int ipv6 = 0; ipv6 < 2; ipv6++) {
        network n;
        network_begin(&n);
        cats_announcement announcement = sample_announcement();
        steering_case bad = packet_to("5f00:0:f:ca75::", ipv6);
        assert_rules(&n, 9, &bad, "");
        announce(n.table, &first, 10, &announcement);
        assert_rules(&n, 9, &bad, "");
        assert_rules(&n, 10, &bad, texts[ipv6]);
        steering_case returning = bad;
        returning.inner = ipv6 ? "2001:db8:1::2" : "10.1.0.2";
        assert_rules(&n, 10, &returning, "");
        steering_case container = packet_to("5f00:0:c:e:ca75::", ipv6);
        assert_rules(&n, 10, &container, "");

        withdraw(n.table, &first, 20);
        assert_rules(&n, 20, &bad, texts[ipv6]); /* a service it stays */
        announcement.sid.sid[5] = 0xf;
        announce(n.table, &second, 30, &announcement);
        assert_rules(&n, 29, &bad, texts[ipv6]);
        assert_rules(&n, 30, &bad, "");
        withdraw(n.table, &second, 31);
        assert_rules(&n, 32, &bad, "");
        network_end(&n);
    }
}

/* With a session that was not seen to begin nothing is said from then on. */
static void test_partial(void)
{
    network n;
    network_begin(&n);
    cats_announcement announcement = sample_announcement();
    steering_case bad = packet_to("5f00:0:f:ca75::", false), unknown_sid = packet_to("5f00:0:e:dead::", true);
    announce(n.table, &first, 10, &announcement);
    const cats_route_peer third = { { 4, { 10, 9, 3, 1 } }, { 4, { 10, 9, 3, 2 } } };
    cats_route_table_hear(n.table, &third, at(20), BGP_KEEPALIVE);
    assert_rules(&n, 19, &unknown_sid, unknown);
    assert_rules(&n, 20, &unknown_sid, "");
    assert_rules(&n, 20, &bad, "");
    network_end(&n);
}

/* With a topology the topology decides, and one cause is one finding. */
static void test_topology(void)
{
    network n;
    network_begin(&n);
    cats_announcement announcement = sample_announcement();
    cats_topology *topology = steering_topology();
    n.context.topology = topology;
    announce(n.table, &first, 10, &announcement);
    steering_case bad = packet_to("5f00:0:e:dead::", false);
    assert_rules(
        &n, 10, &bad,
        "cats/last-sid-not-egress: last SID 5f00:0:e:dead:: is in no locator of the topology, expected "
        "a SID of an egress");
    steering_case good = packet_to(CATS, false);
    assert_rules(&n, 10, &good, "");
    cats_topology_free(topology);
    network_end(&n);
}

/* The argument is compared with the announcement behind its aggregate ID: an egress may go over to another
 * granularity, and flows keep what they began with. */
static void test_granularity_argument(void)
{
    network n;
    network_begin(&n);
    cats_announcement announcement = sample_announcement();
    announce(n.table, &first, 10, &announcement);
    announcement.aggregate.granularity = CATS_GRANULARITY_SERVICE_SITE;
    announcement.aggregate.aggregate_id = 0x103;
    announce(n.table, &first, 20, &announcement);
    steering_case pinned = packet_to(CATS, true), conflict = packet_to("5f00:0:e:ca75:2800:102::", true);
    assert_rules(&n, 11, &pinned, "");
    assert_rules(
        &n, 11, &conflict,
        "cats/granularity-conflict: granularity 2 (service site) in the argument, expected 3 (egress "
        "node) as announced by 2001:db8::1");
    network_end(&n);

    network_begin(&n);
    announcement = sample_announcement();
    announce(n.table, &first, 10, &announcement);
    announcement.aggregate.aggregate_id = 0x103;
    announcement.aggregate.granularity = CATS_GRANULARITY_SERVICE_POINT;
    announce(n.table, &first, 20, &announcement);
    assert_rules(&n, 21, &pinned, "");
    steering_case of_no_announcement = packet_to("5f00:0:e:ca75:3800:999::", false);
    assert_rules(&n, 21, &of_no_announcement, "");
    network_end(&n);
}

/* An egress node must leave the choice of the site to itself; with End.CATS the reverse. */
static void test_granularity_behavior(void)
{
    for (int ipv6 = 0; ipv6 < 2; ipv6++) {
        network n;
        network_begin(&n);
        cats_announcement announcement = sample_announcement();
        steering_case plain = packet_to("5f00:0:e:ca75::", ipv6);
        announcement.sid.behavior = ipv6 ? 16 : 17; /* End.DX6, End.DX4, which have no argument */
        announcement.sid.structure.argument = 0;
        announce(n.table, &first, 10, &announcement);
        g_autofree char *expected = g_strdup_printf(
            "cats/granularity-conflict: granularity 3 (egress node) as announced by 2001:db8::1 "
            "with %s, which picks a site: expected a behaviour that leaves the choice to the "
            "egress",
            ipv6 ? "End.DX6" : "End.DX4");
        assert_rules(&n, 10, &plain, expected);
        withdraw(n.table, &first, 15);
        assert_rules(&n, 15, &plain, expected);
        steering_case other = plain; /* the SID is for others, too */
        other.inner = ipv6 ? "2001:db8:1::2" : "10.1.0.2";
        assert_rules(&n, 10, &other, "");
        announcement.aggregate.granularity = CATS_GRANULARITY_SERVICE_SITE;
        announce(n.table, &first, 20, &announcement);
        assert_rules(&n, 20, &plain, "");
        announcement.sid.behavior = 0x80ca;
        announce(n.table, &first, 30, &announcement);
        assert_rules(
            &n, 30, &plain,
            "cats/granularity-conflict: granularity 2 (service site) as announced by 2001:db8::1 with "
            "End.CATS, where the egress chooses again: expected 3 (egress node)");
        network_end(&n);
    }
}

/* Return traffic to the SID that an ingress announces for its clients. */
static void test_return(void)
{
    network n;
    network_begin(&n);
    cats_announcement announcement = sample_announcement();
    srv6_service service = sample_service();
    service.sid[5] = 1;
    service.behavior = 20;
    announce(n.table, &first, 10, &announcement);
    announce_service(n.table, &second, 11, &service);
    steering_case returning = packet_to("5f00:0:1:ca75::", false);
    returning.inner = "203.0.113.9";
    assert_rules(&n, 12, &returning, "");
    g_assert_true(n.steering.learned && !n.steering.from_ingress && !n.steering.toward_service);
    g_assert_cmpint(cats_steering_owner_side(&n.steering), ==, CATS_OWNER_INGRESS);
    steering_assert_names(&n.steering, "10.9.2.1 End.DT46", "10.9.2.1");
    steering_case there = packet_to(CATS, false);
    assert_rules(&n, 12, &there, "");
    g_assert_true(n.steering.from_ingress && n.steering.toward_service);
    g_assert_cmpint(cats_steering_owner_side(&n.steering), ==, CATS_OWNER_EGRESS);
    network_end(&n);
}

/* Names stay when the announcement has ended, and it is told that it has. */
static void test_ended(void)
{
    network n;
    network_begin(&n);
    cats_announcement announcement = sample_announcement();
    announce(n.table, &first, 10, &announcement);
    withdraw(n.table, &first, 20);
    steering_case with_id = packet_to(CATS, false), plain = packet_to("5f00:0:e:ca75::", false);
    assert_rules(&n, 19, &plain, "");
    g_assert_cmpuint(n.sid_ended, ==, 0);
    assert_rules(&n, 21, &plain, "");
    g_assert_cmpuint(n.sid_ended, ==, 20);
    steering_assert_names(&n.steering, "2001:db8::1 End.CATS", "2001:db8::1");
    assert_rules(&n, 21, &with_id, "");
    g_assert_cmpuint(n.sid_ended, ==, 0); /* the announcement behind the ID tells */
    network_end(&n);
}

/* The longest prefix tells what a SID is; of equal ones the configured one. The user's name for a locator
 * stays that of what was learned inside it. */
static void test_precedence(void)
{
    static const struct {
        const char *prefix, *owner, *name;
        uint16_t behavior;
        bool learned, owner_learned;
    } cases[] = {
        { "5f00:0:e::/48", "west", "west End.CATS", 0, true, false },
        { "5f00:0:e::/48", NULL, "2001:db8::1 End.CATS", 0, true, true },
        { "5f00:0:e:ca75::/64", "west", "west End.DT46", 20, false, false },
        { "5f00:0:e:ca75:3800::/80", "west", "west End.DT46", 20, false, false },
        { "5f00:0:f::/48", "east", "2001:db8::1 End.CATS", 0, true, true },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        network n;
        network_begin(&n);
        cats_announcement announcement = sample_announcement();
        cats_sid_table *sids = cats_sid_table_new();
        steering_case packet = packet_to(CATS, false);
        steering_add_row(sids, cases[i].prefix, "32/16/16/32", cases[i].behavior, CATS_GRANULARITY_NOT_STATED,
                         cases[i].owner);
        n.context.sids = sids;
        announce(n.table, &first, 10, &announcement);
        assert_rules(&n, 10, &packet, "");
        g_autofree char *egress = g_strndup(cases[i].name, strcspn(cases[i].name, " "));
        steering_assert_names(&n.steering, cases[i].name, egress);
        g_assert_true(n.steering.learned == cases[i].learned);
        g_assert_true(n.steering.owner_learned == cases[i].owner_learned);
        cats_sid_table_free(sids);
        network_end(&n);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cats-route-rules/sid-unknown", test_sid_unknown);
    g_test_add_func("/cats-route-rules/sid-unknown-silent", test_sid_unknown_silent);
    g_test_add_func("/cats-route-rules/last-sid", test_last_sid);
    g_test_add_func("/cats-route-rules/partial", test_partial);
    g_test_add_func("/cats-route-rules/topology", test_topology);
    g_test_add_func("/cats-route-rules/granularity-argument", test_granularity_argument);
    g_test_add_func("/cats-route-rules/granularity-behavior", test_granularity_behavior);
    g_test_add_func("/cats-route-rules/return", test_return);
    g_test_add_func("/cats-route-rules/ended", test_ended);
    g_test_add_func("/cats-route-rules/precedence", test_precedence);
    return g_test_run();
}
