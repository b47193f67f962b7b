/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every packet-level steering rule: kept, broken, and with and without the topology. Spec: docs/rules.md. */
#include "epan-cats/cats-rules.h"

#include "epan-cats/numbers.h"
#include "steering-case.h"

#define CORE "5f00:0:c:1::"
#define CATS "5f00:0:e1:ca75:3800:102::" /* argument: egress node, level 2, aggregate 0x102 */
#define CATS_PLAIN "5f00:0:e1:ca75::"    /* argument 0 */
#define CATS_SITE "5f00:0:e1:ca75:2800:102::"
#define DT46 "5f00:0:e1:46::"
#define DX4 "5f00:0:e1:42::"
#define RETURN "5f00:0:1:46::"
#define SERVICE4 "192.0.2.80"
#define SERVICE6 "2001:db8:80::80"
#define NODE6 "2001:db8:a::1"
#define CLIENT6 "2001:db8:1::2"

typedef struct rule_case {
    const char *name;
    steering_case packet;
    const char *alone;         /* rules broken without a topology, in the order of the table */
    const char *with_topology; /* rules broken with it */
} rule_case;

/* clang-format off */
static const rule_case cases[] = {
    { "End.CATS, SRH of two, on the way",
      { CORE, { CORE, CATS }, 1, false, 41, 1, SERVICE6, false }, "", "" },
    { "End.CATS, SRH of two, at the egress",
      { CATS, { CORE, CATS }, 0, false, 41, 1, SERVICE6, false }, "", "" },
    { "End.CATS, reduced SRH, on the way",
      { CORE, { CORE, CATS }, 1, true, 4, 1, SERVICE4, false }, "", "" },
    { "End.CATS, no SRH, IPv4",
      { CATS, { NULL }, 0, false, 4, 1, SERVICE4, false }, "", "" },
    { "End.CATS, no SRH, IPv6",
      { CATS, { NULL }, 0, false, 41, 1, SERVICE6, false }, "", "" },
    { "End.CATS, no SRH, Ethernet",
      { CATS, { NULL }, 0, false, 143, 1, NULL, false }, "", "" },
    { "return traffic to the ingress",
      { RETURN, { NULL }, 0, false, 41, 1, CLIENT6, false }, "", "" },
    { "re-established connection to a node",
      { DT46, { NULL }, 0, false, 41, 1, NODE6, false }, "", "" },

    { "segments-left: End.CATS in force, one segment to go",
      { CATS, { CATS, DT46 }, 1, false, 41, 1, SERVICE6, false }, "cats/segments-left", "cats/segments-left" },
    { "segments-left: End.DT46, known from the topology alone",
      { DT46, { DT46, CATS }, 1, false, 41, 1, SERVICE6, false }, "", "cats/segments-left" },
    { "segments-left: reduced form",
      { CATS, { CATS, DT46 }, 1, true, 4, 1, SERVICE4, false }, "cats/segments-left", "cats/segments-left" },
    { "segments-left: not for a transit SID",
      { CORE, { CORE, CORE, CATS }, 2, false, 41, 1, SERVICE6, false }, "", "" },

    { "last-sid-not-egress: the core's SID",
      { CORE, { CORE, CORE }, 0, false, 41, 1, SERVICE6, false }, "", "cats/last-sid-not-egress" },
    { "last-sid-not-egress: no locator has it",
      { CORE, { CORE, "5f00:0:77:1::" }, 1, false, 4, 1, SERVICE4, false }, "", "cats/last-sid-not-egress" },
    { "last-sid-not-egress: outside the block",
      { CORE, { CORE, "2001:db8:77::" }, 1, false, 4, 1, SERVICE4, false }, "", "cats/last-sid-not-egress" },
    { "last-sid-not-egress: the ingress's SID, toward a service",
      { RETURN, { NULL }, 0, false, 4, 1, SERVICE4, false }, "", "cats/last-sid-not-egress" },
    { "last-sid-not-egress: silent for return traffic",
      { RETURN, { NULL }, 0, false, 4, 1, "10.1.0.2", false }, "", "" },
    { "last-sid-not-egress: silent without an inner packet",
      { RETURN, { NULL }, 0, false, 41, 1, NULL, false }, "", "" },

    { "sid-unknown: egress1's locator, function of no SID",
      { "5f00:0:e1:dead::", { NULL }, 0, false, 41, 1, SERVICE6, false }, "", "cats/sid-unknown" },
    { "sid-unknown: behind an SRH",
      { CORE, { CORE, "5f00:0:e2:dead::" }, 1, false, 41, 1, SERVICE6, false }, "", "cats/sid-unknown" },
    { "sid-unknown: End.CATS by its function, but the table does not list it",
      { "5f00:0:e2:ca75::", { NULL }, 0, false, 41, 1, SERVICE6, false }, "", "cats/sid-unknown" },
    { "sid-unknown: not for what is not encapsulated",
      { "5f00:0:e1:dead::", { "5f00:0:e1:dead::" }, 0, false, 6, 1, NULL, false }, "", "" },

    { "upper-layer: UDP behind End.CATS",
      { CATS, { CORE, CATS }, 0, false, 17, 1, NULL, false }, "cats/upper-layer", "cats/upper-layer" },
    { "upper-layer: TCP behind End.DT46",
      { DT46, { DT46 }, 0, false, 6, 1, NULL, false }, "", "cats/upper-layer" },
    { "upper-layer: IPv6 behind End.DX4, no SRH",
      { DX4, { NULL }, 0, false, 41, 1, SERVICE6, false }, "", "cats/upper-layer" },
    { "upper-layer: Ethernet behind End.DT46",
      { DT46, { NULL }, 0, false, 143, 1, NULL, false }, "", "cats/upper-layer" },
    { "upper-layer: not before the last segment",
      { CORE, { CORE, CATS }, 1, false, 17, 1, NULL, false }, "", "" },
    { "upper-layer: a ping of the SID",
      { CATS, { CORE, CATS }, 0, false, 58, 1, NULL, false }, "", "" },
    { "upper-layer: a later fragment",
      { CATS, { CORE, CATS }, 0, false, 17, 1, NULL, true }, "", "" },
    { "upper-layer: UDP to the SID without an SRH is no SRv6",
      { CATS, { NULL }, 0, false, 17, 1, NULL, false }, "", "" },

    { "not-a-service: a client behind End.CATS",
      { CATS, { NULL }, 0, false, 41, 1, CLIENT6, false }, "", "cats/not-a-service" },
    { "not-a-service: a node behind a SID with granularity",
      { DX4, { CORE, DX4 }, 0, false, 4, 1, "198.51.100.1", false }, "", "cats/not-a-service" },
    { "not-a-service: not for the SID of an ingress",
      { "5f00:0:1:ca75::", { NULL }, 0, false, 41, 1, CLIENT6, false }, "", "" },
    { "not-a-service: not judged without an inner packet",
      { CATS, { NULL }, 0, false, 41, 1, NULL, true }, "", "" },

    { "granularity-conflict: service site with End.CATS, and the table says egress node",
      { CATS_SITE, { NULL }, 0, false, 41, 1, SERVICE6, false },
      "cats/granularity-conflict", "cats/granularity-conflict" },
    { "granularity-conflict: none where the argument is 0",
      { CATS_PLAIN, { NULL }, 0, false, 41, 1, SERVICE6, false }, "", "" },
    { "granularity-conflict: none for End.DX4 with service site",
      { DX4, { NULL }, 0, false, 4, 1, SERVICE4, false }, "", "" },

    { "flow-label: 0",
      { CATS, { CORE, CATS }, 0, false, 4, 0, SERVICE4, false }, "cats/flow-label", "cats/flow-label" },
    { "flow-label: not for what is not encapsulated",
      { CORE, { CORE, CATS }, 1, false, 58, 0, NULL, false }, "", "" },
};
/* clang-format on */

