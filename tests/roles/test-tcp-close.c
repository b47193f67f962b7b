/* SPDX-License-Identifier: GPL-2.0-or-later */
/* FIN in every order, lost and repeated; TIME-WAIT; a peer that never closes. RFC 9293 s3.6, RFC 6191, RFC
 * 1337. */
#include "tcp-pair.h"

static const unsigned families[] = { 4, 6 };

#define STATE(name) (1u << TCP_STATE_##name)

/* Who closes when, and the states that each side passes through (beyond ESTABLISHED and CLOSED). */
static void test_orders(void)
{
    static const unsigned closer = STATE(FIN_WAIT_1) | STATE(TIME_WAIT);
    static const unsigned other = STATE(CLOSE_WAIT) | STATE(LAST_ACK);
    static const struct {
        close_when closes[2];
        uint64_t write[2], after[2];
        unsigned must[2], never[2];
    } cases[] = {
        { { CLOSE_AT_ONCE, CLOSE_AFTER_PEER },
          { 100, 0 },
          { 0 },
          { closer, STATE(LAST_ACK) },
          { STATE(CLOSING), closer } },
        { { CLOSE_AFTER_PEER, CLOSE_AT_ONCE },
          { 0, 100 },
          { 0 },
          { STATE(LAST_ACK), closer },
          { closer, STATE(CLOSING) } },
        /* Half closed: the other goes on sending for long. */
        { { CLOSE_AT_ONCE, CLOSE_AFTER_READING },
          { 0, 400000 },
          { 0, 0 },
          { closer | STATE(FIN_WAIT_2), other },
          { 0 } },
        { { CLOSE_AFTER_READING, CLOSE_AFTER_PEER },
          { 0, 100000 },
          { 100000 },
          { closer, STATE(LAST_ACK) },
          { 0 } },
        /* Both with nothing to say, at about the same time: the FINs cross. */
        { { CLOSE_AT_ONCE, CLOSE_AT_ONCE }, { 0, 0 }, { 0 }, { STATE(FIN_WAIT_1) }, { 0 } },
        { { CLOSE_AFTER_READING, CLOSE_AFTER_READING }, { 5000, 5000 }, { 5000, 5000 }, { 0 }, { 0 } },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        for (uint32_t seed = 0; seed < 60; seed++) {
            tcp_pair *pair = tcp_pair_new(seed, families[seed % 2]);
            pair->link->loss = seed < 2 ? 0 : 0.15;
            pair->link->jitter = seed < 2 ? 0 : 20 * MS;
            for (unsigned end = 0; end < 2; end++) {
                pair->ends[end].closes = cases[i].closes[end];
                pair->ends[end].write = cases[i].write[end];
                pair->ends[end].close_after = cases[i].after[end];
                pair->ends[end].settings.fin_wait_2 = 3600 * SECOND;
            }
            tcp_pair_open(pair, 0);
            tcp_pair_run(pair, 10000 * SECOND);
            tcp_pair_assert_done(pair);
            for (unsigned end = 0; end < 2 && seed < 2; end++) {
                g_assert_cmphex(pair->ends[end].states & cases[i].must[end], ==, cases[i].must[end]);
                g_assert_cmphex(pair->ends[end].states & cases[i].never[end] & ~cases[i].must[end], ==, 0);
            }
            tcp_pair_free(pair);
        }
    }
}

static tcp_pair *established(uint32_t seed, unsigned family)
{
    tcp_pair *pair = tcp_pair_new(seed, family);
    pair->ends[0].closes = pair->ends[1].closes = CLOSE_NEVER;
    tcp_pair_open(pair, 0);
    tcp_pair_run(pair, SECOND);
    g_assert_cmpint(pair->ends[0].tcp.state, ==, TCP_STATE_ESTABLISHED);
    g_assert_cmpint(pair->ends[1].tcp.state, ==, TCP_STATE_ESTABLISHED);
    return pair;
}

static void close_end(tcp_pair *pair, unsigned end)
{
    tcp_endpoint_close(&pair->ends[end].tcp, NULL);
    tcp_pair_output(pair, end);
}

