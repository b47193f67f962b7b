/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ingress: from the clients, steer and encapsulate; from the core, decapsulate.
 * Spec: draft-du-cats-aggregated-metrics-on-egress s3; RFC 8986 s3.1, s5.1-5.2; RFC 8754 s5.1. */
#include "ingress.h"

#include "egress-offers.h"
#include "epan-cats/cats-metric.h"
#include "flow-pins.h"
#include "forwarding-flow.h"

#include <stdio.h>
#include <string.h>

#define FLOWS_MAX_DEFAULT 1048576
#define FLOW_IDLE_DEFAULT_NS (300 * INT64_C(1000000000))
#define COMMENT_MAX 192

struct ingress {
    ingress_config config;
    forwarding_encapsulation encapsulation;
    cats_address source;
    cats_address locator;
    cats_address closed; /* what clients may not address */
    unsigned closed_length;
    prefix_table *routes; /* segment_path */
    prefix_table *domain; /* non-NULL: inside; NULL: all are */
    prefix_table *sids;   /* of uint16_t, the behaviour; NULL: all of the locator */
    egress_offers *offers;
    flow_pins *pins; /* segment_path */
    GArray *ports;   /* router_port */
    icmp_limit limit;
    char *decap_comment, *error_comment;
    uint8_t *buffer;
    ingress_counts counts;
};

ingress *ingress_new(const ingress_config *config)
{
    ingress *in = g_new0(ingress, 1);
    in->config = *config;
    in->encapsulation.mode = config->encapsulation;
    in->encapsulation.flow_label_from_flow = config->flow_label_from_flow;
    memcpy(in->encapsulation.source, config->source, sizeof config->source);
    in->source = cats_address_ipv6(config->source);
    in->locator = cats_address_ipv6(config->locator);
    in->closed = config->block_length > 0 ? cats_address_ipv6(config->block) : in->locator;
    in->closed_length = config->block_length > 0 ? config->block_length : config->locator_length;
    in->routes = prefix_table_new(segment_path_unref);
    in->offers = egress_offers_new();
    in->pins = flow_pins_new(config->flows_max > 0 ? config->flows_max : FLOWS_MAX_DEFAULT,
                             config->flow_idle_ns > 0 ? config->flow_idle_ns : FLOW_IDLE_DEFAULT_NS,
                             segment_path_unref);
    in->decap_comment = g_strdup_printf("%s: decapsulated, to the clients", config->name);
    in->error_comment = g_strdup_printf("%s: ICMP error", config->name);
    in->ports = g_array_new(FALSE, TRUE, sizeof(router_port));
    in->buffer = g_malloc(FORWARDING_PACKET_MAX);
    return in;
}

void ingress_free(ingress *in)
{
    if (in == NULL) {
        return;
    }
    flow_pins_free(in->pins);
    egress_offers_free(in->offers);
    prefix_table_free(in->routes);
    prefix_table_free(in->domain);
    prefix_table_free(in->sids);
    g_array_free(in->ports, TRUE);
    g_free(in->decap_comment);
    g_free(in->error_comment);
    g_free(in->buffer);
    g_free(in);
}

bool ingress_route_add(prefix_table *routes, const ingress_route *route, const char *owner,
                       const char *purpose)
{
    char prefix[CATS_ADDRESS_TEXT];
    cats_address_format(&route->prefix, prefix);
    segment_path *path =
        segment_path_new(route->segments, route->segment_count, NULL,
                         g_strdup_printf("%s: %s %s/%u", owner, purpose, prefix, route->prefix_length));
    if (path == NULL) {
        return false;
    }
    if (!prefix_table_set(routes, &route->prefix, route->prefix_length, path)) {
        segment_path_unref(path);
        return false;
    }
    return true;
}

bool ingress_set_route(ingress *in, const ingress_route *route)
{
    return ingress_route_add(in->routes, route, in->config.name, "by route");
}

bool ingress_add_domain(ingress *in, const cats_address *prefix, unsigned prefix_length)
{
    if (in->domain == NULL) {
        in->domain = prefix_table_new(NULL);
    }
    return prefix_table_set(in->domain, prefix, prefix_length, in);
}

