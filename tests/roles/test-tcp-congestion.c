/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Timeout and congestion window by their formulas, and loss recovery on a link. RFC 6298 s2-3, RFC 5681 s3,
 * RFC 6582. */
#include "capture-tools/roles/tcp-internal.h"
#include "tcp-pair.h"
#include <string.h>

static tcp_endpoint bare_endpoint(tcp_settings *settings)
{
    *settings = tcp_settings_default();
    settings->rto_min = MS;
    tcp_endpoint e = { .settings = settings, .rto = settings->rto_initial, .send_mss = 1000 };
    tcp_congestion_start(&e);
    return e;
}

/* RFC 6298 (2.2): RTO = R + max(G, 4 * R / 2); (2.3): RTTVAR = 3/4 RTTVAR + 1/4 |SRTT - R'|, SRTT = 7/8 SRTT
 * + 1/8 R'. */
static void test_timeout(void)
{
    tcp_settings settings;
    tcp_endpoint e = bare_endpoint(&settings);
    g_assert_cmpint(e.rto, ==, SECOND);
    tcp_rtt_sample(&e, 800 * MS);
    g_assert_cmpint(e.srtt, ==, 800 * MS);
    g_assert_cmpint(e.rttvar, ==, 400 * MS);
    g_assert_cmpint(e.rto, ==, 2400 * MS);
    tcp_rtt_sample(&e, 400 * MS);
    g_assert_cmpint(e.rttvar, ==, 400 * MS);
    g_assert_cmpint(e.srtt, ==, 750 * MS);
    g_assert_cmpint(e.rto, ==, 2350 * MS);
    for (unsigned i = 0; i < 200; i++)
        tcp_rtt_sample(&e, 100 * MS);
    /* Steady: what is left is the clock's granularity. */
    g_assert_cmpint(e.rto, >=, 101 * MS);
    g_assert_cmpint(e.rto, <, 102 * MS);
    tcp_rtt_sample(&e, INT64_MAX);
    g_assert_cmpint(e.rto, ==, settings.rto_max);
    tcp_rto_backoff(&e);
    g_assert_cmpint(e.rto, ==, settings.rto_max);
}

static void test_window(void)
{
    tcp_settings settings;
    tcp_endpoint e = bare_endpoint(&settings);
    g_assert_cmpuint(e.cwnd, ==, 10000);
    /* Slow start: one segment for each that is acknowledged, however much an ACK covers. */
    tcp_congestion_on_ack(&e, 1000);
    tcp_congestion_on_ack(&e, 5000);
    tcp_congestion_on_ack(&e, 300);
    g_assert_cmpuint(e.cwnd, ==, 12300);
    /* Timeout: half of what flies is the threshold, one segment the window. */
    e.tries = 1;
    e.snd_max = e.snd_una + 12000;
    tcp_congestion_on_timeout(&e);
    g_assert_cmpuint(e.ssthresh, ==, 6000);
    g_assert_cmpuint(e.cwnd, ==, 1000);
    g_assert_cmpuint(e.recover, ==, e.snd_max);
    /* A second timeout for the same octets leaves the threshold. */
    e.tries = 2;
    e.snd_max = e.snd_una + 1000;
    tcp_congestion_on_timeout(&e);
    g_assert_cmpuint(e.ssthresh, ==, 6000);
    for (unsigned i = 0; i < 5; i++)
        tcp_congestion_on_ack(&e, 1000);
    g_assert_cmpuint(e.cwnd, ==, 6000);
    /* Congestion avoidance: one segment for each window. */
    for (unsigned i = 0; i < 5; i++)
        tcp_congestion_on_ack(&e, 1000);
    g_assert_cmpuint(e.cwnd, ==, 6000);
    tcp_congestion_on_ack(&e, 1000);
    g_assert_cmpuint(e.cwnd, ==, 7000);
    /* After a lost SYN: one segment, and 3 seconds if there is no sample. */
    e = bare_endpoint(&settings);
    e.syn_lost = true;
    tcp_congestion_start(&e);
    g_assert_cmpuint(e.cwnd, ==, 1000);
    g_assert_cmpint(e.rto, ==, 3 * SECOND);
}