/* Both FINs leave before either arrives: both sides pass CLOSING and wait. */
static void test_simultaneous(void)
{
    for (unsigned f = 0; f < G_N_ELEMENTS(families); f++) {
        tcp_pair *pair = established(1, families[f]);
        close_end(pair, 0);
        close_end(pair, 1);
        tcp_pair_run(pair, 500 * MS);
        for (unsigned end = 0; end < 2; end++) {
            g_assert_true(pair->ends[end].states & STATE(CLOSING));
            g_assert_cmpint(pair->ends[end].tcp.state, ==, TCP_STATE_TIME_WAIT);
        }
        tcp_pair_run(pair, 10 * SECOND);
        tcp_pair_assert_done(pair);
        tcp_pair_free(pair);
    }
}

static bool lose_acks_of_0(virtual_link *link, unsigned from, uint8_t *octets, size_t *length,
                           const char *comment)
{
    (void)link, (void)octets, (void)length, (void)comment;
    return from != 0;
}

/* The last ACK is lost: the FIN comes again, is acknowledged again, and 2MSL begins anew. */
static void test_time_wait_restarts(void)
{
    tcp_pair *pair = established(1, 4);
    close_end(pair, 0);
    tcp_pair_run(pair, 100 * MS);
    pair->link->tap = lose_acks_of_0;
    close_end(pair, 1);
    tcp_pair_run(pair, 100 * MS);
    g_assert_cmpint(pair->ends[0].tcp.state, ==, TCP_STATE_TIME_WAIT);
    g_assert_cmpint(pair->ends[1].tcp.state, ==, TCP_STATE_LAST_ACK);
    const int64_t first = pair->ends[0].tcp.deadline;
    tcp_pair_run(pair, 300 * MS);
    g_assert_cmpint(pair->ends[0].tcp.deadline, >, first);
    pair->link->tap = NULL;
    tcp_pair_run(pair, 10 * SECOND);
    tcp_pair_assert_done(pair);
    tcp_pair_free(pair);
}

/* In TIME-WAIT: RST does not end it (RFC 1337), a newer SYN may take over (RFC 6191), an older one may not.
 */
static void test_time_wait_is_hit(void)
{
    tcp_pair *pair = established(1, 6);
    close_end(pair, 0);
    tcp_pair_run(pair, 100 * MS);
    close_end(pair, 1);
    tcp_pair_run(pair, 100 * MS);
    tcp_endpoint *e = &pair->ends[0].tcp;
    g_assert_cmpint(e->state, ==, TCP_STATE_TIME_WAIT);
    tcp_pair_hit(pair, 0, &(forged){ .sequence = e->rcv_nxt, .flags = TCP_FLAG_RST });
    g_assert_cmpint(e->state, ==, TCP_STATE_TIME_WAIT);
    pair->ends[0].happened = 0;
    tcp_pair_hit(pair, 0, &(forged){ .sequence = e->rcv_nxt - 100, .flags = TCP_FLAG_SYN });
    g_assert_false(pair->ends[0].happened & TCP_HAPPENED_NEW_SYN);
    tcp_pair_hit(pair, 0, &(forged){ .sequence = e->rcv_nxt + 100, .flags = TCP_FLAG_SYN });
    g_assert_true(pair->ends[0].happened & TCP_HAPPENED_NEW_SYN);
    tcp_pair_free(pair);
}

/* The peer acknowledges our FIN and then says nothing for ever: given up with a reset. */
static void test_peer_stays_open(void)
{
    tcp_pair *pair = established(1, 4);
    close_end(pair, 0);
    tcp_pair_run(pair, 59 * SECOND);
    g_assert_cmpint(pair->ends[0].tcp.state, ==, TCP_STATE_FIN_WAIT_2);
    tcp_pair_run(pair, 2 * SECOND);
    g_assert_cmpstr(pair->ends[0].failure, ==, "peer-open");
    g_assert_cmpstr(pair->ends[1].failure, ==, "reset");
    tcp_pair_free(pair);
}

static void test_idle(void)
{
    tcp_pair *pair = established(1, 4);
    tcp_pair_run(pair, 299 * SECOND - SECOND);
    g_assert_cmpint(pair->ends[0].tcp.state, ==, TCP_STATE_ESTABLISHED);
    tcp_pair_run(pair, 3 * SECOND);
    g_assert_cmpint(pair->ends[0].tcp.state, ==, TCP_STATE_CLOSED);
    g_assert_cmpint(pair->ends[1].tcp.state, ==, TCP_STATE_CLOSED);
    tcp_pair_free(pair);
}

