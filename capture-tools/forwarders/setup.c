/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a topology to forwarders: SIDs, encapsulation, ordinary routes. Spec:
 * draft-du-cats-aggregated-metrics-on-egress s3; docs/topology.md. */
#include "setup.h"
#include "announcement.h"
#include <string.h>

/* ---- how packets are encapsulated ---- */

bool setup_encapsulation_read(const char *text, setup_encapsulation *value, char **message)
{
    static const char *const words[] = { [SETUP_ENCAP_TOPOLOGY] = "topology",
                                         [SETUP_ENCAP_FULL] = "full",
                                         [SETUP_ENCAP_REDUCED] = "reduced",
                                         [SETUP_ENCAP_BARE] = "bare" };
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (g_str_equal(words[i], text)) {
            *value = (setup_encapsulation)i;
            return true;
        }
    *message = g_strdup_printf("\"%s\", expected topology, full, reduced or bare", text);
    return false;
}

packet_encapsulation setup_ingress_encapsulation(const setup *s, const cats_ingress *in)
{
    switch (s->encapsulation) {
    case SETUP_ENCAP_TOPOLOGY:
        return g_strcmp0(in->encapsulation, "reduced") == 0 ? PACKET_ENCAP_REDUCED : PACKET_ENCAP_FULL;
    case SETUP_ENCAP_FULL:
        return PACKET_ENCAP_FULL;
    default:
        return PACKET_ENCAP_REDUCED;
    }
}

static packet_encapsulation egress_encapsulation(const setup *s)
{
    bool full = s->encapsulation == SETUP_ENCAP_TOPOLOGY || s->encapsulation == SETUP_ENCAP_FULL;
    return full ? PACKET_ENCAP_FULL : PACKET_ENCAP_REDUCED;
}

/* Segments to a SID: the core's in front, unless there is none or a single one is wanted. */
static unsigned path_to(const setup *s, const uint8_t sid[16], uint8_t segments[][16])
{
    unsigned count = 0;
    if (s->topology->core_sid.family != 0 && s->encapsulation != SETUP_ENCAP_BARE)
        memcpy(segments[count++], s->topology->core_sid.octets, 16);
    memcpy(segments[count++], sid, 16);
    return count;
}

/* The look-up SID of the owner for addresses of this family. */
static const cats_sid_row *lookup_sid(const setup *s, const char *owner, const cats_address *address)
{
    return setup_lookup(s->topology, owner,
                        address->family == 4 ? PACKET_PROTOCOL_IPV4 : PACKET_PROTOCOL_IPV6);
}

void setup_ingress_config(const setup *s, size_t index, ingress_config *config)
{
    const cats_ingress *spec = &s->topology->ingresses[index];
    *config = (ingress_config){ .name = spec->name,
                                .locator_length = spec->locator_length,
                                .encapsulation = setup_ingress_encapsulation(s, spec),
                                .flow_label_from_flow = !s->kernel_flow_label };
    memcpy(config->source, spec->source, 16);
    memcpy(config->locator, spec->locator.octets, 16);
}

damping setup_damping(const cats_egress *spec)
{
    return (damping){ .interval_ns = spec->interval_ms * INT64_C(1000000), .hysteresis = spec->hysteresis };
}

uint32_t setup_site_capacity(const cats_topology *topology, const cats_site *site)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < site->node_count; i++)
        sum += topology->nodes[site->first_node + i].capacity;
    return (uint32_t)MIN(sum, UINT32_MAX);
}

void setup_egress_config(const setup *s, size_t index, egress_config *config)
{
    const cats_egress *spec = &s->topology->egresses[index];
    *config = (egress_config){ .name = spec->name,
                               .damping = setup_damping(spec),
                               .encapsulation = egress_encapsulation(s),
                               .flow_label_from_flow = !s->kernel_flow_label };
    memcpy(config->source, spec->source, 16);
}

/* ---- ordinary routes ---- */

bool setup_route_to_site(const setup *s, size_t site, const cats_address *address, ingress_route *route)
{
    const cats_topology *t = s->topology;
    const cats_sid_row *sid = lookup_sid(s, t->egresses[t->sites[site].egress].name, address);
    if (sid == NULL)
        return false;
    *route =
        (ingress_route){ .prefix = *address, .prefix_length = 8 * (unsigned)cats_address_length(address) };
    route->segment_count = path_to(s, sid->prefix, route->segments);
    return true;
}

