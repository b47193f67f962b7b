/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Data both ways over good and bad links: every octet arrives, once, in order, and both sides close. */
#include "tcp-pair.h"

#include "capture-tools/roles/tcp-payload.h"
#include <string.h>

static const unsigned families[] = { 4, 6 };

static void run_lossy(uint32_t seed, unsigned family, double loss, uint64_t octets)
{
    tcp_pair *pair = tcp_pair_new(seed, family);
    pair->link->loss = loss;
    pair->link->duplication = loss / 3;
    pair->link->jitter = 30 * MS;
    pair->ends[0].write = octets;
    pair->ends[1].write = octets / 2 + seed % 3000;
    pair->ends[seed % 2].closes = CLOSE_AT_ONCE;
    if (seed % 5 == 0)
        pair->ends[0].closes = pair->ends[1].closes = CLOSE_AT_ONCE;
    /* Each option of the SYN is offered or not, by turns. */
    pair->ends[0].settings.timestamps = seed % 4 != 1;
    pair->ends[1].settings.sack = seed % 7 != 3;
    pair->ends[0].settings.window_scaling = seed % 3 != 2;
    tcp_pair_be_patient(pair);
    tcp_pair_open(pair, 0);
    tcp_pair_run(pair, 100000 * SECOND);
    tcp_pair_assert_done(pair);
    tcp_pair_free(pair);
}

static void test_loss(gconstpointer data)
{
    const double loss = GPOINTER_TO_INT(data) / 100.0;
    for (uint32_t seed = 1; seed <= 200; seed++) {
        for (unsigned f = 0; f < G_N_ELEMENTS(families); f++)
            run_lossy(seed, families[f], loss, 40000);
    }
}

/* Without loss nothing is sent twice, and the window opens to more than the first ten segments. */
static void test_clean(void)
{
    for (unsigned f = 0; f < G_N_ELEMENTS(families); f++) {
        tcp_pair *pair = tcp_pair_new(1, families[f]);
        pair->ends[0].write = 3000000;
        pair->ends[0].closes = CLOSE_AT_ONCE;
        tcp_pair_open(pair, 0);
        tcp_pair_run(pair, 1000 * SECOND);
        tcp_pair_assert_done(pair);
        g_assert_cmpuint(pair->ends[0].settings.counts.retransmissions, ==, 0);
        g_assert_cmpuint(pair->ends[1].settings.counts.retransmissions, ==, 0);
        g_assert_cmpuint(pair->ends[0].tcp.cwnd, >, 10 * 1460);
        tcp_pair_free(pair);
    }
}

/* RFC 9293 s3.4: sequence numbers wrap within the payload. */
static void test_sequence_wraps(void)
{
    for (unsigned f = 0; f < G_N_ELEMENTS(families); f++) {
        for (uint32_t seed = 1; seed < 20; seed++) {
            tcp_pair *pair = tcp_pair_new(seed, families[f]);
            pair->ends[0].write = pair->ends[1].write = 300000;
            pair->ends[0].closes = CLOSE_AT_ONCE;
            pair->link->loss = 0.02;
            tcp_pair_open(pair, 0);
            /* Again, at a time at which the clock of initial sequence numbers gives one shortly before the
             * wrap. */
            const uint32_t missing = UINT32_MAX - 5000 * seed - pair->ends[0].tcp.iss;
            tcp_pair *wrapping = tcp_pair_new(seed, families[f]);
            wrapping->link->now += (int64_t)missing * 4000;
            wrapping->ends[0].write = wrapping->ends[1].write = 300000;
            wrapping->ends[0].closes = CLOSE_AT_ONCE;
            wrapping->link->loss = 0.02;
            tcp_pair_open(wrapping, 0);
            g_assert_cmphex(wrapping->ends[0].tcp.iss, ==, UINT32_MAX - 5000 * seed);
            tcp_pair_run(wrapping, 1000 * SECOND);
            tcp_pair_assert_done(wrapping);
            tcp_pair_free(wrapping);
            tcp_pair_free(pair);
        }
    }
}

static unsigned copies_of_first;

/* Loses the first copy of the segment at the end of the fifth round's first packet: three duplicate ACKs
 * follow. */
static bool lose_one_segment(virtual_link *link, unsigned from, uint8_t *octets, size_t *length,
                             const char *comment)
{
    (void)octets;
    (void)comment;
    if (from == 0 && *length > 1000 && ++copies_of_first == 15)
        return false;
    (void)link;
    return true;
}

