/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Flows start at a rate, one source of events for all; addresses and ports follow from the flow's number.
 * Spec: man/catshark-simulate.1 (CLIENTS). */
#include "clients.h"
#include "capture-tools/endpoints/flow-plan.h"
#include "capture-tools/endpoints/seeded-random.h"

/* One client role: all clients, or the affected ones, behind one ingress. */
typedef struct client_group {
    station at;    /* first: context of the role's sink */
    unsigned port; /* of the node, to the ingress */
    client *role;
    role_sink sink;
    unsigned timer; /* source of events */
} client_group;

struct clients {
    station at;
    clients_plan plan;
    flow_plan flows;
    unsigned source; /* of events: the next flow starts */
    int64_t until;   /* no flow starts at or after this time */
    bool stopped;
    client_group *groups; /* by ingress: unaffected clients, affected clients */
    bool split;           /* affected clients are configured otherwise */
    uint64_t started, busy;
    int64_t first, last; /* starts of flows */
};

static void group_packet(void *context, unsigned port, const uint8_t *octets, size_t length,
                         const char *comment)
{
    client_group *group = context;
    (void)port;
    station_send(&group->at, group->port, octets, length, comment, FAULT_CLIENT_OUT, NULL);
}

static void group_set_timer(client_group *group)
{
    event_queue_set(group->at.sim->queue, group->timer, client_deadline(group->role));
}

static void group_timer(void *context, int64_t now)
{
    client_group *group = context;
    client_expire(group->role, now, &group->sink);
    group_set_timer(group);
}

static client_group *group_of(const clients *c, size_t ingress, const cats_address *address)
{
    bool affected = c->split && faults_affect(c->at.sim->faults, address);
    return &c->groups[2 * ingress + (affected ? 1 : 0)];
}

static void clients_take(void *context, int64_t now, unsigned port, const uint8_t *octets, size_t length)
{
    clients *c = context;
    cats_flow_key key;
    if (!cats_flow_key_read_ip(octets, length, &key)) {
        station_drop(c, "malformed");
        return;
    }
    client_group *group = group_of(c, port, &key.destination);
    client_packet(group->role, now, octets, length, &group->sink);
    group_set_timer(group);
}

static bool clients_receive(void *context, int64_t now, unsigned port, network_frame *frame)
{
    clients *c = context;
    station_receive(&c->at, now, port, frame, FAULT_CLIENT_IN, NULL, clients_take, c);
    return false;
}

/* False when its address and port are in use. */
static bool open_flow(void *context, const planned_flow *flow)
{
    clients *c = context;
    client_group *group = group_of(c, flow->owner, &flow->source);
    bool opened = client_open(group->role, event_queue_now(c->at.sim->queue), &flow->source,
                              flow->source_port, &flow->service, flow->service_port, &group->sink);
    group_set_timer(group);
    return opened;
}

static void set_next(clients *c, int64_t now)
{
    if (c->stopped || c->started + c->busy >= c->plan.flows || now >= c->until) {
        c->stopped = true;
        return;
    }
    event_queue_set(c->at.sim->queue, c->source, now);
}

static void start_flow(void *context, int64_t now)
{
    clients *c = context;
    if (c->stopped)
        return;
    c->last = now;
    if (flow_plan_start(&c->flows, open_flow, c))
        c->started++;
    else
        c->busy++;
    set_next(c, now + flow_plan_pause(&c->flows));
}

static void add_population(clients *c, size_t ingress, const cats_client_prefix *prefix,
                           const cats_service *service)
{
    bool ipv4 = prefix->prefix.family == 4;
    const cats_address *address = ipv4 ? &service->ipv4 : &service->ipv6;
    if (address->family == 0 || !(ipv4 ? c->plan.ipv4 : c->plan.ipv6))
        return;
    if (!flow_plan_add(&c->flows, ingress, &prefix->prefix, prefix->length, address, service->port))
        faults_affect_all(c->at.sim->faults);
}

/* Of two services that share a prefix each has its turn; the ports of a client are not shared, as flows of
 * different populations differ in the service's address. */
static void add_populations(clients *c)
{
    const cats_topology *topology = c->at.sim->topology;
    for (size_t s = 0; s < topology->service_count; s++)
        for (size_t i = 0; i < topology->ingress_count; i++)
            for (size_t k = 0; k < topology->ingresses[i].client_count; k++)
                add_population(c, i, &topology->ingresses[i].clients[k], &topology->services[s]);
}

