/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The client: asks on a CS-ID, and follows a redirect that passes its checks, once.
 * Spec: draft-wang-tcpm-tcp-service-affinity-option. */
#include "capture-tools/roles/client.h"

#include "capture-tools/roles/connections.h"
#include "epan-cats/packet.h"
#include <string.h>

enum { FIRST_PORT_AFTER_WRAP = 1024 };

struct client {
    client_config config;
    connections all;
    affinity_option permit;
    client_counts counts;
};

typedef struct client_connection {
    connection base;
    uint16_t refusals; /* a bit for each client_refusal that was reported */
    bool reconnect;
    bool follow; /* the option of the peer's FIN passed every check */
    uint16_t anycast_port;
    cats_address anycast; /* reconnect: where the first connection went */
} client_connection;

static const char *const refusal_names[] = {
    [CLIENT_ACCEPTS] = "accepts",
    [CLIENT_REFUSES_OPTION_LENGTH] = "option-length",
    [CLIENT_REFUSES_NOT_ON_FIN] = "not-on-fin",
    [CLIENT_REFUSES_OUT_OF_WINDOW] = "out-of-window",
    [CLIENT_REFUSES_NO_CAPABILITY] = "no-capability",
    [CLIENT_REFUSES_EXID_NOT_IN_SYN] = "exid-not-in-syn",
    [CLIENT_REFUSES_DUPLICATE] = "duplicate",
    [CLIENT_REFUSES_RETRANSMISSION_DIFFERS] = "retransmission-differs",
    [CLIENT_REFUSES_REDIRECT_LOOP] = "redirect-loop",
    [CLIENT_REFUSES_FAMILY_DIFFERS] = "family-differs",
    [CLIENT_REFUSES_NOT_UNICAST] = "not-unicast",
    [CLIENT_REFUSES_PORT_ZERO] = "port-zero",
    [CLIENT_REFUSES_IS_ANYCAST] = "is-anycast",
    [CLIENT_REFUSES_NOT_ALLOWED] = "not-allowed",
    [CLIENT_REFUSES_PORT_IN_USE] = "port-in-use",
};

/* What makes the FIN's option itself doubtful, however well it reads. */
static const unsigned doubts = 1u << CLIENT_REFUSES_OPTION_LENGTH | 1u << CLIENT_REFUSES_DUPLICATE |
                               1u << CLIENT_REFUSES_RETRANSMISSION_DIFFERS;

const char *client_refusal_name(client_refusal refusal)
{
    return (unsigned)refusal < CLIENT_REFUSALS ? refusal_names[refusal] : "?";
}

client *client_new(const client_config *config)
{
    client *c = g_new0(client, 1);
    c->config = *config;
    c->permit = (affinity_option){ .kind = config->numbers.kind, .permit = true };
    if (config->capability == CLIENT_PERMIT_EXID) {
        c->permit.kind = TCP_OPTION_EXPERIMENT_1;
        c->permit.exid = config->numbers.exid;
    }
    connections_init(&c->all, &(connections_config){ .base = config->tcp,
                                                     .numbers = config->numbers,
                                                     .seed = config->seed,
                                                     .mss_ipv4 = config->mss_ipv4,
                                                     .mss_ipv6 = config->mss_ipv6 });
    return c;
}

void client_free(client *c)
{
    if (!c)
        return;
    connections_clear(&c->all);
    g_free(c);
}

static void event(const client_connection *conn, const role_sink *sink, const char *name)
{
    const role_field field = ROLE_FIELD_NUMBER("reconnect", conn->reconnect);
    connection_event(&conn->base, sink, name, &field, 1);
}

static bool start(client *c, int64_t now, const cats_flow_key *flow, const client_connection *redirected,
                  const role_sink *sink)
{
    if (connections_find(&c->all, flow))
        return false;
    client_connection *conn = g_new0(client_connection, 1);
    const client_capability capability = c->config.capability;
    const bool permit = capability == CLIENT_PERMIT_EXID || capability == CLIENT_PERMIT_RAW;
    tcp_endpoint_connect(&conn->base.tcp, &c->all.settings, now, flow, capability == CLIENT_SAF,
                         permit ? &c->permit : NULL);
    if (redirected) {
        conn->reconnect = true;
        conn->anycast = redirected->base.tcp.flow.source;
        conn->anycast_port = redirected->base.tcp.flow.source_port;
    }
    connections_add(&c->all, &conn->base);
    event(conn, sink, "connection-opened");
    tcp_endpoint_output(&conn->base.tcp, now, sink);
    connections_schedule(&c->all, &conn->base);
    return true;
}

