/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Within a site: a computing table of nodes per service, the nodes' timers, and the merge of points to a
 * site. Spec: draft-du-cats-aggregated-metrics-on-egress s2; RFC 10053. */
#include "site.h"
#include "capture-tools/endpoints/node-choice.h"
#include "capture-tools/endpoints/seeded-random.h"

/* The load that a node reports: fixed point, and over how many reports its moving average goes. */
#define LOAD_SCALE INT64_C(1000)
#define LOAD_REPORTS 8

typedef struct member {
    station at; /* first: context of the role's sink */
    const cats_node *node;
    service_node *role;
    role_sink sink;
    unsigned timer; /* source of events */
    int64_t load;   /* moving average, times LOAD_SCALE */
    uint64_t flows; /* connections taken on the CS-ID */
} member;

struct site {
    station at;
    const cats_site *spec;
    GPtrArray *members; /* of member, owned; in the topology's order */
    node_choice *choice;
};

static void member_packet(void *context, unsigned port, const uint8_t *octets, size_t length,
                          const char *comment)
{
    member *m = context;
    (void)port;
    fault_packet about = { .node = m->node };
    station_send(&m->at, 0, octets, length, comment, FAULT_NODE_OUT, &about);
}

/* A node's events pass to the record; connections taken on the CS-ID are counted. */
static void member_event(void *context, const char *name, const role_field *fields, size_t count)
{
    member *m = context;
    if (g_str_equal(name, "connection-opened"))
        for (size_t i = 0; i < count; i++)
            if (g_str_equal(fields[i].key, "anycast") && fields[i].number != 0)
                m->flows++;
    station_event(context, name, fields, count);
}

static void member_set_timer(member *m)
{
    event_queue_set(m->at.sim->queue, m->timer, service_node_deadline(m->role));
}

static void member_timer(void *context, int64_t now)
{
    member *m = context;
    service_node_expire(m->role, now, &m->sink);
    member_set_timer(m);
}

static void site_take(void *context, int64_t now, unsigned port, const uint8_t *octets, size_t length)
{
    site *s = context;
    (void)port;
    cats_flow_key key;
    member *m = cats_flow_key_read_ip(octets, length, &key) ? node_choice_find(s->choice, &key) : NULL;
    if (m == NULL) {
        station_drop(s, "no-node");
        return;
    }
    service_node_packet(m->role, now, octets, length, &m->sink);
    member_set_timer(m);
}

static bool site_receive(void *context, int64_t now, unsigned port, network_frame *frame)
{
    site *s = context;
    station_receive(&s->at, now, port, frame, FAULT_SITE_IN, NULL, site_take, s);
    return false;
}

static void member_free(void *data)
{
    member *m = data;
    service_node_free(m->role);
    g_free(m);
}

static void add_member(site *s, size_t index, const service_node_config *model, uint64_t seed)
{
    const simulation *sim = s->at.sim;
    const cats_node *node = &sim->topology->nodes[index];
    const cats_service *service = &sim->topology->services[node->service];
    service_node_config config = *model;
    config.name = node->name;
    config.anycast_ipv4 = service->ipv4;
    config.anycast_ipv6 = service->ipv6;
    config.anycast_port = service->port;
    config.own_ipv4 = node->ipv4;
    config.own_ipv6 = node->ipv6;
    config.own_port = node->port;
    config.seed = seeded_random_derive(seed, index);

    member *m = g_new0(member, 1);
    m->at = (station){ .sim = sim, .name = node->name, .node = s->at.node };
    m->node = node;
    m->role = service_node_new(&config);
    m->sink =
        (role_sink){ .context = m, .packet = member_packet, .event = member_event, .drop = station_drop };
    m->timer = event_queue_add(sim->queue, member_timer, m);
    g_ptr_array_add(s->members, m);

    const cats_address own[] = { node->ipv4, node->ipv6 }, anycast[] = { service->ipv4, service->ipv6 };
    node_choice_add(s->choice, m, node->name, node->capacity, own, anycast);
}

site *site_new(const simulation *sim, size_t index, const service_node_config *model, uint64_t seed)
{
    const cats_site *spec = &sim->topology->sites[index];
    site *s = g_new0(site, 1);
    s->at = (station){ .sim = sim, .name = spec->name };
    s->spec = spec;
    s->members = g_ptr_array_new_with_free_func(member_free);
    s->choice = node_choice_new();
    s->at.node = network_add_node(sim->net, spec->name, site_receive, s);
    for (size_t i = 0; i < spec->node_count; i++)
        add_member(s, spec->first_node + i, model, seed);
    return s;
}

void site_free(site *s)
{
    if (s == NULL)
        return;
    node_choice_free(s->choice);
    g_ptr_array_free(s->members, TRUE);
    g_free(s);
}

unsigned site_node(const site *s)
{
    return s->at.node;
}

/* Connections that the node holds, as a moving average: a score shall not follow every single one. */
static uint32_t member_load(member *m)
{
    int64_t live = (int64_t)MIN(service_node_count(m->role).live, UINT32_MAX) * LOAD_SCALE;
    m->load += (live - m->load) / LOAD_REPORTS;
    return (uint32_t)((m->load + LOAD_SCALE / 2) / LOAD_SCALE);
}

cats_merged site_report(site *s, int64_t now)
{
    cats_report *reports = g_new(cats_report, s->members->len);
    for (unsigned i = 0; i < s->members->len; i++) {
        member *m = g_ptr_array_index(s->members, i);
        reports[i] = (cats_report){ .capacity = m->node->capacity, .load = member_load(m), .time_ns = now };
    }
    cats_merged merged = cats_metric_merge(reports, s->members->len, now, 0);
    g_free(reports);
    return merged;
}

service_node_counts site_count(const site *s)
{
    service_node_counts sum = { 0 };
    for (unsigned i = 0; i < s->members->len; i++) {
        service_node_counts one =
            service_node_count(((const member *)g_ptr_array_index(s->members, i))->role);
        sum.accepted += one.accepted;
        sum.redirected += one.redirected;
        sum.served += one.served;
        sum.served_incapable += one.served_incapable;
        sum.option_did_not_fit += one.option_did_not_fit;
        sum.resets += one.resets;
        sum.retransmissions += one.retransmissions;
        sum.live += one.live;
    }
    return sum;
}

uint64_t site_flows(const site *s)
{
    uint64_t flows = 0;
    for (unsigned i = 0; i < s->members->len; i++)
        flows += ((const member *)g_ptr_array_index(s->members, i))->flows;
    return flows;
}

uint64_t site_dropped(const site *s)
{
    uint64_t dropped = s->at.dropped;
    for (unsigned i = 0; i < s->members->len; i++)
        dropped += ((const member *)g_ptr_array_index(s->members, i))->at.dropped;
    return dropped;
}
