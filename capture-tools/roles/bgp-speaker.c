/* SPDX-License-Identifier: GPL-2.0-or-later */
/* BGP's states over one TCP connection. Spec: RFC 4271 s4.4, s6, s8.2.2, s10; RFC 4486 s3. */
#include "bgp-speaker.h"

#include "capture-tools/roles/message-queue.h"
#include "capture-tools/roles/tcp-endpoint.h"
#include "epan-cats/bgp-build.h"
#include "epan-cats/packet.h"
#include <string.h>

#define SECONDS(n) (INT64_C(1000000000) * (n))
#define RETRY_DEFAULT_NS SECONDS(120)
#define HOLD_WITHOUT_OPEN_NS SECONDS(240) /* "a large value" in OpenSent (s8.2.2) */
#define KEEPALIVES_IN_HOLD_TIME 3

enum { COMMENT_MAX = 256 };
enum { ERROR_HEADER = 1, ERROR_OPEN = 2, ERROR_HOLD_TIMER = 4, ERROR_STATE = 5 };
enum { UNSPECIFIC = 0, BAD_PEER_AS = 2, NOT_SYNCHRONIZED = 1 };

struct bgp_speaker {
    bgp_speaker_config config;
    tcp_settings settings;
    tcp_endpoint tcp;
    message_queue out;
    GByteArray *in; /* the beginning of a message */
    bgp_state state;
    uint16_t port;   /* of the next connection: each has its own */
    int64_t hold_ns; /* agreed; 0: none */
    int64_t hold_at, keepalive_at, retry_at;
    unsigned happened;
    const role_sink *sink;     /* of the call under way */
    char comment[COMMENT_MAX]; /* of the packet under way */
    bgp_speaker_counts counts;
};

/* ---- what TCP takes and gives ---- */

static void supply(void *context, const tcp_endpoint *e, uint64_t position, uint8_t *octets, size_t length)
{
    bgp_speaker *s = context;
    (void)e;
    message_queue_read(&s->out, position, octets, length);
    message_queue_describe(&s->out, position, length, s->comment, sizeof s->comment);
}

static void deliver(void *context, const tcp_endpoint *e, uint64_t position, const uint8_t *octets,
                    size_t length)
{
    bgp_speaker *s = context;
    (void)e;
    (void)position;
    g_byte_array_append(s->in, octets, (guint)length);
}

static void tcp_packet(void *context, unsigned port, const uint8_t *octets, size_t length,
                       const char *comment)
{
    bgp_speaker *s = context;
    if (*comment != '\0') {
        g_strlcat(s->comment, *s->comment == '\0' ? "" : ", ", sizeof s->comment);
        g_strlcat(s->comment, comment, sizeof s->comment);
    }
    s->sink->packet(s->sink->context, port, octets, length, s->comment);
    *s->comment = '\0';
}

/* The small TCP has no events, and drops nothing itself. */
static role_sink tcp_sink(bgp_speaker *s)
{
    return (role_sink){ .context = s, .packet = tcp_packet };
}

static void event(const bgp_speaker *s, const char *name, const char *reason)
{
    const role_field fields[] = { ROLE_FIELD_ADDRESS("peer", s->config.peer),
                                  ROLE_FIELD_TEXT("reason", reason) };
    s->sink->event(s->sink->context, name, fields, reason != NULL ? 2 : 1);
}

/* ---- the session ---- */

bgp_speaker *bgp_speaker_new(const bgp_speaker_config *config)
{
    bgp_speaker *s = g_new0(bgp_speaker, 1);
    s->config = *config;
    s->port = config->port;
    if (config->retry_ns <= 0)
        s->config.retry_ns = RETRY_DEFAULT_NS;
    s->settings = tcp_settings_default();
    s->settings.seed = config->seed;
    s->settings.mss_ipv4 = s->settings.mss_ipv6 = config->mss;
    s->settings.deliver = deliver;
    s->settings.supply = supply;
    s->settings.deliver_context = s->settings.supply_context = s;
    message_queue_init(&s->out);
    s->in = g_byte_array_new();
    s->hold_at = s->keepalive_at = s->retry_at = ROLE_NEVER;
    return s;
}

