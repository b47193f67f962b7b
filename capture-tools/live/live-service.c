/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Service nodes on a real link: one, or all of a site. Spec: man/catshark-service.1; docs/topology.md ([node
 * NAME]). */
#include "live-service.h"

#include "capture-tools/cli.h"
#include "capture-tools/endpoints/node-choice.h"
#include "capture-tools/roles/service-node.h"
#include "capture-tools/roles/tcp-icmp.h"
#include "endpoint.h"
#include "live-report.h"
#include <inttypes.h>

enum { RESPONSE_DEFAULT = 4000, RESPONSE_MAX = 1000000000, PORT_DEFAULT = 80, CAPACITY_DEFAULT = 100 };

/* The command line as it stands; texts are owned. */
typedef struct service_options {
    endpoint_options place;
    char *port, *response, *request;
    char **addresses, **anycasts;
    gboolean http;
} service_options;

/* A node as the topology or the options have it. */
typedef struct node_spec {
    const char *name;
    cats_address own[ENDPOINT_FAMILIES], anycast[ENDPOINT_FAMILIES];
    uint16_t own_port, anycast_port;
    uint32_t capacity;
} node_spec;

typedef struct live_service {
    endpoint e;
    service_node_config model; /* of every node, without addresses */
    GArray *specs;             /* of node_spec */
    GPtrArray *nodes;          /* of service_node */
    node_choice *choice;
} live_service;

static void clear_options(service_options *o)
{
    g_free(o->port);
    g_free(o->response);
    g_free(o->request);
    g_strfreev(o->addresses);
    g_strfreev(o->anycasts);
    endpoint_options_clear(&o->place);
}

/* ---- which nodes ---- */

static void add_topology_node(live_service *s, const cats_node *node)
{
    const cats_service *service = &s->e.topology->services[node->service];
    node_spec spec = { .name = node->name,
                       .own = { node->ipv4, node->ipv6 },
                       .anycast = { service->ipv4, service->ipv6 },
                       .own_port = node->port,
                       .anycast_port = service->port,
                       .capacity = node->capacity };
    g_array_append_val(s->specs, spec);
}

/* --name is a node, or a site with all its nodes; *site: where they are. */
static bool find_nodes(live_service *s, const char *name, const cats_site **site, GError **error)
{
    const cats_topology *t = s->e.topology;
    *site = NULL;
    for (size_t i = 0; i < t->node_count; i++) {
        const cats_site *at = &t->sites[t->nodes[i].site];
        if (!g_str_equal(t->nodes[i].name, name) && !g_str_equal(at->name, name))
            continue;
        *site = at;
        add_topology_node(s, &t->nodes[i]);
    }
    if (*site == NULL)
        g_set_error(error, CATS_TOPOLOGY_ERROR, CATS_TOPOLOGY_ERROR_REFERENCE,
                    "%s: no [node %s] and no [site %s] with nodes, expected one: see --name",
                    s->e.options->topology, name, name);
    return *site != NULL;
}

static bool refuse(const char *message, GError **error)
{
    g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, message);
    return false;
}

static bool place_by_topology(live_service *s, const service_options *o, GError **error)
{
    static const char why[] = "expected none with a topology, which says it";
    const cats_site *site;
    return endpoint_refuse_option("--address", o->addresses, why, error) &&
           endpoint_refuse_option("--anycast", o->anycasts, why, error) &&
           endpoint_refuse_option("--port", o->port, why, error) &&
           (o->place.name != NULL || refuse("no --name, expected a node or a site of the topology", error)) &&
           find_nodes(s, o->place.name, &site, error) &&
           endpoint_find_link(&s->e, site->name, s->e.topology->egresses[site->egress].name, error);
}

static bool place_by_options(live_service *s, const service_options *o, GError **error)
{
    uint64_t port = PORT_DEFAULT;
    node_spec spec = { .name = s->e.run.name, .capacity = CAPACITY_DEFAULT };
    if (!cli_option_number("--port", o->port, 1, UINT16_MAX, &port, error) ||
        !endpoint_take_addresses("--address", o->addresses, spec.own, error) ||
        !endpoint_take_addresses("--anycast", o->anycasts, spec.anycast, error))
        return false;
    if (o->addresses == NULL && o->anycasts == NULL)
        return refuse("no --address and no --anycast, expected one, or --topology FILE with --name", error);
    spec.own_port = spec.anycast_port = (uint16_t)port;
    g_array_append_val(s->specs, spec);
    return endpoint_find_link(&s->e, NULL, NULL, error);
}

/* ---- start ---- */

static bool answer_for_nodes(live_service *s, GError **error)
{
    for (guint i = 0; i < s->specs->len; i++) {
        const node_spec *spec = &g_array_index(s->specs, node_spec, i);
        for (int family = 0; family < ENDPOINT_FAMILIES; family++)
            if ((spec->own[family].family != 0 && !endpoint_answer_for(&s->e, &spec->own[family], error)) ||
                (spec->anycast[family].family != 0 &&
                 !endpoint_answer_for(&s->e, &spec->anycast[family], error)))
                return false;
    }
    return true;
}

