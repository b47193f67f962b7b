/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The forwarders of a scenario, and what faults change of their set-up. Spec: man/catshark-simulate.1. */
#include "epan-cats/computing-table.h"
#include "scenario-private.h"

/* Ingresses forget a flow that is silent for so long, and keep so many at most. */
#define FLOW_IDLE_NS (INT64_C(60) * 1000000000)
#define FLOWS_PINNED_MAX 262144

static void add_ingress(scenario *s, size_t index)
{
    ingress_config config;
    setup_ingress_config(&s->setup, index, &config);
    config.flows_max = FLOWS_PINNED_MAX;
    config.flow_idle_ns = FLOW_IDLE_NS;
    s->ingresses[index] = ingress_station_new(&s->sim, &config);
    setup_ingress(&s->setup, index, s->ingresses[index]->role);
}

/* FAULT_WEIGHTS_SKEWED: the first site has four times the sum of the others' weights. */
static void skew_weights(const scenario *s, size_t index)
{
    const cats_egress *e = &s->sim.topology->egresses[index];
    const cats_site *sites = &s->sim.topology->sites[e->first_site];
    uint32_t others = 0;
    for (size_t i = 1; i < e->site_count; i++)
        others += sites[i].weight;
    egress_set_weight(s->egresses[index]->role, 0, MIN(MAX(4 * others, 1), COMPUTING_TABLE_WEIGHT_MAX));
}

static void add_egress(scenario *s, size_t index)
{
    egress_config config;
    setup_egress_config(&s->setup, index, &config);
    s->egresses[index] = egress_station_new(&s->sim, (unsigned)index, &config);
    setup_egress(&s->setup, index, s->egresses[index]->role);
    if (faults_setting(s->sim.faults, FAULT_WEIGHTS_SKEWED))
        skew_weights(s, index);
    s->offers[index] = setup_offers(&s->setup, index);
}

/* FAULT_ALIAS_ROUTES: the alias of the address is routed as the address is. */
static void add_alias_route(scenario *s, const cats_node *node, const cats_address *address)
{
    const cats_topology *t = s->sim.topology;
    cats_address alias = faults_alias(address);
    ingress_route route;
    if (address->family == 0 || cats_topology_node_at(t, &alias) != NULL ||
        !setup_route_to_site(&s->setup, node->site, &alias, &route))
        return;
    setup_site_address(&s->setup, node->site, &alias, s->egresses[t->sites[node->site].egress]->role);
    for (size_t i = 0; i < t->ingress_count; i++)
        ingress_set_route(s->ingresses[i]->role, &route);
}

void scenario_add_forwarders(scenario *s)
{
    const cats_topology *t = s->sim.topology;
    for (size_t i = 0; i < t->ingress_count; i++)
        add_ingress(s, i);
    for (size_t i = 0; i < t->egress_count; i++)
        add_egress(s, i);
    if (!faults_setting(s->sim.faults, FAULT_ALIAS_ROUTES))
        return;
    for (size_t i = 0; i < t->node_count; i++) {
        add_alias_route(s, &t->nodes[i], &t->nodes[i].ipv4);
        add_alias_route(s, &t->nodes[i], &t->nodes[i].ipv6);
    }
}