static char *broken_rules(const cats_context *context, const steering_case *words)
{
    steering_octets octets;
    cats_packet packet = steering_packet(words, &octets);
    cats_steering steering;
    cats_findings findings;
    cats_findings_clear(&findings);
    cats_steering_read(context, &packet, &steering, &findings);
    GString *ids = g_string_new("");
    for (unsigned i = 0; i < findings.count; i++) {
        g_string_append_printf(ids, "%s%s", i == 0 ? "" : " ", cats_rule_get(findings.list[i].rule)->id);
        g_assert_cmpuint(strlen(findings.list[i].text), >, 20);
    }
    return g_string_free(ids, FALSE);
}

static void check_rule(gconstpointer data)
{
    const rule_case *rule = data;
    cats_context context;
    cats_context_init(&context);
    g_autofree char *alone = broken_rules(&context, &rule->packet);
    g_assert_cmpstr(alone, ==, rule->alone);

    cats_topology *topology = steering_topology();
    context.topology = topology;
    g_autofree char *with_topology = broken_rules(&context, &rule->packet);
    g_assert_cmpstr(with_topology, ==, rule->with_topology);
    cats_topology_free(topology);
}

/* What the table of SIDs alone (no topology) lets be judged, and what each side of a conflict may be. */
static void check_table(void)
{
    static const struct {
        const char *prefix;
        uint16_t behavior;
        cats_granularity granularity;
        const char *destination;
        uint8_t next_header;
        const char *broken;
    } tables[] = {
        { DX4 "/64", 17, CATS_GRANULARITY_EGRESS_NODE, DX4, 4, "cats/granularity-conflict" },
        { DX4 "/64", 16, CATS_GRANULARITY_EGRESS_NODE, DX4, 41, "cats/granularity-conflict" },
        { DX4 "/64", 17, CATS_GRANULARITY_SERVICE_POINT, DX4, 4, "" },
        { DX4 "/64", 17, CATS_GRANULARITY_NOT_STATED, DX4, 4, "" },
        { DT46 "/64", 20, CATS_GRANULARITY_SERVICE_SITE, DT46, 4, "" },
        { DT46 "/64", 20, CATS_GRANULARITY_EGRESS_NODE, DT46, 4, "" },
        { CATS_PLAIN "/64", CATS_BEHAVIOR_END_CATS, CATS_GRANULARITY_SERVICE_SITE, CATS_PLAIN, 41,
          "cats/granularity-conflict" },
        { CATS_PLAIN "/64", CATS_BEHAVIOR_END_CATS, CATS_GRANULARITY_SERVICE_SITE, CATS, 41,
          "cats/granularity-conflict" },
        { CATS_PLAIN "/64", CATS_BEHAVIOR_END_CATS, CATS_GRANULARITY_NOT_STATED, CATS, 41, "" },
        { CATS_PLAIN "/64", CATS_BEHAVIOR_END_CATS, CATS_GRANULARITY_NOT_STATED, CATS_SITE, 41,
          "cats/granularity-conflict" },
        /* level 2, granularity not stated: the table's holds */
        { CATS_PLAIN "/64", CATS_BEHAVIOR_END_CATS, CATS_GRANULARITY_EGRESS_NODE,
          "5f00:0:e1:ca75:800:102::", 41, "" },
        { "5f00:0:e1::/48", 0, CATS_GRANULARITY_NOT_STATED, DT46, 41, "cats/sid-unknown" },
        { DX4 "/64", 17, CATS_GRANULARITY_NOT_STATED, DX4, 41, "cats/upper-layer" },
        { DX4 "/64", 1, CATS_GRANULARITY_NOT_STATED, DX4, 41, "" }, /* End removes nothing */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
        cats_sid_table *table = cats_sid_table_new();
        steering_add_row(table, tables[i].prefix, "32/16/16/32", tables[i].behavior, tables[i].granularity,
                         "egress1");
        cats_context context;
        cats_context_init(&context);
        context.sids = table;
        steering_case words = { .destination = tables[i].destination,
                                .next_header = tables[i].next_header,
                                .flow_label = 1,
                                .inner = SERVICE6 };
        g_autofree char *broken = broken_rules(&context, &words);
        g_test_message("row %zu", i);
        g_assert_cmpstr(broken, ==, tables[i].broken);
        cats_sid_table_free(table);
    }
}

