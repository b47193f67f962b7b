/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The service node: answers, and redirects capable clients to its own address with the option on its FIN.
 * Spec: draft-wang-tcpm-tcp-service-affinity-option; RFC 6994 s3 (experimental form). */
#include "capture-tools/roles/service-node.h"

#include "capture-tools/roles/connections.h"
#include "capture-tools/roles/http.h"
#include <string.h>

enum { CONNECTIONS_MAX_DEFAULT = 1 << 22 };

/* The forms of the option that a node sends. */
typedef enum redirect_form { FORM_OWN_KIND, FORM_EXPERIMENT_1, FORM_EXPERIMENT_2, FORMS } redirect_form;

struct service_node {
    service_node_config config;
    connections all;
    affinity_option redirect_ipv4[FORMS], redirect_ipv6[FORMS];
    service_node_counts counts;
};

typedef struct node_connection {
    connection base;
    const affinity_option *redirect; /* to send on our FIN; NULL: serve */
    bool anycast, answered;
    GString *request; /* HTTP: the head as far as it came */
    char *head;       /* HTTP: of the answer */
} node_connection;

static node_connection *connection_of(connection *base)
{
    return (node_connection *)(void *)base;
}

static void release(connection *base)
{
    node_connection *conn = connection_of(base);
    if (conn->request)
        g_string_free(conn->request, TRUE);
    g_free(conn->head);
}

/* Keeps octets of the request's head; what follows it, or lies beyond its limit, is not looked at. */
static void deliver(void *context, const tcp_endpoint *endpoint, uint64_t position, const uint8_t *octets,
                    size_t length)
{
    const service_node *n = context;
    node_connection *conn =
        connection_of((connection *)(void *)((const char *)endpoint - offsetof(connection, tcp)));
    (void)position;
    if (!n->config.http || conn->answered)
        return;
    if (!conn->request)
        conn->request = g_string_new(NULL);
    const size_t room = HTTP_HEAD_MAX + 1 - MIN(conn->request->len, HTTP_HEAD_MAX + 1);
    g_string_append_len(conn->request, (const char *)octets, (gssize)MIN(length, room));
}

static void fill_redirects(const service_node_config *config, const cats_address *own,
                           affinity_option forms[FORMS])
{
    static const uint8_t kinds[FORMS] = {
        [FORM_EXPERIMENT_1] = TCP_OPTION_EXPERIMENT_1, [FORM_EXPERIMENT_2] = TCP_OPTION_EXPERIMENT_2
    };
    for (redirect_form form = FORM_OWN_KIND; form < FORMS; form++) {
        const bool experimental = form != FORM_OWN_KIND;
        forms[form] = (affinity_option){ .kind = experimental ? kinds[form] : config->numbers.kind,
                                         .exid = experimental ? config->numbers.exid : 0,
                                         .address = *own,
                                         .port = config->own_port };
    }
}

service_node *service_node_new(const service_node_config *config)
{
    service_node *n = g_new0(service_node, 1);
    n->config = *config;
    if (!n->config.connections_max)
        n->config.connections_max = CONNECTIONS_MAX_DEFAULT;
    fill_redirects(config, &config->own_ipv4, n->redirect_ipv4);
    fill_redirects(config, &config->own_ipv6, n->redirect_ipv6);
    connections_init(&n->all, &(connections_config){ .base = config->tcp,
                                                     .numbers = config->numbers,
                                                     .seed = config->seed,
                                                     .mss_ipv4 = config->mss_ipv4,
                                                     .mss_ipv6 = config->mss_ipv6 });
    n->all.release = release;
    if (config->http) {
        n->all.settings.deliver = deliver;
        n->all.settings.deliver_context = n;
    }
    return n;
}

void service_node_free(service_node *n)
{
    if (!n)
        return;
    connections_clear(&n->all);
    g_free(n);
}

static void event(const service_node *n, const node_connection *conn, const role_sink *sink, const char *name,
                  const role_field *more, size_t count)
{
    role_field fields[CONNECTION_FIELDS_MORE] = { ROLE_FIELD_TEXT("node", n->config.name) };
    for (size_t i = 0; i < count; i++)
        fields[1 + i] = more[i];
    connection_event(&conn->base, sink, name, fields, 1 + count);
}

static bool is_address(const cats_address *address, const cats_address *ipv4, const cats_address *ipv6)
{
    const cats_address *one = address->family == 4 ? ipv4 : ipv6;
    return one->family != 0 && cats_address_equal(address, one);
}

static bool is_anycast(const service_node *n, const cats_flow_key *flow)
{
    return flow->destination_port == n->config.anycast_port &&
           is_address(&flow->destination, &n->config.anycast_ipv4, &n->config.anycast_ipv6);
}

static bool is_own(const service_node *n, const cats_flow_key *flow)
{
    return flow->destination_port == n->config.own_port &&
           is_address(&flow->destination, &n->config.own_ipv4, &n->config.own_ipv6);
}

