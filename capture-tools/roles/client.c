/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The client: asks on a CS-ID, and follows a redirect that passes its checks, once.
 * Spec: draft-wang-tcpm-tcp-service-affinity-option. */
#include "capture-tools/roles/client.h"

#include "capture-tools/roles/client-answer.h"
#include "capture-tools/roles/client-redirect.h"
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
    bool follow;     /* the option of the peer's FIN passed every check */
    bool asked;      /* the request is queued */
    bool redirected; /* the first of two */
    int64_t opened_at, asked_at;
    client_answer answer;
    uint16_t anycast_port;
    cats_address anycast; /* reconnect: where the first connection went */
} client_connection;

/* What makes the FIN's option itself doubtful, however well it reads. */
static const unsigned doubts = 1u << CLIENT_REFUSES_OPTION_LENGTH | 1u << CLIENT_REFUSES_DUPLICATE |
                               1u << CLIENT_REFUSES_RETRANSMISSION_DIFFERS;

static client_connection *connection_of(connection *base)
{
    return (client_connection *)(void *)base;
}

static void deliver(void *context, const tcp_endpoint *endpoint, uint64_t position, const uint8_t *octets,
                    size_t length)
{
    client *c = context;
    client_connection *conn =
        connection_of((connection *)(void *)((const char *)endpoint - offsetof(connection, tcp)));
    c->counts.octets += length;
    client_answer_take(&conn->answer, endpoint, position, octets, length);
}

static void release(connection *base)
{
    client_answer_clear(&connection_of(base)->answer);
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
    c->all.release = release;
    c->all.settings.deliver = deliver;
    c->all.settings.deliver_context = c;
    return c;
}

void client_free(client *c)
{
    if (!c)
        return;
    connections_clear(&c->all);
    g_free(c);
}

/* When the role itself has something to do: ask, or give up. */
static void set_due(const client *c, client_connection *conn)
{
    const tcp_endpoint *tcp = &conn->base.tcp;
    const bool open = tcp->state != TCP_STATE_TIME_WAIT && tcp->state != TCP_STATE_CLOSED;
    const bool holds = tcp->state == TCP_STATE_ESTABLISHED && !conn->asked;
    if (holds)
        conn->base.due = conn->asked_at;
    else if (open && c->config.timeout_ns > 0)
        conn->base.due = MAX(tcp->heard_at, conn->asked_at) + c->config.timeout_ns;
    else
        conn->base.due = ROLE_NEVER;
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
    conn->opened_at = now;
    if (c->config.http_path)
        client_answer_use_http(&conn->answer, c->config.http_path, flow);
    if (redirected) {
        conn->reconnect = true;
        conn->anycast = redirected->base.tcp.flow.source;
        conn->anycast_port = redirected->base.tcp.flow.source_port;
    }
    connections_add(&c->all, &conn->base);
    event(conn, sink, "connection-opened");
    tcp_endpoint_output(&conn->base.tcp, now, sink);
    set_due(c, conn);
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
    c->counts.refused_by[refusal]++;
    role_field fields[4] = { ROLE_FIELD_NUMBER("reconnect", conn->reconnect),
                             ROLE_FIELD_TEXT("reason", client_refusal_name(refusal)) };
    if (option)
        connection_affinity_fields(option, fields + 2);
    connection_event(&conn->base, sink, "redirect-refused", fields, option ? 4 : 2);
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
    const client_refusal refusal = client_judge(&c->config, conn->reconnect, &conn->base.tcp.flow, option);
    if (refusal != CLIENT_ACCEPTS) {
        refuse(c, conn, refusal, option, sink);
        return;
    }
    conn->follow = conn->redirected = !c->config.ignore_redirect;
    connection_affinity_fields(option, fields + 1);
    connection_event(&conn->base, sink, conn->follow ? "redirect-received" : "redirect-ignored", fields, 3);
}

static void note_time(client_times *times, int64_t took_ns)
{
    times->least_ns = times->count == 0 ? took_ns : MIN(times->least_ns, took_ns);
    times->most_ns = MAX(times->most_ns, took_ns);
    times->sum_ns += took_ns;
    times->count++;
}

static void ask(const client *c, client_connection *conn)
{
    tcp_endpoint *tcp = &conn->base.tcp;
    conn->asked = true;
    client_answer_ask(&conn->answer, tcp, MAX(c->config.request_length, 1));
    if (c->config.close_after_request)
        tcp_endpoint_close(tcp, NULL);
}

static void established(client *c, int64_t now, client_connection *conn, const role_sink *sink)
{
    c->counts.established++;
    note_time(conn->reconnect ? &c->counts.reconnect : &c->counts.establish, now - conn->opened_at);
    event(conn, sink, "established");
    if (conn->reconnect) {
        const role_field fields[] = { ROLE_FIELD_NUMBER("reconnect", 1),
                                      ROLE_FIELD_ADDRESS("anycast", conn->anycast),
                                      ROLE_FIELD_NUMBER("anycast_port", conn->anycast_port) };
        c->counts.reconnected++;
        connection_event(&conn->base, sink, "reconnected", fields, G_N_ELEMENTS(fields));
    }
    conn->asked_at = now + c->config.hold_ns;
    if (c->config.hold_ns == 0)
        ask(c, conn);
}