static client_config affected_config(const faults *f, const client_config *model)
{
    client_config config = *model;
    if (faults_setting(f, FAULT_CLIENT_SAF))
        config.capability = CLIENT_SAF;
    if (faults_setting(f, FAULT_CLIENT_INCAPABLE))
        config.capability = CLIENT_INCAPABLE;
    config.ignore_redirect = model->ignore_redirect || faults_setting(f, FAULT_CLIENT_IGNORES);
    return config;
}

static void add_group(clients *c, size_t index, const client_config *config)
{
    client_group *group = &c->groups[index];
    client_config own = *config;
    own.seed = seeded_random_derive(config->seed, index);
    group->at = c->at;
    group->port = (unsigned)(index / 2);
    group->role = client_new(&own);
    group->sink =
        (role_sink){ .context = group, .packet = group_packet, .event = station_event, .drop = station_drop };
    group->timer = event_queue_add(c->at.sim->queue, group_timer, group);
}

clients *clients_new(const simulation *sim, const clients_plan *plan, const client_config *model,
                     const char **reason)
{
    clients *c = g_new0(clients, 1);
    c->at = (station){ .sim = sim, .name = "clients" };
    c->at.node = network_add_node(sim->net, c->at.name, clients_receive, c);
    c->plan = *plan;
    flow_plan_init(&c->flows, plan->seed, plan->interval_ns);
    add_populations(c);
    c->split = faults_setting(sim->faults, FAULT_CLIENT_IGNORES | FAULT_CLIENT_INCAPABLE | FAULT_CLIENT_SAF);
    c->groups = g_new0(client_group, 2 * sim->topology->ingress_count);
    client_config affected = affected_config(sim->faults, model);
    for (size_t i = 0; i < sim->topology->ingress_count; i++) {
        add_group(c, 2 * i, model);
        add_group(c, 2 * i + 1, &affected);
    }
    c->source = event_queue_add(sim->queue, start_flow, c);
    if (c->flows.populations->len == 0) {
        *reason = plan->ipv4 && plan->ipv6
                      ? "no ingress has clients of a family in which a service has an address"
                  : plan->ipv4 ? "no ingress has IPv4 clients for a service with an IPv4 address"
                               : "no ingress has IPv6 clients for a service with an IPv6 address";
        clients_free(c);
        return NULL;
    }
    return c;
}

void clients_start(clients *c, int64_t first)
{
    c->first = c->last = first;
    c->until = c->plan.duration_ns == EVENT_NEVER ? EVENT_NEVER : first + c->plan.duration_ns;
    set_next(c, first);
}

void clients_free(clients *c)
{
    if (c == NULL)
        return;
    for (size_t i = 0; i < 2 * c->at.sim->topology->ingress_count; i++)
        client_free(c->groups[i].role);
    g_free(c->groups);
    flow_plan_clear(&c->flows);
    g_free(c);
}

unsigned clients_node(const clients *c)
{
    return c->at.node;
}

void clients_stop(clients *c)
{
    c->stopped = true;
    event_queue_set(c->at.sim->queue, c->source, EVENT_NEVER);
}

bool clients_done(const clients *c)
{
    if (!c->stopped)
        return false;
    for (size_t i = 0; i < 2 * c->at.sim->topology->ingress_count; i++)
        if (client_count(c->groups[i].role).live > 0)
            return false;
    return true;
}

clients_counts clients_count(const clients *c)
{
    clients_counts sum = {
        .started = c->started, .busy = c->busy, .dropped = c->at.dropped, .start_ns = c->last - c->first
    };
    for (size_t i = 0; i < 2 * c->at.sim->topology->ingress_count; i++) {
        client_counts one = client_count(c->groups[i].role);
        sum.roles.opened += one.opened;
        sum.roles.established += one.established;
        sum.roles.redirects_accepted += one.redirects_accepted;
        sum.roles.redirects_refused += one.redirects_refused;
        sum.roles.reconnected += one.reconnected;
        sum.roles.finished += one.finished;
        sum.roles.failed += one.failed;
        sum.roles.retransmissions += one.retransmissions;
        sum.roles.live += one.live;
        sum.dropped += c->groups[i].at.dropped;
    }
    return sum;
}
