/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Segments that a stranger may have sent: RST, SYN, ACK, data and FIN in and out of the window, old
 * timestamps, and ACKs that must not go to and fro for ever. RFC 5961, RFC 7323 s5, RFC 9293 s3.10.7.4. */
#include "capture-tools/roles/tcp-internal.h"
#include "tcp-pair.h"

static const unsigned families[] = { 4, 6 };

static tcp_pair *established(unsigned family)
{
    tcp_pair *pair = tcp_pair_new(1, family);
    pair->ends[0].closes = pair->ends[1].closes = CLOSE_NEVER;
    pair->ends[0].settings.deliver = pair->ends[1].settings.deliver = NULL;
    pair->ends[0].write = 500;
    tcp_pair_open(pair, 0);
    tcp_pair_run(pair, SECOND);
    g_assert_cmpint(pair->ends[1].tcp.state, ==, TCP_STATE_ESTABLISHED);
    return pair;
}

/* A RST counts with exactly the next sequence number; elsewhere in the window it is asked about; outside,
 * ignored. */
static void test_reset(void)
{
    static const struct {
        int64_t offset; /* from rcv_nxt; the window is 131072 */
        bool dies, challenged;
    } cases[] = { { 0, true, false },      { 1, false, true },           { 5000, false, true },
                  { 131000, false, true }, { 140000, false, false },     { -1, false, false },
                  { -500, false, false },  { 0x7fffffff, false, false }, { -0x7fffffff, false, false } };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        for (unsigned f = 0; f < G_N_ELEMENTS(families); f++) {
            tcp_pair *pair = established(families[f]);
            const tcp_endpoint *e = &pair->ends[1].tcp;
            const uint64_t sent = pair->link->sent[1];
            tcp_pair_hit(
                pair, 1,
                &(forged){ .sequence = e->rcv_nxt + (uint32_t)cases[i].offset, .flags = TCP_FLAG_RST });
            g_assert_cmpint(e->state == TCP_STATE_CLOSED, ==, cases[i].dies);
            g_assert_cmpstr(pair->ends[1].failure, ==, cases[i].dies ? "reset" : NULL);
            g_assert_cmpuint(pair->link->sent[1] - sent, ==, cases[i].challenged);
            g_assert_cmpuint(pair->ends[1].settings.counts.challenges_sent, ==, cases[i].challenged);
            tcp_pair_free(pair);
        }
    }
}

/* A SYN within or outside the window never opens or kills: one challenge ACK. */
static void test_syn(void)
{
    static const int32_t offsets[] = { 0, 1, 1000, -501, -1, 200000 };
    for (size_t i = 0; i < G_N_ELEMENTS(offsets); i++) {
        tcp_pair *pair = established(6);
        const tcp_endpoint *e = &pair->ends[1].tcp;
        const uint64_t sent = pair->link->sent[1];
        tcp_pair_hit(pair, 1,
                     &(forged){ .sequence = e->rcv_nxt + (uint32_t)offsets[i], .flags = TCP_FLAG_SYN });
        g_assert_cmpint(e->state, ==, TCP_STATE_ESTABLISHED);
        g_assert_cmpuint(pair->link->sent[1], ==, sent + 1);
        tcp_pair_free(pair);
    }
}

/* However many forged segments: one challenge in each interval. */
static void test_challenges_are_few(void)
{
    tcp_pair *pair = established(4);
    const tcp_endpoint *e = &pair->ends[1].tcp;
    const uint64_t sent = pair->link->sent[1];
    for (unsigned i = 0; i < 1000; i++) {
        tcp_pair_hit(pair, 1, &(forged){ .sequence = e->rcv_nxt + 1 + i, .flags = TCP_FLAG_RST });
        tcp_pair_hit(pair, 1, &(forged){ .sequence = e->rcv_nxt + i, .flags = TCP_FLAG_SYN });
        tcp_pair_run(pair, MS);
    }
    g_assert_cmpint(e->state, ==, TCP_STATE_ESTABLISHED);
    g_assert_cmpuint(pair->link->sent[1] - sent, ==, 2);
    tcp_pair_free(pair);
}