bool client_open(client *c, int64_t now, const cats_address *source, uint16_t source_port,
                 const cats_address *service, uint16_t service_port, const role_sink *sink)
{
    cats_flow_key flow;
    memset(&flow, 0, sizeof flow);
    flow.source = *service;
    flow.destination = *source;
    flow.protocol = PACKET_PROTOCOL_TCP;
    flow.ports_known = 1;
    flow.source_port = service_port;
    flow.destination_port = source_port;
    if (!start(c, now, &flow, NULL, sink))
        return false;
    c->counts.opened++;
    return true;
}

/* Reports each reason once per connection, so that a peer cannot make us talk. */
static void refuse(client *c, client_connection *conn, client_refusal refusal, const affinity_option *option,
                   const role_sink *sink)
{
    if (conn->refusals & 1u << refusal)
        return;
    conn->refusals |= (uint16_t)(1u << refusal);
    c->counts.redirects_refused++;
    role_field fields[4] = { ROLE_FIELD_NUMBER("reconnect", conn->reconnect),
                             ROLE_FIELD_TEXT("reason", refusal_names[refusal]) };
    if (option)
        connection_affinity_fields(option, fields + 2);
    connection_event(&conn->base, sink, "redirect-refused", fields, option ? 4 : 2);
}

static bool is_allowed(const client_config *config, const cats_address *address)
{
    for (size_t i = 0; i < config->allowed_count; i++) {
        if (cats_address_in_prefix(address, &config->allowed[i].prefix, config->allowed[i].length))
            return true;
    }
    return config->allowed == NULL;
}

/* The option of a FIN that came in sequence. */
static client_refusal judge(const client *c, const client_connection *conn, const affinity_option *option)
{
    const cats_flow_key *flow = &conn->base.tcp.flow;
    if (conn->reconnect)
        return CLIENT_REFUSES_REDIRECT_LOOP;
    if (c->config.capability == CLIENT_INCAPABLE)
        return CLIENT_REFUSES_NO_CAPABILITY;
    if (option->kind != c->config.numbers.kind && c->config.capability != CLIENT_PERMIT_EXID)
        return CLIENT_REFUSES_EXID_NOT_IN_SYN;
    if (option->address.family != flow->destination.family)
        return CLIENT_REFUSES_FAMILY_DIFFERS;
    if (cats_address_not_unicast(&option->address))
        return CLIENT_REFUSES_NOT_UNICAST;
    if (option->port == 0)
        return CLIENT_REFUSES_PORT_ZERO;
    if (cats_address_equal(&option->address, &flow->source))
        return CLIENT_REFUSES_IS_ANYCAST;
    if (!is_allowed(&c->config, &option->address))
        return CLIENT_REFUSES_NOT_ALLOWED;
    return CLIENT_ACCEPTS;
}

/* An option in a segment that just arrived: what is wrong with its place or form. */
static void inspect_option(client *c, client_connection *conn, const tcp_segment *s, unsigned happened,
                           const role_sink *sink)
{
    const tcp_options *o = &s->options;
    const affinity_option *option = o->has_affinity ? &o->affinity : NULL;
    const bool differs = (happened & TCP_HAPPENED_FIN_DIFFERS) && (option || conn->base.tcp.has_fin_option);
    client_refusal refusal = CLIENT_ACCEPTS;
    if (differs)
        refusal = CLIENT_REFUSES_RETRANSMISSION_DIFFERS;
    else if (!option && !o->affinity_defective)
        return;
    else if (!(happened & (TCP_HAPPENED_ACCEPTABLE | TCP_HAPPENED_OLD_FIN)))
        refusal = CLIENT_REFUSES_OUT_OF_WINDOW;
    else if (!(s->flags & TCP_FLAG_FIN))
        refusal = CLIENT_REFUSES_NOT_ON_FIN;
    else if (o->affinity_defective)
        refusal = CLIENT_REFUSES_OPTION_LENGTH;
    else if (o->affinity_differs)
        refusal = CLIENT_REFUSES_DUPLICATE;
    if (refusal != CLIENT_ACCEPTS)
        refuse(c, conn, refusal, option, sink);
}

static void peer_closed(client *c, client_connection *conn, const role_sink *sink)
{
    const affinity_option *option = &conn->base.tcp.fin_option;
    role_field fields[3] = { ROLE_FIELD_NUMBER("reconnect", conn->reconnect) };
    tcp_endpoint_close(&conn->base.tcp, NULL);
    if (!conn->base.tcp.has_fin_option || conn->refusals & doubts)
        return;
    const client_refusal refusal = judge(c, conn, option);
    if (refusal != CLIENT_ACCEPTS) {
        refuse(c, conn, refusal, option, sink);
        return;
    }
    conn->follow = !c->config.ignore_redirect;
    connection_affinity_fields(option, fields + 1);
    connection_event(&conn->base, sink, conn->follow ? "redirect-received" : "redirect-ignored", fields, 3);
}

