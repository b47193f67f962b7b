/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole simulations over other topologies than the built-in one, and what their totals say. */
#include "observer.h"
#include "simulate-fixture.h"
#include <string.h>

/* One of everything; [core] and the shape of the clients' prefixes are filled in. */
static const char small[] =
    "[service web]\nipv4=192.0.2.80\nipv6=2001:db8:80::80\nport=443\n"
    "%s"
    "[ingress i]\nsource=5f00:0:1::100\nlocator=5f00:0:1::/48\nclients=%s\n"
    "[egress e]\nsource=5f00:0:e::100\nlocator=5f00:0:e::/48\n"
    "[site s]\negress=e\n"
    "[node n]\nsite=s\nipv4=198.51.100.1\nipv6=2001:db8:e::1\nport=8443\ncapacity=%u\n"
    "[sid c]\nprefix=5f00:0:e:ca75::/64\nbehavior=End.CATS\negress=e\n"
    "[sid l]\nprefix=5f00:0:e:46::/64\nbehavior=End.DT46\negress=e\n"
    "[sid r]\nprefix=5f00:0:1:46::/64\nbehavior=End.DT46\ningress=i\n";

static cats_topology *small_topology(const char *core, const char *prefixes, unsigned capacity)
{
    GError *error = NULL;
    g_autofree char *text = g_strdup_printf(small, core, prefixes, capacity);
    cats_topology *topology = cats_topology_parse(text, strlen(text), "small", &error);
    g_assert_no_error(error);
    return topology;
}

static void assert_all_reconnected(const scenario_totals *totals, uint64_t flows)
{
    g_assert_cmpuint(totals->clients.started, ==, flows);
    g_assert_cmpuint(totals->clients.roles.reconnected, ==, flows);
    g_assert_cmpuint(totals->clients.roles.finished, ==, 2 * flows);
    g_assert_cmpuint(totals->clients.roles.failed + totals->clients.roles.live + totals->nodes.live, ==, 0);
    g_assert_cmpuint(totals->dropped + totals->lost + totals->too_big, ==, 0);
}

/* Nothing is broken in what the scenario leaves behind. */
static void assert_silent(const cats_topology *topology)
{
    observation seen;
    observe(simulate_capture_path(), simulate_events_path(), topology, &seen);
    for (cats_rule_id id = 0; id < CATS_RULE_COUNT; id++) {
        if (seen.broken[id] > 0)
            g_test_message("%s", cats_rule_get(id)->id);
        g_assert_cmpuint(seen.broken[id], ==, 0);
    }
}

/* Without and with a core SID, in all encapsulations; a node's port that is not the service's. */
static void test_small(void)
{
    static const char *const cores[] = { "", "[core]\nsid=5f00:0:c:1::\n" };
    for (size_t i = 0; i < G_N_ELEMENTS(cores); i++) {
        cats_topology *topology = small_topology(cores[i], "10.1.0.0/16;2001:db8:1::/48", 100);
        for (setup_encapsulation e = SETUP_ENCAP_TOPOLOGY; e <= SETUP_ENCAP_BARE; e++) {
            scenario_options options = simulate_options(topology, 5, 30);
            options.encapsulation = e;
            scenario_totals totals = simulate_run(&options);
            assert_all_reconnected(&totals, 30);
            assert_silent(topology);
        }
        cats_topology_free(topology);
    }
}

/* One address, two addresses, a prefix of a few. */
static void test_few_clients(void)
{
    static const char *const prefixes[] = { "10.1.0.2/32", "2001:db8:1::2/128",
                                            "10.1.0.0/31;2001:db8:1::/127", "10.1.0.0/30",
                                            "2001:db8:1::/124" };
    for (size_t i = 0; i < G_N_ELEMENTS(prefixes); i++) {
        cats_topology *topology = small_topology("", prefixes[i], 100);
        scenario_options options = simulate_options(topology, 6, 40);
        scenario_totals totals = simulate_run(&options);
        assert_all_reconnected(&totals, 40);
        assert_silent(topology);
        /* All of so few are affected, but in the last, where one in four can be. */
        options.faulty[CATS_RULE_AFFINITY_NO_RECONNECT] = true;
        totals = simulate_run(&options);
        g_assert_cmpuint(totals.clients.roles.reconnected, ==, i == 4 ? 30 : 0);
        cats_topology_free(topology);
    }
}

