/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A segment arrives: is it acceptable, and what it does to the state. Spec: RFC 9293 s3.10.7; RFC 5961 s3-4
 * (RST and SYN within the window); RFC 7323 s5 (PAWS); RFC 1337, RFC 6191 (TIME-WAIT). */
#include "capture-tools/roles/tcp-internal.h"

#include <glib.h>

/* RFC 7323 s5.5: a timestamp that old says nothing any more. */
static const int64_t ts_recent_max_age = INT64_C(24) * 24 * 3600 * 1000000000;

/* The part of a segment that is worked on: what lies outside the window is cut off it. */
typedef struct arrival {
    const tcp_segment *segment;
    uint32_t sequence, length;
    const uint8_t *payload;
    bool syn, fin;
} arrival;

static void in_syn_sent(tcp_endpoint *e, int64_t now, const tcp_segment *s, const role_sink *sink)
{
    const bool ack = (s->flags & TCP_FLAG_ACK) != 0, reset = (s->flags & TCP_FLAG_RST) != 0;
    if (ack && (s->acknowledgment != e->iss + 1 || e->snd_max == e->iss)) {
        e->settings->counts.unacceptable++;
        if (!reset)
            tcp_send_reset(e, s->acknowledgment, sink);
        return;
    }
    if (reset) {
        if (ack)
            tcp_fail(e, "refused");
        return;
    }
    if (!(s->flags & TCP_FLAG_SYN))
        return;
    /* Payload or FIN on the SYN is left to be sent again: it is not acknowledged. */
    tcp_take_syn(e, now, s);
    e->heard_at = now;
    e->happened |= TCP_HAPPENED_ACCEPTABLE;
    if (ack) {
        e->acknowledge = true;
        tcp_establish(e, now, s);
    } else {
        /* Both opened at once: our SYN goes again, now as SYN-ACK. */
        e->state = TCP_STATE_SYN_RECEIVED;
        e->snd_nxt = e->iss;
    }
}

static bool takes_over_time_wait(const tcp_endpoint *e, const tcp_segment *s)
{
    if ((s->flags & (TCP_FLAG_SYN | TCP_FLAG_ACK | TCP_FLAG_RST | TCP_FLAG_FIN)) != TCP_FLAG_SYN)
        return false;
    if (e->timestamps && s->options.has_timestamps && e->ts_recent_valid &&
        seq_after(s->options.ts_value, e->ts_recent))
        return true;
    return seq_after(s->sequence, e->rcv_nxt);
}

static bool timestamp_is_current(tcp_endpoint *e, int64_t now, const tcp_segment *s)
{
    if (!e->timestamps || (s->flags & TCP_FLAG_RST))
        return true;
    if (e->ts_recent_valid && now - e->ts_recent_at > ts_recent_max_age)
        e->ts_recent_valid = false;
    if (!e->ts_recent_valid || !seq_before(s->options.ts_value, e->ts_recent))
        return true;
    e->settings->counts.old_timestamps++;
    return false;
}

static bool same_fin_option(const tcp_endpoint *e, const tcp_segment *s)
{
    return s->options.has_affinity == e->has_fin_option &&
           (!e->has_fin_option || affinity_option_equal(&s->options.affinity, &e->fin_option));
}

/* The answer to what lies outside the window. */
static void refuse(tcp_endpoint *e, int64_t now, const arrival *a)
{
    e->settings->counts.unacceptable++;
    if (a->segment->flags & TCP_FLAG_RST)
        return;
    if (a->fin && e->fin_known && a->sequence + a->length == e->rcv_fin) {
        e->happened |= TCP_HAPPENED_OLD_FIN;
        if (!same_fin_option(e, a->segment))
            e->happened |= TCP_HAPPENED_FIN_DIFFERS;
        if (e->state == TCP_STATE_TIME_WAIT)
            e->closed_at = now;
    }
    /* What comes again was not acknowledged, or that was lost. Anything else may be an attempt to make us
     * talk, or the other half of an endless exchange of ACKs. */
    if (!a->syn && a->length + a->fin > 0 && seq_before(a->sequence, e->rcv_nxt))
        e->acknowledge = true;
    else
        tcp_send_challenge(e, now);
}