/* Families that a node has an address of; `source`: the first of each. */
static void families_of(const live_service *s, bool families[ENDPOINT_FAMILIES],
                        cats_address source[ENDPOINT_FAMILIES])
{
    for (guint i = 0; i < s->specs->len; i++) {
        const node_spec *spec = &g_array_index(s->specs, node_spec, i);
        for (int family = 0; family < ENDPOINT_FAMILIES; family++) {
            const cats_address *first =
                spec->own[family].family != 0 ? &spec->own[family] : &spec->anycast[family];
            families[family] = families[family] || first->family != 0;
            if (source[family].family == 0)
                source[family] = *first;
        }
    }
}

static bool prepare(live_service *s, const service_options *o, GError **error)
{
    uint64_t response = RESPONSE_DEFAULT, request = 1;
    bool families[ENDPOINT_FAMILIES] = { false };
    cats_address source[ENDPOINT_FAMILIES] = { { 0 } };
    if (!cli_option_number("--response", o->response, 0, RESPONSE_MAX, &response, error) ||
        !cli_option_number("--request", o->request, 1, RESPONSE_MAX, &request, error) ||
        !endpoint_begin(&s->e, error) ||
        !(s->e.topology != NULL ? place_by_topology(s, o, error) : place_by_options(s, o, error)))
        return false;
    s->model = (service_node_config){ .numbers = s->e.numbers,
                                      .experimental = true,
                                      .request_length = (uint32_t)request,
                                      .response_length = (uint32_t)response,
                                      .http = o->http };
    families_of(s, families, source);
    return endpoint_open(&s->e, families, source, error) && answer_for_nodes(s, error);
}

static void add_node(live_service *s, const node_spec *spec)
{
    service_node_config config = s->model;
    config.name = spec->name;
    config.own_ipv4 = spec->own[0];
    config.own_ipv6 = spec->own[1];
    config.own_port = spec->own_port;
    config.anycast_ipv4 = spec->anycast[0];
    config.anycast_ipv6 = spec->anycast[1];
    config.anycast_port = spec->anycast_port;
    config.mss_ipv4 = endpoint_mss(&s->e, 0);
    config.mss_ipv6 = endpoint_mss(&s->e, 1);
    config.seed = endpoint_seed();
    service_node *node = service_node_new(&config);
    g_ptr_array_add(s->nodes, node);
    node_choice_add(s->choice, node, spec->name, spec->capacity, spec->own, spec->anycast);
}

/* ---- what the driver calls ---- */

/* Which node a packet is for: an ICMP error is for the one whose segment it is about. */
static service_node *node_of(const live_service *s, const uint8_t *octets, size_t length)
{
    cats_flow_key key;
    tcp_icmp icmp;
    if (tcp_icmp_read(octets, length, &icmp))
        key = icmp.flow;
    else if (!cats_flow_key_read_ip(octets, length, &key))
        return NULL;
    return node_choice_find(s->choice, &key);
}

static void take(void *role, int64_t now, unsigned port, const uint8_t *octets, size_t length,
                 const role_sink *sink)
{
    const live_service *s = role;
    (void)port;
    if (endpoint_take_echo(octets, length, sink))
        return;
    service_node *node = node_of(s, octets, length);
    if (node != NULL)
        service_node_packet(node, now, octets, length, sink);
    else
        sink->drop(sink->context, "no-node");
}

static int64_t deadline(const void *role)
{
    const live_service *s = role;
    int64_t due = ROLE_NEVER;
    for (guint i = 0; i < s->nodes->len; i++)
        due = MIN(due, service_node_deadline(g_ptr_array_index(s->nodes, i)));
    return due;
}

static void expire(void *role, int64_t now, const role_sink *sink)
{
    const live_service *s = role;
    for (guint i = 0; i < s->nodes->len; i++)
        service_node_expire(g_ptr_array_index(s->nodes, i), now, sink);
}

/* ---- what it says of itself ---- */

/* The counts, as JSON and for people: one table. */
static const struct {
    const char *key, *words;
    size_t at;
} rows[] = {
    { "accepted", "connections taken", offsetof(service_node_counts, accepted) },
    { "redirected", "redirects sent", offsetof(service_node_counts, redirected) },
    { "served", "served on the own address", offsetof(service_node_counts, served) },
    { "served_anycast", "served on the CS-ID", offsetof(service_node_counts, served_incapable) },
    { "http_refused", "requests refused (HTTP)", offsetof(service_node_counts, http_refused) },
    { "failed", "connections failed", offsetof(service_node_counts, failed) },
    { "resets", "  by reset", offsetof(service_node_counts, resets) },
    { "option_did_not_fit", "redirects without room", offsetof(service_node_counts, option_did_not_fit) },
    { "at_once", "connections at once", offsetof(service_node_counts, peak) },
    { "live", "connections now", offsetof(service_node_counts, live) },
    { "octets", "octets acknowledged", offsetof(service_node_counts, octets) },
    { "retransmissions", "segments retransmitted", offsetof(service_node_counts, retransmissions) },
};

