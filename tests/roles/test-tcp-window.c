/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Flow control: nobody sends beyond what was promised, a closed window is probed, SACK blocks tell of holes.
 * RFC 9293 s3.8.6, RFC 2018. */
#include "tcp-pair.h"

static const unsigned families[] = { 4, 6 };

/* The right edge that each side has promised the other, and what was sent towards it. */
typedef struct promises {
    bool known[2];
    uint32_t edge[2]; /* promised by that side */
    uint8_t scale[2];
    unsigned beyond; /* octets sent beyond, other than single ones that probe */
    unsigned moved_back;
    unsigned acks_beyond; /* bare ACKs with a number that the peer would not accept */
    unsigned small;       /* less than half full and not the last of what there is */
    unsigned probes, zero_windows;
} promises;

static bool check_promises(virtual_link *link, unsigned from, uint8_t *octets, size_t *length,
                           const char *comment)
{
    promises *p = link->tap_data;
    tcp_segment s;
    const char *reason;
    (void)comment;
    g_assert_true(tcp_segment_read(&affinity_numbers_default, octets, *length, &s, &reason));
    if (s.flags & TCP_FLAG_RST)
        return true;
    if (s.flags & TCP_FLAG_SYN)
        p->scale[from] = s.options.has_scale ? s.options.scale : 0;
    if (s.flags & TCP_FLAG_ACK) {
        const uint32_t unit = s.flags & TCP_FLAG_SYN ? 0 : p->scale[from];
        const uint32_t edge = s.acknowledgment + ((uint32_t)s.window << unit);
        p->zero_windows += s.window == 0;
        if (!p->known[from] || (int32_t)(edge - p->edge[from]) > 0)
            p->edge[from] = edge;
        else
            p->moved_back += edge != p->edge[from];
        p->known[from] = true;
    }
    const uint32_t end = s.sequence + tcp_segment_span(&s);
    p->small += s.length > 0 && s.length < 700 && !(s.flags & TCP_FLAG_PSH);
    if (p->known[!from] && (int32_t)(end - p->edge[!from]) > 0) {
        if (tcp_segment_span(&s) == 0)
            p->acks_beyond++;
        else if (tcp_segment_span(&s) == 1)
            p->probes++;
        else
            p->beyond += end - p->edge[!from];
    }
    return true;
}

/* Small and large buffers on a slow link without loss: full windows, never more. */
static void test_never_beyond(void)
{
    static const uint32_t buffers[] = { 1000, 3000, 20000, 65535, 200000, 1000000 };
    for (size_t i = 0; i < G_N_ELEMENTS(buffers); i++) {
        for (unsigned f = 0; f < G_N_ELEMENTS(families); f++) {
            promises p = { 0 };
            tcp_pair *pair = tcp_pair_new(1, families[f]);
            pair->link->tap = check_promises;
            pair->link->tap_data = &p;
            pair->ends[1].settings.receive_buffer = buffers[i];
            pair->ends[0].write = 2000000;
            pair->ends[0].closes = CLOSE_AT_ONCE;
            tcp_pair_open(pair, 0);
            tcp_pair_run(pair, 1000 * SECOND);
            tcp_pair_assert_done(pair);
            g_assert_cmpuint(p.beyond, ==, 0);
            g_assert_cmpuint(p.moved_back, ==, 0);
            if (buffers[i] >= 3000)
                g_assert_cmpuint(p.small, ==, 0);
            g_assert_cmpuint(pair->ends[0].settings.counts.retransmissions, ==, 0);
            tcp_pair_free(pair);
        }
    }
}

/* The reader stops: the window closes, is probed with growing pauses, and opens again; nothing is lost. Also
 * on a link that loses window updates. */