void bgp_speaker_free(bgp_speaker *s)
{
    if (s == NULL)
        return;
    tcp_endpoint_clear(&s->tcp);
    message_queue_clear(&s->out);
    g_byte_array_unref(s->in);
    g_free(s);
}

static void begin_stream(bgp_speaker *s)
{
    tcp_endpoint_clear(&s->tcp);
    message_queue_reset(&s->out);
    g_byte_array_set_size(s->in, 0);
    s->retry_at = ROLE_NEVER;
}

static void write_message(bgp_speaker *s, const uint8_t *octets, size_t length, const char *comment)
{
    message_queue_append(&s->out, octets, length, comment);
    tcp_endpoint_write(&s->tcp, length);
}

/* A message of this kind that this speaker builds itself. */
static void write_built(bgp_speaker *s, const GByteArray *message, const char *kind)
{
    g_autofree char *comment = g_strdup_printf("%s: %s", s->config.name, kind);
    write_message(s, message->data, message->len, comment);
}

static void write_open(bgp_speaker *s)
{
    g_autoptr(GByteArray) message = g_byte_array_new();
    bgp_build_open(message, &s->config.open);
    write_built(s, message, "BGP OPEN");
}

static void write_keepalive(bgp_speaker *s)
{
    g_autoptr(GByteArray) message = g_byte_array_new();
    bgp_build_keepalive(message);
    write_built(s, message, "BGP KEEPALIVE");
    s->counts.keepalives_sent++;
}

static void restart_hold(bgp_speaker *s, int64_t now)
{
    s->hold_at = s->hold_ns > 0 ? now + s->hold_ns : ROLE_NEVER;
}

static void restart_keepalive(bgp_speaker *s, int64_t now)
{
    s->keepalive_at = s->hold_ns > 0 ? now + s->hold_ns / KEEPALIVES_IN_HOLD_TIME : ROLE_NEVER;
}

/* The session is over; the connection may still have something to send. */
static void leave(bgp_speaker *s, int64_t now, const char *reason)
{
    if (s->state == BGP_STATE_IDLE || s->state == BGP_STATE_ACTIVE)
        return;
    if (s->state == BGP_STATE_ESTABLISHED) {
        s->happened |= BGP_HAPPENED_DOWN;
        event(s, "bgp-down", reason);
    }
    s->hold_at = s->keepalive_at = ROLE_NEVER;
    s->state = s->config.connects ? BGP_STATE_IDLE : BGP_STATE_ACTIVE;
    s->retry_at = s->config.connects ? now + s->config.retry_ns : ROLE_NEVER;
}

static void notify(bgp_speaker *s, int64_t now, uint8_t code, uint8_t subcode, const char *reason)
{
    g_autoptr(GByteArray) message = g_byte_array_new();
    g_autofree char *kind = g_strdup_printf("BGP NOTIFICATION, %s", reason);
    bgp_build_notification(message, code, subcode);
    write_built(s, message, kind);
    tcp_endpoint_close(&s->tcp, NULL);
    leave(s, now, reason);
}

/* ---- messages ---- */

static void take_open(bgp_speaker *s, int64_t now, const uint8_t *body, size_t length)
{
    bgp_open open;
    cats_defect defect;
    if (!bgp_open_parse(body, length, &open, &defect)) {
        notify(s, now, ERROR_OPEN, UNSPECIFIC, defect.subject);
        return;
    }
    if (open.as != s->config.open.as) {
        notify(s, now, ERROR_OPEN, BAD_PEER_AS, "another AS");
        return;
    }
    s->hold_ns = SECONDS(MIN(open.hold_time, s->config.open.hold_time));
    s->state = BGP_STATE_OPEN_CONFIRM;
    write_keepalive(s);
    restart_keepalive(s, now);
    restart_hold(s, now);
}

