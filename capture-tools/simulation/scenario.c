/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a topology to running roles: nodes, links, SIDs, routes, offers, clients. Spec:
 * man/catshark-simulate.1. */
#include "capture-tools/endpoints/seeded-random.h"
#include "scenario-private.h"

/* Octets in front of an encapsulated packet at most: IPv6 header and an SRH with two segments. */
#define OVERHEAD_MAX (40 + 8 + 2 * 16)
#define TCP_IPV4_HEADERS 40
#define TCP_IPV6_HEADERS 60
/* Octets that a client asks with. */
#define REQUEST_LENGTH 120
/* From the arrival of the first announcements to the first flow. */
#define SETTLE_NS INT64_C(10000000)
/* With BGP, how long the first flow waits for sessions that do not come. */
#define SETTLE_MAX_NS INT64_C(60000000000)

/* Users of random numbers. */
enum { SEED_NETWORK = 1, SEED_CLIENTS, SEED_ARRIVALS, SEED_NODES, SEED_BGP };

GQuark scenario_error_quark(void)
{
    return g_quark_from_static_string("catshark-scenario-error");
}

static void add_sites(scenario *s)
{
    const cats_topology *t = s->sim.topology;
    uint32_t mtu = plan_mtu(s->plan, OVERHEAD_MAX);
    service_node_config model = { .numbers = t->numbers,
                                  .experimental = s->options.capability == CLIENT_PERMIT_EXID,
                                  .request_length = REQUEST_LENGTH,
                                  .response_length = s->options.response,
                                  .mss_ipv4 = (uint16_t)(mtu - TCP_IPV4_HEADERS),
                                  .mss_ipv6 = (uint16_t)(mtu - TCP_IPV6_HEADERS) };
    uint64_t seed = seeded_random_derive(s->options.seed, SEED_NODES);
    for (size_t i = 0; i < t->site_count; i++)
        s->sites[i] = site_new(&s->sim, i, &model, seed);
}

/* ---- clients, metrics ---- */

static int64_t announcement_delay(const void *context, size_t from, size_t to)
{
    const scenario *s = context;
    return plan_core_delay(s->plan, from, to);
}

/* When the first announcements have reached all ingresses. */
static int64_t settled(const scenario *s)
{
    const cats_topology *t = s->sim.topology;
    int64_t slowest = 0;
    for (size_t k = 0; k < t->site_count; k++)
        for (size_t i = 0; i < t->ingress_count; i++)
            slowest = MAX(slowest, s->site_delay[k] + plan_core_delay(s->plan, t->sites[k].egress, i));
    return SCENARIO_EPOCH_NS + slowest + SETTLE_NS;
}

static void add_mesh(scenario *s)
{
    const bgp_mesh_parts parts = { .sim = &s->sim,
                                   .setup = &s->setup,
                                   .egresses = s->egresses,
                                   .ingresses = s->ingresses,
                                   .offers = (const GArray *const *)s->offers,
                                   .mtu = plan_mtu(s->plan, 0),
                                   .seed = seeded_random_derive(s->options.seed, SEED_BGP),
                                   .start = SCENARIO_EPOCH_NS };
    s->mesh = bgp_mesh_new(&parts);
}

/* With BGP the first flow waits for the sessions, too. */
static void start_when_settled(void *context, int64_t now)
{
    const scenario *s = context;
    if (bgp_mesh_settled(s->mesh) || now >= SCENARIO_EPOCH_NS + SETTLE_MAX_NS)
        clients_start(s->clients, now + SETTLE_NS);
    else
        event_queue_set(s->sim.queue, s->start_source, now + SETTLE_NS);
}

static void start_clients(scenario *s)
{
    if (s->mesh == NULL) {
        clients_start(s->clients, settled(s));
        return;
    }
    s->start_source = event_queue_add(s->sim.queue, start_when_settled, s);
    event_queue_set(s->sim.queue, s->start_source, settled(s));
}

static void add_metrics(scenario *s)
{
    const cats_topology *t = s->sim.topology;
    for (size_t i = 0; i < t->site_count; i++)
        s->site_delay[i] = plan_link_of(s->plan, PLAN_EGRESS_SITE, i)->delay_ns;
    metrics_parts parts = { .sim = &s->sim,
                            .sites = s->sites,
                            .egresses = s->egresses,
                            .ingresses = s->ingresses,
                            .site_delay = s->site_delay,
                            .delay = announcement_delay,
                            .context = s,
                            .offers = (const GArray *const *)s->offers,
                            .mesh = s->mesh };
    s->metrics = metrics_new(&parts, SCENARIO_EPOCH_NS);
}

