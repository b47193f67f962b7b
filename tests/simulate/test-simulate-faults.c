/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Without a fault no rule is broken; with a fault its rule is, and no other but what it says of itself. */
#include "observer.h"
#include "simulate-fixture.h"

/* Enough for the spread over sites to tell, and for an aggregate to grow stale. */
#define FLOWS 240

typedef struct family {
    const char *name;
    bool ipv4, ipv6;
} family;

/* Those of one family alone come first: both together are but a mixture. */
#define ONE_FAMILY 2
static const family families[] = { { "ipv4", true, false }, { "ipv6", false, true }, { "both", true, true } };

static bool is_consequence(const fault *f, cats_rule_id id)
{
    for (const char *const *also = f->consequences; *also != NULL; also++)
        if (g_str_equal(*also, cats_rule_get(id)->id))
            return true;
    return false;
}

static void assert_silent(const observation *seen)
{
    for (cats_rule_id id = 0; id < CATS_RULE_COUNT; id++) {
        if (seen->broken[id] > 0)
            g_test_message("%s: %" G_GUINT64_FORMAT, cats_rule_get(id)->id, seen->broken[id]);
        g_assert_cmpuint(seen->broken[id], ==, 0);
    }
}

static void run_silent(const family *of, uint64_t seeds, bool bgp)
{
    cats_topology *topology = cats_topology_builtin();
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        scenario_options options = simulate_options(topology, seed, 60);
        options.ipv4 = of->ipv4;
        options.ipv6 = of->ipv6;
        options.bgp = bgp;
        scenario_totals totals = simulate_run(&options);
        observation seen;
        observe(simulate_capture_path(), simulate_events_path(), topology, &seen);
        assert_silent(&seen);
        g_assert_cmpuint(seen.flows, ==, 60);
        g_assert_cmpuint(seen.redirects, ==, 60);
        g_assert_cmpuint(seen.frames, ==, totals.packets);
        g_assert_cmpuint(totals.clients.roles.reconnected, ==, 60);
        g_assert_cmpuint(totals.clients.roles.failed, ==, 0);
        g_assert_cmpuint(totals.clients.roles.live + totals.nodes.live + totals.dropped, ==, 0);
        g_assert_cmpuint(seen.unannounced, ==, 0);
        g_assert_cmpuint(seen.updates, ==, totals.bgp.updates);
        g_assert_cmpuint(totals.bgp.sessions, ==, bgp ? 4 : 0);
        g_assert_cmpuint(totals.bgp.lost + totals.bgp.retransmissions, ==, 0);
    }
    cats_topology_free(topology);
}

static void test_silent(const void *data)
{
    run_silent(data, 20, false);
}

static void test_silent_bgp(const void *data)
{
    run_silent(data, 10, true);
}

/* Every capability with every encapsulation. */
static void test_silent_variants(void)
{
    cats_topology *topology = cats_topology_builtin();
    for (client_capability c = CLIENT_INCAPABLE; c <= CLIENT_PERMIT_RAW; c++) {
        for (setup_encapsulation e = SETUP_ENCAP_TOPOLOGY; e <= SETUP_ENCAP_BARE; e++) {
            scenario_options options = simulate_options(topology, 3, 40);
            options.capability = c;
            options.encapsulation = e;
            scenario_totals totals = simulate_run(&options);
            observation seen;
            observe(simulate_capture_path(), simulate_events_path(), topology, &seen);
            assert_silent(&seen);
            g_assert_cmpuint(seen.redirects, ==, c == CLIENT_INCAPABLE ? 0 : 40);
            g_assert_cmpuint(totals.clients.roles.reconnected, ==, seen.redirects);
        }
    }
    cats_topology_free(topology);
}

/* Not one client in four: what a part of the network does to all. */
static bool affects_all(cats_rule_id id)
{
    return id == CATS_RULE_CATS_SPREAD || id == CATS_RULE_CATS_STALE_AGGREGATE ||
           (fault_get(id)->needs & FAULT_NEEDS_BGP) != 0;
}

