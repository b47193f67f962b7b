/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plan of flows, the choice of a node, the words of capability. */
#include "capture-tools/endpoints/capability.h"
#include "capture-tools/endpoints/flow-plan.h"
#include "capture-tools/endpoints/node-choice.h"
#include <string.h>

static cats_address address(const char *text)
{
    cats_address parsed;
    g_assert_true(cats_address_parse(text, &parsed));
    return parsed;
}

static void add(flow_plan *plan, const char *prefix, unsigned length, bool large)
{
    const cats_address base = address(prefix),
                       service = address(base.family == 4 ? "192.0.2.80" : "2001:db8:80::80");
    g_assert_cmpint(flow_plan_add(plan, 3, &base, length, &service, 80), ==, large);
}

static const flow_population *population(const flow_plan *plan, guint i)
{
    return &g_array_index(plan->populations, flow_population, i);
}

static void expect_hosts(const flow_plan *plan, guint i, uint32_t count, const char *first, const char *last)
{
    const flow_population *p = population(plan, i);
    const cats_address f = address(first), l = address(last);
    cats_address found = flow_plan_host(p, 0);
    g_assert_cmpuint(p->hosts, ==, count);
    g_assert_true(cats_address_equal(&found, &f));
    found = flow_plan_host(p, p->hosts - 1);
    g_assert_true(cats_address_equal(&found, &l));
}

static void test_hosts(void)
{
    flow_plan plan;
    flow_plan_init(&plan, 1, 1000);
    add(&plan, "10.1.0.0", 16, true);
    add(&plan, "10.1.0.64", 26, true);
    add(&plan, "10.1.0.16", 29, false);
    add(&plan, "10.1.0.2", 31, false);
    add(&plan, "10.1.0.2", 32, false);
    add(&plan, "2001:db8:1::", 48, true);
    add(&plan, "2001:db8:1::9", 128, false);
    expect_hosts(&plan, 0, FLOW_PLAN_HOSTS_MAX, "10.1.0.4", "10.1.0.251");
    expect_hosts(&plan, 1, 60, "10.1.0.68", "10.1.0.127");
    expect_hosts(&plan, 2, 6, "10.1.0.17", "10.1.0.22");
    expect_hosts(&plan, 3, 2, "10.1.0.2", "10.1.0.3");
    expect_hosts(&plan, 4, 1, "10.1.0.2", "10.1.0.2");
    expect_hosts(&plan, 5, FLOW_PLAN_HOSTS_MAX, "2001:db8:1::4", "2001:db8:1::fb");
    expect_hosts(&plan, 6, 1, "2001:db8:1::9", "2001:db8:1::9");
    flow_plan_clear(&plan);
}

typedef struct opened {
    GHashTable *seen;
    unsigned refuse; /* so many of each ten */
    unsigned tried, count;
} opened;

static bool open_flow(void *context, const planned_flow *flow)
{
    opened *o = context;
    char source[CATS_ADDRESS_TEXT];
    if (o->tried++ % 10 < o->refuse)
        return false;
    g_assert_cmpuint(flow->owner, ==, 3);
    g_assert_cmpuint(flow->source_port % 2, ==, 0);
    g_assert_cmpuint(flow->source_port, >=, 32768);
    g_assert_cmpuint(flow->source.family, ==, flow->service.family);
    cats_endpoint_format(&flow->source, flow->source_port, source);
    g_assert_true(g_hash_table_add(o->seen, g_strdup(source)));
    o->count++;
    return true;
}

/* No two of many flows have the same address and port; what is in use is passed over. */
static void test_flows(void)
{
    for (unsigned refuse = 0; refuse < 10; refuse += 5) {
        flow_plan plan;
        opened o = { .seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL), .refuse = refuse };
        flow_plan_init(&plan, 1, 1000);
        add(&plan, "10.1.0.0", 24, true);
        add(&plan, "2001:db8:1::9", 128, false);
        for (unsigned i = 0; i < 10000; i++)
            g_assert_true(flow_plan_start(&plan, open_flow, &o));
        g_assert_cmpuint(o.count, ==, 10000);
        flow_plan_clear(&plan);
        g_hash_table_destroy(o.seen);
    }
    flow_plan plan;
    opened none = { .refuse = 10 };
    flow_plan_init(&plan, 1, 1000);
    add(&plan, "10.1.0.0", 24, true);
    g_assert_false(flow_plan_start(&plan, open_flow, &none));
    flow_plan_clear(&plan);
}