static void established(client *c, client_connection *conn, const role_sink *sink)
{
    c->counts.established++;
    event(conn, sink, "established");
    if (conn->reconnect) {
        const role_field fields[] = { ROLE_FIELD_NUMBER("reconnect", 1),
                                      ROLE_FIELD_ADDRESS("anycast", conn->anycast),
                                      ROLE_FIELD_NUMBER("anycast_port", conn->anycast_port) };
        c->counts.reconnected++;
        connection_event(&conn->base, sink, "reconnected", fields, G_N_ELEMENTS(fields));
    }
    tcp_endpoint_write(&conn->base.tcp, MAX(c->config.request_length, 1));
    if (c->config.close_after_request)
        tcp_endpoint_close(&conn->base.tcp, NULL);
}

static void ended(client *c, client_connection *conn, unsigned happened, const role_sink *sink)
{
    role_field fields[] = { ROLE_FIELD_NUMBER("reconnect", conn->reconnect),
                            ROLE_FIELD_NUMBER("octets", conn->base.tcp.received) };
    if (happened & TCP_HAPPENED_FINISHED) {
        c->counts.finished++;
        connection_event(&conn->base, sink, "finished", fields, G_N_ELEMENTS(fields));
    } else {
        c->counts.failed++;
        fields[1] = ROLE_FIELD_TEXT("reason", conn->base.tcp.failure);
        connection_event(&conn->base, sink, "failed", fields, G_N_ELEMENTS(fields));
    }
}

static void follow(client *c, int64_t now, client_connection *conn, const role_sink *sink)
{
    const affinity_option *option = &conn->base.tcp.fin_option;
    cats_flow_key flow = conn->base.tcp.flow;
    flow.source = option->address;
    flow.source_port = option->port;
    flow.destination_port = (uint16_t)(flow.destination_port + 1);
    if (flow.destination_port == 0)
        flow.destination_port = FIRST_PORT_AFTER_WRAP;
    conn->follow = false;
    if (start(c, now, &flow, conn, sink))
        c->counts.redirects_accepted++;
    else
        refuse(c, conn, CLIENT_REFUSES_PORT_IN_USE, option, sink);
}

/* Reacts to what happened, lets the end point send, follows the redirect, and lets go of what is over. */
static void proceed(client *c, int64_t now, client_connection *conn, unsigned happened, const role_sink *sink)
{
    tcp_endpoint *tcp = &conn->base.tcp;
    if (happened & TCP_HAPPENED_ESTABLISHED)
        established(c, conn, sink);
    if (happened & TCP_HAPPENED_DATA && c->config.close_after && tcp->received >= c->config.close_after)
        tcp_endpoint_close(tcp, NULL);
    if (happened & TCP_HAPPENED_PEER_CLOSED)
        peer_closed(c, conn, sink);
    happened |= tcp_endpoint_output(tcp, now, sink);
    if (happened & (TCP_HAPPENED_FINISHED | TCP_HAPPENED_FAILED))
        ended(c, conn, happened, sink);
    if (conn->follow)
        follow(c, now, conn, sink);
    if (happened & TCP_HAPPENED_GONE)
        connections_remove(&c->all, &conn->base);
    else
        connections_schedule(&c->all, &conn->base);
}

void client_packet(client *c, int64_t now, const uint8_t *octets, size_t length, const role_sink *sink)
{
    tcp_segment segment;
    const char *reason;
    if (!tcp_segment_read(&c->config.numbers, octets, length, &segment, &reason)) {
        sink->drop(sink->context, reason);
        return;
    }
    client_connection *conn = (client_connection *)connections_find(&c->all, &segment.flow);
    if (!conn) {
        sink->drop(sink->context, "no-connection");
        c->all.settings.counts.resets_sent += tcp_reset_stray(&segment, sink);
        return;
    }
    const unsigned happened = tcp_endpoint_segment(&conn->base.tcp, now, &segment, sink);
    inspect_option(c, conn, &segment, happened, sink);
    proceed(c, now, conn, happened, sink);
}

int64_t client_deadline(const client *c)
{
    return connections_deadline(&c->all);
}

void client_expire(client *c, int64_t now, const role_sink *sink)
{
    connection *due;
    while ((due = connections_due(&c->all, now)))
        proceed(c, now, (client_connection *)due, tcp_endpoint_expire(&due->tcp, now, sink), sink);
}

client_counts client_count(const client *c)
{
    client_counts counts = c->counts;
    counts.retransmissions = c->all.settings.counts.retransmissions;
    counts.live = connections_count(&c->all);
    return counts;
}

const tcp_counts *client_tcp_counts(const client *c)
{
    return &c->all.settings.counts;
}

const tcp_endpoint *client_find(const client *c, const cats_flow_key *flow)
{
    const connection *found = connections_find(&c->all, flow);
    return found ? &found->tcp : NULL;
}