/* The option for the client that sent this SYN to the anycast address; NULL when it is not capable, or the
 * node has no address of that family. */
static const affinity_option *redirect_for(const service_node *n, const tcp_segment *syn)
{
    const bool ipv4 = syn->flow.destination.family == 4;
    const affinity_option *forms = ipv4 ? n->redirect_ipv4 : n->redirect_ipv6;
    const tcp_options *o = &syn->options;
    if ((ipv4 ? n->config.own_ipv4 : n->config.own_ipv6).family == 0)
        return NULL;
    if (n->config.experimental && o->permit_exid)
        return &forms[o->permit_exid == TCP_OPTION_EXPERIMENT_1 ? FORM_EXPERIMENT_1 : FORM_EXPERIMENT_2];
    return syn->saf || o->permit_raw ? &forms[FORM_OWN_KIND] : NULL;
}

/* Why a SYN is not answered; NULL: it is. */
static const char *refuse_syn(const service_node *n, const tcp_segment *s)
{
    if (s->flags & TCP_FLAG_FIN)
        return "syn-with-fin";
    if (s->flow.source_port == 0 || cats_address_not_unicast(&s->flow.source) ||
        is_address(&s->flow.source, &n->config.own_ipv4, &n->config.own_ipv6) ||
        is_address(&s->flow.source, &n->config.anycast_ipv4, &n->config.anycast_ipv6))
        return "source-address";
    if (connections_count(&n->all) >= n->config.connections_max)
        return "connections-max";
    return NULL;
}

static void accept_syn(service_node *n, int64_t now, const tcp_segment *s, bool anycast,
                       const role_sink *sink)
{
    node_connection *conn = g_new0(node_connection, 1);
    conn->anycast = anycast;
    conn->redirect = anycast ? redirect_for(n, s) : NULL;
    /* The flag says that we support the option, and is said to who said it first. */
    tcp_endpoint_accept(&conn->base.tcp, &n->all.settings, now, s, s->saf);
    connections_add(&n->all, &conn->base);
    n->counts.accepted++;
    const role_field fields[] = { ROLE_FIELD_NUMBER("anycast", anycast),
                                  ROLE_FIELD_NUMBER("capable", conn->redirect != NULL) };
    event(n, conn, sink, "connection-opened", fields, G_N_ELEMENTS(fields));
    tcp_endpoint_output(&conn->base.tcp, now, sink);
    connections_schedule(&n->all, &conn->base);
}

/* A segment for which there is no connection (RFC 9293 s3.10.7.1-2). */
static void unconnected(service_node *n, int64_t now, const tcp_segment *s, const role_sink *sink)
{
    const bool anycast = is_anycast(n, &s->flow);
    const bool syn = (s->flags & (TCP_FLAG_SYN | TCP_FLAG_ACK | TCP_FLAG_RST)) == TCP_FLAG_SYN;
    const char *reason = "no-connection";
    if (syn && (anycast || is_own(n, &s->flow))) {
        reason = refuse_syn(n, s);
        if (!reason) {
            accept_syn(n, now, s, anycast, sink);
            return;
        }
    } else {
        n->all.settings.counts.resets_sent += tcp_reset_stray(s, sink);
    }
    sink->drop(sink->context, reason);
}

/* False while the head may still become whole. */
static bool read_request(const service_node *n, const node_connection *conn, http_answer *answer)
{
    const GString *request = conn->request;
    const size_t head = request ? http_head_length(request->str, request->len) : 0;
    if (head > 0)
        *answer = http_request_read(request->str, head, n->config.response_length);
    else if (request && request->len > HTTP_HEAD_MAX)
        *answer = http_answer_status(431);
    else if (conn->base.tcp.peer_closed)
        *answer = http_answer_status(400);
    else
        return false;
    return true;
}

static void answer_http(service_node *n, node_connection *conn, const role_sink *sink)
{
    http_answer answer;
    if (!read_request(n, conn, &answer))
        return;
    conn->answered = true;
    if (conn->request)
        g_string_free(g_steal_pointer(&conn->request), TRUE);
    if (conn->redirect)
        return;
    const uint64_t body = answer.with_body ? answer.length : 0;
    conn->head = http_answer_head(&answer);
    tcp_endpoint_write_head(&conn->base.tcp, conn->head, strlen(conn->head), HTTP_BODY_SEED);
    tcp_endpoint_write(&conn->base.tcp, body);
    n->counts.http_refused += answer.status > 200;
    const role_field fields[] = { ROLE_FIELD_NUMBER("http.status", answer.status),
                                  ROLE_FIELD_NUMBER("http.octets", body) };
    event(n, conn, sink, "request", fields, G_N_ELEMENTS(fields));
}

