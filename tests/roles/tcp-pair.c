/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two bare TCP end points on a virtual link. */
#include "tcp-pair.h"

#include "capture-tools/roles/tcp-payload.h"
#include "epan-cats/packet-build.h"
#include <string.h>

enum { STEPS_MAX = 2000000 };

static void on_deliver(void *context, const tcp_endpoint *endpoint, uint64_t position, const uint8_t *octets,
                       size_t length)
{
    application *app = context;
    (void)endpoint;
    g_assert_cmpuint(position, ==, app->read);
    g_assert_cmpuint(length, >, 0);
    g_assert_cmpuint(tcp_payload_check(app->peer_seed, position, octets, length), ==, length);
    app->read += length;
}

static void react(application *app, int64_t now, unsigned happened, const role_sink *sink)
{
    app->happened |= happened;
    if (happened & TCP_HAPPENED_ESTABLISHED) {
        tcp_endpoint_write(&app->tcp, app->write);
        if (app->closes == CLOSE_AT_ONCE)
            tcp_endpoint_close(&app->tcp, app->fin_option);
    }
    if (app->closes == CLOSE_AFTER_PEER && (happened & TCP_HAPPENED_PEER_CLOSED))
        tcp_endpoint_close(&app->tcp, app->fin_option);
    if (app->closes == CLOSE_AFTER_READING && (app->happened & TCP_HAPPENED_ESTABLISHED) &&
        app->read >= app->close_after)
        tcp_endpoint_close(&app->tcp, app->fin_option);
    app->states |= 1u << app->tcp.state;
    app->happened |= tcp_endpoint_output(&app->tcp, now, sink);
    app->states |= 1u << app->tcp.state;
    if (app->tcp.failure)
        app->failure = app->tcp.failure;
}

static void app_packet(void *self, int64_t now, const uint8_t *octets, size_t length, const role_sink *sink)
{
    application *app = self;
    tcp_segment segment;
    const char *reason;
    if (!tcp_segment_read(&app->settings.numbers, octets, length, &segment, &reason)) {
        sink->drop(sink->context, reason);
        return;
    }
    app->last = segment;
    if (app->listening && app->tcp.state == TCP_STATE_CLOSED && !app->happened &&
        (segment.flags & (TCP_FLAG_SYN | TCP_FLAG_ACK | TCP_FLAG_RST)) == TCP_FLAG_SYN) {
        tcp_endpoint_accept(&app->tcp, &app->settings, now, &segment, segment.saf);
        app->happened |= tcp_endpoint_output(&app->tcp, now, sink);
        return;
    }
    if (app->tcp.state == TCP_STATE_CLOSED) {
        tcp_reset_stray(&segment, sink);
        return;
    }
    react(app, now, tcp_endpoint_segment(&app->tcp, now, &segment, sink), sink);
}

static int64_t app_deadline(const void *self)
{
    const application *app = self;
    return app->tcp.state == TCP_STATE_CLOSED ? ROLE_NEVER : app->tcp.deadline;
}

static void app_expire(void *self, int64_t now, const role_sink *sink)
{
    application *app = self;
    react(app, now, tcp_endpoint_expire(&app->tcp, now, sink), sink);
}

cats_flow_key tcp_pair_flow(unsigned family, unsigned end)
{
    static const uint8_t ipv4[2][4] = { { 192, 0, 2, 1 }, { 198, 51, 100, 2 } };
    static const uint8_t ipv6[2][16] = { { 0x20, 0x01, 0x0d, 0xb8, 1, [15] = 1 },
                                         { 0x20, 0x01, 0x0d, 0xb8, 2, [15] = 2 } };
    static const uint16_t ports[2] = { 40000, 80 };
    cats_flow_key flow;
    memset(&flow, 0, sizeof flow);
    flow.source = family == 4 ? cats_address_ipv4(ipv4[!end]) : cats_address_ipv6(ipv6[!end]);
    flow.destination = family == 4 ? cats_address_ipv4(ipv4[end]) : cats_address_ipv6(ipv6[end]);
    flow.protocol = PACKET_PROTOCOL_TCP;
    flow.ports_known = 1;
    flow.source_port = ports[!end];
    flow.destination_port = ports[end];
    return flow;
}

