/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a topology to forwarders: SIDs, encapsulation, ordinary routes, and what each egress offers.
 * Spec: draft-du-cats-aggregated-metrics-on-egress s3; man/catshark-simulate.1. */
#include "epan-cats/computing-table.h"
#include "scenario-private.h"
#include <string.h>

/* Ingresses forget a flow that is silent for so long, and keep so many at most. */
#define FLOW_IDLE_NS (INT64_C(60) * 1000000000)
#define FLOWS_PINNED_MAX 262144

/* ---- how packets are encapsulated ---- */

packet_encapsulation scenario_ingress_encapsulation(const scenario *s, const cats_ingress *in)
{
    switch (s->options.encapsulation) {
    case SCENARIO_ENCAP_TOPOLOGY:
        return g_strcmp0(in->encapsulation, "reduced") == 0 ? PACKET_ENCAP_REDUCED : PACKET_ENCAP_FULL;
    case SCENARIO_ENCAP_FULL:
        return PACKET_ENCAP_FULL;
    default:
        return PACKET_ENCAP_REDUCED;
    }
}

static packet_encapsulation egress_encapsulation(const scenario *s)
{
    bool full = s->options.encapsulation == SCENARIO_ENCAP_TOPOLOGY ||
                s->options.encapsulation == SCENARIO_ENCAP_FULL;
    return full ? PACKET_ENCAP_FULL : PACKET_ENCAP_REDUCED;
}

/* Segments to a SID: the core's in front, unless there is none or a single one is wanted. */
static unsigned path_to(const scenario *s, const uint8_t sid[16], uint8_t segments[][16])
{
    unsigned count = 0;
    if (s->sim.topology->core_sid.family != 0 && s->options.encapsulation != SCENARIO_ENCAP_BARE)
        memcpy(segments[count++], s->sim.topology->core_sid.octets, 16);
    memcpy(segments[count++], sid, 16);
    return count;
}

/* The look-up SID of the owner for addresses of this family. */
static const cats_sid_row *lookup_sid(const scenario *s, const char *owner, const cats_address *address)
{
    return plan_lookup(s->sim.topology, owner,
                       address->family == 4 ? PACKET_PROTOCOL_IPV4 : PACKET_PROTOCOL_IPV6);
}

/* ---- forwarders ---- */

static void add_ingress(scenario *s, size_t index)
{
    const cats_ingress *spec = &s->sim.topology->ingresses[index];
    ingress_config config = { .name = spec->name,
                              .locator_length = spec->locator_length,
                              .encapsulation = scenario_ingress_encapsulation(s, spec),
                              .flow_label_from_flow = !s->options.kernel_flow_label,
                              .flows_max = FLOWS_PINNED_MAX,
                              .flow_idle_ns = FLOW_IDLE_NS };
    memcpy(config.source, spec->source, 16);
    memcpy(config.locator, spec->locator.octets, 16);
    s->ingresses[index] = ingress_station_new(&s->sim, &config);
}

static void add_return_route(scenario *s, egress_station *e, const cats_ingress *in,
                             const cats_client_prefix *prefix)
{
    const cats_sid_row *sid = lookup_sid(s, in->name, &prefix->prefix);
    if (sid == NULL)
        return;
    ingress_route route = { .prefix = prefix->prefix, .prefix_length = prefix->length };
    route.segment_count = path_to(s, sid->prefix, route.segments);
    egress_add_return_route(e->role, &route);
}

/* The weight that the egress splits by: the topology's, or with FAULT_WEIGHTS_SKEWED four times the sum of
 * the others' for the first site. */
static uint32_t site_weight(const scenario *s, const cats_egress *e, size_t at)
{
    const cats_site *sites = s->sim.topology->sites;
    uint32_t weight = sites[at].weight, others = 0;
    if (at != e->first_site || !faults_setting(s->sim.faults, FAULT_WEIGHTS_SKEWED))
        return weight;
    for (size_t i = 1; i < e->site_count; i++)
        others += sites[e->first_site + i].weight;
    return MIN(MAX(4 * others, 1), COMPUTING_TABLE_WEIGHT_MAX);
}

static void add_egress_sids(scenario *s, egress_station *e, const char *name, size_t index)
{
    const cats_sid_row *second = plan_second_round(s->sim.topology, index);
    egress_sid sid = { .prefix_length = second->prefix_length,
                       .action = EGRESS_SECOND_ROUND,
                       .behavior = second->behavior };
    memcpy(sid.prefix, second->prefix, 16);
    egress_add_sid(e->role, &sid);
    const uint8_t kinds[] = { PACKET_PROTOCOL_IPV4, PACKET_PROTOCOL_IPV6 };
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        const cats_sid_row *row = plan_lookup(s->sim.topology, name, kinds[i]);
        if (row == NULL)
            continue;
        sid = (egress_sid){ .prefix_length = row->prefix_length,
                            .action = EGRESS_LOOKUP,
                            .behavior = row->behavior };
        memcpy(sid.prefix, row->prefix, 16);
        egress_add_sid(e->role, &sid);
    }
}