static bool add_clients(scenario *s, GError **error)
{
    const scenario_options *o = &s->options;
    uint32_t mtu = plan_mtu(s->plan, OVERHEAD_MAX);
    client_config model = { .numbers = s->sim.topology->numbers,
                            .capability = o->capability,
                            .request_length = REQUEST_LENGTH,
                            .seed = seeded_random_derive(o->seed, SEED_CLIENTS),
                            .mss_ipv4 = (uint16_t)(mtu - TCP_IPV4_HEADERS),
                            .mss_ipv6 = (uint16_t)(mtu - TCP_IPV6_HEADERS) };
    clients_plan when = { .ipv4 = o->ipv4,
                          .ipv6 = o->ipv6,
                          .flows = o->flows,
                          .interval_ns = o->interval_ns,
                          .seed = seeded_random_derive(o->seed, SEED_ARRIVALS),
                          .duration_ns = o->duration_ns };
    const char *reason;
    s->clients = clients_new(&s->sim, &when, &model, &reason);
    if (s->clients == NULL)
        g_set_error_literal(error, SCENARIO_ERROR, SCENARIO_ERROR_TOPOLOGY, reason);
    return s->clients != NULL;
}

/* ---- faults ---- */

static bool any_srh(const scenario *s)
{
    const cats_topology *t = s->sim.topology;
    if (s->options.encapsulation == SETUP_ENCAP_BARE)
        return false;
    if (t->core_sid.family != 0)
        return true;
    for (size_t i = 0; i < t->ingress_count; i++)
        if (setup_ingress_encapsulation(&s->setup, &t->ingresses[i]) == PACKET_ENCAP_FULL)
            return true;
    return false;
}

/* What the scenario has for faults to work on. */
static unsigned offered(const scenario *s)
{
    const cats_topology *t = s->sim.topology;
    unsigned offered = 0;
    if (s->options.capability != CLIENT_INCAPABLE)
        offered |= FAULT_NEEDS_REDIRECT;
    if (any_srh(s))
        offered |= FAULT_NEEDS_SRH;
    if (t->egress_count > 1)
        offered |= FAULT_NEEDS_EGRESSES;
    if (t->node_count > 1)
        offered |= FAULT_NEEDS_NODES;
    if (s->options.bgp)
        offered |= FAULT_NEEDS_BGP;
    bool argument = true, sites = true, families = true;
    for (size_t i = 0; i < t->egress_count; i++) {
        argument = argument && setup_second_round(t, i)->structure.argument == 32;
        sites = sites && t->egresses[i].site_count > 1;
    }
    for (size_t i = 0; i < t->node_count; i++)
        families = families && t->nodes[i].ipv4.family != 0 && t->nodes[i].ipv6.family != 0;
    return offered | (argument ? FAULT_NEEDS_ARGUMENT : 0u) | (sites ? FAULT_NEEDS_SITES : 0u) |
           (families ? FAULT_NEEDS_FAMILIES : 0u);
}

static bool add_faults(scenario *s, GError **error)
{
    unsigned has = offered(s);
    for (cats_rule_id id = 0; id < CATS_RULE_COUNT; id++) {
        const char *reason;
        if (!s->options.faulty[id] || faults_add(s->sim.faults, id, has, &reason))
            continue;
        g_set_error(error, SCENARIO_ERROR, SCENARIO_ERROR_FAULT,
                    "fault %s needs %s, which this scenario has not", cats_rule_get(id)->id, reason);
        return false;
    }
    return true;
}

/* ---- the whole ---- */

scenario *scenario_new(const scenario_options *options, recorder *rec, GError **error)
{
    const cats_topology *t = options->topology;
    scenario *s = g_new0(scenario, 1);
    s->options = *options;
    s->sim.topology = t;
    s->setup = (setup){ .topology = t,
                        .encapsulation = options->encapsulation,
                        .kernel_flow_label = options->kernel_flow_label };
    s->sim.rec = rec;
    s->sim.queue = event_queue_new();
    s->sim.net = network_new(s->sim.queue, rec, seeded_random_derive(options->seed, SEED_NETWORK));
    s->sim.faults = faults_new(t);
    s->ingresses = g_new0(ingress_station *, t->ingress_count);
    s->egresses = g_new0(egress_station *, t->egress_count);
    s->sites = g_new0(site *, t->site_count);
    s->site_delay = g_new0(int64_t, t->site_count);
    s->offers = g_new0(GArray *, t->egress_count);
    s->plan = plan_new(t, options->ipv4, options->ipv6, error);
    if (s->plan == NULL || !add_faults(s, error)) {
        scenario_free(s);
        return NULL;
    }
    s->core = core_new(&s->sim);
    scenario_add_forwarders(s);
    add_sites(s);
    if (options->bgp)
        add_mesh(s);
    add_metrics(s);
    if (!add_clients(s, error)) {
        scenario_free(s);
        return NULL;
    }
    scenario_add_links(s);
    start_clients(s);
    return s;
}