static void assert_text(const cats_context *context, const steering_case *words, const char *expected)
{
    steering_octets octets;
    cats_packet packet = steering_packet(words, &octets);
    cats_steering steering;
    cats_findings findings;
    cats_findings_clear(&findings);
    cats_steering_read(context, &packet, &steering, &findings);
    g_assert_cmpuint(findings.count, >=, 1);
    g_assert_cmpstr(findings.list[0].text, ==, expected);
}

/* The value, what was expected, and where. */
static void check_texts(void)
{
    cats_topology *topology = steering_topology();
    cats_context context;
    cats_context_init(&context);
    context.topology = topology;
    assert_text(
        &context, &(steering_case){ CATS, { CATS, DT46 }, 1, false, 41, 1, SERVICE6, false },
        "Segments Left 1 with SID 5f00:0:e1:ca75:3800:102:: (End.CATS) in force, expected 0 where the outer "
        "header is removed");
    assert_text(&context, &(steering_case){ RETURN, { NULL }, 0, false, 4, 1, SERVICE4, false },
                "last SID 5f00:0:1:46:: belongs to in, expected a SID of an egress");
    assert_text(&context, &(steering_case){ "5f00:0:77::", { NULL }, 0, false, 4, 1, SERVICE4, false },
                "last SID 5f00:0:77:: is in no locator of the topology, expected a SID of an egress");
    assert_text(&context, &(steering_case){ "5f00:0:e1:dead::", { NULL }, 0, false, 4, 1, SERVICE4, false },
                "SID 5f00:0:e1:dead:: is inside locator 5f00:0:e1::/48, expected one of the SIDs in the "
                "table for it");
    assert_text(&context, &(steering_case){ DX4, { NULL }, 0, false, 41, 1, SERVICE6, false },
                "next header 41 behind SID 5f00:0:e1:42:: (End.DX4), expected 4");
    assert_text(&context, &(steering_case){ CATS, { CATS }, 0, false, 17, 1, NULL, false },
                "next header 17 behind SID 5f00:0:e1:ca75:3800:102:: (End.CATS), expected 4, 41 or 143");
    assert_text(&context, &(steering_case){ CATS, { NULL }, 0, false, 41, 1, CLIENT6, false },
                "inner destination 2001:db8:1::2 behind SID 5f00:0:e1:ca75:3800:102::, expected a CS-ID");
    assert_text(&context, &(steering_case){ CATS_SITE, { NULL }, 0, false, 41, 1, SERVICE6, false },
                "granularity 2 (service site) in the argument, expected 3 (egress node) as in the SID table");
    assert_text(&context, &(steering_case){ CATS, { NULL }, 0, false, 4, 0, SERVICE4, false },
                "outer flow label 0, expected a label that tells inner flows apart");
    context.topology = NULL;
    assert_text(&context, &(steering_case){ CATS_SITE, { NULL }, 0, false, 41, 1, SERVICE6, false },
                "granularity 2 (service site) with End.CATS, where the egress chooses again: expected 3 "
                "(egress node)");
    cats_topology_free(topology);
}

