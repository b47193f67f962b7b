/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The affinity option on a FIN of a bare end point: with payload, with holes to report, without room, sent
 * again, out of order. draft-wang-tcpm-tcp-service-affinity-option; RFC 6691; RFC 2018. */
#include "tcp-pair.h"

static const unsigned families[] = { 4, 6 };

static affinity_option redirect(unsigned family, uint8_t kind, uint32_t exid)
{
    static const uint8_t ipv4[4] = { 203, 0, 113, 9 }, ipv6[16] = { 0x20, 0x01, 0x0d, 0xb8, 9, [15] = 9 };
    return (affinity_option){ .kind = kind,
                              .exid = exid,
                              .address = family == 4 ? cats_address_ipv4(ipv4) : cats_address_ipv6(ipv6),
                              .port = 4433 };
}

/* The FINs of side 1, as they left. */
typedef struct fins {
    affinity_numbers numbers;
    unsigned count, with_option, lose;
    unsigned sack_count;
    size_t longest;
    uint32_t payload;
    affinity_option option;
} fins;

static bool note_fins(virtual_link *link, unsigned from, uint8_t *octets, size_t *length, const char *comment)
{
    fins *f = link->tap_data;
    tcp_segment s;
    const char *reason;
    (void)comment;
    g_assert_true(tcp_segment_read(&f->numbers, octets, *length, &s, &reason));
    f->longest = MAX(f->longest, *length);
    if (from != 1 || !(s.flags & TCP_FLAG_FIN)) {
        g_assert_false(s.options.has_affinity);
        return true;
    }
    if (f->with_option)
        g_assert_true(affinity_option_equal(&f->option, &s.options.affinity));
    f->count++;
    f->with_option += s.options.has_affinity;
    f->option = s.options.affinity;
    f->sack_count = s.options.sack_count;
    f->payload = s.length;
    return f->count > f->lose;
}

static const struct {
    uint8_t kind;
    uint32_t exid;
} forms[] = { { 200, 0 }, { 253, 0x5341 }, { 254, 0x5341 }, { 253, 0x53410001 }, { 254, 0x53410001 } };

/* All forms, both families, with and without timestamps, the FIN lost up to twice; payload of every length
 * around a full segment: packets never exceed the MTU, and each copy has the option. */
static void test_forms(void)
{
    for (size_t form = 0; form < G_N_ELEMENTS(forms); form++) {
        for (unsigned variant = 0; variant < 12; variant++) {
            for (uint64_t write = 1380; write <= 1464; write += 3) {
                const unsigned family = families[variant % 2];
                const affinity_option option = redirect(family, forms[form].kind, forms[form].exid);
                fins f = { .numbers = affinity_numbers_default, .lose = variant / 4 };
                tcp_pair *pair = tcp_pair_new(variant, family);
                if (forms[form].exid)
                    f.numbers.exid = forms[form].exid;
                pair->link->tap = note_fins;
                pair->link->tap_data = &f;
                for (unsigned end = 0; end < 2; end++) {
                    pair->ends[end].settings.numbers = f.numbers;
                    pair->ends[end].settings.timestamps = (variant & 2) != 0;
                }
                pair->ends[1].write = write;
                pair->ends[1].closes = CLOSE_AT_ONCE;
                pair->ends[1].fin_option = &option;
                tcp_pair_open(pair, 0);
                tcp_pair_run(pair, 100 * SECOND);
                tcp_pair_assert_done(pair);
                g_assert_cmpuint(f.count, ==, 1 + f.lose);
                g_assert_cmpuint(f.with_option, ==, f.count);
                g_assert_cmpuint(f.longest, <=, 1500);
                g_assert_true(affinity_option_equal(&f.option, &option));
                g_assert_true(pair->ends[1].tcp.fin_option_sent);
                g_assert_true(pair->ends[0].tcp.has_fin_option);
                g_assert_true(affinity_option_equal(&pair->ends[0].tcp.fin_option, &option));
                g_assert_false(pair->ends[0].happened & TCP_HAPPENED_FIN_DIFFERS);
                tcp_pair_free(pair);
            }
        }
    }
}