void scenario_free(scenario *s)
{
    if (s == NULL)
        return;
    const cats_topology *t = s->sim.topology;
    clients_free(s->clients);
    metrics_free(s->metrics);
    bgp_mesh_free(s->mesh);
    for (size_t i = 0; i < t->site_count; i++)
        site_free(s->sites[i]);
    for (size_t i = 0; i < t->egress_count; i++) {
        if (s->egresses[i] != NULL)
            egress_station_free(s->egresses[i]);
        if (s->offers[i] != NULL)
            g_array_free(s->offers[i], TRUE);
    }
    for (size_t i = 0; i < t->ingress_count; i++)
        if (s->ingresses[i] != NULL)
            ingress_station_free(s->ingresses[i]);
    g_free(s->ingresses);
    g_free(s->egresses);
    g_free(s->sites);
    g_free(s->site_delay);
    g_free(s->offers);
    core_free(s->core);
    plan_free(s->plan);
    faults_free(s->sim.faults);
    network_free(s->sim.net);
    event_queue_free(s->sim.queue);
    g_free(s);
}

/* Nodes hold no connection: what they still had to send has been sent. */
static bool nodes_done(const scenario *s)
{
    for (size_t i = 0; i < s->sim.topology->site_count; i++)
        if (site_count(s->sites[i]).live > 0)
            return false;
    return true;
}

bool scenario_step(scenario *s)
{
    if (network_in_flight(s->sim.net) == 0 && clients_done(s->clients) && nodes_done(s))
        return false;
    return event_queue_step(s->sim.queue);
}

void scenario_stop(scenario *s)
{
    clients_stop(s->clients);
}

uint64_t scenario_started(const scenario *s)
{
    return clients_count(s->clients).started;
}

int64_t scenario_elapsed(const scenario *s)
{
    return event_queue_now(s->sim.queue) - SCENARIO_EPOCH_NS;
}

void scenario_each_idle_fault(const scenario *s, void (*say)(const char *text))
{
    faults_each_idle(s->sim.faults, clients_count(s->clients).start_ns, say);
}

scenario_totals scenario_count(const scenario *s)
{
    const cats_topology *t = s->sim.topology;
    scenario_totals sum = { .clients = clients_count(s->clients),
                            .announced = metrics_announced(s->metrics) };
    sum.dropped = sum.clients.dropped + core_count(s->core).dropped;
    for (size_t i = 0; i < t->site_count; i++) {
        service_node_counts one = site_count(s->sites[i]);
        sum.nodes.accepted += one.accepted;
        sum.nodes.redirected += one.redirected;
        sum.nodes.served += one.served;
        sum.nodes.served_incapable += one.served_incapable;
        sum.nodes.option_did_not_fit += one.option_did_not_fit;
        sum.nodes.resets += one.resets;
        sum.nodes.retransmissions += one.retransmissions;
        sum.nodes.live += one.live;
        sum.dropped += site_dropped(s->sites[i]);
    }
    for (size_t i = 0; i < t->ingress_count; i++) {
        sum.dropped += s->ingresses[i]->at.dropped;
        sum.no_egress += ingress_count(s->ingresses[i]->role).drops[FORWARDING_NO_EGRESS];
    }
    for (size_t i = 0; i < t->egress_count; i++)
        sum.dropped += s->egresses[i]->at.dropped;
    if (s->mesh != NULL)
        sum.bgp = bgp_mesh_count(s->mesh);
    sum.dropped += sum.bgp.dropped;
    for (unsigned i = 0; i < network_link_count(s->sim.net); i++) {
        network_link_counts one = network_link_counters(s->sim.net, i);
        sum.packets += one.packets;
        sum.lost += one.lost;
        sum.too_big += one.too_big;
    }
    return sum;
}

const network *scenario_network(const scenario *s)
{
    return s->sim.net;
}

uint64_t scenario_site_flows(const scenario *s, size_t index)
{
    return site_flows(s->sites[index]);
}
