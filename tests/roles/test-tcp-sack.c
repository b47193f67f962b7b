/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A sender that heeds SACK: what the peer holds is not sent again, losses of a window are mended in a round
 * trip or two, and nothing that a peer says makes it stop. RFC 6675 s4-5, RFC 2018 s8. */
#include "tcp-pair.h"

#include "capture-tools/roles/tcp-internal.h"
#include <string.h>

static const unsigned families[] = { 4, 6 };

/* Full segments of side 0, of which some are lost; and what side 1 told of holding. */
typedef struct watch {
    const unsigned *lose; /* by number, from 1, in order */
    size_t lose_count;
    unsigned seen;
    tcp_pair *pair;
    unsigned wasted; /* segments that the peer had told of holding */
    unsigned again;  /* segments sent again while the board was not empty */
} watch;

static bool loses(watch *w)
{
    w->seen++;
    for (size_t i = 0; i < w->lose_count; i++) {
        if (w->lose[i] == w->seen)
            return false;
    }
    return true;
}

static bool watch_link(virtual_link *link, unsigned from, uint8_t *octets, size_t *length,
                       const char *comment)
{
    watch *w = link->tap_data;
    const tcp_endpoint *e = &w->pair->ends[0].tcp;
    tcp_segment s;
    const char *reason;
    (void)comment;
    g_assert_true(tcp_segment_read(&w->pair->ends[0].settings.numbers, octets, *length, &s, &reason));
    if (from != 0 || s.length == 0)
        return true;
    w->again += e->scoreboard.count > 0 && tcp_scoreboard_reaches_beyond(&e->scoreboard, s.sequence);
    for (uint32_t at = s.sequence; at != s.sequence + s.length; at++) {
        if (tcp_scoreboard_skip(&e->scoreboard, at) != at) {
            w->wasted++;
            break;
        }
    }
    return s.length < 1000 || loses(w);
}

static tcp_pair *watched_pair(uint32_t seed, unsigned family, watch *w, bool sack)
{
    tcp_pair *pair = tcp_pair_new(seed, family);
    w->pair = pair;
    pair->link->tap = watch_link;
    pair->link->tap_data = w;
    pair->ends[0].settings.sack = sack;
    pair->ends[0].closes = CLOSE_AT_ONCE;
    return pair;
}

typedef struct outcome {
    int64_t took;
    uint64_t copies, timeouts, recoveries;
} outcome;

static outcome transfer(unsigned family, const unsigned *lose, size_t count, uint64_t octets, bool sack)
{
    watch w = { .lose = lose, .lose_count = count };
    tcp_pair *pair = watched_pair(3, family, &w, sack);
    pair->ends[0].write = octets;
    tcp_pair_open(pair, 0);
    const int64_t began = pair->link->now;
    while (pair->ends[1].read < octets)
        tcp_pair_run(pair, MS);
    const outcome o = { .took = pair->link->now - began,
                        .copies = pair->ends[0].settings.counts.retransmissions,
                        .timeouts = pair->ends[0].settings.counts.timeouts,
                        .recoveries = pair->ends[0].settings.counts.fast_retransmissions };
    tcp_pair_run(pair, 100 * SECOND);
    tcp_pair_assert_done(pair);
    g_assert_cmpuint(w.wasted, ==, 0);
    g_assert_null(pair->ends[0].tcp.scoreboard.ranges);
    tcp_pair_free(pair);
    return o;
}

/* Eight holes in a window: without SACK each takes a round trip of 20 ms, with it all go at once. */
static void test_many_holes(void)
{
    static const unsigned lose[] = { 40, 42, 44, 46, 48, 50, 52, 54 };
    for (unsigned f = 0; f < G_N_ELEMENTS(families); f++) {
        const outcome clean = transfer(families[f], NULL, 0, 200000, true);
        const outcome with = transfer(families[f], lose, G_N_ELEMENTS(lose), 200000, true);
        const outcome without = transfer(families[f], lose, G_N_ELEMENTS(lose), 200000, false);
        g_assert_cmpuint(with.copies, ==, G_N_ELEMENTS(lose));
        g_assert_cmpuint(with.recoveries, ==, 1);
        g_assert_cmpuint(with.timeouts, ==, 0);
        g_assert_cmpint(with.took, <=, clean.took + 60 * MS);
        g_assert_cmpint(without.took, >=, with.took + 80 * MS);
    }
}

/* The end of the flight is lost besides a segment within it: no later one would tell of it, the rescue does.
 */
