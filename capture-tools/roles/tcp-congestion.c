/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Congestion window and retransmission timeout. Spec: RFC 5681 s3; RFC 6582 s3.2; RFC 6675 s5; RFC 6928; RFC
 * 6298 s2, s5. */
#include "capture-tools/roles/tcp-internal.h"

#include <glib.h>

static const uint32_t window_max = 1u << 30;
static const int64_t clock_granularity = 1000000;              /* of the timestamp clock: 1 ms */
static const int64_t rto_after_lost_syn = INT64_C(3000000000); /* RFC 6298 s5.7 */

void tcp_congestion_start(tcp_endpoint *e)
{
    const uint32_t mss = e->send_mss;
    /* RFC 6928 s2, and RFC 5681 s3.1 when the SYN or SYN-ACK had to be sent again. */
    e->cwnd = e->syn_lost ? mss : MIN(10 * mss, MAX(2 * mss, 14600u));
    e->ssthresh = window_max;
    e->recover = e->iss;
    if (e->syn_lost && e->srtt == 0)
        e->rto = CLAMP(rto_after_lost_syn, e->settings->rto_min, e->settings->rto_max);
}

static uint32_t half_of(const tcp_endpoint *e, uint32_t flight)
{
    return MAX(flight / 2, 2u * e->send_mss);
}

static void grow(tcp_endpoint *e, uint32_t acknowledged)
{
    const uint32_t mss = e->send_mss;
    if (e->cwnd < e->ssthresh) {
        e->cwnd += MIN(acknowledged, mss);
    } else {
        /* One MSS for each window that was acknowledged. */
        e->cwnd_rest += MIN(acknowledged, e->cwnd);
        if (e->cwnd_rest >= e->cwnd) {
            e->cwnd_rest -= e->cwnd;
            e->cwnd += mss;
        }
    }
    e->cwnd = MIN(e->cwnd, window_max);
}

/* snd_una has moved on by `acknowledged` octets already. */
void tcp_congestion_on_ack(tcp_endpoint *e, uint32_t acknowledged)
{
    e->duplicates = 0;
    if (!e->recovering) {
        grow(e, acknowledged);
    } else if (seq_before(e->snd_una, e->recover)) {
        /* The scoreboard knows the holes. */
        if (e->sack)
            return;
        /* A partial acknowledgment: the next hole was lost too (RFC 6582 s3.2 step 3). */
        e->resend = true;
        e->cwnd -= MIN(acknowledged, e->cwnd);
        e->cwnd += e->send_mss;
    } else {
        e->recovering = false;
        e->cwnd = MIN(e->ssthresh, e->snd_max - e->snd_una + e->send_mss);
    }
}

/* Not for losses of a window that a timeout or recovery has dealt with. What is sent again after a timeout
 * may bring duplicates too (RFC 6582 s3.2 step 1), but no news of what the peer holds (RFC 6675 s5.1). */
static bool may_recover(const tcp_endpoint *e)
{
    return e->sack ? !seq_before(e->snd_una, e->recover) : seq_after(e->snd_una, e->recover);
}

void tcp_congestion_on_duplicate(tcp_endpoint *e)
{
    if (e->recovering) {
        if (!e->sack)
            e->cwnd = MIN(e->cwnd + e->send_mss, window_max);
        return;
    }
    if (e->duplicates < UINT8_MAX)
        e->duplicates++;
    if (e->duplicates < TCP_DUPLICATES_FOR_LOSS &&
        !tcp_scoreboard_is_lost(&e->scoreboard, e->snd_una, e->send_mss))
        return;
    if (!may_recover(e))
        return;
    e->settings->counts.fast_retransmissions++;
    e->recovering = true;
    e->recover = e->snd_max;
    e->resend = true;
    const uint32_t flight = e->snd_max - e->snd_una;
    /* With SACK more than the window is under way since the first duplicate (RFC 6675 s5 step 4.2). */
    e->ssthresh = half_of(e, e->sack ? MIN(flight, e->cwnd) : flight);
    e->cwnd = e->ssthresh + (e->sack ? 0u : TCP_DUPLICATES_FOR_LOSS * e->send_mss);
}

void tcp_congestion_on_timeout(tcp_endpoint *e)
{
    if (e->tries == 1)
        e->ssthresh = half_of(e, e->snd_max - e->snd_una);
    e->cwnd = e->send_mss;
    e->cwnd_rest = 0;
    e->recover = e->snd_max;
    e->recovering = false;
    e->duplicates = 0;
    e->rtt_timing = false;
    /* The peer may have thrown away what it did not acknowledge (RFC 2018 s8). */
    tcp_scoreboard_clear(&e->scoreboard);
}

void tcp_send_again(tcp_endpoint *e)
{
    e->snd_nxt = e->snd_una;
    if (!e->sack)
        return;
    /* No recovery meanwhile, which would send the same. */
    e->recovering = false;
    e->recover = e->snd_max;
}

void tcp_rto_restore(tcp_endpoint *e)
{
    if (e->srtt == 0)
        return;
    const int64_t rto = e->srtt + MAX(clock_granularity, 4 * e->rttvar);
    e->rto = CLAMP(rto, e->settings->rto_min, e->settings->rto_max);
}

void tcp_rtt_sample(tcp_endpoint *e, int64_t rtt)
{
    /* A peer may echo what it likes: no sample is worth more than the longest timeout. */
    rtt = CLAMP(rtt, 0, e->settings->rto_max);
    if (e->srtt == 0) {
        e->srtt = MAX(rtt, 1);
        e->rttvar = rtt / 2;
    } else {
        e->rttvar += (ABS(e->srtt - rtt) - e->rttvar) / 4;
        e->srtt = MAX(e->srtt + (rtt - e->srtt) / 8, 1);
    }
    tcp_rto_restore(e);
}

void tcp_rto_backoff(tcp_endpoint *e)
{
    e->rto = MIN(e->rto * 2, e->settings->rto_max);
}