void ingress_forget_routes(ingress *in)
{
    prefix_table_free(in->routes);
    in->routes = prefix_table_new(segment_path_unref);
    g_clear_pointer(&in->domain, prefix_table_free);
    g_clear_pointer(&in->sids, prefix_table_free);
}

bool ingress_add_sid(ingress *in, const uint8_t prefix[16], unsigned prefix_length, uint16_t behavior)
{
    cats_address address = cats_address_ipv6(prefix);
    uint16_t *row = g_memdup2(&behavior, sizeof behavior);
    if (in->sids == NULL) {
        in->sids = prefix_table_new(g_free);
    }
    if (!prefix_table_set(in->sids, &address, prefix_length, row)) {
        g_free(row);
        return false;
    }
    return true;
}

void ingress_set_port(ingress *in, unsigned port, const router_port *set)
{
    router_set_port(in->ports, port, set);
}

bool ingress_set_offer(ingress *in, int64_t now, const ingress_offer *offer, const role_sink *sink)
{
    (void)now;
    if (offer->score > CATS_SCORE_MAX || offer->service.family == 0) {
        return false;
    }
    segment_path *path =
        segment_path_new(offer->segments, offer->segment_count, offer->egress,
                         g_strdup_printf("%s: pinned to %s, score %u, aggregate 0x%06x", in->config.name,
                                         offer->egress, offer->score, offer->aggregate_id));
    if (path == NULL) {
        return false;
    }
    path->score = offer->score;
    path->aggregate_id = offer->aggregate_id;
    if (!egress_offers_set(in->offers, &offer->service, path)) {
        return false;
    }
    const role_field fields[] = {
        ROLE_FIELD_TEXT("ingress", in->config.name),
        ROLE_FIELD_TEXT("cats.egress", offer->egress),
        ROLE_FIELD_ADDRESS("cats.service", offer->service),
        ROLE_FIELD_ADDRESS("cats.sid", cats_address_ipv6(segment_path_sid(path))),
        ROLE_FIELD_NUMBER("cats.aggregate_id", offer->aggregate_id),
        ROLE_FIELD_NUMBER("score", offer->score),
    };
    sink->event(sink->context, "offer-accepted", fields, G_N_ELEMENTS(fields));
    return true;
}

bool ingress_withdraw(ingress *in, int64_t now, const char *egress, const cats_address *service,
                      const role_sink *sink)
{
    (void)now;
    if (!egress_offers_withdraw(in->offers, service, egress)) {
        return false;
    }
    const role_field fields[] = {
        ROLE_FIELD_TEXT("ingress", in->config.name),
        ROLE_FIELD_TEXT("cats.egress", egress),
        ROLE_FIELD_ADDRESS("cats.service", *service),
    };
    sink->event(sink->context, "offer-withdrawn", fields, G_N_ELEMENTS(fields));
    return true;
}

/* A length of 0 is a prefix that was not given. */
static bool is_inside(const cats_address *address, const cats_address *prefix, unsigned length)
{
    return length > 0 && cats_address_in_prefix(address, prefix, length);
}

static void report_steered(const ingress *in, const cats_flow_key *key, const segment_path *path,
                           const role_sink *sink)
{
    const role_field fields[] = {
        ROLE_FIELD_TEXT("ingress", in->config.name),
        ROLE_FIELD_ADDRESS("cats.ingress", in->source),
        ROLE_FIELD_TEXT("cats.egress", path->egress),
        ROLE_FIELD_ADDRESS("cats.service", key->destination),
        ROLE_FIELD_ADDRESS("cats.sid", cats_address_ipv6(segment_path_sid(path))),
        ROLE_FIELD_NUMBER("cats.aggregate_id", path->aggregate_id),
        ROLE_FIELD_NUMBER("score", path->score),
        ROLE_FIELD_ADDRESS("client", key->source),
        ROLE_FIELD_NUMBER("client_port", key->source_port),
        ROLE_FIELD_NUMBER("protocol", key->protocol),
    };
    sink->event(sink->context, "flow-steered", fields, G_N_ELEMENTS(fields));
}