static bool is_acceptable(const tcp_endpoint *e, const arrival *a)
{
    const uint32_t span = a->length + a->fin + a->syn;
    if (span == 0 || e->rcv_edge == e->rcv_nxt)
        return !seq_before(a->sequence, e->rcv_nxt) && !seq_after(a->sequence, e->rcv_edge);
    return seq_before(a->sequence, e->rcv_edge) && seq_after(a->sequence + span, e->rcv_nxt);
}

/* Cuts off what was received before and what lies beyond the window. */
static void cut_to_window(const tcp_endpoint *e, arrival *a)
{
    if (seq_before(a->sequence, e->rcv_nxt)) {
        const uint32_t known = MIN(e->rcv_nxt - a->sequence, a->length);
        a->sequence += known;
        a->payload += known;
        a->length -= known;
    }
    if (seq_after(a->sequence + a->length + a->fin, e->rcv_edge)) {
        a->fin = false;
        a->length = MIN(a->length, e->rcv_edge - a->sequence);
    }
}

void tcp_deliver_in_sequence(tcp_endpoint *e)
{
    while (e->delivered < e->received) {
        const uint64_t waiting = e->received - e->delivered;
        const uint32_t next = e->irs + 1 + (uint32_t)e->delivered;
        uint32_t length;
        const uint8_t *octets =
            tcp_reassembly_peek(&e->reassembly, next, (uint32_t)MIN(waiting, UINT32_MAX), &length);
        if (!octets)
            break;
        if (e->settings->deliver)
            e->settings->deliver(e->settings->deliver_context, e, e->delivered, octets, length);
        e->delivered += length;
        tcp_reassembly_discard(&e->reassembly, next + length);
    }
}

static void take_payload(tcp_endpoint *e, const arrival *a)
{
    const uint32_t before = e->rcv_nxt;
    if (!e->held && !e->reassembly.first && a->sequence == e->rcv_nxt) {
        if (e->settings->deliver)
            e->settings->deliver(e->settings->deliver_context, e, e->received, a->payload, a->length);
        e->rcv_nxt += a->length;
        e->received += a->length;
        e->delivered += a->length;
    } else {
        e->settings->counts.reassembly_refused += tcp_reassembly_insert(
            &e->reassembly, a->sequence, a->payload, a->length, e->settings->reassembly_segments);
        e->rcv_nxt = tcp_reassembly_reach(&e->reassembly, e->rcv_nxt);
        e->received += e->rcv_nxt - before;
        if (!e->held)
            tcp_deliver_in_sequence(e);
    }
    if (e->rcv_nxt != before)
        e->happened |= TCP_HAPPENED_DATA;
}

static void note_fin(tcp_endpoint *e, const arrival *a)
{
    const uint32_t at = a->sequence + a->length;
    if (e->fin_known) {
        e->happened |= TCP_HAPPENED_OLD_FIN;
        if (at == e->rcv_fin && same_fin_option(e, a->segment))
            return;
        e->happened |= TCP_HAPPENED_FIN_DIFFERS;
        if (at == e->rcv_fin)
            return;
    }
    e->fin_known = true;
    e->rcv_fin = at;
    e->has_fin_option = a->segment->options.has_affinity;
    e->fin_option = a->segment->options.affinity;
}

static void peer_closed(tcp_endpoint *e, int64_t now)
{
    e->rcv_nxt++;
    e->peer_closed = true;
    e->acknowledge = true;
    e->happened |= TCP_HAPPENED_PEER_CLOSED;
    if (e->state == TCP_STATE_ESTABLISHED)
        e->state = TCP_STATE_CLOSE_WAIT;
    else if (e->state == TCP_STATE_FIN_WAIT_1)
        e->state = TCP_STATE_CLOSING;
    else if (e->state == TCP_STATE_FIN_WAIT_2)
        tcp_enter_time_wait(e, now);
}

static void take_text(tcp_endpoint *e, int64_t now, arrival *a)
{
    if (a->length + a->fin > 0)
        e->acknowledge = true;
    if (e->peer_closed)
        return;
    cut_to_window(e, a);
    if (a->length > 0)
        take_payload(e, a);
    if (a->fin)
        note_fin(e, a);
    if (!e->fin_known)
        return;
    if (e->rcv_nxt == e->rcv_fin) {
        peer_closed(e, now);
    } else if (seq_after(e->rcv_nxt, e->rcv_fin)) {
        /* There was more behind that FIN: it was not the peer's. */
        e->fin_known = e->has_fin_option = false;
        e->happened |= TCP_HAPPENED_FIN_DIFFERS;
    }
}

