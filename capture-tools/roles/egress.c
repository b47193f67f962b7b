/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The egress: from the core, decapsulate and choose a local site; from a site, encapsulate to the ingress;
 * from the sites' reports, what to announce. Spec: draft-du-cats-aggregated-metrics-on-egress s2-3; RFC 8986
 * s4. */
#include "egress.h"

#include "epan-cats/computing-table.h"
#include "flow-pins.h"
#include "forwarding-flow.h"

#include <string.h>

#define REPORT_MAX_AGE_DEFAULT_NS (30 * INT64_C(1000000000))
#define FLOW_IDLE_DEFAULT_NS (300 * INT64_C(1000000000))

/* What a remembered flow points to; stays in its place. */
typedef struct site_flows {
    unsigned site;
    uint64_t count;
} site_flows;

typedef struct egress_site {
    uint32_t weight;
    cats_report report;
    bool reported;
    uint64_t packets;
    site_flows *flows;
    char *comments[EGRESS_ACTION_COUNT]; /* on packets that go to it */
} egress_site;

struct egress {
    egress_config config;
    forwarding_encapsulation encapsulation;
    GArray *sites; /* egress_site, by the indices of `table` */
    computing_table *table;
    prefix_table *sids;          /* egress_sid */
    prefix_table *services;      /* non-NULL: a CS-ID */
    prefix_table *site_routes;   /* index + 1 as a pointer */
    prefix_table *return_routes; /* segment_path */
    prefix_table *domain;        /* non-NULL: inside; NULL: all are */
    flow_pins *pins;             /* site_flows, borrowed; NULL: none are kept */
    GArray *ports;               /* router_port */
    icmp_limit limit;
    char *error_comment;
    GArray *reports; /* cats_report: those of a merge */
    damper damper;
    egress_announcement announced;
    uint8_t *buffer;
    egress_counts counts;
};

static egress_site *site_at(const egress *e, unsigned site)
{
    return site < e->sites->len ? &g_array_index(e->sites, egress_site, site) : NULL;
}

static void site_clear(void *pointer)
{
    egress_site *site = pointer;
    for (unsigned i = 0; i < EGRESS_ACTION_COUNT; i++) {
        g_free(site->comments[i]);
    }
    g_free(site->flows);
}

static void flow_let_go(void *value)
{
    ((site_flows *)value)->count--;
}

static void new_routes(egress *e)
{
    e->sids = prefix_table_new(g_free);
    e->services = prefix_table_new(NULL);
    e->site_routes = prefix_table_new(NULL);
    e->return_routes = prefix_table_new(segment_path_unref);
    e->domain = NULL;
}

static void free_routes(egress *e)
{
    prefix_table_free(e->sids);
    prefix_table_free(e->services);
    prefix_table_free(e->site_routes);
    prefix_table_free(e->return_routes);
    prefix_table_free(e->domain);
}

egress *egress_new(const egress_config *config)
{
    egress *e = g_new0(egress, 1);
    e->config = *config;
    e->encapsulation.mode = config->encapsulation;
    e->encapsulation.flow_label_from_flow = config->flow_label_from_flow;
    memcpy(e->encapsulation.source, config->source, sizeof config->source);
    if (e->config.report_max_age_ns <= 0) {
        e->config.report_max_age_ns = REPORT_MAX_AGE_DEFAULT_NS;
    }
    e->damper.how = config->damping;
    e->sites = g_array_new(FALSE, TRUE, sizeof(egress_site));
    g_array_set_clear_func(e->sites, site_clear);
    e->table = computing_table_new();
    new_routes(e);
    e->ports = g_array_new(FALSE, TRUE, sizeof(router_port));
    e->error_comment = g_strdup_printf("%s: ICMP error", config->name);
    e->reports = g_array_new(FALSE, FALSE, sizeof(cats_report));
    if (config->flows_max > 0) {
        e->pins = flow_pins_new(config->flows_max,
                                config->flow_idle_ns > 0 ? config->flow_idle_ns : FLOW_IDLE_DEFAULT_NS,
                                flow_let_go);
    }
    e->buffer = g_malloc(FORWARDING_PACKET_MAX);
    return e;
}

void egress_free(egress *e)
{
    if (e == NULL) {
        return;
    }
    flow_pins_free(e->pins);
    g_array_free(e->sites, TRUE);
    computing_table_free(e->table);
    free_routes(e);
    g_array_free(e->ports, TRUE);
    g_free(e->error_comment);
    g_array_free(e->reports, TRUE);
    g_free(e->buffer);
    g_free(e);
}

