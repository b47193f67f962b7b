/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a topology to links: which ports they join, and where the core sends what. Spec:
 * man/catshark-simulate.1 (NETWORK). */
#include "scenario-private.h"

/* Nodes and ports at both ends; the capture point is at the CATS-Forwarder, where an operator would put it.
 */
static network_link_spec link_spec(const scenario *s, const plan_link *link)
{
    const cats_topology *t = s->sim.topology;
    network_link_spec spec = {
        .name = link->name, .delay_ns = link->delay_ns, .loss = link->loss, .mtu = link->mtu
    };
    unsigned index = (unsigned)link->index;
    const cats_egress *behind;
    switch (link->kind) {
    case PLAN_CLIENTS_INGRESS:
        spec.node[0] = clients_node(s->clients);
        spec.port[0] = index;
        spec.node[1] = s->ingresses[index]->at.node;
        spec.port[1] = INGRESS_PORT_CLIENTS;
        spec.capture_end = 1;
        break;
    case PLAN_INGRESS_CORE:
        spec.node[0] = s->ingresses[index]->at.node;
        spec.port[0] = INGRESS_PORT_CORE;
        spec.node[1] = core_node(s->core);
        spec.port[1] = index;
        break;
    case PLAN_CORE_EGRESS:
        spec.node[0] = core_node(s->core);
        spec.port[0] = (unsigned)t->ingress_count + index;
        spec.node[1] = s->egresses[index]->at.node;
        spec.port[1] = EGRESS_PORT_CORE;
        spec.capture_end = 1;
        break;
    default:
        behind = &t->egresses[t->sites[index].egress];
        spec.node[0] = s->egresses[t->sites[index].egress]->at.node;
        spec.port[0] = EGRESS_PORT_FIRST_SITE + (unsigned)(index - behind->first_site);
        spec.node[1] = site_node(s->sites[index]);
        break;
    }
    return spec;
}

/* The core reaches an ingress or egress by its locator and its SIDs. */
static void add_core_routes(scenario *s, const char *owner, unsigned port)
{
    const cats_sid_table *sids = s->sim.topology->sids;
    for (size_t i = 0; i < cats_sid_table_size(sids); i++) {
        const cats_sid_row *row = cats_sid_table_row(sids, i);
        if (g_strcmp0(row->owner, owner) != 0)
            continue;
        cats_address prefix = cats_address_ipv6(row->prefix);
        core_add_route(s->core, &prefix, row->prefix_length, port);
        if (!faults_setting(s->sim.faults, FAULT_ALIAS_SIDS))
            continue;
        faults_alias_sid(prefix.octets);
        core_add_route(s->core, &prefix, row->prefix_length, port);
    }
}

/* The ends of BGP sessions. */
static void add_source_route(scenario *s, const uint8_t source[16], unsigned port)
{
    cats_address address = cats_address_ipv6(source);
    if (s->options.bgp)
        core_add_route(s->core, &address, 128, port);
}

void scenario_add_links(scenario *s)
{
    const cats_topology *t = s->sim.topology;
    for (size_t i = 0; i < t->ingress_count; i++) {
        add_core_routes(s, t->ingresses[i].name, (unsigned)i);
        add_source_route(s, t->ingresses[i].source, (unsigned)i);
    }
    for (size_t i = 0; i < t->egress_count; i++) {
        add_core_routes(s, t->egresses[i].name, (unsigned)(t->ingress_count + i));
        add_source_route(s, t->egresses[i].source, (unsigned)(t->ingress_count + i));
    }
    for (unsigned i = 0; i < s->plan->links->len; i++) {
        network_link_spec spec = link_spec(s, &g_array_index(s->plan->links, plan_link, i));
        network_add_link(s->sim.net, &spec);
    }
}