static void test_reader_stops(void)
{
    for (uint32_t seed = 0; seed < 60; seed++) {
        promises p = { 0 };
        tcp_pair *pair = tcp_pair_new(seed, families[seed % 2]);
        pair->link->tap = check_promises;
        pair->link->tap_data = &p;
        pair->ends[0].settings.retries = 4; /* answered probes do not count */
        pair->ends[1].settings.receive_buffer = 20000;
        pair->ends[0].write = 100000;
        pair->ends[0].closes = CLOSE_AT_ONCE;
        tcp_pair_open(pair, 0);
        tcp_pair_run(pair, SECOND / 20);
        tcp_endpoint_hold(&pair->ends[1].tcp, true);
        tcp_pair_run(pair, 100 * SECOND);
        const uint64_t stopped_at = pair->ends[1].read;
        /* The edge moves by whole segments only: the last one may be missing. */
        g_assert_cmpuint(pair->ends[1].tcp.received - stopped_at, >=, 20000 - 1460);
        g_assert_cmpuint(pair->ends[1].tcp.received - stopped_at, <=, 20000 + 4);
        g_assert_cmpuint(pair->ends[0].settings.counts.zero_window_probes, >=, 6);
        g_assert_cmpuint(pair->ends[0].settings.counts.zero_window_probes, <=, 12);
        g_assert_cmpuint(p.zero_windows, >, 0);
        pair->link->loss = seed % 3 * 0.15;
        pair->ends[0].settings.retries = 60;
        pair->ends[0].settings.idle = pair->ends[1].settings.idle = 36000 * SECOND;
        tcp_endpoint_hold(&pair->ends[1].tcp, false);
        tcp_pair_output(pair, 1);
        /* The opened window is used at once, not when the next probe is due. */
        tcp_pair_run(pair, SECOND);
        if (pair->link->loss == 0)
            g_assert_cmpuint(pair->ends[1].read, ==, 100000);
        tcp_pair_run(pair, 10000 * SECOND);
        tcp_pair_assert_done(pair);
        g_assert_cmpuint(p.beyond, ==, 0);
        g_assert_cmpuint(p.moved_back, ==, 0);
        g_assert_cmpuint(p.acks_beyond, ==, 0);
        tcp_pair_free(pair);
    }
}

/* Both readers have stopped and both still hear each other's ACKs: those of a prober must be acceptable. */
static void test_both_stop(void)
{
    promises p = { 0 };
    tcp_pair *pair = tcp_pair_new(9, 4);
    pair->link->tap = check_promises;
    pair->link->tap_data = &p;
    for (unsigned end = 0; end < 2; end++) {
        pair->ends[end].settings.receive_buffer = 8000;
        pair->ends[end].write = 60000;
    }
    pair->ends[0].closes = CLOSE_AT_ONCE;
    tcp_pair_open(pair, 0);
    tcp_pair_run(pair, 25 * MS);
    tcp_endpoint_hold(&pair->ends[0].tcp, true);
    tcp_endpoint_hold(&pair->ends[1].tcp, true);
    tcp_pair_run(pair, 60 * SECOND);
    for (unsigned end = 0; end < 2; end++) {
        tcp_endpoint_hold(&pair->ends[end].tcp, false);
        tcp_pair_output(pair, end);
        tcp_pair_run(pair, 60 * SECOND);
    }
    tcp_pair_run(pair, 600 * SECOND);
    tcp_pair_assert_done(pair);
    g_assert_cmpuint(p.acks_beyond, ==, 0);
    g_assert_cmpuint(p.probes, >, 4);
    tcp_pair_free(pair);
}

static uint8_t filler[4000];

static void hit_data(tcp_pair *pair, uint32_t sequence, size_t length)
{
    tcp_pair_hit(pair, 1,
                 &(forged){ .sequence = sequence,
                            .acknowledgment = pair->ends[1].tcp.snd_nxt,
                            .flags = TCP_FLAG_ACK,
                            .window = 1000,
                            .payload = filler,
                            .payload_length = length });
}

static tcp_options last_options;
static uint32_t last_ack;

static bool keep_options(virtual_link *link, unsigned from, uint8_t *octets, size_t *length,
                         const char *comment)
{
    tcp_segment s;
    const char *reason;
    (void)link, (void)comment;
    g_assert_true(tcp_segment_read(&affinity_numbers_default, octets, *length, &s, &reason));
    if (from == 1) {
        last_options = s.options;
        last_ack = s.acknowledgment;
    }
    return true;
}

/* Holes: each segment beyond one is acknowledged at once, with the blocks, the latest first. */
static void test_sack_blocks(void)
{
    for (unsigned f = 0; f < G_N_ELEMENTS(families); f++) {
        tcp_pair *pair = tcp_pair_new(1, families[f]);
        tcp_pair_open(pair, 0);
        tcp_pair_run(pair, SECOND);
        pair->link->tap = keep_options;
        pair->ends[1].settings.deliver = NULL;
        const uint32_t next = pair->ends[1].tcp.rcv_nxt;
        const struct {
            uint32_t at, length, ack;
            unsigned count;
            uint32_t left, right;
        } steps[] = {
            { 100, 100, 0, 1, 100, 200 }, { 300, 100, 0, 2, 300, 400 }, { 500, 100, 0, 3, 500, 600 },
            { 700, 100, 0, 3, 700, 800 }, { 200, 100, 0, 3, 100, 400 }, { 0, 100, 400, 2, 700, 800 },
            { 400, 300, 800, 0, 0, 0 },
        };
        for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
            hit_data(pair, next + steps[i].at, steps[i].length);
            g_assert_cmpuint(last_ack - next, ==, steps[i].ack);
            g_assert_cmpuint(last_options.sack_count, ==, steps[i].count);
            if (steps[i].count) {
                g_assert_cmpuint(last_options.sack[0].left - next, ==, steps[i].left);
                g_assert_cmpuint(last_options.sack[0].right - next, ==, steps[i].right);
            }
        }
        g_assert_cmpuint(pair->ends[1].tcp.received, ==, 800);
        tcp_pair_free(pair);
    }
}