/* An acknowledgment of what was not sent, or of what is far too old, makes its segment void (RFC 5961 s5). */
static void test_acknowledgment(void)
{
    static const struct {
        int64_t offset; /* from snd_una == snd_nxt */
        bool taken;
    } cases[] = { { 0, true },  { -1, true },      { -1000, true },
                  { 1, false }, { 100000, false }, { -0x10000000, false } };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        tcp_pair *pair = established(4);
        const tcp_endpoint *e = &pair->ends[1].tcp;
        const uint64_t received = e->received;
        tcp_pair_hit(pair, 1,
                     &(forged){ .sequence = e->rcv_nxt,
                                .acknowledgment = e->snd_nxt + (uint32_t)cases[i].offset,
                                .flags = TCP_FLAG_ACK,
                                .window = 100,
                                .payload = (const uint8_t *)"x",
                                .payload_length = 1 });
        g_assert_cmpuint(e->received - received, ==, cases[i].taken);
        g_assert_true(!(pair->ends[1].happened & TCP_HAPPENED_FAILED));
        tcp_pair_free(pair);
    }
}

/* A FIN outside the window closes nothing; one within waits for what is missing. */
static void test_fin(void)
{
    static const struct {
        int64_t offset;
        bool closes;
    } cases[] = { { 0, true },       { 1, false },  { 131072, false },
                  { 131073, false }, { -1, false }, { -400, false } };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        tcp_pair *pair = established(6);
        const tcp_endpoint *e = &pair->ends[1].tcp;
        tcp_pair_hit(pair, 1,
                     &(forged){ .sequence = e->rcv_nxt + (uint32_t)cases[i].offset,
                                .acknowledgment = e->snd_nxt,
                                .flags = TCP_FLAG_FIN | TCP_FLAG_ACK,
                                .window = 100 });
        g_assert_cmpint(e->state, ==, cases[i].closes ? TCP_STATE_CLOSE_WAIT : TCP_STATE_ESTABLISHED);
        tcp_pair_free(pair);
    }
}

/* PAWS: an old timestamp voids the segment, unless 24 days have passed; without any, the segment is void too.
 */
static void test_timestamps(void)
{
    tcp_pair *pair = established(4);
    tcp_endpoint *e = &pair->ends[1].tcp;
    const uint64_t received = e->received;
    forged f = { .sequence = e->rcv_nxt,
                 .acknowledgment = e->snd_nxt,
                 .flags = TCP_FLAG_ACK,
                 .window = 100,
                 .payload = (const uint8_t *)"x",
                 .payload_length = 1 };
    e->ts_recent -= 10; /* what tcp_pair_forge() writes */
    uint8_t octets[200];
    const size_t length = tcp_pair_forge(pair, 1, &f, octets, sizeof octets);
    e->ts_recent += 10;
    const party *p = &pair->link->parties[1];
    p->packet(p->self, pair->link->now, octets, length, &pair->link->sinks[1]);
    g_assert_cmpuint(e->received, ==, received);
    g_assert_cmpuint(pair->ends[1].settings.counts.old_timestamps, ==, 1);

    /* 0, as it would be read where there is none, is newer than this. */
    e->ts_recent = 0xf0000000;
    e->timestamps = false;
    const size_t bare = tcp_pair_forge(pair, 1, &f, octets, sizeof octets);
    e->timestamps = true;
    p->packet(p->self, pair->link->now, octets, bare, &pair->link->sinks[1]);
    g_assert_cmpuint(e->received, ==, received);

    e->ts_recent -= 10;
    const size_t old = tcp_pair_forge(pair, 1, &f, octets, sizeof octets);
    e->ts_recent += 10;
    p->packet(p->self, pair->link->now + INT64_C(25) * 24 * 3600 * SECOND, octets, old,
              &pair->link->sinks[1]);
    g_assert_cmpuint(e->received, ==, received + 1);
    tcp_pair_free(pair);
}

/* One forged segment ahead of the sequence says that the window is closed: the next true acknowledgment opens
 * it. */