static bool has_site(const egress *e, const char *name)
{
    for (size_t i = 0; i < computing_table_size(e->table); i++) {
        if (g_str_equal(computing_table_name(e->table, i), name)) {
            return true;
        }
    }
    return false;
}

/* Sites are never forgotten, so the computing table's indices are those of `sites`. */
unsigned egress_add_site(egress *e, const char *name, uint32_t weight)
{
    if (has_site(e, name) || !computing_table_set(e->table, name, weight)) {
        return EGRESS_NO_SITE;
    }
    egress_site site = { .weight = weight, .flows = g_new0(site_flows, 1) };
    site.flows->site = e->sites->len;
    site.comments[EGRESS_SECOND_ROUND] = g_strdup_printf("%s: End.CATS, %s chosen", e->config.name, name);
    site.comments[EGRESS_TO_SITE] = g_strdup_printf("%s: the SID's site, %s", e->config.name, name);
    site.comments[EGRESS_LOOKUP] = g_strdup_printf("%s: by route, %s", e->config.name, name);
    g_array_append_val(e->sites, site);
    return e->sites->len - 1;
}

bool egress_set_weight(egress *e, unsigned site, uint32_t weight)
{
    egress_site *at = site_at(e, site);
    if (at == NULL || !computing_table_set(e->table, computing_table_name(e->table, site), weight)) {
        return false;
    }
    at->weight = weight;
    return true;
}

uint32_t egress_site_weight(const egress *e, unsigned site)
{
    const egress_site *at = site_at(e, site);
    return at != NULL ? at->weight : 0;
}

bool egress_add_sid(egress *e, const egress_sid *sid)
{
    if ((unsigned)sid->action >= EGRESS_ACTION_COUNT ||
        (sid->action == EGRESS_TO_SITE && site_at(e, sid->site) == NULL)) {
        return false;
    }
    cats_address prefix = cats_address_ipv6(sid->prefix);
    egress_sid *copy = g_memdup2(sid, sizeof *sid);
    if (!prefix_table_set(e->sids, &prefix, sid->prefix_length, copy)) {
        g_free(copy);
        return false;
    }
    return true;
}

void egress_add_service(egress *e, const cats_address *service)
{
    prefix_table_set(e->services, service, (unsigned)cats_address_length(service) * 8, e);
}

bool egress_add_site_route(egress *e, const cats_address *prefix, unsigned prefix_length, unsigned site)
{
    return site_at(e, site) != NULL &&
           prefix_table_set(e->site_routes, prefix, prefix_length, GUINT_TO_POINTER(site + 1));
}

bool egress_add_domain(egress *e, const cats_address *prefix, unsigned prefix_length)
{
    if (e->domain == NULL) {
        e->domain = prefix_table_new(NULL);
    }
    return prefix_table_set(e->domain, prefix, prefix_length, e);
}

bool egress_add_return_route(egress *e, const ingress_route *route)
{
    return ingress_route_add(e->return_routes, route, e->config.name, "return traffic to");
}

void egress_forget_routes(egress *e)
{
    free_routes(e);
    new_routes(e);
}

void egress_set_port(egress *e, unsigned port, const router_port *set)
{
    router_set_port(e->ports, port, set);
}

bool egress_report(egress *e, int64_t now, unsigned site, const cats_report *report,
                   egress_announcement *announcement)
{
    egress_site *at = site_at(e, site);
    if (at == NULL) {
        return false;
    }
    at->report = *report;
    at->reported = true;
    return egress_review(e, now, announcement);
}

bool egress_review(egress *e, int64_t now, egress_announcement *announcement)
{
    g_array_set_size(e->reports, 0);
    for (unsigned i = 0; i < e->sites->len; i++) {
        const egress_site *site = site_at(e, i);
        if (site->reported && site->weight > 0) {
            g_array_append_val(e->reports, site->report);
        }
    }
    cats_merged merged = cats_metric_merge((const cats_report *)(void *)e->reports->data, e->reports->len,
                                           now, e->config.report_max_age_ns);
    if (!damper_take(&e->damper, now, &merged)) {
        return false;
    }
    *announcement = e->announced = (egress_announcement){ merged, e->damper.generation, !merged.available };
    return true;
}

int64_t egress_due(const egress *e)
{
    return damper_due(&e->damper);
}

void egress_set_damping(egress *e, const damping *how)
{
    e->damper.how = *how;
}

egress_announcement egress_announced(const egress *e)
{
    return e->announced;
}