static bool lose_first(virtual_link *link, unsigned from, uint8_t *octets, size_t *length,
                       const char *comment)
{
    bool *lost = link->tap_data;
    (void)octets, (void)comment;
    if (from == 0 && *length > 100 && !*lost) {
        *lost = true;
        return false;
    }
    return true;
}

/* The first segment into the opened window is lost: it comes again after a round trip, not after the pause
 * that the probes had come to. */
static void test_loss_after_opening(void)
{
    bool lost = false;
    tcp_pair *pair = tcp_pair_new(1, 4);
    pair->ends[1].settings.receive_buffer = 2920;
    tcp_pair_open(pair, 0);
    tcp_pair_run(pair, SECOND);
    tcp_endpoint_hold(&pair->ends[1].tcp, true);
    tcp_endpoint_write(&pair->ends[0].tcp, 4000);
    tcp_pair_output(pair, 0);
    tcp_pair_run(pair, 200 * SECOND);
    g_assert_cmpuint(pair->ends[0].tcp.snd_wnd, ==, 0);
    pair->link->tap = lose_first;
    pair->link->tap_data = &lost;
    tcp_endpoint_hold(&pair->ends[1].tcp, false);
    tcp_pair_output(pair, 1);
    tcp_pair_run(pair, SECOND);
    g_assert_true(lost);
    g_assert_cmpuint(pair->ends[1].read, ==, 4000);
    tcp_pair_free(pair);
}

/* RFC 9293 s3.8.6.2.2: the right edge moves by a whole segment or not at all. */
static void test_edge_moves_by_segments(void)
{
    tcp_pair *pair = tcp_pair_new(1, 4);
    tcp_pair_open(pair, 0);
    tcp_pair_run(pair, SECOND);
    pair->ends[1].settings.deliver = NULL;
    const tcp_endpoint *e = &pair->ends[1].tcp;
    hit_data(pair, e->rcv_nxt, 1460);
    const uint32_t edge = e->rcv_edge;
    for (unsigned i = 0; i < 14; i++)
        hit_data(pair, e->rcv_nxt, 100);
    g_assert_cmpuint(e->rcv_edge - edge, ==, 0);
    hit_data(pair, e->rcv_nxt, 100);
    g_assert_cmpuint(e->rcv_edge - edge, >=, 1460);
    tcp_pair_free(pair);
}

/* What is kept out of order is bounded in pieces and by the window; beyond the window nothing is kept. */
static void test_bounded(void)
{
    tcp_pair *pair = tcp_pair_new(1, 6);
    pair->ends[1].settings.reassembly_segments = 20;
    pair->ends[1].settings.receive_buffer = 10000;
    pair->ends[1].settings.deliver = NULL;
    tcp_pair_open(pair, 0);
    tcp_pair_run(pair, SECOND);
    const tcp_endpoint *e = &pair->ends[1].tcp;
    const uint32_t next = e->rcv_nxt;
    for (uint32_t i = 1; i < 100; i++)
        hit_data(pair, next + 2 * i, 1);
    g_assert_cmpuint(e->reassembly.pieces, ==, 20);
    g_assert_cmpuint(e->reassembly.octets, ==, 20);
    hit_data(pair, next + 9999, 1);
    g_assert_cmpuint(e->reassembly.octets, ==, 20);
    const uint64_t unacceptable = pair->ends[1].settings.counts.unacceptable;
    hit_data(pair, next + 10000, 1);
    g_assert_cmpuint(pair->ends[1].settings.counts.unacceptable, ==, unacceptable + 1);
    tcp_pair_free(pair);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tcp/window/never-beyond", test_never_beyond);
    g_test_add_func("/tcp/window/reader-stops", test_reader_stops);
    g_test_add_func("/tcp/window/both-stop", test_both_stop);
    g_test_add_func("/tcp/window/sack-blocks", test_sack_blocks);
    g_test_add_func("/tcp/window/edge-moves-by-segments", test_edge_moves_by_segments);
    g_test_add_func("/tcp/window/loss-after-opening", test_loss_after_opening);
    g_test_add_func("/tcp/window/bounded", test_bounded);
    return g_test_run();
}