/* RFC 9293 s3.10.7.4: both FINs are on their way, no news for the user; and RFC 1337: TIME-WAIT stays. */
static void reset_arrived(tcp_endpoint *e)
{
    if (e->state == TCP_STATE_LAST_ACK || e->state == TCP_STATE_CLOSING) {
        e->happened |= TCP_HAPPENED_FINISHED;
        tcp_enter_closed(e);
    } else if (e->state != TCP_STATE_TIME_WAIT) {
        tcp_fail(e, "reset");
    }
}

/* True when the segment goes on to its acknowledgment. */
static bool passes_reset_and_syn(tcp_endpoint *e, int64_t now, const arrival *a)
{
    if (a->segment->flags & TCP_FLAG_RST) {
        if (a->sequence != e->rcv_nxt)
            tcp_send_challenge(e, now);
        else
            reset_arrived(e);
        return false;
    }
    if (a->syn) {
        tcp_send_challenge(e, now);
        return false;
    }
    return (a->segment->flags & TCP_FLAG_ACK) != 0;
}

static void synchronised(tcp_endpoint *e, int64_t now, const tcp_segment *s, const role_sink *sink)
{
    arrival a = { .segment = s,
                  .sequence = s->sequence,
                  .length = s->length,
                  .payload = s->payload,
                  .syn = (s->flags & TCP_FLAG_SYN) != 0,
                  .fin = (s->flags & TCP_FLAG_FIN) != 0 };

    if (e->state == TCP_STATE_TIME_WAIT && takes_over_time_wait(e, s)) {
        e->happened |= TCP_HAPPENED_NEW_SYN;
        return;
    }
    /* RFC 7323 s3.2: agreed means on every segment but RST. */
    if (e->timestamps && !s->options.has_timestamps && !(s->flags & TCP_FLAG_RST)) {
        e->settings->counts.unacceptable++;
        return;
    }
    if (!timestamp_is_current(e, now, s)) {
        refuse(e, now, &a);
        return;
    }
    if (e->state == TCP_STATE_SYN_RECEIVED && a.syn && a.sequence == e->irs && !(s->flags & TCP_FLAG_RST)) {
        if (!(s->flags & TCP_FLAG_ACK)) {
            e->snd_nxt = e->iss; /* our SYN-ACK was lost: again */
            return;
        }
        a.syn = false;
        a.sequence++;
    }
    if (!is_acceptable(e, &a)) {
        refuse(e, now, &a);
        return;
    }
    if (!passes_reset_and_syn(e, now, &a))
        return;
    if (e->state == TCP_STATE_SYN_RECEIVED) {
        if (s->acknowledgment != e->iss + 1) {
            e->settings->counts.unacceptable++;
            tcp_send_reset(e, s->acknowledgment, sink);
            return;
        }
        /* The peer's SYN-ACK of a simultaneous opening wants an answer. */
        e->acknowledge |= (s->flags & TCP_FLAG_SYN) != 0;
        tcp_establish(e, now, s);
    } else if (!tcp_take_ack(e, now, s)) {
        return;
    }
    e->happened |= TCP_HAPPENED_ACCEPTABLE;
    e->heard_at = now;
    if (e->state == TCP_STATE_CLOSED)
        return;
    if (e->timestamps && s->options.has_timestamps && !seq_after(s->sequence, e->last_ack_sent)) {
        e->ts_recent = s->options.ts_value;
        e->ts_recent_at = now;
        e->ts_recent_valid = true;
    }
    take_text(e, now, &a);
}

unsigned tcp_endpoint_segment(tcp_endpoint *e, int64_t now, const tcp_segment *segment, const role_sink *sink)
{
    if (e->state == TCP_STATE_SYN_SENT)
        in_syn_sent(e, now, segment, sink);
    else if (e->state != TCP_STATE_CLOSED)
        synchronised(e, now, segment, sink);
    const unsigned happened = e->happened;
    e->happened = 0;
    return happened;
}