/* Holes to report when the FIN leaves: SACK blocks give way to the option, as many as they must. */
static void test_sack_gives_way(void)
{
    static const struct {
        unsigned family;
        bool timestamps;
        unsigned blocks;
    } cases[] = { { 4, true, 2 }, { 6, true, 0 }, { 4, false, 3 }, { 6, false, 2 } };
    static const uint8_t octets[10];
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const affinity_option option = redirect(cases[i].family, 200, 0);
        fins f = { .numbers = affinity_numbers_default };
        tcp_pair *pair = tcp_pair_new(1, cases[i].family);
        pair->ends[0].closes = pair->ends[1].closes = CLOSE_NEVER;
        pair->ends[1].settings.timestamps = cases[i].timestamps;
        tcp_pair_open(pair, 0);
        tcp_pair_run(pair, SECOND);
        tcp_endpoint *e = &pair->ends[1].tcp;
        for (uint32_t hole = 1; hole <= 4; hole++)
            tcp_pair_hit(pair, 1,
                         &(forged){ .sequence = e->rcv_nxt + 100 * hole,
                                    .acknowledgment = e->snd_nxt,
                                    .flags = TCP_FLAG_ACK,
                                    .window = 1000,
                                    .payload = octets,
                                    .payload_length = sizeof octets });
        pair->link->tap = note_fins;
        pair->link->tap_data = &f;
        f.lose = 3;
        tcp_endpoint_close(e, &option);
        tcp_pair_output(pair, 1);
        tcp_pair_run(pair, 20 * SECOND);
        g_assert_cmpuint(f.count, ==, 4);
        g_assert_cmpuint(f.with_option, ==, 4);
        g_assert_cmpuint(f.sack_count, ==, cases[i].blocks);
        g_assert_cmpuint(pair->ends[1].settings.counts.sack_blocks_left_out, >, 0);
        g_assert_cmpuint(pair->ends[1].settings.counts.options_left_out, ==, 0);
        tcp_pair_free(pair);
    }
}

/* Another option that must be there takes the room: the FIN goes without, each time, and that is counted
 * once. */
static void test_no_room(void)
{
    static const uint8_t other[16] = { 29, 16 };
    static const struct {
        unsigned family;
        bool fits;
    } cases[] = { { 4, true }, { 6, false } };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const affinity_option option = redirect(cases[i].family, 200, 0);
        fins f = { .numbers = affinity_numbers_default, .lose = 2 };
        tcp_pair *pair = tcp_pair_new(1, cases[i].family);
        pair->link->tap = note_fins;
        pair->link->tap_data = &f;
        pair->ends[1].settings.header_options = other;
        pair->ends[1].settings.header_options_length = sizeof other;
        pair->ends[1].write = 5000;
        pair->ends[1].closes = CLOSE_AT_ONCE;
        pair->ends[1].fin_option = &option;
        tcp_pair_open(pair, 0);
        tcp_pair_run(pair, 100 * SECOND);
        tcp_pair_assert_done(pair);
        g_assert_cmpuint(f.count, ==, 3);
        g_assert_cmpuint(f.with_option, ==, cases[i].fits ? 3 : 0);
        g_assert_cmpint(pair->ends[1].tcp.fin_option_sent, ==, cases[i].fits);
        g_assert_cmpint((pair->ends[1].happened & TCP_HAPPENED_OPTION_LEFT_OUT) != 0, ==, !cases[i].fits);
        g_assert_cmpuint(pair->ends[1].settings.counts.options_left_out, ==, !cases[i].fits);
        g_assert_cmpint(pair->ends[0].tcp.has_fin_option, ==, cases[i].fits);
        tcp_pair_free(pair);
    }
}

/* Bad links, FIN with payload, both sides closing: whoever is done has the option of the FIN in sequence. */
static void test_lossy(void)
{
    for (uint32_t seed = 0; seed < 300; seed++) {
        const unsigned family = families[seed % 2];
        const affinity_option option = redirect(family, 200, 0);
        fins f = { .numbers = affinity_numbers_default };
        tcp_pair *pair = tcp_pair_new(seed, family);
        pair->link->tap = note_fins;
        pair->link->tap_data = &f;
        pair->link->loss = seed % 4 * 0.1;
        pair->link->duplication = 0.1;
        pair->link->jitter = 30 * MS;
        pair->ends[0].write = 20000;
        pair->ends[1].write = seed * 37;
        pair->ends[0].closes = seed % 3 ? CLOSE_AFTER_PEER : CLOSE_AT_ONCE;
        pair->ends[1].closes = CLOSE_AT_ONCE;
        pair->ends[1].fin_option = &option;
        for (unsigned end = 0; end < 2; end++) {
            pair->ends[end].settings.retries = pair->ends[end].settings.syn_retries = 60;
            pair->ends[end].settings.fin_wait_2 = pair->ends[end].settings.idle = 36000 * SECOND;
        }
        tcp_pair_open(pair, 0);
        tcp_pair_run(pair, 100000 * SECOND);
        tcp_pair_assert_done(pair);
        g_assert_cmpuint(f.with_option, ==, f.count);
        g_assert_true(pair->ends[0].tcp.has_fin_option);
        g_assert_true(affinity_option_equal(&pair->ends[0].tcp.fin_option, &option));
        g_assert_false(pair->ends[0].happened & TCP_HAPPENED_FIN_DIFFERS);
        tcp_pair_free(pair);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tcp/redirect/forms", test_forms);
    g_test_add_func("/tcp/redirect/sack-gives-way", test_sack_gives_way);
    g_test_add_func("/tcp/redirect/no-room", test_no_room);
    g_test_add_func("/tcp/redirect/lossy", test_lossy);
    return g_test_run();
}