tcp_pair *tcp_pair_new(uint32_t seed, unsigned family)
{
    tcp_pair *pair = g_new0(tcp_pair, 1);
    pair->link = virtual_link_new(seed);
    for (unsigned i = 0; i < 2; i++) {
        application *app = &pair->ends[i];
        app->settings = tcp_settings_default();
        app->settings.seed = seed * 2 + i;
        app->settings.deliver = on_deliver;
        app->settings.deliver_context = app;
        app->closes = CLOSE_AFTER_PEER;
        app->tcp.flow = tcp_pair_flow(family, i);
        app->peer_seed = tcp_payload_seed(&app->tcp.flow);
        pair->link->parties[i] =
            (party){ .self = app, .packet = app_packet, .deadline = app_deadline, .expire = app_expire };
    }
    pair->ends[1].listening = true;
    return pair;
}

void tcp_pair_free(tcp_pair *pair)
{
    tcp_endpoint_clear(&pair->ends[0].tcp);
    tcp_endpoint_clear(&pair->ends[1].tcp);
    virtual_link_free(pair->link);
    g_free(pair);
}

void tcp_pair_be_patient(tcp_pair *pair)
{
    for (unsigned i = 0; i < 2; i++) {
        tcp_settings *settings = &pair->ends[i].settings;
        settings->syn_retries = 30;
        settings->retries = 60;
        settings->fin_wait_2 = settings->idle = 36000 * SECOND;
    }
}

void tcp_pair_open(tcp_pair *pair, unsigned end)
{
    application *app = &pair->ends[end];
    const cats_flow_key flow = app->tcp.flow;
    tcp_endpoint_connect(&app->tcp, &app->settings, pair->link->now, &flow, false, NULL);
    tcp_pair_output(pair, end);
}

void tcp_pair_output(tcp_pair *pair, unsigned end)
{
    pair->ends[end].happened |=
        tcp_endpoint_output(&pair->ends[end].tcp, pair->link->now, &pair->link->sinks[end]);
}

void tcp_pair_run(tcp_pair *pair, int64_t duration)
{
    virtual_link_run(pair->link, pair->link->now + duration, STEPS_MAX);
}

size_t tcp_pair_forge(const tcp_pair *pair, unsigned to, const forged *f, uint8_t *octets, size_t size)
{
    const tcp_endpoint *e = &pair->ends[to].tcp;
    uint8_t options[TCP_OPTIONS_MAX] = { 0 };
    size_t length = 0;
    if (e->timestamps && e->ts_recent_valid) {
        const tcp_options_spec spec = {
            .scale = -1, .timestamps = true, .ts_value = e->ts_recent, .ts_echo = 0
        };
        length = tcp_options_build(&spec, options).length;
    }
    g_assert_cmpuint(length + f->options_length, <=, sizeof options);
    if (f->options_length)
        memcpy(options + length, f->options, f->options_length);
    const packet_ip_spec ip = { .source = e->flow.source,
                                .destination = e->flow.destination,
                                .protocol = PACKET_PROTOCOL_TCP,
                                .hop_limit = 64 };
    const packet_tcp_spec tcp = { .source_port = e->flow.source_port,
                                  .destination_port = e->flow.destination_port,
                                  .sequence = f->sequence,
                                  .acknowledgment = f->acknowledgment,
                                  .flags = f->flags,
                                  .window = f->window,
                                  .options = options,
                                  .options_length = length + f->options_length,
                                  .payload = f->payload,
                                  .payload_length = f->payload_length };
    return packet_tcp_build(&ip, &tcp, octets, size);
}

void tcp_pair_hit(tcp_pair *pair, unsigned to, const forged *f)
{
    uint8_t octets[2048];
    const size_t length = tcp_pair_forge(pair, to, f, octets, sizeof octets);
    g_assert_cmpuint(length, >, 0);
    pair->link->parties[to].packet(pair->link->parties[to].self, pair->link->now, octets, length,
                                   &pair->link->sinks[to]);
}

void tcp_pair_assert_done(const tcp_pair *pair)
{
    for (unsigned i = 0; i < 2; i++) {
        const application *app = &pair->ends[i];
        g_assert_cmpstr(app->failure, ==, NULL);
        g_assert_cmpuint(app->read, ==, pair->ends[!i].write);
        /* Short of all only when the last ACKs were lost and the peer was gone by the time we asked again. */
        g_assert_cmpuint(app->tcp.acknowledged, <=, app->write);
        if (pair->link->lost[!i] == 0)
            g_assert_cmpuint(app->tcp.acknowledged, ==, app->write);
        g_assert_true(app->happened & TCP_HAPPENED_PEER_CLOSED);
        g_assert_true(app->happened & TCP_HAPPENED_FINISHED);
        g_assert_true(app->happened & TCP_HAPPENED_GONE);
        g_assert_cmpint(app->tcp.state, ==, TCP_STATE_CLOSED);
        g_assert_null(app->tcp.reassembly.first);
    }
}