/* A FIN ahead of a hole waits for it; payload behind a FIN proves the FIN false. */
static void test_fin_out_of_order(void)
{
    tcp_pair *pair = established(1, 4);
    tcp_endpoint *e = &pair->ends[1].tcp;
    uint8_t octets[100] = { 0 };
    pair->ends[1].settings.deliver = NULL;
    const uint32_t next = e->rcv_nxt, ack = e->snd_nxt;
    tcp_pair_hit(pair, 1,
                 &(forged){ .sequence = next + 100,
                            .acknowledgment = ack,
                            .flags = TCP_FLAG_FIN | TCP_FLAG_ACK,
                            .window = 100 });
    g_assert_cmpint(e->state, ==, TCP_STATE_ESTABLISHED);
    g_assert_cmpuint(e->rcv_nxt, ==, next);
    tcp_pair_hit(pair, 1,
                 &(forged){ .sequence = next,
                            .acknowledgment = ack,
                            .flags = TCP_FLAG_ACK,
                            .window = 100,
                            .payload = octets,
                            .payload_length = 100 });
    g_assert_cmpint(e->state, ==, TCP_STATE_CLOSE_WAIT);
    g_assert_cmpuint(e->rcv_nxt, ==, next + 101);
    tcp_pair_free(pair);

    pair = established(2, 4);
    e = &pair->ends[1].tcp;
    pair->ends[1].settings.deliver = NULL;
    const uint32_t next2 = e->rcv_nxt, ack2 = e->snd_nxt;
    tcp_pair_hit(pair, 1,
                 &(forged){ .sequence = next2 + 50,
                            .acknowledgment = ack2,
                            .flags = TCP_FLAG_FIN | TCP_FLAG_ACK,
                            .window = 100 });
    tcp_pair_hit(pair, 1,
                 &(forged){ .sequence = next2,
                            .acknowledgment = ack2,
                            .flags = TCP_FLAG_ACK,
                            .window = 100,
                            .payload = octets,
                            .payload_length = 100 });
    g_assert_cmpint(e->state, ==, TCP_STATE_ESTABLISHED);
    g_assert_cmpuint(e->rcv_nxt, ==, next2 + 100);
    g_assert_true(pair->ends[1].happened & TCP_HAPPENED_FIN_DIFFERS);
    tcp_pair_free(pair);
}

/* Two FINs at different places ahead of a hole: the later word counts, and the owner is told. */
static void test_fin_moves(void)
{
    tcp_pair *pair = established(1, 4);
    const tcp_endpoint *e = &pair->ends[1].tcp;
    const uint32_t next = e->rcv_nxt;
    for (uint32_t at = 50; at <= 100; at += 50) {
        g_assert_false(pair->ends[1].happened & TCP_HAPPENED_FIN_DIFFERS);
        tcp_pair_hit(pair, 1,
                     &(forged){ .sequence = next + at,
                                .acknowledgment = e->snd_nxt,
                                .flags = TCP_FLAG_FIN | TCP_FLAG_ACK,
                                .window = 100 });
    }
    g_assert_true(pair->ends[1].happened & TCP_HAPPENED_FIN_DIFFERS);
    g_assert_cmpuint(e->rcv_fin - next, ==, 100);
    tcp_pair_free(pair);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tcp/close/orders", test_orders);
    g_test_add_func("/tcp/close/simultaneous", test_simultaneous);
    g_test_add_func("/tcp/close/time-wait-restarts", test_time_wait_restarts);
    g_test_add_func("/tcp/close/time-wait-is-hit", test_time_wait_is_hit);
    g_test_add_func("/tcp/close/peer-stays-open", test_peer_stays_open);
    g_test_add_func("/tcp/close/idle", test_idle);
    g_test_add_func("/tcp/close/fin-out-of-order", test_fin_out_of_order);
    g_test_add_func("/tcp/close/fin-moves", test_fin_moves);
    return g_test_run();
}