static void test_forged_window(void)
{
    for (unsigned f = 0; f < G_N_ELEMENTS(families); f++) {
        tcp_pair *pair = tcp_pair_new(1, families[f]);
        pair->ends[0].write = 1000000;
        pair->ends[0].closes = CLOSE_AT_ONCE;
        tcp_pair_open(pair, 0);
        tcp_pair_run(pair, 100 * MS);
        const tcp_endpoint *e = &pair->ends[0].tcp;
        tcp_pair_hit(
            pair, 0,
            &(forged){ .sequence = e->rcv_nxt + 1000, .acknowledgment = e->snd_una, .flags = TCP_FLAG_ACK });
        g_assert_cmpuint(e->snd_wnd, ==, 0);
        tcp_pair_run(pair, 10 * SECOND);
        tcp_pair_assert_done(pair);
        tcp_pair_free(pair);
    }
}

/* An echo of what was never sent is no sample of the round trip. */
static void test_future_echo(void)
{
    tcp_pair *pair = established(4);
    tcp_endpoint *e = &pair->ends[1].tcp;
    tcp_endpoint_write(e, 100);
    tcp_pair_output(pair, 1);
    const tcp_options_spec spec = { .scale = -1,
                                    .timestamps = true,
                                    .ts_value = e->ts_recent,
                                    .ts_echo = tcp_timestamp(e, pair->link->now) + 1000 };
    uint8_t options[TCP_OPTIONS_MAX];
    const int64_t rto = e->rto;
    e->timestamps = false; /* tcp_pair_forge() adds none */
    uint8_t octets[200];
    const forged f = { .sequence = e->rcv_nxt,
                       .acknowledgment = e->snd_max,
                       .flags = TCP_FLAG_ACK,
                       .window = 100,
                       .options = options,
                       .options_length = tcp_options_build(&spec, options).length };
    const size_t length = tcp_pair_forge(pair, 1, &f, octets, sizeof octets);
    e->timestamps = true;
    const party *p = &pair->link->parties[1];
    p->packet(p->self, pair->link->now, octets, length, &pair->link->sinks[1]);
    g_assert_cmpuint(e->snd_una, ==, e->snd_max);
    g_assert_cmpint(e->rto, ==, rto);
    tcp_pair_free(pair);
}

/* The two sides disagree about all numbers, as after a crash: they fall silent, and soon. */
static void test_no_storm(void)
{
    for (unsigned variant = 0; variant < 32; variant++) {
        tcp_pair *pair = established(families[variant % 2]);
        tcp_endpoint *e = &pair->ends[0].tcp;
        e->snd_una += variant & 2 ? 100000000 : 0;
        e->snd_nxt = e->snd_max = e->snd_una;
        e->rcv_nxt += variant & 4 ? 100000000 : 0;
        e->rcv_edge = e->rcv_nxt + 1000;
        if (variant & 8)
            e->ts_recent += 1000000;
        if (variant & 16)
            tcp_endpoint_close(e, NULL);
        else
            tcp_endpoint_write(e, 10);
        tcp_pair_output(pair, 0);
        const uint64_t before = pair->link->sent[0] + pair->link->sent[1];
        tcp_pair_run(pair, 10 * SECOND);
        g_assert_cmpuint(pair->link->sent[0] + pair->link->sent[1] - before, <, 100);
        tcp_pair_free(pair);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tcp/defence/reset", test_reset);
    g_test_add_func("/tcp/defence/syn", test_syn);
    g_test_add_func("/tcp/defence/challenges-are-few", test_challenges_are_few);
    g_test_add_func("/tcp/defence/acknowledgment", test_acknowledgment);
    g_test_add_func("/tcp/defence/fin", test_fin);
    g_test_add_func("/tcp/defence/timestamps", test_timestamps);
    g_test_add_func("/tcp/defence/forged-window", test_forged_window);
    g_test_add_func("/tcp/defence/future-echo", test_future_echo);
    g_test_add_func("/tcp/defence/no-storm", test_no_storm);
    return g_test_run();
}