static void take_keepalive(bgp_speaker *s, int64_t now)
{
    restart_hold(s, now);
    if (s->state == BGP_STATE_ESTABLISHED)
        return;
    s->state = BGP_STATE_ESTABLISHED;
    s->counts.sessions++;
    s->happened |= BGP_HAPPENED_ESTABLISHED;
    event(s, "bgp-established", NULL);
}

static void take_update(bgp_speaker *s, int64_t now, const uint8_t *body, size_t length)
{
    restart_hold(s, now);
    s->counts.updates_received++;
    s->config.update(s->config.context, body, length);
}

static void take_message(bgp_speaker *s, int64_t now, const bgp_message *m)
{
    size_t length = m->length - BGP_HEADER_LENGTH;
    if (m->type == BGP_NOTIFICATION) {
        tcp_endpoint_close(&s->tcp, NULL);
        leave(s, now, "notification");
    } else if (m->type == BGP_OPEN && s->state == BGP_STATE_OPEN_SENT) {
        take_open(s, now, m->body, length);
    } else if (m->type == BGP_KEEPALIVE && s->state >= BGP_STATE_OPEN_CONFIRM) {
        take_keepalive(s, now);
    } else if (m->type == BGP_UPDATE && s->state == BGP_STATE_ESTABLISHED) {
        take_update(s, now, m->body, length);
    } else {
        notify(s, now, ERROR_STATE, UNSPECIFIC, "unexpected message");
    }
}

static void take_messages(bgp_speaker *s, int64_t now)
{
    bgp_message message;
    cats_defect defect;
    size_t next = 0;
    bgp_message_result result = BGP_MESSAGE_END;
    while (s->state >= BGP_STATE_OPEN_SENT &&
           (result = bgp_message_next(s->in->data, s->in->len, &next, &message, &defect)) == BGP_MESSAGE)
        take_message(s, now, &message);
    if (s->state >= BGP_STATE_OPEN_SENT && result == BGP_MESSAGE_BAD)
        notify(s, now, ERROR_HEADER, NOT_SYNCHRONIZED, defect.subject);
    g_byte_array_remove_range(s->in, 0, (guint)next);
}

/* ---- inputs ---- */

static void react(bgp_speaker *s, int64_t now, unsigned happened)
{
    const role_sink sink = tcp_sink(s);
    if ((happened & TCP_HAPPENED_ESTABLISHED) != 0) {
        s->state = BGP_STATE_OPEN_SENT;
        s->hold_at = now + HOLD_WITHOUT_OPEN_NS;
        write_open(s);
    }
    take_messages(s, now);
    if ((happened & (TCP_HAPPENED_PEER_CLOSED | TCP_HAPPENED_FAILED)) != 0) {
        tcp_endpoint_close(&s->tcp, NULL);
        leave(s, now, s->tcp.failure != NULL ? s->tcp.failure : "closed");
    }
    if (s->tcp.state != TCP_STATE_CLOSED) {
        message_queue_acknowledge(&s->out, s->tcp.acknowledged);
        happened = tcp_endpoint_output(&s->tcp, now, &sink);
        if ((happened & TCP_HAPPENED_FAILED) != 0)
            leave(s, now, s->tcp.failure);
    }
}

static unsigned leave_call(bgp_speaker *s)
{
    unsigned happened = s->happened;
    s->happened = 0;
    s->sink = NULL;
    return happened;
}

static cats_flow_key flow_of(const bgp_speaker_config *config, uint16_t port)
{
    cats_flow_key flow;
    memset(&flow, 0, sizeof flow);
    flow.source = config->peer;
    flow.destination = config->own;
    flow.protocol = PACKET_PROTOCOL_TCP;
    flow.ports_known = 1;
    flow.source_port = BGP_PORT;
    flow.destination_port = port;
    return flow;
}

static void connect_peer(bgp_speaker *s, int64_t now)
{
    cats_flow_key flow = flow_of(&s->config, s->port++);
    begin_stream(s);
    tcp_endpoint_connect(&s->tcp, &s->settings, now, &flow, false, NULL);
    s->state = BGP_STATE_CONNECT;
    react(s, now, 0);
}