static void test_fast_retransmission(void)
{
    for (unsigned f = 0; f < G_N_ELEMENTS(families); f++) {
        tcp_pair *pair = tcp_pair_new(3, families[f]);
        copies_of_first = 0;
        pair->link->tap = lose_one_segment;
        pair->ends[0].write = 200000;
        pair->ends[0].closes = CLOSE_AT_ONCE;
        tcp_pair_open(pair, 0);
        tcp_pair_run(pair, 100 * SECOND);
        tcp_pair_assert_done(pair);
        g_assert_cmpuint(pair->ends[0].settings.counts.fast_retransmissions, ==, 1);
        g_assert_cmpuint(pair->ends[0].settings.counts.retransmissions, ==, 1);
        g_assert_cmpuint(pair->ends[0].settings.counts.timeouts, ==, 0);
        tcp_pair_free(pair);
    }
}

static bool lose_all_of_0(virtual_link *link, unsigned from, uint8_t *octets, size_t *length,
                          const char *comment)
{
    GArray *times = link->tap_data;
    (void)octets;
    (void)length;
    (void)comment;
    if (from == 0)
        g_array_append_val(times, link->now);
    return from != 0;
}

/* RFC 6298 s5.5: the timeout doubles up to its maximum; then the connection is given up, without a reset. */
static void test_backoff(void)
{
    tcp_pair *pair = tcp_pair_new(5, 4);
    GArray *times = g_array_new(FALSE, FALSE, sizeof(int64_t));
    pair->ends[0].settings.retries = 8;
    tcp_pair_open(pair, 0);
    tcp_pair_run(pair, SECOND);
    pair->link->tap = lose_all_of_0;
    pair->link->tap_data = times;
    const int64_t first = pair->ends[0].tcp.rto;
    tcp_endpoint_write(&pair->ends[0].tcp, 100);
    tcp_pair_output(pair, 0);
    tcp_pair_run(pair, 2000 * SECOND);
    g_assert_cmpstr(pair->ends[0].failure, ==, "timeout");
    g_assert_cmpuint(times->len, ==, 9);
    for (unsigned i = 0; i + 1 < times->len; i++) {
        const int64_t gap = g_array_index(times, int64_t, i + 1) - g_array_index(times, int64_t, i);
        g_assert_cmpint(gap, ==, MIN(first << i, pair->ends[0].settings.rto_max));
    }
    g_array_free(times, TRUE);
    tcp_pair_free(pair);
}

/* The same seed gives the same octets at the same times. */
static void test_repeats_itself(void)
{
    uint64_t digests[3];
    for (unsigned run = 0; run < 3; run++) {
        tcp_pair *pair = tcp_pair_new(run < 2 ? 7 : 8, 6);
        pair->link->keep_digest = true;
        pair->link->loss = 0.1;
        pair->link->jitter = 5 * MS;
        pair->ends[0].write = pair->ends[1].write = 50000;
        pair->ends[0].closes = CLOSE_AT_ONCE;
        tcp_pair_open(pair, 0);
        tcp_pair_run(pair, 1000 * SECOND);
        digests[run] = pair->link->digest;
        tcp_pair_free(pair);
    }
    g_assert_cmphex(digests[0], ==, digests[1]);
    g_assert_cmphex(digests[0], !=, digests[2]);
}

static void test_payload_by_position(void)
{
    uint8_t whole[200], part[200];
    tcp_payload_fill(99, 0, whole, sizeof whole);
    for (size_t from = 0; from < sizeof whole; from++) {
        const size_t length = sizeof whole - from;
        tcp_payload_fill(99, from, part, length);
        g_assert_true(memcmp(part, whole + from, length) == 0);
        g_assert_cmpuint(tcp_payload_check(99, from, whole + from, length), ==, length);
        part[length / 2] ^= 1;
        g_assert_cmpuint(tcp_payload_check(99, from, part, length), ==, length / 2);
    }
    for (size_t i = 0; i < sizeof whole; i++)
        g_assert_true(g_ascii_isprint((char)whole[i]));
}

int main(int argc, char **argv)
{
    static const int losses[] = { 0, 1, 5, 10, 20, 30 };
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tcp/transfer/clean", test_clean);
    for (unsigned i = 0; i < G_N_ELEMENTS(losses); i++) {
        g_autofree char *name = g_strdup_printf("/tcp/transfer/loss-%d-percent", losses[i]);
        g_test_add_data_func(name, GINT_TO_POINTER(losses[i]), test_loss);
    }
    g_test_add_func("/tcp/transfer/sequence-wraps", test_sequence_wraps);
    g_test_add_func("/tcp/transfer/fast-retransmission", test_fast_retransmission);
    g_test_add_func("/tcp/transfer/backoff", test_backoff);
    g_test_add_func("/tcp/transfer/repeats-itself", test_repeats_itself);
    g_test_add_func("/tcp/transfer/payload-by-position", test_payload_by_position);
    return g_test_run();
}