void setup_site_address(const setup *s, size_t site, const cats_address *address, egress *role)
{
    const cats_topology *t = s->topology;
    const cats_egress *behind = &t->egresses[t->sites[site].egress];
    egress_add_site_route(role, address, 8 * (unsigned)cats_address_length(address),
                          (unsigned)(site - behind->first_site));
}

static void add_ingress_sids(const setup *s, size_t index, ingress *role)
{
    const cats_topology *t = s->topology;
    for (size_t i = 0; i < cats_sid_table_size(t->sids); i++) {
        const cats_sid_row *row = cats_sid_table_row(t->sids, i);
        if (setup_owned_by(row, t->ingresses[index].name) && cats_behavior_decapsulates(row->behavior))
            ingress_add_sid(role, row->prefix, row->prefix_length, row->behavior);
    }
}

void setup_ingress(const setup *s, size_t index, ingress *role)
{
    const cats_topology *t = s->topology;
    add_ingress_sids(s, index, role);
    for (size_t i = 0; i < t->node_count; i++) {
        const cats_address *own[] = { &t->nodes[i].ipv4, &t->nodes[i].ipv6 };
        ingress_route route;
        for (size_t k = 0; k < G_N_ELEMENTS(own); k++)
            if (own[k]->family != 0 && setup_route_to_site(s, t->nodes[i].site, own[k], &route))
                ingress_set_route(role, &route);
    }
}

static void add_return_route(const setup *s, egress *role, const cats_ingress *in,
                             const cats_client_prefix *prefix)
{
    const cats_sid_row *sid = lookup_sid(s, in->name, &prefix->prefix);
    if (sid == NULL)
        return;
    ingress_route route = { .prefix = prefix->prefix, .prefix_length = prefix->length };
    route.segment_count = path_to(s, sid->prefix, route.segments);
    egress_add_return_route(role, &route);
}

/* ---- the egress ---- */

static void add_sid(egress *role, const cats_sid_row *row, egress_action action)
{
    egress_sid sid = { .prefix_length = row->prefix_length, .action = action, .behavior = row->behavior };
    memcpy(sid.prefix, row->prefix, 16);
    egress_add_sid(role, &sid);
}

static void add_sids(const setup *s, size_t index, egress *role)
{
    const cats_sid_row *second = setup_second_round(s->topology, index);
    if (second != NULL)
        add_sid(role, second, EGRESS_SECOND_ROUND);
    const uint8_t kinds[] = { PACKET_PROTOCOL_IPV4, PACKET_PROTOCOL_IPV6 };
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        const cats_sid_row *row = setup_lookup(s->topology, s->topology->egresses[index].name, kinds[i]);
        if (row != NULL)
            add_sid(role, row, EGRESS_LOOKUP);
    }
}

static void add_nodes(const setup *s, size_t index, egress *role)
{
    const cats_topology *t = s->topology;
    for (size_t i = 0; i < t->node_count; i++) {
        const cats_address *own[] = { &t->nodes[i].ipv4, &t->nodes[i].ipv6 };
        for (size_t k = 0; k < G_N_ELEMENTS(own); k++)
            if (own[k]->family != 0 && t->sites[t->nodes[i].site].egress == index)
                setup_site_address(s, t->nodes[i].site, own[k], role);
    }
}

static void add_services(const setup *s, size_t index, egress *role)
{
    for (size_t i = 0; i < s->topology->service_count; i++) {
        const cats_service *service = &s->topology->services[i];
        const cats_address *ids[] = { &service->ipv4, &service->ipv6 };
        for (size_t k = 0; k < G_N_ELEMENTS(ids); k++)
            if (ids[k]->family != 0 && setup_serves(s->topology, index, i))
                egress_add_service(role, ids[k]);
    }
}

