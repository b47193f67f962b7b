/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The handshake in every order, what it agrees on, and how it fails. RFC 9293 s3.5, RFC 7323, RFC 2018, RFC
 * 6691. */
#include "tcp-pair.h"

#include <string.h>

static const unsigned families[] = { 4, 6 };

typedef struct watch {
    size_t longest[2]; /* IP packet */
    unsigned syns[2], syn_acks[2];
    unsigned lose_syn, lose_syn_ack; /* so many of the first copies */
} watch;

static uint16_t flags_of(const uint8_t *octets, size_t length)
{
    tcp_segment s;
    const char *reason;
    g_assert_true(tcp_segment_read(&affinity_numbers_default, octets, length, &s, &reason));
    return s.flags;
}

static bool watching(virtual_link *link, unsigned from, uint8_t *octets, size_t *length, const char *comment)
{
    watch *w = link->tap_data;
    const uint16_t flags = flags_of(octets, *length) & (TCP_FLAG_SYN | TCP_FLAG_ACK);
    (void)comment;
    w->longest[from] = MAX(w->longest[from], *length);
    if (flags == TCP_FLAG_SYN)
        return ++w->syns[from] > w->lose_syn;
    if (flags == (TCP_FLAG_SYN | TCP_FLAG_ACK))
        return ++w->syn_acks[from] > w->lose_syn_ack;
    return true;
}

/* Every combination of what the two sides offer: used if and only if both do; the data arrives anyway. */
static void test_agreement(void)
{
    for (unsigned mask = 0; mask < 64; mask++) {
        watch w = { 0 };
        tcp_pair *pair = tcp_pair_new(mask, families[mask % 2]);
        pair->link->tap = watching;
        pair->link->tap_data = &w;
        for (unsigned i = 0; i < 2; i++) {
            pair->ends[i].settings.timestamps = mask >> (3 * i) & 1;
            pair->ends[i].settings.sack = mask >> (3 * i + 1) & 1;
            pair->ends[i].settings.window_scaling = mask >> (3 * i + 2) & 1;
            pair->ends[i].write = 50000;
        }
        pair->ends[0].closes = CLOSE_AFTER_READING;
        pair->ends[0].close_after = 50000;
        tcp_pair_open(pair, 0);
        tcp_pair_run(pair, 25 * MS);
        for (unsigned i = 0; i < 2; i++) {
            const tcp_endpoint *e = &pair->ends[i].tcp;
            g_assert_cmpint(e->timestamps, ==, (mask & mask >> 3 & 1) != 0);
            g_assert_cmpint(e->sack, ==, (mask & mask >> 3 & 2) != 0);
            g_assert_cmpint(e->scaling, ==, (mask & mask >> 3 & 4) != 0);
            g_assert_cmpuint(e->receive_scale, ==, e->scaling ? 2 : 0); /* 128 KiB >> 2 < 64 KiB */
            g_assert_cmpuint(e->send_scale, ==, e->scaling ? 2 : 0);
        }
        tcp_pair_run(pair, 100 * SECOND);
        tcp_pair_assert_done(pair);
        /* Full segments fill the MTU of 1500 exactly, whatever the options (RFC 6691). */
        g_assert_cmpuint(w.longest[0], ==, 1500);
        g_assert_cmpuint(w.longest[1], ==, 1500);
        tcp_pair_free(pair);
    }
}

/* The lesser MSS rules; a missing, zero or tiny one is survived. */
static void test_mss(void)
{
    static const struct {
        uint16_t ours, theirs, sent;
    } cases[] = {
        { 1460, 1460, 1460 }, { 1460, 536, 536 }, { 900, 1460, 900 }, { 1460, 100, 100 }, { 9000, 9000, 9000 }
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        for (unsigned f = 0; f < G_N_ELEMENTS(families); f++) {
            watch w = { 0 };
            tcp_pair *pair = tcp_pair_new(1, families[f]);
            pair->link->tap = watching;
            pair->link->tap_data = &w;
            pair->ends[0].settings.mss_ipv4 = pair->ends[0].settings.mss_ipv6 = cases[i].ours;
            pair->ends[1].settings.mss_ipv4 = pair->ends[1].settings.mss_ipv6 = cases[i].theirs;
            pair->ends[0].write = 30000;
            pair->ends[0].closes = CLOSE_AT_ONCE;
            tcp_pair_open(pair, 0);
            tcp_pair_run(pair, 100 * SECOND);
            tcp_pair_assert_done(pair);
            g_assert_cmpuint(pair->ends[0].tcp.send_mss, ==, cases[i].sent);
            g_assert_cmpuint(w.longest[0], ==, cases[i].sent + (families[f] == 4 ? 40u : 60u));
            tcp_pair_free(pair);
        }
    }
}