/* Answers once the request is there, and closes as it is told to. */
static void answer(service_node *n, node_connection *conn, const role_sink *sink)
{
    const service_node_config *config = &n->config;
    tcp_endpoint *tcp = &conn->base.tcp;
    if (!conn->answered && config->http) {
        answer_http(n, conn, sink);
    } else if (!conn->answered && (tcp->peer_closed || tcp->received >= MAX(config->request_length, 1))) {
        conn->answered = true;
        tcp_endpoint_write(tcp, conn->redirect ? config->anycast_response_length : config->response_length);
    }
    if (conn->answered && (conn->redirect || tcp->peer_closed || !config->client_closes))
        tcp_endpoint_close(tcp, conn->redirect);
}

static void fin_sent(service_node *n, const node_connection *conn, const role_sink *sink)
{
    if (!conn->redirect)
        return;
    if (!conn->base.tcp.fin_option_sent) {
        n->counts.option_did_not_fit++;
        event(n, conn, sink, "option-did-not-fit", NULL, 0);
        return;
    }
    role_field fields[2];
    connection_affinity_fields(conn->redirect, fields);
    n->counts.redirected++;
    event(n, conn, sink, "redirect-sent", fields, G_N_ELEMENTS(fields));
}

static void ended(service_node *n, const node_connection *conn, unsigned happened, const role_sink *sink)
{
    const tcp_endpoint *tcp = &conn->base.tcp;
    n->counts.octets += tcp->acknowledged;
    if (happened & TCP_HAPPENED_FINISHED) {
        const role_field fields[] = { ROLE_FIELD_NUMBER("octets", tcp->received),
                                      ROLE_FIELD_NUMBER("redirected", tcp->fin_option_sent) };
        if (!conn->anycast)
            n->counts.served++;
        else if (!conn->redirect)
            n->counts.served_incapable++;
        event(n, conn, sink, "finished", fields, G_N_ELEMENTS(fields));
    } else {
        const role_field fields[] = { ROLE_FIELD_TEXT("reason", tcp->failure) };
        n->counts.failed++;
        n->counts.resets += strcmp(tcp->failure, "reset") == 0;
        event(n, conn, sink, "failed", fields, G_N_ELEMENTS(fields));
    }
}

static void proceed(service_node *n, int64_t now, node_connection *conn, unsigned happened,
                    const role_sink *sink)
{
    if (happened & TCP_HAPPENED_ESTABLISHED)
        event(n, conn, sink, "established", NULL, 0);
    if (happened & (TCP_HAPPENED_DATA | TCP_HAPPENED_PEER_CLOSED))
        answer(n, conn, sink);
    happened |= tcp_endpoint_output(&conn->base.tcp, now, sink);
    if (happened & TCP_HAPPENED_FIN_SENT)
        fin_sent(n, conn, sink);
    if (happened & (TCP_HAPPENED_FINISHED | TCP_HAPPENED_FAILED))
        ended(n, conn, happened, sink);
    if (happened & TCP_HAPPENED_GONE)
        connections_remove(&n->all, &conn->base);
    else
        connections_schedule(&n->all, &conn->base);
}

static bool take_icmp(service_node *n, int64_t now, const uint8_t *octets, size_t length,
                      const role_sink *sink)
{
    unsigned happened;
    connection *about = connections_icmp(&n->all, octets, length, &happened);
    if (about)
        proceed(n, now, connection_of(about), happened, sink);
    return about != NULL;
}

void service_node_packet(service_node *n, int64_t now, const uint8_t *octets, size_t length,
                         const role_sink *sink)
{
    tcp_segment segment;
    const char *reason;
    if (!tcp_segment_read(&n->config.numbers, octets, length, &segment, &reason)) {
        if (!take_icmp(n, now, octets, length, sink))
            sink->drop(sink->context, reason);
        return;
    }
    connection *found = connections_find(&n->all, &segment.flow);
    if (!found) {
        unconnected(n, now, &segment, sink);
        return;
    }
    const unsigned happened = tcp_endpoint_segment(&found->tcp, now, &segment, sink);
    if (happened & TCP_HAPPENED_NEW_SYN) {
        connections_remove(&n->all, found);
        unconnected(n, now, &segment, sink);
        return;
    }
    proceed(n, now, connection_of(found), happened, sink);
}

int64_t service_node_deadline(const service_node *n)
{
    return connections_deadline(&n->all);
}

void service_node_expire(service_node *n, int64_t now, const role_sink *sink)
{
    connection *due;
    while ((due = connections_due(&n->all, now)))
        proceed(n, now, connection_of(due), tcp_endpoint_expire(&due->tcp, now, sink), sink);
}

service_node_counts service_node_count(const service_node *n)
{
    service_node_counts counts = n->counts;
    counts.retransmissions = n->all.settings.counts.retransmissions;
    counts.live = connections_count(&n->all);
    counts.peak = n->all.peak;
    return counts;
}

const tcp_counts *service_node_tcp_counts(const service_node *n)
{
    return &n->all.settings.counts;
}

const tcp_endpoint *service_node_find(const service_node *n, const cats_flow_key *flow)
{
    const connection *found = connections_find(&n->all, flow);
    return found ? &found->tcp : NULL;
}