/* The packet that breaks the rule cannot be read as far as to the client. */
static bool hides_client(cats_rule_id id)
{
    return id == CATS_RULE_CATS_SRH_MALFORMED || id == CATS_RULE_CATS_UPPER_LAYER;
}

static void run_fault(cats_rule_id id, const family *of, bool bgp)
{
    cats_topology *topology = cats_topology_builtin();
    scenario_options options = simulate_options(topology, 11, FLOWS);
    options.ipv4 = of->ipv4;
    options.ipv6 = of->ipv6;
    options.faulty[id] = true;
    options.bgp = bgp;
    scenario_totals totals = simulate_run(&options);
    observation seen;
    observe(simulate_capture_path(), simulate_events_path(), topology, &seen);
    for (cats_rule_id rule = 0; rule < CATS_RULE_COUNT; rule++) {
        if (seen.broken[rule] > 0)
            g_test_message("fault %s, %s: rule %s broken %" G_GUINT64_FORMAT " times", cats_rule_get(id)->id,
                           of->name, cats_rule_get(rule)->id, seen.broken[rule]);
        if (rule == id || is_consequence(fault_get(id), rule))
            g_assert_cmpuint(seen.broken[rule], >, 0);
        else
            g_assert_cmpuint(seen.broken[rule], ==, 0);
    }
    g_assert_cmpuint(seen.flows, >=, FLOWS);
    /* A route that is treated as withdrawn steers nobody; and stale offers are no longer announced. */
    if (id == CATS_RULE_CATS_STALE_AGGREGATE && bgp)
        g_assert_cmpuint(seen.unannounced, >, 0);
    else if ((fault_get(id)->needs & FAULT_NEEDS_BGP) != 0)
        g_assert_cmpuint(seen.unannounced, ==, 0);
    if (!affects_all(id))
        g_assert_cmpuint(seen.faulty_flows, ==, hides_client(id) ? 0 : FLOWS / 4);
    g_assert_cmpuint(totals.clients.roles.live + totals.nodes.live, ==, 0);
    cats_topology_free(topology);
}

static void test_fault(const void *data)
{
    cats_rule_id id = GPOINTER_TO_UINT(data);
    for (size_t i = 0; i < ONE_FAMILY; i++)
        run_fault(id, &families[i], (fault_get(id)->needs & FAULT_NEEDS_BGP) != 0);
}

/* Faults of the choice of SID and offer, where announcements are BGP too. */
static void test_fault_with_bgp(const void *data)
{
    for (size_t i = 0; i < ONE_FAMILY; i++)
        run_fault(GPOINTER_TO_UINT(data), &families[i], true);
}

/* Of all announcements few are faulty, and the first egress serves other flows meanwhile. */
static void test_few_are_refused(void)
{
    cats_topology *topology = cats_topology_builtin();
    scenario_options options = simulate_options(topology, 11, FLOWS);
    options.bgp = true;
    options.faulty[CATS_RULE_CATS_ROUTE_VALUE] = true;
    scenario_totals totals = simulate_run(&options);
    observation seen;
    observe(simulate_capture_path(), simulate_events_path(), topology, &seen);
    g_assert_cmpuint(totals.bgp.lost, ==, seen.broken[CATS_RULE_CATS_ROUTE_VALUE]);
    g_assert_cmpuint(totals.bgp.lost, >, 0);
    g_assert_cmpuint(4 * totals.bgp.lost, <=, totals.bgp.updates);
    cats_topology_free(topology);
}

/* What a fault says of itself: text, and consequences that are rules and not the fault's own. */
static void test_table(void)
{
    for (cats_rule_id id = 0; id < CATS_RULE_COUNT; id++) {
        const fault *f = fault_get(id);
        g_assert_nonnull(f->what);
        for (const char *const *also = f->consequences; *also != NULL; also++) {
            cats_rule_id found;
            g_assert_true(cats_rule_find(*also, &found));
            g_assert_cmpint(found, !=, id);
        }
    }
}