void egress_announcement_fields(const egress_announcement *announcement,
                                role_field fields[EGRESS_ANNOUNCEMENT_FIELDS])
{
    fields[0] = ROLE_FIELD_NUMBER("cats.aggregate_id", announcement->aggregate_id);
    fields[1] = ROLE_FIELD_NUMBER("score", announcement->merged.score);
    fields[2] = ROLE_FIELD_NUMBER("capacity", announcement->merged.capacity);
    fields[3] = ROLE_FIELD_NUMBER("load", announcement->merged.load);
    fields[4] = ROLE_FIELD_NUMBER("withdrawn", announcement->withdrawn);
}

/* A remembered flow keeps its site; the table decides for a new one. */
static forwarding_drop site_of_flow(egress *e, const forwarding_flow *flow, int64_t now, unsigned *site)
{
    if (e->pins != NULL && flow->begins) {
        flow_pins_open(e->pins, &flow->key, flow->hash);
    }
    const site_flows *known = e->pins != NULL ? flow_pins_find(e->pins, &flow->key, flow->hash, now) : NULL;
    if (known != NULL) {
        *site = known->site;
        return FORWARDING_PASSED;
    }
    *site = computing_table_choose(e->table, flow->hash);
    if (*site == COMPUTING_TABLE_NO_SITE) {
        return FORWARDING_NO_SITE;
    }
    if (e->pins != NULL) {
        site_flows *flows = site_at(e, *site)->flows;
        flow_pins_add(e->pins, &flow->key, flow->hash, now, flows);
        flows->count++;
    }
    return FORWARDING_PASSED;
}

static forwarding_drop choose_by_flow(egress *e, const forwarding_packet *inner, int64_t now, unsigned *site)
{
    forwarding_flow flow;
    if (prefix_table_match(e->services, &inner->destination) == NULL) {
        return FORWARDING_NOT_A_SERVICE;
    }
    if (!forwarding_flow_read(inner, &flow)) {
        return FORWARDING_MALFORMED;
    }
    return site_of_flow(e, &flow, now, site);
}

static forwarding_drop choose_by_route(const egress *e, const forwarding_packet *inner, unsigned *site)
{
    unsigned found = GPOINTER_TO_UINT(prefix_table_match(e->site_routes, &inner->destination));
    *site = found - 1;
    return found == 0 ? FORWARDING_NO_ROUTE : FORWARDING_PASSED;
}

static forwarding_drop choose_site(egress *e, const egress_sid *sid, const forwarding_packet *inner,
                                   int64_t now, unsigned *site)
{
    switch (sid->action) {
    case EGRESS_SECOND_ROUND:
        return choose_by_flow(e, inner, now, site);
    case EGRESS_LOOKUP:
        return choose_by_route(e, inner, site);
    default:
        *site = sid->site;
        return FORWARDING_PASSED;
    }
}

/* An ICMP error that goes back through the core, to a client. */
static void send_through_core(egress *e, const uint8_t *octets, size_t length, const role_sink *sink)
{
    forwarding_packet ip;
    size_t outer;
    const segment_path *path = forwarding_read(octets, length, &ip) == FORWARDING_PASSED
                                   ? prefix_table_match(e->return_routes, &ip.destination)
                                   : NULL;
    if (path != NULL &&
        forwarding_encapsulate(&e->encapsulation, path, &ip, e->buffer, &outer) == FORWARDING_PASSED) {
        sink->packet(sink->context, EGRESS_PORT_CORE, e->buffer, outer, e->error_comment);
    }
}

/* Tells the source of a packet that came by this port, from the core inside another. */
static void send_error(egress *e, int64_t now, unsigned port, icmp_error error,
                       const forwarding_packet *about, uint32_t mtu, const role_sink *sink)
{
    uint8_t octets[ICMP_ERROR_MAX];
    const cats_address *source = router_address(e->ports, port, about->source.family);
    size_t length = source != NULL ? icmp_error_build(error, source, about, mtu, octets) : 0;
    if (length == 0 || !icmp_limit_take(&e->limit, now)) {
        return;
    }
    e->counts.errors++;
    if (port == EGRESS_PORT_CORE) {
        send_through_core(e, octets, length, sink);
    } else {
        sink->packet(sink->context, port, octets, length, e->error_comment);
    }
}