static void test_rescue(void)
{
    static const unsigned lose[] = { 20, 28, 29, 30 };
    for (unsigned f = 0; f < G_N_ELEMENTS(families); f++) {
        const uint64_t octets = 30 * (families[f] == 4 ? 1448 : 1428);
        const outcome o = transfer(families[f], lose, G_N_ELEMENTS(lose), octets, true);
        g_assert_cmpuint(o.timeouts, ==, 0);
        g_assert_cmpuint(o.copies, ==, 4);
    }
}

/* Any losses: not an octet is sent that the peer told of holding, but after a timeout, when what it told is
 * forgotten. */
static void test_random_losses(void)
{
    unsigned again = 0;
    for (uint32_t seed = 1; seed <= 100; seed++) {
        for (unsigned f = 0; f < G_N_ELEMENTS(families); f++) {
            watch w = { 0 };
            tcp_pair *pair = watched_pair(seed, families[f], &w, true);
            pair->link->loss = 0.01 * (seed % 20);
            pair->link->jitter = seed % 3 ? 0 : 5 * MS;
            pair->ends[0].write = 100000 + seed;
            tcp_pair_be_patient(pair);
            tcp_pair_open(pair, 0);
            tcp_pair_run(pair, 100000 * SECOND);
            tcp_pair_assert_done(pair);
            g_assert_cmpuint(w.wasted, ==, 0);
            again += w.again;
            tcp_pair_free(pair);
        }
    }
    g_assert_cmpuint(again, >, 1000);
}

static bool lose_data(virtual_link *link, unsigned from, uint8_t *octets, size_t *length, const char *comment)
{
    (void)link, (void)octets, (void)comment;
    return from != 0 || *length < 100;
}

/* An established connection with ten full segments under way, of which none arrives. */
static tcp_pair *ten_under_way(unsigned family)
{
    tcp_pair *pair = tcp_pair_new(2, family);
    pair->ends[0].closes = CLOSE_NEVER;
    pair->ends[0].settings.timestamps = false;
    pair->link->tap = lose_data;
    tcp_pair_open(pair, 0);
    tcp_pair_run(pair, 30 * MS);
    tcp_endpoint_write(&pair->ends[0].tcp, 1000000);
    tcp_pair_output(pair, 0);
    const tcp_endpoint *e = &pair->ends[0].tcp;
    g_assert_cmpuint(e->snd_max - e->snd_una, ==, 10u * e->send_mss);
    return pair;
}

/* An ACK of nothing new arrives at party 0 with these blocks, relative to what is acknowledged. */
static void hit_with_blocks(tcp_pair *pair, const tcp_sack_block *blocks, unsigned count)
{
    const tcp_endpoint *e = &pair->ends[0].tcp;
    tcp_sack_block absolute[TCP_SACK_BLOCKS_MAX];
    uint8_t options[TCP_OPTIONS_MAX];
    for (unsigned i = 0; i < count; i++)
        absolute[i] = (tcp_sack_block){ e->snd_una + blocks[i].left, e->snd_una + blocks[i].right };
    const tcp_options_spec spec = { .scale = -1, .sack = absolute, .sack_count = count };
    const size_t length = tcp_options_build(&spec, options).length;
    tcp_pair_hit(pair, 0,
                 &(forged){ .sequence = e->rcv_nxt,
                            .acknowledgment = e->snd_una,
                            .flags = TCP_FLAG_ACK,
                            .window = (uint16_t)(e->snd_wnd >> e->send_scale),
                            .options = options,
                            .options_length = length });
}

/* Each duplicate lets a new segment go (RFC 6675 s5 step 3, RFC 3042), the third begins recovery; so does one
 * that tells of as much (IsLost). */
static void test_beginning(void)
{
    for (unsigned f = 0; f < G_N_ELEMENTS(families); f++) {
        tcp_pair *pair = ten_under_way(families[f]);
        tcp_endpoint *e = &pair->ends[0].tcp;
        const uint32_t mss = e->send_mss;
        for (uint32_t i = 1; i <= 2; i++) {
            hit_with_blocks(pair, &(tcp_sack_block){ mss, (1 + i) * mss }, 1);
            g_assert_false(e->recovering);
            g_assert_cmpuint(e->snd_max - e->snd_una, ==, (10 + i) * mss);
        }
        /* The same again says nothing new. */
        hit_with_blocks(pair, &(tcp_sack_block){ mss, 3 * mss }, 1);
        g_assert_false(e->recovering);
        hit_with_blocks(pair, &(tcp_sack_block){ mss, 4 * mss }, 1);
        g_assert_true(e->recovering);
        /* What the duplicates let go is not part of the flight that is halved. */
        g_assert_cmpuint(e->cwnd, ==, 5 * mss);
        g_assert_cmpuint(pair->ends[0].settings.counts.retransmissions, ==, 1);
        g_assert_cmpuint(e->high_rxt - e->snd_una, ==, mss);
        tcp_pair_free(pair);

        pair = ten_under_way(families[f]);
        hit_with_blocks(pair, &(tcp_sack_block){ mss, 4 * mss }, 1);
        g_assert_true(pair->ends[0].tcp.recovering);
        tcp_pair_free(pair);
    }
}

