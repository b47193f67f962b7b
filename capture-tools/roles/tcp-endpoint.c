/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One end of one TCP connection: how it begins, what its owner may ask of it, its timer, and how it ends. */
#include "capture-tools/roles/tcp-internal.h"

#include <glib.h>

#define MILLISECONDS(n) (INT64_C(1000000) * (n))
#define SECONDS(n) (MILLISECONDS(1000) * (n))

enum { SEND_MSS_DEFAULT_IPV4 = 536, SEND_MSS_DEFAULT_IPV6 = 1220 };

tcp_settings tcp_settings_default(void)
{
    /* RFC 9293 s3.4.2 has 2MSL be 4 minutes, for the Internet of its day; ours is 1 s, on purpose. A
     * connection in TIME-WAIT holds its ports and keeps a run from ending, and the paths here are a network
     * under test. What the time is for is seen to otherwise: old duplicates fail the timestamps' check (RFC
     * 7323 s5) or lie outside the window, initial sequence numbers move on with the clock, a new SYN may take
     * over (RFC 6191), a RST ends nothing (RFC 1337). A peer that did not get the last ACK sends its FIN
     * again after its timeout, 200 ms and 600 ms on a short path; one that is later gets a RST, in LAST-ACK,
     * where all that it sent is acknowledged but the FIN. */
    return (tcp_settings){
        .numbers = affinity_numbers_default,
        .mss_ipv4 = 1460,
        .mss_ipv6 = 1440,
        .receive_buffer = 128 * 1024,
        .reassembly_segments = 256,
        .window_scaling = true,
        .timestamps = true,
        .sack = true,
        .syn_retries = 6,
        .retries = 15,
        .rto_initial = SECONDS(1),
        .rto_min = MILLISECONDS(200),
        .rto_max = SECONDS(60),
        .time_wait = SECONDS(1),
        .fin_wait_2 = SECONDS(60),
        .idle = SECONDS(300),
        .challenge_interval = MILLISECONDS(500),
    };
}

uint32_t tcp_timestamp(const tcp_endpoint *e, int64_t now)
{
    return (uint32_t)((uint64_t)now / 1000000u) + e->ts_offset;
}

uint16_t tcp_own_mss(const tcp_endpoint *e)
{
    const uint32_t mss = e->flow.source.family == 4 ? e->settings->mss_ipv4 : e->settings->mss_ipv6;
    return (uint16_t)CLAMP(mss, TCP_SEND_MSS_MIN, TCP_PACKET_MAX - 60);
}

static void begin(tcp_endpoint *e, tcp_settings *settings, int64_t now, const cats_flow_key *flow)
{
    const cats_flow_key back = cats_flow_key_reversed(flow); /* of what we send */
    const uint64_t secret = tcp_mix(settings->seed ^ cats_flow_key_hash(flow));
    *e = (tcp_endpoint){
        .settings = settings,
        .flow = *flow,
        .payload_seed = tcp_payload_seed(&back),
        /* RFC 9293 s3.4.1: a clock of 4 microseconds and a function of the connection. */
        .iss = (uint32_t)((uint64_t)now / 4000u) + (uint32_t)secret,
        .ts_offset = (uint32_t)(secret >> 32),
        .identification = (uint16_t)(secret >> 16),
        .rto = settings->rto_initial,
        .retransmit_at = ROLE_NEVER,
        .heard_at = now,
        .challenged_at = now - settings->challenge_interval,
        .timestamps = settings->timestamps,
        .sack = settings->sack,
        .scaling = settings->window_scaling,
    };
    e->snd_una = e->snd_nxt = e->snd_max = e->iss;
    e->body_seed = e->payload_seed;
    e->send_mss = tcp_own_mss(e);
    while (e->scaling && settings->receive_buffer >> e->receive_scale > UINT16_MAX &&
           e->receive_scale < TCP_SCALE_MAX)
        e->receive_scale++;
}

void tcp_endpoint_connect(tcp_endpoint *e, tcp_settings *settings, int64_t now, const cats_flow_key *flow,
                          bool saf, const affinity_option *permit)
{
    begin(e, settings, now, flow);
    e->state = TCP_STATE_SYN_SENT;
    e->active = true;
    e->saf = saf;
    e->syn_option = permit;
}

void tcp_take_syn(tcp_endpoint *e, int64_t now, const tcp_segment *syn)
{
    const tcp_options *o = &syn->options;
    uint32_t mss = e->flow.source.family == 4 ? SEND_MSS_DEFAULT_IPV4 : SEND_MSS_DEFAULT_IPV6;
    if (o->has_mss && o->mss)
        mss = MAX(o->mss, TCP_SEND_MSS_MIN);
    e->send_mss = (uint16_t)MIN(mss, tcp_own_mss(e));
    e->scaling &= o->has_scale;
    e->timestamps &= o->has_timestamps;
    e->sack &= o->sack_permitted;
    e->send_scale = e->scaling ? o->scale : 0;
    if (!e->scaling)
        e->receive_scale = 0;
    if (e->timestamps) {
        e->ts_recent = o->ts_value;
        e->ts_recent_at = now;
        e->ts_recent_valid = true;
    }
    e->irs = syn->sequence;
    e->rcv_nxt = e->last_ack_sent = e->irs + 1;
    /* The window in our SYN or SYN-ACK is never scaled. */
    e->rcv_edge = e->rcv_nxt + MIN(e->settings->receive_buffer, UINT16_MAX);
    e->snd_wnd = e->max_wnd = syn->window;
    e->snd_wl1 = syn->sequence;
    e->snd_wl2 = e->snd_una;
}

