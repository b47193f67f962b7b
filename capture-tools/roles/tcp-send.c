/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is due to leave, as the windows allow, and when the end point wants to be woken.
 * Spec: RFC 9293 s3.8.6 (windows, probes), s3.10.4; RFC 6691 (options come off the MSS); RFC 6298 s5;
 * RFC 6675 s4-5 (what of the lost goes again, and when). */
#include "capture-tools/roles/tcp-internal.h"

#include <glib.h>

static bool everything_sent(const tcp_endpoint *e)
{
    return e->fin_sent ? e->snd_nxt == e->snd_fin + 1
                       : !e->close_wanted && e->acknowledged + (e->snd_nxt - e->snd_una) == e->queued;
}

/* Octets of payload that fit beside the options of such a segment. */
static uint32_t payload_room(const tcp_endpoint *e, int64_t now, const tcp_departure *d)
{
    uint8_t octets[TCP_OPTIONS_MAX];
    return e->send_mss - (uint32_t)tcp_departure_options(e, now, d, octets).length;
}

/* Payload and FIN from `sequence` on, at most `usable` sequence numbers; false when there is nothing to send.
 */
static bool plan(const tcp_endpoint *e, int64_t now, uint32_t sequence, uint32_t usable, tcp_departure *d)
{
    if (e->fin_sent && seq_after(sequence, e->snd_fin))
        return false;
    const uint64_t left = e->queued - (e->acknowledged + (sequence - e->snd_una));
    *d = (tcp_departure){ .sequence = sequence, .flags = TCP_FLAG_ACK };
    d->length = (uint32_t)MIN(left, MIN(payload_room(e, now, d), usable));
    if (d->length && d->length == left)
        d->flags |= TCP_FLAG_PSH;
    if (e->close_wanted && d->length == left && d->length < usable) {
        tcp_departure last = *d;
        last.flags |= TCP_FLAG_FIN;
        last.affinity = e->fin_option_out != NULL;
        /* With its option the FIN may need a segment of its own. */
        if (d->length <= payload_room(e, now, &last))
            *d = last;
    }
    return d->length > 0 || (d->flags & TCP_FLAG_FIN);
}

static void note_fin_sent(tcp_endpoint *e, const tcp_departure *d, bool option)
{
    e->fin_sent = true;
    e->snd_fin = d->sequence + d->length;
    e->state = e->state == TCP_STATE_CLOSE_WAIT ? TCP_STATE_LAST_ACK : TCP_STATE_FIN_WAIT_1;
    e->fin_option_sent = option;
    e->happened |= TCP_HAPPENED_FIN_SENT;
    if (d->affinity && !option) {
        e->happened |= TCP_HAPPENED_OPTION_LEFT_OUT;
        e->settings->counts.options_left_out++;
    }
}

static void depart(tcp_endpoint *e, int64_t now, const tcp_departure *d, const role_sink *sink)
{
    const bool option = tcp_emit(e, now, d, sink);
    if ((d->flags & TCP_FLAG_FIN) && !e->fin_sent)
        note_fin_sent(e, d, option);
    if (e->retransmit_at == ROLE_NEVER)
        e->retransmit_at = now + e->rto;
}

static uint32_t end_of(const tcp_departure *d)
{
    return d->sequence + d->length + ((d->flags & TCP_FLAG_FIN) != 0);
}

/* The next segment from snd_nxt on that the peer does not hold, if the windows allow one. */
static bool send_onward(tcp_endpoint *e, int64_t now, uint32_t flying, const role_sink *sink)
{
    const uint32_t next = tcp_scoreboard_skip(&e->scoreboard, e->snd_nxt);
    const uint32_t edge = e->snd_una + e->snd_wnd;
    tcp_departure d;
    if (e->cwnd <= flying || !seq_before(next, edge))
        return false;
    const uint32_t end = tcp_scoreboard_hole_end(&e->scoreboard, next, edge);
    if (!plan(e, now, next, MIN(e->cwnd - flying, end - next), &d))
        return false;
    /* A segment that only the window made small waits for a better one (RFC 9293 s3.8.6.2.1). */
    const bool whole = (d.flags & (TCP_FLAG_PSH | TCP_FLAG_FIN)) || (end != edge && end_of(&d) == end);
    if (!whole && flying > 0 && d.length + TCP_OPTIONS_MAX < e->send_mss && d.length < e->max_wnd / 2)
        return false;
    depart(e, now, &d, sink);
    e->snd_nxt = end_of(&d);
    return true;
}

/* Sends again what begins at `hole`, up to what the peer holds. */
static bool send_hole(tcp_endpoint *e, int64_t now, uint32_t hole, const role_sink *sink)
{
    const uint32_t end = tcp_scoreboard_hole_end(&e->scoreboard, hole, e->snd_max);
    tcp_departure d;
    if (!plan(e, now, hole, MIN(end - hole, e->send_mss), &d))
        return false;
    depart(e, now, &d, sink);
    e->high_rxt = end_of(&d);
    return true;
}

/* The last octets that the peer does not hold, once in a recovery: where they were lost nothing behind them
 * would tell. */