static void failed(client *c, const client_connection *conn, const char *reason, const role_sink *sink)
{
    const role_field fields[] = { ROLE_FIELD_NUMBER("reconnect", conn->reconnect),
                                  ROLE_FIELD_TEXT("reason", reason) };
    c->counts.failed++;
    connection_event(&conn->base, sink, "failed", fields, G_N_ELEMENTS(fields));
}

static void finished(client *c, const client_connection *conn, const role_sink *sink)
{
    role_field fields[4] = { ROLE_FIELD_NUMBER("reconnect", conn->reconnect),
                             ROLE_FIELD_NUMBER("octets", conn->base.tcp.received) };
    c->counts.finished++;
    size_t count = 2;
    if (!conn->answer.differs)
        c->counts.verified += conn->answer.checked;
    if (!conn->redirected)
        count += client_answer_fields(&conn->answer, &conn->base.tcp, fields + count);
    connection_event(&conn->base, sink, "finished", fields, count);
}

static void ended(client *c, const client_connection *conn, unsigned happened, const role_sink *sink)
{
    const tcp_endpoint *tcp = &conn->base.tcp;
    const bool closed = (happened & TCP_HAPPENED_FINISHED) != 0;
    /* The first of two has no answer. */
    const char *reason = !closed            ? tcp->failure
                         : conn->redirected ? NULL
                                            : client_answer_failure(&conn->answer, tcp);
    if (reason)
        failed(c, conn, reason, sink);
    else
        finished(c, conn, sink);
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
        established(c, now, conn, sink);
    if (happened & TCP_HAPPENED_DATA && c->config.close_after && tcp->received >= c->config.close_after)
        tcp_endpoint_close(tcp, NULL);
    if (happened & TCP_HAPPENED_PEER_CLOSED)
        peer_closed(c, conn, sink);
    happened |= tcp_endpoint_output(tcp, now, sink);
    if (happened & (TCP_HAPPENED_FINISHED | TCP_HAPPENED_FAILED))
        ended(c, conn, happened, sink);
    if (conn->follow)
        follow(c, now, conn, sink);
    if (happened & TCP_HAPPENED_GONE) {
        connections_remove(&c->all, &conn->base);
    } else {
        set_due(c, conn);
        connections_schedule(&c->all, &conn->base);
    }
}

static bool take_icmp(client *c, int64_t now, const uint8_t *octets, size_t length, const role_sink *sink)
{
    unsigned happened;
    connection *about = connections_icmp(&c->all, octets, length, &happened);
    if (about)
        proceed(c, now, connection_of(about), happened, sink);
    return about != NULL;
}

void client_packet(client *c, int64_t now, const uint8_t *octets, size_t length, const role_sink *sink)
{
    tcp_segment segment;
    const char *reason;
    if (!tcp_segment_read(&c->config.numbers, octets, length, &segment, &reason)) {
        if (!take_icmp(c, now, octets, length, sink))
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

/* The peer has the request and said nothing to it. */
static bool is_unanswered(const client_connection *conn)
{
    const tcp_endpoint *tcp = &conn->base.tcp;
    return conn->asked && tcp->acknowledged == tcp->queued && tcp->received == 0 && !tcp->peer_closed;
}

static unsigned give_up(client *c, int64_t now, client_connection *conn, const char *reason,
                        const role_sink *sink)
{
    c->counts.unanswered += is_unanswered(conn);
    return tcp_endpoint_abort(&conn->base.tcp, now, reason, sink);
}

/* The role's own time has come: to ask, or to give up when nothing was heard meanwhile. */
static void take_due(client *c, int64_t now, client_connection *conn, const role_sink *sink)
{
    tcp_endpoint *tcp = &conn->base.tcp;
    unsigned happened = 0;
    set_due(c, conn);
    if (conn->base.due <= now && tcp->state == TCP_STATE_ESTABLISHED && !conn->asked)
        ask(c, conn);
    else if (conn->base.due <= now)
        happened = give_up(c, now, conn, is_unanswered(conn) ? "no-answer" : "timeout", sink);
    proceed(c, now, conn, happened, sink);
}

void client_expire(client *c, int64_t now, const role_sink *sink)
{
    connection *due;
    while ((due = connections_due(&c->all, now))) {
        client_connection *conn = connection_of(due);
        if (due->due > now)
            proceed(c, now, conn, tcp_endpoint_expire(&due->tcp, now, sink), sink);
        else
            take_due(c, now, conn, sink);
    }
}

void client_abort(client *c, int64_t now, const role_sink *sink)
{
    g_autoptr(GList) all = g_hash_table_get_keys(c->all.by_flow);
    for (GList *each = all; each; each = each->next) {
        client_connection *conn = connection_of(each->data);
        proceed(c, now, conn, give_up(c, now, conn, "interrupted", sink), sink);
    }
}

uint64_t client_busy(const client_counts *counts)
{
    return counts->opened + counts->redirects_accepted - counts->finished - counts->failed;
}

client_counts client_count(const client *c)
{
    client_counts counts = c->counts;
    counts.retransmissions = c->all.settings.counts.retransmissions;
    counts.live = connections_count(&c->all);
    counts.peak = c->all.peak;
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