/* A peer that held octets and may have thrown them away: after a timeout what it told is forgotten. What it
 * tells then counts, though it begins no recovery of what is being sent again. */
static void test_peer_forgets(void)
{
    for (unsigned f = 0; f < G_N_ELEMENTS(families); f++) {
        tcp_pair *pair = ten_under_way(families[f]);
        tcp_endpoint *e = &pair->ends[0].tcp;
        const uint32_t mss = e->send_mss;
        const tcp_counts *counts = &pair->ends[0].settings.counts;
        hit_with_blocks(pair, &(tcp_sack_block){ mss, 3 * mss }, 1);
        g_assert_cmpuint(e->scoreboard.count, ==, 1);
        while (counts->timeouts == 0)
            tcp_pair_run(pair, MS);
        g_assert_cmpuint(e->scoreboard.count, ==, 0);
        hit_with_blocks(pair, &(tcp_sack_block){ 2 * mss, 6 * mss }, 1);
        g_assert_cmpuint(e->scoreboard.count, ==, 1);
        g_assert_false(e->recovering);
        pair->link->tap = NULL;
        tcp_pair_run(pair, 100 * SECOND);
        g_assert_cmpuint(pair->ends[1].read, ==, 1000000);
        tcp_pair_free(pair);
    }
}

/* Blocks that cannot be: empty, turned round, acknowledged already (RFC 2883), never sent, half the space
 * away; and any from a peer with whom SACK was not agreed. */
static void test_impossible_blocks(void)
{
    for (unsigned f = 0; f < G_N_ELEMENTS(families); f++) {
        tcp_pair *pair = ten_under_way(families[f]);
        tcp_endpoint *e = &pair->ends[0].tcp;
        const uint32_t flight = e->snd_max - e->snd_una;
        const tcp_sack_block bad[] = { { 500, 500 },
                                       { 600, 500 },
                                       { -500u, 0 },
                                       { -500u, 500 },
                                       { 0, 500 },
                                       { 500, flight + 1 },
                                       { flight, flight + 500 },
                                       { 500, 0x80000400u },
                                       { 0x7fffffffu, 0x80000001u } };
        for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
            for (unsigned copy = 0; copy < 4; copy++)
                hit_with_blocks(pair, &bad[i], 1);
            g_assert_cmpuint(e->scoreboard.count, ==, 0);
        }
        g_assert_false(e->recovering);
        g_assert_cmpuint(e->snd_max - e->snd_una, ==, flight);
        e->sack = false;
        hit_with_blocks(pair, &(tcp_sack_block){ 500, flight }, 1);
        g_assert_cmpuint(e->scoreboard.count, ==, 0);
        tcp_pair_free(pair);
    }
}

/* A narrower path within a recovery: all goes again in smaller segments, but for what the peer holds, and no
 * other recovery begins meanwhile. */
static void test_narrower_path(void)
{
    for (unsigned f = 0; f < G_N_ELEMENTS(families); f++) {
        watch w = { 0 };
        tcp_pair *pair = ten_under_way(families[f]);
        tcp_endpoint *e = &pair->ends[0].tcp;
        const uint32_t mss = e->send_mss;
        hit_with_blocks(pair, &(tcp_sack_block){ 3 * mss, 8 * mss }, 1);
        g_assert_true(e->recovering);
        e->send_mss = 700; /* no divisor of what is held */
        tcp_send_again(e);
        g_assert_false(e->recovering);
        w.pair = pair;
        pair->link->tap = watch_link;
        pair->link->tap_data = &w;
        tcp_pair_output(pair, 0);
        g_assert_cmpuint(w.wasted, ==, 0);
        g_assert_cmpuint(w.again, >, 4);
        hit_with_blocks(pair, &(tcp_sack_block){ 3 * mss, 10 * mss }, 1);
        g_assert_false(e->recovering);
        tcp_pair_free(pair);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tcp/sack/many-holes", test_many_holes);
    g_test_add_func("/tcp/sack/rescue", test_rescue);
    g_test_add_func("/tcp/sack/random-losses", test_random_losses);
    g_test_add_func("/tcp/sack/beginning", test_beginning);
    g_test_add_func("/tcp/sack/peer-forgets", test_peer_forgets);
    g_test_add_func("/tcp/sack/impossible-blocks", test_impossible_blocks);
    g_test_add_func("/tcp/sack/narrower-path", test_narrower_path);
    return g_test_run();
}