static forwarding_drop to_site(egress *e, egress_action action, unsigned site, const forwarding_packet *inner,
                               int64_t now, const role_sink *sink)
{
    uint32_t mtu = router_mtu(e->ports, EGRESS_PORT_FIRST_SITE + site);
    if (mtu > 0 && inner->length > mtu) {
        send_error(e, now, EGRESS_PORT_CORE, ICMP_TOO_BIG, inner, mtu, sink);
        return FORWARDING_TOO_BIG;
    }
    egress_site *to = site_at(e, site);
    to->packets++;
    e->counts.decapsulated++;
    sink->packet(sink->context, EGRESS_PORT_FIRST_SITE + site, inner->octets, inner->length,
                 to->comments[action]);
    return FORWARDING_PASSED;
}

static forwarding_drop from_core(egress *e, const forwarding_packet *ip, int64_t now, const role_sink *sink)
{
    const egress_sid *sid = prefix_table_match(e->sids, &ip->destination);
    if (sid == NULL) {
        return FORWARDING_NO_ROUTE;
    }
    if (e->domain != NULL && prefix_table_match(e->domain, &ip->source) == NULL) {
        return FORWARDING_NOT_FROM_DOMAIN;
    }
    forwarding_packet inner;
    unsigned site = EGRESS_NO_SITE;
    forwarding_drop drop = forwarding_decapsulate(ip, e->buffer, &inner);
    if (drop == FORWARDING_HOP_LIMIT) {
        send_error(e, now, EGRESS_PORT_CORE, ICMP_TIME_EXCEEDED, &inner, 0, sink);
    }
    if (drop != FORWARDING_PASSED) {
        return drop;
    }
    if (!forwarding_accepts(sid->behavior, &inner)) {
        return FORWARDING_UPPER_LAYER;
    }
    drop = choose_site(e, sid, &inner, now, &site);
    return drop == FORWARDING_PASSED ? to_site(e, sid->action, site, &inner, now, sink) : drop;
}

static forwarding_drop from_site(egress *e, unsigned port, const forwarding_packet *ip, int64_t now,
                                 const role_sink *sink)
{
    forwarding_drop drop = forwarding_admit(ip);
    if (drop == FORWARDING_HOP_LIMIT) {
        send_error(e, now, port, ICMP_TIME_EXCEEDED, ip, 0, sink);
    }
    if (drop != FORWARDING_PASSED) {
        return drop;
    }
    if (prefix_table_match(e->sids, &ip->destination) != NULL) {
        return FORWARDING_NOT_FROM_DOMAIN;
    }
    const segment_path *path = prefix_table_match(e->return_routes, &ip->destination);
    if (path == NULL) {
        send_error(e, now, port, ICMP_NO_ROUTE, ip, 0, sink);
        return FORWARDING_NO_ROUTE;
    }
    size_t length;
    uint32_t mtu = router_mtu(e->ports, EGRESS_PORT_CORE);
    drop = forwarding_encapsulate(&e->encapsulation, path, ip, e->buffer, &length);
    if (drop == FORWARDING_PASSED && mtu > 0 && length > mtu) {
        send_error(e, now, port, ICMP_TOO_BIG, ip, mtu - (uint32_t)(length - ip->length), sink);
        return FORWARDING_TOO_BIG;
    }
    if (drop == FORWARDING_PASSED) {
        forwarding_flow flow;
        if (e->pins != NULL && forwarding_flow_ends(ip, &flow)) {
            flow_pins_close(e->pins, &flow.key, flow.hash);
        }
        e->counts.encapsulated++;
        sink->packet(sink->context, EGRESS_PORT_CORE, e->buffer, length, path->comment);
    }
    return drop;
}

void egress_packet(egress *e, int64_t now, unsigned port, const uint8_t *octets, size_t length,
                   const role_sink *sink)
{
    forwarding_packet ip;
    forwarding_drop drop = forwarding_read(octets, length, &ip);
    if (drop == FORWARDING_PASSED) {
        drop = port == EGRESS_PORT_CORE ? from_core(e, &ip, now, sink) : from_site(e, port, &ip, now, sink);
    }
    if (drop != FORWARDING_PASSED) {
        e->counts.drops[drop]++;
        e->counts.dropped++;
        sink->drop(sink->context, forwarding_drop_word(drop));
    }
}

egress_counts egress_count(const egress *e)
{
    return e->counts;
}

uint64_t egress_site_packets(const egress *e, unsigned site)
{
    const egress_site *at = site_at(e, site);
    return at != NULL ? at->packets : 0;
}

uint64_t egress_site_flows(egress *e, int64_t now, unsigned site)
{
    const egress_site *at = site_at(e, site);
    if (at == NULL || e->pins == NULL) {
        return 0;
    }
    flow_pins_expire(e->pins, now);
    return at->flows->count;
}