static uint64_t count_at(const service_node_counts *counts, size_t row)
{
    return *(const uint64_t *)(const void *)((const char *)counts + rows[row].at);
}

static void describe(const void *context, JsonBuilder *builder)
{
    const live_service *s = context;
    json_builder_set_member_name(builder, "nodes");
    json_builder_begin_array(builder);
    for (guint i = 0; i < s->nodes->len; i++) {
        service_node_counts counts = service_node_count(g_ptr_array_index(s->nodes, i));
        json_builder_begin_object(builder);
        json_builder_set_member_name(builder, "node");
        json_builder_add_string_value(builder, g_array_index(s->specs, node_spec, i).name);
        for (size_t row = 0; row < G_N_ELEMENTS(rows); row++)
            live_member(builder, rows[row].key, count_at(&counts, row));
        const tcp_counts *tcp = service_node_tcp_counts(g_ptr_array_index(s->nodes, i));
        live_member(builder, "path_mtu_lowered", tcp->path_mtu_lowered);
        live_member(builder, "zero_window_probes", tcp->zero_window_probes);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
}

static void print(const void *context, FILE *out)
{
    const live_service *s = context;
    for (guint i = 0; i < s->nodes->len; i++) {
        service_node_counts counts = service_node_count(g_ptr_array_index(s->nodes, i));
        fprintf(out, "%s:\n", g_array_index(s->specs, node_spec, i).name);
        for (size_t row = 0; row < G_N_ELEMENTS(rows); row++)
            if (count_at(&counts, row) > 0)
                fprintf(out, "  %-26s %" PRIu64 "\n", rows[row].words, count_at(&counts, row));
    }
}

/* ---- the verb ---- */

static int run(live_service *s)
{
    for (guint i = 0; i < s->specs->len; i++)
        add_node(s, &g_array_index(s->specs, node_spec, i));
    driver_set_timer(s->e.run.driver, deadline, expire);
    driver_start(s->e.run.driver, take, s);
    return live_run_loop(&s->e.run);
}

static void free_node(void *data)
{
    service_node_free(data);
}

static int with_options(const service_options *o)
{
    live_service s = { .e = { .run = { .verb = "service",
                                       .name = o->place.name != NULL ? o->place.name : "service",
                                       .options = &o->place.live,
                                       .describe = describe,
                                       .print = print },
                              .options = &o->place },
                       .specs = g_array_new(FALSE, TRUE, sizeof(node_spec)),
                       .nodes = g_ptr_array_new_with_free_func(free_node),
                       .choice = node_choice_new() };
    GError *error = NULL;
    s.e.run.context = &s;
    int status = prepare(&s, o, &error) ? run(&s) : live_run_refused("service", error);
    g_clear_error(&error);
    node_choice_free(s.choice);
    g_ptr_array_free(s.nodes, TRUE);
    g_array_free(s.specs, TRUE);
    endpoint_end(&s.e);
    return status;
}

int live_service_verb(int argc, char **argv)
{
    service_options o = { 0 };
    const GOptionEntry entries[] = {
        { "name", 0, 0, G_OPTION_ARG_STRING, &o.place.name, "node of the topology, or site: all its nodes",
          "NAME" },
        { "address", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o.addresses,
          "own unicast address, one of each family (without a topology)", "ADDRESS" },
        { "anycast", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o.anycasts,
          "CS-ID, one of each family (without a topology)", "ADDRESS" },
        { "port", 0, 0, G_OPTION_ARG_STRING, &o.port, "TCP port of both (80)", "N" },
        { "response", 0, 0, G_OPTION_ARG_STRING, &o.response, "octets to answer with (4000)", "N" },
        { "request", 0, 0, G_OPTION_ARG_STRING, &o.request, "octets to wait for before the answer (1)", "N" },
        { "http", 0, 0, G_OPTION_ARG_NONE, &o.http, "answer HTTP: GET /N is N octets, / those of --response",
          NULL },
        ENDPOINT_OPTION_ENTRIES(&o.place),
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    int status;
    if (cli_parse(
            "service", "",
            "Service nodes on a real link, at addresses that no host owns: they redirect clients from the "
            "CS-ID to themselves.",
            entries, &argc, &argv, &status))
        status = argc > 1 ? cli_usage_error("service", "\"%s\", expected options only", argv[1])
                          : with_options(&o);
    clear_options(&o);
    return status;
}