static void test_recovery(void)
{
    tcp_settings settings;
    tcp_endpoint e = bare_endpoint(&settings);
    e.snd_una = e.iss + 1001;
    e.snd_max = e.snd_una + 10000;
    for (unsigned i = 0; i < 2; i++)
        tcp_congestion_on_duplicate(&e);
    g_assert_false(e.resend);
    tcp_congestion_on_duplicate(&e);
    g_assert_true(e.resend && e.recovering);
    g_assert_cmpuint(e.ssthresh, ==, 5000);
    g_assert_cmpuint(e.cwnd, ==, 8000);
    tcp_congestion_on_duplicate(&e);
    g_assert_cmpuint(e.cwnd, ==, 9000);
    /* Partial: deflate by what was acknowledged, add a segment, and send the next hole. */
    e.resend = false;
    e.snd_una += 2000;
    tcp_congestion_on_ack(&e, 2000);
    g_assert_true(e.resend && e.recovering);
    g_assert_cmpuint(e.cwnd, ==, 8000);
    /* Full. */
    e.resend = false;
    e.snd_una = e.recover;
    tcp_congestion_on_ack(&e, 8000);
    g_assert_false(e.resend || e.recovering);
    g_assert_cmpuint(e.cwnd, ==, 1000);
    /* Duplicates for octets that were dealt with already start nothing (RFC 6582 s3.2 step 1). */
    e.recover = e.snd_una;
    for (unsigned i = 0; i < 10; i++)
        tcp_congestion_on_duplicate(&e);
    g_assert_false(e.resend || e.recovering);
}

typedef struct losses {
    unsigned seen; /* full segments of side 0 */
    unsigned lose[4];
} losses;

static bool lose_some(virtual_link *link, unsigned from, uint8_t *octets, size_t *length, const char *comment)
{
    losses *l = link->tap_data;
    (void)octets, (void)comment;
    if (from != 0 || *length < 1000)
        return true;
    l->seen++;
    for (unsigned i = 0; i < G_N_ELEMENTS(l->lose); i++) {
        if (l->lose[i] == l->seen)
            return false;
    }
    return true;
}

/* Losses within one window are mended without a timeout, each by one copy; a copy gives no sample (Karn). */
static void test_mended(void)
{
    static const struct {
        unsigned lose[4], copies;
    } cases[] = {
        { { 1 }, 1 }, { { 15 }, 1 }, { { 21, 23 }, 2 }, { { 30, 31, 32, 33 }, 4 }, { { 40, 44, 48, 52 }, 4 }
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        for (unsigned agreed = 0; agreed < 4; agreed++) {
            const bool timestamps = agreed & 1;
            losses l = { 0 };
            tcp_pair *pair = tcp_pair_new(3, timestamps ? 4 : 6);
            memcpy(l.lose, cases[i].lose, sizeof l.lose);
            pair->link->tap = lose_some;
            pair->link->tap_data = &l;
            pair->ends[0].settings.timestamps = timestamps;
            pair->ends[0].settings.sack = agreed & 2;
            pair->ends[0].write = 200000;
            pair->ends[0].closes = CLOSE_AT_ONCE;
            tcp_pair_open(pair, 0);
            tcp_pair_run(pair, 100 * SECOND);
            tcp_pair_assert_done(pair);
            g_assert_cmpuint(pair->ends[0].settings.counts.fast_retransmissions, ==, 1);
            g_assert_cmpuint(pair->ends[0].settings.counts.retransmissions, ==, cases[i].copies);
            g_assert_cmpuint(pair->ends[0].settings.counts.timeouts, ==, 0);
            /* 10 ms each way, and nothing waits on the way. */
            if (!timestamps)
                g_assert_cmpint(pair->ends[0].tcp.srtt, ==, 20 * MS);
            tcp_pair_free(pair);
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tcp/congestion/timeout", test_timeout);
    g_test_add_func("/tcp/congestion/window", test_window);
    g_test_add_func("/tcp/congestion/recovery", test_recovery);
    g_test_add_func("/tcp/congestion/mended", test_mended);
    return g_test_run();
}