static void check_srh_malformed(void)
{
    static const struct {
        size_t at;
        uint8_t value;
        const char *text;
    } broken[] = {
        { 4, 9, "SRH: Last Entry 9, expected an index within Hdr Ext Len (octet 4)" },
        { 3, 3, "SRH: Segments Left 3, expected at most Last Entry + 1 (octet 3)" },
        { 1, 5, "SRH: Hdr Ext Len 5, expected at most the octets of the packet (octet 1)" },
    };
    cats_context context;
    cats_context_init(&context);
    for (size_t i = 0; i < G_N_ELEMENTS(broken); i++) {
        steering_case words = { CATS, { CORE, CATS }, 0, false, 41, 0, SERVICE6, false };
        steering_octets octets;
        cats_packet packet = steering_packet(&words, &octets);
        octets.srh[broken[i].at] = broken[i].value;
        cats_steering steering;
        cats_findings findings;
        cats_findings_clear(&findings);
        cats_steering_read(&context, &packet, &steering, &findings);
        g_assert_cmpuint(findings.count, ==, 1); /* nothing else is judged on it */
        g_assert_cmpint(findings.list[0].rule, ==, CATS_RULE_CATS_SRH_MALFORMED);
        g_assert_cmpstr(findings.list[0].text, ==, broken[i].text);
        g_assert_true(steering.is_srv6);
        g_assert_false(steering.has_srh);
        g_assert_false(steering.encapsulated);

        cats_findings_clear(&findings);
        packet.srh_captured = false; /* cut by the capture: nobody's fault */
        cats_steering_read(&context, &packet, &steering, &findings);
        g_assert_cmpuint(findings.count, ==, 0);
        cats_steering_judge(&context, &packet, &steering, &findings);
        g_assert_cmpuint(findings.count, ==, 0);
    }
}

/* A decapsulating uSID in force with segments to go, and a container that holds one. */
static void check_next_csid(void)
{
    cats_sid_table *table = cats_sid_table_new();
    steering_add_row(table, "5f00::/32", "32/16/0/0", 43, CATS_GRANULARITY_NOT_STATED, NULL);
    steering_add_row(table, "5f00:0:e1:46::/64", "32/16/16/0", 64, CATS_GRANULARITY_NOT_STATED, "egress1");
    cats_context context;
    cats_context_init(&context);
    context.sids = table;
    static const struct {
        const char *destination;
        uint8_t next_header;
        const char *broken;
    } containers[] = {
        { "5f00:0:c:e1:46::", 41, "" },
        { "5f00:0:c:e1:46::", 143, "cats/upper-layer" },
        { "5f00:0:c:d:e1:46::", 4, "" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(containers); i++) {
        steering_case words = { .destination = containers[i].destination,
                                .next_header = containers[i].next_header,
                                .flow_label = 1,
                                .inner = SERVICE6 };
        g_autofree char *broken = broken_rules(&context, &words);
        g_assert_cmpstr(broken, ==, containers[i].broken);
    }
    steering_case in_force = { DT46, { DT46, CORE }, 1, false, 41, 1, SERVICE6, false };
    g_autofree char *broken = broken_rules(&context, &in_force);
    g_assert_cmpstr(broken, ==, "cats/segments-left");
    cats_sid_table_free(table);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strdup_printf("/cats-rules/%s", cases[i].name);
        g_test_add_data_func(path, &cases[i], check_rule);
    }
    g_test_add_func("/cats-rules/table", check_table);
    g_test_add_func("/cats-rules/texts", check_texts);
    g_test_add_func("/cats-rules/srh-malformed", check_srh_malformed);
    g_test_add_func("/cats-rules/next-csid", check_next_csid);
    return g_test_run();
}