/* A SYN whose option says MSS `mss`, or has none for UINT16_MAX + 1. */
static uint16_t mss_after_syn(uint32_t mss, unsigned family)
{
    tcp_pair *pair = tcp_pair_new(1, family);
    uint8_t options[] = { 2, 4, (uint8_t)(mss >> 8), (uint8_t)mss };
    tcp_pair_hit(pair, 1,
                 &(forged){ .sequence = 1000,
                            .flags = TCP_FLAG_SYN,
                            .window = 1000,
                            .options = options,
                            .options_length = mss <= UINT16_MAX ? sizeof options : 0 });
    const uint16_t result = pair->ends[1].tcp.send_mss;
    g_assert_cmpint(pair->ends[1].tcp.state, ==, TCP_STATE_SYN_RECEIVED);
    tcp_pair_free(pair);
    return result;
}

static void test_odd_mss(void)
{
    g_assert_cmpuint(mss_after_syn(UINT16_MAX + 1, 4), ==, 536);
    g_assert_cmpuint(mss_after_syn(UINT16_MAX + 1, 6), ==, 1220);
    g_assert_cmpuint(mss_after_syn(0, 4), ==, 536);
    g_assert_cmpuint(mss_after_syn(0, 6), ==, 1220);
    g_assert_cmpuint(mss_after_syn(1, 4), ==, 88);
    g_assert_cmpuint(mss_after_syn(65535, 4), ==, 1460);
}

/* Both send a SYN before either arrives (RFC 9293 figure 7). */
static void test_simultaneous(void)
{
    for (uint32_t seed = 1; seed <= 40; seed++) {
        tcp_pair *pair = tcp_pair_new(seed, families[seed % 2]);
        pair->link->loss = seed > 20 ? 0.2 : 0;
        pair->ends[0].write = 5000;
        pair->ends[1].write = 7000;
        pair->ends[0].closes = CLOSE_AT_ONCE;
        pair->ends[1].listening = false;
        tcp_pair_open(pair, 0);
        tcp_pair_open(pair, 1);
        tcp_pair_run(pair, 1000 * SECOND);
        tcp_pair_assert_done(pair);
        tcp_pair_free(pair);
    }
}

/* Lost SYNs and SYN-ACKs come again after 1, 2, 4 ... seconds; the initial window is then one segment. */
static void test_lost(void)
{
    for (unsigned lose_syn = 0; lose_syn < 4; lose_syn++) {
        for (unsigned lose_syn_ack = 0; lose_syn_ack < 4; lose_syn_ack++) {
            watch w = { .lose_syn = lose_syn, .lose_syn_ack = lose_syn_ack };
            tcp_pair *pair = tcp_pair_new(1, 4);
            pair->link->tap = watching;
            pair->link->tap_data = &w;
            tcp_pair_open(pair, 0);
            tcp_pair_run(pair, 200 * SECOND);
            g_assert_cmpint(pair->ends[0].tcp.state, ==, TCP_STATE_ESTABLISHED);
            g_assert_cmpint(pair->ends[1].tcp.state, ==, TCP_STATE_ESTABLISHED);
            const bool again = lose_syn + lose_syn_ack > 0;
            g_assert_cmpuint(pair->ends[0].tcp.cwnd, ==, again ? 1460 : 14600);
            tcp_pair_free(pair);
        }
    }
}

static void test_nobody_answers(void)
{
    watch w = { .lose_syn = UINT_MAX };
    tcp_pair *pair = tcp_pair_new(1, 6);
    pair->link->tap = watching;
    pair->link->tap_data = &w;
    tcp_pair_open(pair, 0);
    tcp_pair_run(pair, 1000 * SECOND);
    g_assert_cmpstr(pair->ends[0].failure, ==, "timeout");
    g_assert_cmpuint(w.syns[0], ==, 1 + pair->ends[0].settings.syn_retries);
    tcp_pair_free(pair);
}

static void test_refused(void)
{
    tcp_pair *pair = tcp_pair_new(1, 4);
    pair->ends[1].listening = false;
    tcp_pair_open(pair, 0);
    tcp_pair_run(pair, SECOND);
    g_assert_cmpstr(pair->ends[0].failure, ==, "refused");
    g_assert_true(pair->ends[0].happened & TCP_HAPPENED_GONE);
    g_assert_cmpuint(pair->link->sent[0], ==, 1);
    g_assert_cmpuint(pair->link->sent[1], ==, 1);
    tcp_pair_free(pair);
}