/* Every length that makes a difference to segments and their last one. */
static void test_responses(void)
{
    static const uint32_t lengths[] = { 0, 1, 1448, 1449, 100000 };
    cats_topology *topology = cats_topology_builtin();
    for (size_t i = 0; i < G_N_ELEMENTS(lengths); i++) {
        scenario_options options = simulate_options(topology, 7, 16);
        options.response = lengths[i];
        scenario_totals totals = simulate_run(&options);
        assert_all_reconnected(&totals, 16);
        assert_silent(topology);
    }
    cats_topology_free(topology);
}

static cats_topology *with_loss(const char *link, double loss)
{
    GError *error = NULL;
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    g_auto(GStrv) parts = g_strsplit(cats_topology_builtin_text(), link, 2);
    g_assert_nonnull(parts[1]);
    g_autofree char *text = g_strdup_printf("%s%s\nloss=%s%s", parts[0], link,
                                            g_ascii_dtostr(number, sizeof number, loss), parts[1]);
    cats_topology *topology = cats_topology_parse(text, strlen(text), "lossy", &error);
    g_assert_no_error(error);
    return topology;
}

/* What an access link or a site's link loses is sent again, and breaks no rule. */
static void test_loss(void)
{
    static const char *const links[] = { "[link clients-ingress1]", "[link clients-ingress2]",
                                         "[link egress1-site1]" };
    for (size_t i = 0; i < G_N_ELEMENTS(links); i++) {
        cats_topology *topology = with_loss(links[i], 0.05);
        scenario_options options = simulate_options(topology, 8 + i, 200);
        scenario_totals totals = simulate_run(&options);
        g_assert_cmpuint(totals.lost, >, 10);
        g_assert_cmpuint(totals.clients.roles.retransmissions + totals.nodes.retransmissions, >, 10);
        g_assert_cmpuint(totals.clients.roles.reconnected, ==, 200);
        g_assert_cmpuint(totals.clients.roles.live + totals.nodes.live, ==, 0);
        assert_silent(topology);
        cats_topology_free(topology);
    }
}

/* More than the capacity serves: scores fall to 0 and flows find no egress until there is room again. */
static void test_overload(void)
{
    cats_topology *topology = small_topology("", "10.1.0.0/16", 10);
    scenario_options options = simulate_options(topology, 9, 300);
    options.ipv6 = false;
    options.interval_ns = 10000000;
    scenario_totals totals = simulate_run(&options);
    g_assert_cmpuint(totals.no_egress, >, 0);
    g_assert_cmpuint(totals.no_egress, <=, totals.dropped);
    g_assert_cmpuint(totals.clients.roles.finished, >, 0);
    g_assert_cmpuint(totals.clients.roles.live + totals.nodes.live, ==, 0);
    assert_silent(topology);
    cats_topology_free(topology);
}

/* BGP in topologies with one of everything, in all encapsulations. */
static void test_bgp_small(void)
{
    cats_topology *topology = small_topology("", "10.1.0.0/16;2001:db8:1::/48", 100);
    for (setup_encapsulation e = SETUP_ENCAP_TOPOLOGY; e <= SETUP_ENCAP_BARE; e++) {
        scenario_options options = simulate_options(topology, 5, 30);
        options.encapsulation = e;
        options.bgp = true;
        scenario_totals totals = simulate_run(&options);
        assert_all_reconnected(&totals, 30);
        assert_silent(topology);
        g_assert_cmpuint(totals.bgp.sessions, ==, 1);
        /* Two CS-IDs and the node's two addresses, the clients' prefixes, and changes of the score. */
        g_assert_cmpuint(totals.bgp.updates, ==, 4 + 2 + 2 * (totals.announced - 1));
    }
    cats_topology_free(topology);
}

