/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the acknowledgment field does to the sending side. Spec: RFC 9293 s3.10.7.4 (fifth step); RFC 5961 s5;
 * RFC 5681 s2, RFC 6675 s2 (duplicate ACK); RFC 7323 s4; RFC 6298 s3, s5. */
#include "capture-tools/roles/tcp-internal.h"

static void take_rtt(tcp_endpoint *e, int64_t now, const tcp_segment *segment)
{
    if (e->timestamps && segment->options.has_timestamps) {
        const uint32_t milliseconds = tcp_timestamp(e, now) - segment->options.ts_echo;
        /* An echo from the future is none of ours. */
        if (milliseconds <= INT32_MAX)
            tcp_rtt_sample(e, (int64_t)milliseconds * 1000000);
    } else if (e->rtt_timing && !seq_before(segment->acknowledgment, e->rtt_sequence)) {
        tcp_rtt_sample(e, now - e->rtt_since);
    }
    if (e->rtt_timing && !seq_before(segment->acknowledgment, e->rtt_sequence))
        e->rtt_timing = false;
}

void tcp_establish(tcp_endpoint *e, int64_t now, const tcp_segment *segment)
{
    const bool scaled = (segment->flags & TCP_FLAG_SYN) == 0;
    take_rtt(e, now, segment);
    e->state = TCP_STATE_ESTABLISHED;
    e->snd_una = e->snd_nxt = e->iss + 1;
    e->snd_wnd = (uint32_t)segment->window << (scaled ? e->send_scale : 0);
    e->max_wnd = e->snd_wnd;
    e->snd_wl1 = segment->sequence;
    e->snd_wl2 = segment->acknowledgment;
    e->tries = 0;
    e->retransmit_at = ROLE_NEVER;
    tcp_congestion_start(e);
    e->happened |= TCP_HAPPENED_ESTABLISHED;
}

static bool fin_acknowledged(const tcp_endpoint *e)
{
    return e->fin_sent && e->snd_una == e->snd_fin + 1;
}

static void take_new(tcp_endpoint *e, int64_t now, const tcp_segment *segment)
{
    const uint32_t span = segment->acknowledgment - e->snd_una;
    e->snd_una = segment->acknowledgment;
    if (seq_before(e->snd_nxt, e->snd_una))
        e->snd_nxt = e->snd_una;
    e->acknowledged += span - fin_acknowledged(e);
    tcp_scoreboard_advance(&e->scoreboard, e->snd_una);
    e->tries = 0;
    take_rtt(e, now, segment);
    tcp_congestion_on_ack(e, span);
    e->retransmit_at = e->snd_una == e->snd_max ? ROLE_NEVER : now + e->rto;
}

/* True when the peer holds what it had not told before. A block that says what cannot be is left out, and so
 * is one of what came twice (RFC 2883). */
static bool take_sack(tcp_endpoint *e, const tcp_options *o)
{
    bool news = false;
    for (unsigned i = 0; e->sack && i < o->sack_count; i++) {
        const tcp_sack_block block = o->sack[i];
        if (seq_after(block.left, e->snd_una) && seq_before(block.left, block.right) &&
            !seq_after(block.right, e->snd_max))
            news |= tcp_scoreboard_insert(&e->scoreboard, block);
    }
    return news;
}

/* RFC 5681 s2: without SACK an ACK that says nothing new tells that a segment arrived out of order. */
static bool repeats(const tcp_endpoint *e, const tcp_segment *segment, uint32_t window)
{
    return segment->acknowledgment == e->snd_una && e->snd_una != e->snd_max &&
           tcp_segment_span(segment) == 0 && window > 0 && window == e->snd_wnd;
}

/* `advanced`: the segment acknowledges what none before did. Then its window counts whatever its sequence
 * number, else one forged segment with a later number could close the window for good. */
static void take_window(tcp_endpoint *e, const tcp_segment *segment, uint32_t window, bool advanced)
{
    const uint32_t ack = segment->acknowledgment;
    if (seq_before(ack, e->snd_una))
        return;
    if (advanced || seq_before(e->snd_wl1, segment->sequence) ||
        (e->snd_wl1 == segment->sequence && !seq_before(ack, e->snd_wl2))) {
        const bool opened = e->snd_wnd == 0 && window > 0;
        e->snd_wnd = window;
        e->snd_wl1 = segment->sequence;
        e->snd_wl2 = ack;
        if (window > e->max_wnd)
            e->max_wnd = window;
        /* The pauses between probes had grown; what is sent now is timed as ever. */
        if (opened) {
            tcp_rto_restore(e);
            e->retransmit_at = ROLE_NEVER;
        }
    }
}

static void our_fin_is_acknowledged(tcp_endpoint *e, int64_t now)
{
    switch (e->state) {
    case TCP_STATE_FIN_WAIT_1:
        e->state = TCP_STATE_FIN_WAIT_2;
        break;
    case TCP_STATE_CLOSING:
        tcp_enter_time_wait(e, now);
        break;
    case TCP_STATE_LAST_ACK:
        e->happened |= TCP_HAPPENED_FINISHED;
        tcp_enter_closed(e);
        break;
    default:
        break;
    }
}

bool tcp_take_ack(tcp_endpoint *e, int64_t now, const tcp_segment *segment)
{
    const uint32_t ack = segment->acknowledgment;
    const uint32_t window = (uint32_t)segment->window << e->send_scale;
    if (seq_after(ack, e->snd_max) || seq_before(ack, e->snd_una - e->max_wnd)) {
        e->settings->counts.unacceptable++;
        tcp_send_challenge(e, now);
        return false;
    }
    /* A peer that answers while its window is closed is alive, however often it was asked (RFC 9293
     * s3.8.6.1). */
    if (e->snd_wnd == 0)
        e->tries = 0;
    const bool advanced = seq_after(ack, e->snd_una);
    if (advanced)
        take_new(e, now, segment);
    if (e->sack ? take_sack(e, &segment->options) : !advanced && repeats(e, segment, window))
        tcp_congestion_on_duplicate(e);
    take_window(e, segment, window, advanced);
    if (fin_acknowledged(e))
        our_fin_is_acknowledged(e, now);
    return true;
}