static unsigned idle;

static void count_idle(const char *text)
{
    static const char *const told[] = {
        "fault affinity/port-zero: none of the packets was one that it changes: it broke nothing",
        ("fault cats/stale-aggregate: flows start for 14.9 s, expected 15 s or more: before, it may break "
         "nothing"),
        "fault cats/route-value: none of the announcements was one that it changes: it broke nothing",
    };
    g_assert_cmpuint(idle, <, G_N_ELEMENTS(told));
    g_assert_cmpstr(text, ==, told[idle++]);
}

/* What configures the network alone, as cats/spread, does so from the start. */
static void test_idle(void)
{
    static const cats_rule_id on[] = { CATS_RULE_AFFINITY_PORT_ZERO, CATS_RULE_CATS_SPREAD,
                                       CATS_RULE_CATS_STALE_AGGREGATE, CATS_RULE_CATS_ROUTE_VALUE };
    cats_topology *topology = cats_topology_builtin();
    faults *f = faults_new(topology);
    const char *reason;
    for (size_t i = 0; i < G_N_ELEMENTS(on); i++)
        g_assert_true(faults_add(f, on[i], ~0u, &reason));
    faults_each_idle(f, INT64_C(14900000000), count_idle);
    g_assert_cmpuint(idle, ==, 3);
    fault_announcement said = { .metrics.aggregate.aggregate_id = 1 };
    faults_apply_announcement(f, &said);
    idle = 0;
    faults_each_idle(f, INT64_C(14900000000), count_idle);
    g_assert_cmpuint(idle, ==, 2);
    idle = 0;
    faults_each_idle(f, INT64_C(15000000000), count_idle);
    g_assert_cmpuint(idle, ==, 1);
    faults_free(f);
    cats_topology_free(topology);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/simulate/faults/table", test_table);
    g_test_add_func("/simulate/faults/idle", test_idle);
    for (size_t i = 0; i < G_N_ELEMENTS(families); i++) {
        g_autofree char *path = g_strdup_printf("/simulate/silent/%s", families[i].name);
        g_test_add_data_func(path, &families[i], test_silent);
        g_autofree char *with_bgp = g_strdup_printf("/simulate/silent-with-bgp/%s", families[i].name);
        g_test_add_data_func(with_bgp, &families[i], test_silent_bgp);
    }
    g_test_add_func("/simulate/silent/variants", test_silent_variants);
    for (cats_rule_id id = 0; id < CATS_RULE_COUNT; id++) {
        g_autofree char *path = g_strdup_printf("/simulate/fault/%s", cats_rule_get(id)->id);
        g_test_add_data_func(path, GUINT_TO_POINTER(id), test_fault);
    }
    static const cats_rule_id with_bgp[] = {
        CATS_RULE_CATS_STALE_AGGREGATE,      CATS_RULE_CATS_LAST_SID_NOT_EGRESS, CATS_RULE_CATS_SID_UNKNOWN,
        CATS_RULE_CATS_GRANULARITY_CONFLICT, CATS_RULE_CATS_SRH_MALFORMED,       CATS_RULE_CATS_UPPER_LAYER
    };
    for (size_t i = 0; i < G_N_ELEMENTS(with_bgp); i++) {
        g_autofree char *path =
            g_strdup_printf("/simulate/fault-with-bgp/%s", cats_rule_get(with_bgp[i])->id);
        g_test_add_data_func(path, GUINT_TO_POINTER(with_bgp[i]), test_fault_with_bgp);
    }
    g_test_add_func("/simulate/few-are-refused", test_few_are_refused);
    int status = g_test_run();
    simulate_clean();
    return status;
}
