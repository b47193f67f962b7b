/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The connections of a role: found by their flow, woken by their deadlines, described in events. */
#include "capture-tools/roles/connections.h"

#include "capture-tools/roles/tcp-icmp.h"
#include "capture-tools/roles/tcp-payload.h"
#include <string.h>

static guint key_hash(gconstpointer key)
{
    return ((const connection_key *)key)->hash;
}

static gboolean key_equal(gconstpointer a, gconstpointer b)
{
    return cats_flow_key_equal(((const connection_key *)a)->flow, ((const connection_key *)b)->flow);
}

static connection_key key_of(const connections *all, const cats_flow_key *flow)
{
    return (connection_key){ .flow = flow, .hash = (guint)tcp_mix(cats_flow_key_hash(flow) ^ all->seed) };
}

void connections_init(connections *all, const connections_config *config)
{
    all->by_flow = g_hash_table_new(key_hash, key_equal);
    all->queue = timers_new();
    all->seed = config->seed;
    all->settings = config->base ? *config->base : tcp_settings_default();
    all->settings.numbers = config->numbers;
    all->settings.seed = config->seed;
    if (config->mss_ipv4)
        all->settings.mss_ipv4 = config->mss_ipv4;
    if (config->mss_ipv6)
        all->settings.mss_ipv6 = config->mss_ipv6;
}

static void destroy(const connections *all, connection *c)
{
    if (all->release)
        all->release(c);
    tcp_endpoint_clear(&c->tcp);
    g_free(c);
}

void connections_clear(connections *all)
{
    GHashTableIter iter;
    gpointer key;
    g_hash_table_iter_init(&iter, all->by_flow);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        destroy(all, key);
    g_hash_table_destroy(all->by_flow);
    timers_free(all->queue);
}

connection *connections_find(const connections *all, const cats_flow_key *flow)
{
    const connection_key key = key_of(all, flow);
    return g_hash_table_lookup(all->by_flow, &key);
}

void connections_add(connections *all, connection *c)
{
    c->key = key_of(all, &c->tcp.flow);
    c->wake.owner = c;
    c->due = ROLE_NEVER;
    g_hash_table_add(all->by_flow, c);
    all->peak = MAX(all->peak, connections_count(all));
}

void connections_remove(connections *all, connection *c)
{
    timers_cancel(all->queue, &c->wake);
    g_hash_table_remove(all->by_flow, &c->key);
    destroy(all, c);
}

size_t connections_count(const connections *all)
{
    return g_hash_table_size(all->by_flow);
}

connection *connections_icmp(connections *all, const uint8_t *octets, size_t length, unsigned *happened)
{
    tcp_icmp icmp;
    connection *c = tcp_icmp_read(octets, length, &icmp) ? connections_find(all, &icmp.flow) : NULL;
    if (c)
        *happened = tcp_endpoint_icmp(&c->tcp, &icmp);
    return c;
}

static int64_t deadline_of(const connection *c)
{
    return MIN(c->tcp.deadline, c->due);
}

/* A deadline that moves away, as it does with nearly every packet, stays where it is in the queue: the early
 * call finds nothing due and sets it anew. */
void connections_schedule(connections *all, connection *c)
{
    const int64_t deadline = deadline_of(c);
    if (!timers_is_set(&c->wake) || deadline < timers_deadline(all->queue, &c->wake))
        timers_set(all->queue, &c->wake, deadline);
}

int64_t connections_deadline(const connections *all)
{
    return timers_earliest(all->queue);
}

connection *connections_due(connections *all, int64_t now)
{
    timer *t;
    while ((t = timers_pop(all->queue, now))) {
        connection *c = t->owner;
        if (deadline_of(c) <= now)
            return c;
        connections_schedule(all, c);
    }
    return NULL;
}

void connection_event(const connection *c, const role_sink *sink, const char *name, const role_field *more,
                      size_t count)
{
    const cats_flow_key *flow = &c->tcp.flow;
    const bool active = c->tcp.active;
    role_field fields[CONNECTION_FIELDS + CONNECTION_FIELDS_MORE] = {
        ROLE_FIELD_ADDRESS("client", active ? flow->destination : flow->source),
        ROLE_FIELD_NUMBER("client_port", active ? flow->destination_port : flow->source_port),
        ROLE_FIELD_ADDRESS("server", active ? flow->source : flow->destination),
        ROLE_FIELD_NUMBER("server_port", active ? flow->source_port : flow->destination_port),
    };
    g_assert(count <= CONNECTION_FIELDS_MORE);
    if (count)
        memcpy(fields + CONNECTION_FIELDS, more, count * sizeof *more);
    sink->event(sink->context, name, fields, CONNECTION_FIELDS + count);
}

void connection_affinity_fields(const affinity_option *option, role_field fields[2])
{
    fields[0] =
        ROLE_FIELD_ADDRESS(option->address.family == 4 ? "affinity.ipv4" : "affinity.ipv6", option->address);
    fields[1] = ROLE_FIELD_NUMBER("affinity.port", option->port);
}