/* What was decided for a packet from the clients. */
typedef struct steering {
    const segment_path *path; /* borrowed */
    const char *comment;
    char text[COMMENT_MAX]; /* a comment made for this packet */
} steering;

static forwarding_drop steer_new_flow(ingress *in, service_offers *service, const forwarding_flow *flow,
                                      int64_t now, steering *to, const role_sink *sink)
{
    segment_path *path = service_offers_choose(service, flow->hash);
    if (path == NULL) {
        return FORWARDING_NO_EGRESS;
    }
    flow_pins_add(in->pins, &flow->key, flow->hash, now, segment_path_ref(path));
    in->counts.flows++;
    snprintf(to->text, sizeof to->text,
             "%s: new flow, %s chosen among %zu offers, score %u, aggregate 0x%06x", in->config.name,
             path->egress, service_offers_count(service), path->score, path->aggregate_id);
    to->path = path;
    to->comment = to->text;
    report_steered(in, &flow->key, path, sink);
    return FORWARDING_PASSED;
}

/* Pinned, by offer, or by route. */
static forwarding_drop steer(ingress *in, const forwarding_packet *ip, int64_t now, steering *to,
                             const role_sink *sink)
{
    service_offers *service = egress_offers_find(in->offers, &ip->destination);
    if (service != NULL) {
        forwarding_flow flow;
        if (!forwarding_flow_read(ip, &flow)) {
            return FORWARDING_MALFORMED;
        }
        if (flow.begins) {
            flow_pins_open(in->pins, &flow.key, flow.hash);
        }
        to->path = flow_pins_find(in->pins, &flow.key, flow.hash, now);
        if (to->path == NULL && service_offers_count(service) > 0) {
            return steer_new_flow(in, service, &flow, now, to, sink);
        }
    }
    if (to->path == NULL) {
        to->path = prefix_table_match(in->routes, &ip->destination);
    }
    if (to->path == NULL) {
        return FORWARDING_NO_ROUTE;
    }
    to->comment = to->path->comment;
    return FORWARDING_PASSED;
}

/* An ICMP error that goes back through the core, as any packet to that destination would. */
static void send_through_core(ingress *in, const uint8_t *octets, size_t length, int64_t now,
                              const role_sink *sink)
{
    forwarding_packet ip;
    steering to = { .path = NULL };
    size_t outer;
    if (forwarding_read(octets, length, &ip) == FORWARDING_PASSED &&
        steer(in, &ip, now, &to, sink) == FORWARDING_PASSED &&
        forwarding_encapsulate(&in->encapsulation, to.path, &ip, in->buffer, &outer) == FORWARDING_PASSED) {
        sink->packet(sink->context, INGRESS_PORT_CORE, in->buffer, outer, in->error_comment);
    }
}

/* Tells the source of a packet that came by this port, from the core inside another. */
static void send_error(ingress *in, int64_t now, unsigned port, icmp_error error,
                       const forwarding_packet *about, uint32_t mtu, const role_sink *sink)
{
    uint8_t octets[ICMP_ERROR_MAX];
    const cats_address *source = router_address(in->ports, port, about->source.family);
    size_t length = source != NULL ? icmp_error_build(error, source, about, mtu, octets) : 0;
    if (length == 0 || !icmp_limit_take(&in->limit, now)) {
        return;
    }
    in->counts.errors++;
    if (port == INGRESS_PORT_CORE) {
        send_through_core(in, octets, length, now, sink);
    } else {
        sink->packet(sink->context, port, octets, length, in->error_comment);
    }
}