/* What the core loses of BGP is sent again, and flows wait for it. */
static void test_bgp_loss(void)
{
    static const char *const links[] = { "[link ingress1-core]", "[link core-egress2]" };
    for (size_t i = 0; i < G_N_ELEMENTS(links); i++) {
        uint64_t retransmissions = 0;
        cats_topology *topology = with_loss(links[i], 0.3);
        for (uint64_t seed = 1; seed <= 5; seed++) {
            observation seen;
            scenario_options options = simulate_options(topology, seed, 20);
            options.bgp = true;
            scenario_totals totals = simulate_run(&options);
            observe(simulate_capture_path(), simulate_events_path(), topology, &seen);
            g_assert_cmpuint(totals.clients.started, ==, 20);
            g_assert_cmpuint(totals.bgp.sessions, ==, 4);
            g_assert_cmpuint(totals.bgp.lost, ==, 0);
            g_assert_cmpuint(totals.no_egress, ==, 0);
            g_assert_cmpuint(seen.unannounced, ==, 0);
            retransmissions += totals.bgp.retransmissions;
        }
        g_assert_cmpuint(retransmissions, >, 10);
        cats_topology_free(topology);
    }
}

/* Where no session comes, the first flow does not wait for ever. */
static void test_bgp_no_session(void)
{
    cats_topology *topology = with_loss("[link ingress1-core]", 1);
    scenario_options options = simulate_options(topology, 4, 4);
    options.bgp = true;
    scenario_totals totals = simulate_run(&options);
    g_assert_cmpuint(totals.clients.started, ==, 4);
    g_assert_cmpuint(totals.clients.roles.live, ==, 0);
    g_assert_cmpuint(totals.bgp.sessions, ==, 2);
    cats_topology_free(topology);
}

/* Scores that fall to 0 and rise again: every change is an UPDATE, and new flows follow it. */
static void test_bgp_overload(void)
{
    cats_topology *topology = small_topology("", "10.1.0.0/16", 10);
    scenario_options options = simulate_options(topology, 9, 300);
    observation seen;
    options.ipv6 = false;
    options.interval_ns = 10000000;
    options.bgp = true;
    scenario_totals totals = simulate_run(&options);
    observe(simulate_capture_path(), simulate_events_path(), topology, &seen);
    g_assert_cmpuint(totals.no_egress, >, 0);
    g_assert_cmpuint(totals.announced, >, 2);
    g_assert_cmpuint(seen.unannounced, ==, 0);
    g_assert_cmpuint(totals.clients.roles.live + totals.nodes.live, ==, 0);
    assert_silent(topology);
    cats_topology_free(topology);
}

/* Sessions stand for as long as flows do: a KEEPALIVE a minute, and the flows of a duration begin when they
 * are there. */
static void test_bgp_duration(void)
{
    cats_topology *topology = cats_topology_builtin();
    scenario_options options = simulate_options(topology, 10, CLIENTS_UNLIMITED);
    options.duration_ns = INT64_C(400000000000);
    options.interval_ns = 1000000000;
    options.bgp = true;
    scenario_totals totals = simulate_run(&options);
    g_assert_cmpuint(totals.clients.started, >=, 380);
    g_assert_cmpuint(totals.clients.started, <=, 420);
    assert_all_reconnected(&totals, totals.clients.started);
    g_assert_cmpuint(totals.bgp.sessions, ==, 4);
    assert_silent(topology);
    cats_topology_free(topology);
}

static void test_duration(void)
{
    cats_topology *topology = cats_topology_builtin();
    scenario_options options = simulate_options(topology, 10, CLIENTS_UNLIMITED);
    options.duration_ns = INT64_C(5000000000);
    scenario_totals totals = simulate_run(&options);
    g_assert_cmpuint(totals.clients.started, >=, 45); /* ten a second */
    g_assert_cmpuint(totals.clients.started, <=, 55);
    assert_all_reconnected(&totals, totals.clients.started);
    cats_topology_free(topology);
}

/* Linux writes flow label 0 for IPv4, and the rule says so; an IPv6 packet's own is copied. */
static void test_kernel_flow_label(void)
{
    cats_topology *topology = cats_topology_builtin();
    for (unsigned ipv4 = 0; ipv4 < 2; ipv4++) {
        observation seen;
        scenario_options options = simulate_options(topology, 12, 12);
        options.ipv4 = ipv4;
        options.ipv6 = !ipv4;
        options.kernel_flow_label = true;
        simulate_run(&options);
        observe(simulate_capture_path(), simulate_events_path(), topology, &seen);
        if (ipv4)
            g_assert_cmpuint(seen.broken[CATS_RULE_CATS_FLOW_LABEL], ==,
                             seen.frames / 2); /* of the core's links */
        else
            assert_silent(topology);
    }
    cats_topology_free(topology);
}