static bool send_rescue(tcp_endpoint *e, int64_t now, const role_sink *sink)
{
    if (!seq_after(e->snd_una, e->rescue))
        return false;
    uint32_t hole = e->snd_una, end = e->snd_max;
    for (uint32_t next = hole; seq_before(next, e->snd_max);
         next = tcp_scoreboard_skip(&e->scoreboard, end)) {
        hole = next;
        end = tcp_scoreboard_hole_end(&e->scoreboard, hole, e->snd_max);
    }
    const bool fin = e->fin_sent && end == e->snd_max;
    tcp_departure d = { .flags = TCP_FLAG_ACK | (fin ? TCP_FLAG_FIN : 0),
                        .affinity = fin && e->fin_option_out };
    const uint32_t length = MIN(payload_room(e, now, &d) + fin, end - hole);
    if (!plan(e, now, end - length, length, &d))
        return false;
    depart(e, now, &d, sink);
    e->rescue = e->recover;
    return true;
}

/* NextSeg(), and whether there is room for it. */
static bool send_in_recovery(tcp_endpoint *e, int64_t now, const role_sink *sink)
{
    const tcp_scoreboard *s = &e->scoreboard;
    const uint32_t pipe = tcp_scoreboard_pipe(s, e->snd_una, e->snd_max, e->high_rxt, e->send_mss);
    const uint32_t hole = tcp_scoreboard_skip(s, seq_later(e->snd_una, e->high_rxt));
    const bool within = tcp_scoreboard_reaches_beyond(s, hole);
    if (e->cwnd < pipe + e->send_mss)
        return false;
    if (within && tcp_scoreboard_is_lost(s, hole, e->send_mss))
        return send_hole(e, now, hole, sink);
    if (send_onward(e, now, pipe, sink))
        return true;
    return within ? send_hole(e, now, hole, sink) : send_rescue(e, now, sink);
}

static bool send_next(tcp_endpoint *e, int64_t now, const role_sink *sink)
{
    if (e->recovering && e->sack)
        return send_in_recovery(e, now, sink);
    return send_onward(e, now, e->snd_nxt - e->snd_una - tcp_scoreboard_held(&e->scoreboard, e->snd_nxt),
                       sink);
}

static void send_syn(tcp_endpoint *e, int64_t now, const role_sink *sink)
{
    tcp_departure d = { .sequence = e->iss, .flags = TCP_FLAG_SYN };
    if (e->saf)
        d.flags |= affinity_saf_mask(&e->settings->numbers);
    if (e->state == TCP_STATE_SYN_RECEIVED)
        d.flags |= TCP_FLAG_ACK;
    depart(e, now, &d, sink);
    e->snd_nxt = e->iss + 1;
}

static void send_acknowledgment(tcp_endpoint *e, int64_t now, const role_sink *sink)
{
    /* A probe lies beyond the peer's window: an ACK with the number behind it would not be acceptable. */
    const uint32_t edge = e->snd_una + e->snd_wnd;
    const tcp_departure d = { .sequence = seq_before(edge, e->snd_max) ? edge : e->snd_max,
                              .flags = TCP_FLAG_ACK };
    tcp_emit(e, now, &d, sink);
}

static void send_stream(tcp_endpoint *e, int64_t now, const role_sink *sink)
{
    tcp_departure d;
    if (e->resend && send_hole(e, now, e->snd_una, sink))
        e->rescue = e->high_rxt;
    e->resend = false;
    if (e->probe && plan(e, now, e->snd_una, 1, &d))
        depart(e, now, &d, sink);
    e->probe = false;
    while (send_next(e, now, sink))
        ;
    /* With something to send and the window closed, the same timer brings a probe. */
    if (e->retransmit_at == ROLE_NEVER && (e->snd_una != e->snd_max || !everything_sent(e)))
        e->retransmit_at = now + e->rto;
}

static int64_t next_deadline(const tcp_endpoint *e)
{
    if (e->state == TCP_STATE_CLOSED)
        return ROLE_NEVER;
    if (e->state == TCP_STATE_TIME_WAIT)
        return e->closed_at + e->settings->time_wait;
    if (e->retransmit_at != ROLE_NEVER)
        return e->retransmit_at;
    if (e->state == TCP_STATE_FIN_WAIT_2)
        return e->heard_at + e->settings->fin_wait_2;
    return e->heard_at + e->settings->idle;
}

unsigned tcp_endpoint_output(tcp_endpoint *e, int64_t now, const role_sink *sink)
{
    if (e->state == TCP_STATE_SYN_SENT || e->state == TCP_STATE_SYN_RECEIVED) {
        if (e->snd_nxt == e->iss)
            send_syn(e, now, sink);
    } else if (e->state != TCP_STATE_CLOSED && e->state != TCP_STATE_TIME_WAIT) {
        send_stream(e, now, sink);
    }
    if (e->acknowledge && e->state != TCP_STATE_CLOSED && e->state != TCP_STATE_SYN_SENT)
        send_acknowledgment(e, now, sink);
    e->deadline = next_deadline(e);
    const unsigned happened = e->happened;
    e->happened = 0;
    return happened;
}