unsigned bgp_speaker_start(bgp_speaker *s, int64_t now, const role_sink *sink)
{
    s->sink = sink;
    if (s->config.connects)
        connect_peer(s, now);
    else
        s->state = BGP_STATE_ACTIVE;
    return leave_call(s);
}

/* A SYN of the peer's: its next connection, which ends the one before. */
static bool accepts(const bgp_speaker *s, const tcp_segment *segment)
{
    return !s->config.connects &&
           (segment->flags & (TCP_FLAG_SYN | TCP_FLAG_ACK | TCP_FLAG_RST)) == TCP_FLAG_SYN &&
           segment->flow.destination_port == BGP_PORT &&
           (s->tcp.state == TCP_STATE_CLOSED || !cats_flow_key_equal(&segment->flow, &s->tcp.flow));
}

unsigned bgp_speaker_packet(bgp_speaker *s, int64_t now, const uint8_t *octets, size_t length,
                            const role_sink *sink)
{
    const role_sink inner = tcp_sink(s);
    tcp_segment segment;
    const char *reason;
    s->sink = sink;
    if (!tcp_segment_read(&s->settings.numbers, octets, length, &segment, &reason)) {
        sink->drop(sink->context, reason);
    } else if (accepts(s, &segment) && cats_address_equal(&segment.flow.source, &s->config.peer)) {
        leave(s, now, "replaced");
        begin_stream(s);
        tcp_endpoint_accept(&s->tcp, &s->settings, now, &segment, false);
        react(s, now, 0);
    } else if (s->tcp.state == TCP_STATE_CLOSED || !cats_flow_key_equal(&segment.flow, &s->tcp.flow)) {
        tcp_reset_stray(&segment, &inner);
    } else {
        react(s, now, tcp_endpoint_segment(&s->tcp, now, &segment, &inner));
    }
    return leave_call(s);
}

int64_t bgp_speaker_deadline(const bgp_speaker *s)
{
    int64_t tcp = s->tcp.state != TCP_STATE_CLOSED ? s->tcp.deadline : ROLE_NEVER;
    return MIN(MIN(tcp, s->hold_at), MIN(s->keepalive_at, s->retry_at));
}

unsigned bgp_speaker_expire(bgp_speaker *s, int64_t now, const role_sink *sink)
{
    const role_sink inner = tcp_sink(s);
    s->sink = sink;
    if (s->tcp.state != TCP_STATE_CLOSED && s->tcp.deadline <= now)
        react(s, now, tcp_endpoint_expire(&s->tcp, now, &inner));
    if (s->hold_at <= now)
        notify(s, now, ERROR_HOLD_TIMER, UNSPECIFIC, "hold timer expired");
    if (s->keepalive_at <= now) {
        write_keepalive(s);
        restart_keepalive(s, now);
    }
    if (s->retry_at <= now)
        connect_peer(s, now);
    else
        react(s, now, 0);
    return leave_call(s);
}

bool bgp_speaker_send(bgp_speaker *s, int64_t now, const uint8_t *message, size_t length, const char *comment,
                      const role_sink *sink)
{
    if (s->state != BGP_STATE_ESTABLISHED)
        return false;
    s->sink = sink;
    write_message(s, message, length, comment);
    s->counts.updates_sent++;
    restart_keepalive(s, now);
    react(s, now, 0);
    s->sink = NULL;
    return true;
}

bgp_state bgp_speaker_state(const bgp_speaker *s)
{
    return s->state;
}

bool bgp_speaker_settled(const bgp_speaker *s)
{
    return s->state == BGP_STATE_ESTABLISHED && s->tcp.acknowledged == s->tcp.queued;
}

bgp_speaker_counts bgp_speaker_count(const bgp_speaker *s)
{
    bgp_speaker_counts counts = s->counts;
    counts.retransmissions = s->settings.counts.retransmissions;
    return counts;
}