void tcp_endpoint_accept(tcp_endpoint *e, tcp_settings *settings, int64_t now, const tcp_segment *syn,
                         bool saf)
{
    begin(e, settings, now, &syn->flow);
    e->state = TCP_STATE_SYN_RECEIVED;
    e->saf = saf;
    tcp_take_syn(e, now, syn);
}

void tcp_endpoint_clear(tcp_endpoint *e)
{
    tcp_reassembly_clear(&e->reassembly);
    tcp_scoreboard_clear(&e->scoreboard);
    e->state = TCP_STATE_CLOSED;
    e->deadline = e->retransmit_at = ROLE_NEVER;
}

void tcp_endpoint_write(tcp_endpoint *e, uint64_t length)
{
    if (!e->close_wanted)
        e->queued += length;
}

void tcp_endpoint_write_head(tcp_endpoint *e, const char *head, size_t length, uint64_t body_seed)
{
    g_assert(e->queued == 0);
    e->head = head;
    e->head_length = (uint32_t)length;
    e->body_seed = body_seed;
    tcp_endpoint_write(e, length);
}

void tcp_endpoint_close(tcp_endpoint *e, const affinity_option *option)
{
    if (e->close_wanted)
        return;
    e->close_wanted = true;
    e->fin_option_out = option;
}

void tcp_endpoint_hold(tcp_endpoint *e, bool held)
{
    e->held = held;
    if (held)
        return;
    tcp_deliver_in_sequence(e);
    /* The peer waits for word of the window that opened. */
    if (!e->peer_closed && tcp_receive_window(e) > e->rcv_edge - e->rcv_nxt)
        e->acknowledge = true;
}

void tcp_enter_closed(tcp_endpoint *e)
{
    tcp_endpoint_clear(e);
    e->happened |= TCP_HAPPENED_GONE;
}

void tcp_fail(tcp_endpoint *e, const char *reason)
{
    e->failure = reason;
    /* In TIME-WAIT both sides are done: nothing can fail any more. */
    if (e->state != TCP_STATE_TIME_WAIT)
        e->happened |= TCP_HAPPENED_FAILED;
    tcp_enter_closed(e);
}

void tcp_enter_time_wait(tcp_endpoint *e, int64_t now)
{
    /* What a stopped reader has not taken yet stays. */
    if (e->delivered == e->received)
        tcp_reassembly_clear(&e->reassembly);
    e->state = TCP_STATE_TIME_WAIT;
    e->closed_at = now;
    e->retransmit_at = ROLE_NEVER;
    e->happened |= TCP_HAPPENED_FINISHED;
}

unsigned tcp_endpoint_abort(tcp_endpoint *e, int64_t now, const char *reason, const role_sink *sink)
{
    (void)now;
    if (e->state != TCP_STATE_CLOSED) {
        if (e->state != TCP_STATE_SYN_SENT && e->state != TCP_STATE_TIME_WAIT)
            tcp_send_reset(e, e->snd_nxt, sink);
        tcp_fail(e, reason);
    }
    const unsigned happened = e->happened;
    e->happened = 0;
    return happened;
}

static void retransmission_timeout(tcp_endpoint *e)
{
    const bool handshake = e->state == TCP_STATE_SYN_SENT || e->state == TCP_STATE_SYN_RECEIVED;
    if (e->tries >= (handshake ? e->settings->syn_retries : e->settings->retries)) {
        tcp_fail(e, "timeout");
        return;
    }
    e->tries++;
    e->retransmit_at = ROLE_NEVER;
    tcp_rto_backoff(e);
    if (e->snd_wnd == 0 && !handshake) {
        e->probe = true;
        e->settings->counts.zero_window_probes++;
    } else {
        e->settings->counts.timeouts++;
        tcp_congestion_on_timeout(e);
    }
    e->syn_lost |= handshake;
    tcp_send_again(e);
}

unsigned tcp_endpoint_expire(tcp_endpoint *e, int64_t now, const role_sink *sink)
{
    if (now < e->deadline)
        return 0;
    if (e->state == TCP_STATE_TIME_WAIT)
        tcp_enter_closed(e);
    else if (e->retransmit_at <= now)
        retransmission_timeout(e);
    else if (e->state == TCP_STATE_FIN_WAIT_2)
        return tcp_endpoint_abort(e, now, "peer-open", sink);
    else
        return tcp_endpoint_abort(e, now, "idle", sink);
    return tcp_endpoint_output(e, now, sink);
}