static void add_egress(scenario *s, size_t index)
{
    const cats_topology *t = s->sim.topology;
    const cats_egress *spec = &t->egresses[index];
    egress_config config = { .name = spec->name,
                             .encapsulation = egress_encapsulation(s),
                             .flow_label_from_flow = !s->options.kernel_flow_label };
    memcpy(config.source, spec->source, 16);
    egress_station *e = egress_station_new(&s->sim, (unsigned)index, &config);
    s->egresses[index] = e;
    for (size_t i = 0; i < spec->site_count; i++)
        egress_add_site(e->role, t->sites[spec->first_site + i].name,
                        site_weight(s, spec, spec->first_site + i));
    add_egress_sids(s, e, spec->name, index);
    for (size_t i = 0; i < t->ingress_count; i++)
        for (size_t k = 0; k < t->ingresses[i].client_count; k++)
            add_return_route(s, e, &t->ingresses[i], &t->ingresses[i].clients[k]);
}

/* ---- services and nodes ---- */

/* An egress's offer of a CS-ID. */
static void add_offer(scenario *s, size_t index, const cats_address *service)
{
    if (service->family == 0)
        return;
    const cats_sid_row *row = plan_second_round(s->sim.topology, index);
    metrics_offer added = { .structure = row->structure,
                            .granularity = row->granularity == CATS_GRANULARITY_NOT_STATED
                                               ? CATS_GRANULARITY_EGRESS_NODE
                                               : row->granularity };
    added.offer.egress = s->sim.topology->egresses[index].name;
    added.offer.service = *service;
    added.offer.segment_count = path_to(s, row->prefix, added.offer.segments);
    g_array_append_val(s->offers[index], added);
    egress_add_service(s->egresses[index]->role, service);
}

static void add_offers(scenario *s, size_t index)
{
    const cats_topology *t = s->sim.topology;
    s->offers[index] = g_array_new(FALSE, FALSE, sizeof(metrics_offer));
    for (size_t i = 0; i < t->service_count; i++) {
        if (!plan_serves(s->plan, index, i))
            continue;
        add_offer(s, index, &t->services[i].ipv4);
        add_offer(s, index, &t->services[i].ipv6);
    }
}

/* Ordinary routing to a node's own address: from all ingresses, and at its egress to its site. */
static void add_node_route(scenario *s, const cats_node *node, const cats_address *address)
{
    const cats_topology *t = s->sim.topology;
    if (address->family == 0)
        return;
    const cats_site *at = &t->sites[node->site];
    const cats_egress *behind = &t->egresses[at->egress];
    const cats_sid_row *sid = lookup_sid(s, behind->name, address);
    if (sid == NULL)
        return;
    unsigned length = 8 * (unsigned)cats_address_length(address);
    egress_add_site_route(s->egresses[at->egress]->role, address, length,
                          (unsigned)(node->site - behind->first_site));
    ingress_route route = { .prefix = *address, .prefix_length = length };
    route.segment_count = path_to(s, sid->prefix, route.segments);
    for (size_t i = 0; i < t->ingress_count; i++)
        ingress_set_route(s->ingresses[i]->role, &route);
}

static void add_node_routes(scenario *s)
{
    const cats_topology *t = s->sim.topology;
    for (size_t i = 0; i < t->node_count; i++) {
        const cats_address *own[] = { &t->nodes[i].ipv4, &t->nodes[i].ipv6 };
        for (size_t k = 0; k < G_N_ELEMENTS(own); k++) {
            add_node_route(s, &t->nodes[i], own[k]);
            if (own[k]->family == 0 || !faults_setting(s->sim.faults, FAULT_ALIAS_ROUTES))
                continue;
            cats_address alias = faults_alias(own[k]);
            if (cats_topology_node_at(t, &alias) == NULL)
                add_node_route(s, &t->nodes[i], &alias);
        }
    }
}

void scenario_add_forwarders(scenario *s)
{
    for (size_t i = 0; i < s->sim.topology->ingress_count; i++)
        add_ingress(s, i);
    for (size_t i = 0; i < s->sim.topology->egress_count; i++) {
        add_egress(s, i);
        add_offers(s, i);
    }
    add_node_routes(s);
}