/* In SYN-SENT only what acknowledges our SYN is believed (RFC 9293 s3.10.7.3). */
static void test_blind_answers(void)
{
    tcp_pair *pair = tcp_pair_new(1, 4);
    pair->link->loss = 1;
    tcp_pair_open(pair, 0);
    const uint32_t iss = pair->ends[0].tcp.iss;
    const uint64_t sent = pair->link->sent[0];
    tcp_pair_hit(pair, 0, &(forged){ .acknowledgment = iss + 2, .flags = TCP_FLAG_RST | TCP_FLAG_ACK });
    tcp_pair_hit(pair, 0, &(forged){ .flags = TCP_FLAG_RST });
    tcp_pair_hit(pair, 0, &(forged){ .flags = TCP_FLAG_FIN });
    tcp_pair_hit(pair, 0, &(forged){ .acknowledgment = iss + 1, .flags = TCP_FLAG_ACK });
    g_assert_cmpint(pair->ends[0].tcp.state, ==, TCP_STATE_SYN_SENT);
    g_assert_cmpuint(pair->link->sent[0], ==, sent);
    /* A wrong acknowledgment from an old connection is answered with RST, and ours goes on. */
    tcp_pair_hit(pair, 0, &(forged){ .acknowledgment = iss, .flags = TCP_FLAG_SYN | TCP_FLAG_ACK });
    g_assert_cmpuint(pair->link->sent[0], ==, sent + 1);
    g_assert_cmpint(pair->ends[0].tcp.state, ==, TCP_STATE_SYN_SENT);
    tcp_pair_free(pair);
}

/* In SYN-RECEIVED a repeated SYN brings the SYN-ACK again at once, a wrong acknowledgment a reset of its
 * sender. */
static void test_syn_received(void)
{
    tcp_pair *pair = tcp_pair_new(1, 4);
    const forged syn = { .sequence = 77, .flags = TCP_FLAG_SYN, .window = 1000 };
    pair->link->loss = 1;
    tcp_pair_hit(pair, 1, &syn);
    g_assert_cmpuint(pair->link->sent[1], ==, 1);
    tcp_pair_hit(pair, 1, &syn);
    g_assert_cmpuint(pair->link->sent[1], ==, 2);
    const tcp_endpoint *e = &pair->ends[1].tcp;
    forged ack = { .sequence = 78, .acknowledgment = e->iss + 2, .flags = TCP_FLAG_ACK, .window = 1000 };
    tcp_pair_hit(pair, 1, &ack);
    g_assert_cmpuint(pair->ends[1].settings.counts.resets_sent, ==, 1);
    g_assert_cmpint(e->state, ==, TCP_STATE_SYN_RECEIVED);
    ack.acknowledgment = e->iss;
    tcp_pair_hit(pair, 1, &ack);
    g_assert_cmpuint(pair->ends[1].settings.counts.resets_sent, ==, 2);
    ack.acknowledgment = e->iss + 1;
    tcp_pair_hit(pair, 1, &ack);
    g_assert_cmpint(e->state, ==, TCP_STATE_ESTABLISHED);
    tcp_pair_free(pair);
}

static bool lose_syn_ack_of_0(virtual_link *link, unsigned from, uint8_t *octets, size_t *length,
                              const char *comment)
{
    (void)link, (void)comment;
    return from != 0 ||
           (flags_of(octets, *length) & (TCP_FLAG_SYN | TCP_FLAG_ACK)) != (TCP_FLAG_SYN | TCP_FLAG_ACK);
}

/* Both opened, and one SYN-ACK is lost: the ACK of the other does as well, before any timeout. */
static void test_simultaneous_with_loss(void)
{
    tcp_pair *pair = tcp_pair_new(1, 4);
    pair->ends[1].listening = false;
    tcp_pair_open(pair, 0);
    tcp_pair_open(pair, 1);
    pair->link->tap = lose_syn_ack_of_0;
    tcp_pair_run(pair, SECOND / 2);
    g_assert_cmpint(pair->ends[0].tcp.state, ==, TCP_STATE_ESTABLISHED);
    g_assert_cmpint(pair->ends[1].tcp.state, ==, TCP_STATE_ESTABLISHED);
    tcp_pair_free(pair);
}

/* The listener forgets a half-open connection that is never completed. */
static void test_half_open(void)
{
    tcp_pair *pair = tcp_pair_new(1, 4);
    pair->link->loss = 1;
    tcp_pair_hit(pair, 1, &(forged){ .sequence = 77, .flags = TCP_FLAG_SYN, .window = 1000 });
    tcp_pair_run(pair, 1000 * SECOND);
    g_assert_cmpstr(pair->ends[1].failure, ==, "timeout");
    g_assert_cmpuint(pair->link->sent[1], ==, 1 + pair->ends[1].settings.syn_retries);
    tcp_pair_free(pair);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tcp/handshake/agreement", test_agreement);
    g_test_add_func("/tcp/handshake/mss", test_mss);
    g_test_add_func("/tcp/handshake/odd-mss", test_odd_mss);
    g_test_add_func("/tcp/handshake/simultaneous", test_simultaneous);
    g_test_add_func("/tcp/handshake/lost", test_lost);
    g_test_add_func("/tcp/handshake/nobody-answers", test_nobody_answers);
    g_test_add_func("/tcp/handshake/refused", test_refused);
    g_test_add_func("/tcp/handshake/blind-answers", test_blind_answers);
    g_test_add_func("/tcp/handshake/syn-received", test_syn_received);
    g_test_add_func("/tcp/handshake/simultaneous-with-loss", test_simultaneous_with_loss);
    g_test_add_func("/tcp/handshake/half-open", test_half_open);
    return g_test_run();
}