static forwarding_drop from_clients(ingress *in, const forwarding_packet *ip, int64_t now,
                                    const role_sink *sink)
{
    forwarding_drop drop = forwarding_admit(ip);
    if (drop == FORWARDING_HOP_LIMIT) {
        send_error(in, now, INGRESS_PORT_CLIENTS, ICMP_TIME_EXCEEDED, ip, 0, sink);
    }
    if (drop != FORWARDING_PASSED) {
        return drop;
    }
    if (is_inside(&ip->destination, &in->closed, in->closed_length)) {
        return FORWARDING_NOT_FROM_DOMAIN;
    }
    steering to;
    to.path = NULL;
    drop = steer(in, ip, now, &to, sink);
    if (drop == FORWARDING_NO_ROUTE) {
        send_error(in, now, INGRESS_PORT_CLIENTS, ICMP_NO_ROUTE, ip, 0, sink);
    }
    if (drop != FORWARDING_PASSED) {
        return drop;
    }
    size_t length;
    uint32_t mtu = router_mtu(in->ports, INGRESS_PORT_CORE);
    drop = forwarding_encapsulate(&in->encapsulation, to.path, ip, in->buffer, &length);
    if (drop == FORWARDING_PASSED && mtu > 0 && length > mtu) {
        send_error(in, now, INGRESS_PORT_CLIENTS, ICMP_TOO_BIG, ip, mtu - (uint32_t)(length - ip->length),
                   sink);
        return FORWARDING_TOO_BIG;
    }
    if (drop == FORWARDING_PASSED) {
        in->counts.encapsulated++;
        sink->packet(sink->context, INGRESS_PORT_CORE, in->buffer, length, to.comment);
    }
    return drop;
}

static forwarding_drop from_core(ingress *in, const forwarding_packet *ip, int64_t now, const role_sink *sink)
{
    const uint16_t *behavior = in->sids != NULL ? prefix_table_match(in->sids, &ip->destination) : NULL;
    if (!is_inside(&ip->destination, &in->locator, in->config.locator_length) ||
        (in->sids != NULL && behavior == NULL)) {
        return FORWARDING_NO_ROUTE;
    }
    if (in->domain != NULL && prefix_table_match(in->domain, &ip->source) == NULL) {
        return FORWARDING_NOT_FROM_DOMAIN;
    }
    forwarding_packet inner;
    forwarding_drop drop = forwarding_decapsulate(ip, in->buffer, &inner);
    if (drop == FORWARDING_PASSED && behavior != NULL && !forwarding_accepts(*behavior, &inner)) {
        return FORWARDING_UPPER_LAYER;
    }
    uint32_t mtu = router_mtu(in->ports, INGRESS_PORT_CLIENTS);
    if (drop == FORWARDING_HOP_LIMIT) {
        send_error(in, now, INGRESS_PORT_CORE, ICMP_TIME_EXCEEDED, &inner, 0, sink);
    } else if (drop == FORWARDING_PASSED && mtu > 0 && inner.length > mtu) {
        send_error(in, now, INGRESS_PORT_CORE, ICMP_TOO_BIG, &inner, mtu, sink);
        return FORWARDING_TOO_BIG;
    }
    if (drop == FORWARDING_PASSED) {
        forwarding_flow flow;
        if (forwarding_flow_ends(&inner, &flow)) {
            flow_pins_close(in->pins, &flow.key, flow.hash);
        }
        in->counts.decapsulated++;
        sink->packet(sink->context, INGRESS_PORT_CLIENTS, inner.octets, inner.length, in->decap_comment);
    }
    return drop;
}

void ingress_packet(ingress *in, int64_t now, unsigned port, const uint8_t *octets, size_t length,
                    const role_sink *sink)
{
    forwarding_packet ip;
    forwarding_drop drop = forwarding_read(octets, length, &ip);
    if (drop == FORWARDING_PASSED) {
        drop =
            port == INGRESS_PORT_CLIENTS ? from_clients(in, &ip, now, sink) : from_core(in, &ip, now, sink);
    }
    if (drop != FORWARDING_PASSED) {
        in->counts.drops[drop]++;
        in->counts.dropped++;
        sink->drop(sink->context, forwarding_drop_word(drop));
    }
}

ingress_counts ingress_count(const ingress *in)
{
    ingress_counts counts = in->counts;
    counts.flows_let_go = flow_pins_let_go(in->pins);
    counts.pinned = flow_pins_size(in->pins);
    return counts;
}