static void test_pause(void)
{
    flow_plan plan;
    int64_t sum = 0;
    flow_plan_init(&plan, 5, 1000);
    for (unsigned i = 0; i < 10000; i++) {
        const int64_t pause = flow_plan_pause(&plan);
        g_assert_cmpint(pause, >=, 500);
        g_assert_cmpint(pause, <, 1500);
        sum += pause;
    }
    g_assert_cmpint(sum, >, 9800000);
    g_assert_cmpint(sum, <, 10200000);
    flow_plan_clear(&plan);
}

static void *find(const node_choice *c, const char *source, uint16_t port, const char *destination)
{
    cats_flow_key key;
    memset(&key, 0, sizeof key);
    key.source = address(source);
    key.destination = address(destination);
    key.protocol = 6;
    key.ports_known = 1;
    key.source_port = port;
    key.destination_port = 80;
    return node_choice_find(c, &key);
}

static void test_nodes(void)
{
    static int nodes[3];
    const cats_address none = { 0 };
    const cats_address anycast[] = { address("192.0.2.80"), address("2001:db8:80::80") };
    const cats_address other[] = { address("192.0.2.81"), none };
    const cats_address own[3][2] = { { address("10.3.1.2"), address("2001:db8:3::2") },
                                     { address("10.3.1.3"), none },
                                     { address("10.3.1.4"), none } };
    node_choice *c = node_choice_new();
    node_choice_add(c, &nodes[0], "a", 300, own[0], anycast);
    node_choice_add(c, &nodes[1], "b", 100, own[1], anycast);
    node_choice_add(c, &nodes[2], "c", 100, own[2], other);
    g_assert_true(find(c, "10.1.0.4", 1, "10.3.1.2") == &nodes[0]);
    g_assert_true(find(c, "2001:db8:1::4", 1, "2001:db8:3::2") == &nodes[0]);
    g_assert_true(find(c, "10.1.0.4", 1, "10.3.1.3") == &nodes[1]);
    g_assert_true(find(c, "10.1.0.4", 1, "192.0.2.81") == &nodes[2]);
    g_assert_null(find(c, "10.1.0.4", 1, "192.0.2.82"));
    g_assert_null(find(c, "10.1.0.4", 1, "10.3.1.9"));
    unsigned first = 0;
    for (uint16_t port = 1; port <= 4000; port++) {
        const void *node = find(c, "10.1.0.4", port, "192.0.2.80");
        g_assert_true(node == &nodes[0] || node == &nodes[1]);
        g_assert_true(node == find(c, "10.1.0.4", port, "192.0.2.80"));
        first += node == &nodes[0];
    }
    g_assert_cmpuint(first, >, 2850); /* of 4000 by 300 to 100 */
    g_assert_cmpuint(first, <, 3150);
    node_choice_free(c);
    node_choice_free(NULL);
}

static void test_capability(void)
{
    client_capability value = CLIENT_INCAPABLE;
    g_autofree char *message = NULL;
    g_assert_true(client_capability_read("permit", &value, &message));
    g_assert_cmpint(value, ==, CLIENT_PERMIT_EXID);
    g_assert_false(client_capability_read("SAF", &value, &message));
    g_assert_cmpstr(message, ==, "\"SAF\", expected saf, permit, raw or none");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/endpoints/hosts", test_hosts);
    g_test_add_func("/endpoints/flows", test_flows);
    g_test_add_func("/endpoints/pause", test_pause);
    g_test_add_func("/endpoints/nodes", test_nodes);
    g_test_add_func("/endpoints/capability", test_capability);
    return g_test_run();
}