void setup_egress(const setup *s, size_t index, egress *role)
{
    const cats_topology *t = s->topology;
    const cats_egress *spec = &t->egresses[index];
    for (size_t i = 0; i < spec->site_count; i++)
        egress_add_site(role, t->sites[spec->first_site + i].name, t->sites[spec->first_site + i].weight);
    add_sids(s, index, role);
    add_services(s, index, role);
    add_nodes(s, index, role);
    for (size_t i = 0; i < t->ingress_count; i++)
        for (size_t k = 0; k < t->ingresses[i].client_count; k++)
            add_return_route(s, role, &t->ingresses[i], &t->ingresses[i].clients[k]);
}

/* ---- the SR domain: locators and outer sources ---- */

static bool into_ingress(void *role, const cats_address *prefix, unsigned length)
{
    return ingress_add_domain(role, prefix, length);
}

static bool into_egress(void *role, const cats_address *prefix, unsigned length)
{
    return egress_add_domain(role, prefix, length);
}

static void add_domain(const setup *s, void *role,
                       bool (*add)(void *role, const cats_address *prefix, unsigned length))
{
    const cats_topology *t = s->topology;
    for (size_t i = 0; i < t->ingress_count; i++) {
        cats_address source = cats_address_ipv6(t->ingresses[i].source);
        add(role, &t->ingresses[i].locator, t->ingresses[i].locator_length);
        add(role, &source, 128);
    }
    for (size_t i = 0; i < t->egress_count; i++) {
        cats_address source = cats_address_ipv6(t->egresses[i].source);
        add(role, &t->egresses[i].locator, t->egresses[i].locator_length);
        add(role, &source, 128);
    }
}

void setup_ingress_domain(const setup *s, ingress *role)
{
    add_domain(s, role, into_ingress);
}

void setup_egress_domain(const setup *s, egress *role)
{
    add_domain(s, role, into_egress);
}

/* ---- offers ---- */

#define ARGUMENT_BITS 32

cats_granularity setup_granularity(const cats_sid_row *second_round)
{
    return second_round->granularity == CATS_GRANULARITY_NOT_STATED ? CATS_GRANULARITY_EGRESS_NODE
                                                                    : second_round->granularity;
}

setup_offer setup_offer_of_sid(const setup *s, const char *name, const cats_address *service,
                               const uint8_t sid[16], const cats_sid_structure *structure,
                               cats_granularity granularity)
{
    setup_offer made = { .structure = *structure, .granularity = granularity };
    made.offer.egress = name;
    made.offer.service = *service;
    made.offer.segment_count = path_to(s, sid, made.offer.segments);
    return made;
}

static void add_offer(const setup *s, size_t index, const cats_address *service, GArray *offers)
{
    const cats_sid_row *row = setup_second_round(s->topology, index);
    if (service->family == 0 || row == NULL)
        return;
    setup_offer added = setup_offer_of_sid(s, s->topology->egresses[index].name, service, row->prefix,
                                           &row->structure, setup_granularity(row));
    g_array_append_val(offers, added);
}

GArray *setup_offers(const setup *s, size_t index)
{
    GArray *offers = g_array_new(FALSE, FALSE, sizeof(setup_offer));
    for (size_t i = 0; i < s->topology->service_count; i++) {
        if (!setup_serves(s->topology, index, i))
            continue;
        add_offer(s, index, &s->topology->services[i].ipv4, offers);
        add_offer(s, index, &s->topology->services[i].ipv6, offers);
    }
    return offers;
}

/* Puts the aggregate's identifier into the argument of the egress's SID. */
static void set_argument(const setup_offer *from, ingress_offer *offer)
{
    cats_argument argument = { .granularity = (uint8_t)from->granularity,
                               .level = SETUP_LEVEL_SCORE,
                               .aggregate_id = offer->aggregate_id };
    uint8_t *sid = offer->segments[offer->segment_count - 1];
    cats_sid_parts parts;
    cats_sid_split(&from->structure, sid, &parts);
    parts.argument = cats_argument_join(&argument);
    cats_sid_join(&from->structure, &parts, sid);
}

ingress_offer setup_offer_announced(const setup_offer *from, uint8_t score, uint32_t aggregate_id)
{
    ingress_offer offer = from->offer;
    offer.score = score;
    offer.aggregate_id = aggregate_id;
    if (from->structure.argument == ARGUMENT_BITS)
        set_argument(from, &offer);
    return offer;
}