static void test_lacking(void)
{
    static const struct {
        const char *core, *clients;
        bool ipv4, ipv6;
        cats_rule_id fault;
        const char *message;
    } cases[] = {
        { "", "10.1.0.0/16", false, true, CATS_RULE_COUNT,
          "no ingress has IPv6 clients for a service with an IPv6 address" },
        { "", "2001:db8:1::/48", true, false, CATS_RULE_COUNT,
          "no ingress has IPv4 clients for a service with an IPv4 address" },
        { "", "10.1.0.0/16", true, true, CATS_RULE_CATS_FLOW_CHANGED_EGRESS,
          "fault cats/flow-changed-egress needs two egresses, which this scenario has not" },
        { "", "10.1.0.0/16", true, true, CATS_RULE_CATS_FLOW_CHANGED_SITE,
          "fault cats/flow-changed-site needs two sites at each egress, which this scenario has not" },
        { "", "10.1.0.0/16", true, true, CATS_RULE_AFFINITY_RECONNECT_ELSEWHERE,
          "fault affinity/reconnect-elsewhere needs two nodes, which this scenario has not" },
        { "", "10.1.0.0/16", true, true, CATS_RULE_CATS_ROUTE_VALUE,
          "fault cats/route-value needs two egresses, which this scenario has not" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        cats_topology *topology = small_topology(cases[i].core, cases[i].clients, 100);
        scenario_options options = simulate_options(topology, 1, 1);
        options.ipv4 = cases[i].ipv4;
        options.ipv6 = cases[i].ipv6;
        if (cases[i].fault != CATS_RULE_COUNT)
            options.faulty[cases[i].fault] = true;
        recorder *rec = recorder_open(simulate_capture_path(), simulate_events_path(), &error);
        g_assert_no_error(error);
        g_assert_null(scenario_new(&options, rec, &error));
        g_assert_cmpstr(error->message, ==, cases[i].message);
        g_error_free(error);
        recorder_abandon(rec);
        cats_topology_free(topology);
    }
    g_assert_false(g_file_test(simulate_capture_path(), G_FILE_TEST_EXISTS));
}

/* What is dropped in the middle is given back whole. */
static void test_stopped_early(const void *data)
{
    GError *error = NULL;
    cats_topology *topology = cats_topology_builtin();
    scenario_options options = simulate_options(topology, 13, 1000);
    options.bgp = GPOINTER_TO_UINT(data) != 0;
    recorder *rec = recorder_open(NULL, NULL, &error);
    scenario *s = scenario_new(&options, rec, &error);
    g_assert_no_error(error);
    for (unsigned i = 0; i < 5000; i++)
        g_assert_true(scenario_step(s));
    uint64_t started = scenario_started(s);
    g_assert_cmpuint(started, <, 1000);
    scenario_stop(s);
    while (scenario_step(s))
        ;
    scenario_totals totals = scenario_count(s);
    assert_all_reconnected(&totals, started);
    scenario_free(s);
    s = scenario_new(&options, rec, &error);
    for (unsigned i = 0; i < 5000; i++)
        g_assert_true(scenario_step(s));
    scenario_free(s); /* with packets under way and connections open */
    recorder_abandon(rec);
    cats_topology_free(topology);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/scenario/lacking", test_lacking);
    g_test_add_func("/scenario/small", test_small);
    g_test_add_func("/scenario/few-clients", test_few_clients);
    g_test_add_func("/scenario/responses", test_responses);
    g_test_add_func("/scenario/loss", test_loss);
    g_test_add_func("/scenario/overload", test_overload);
    g_test_add_func("/scenario/duration", test_duration);
    g_test_add_func("/scenario/bgp/small", test_bgp_small);
    g_test_add_func("/scenario/bgp/loss", test_bgp_loss);
    g_test_add_func("/scenario/bgp/no-session", test_bgp_no_session);
    g_test_add_func("/scenario/bgp/overload", test_bgp_overload);
    g_test_add_func("/scenario/bgp/duration", test_bgp_duration);
    g_test_add_func("/scenario/kernel-flow-label", test_kernel_flow_label);
    g_test_add_data_func("/scenario/stopped-early", NULL, test_stopped_early);
    g_test_add_data_func("/scenario/bgp/stopped-early", GUINT_TO_POINTER(1), test_stopped_early);
    int status = g_test_run();
    simulate_clean();
    return status;
}
