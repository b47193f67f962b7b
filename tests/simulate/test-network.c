/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Links: delay and order, loss, MTU, where the capture point is, frames that a node hands on. */
#include "capture-tools/simulation/network.h"
#include <string.h>

#define DELAY_NS 1000

/* Two nodes, A and B, and a link between their ports 0; B has a link to C on port 1. */
typedef struct bench {
    event_queue *queue;
    recorder *rec;
    network *net;
    unsigned a, b, c;
    GArray *times;      /* int64_t: of arrivals at B and C */
    GByteArray *octets; /* of the last arrival */
    char comment[RECORDER_COMMENT_MAX];
    uint8_t mac[12];
    bool pass_on; /* B hands on to C */
} bench;

static bool arrive(void *context, int64_t now, unsigned port, network_frame *frame)
{
    bench *t = context;
    (void)port;
    g_array_append_val(t->times, now);
    g_byte_array_set_size(t->octets, 0);
    g_byte_array_append(t->octets, network_frame_packet(frame), frame->length);
    memcpy(t->mac, frame->octets, sizeof t->mac);
    g_strlcpy(t->comment, frame->comment, sizeof t->comment);
    return false;
}

static bool arrive_at_b(void *context, int64_t now, unsigned port, network_frame *frame)
{
    bench *t = context;
    if (!t->pass_on)
        return arrive(context, now, port, frame);
    network_forward(t->net, now, t->b, 1, frame, "passed on");
    return true;
}

static void bench_new(bench *t, double loss, unsigned capture_end)
{
    GError *error = NULL;
    memset(t, 0, sizeof *t);
    t->queue = event_queue_new();
    t->rec = recorder_open(NULL, NULL, &error);
    g_assert_no_error(error);
    t->net = network_new(t->queue, t->rec, 42);
    t->times = g_array_new(FALSE, FALSE, sizeof(int64_t));
    t->octets = g_byte_array_new();
    t->a = network_add_node(t->net, "a", arrive, t);
    t->b = network_add_node(t->net, "b", arrive_at_b, t);
    t->c = network_add_node(t->net, "c", arrive, t);
    network_link_spec ab = { .name = "a-b",
                             .node = { t->a, t->b },
                             .capture_end = capture_end,
                             .delay_ns = DELAY_NS,
                             .loss = loss,
                             .mtu = 9000 };
    network_link_spec bc = {
        .name = "b-c", .node = { t->b, t->c }, .port = { 1, 0 }, .delay_ns = 5 * DELAY_NS, .mtu = 1500
    };
    g_assert_cmpuint(network_add_link(t->net, &ab), ==, 0);
    g_assert_cmpuint(network_add_link(t->net, &bc), ==, 1);
}

static void bench_free(bench *t)
{
    g_assert_cmpuint(network_in_flight(t->net), ==, 0);
    network_free(t->net);
    recorder_abandon(t->rec);
    event_queue_free(t->queue);
    g_array_free(t->times, TRUE);
    g_byte_array_free(t->octets, TRUE);
}

static void send(bench *t, int64_t now, size_t length, uint8_t version)
{
    uint8_t octets[9100] = { 0 };
    octets[0] = (uint8_t)(version << 4);
    octets[length - 1] = 0x5a;
    network_send(t->net, now, t->a, 0, octets, length, "sent");
}

static void run(bench *t)
{
    while (event_queue_step(t->queue))
        ;
}

static int64_t time_at(const bench *t, unsigned i)
{
    g_assert_cmpuint(i, <, t->times->len);
    return g_array_index(t->times, int64_t, i);
}

static void test_delay(void)
{
    bench t;
    bench_new(&t, 0, 1);
    for (unsigned i = 0; i < 100; i++)
        send(&t, i, 100, 6);
    g_assert_cmpuint(network_in_flight(t.net), ==, 100);
    run(&t);
    g_assert_cmpuint(t.times->len, ==, 100);
    for (unsigned i = 0; i < 100; i++)
        g_assert_cmpint(time_at(&t, i), ==, DELAY_NS + i);
    g_assert_cmpuint(t.octets->len, ==, 100);
    g_assert_cmphex(t.octets->data[99], ==, 0x5a);
    g_assert_cmpstr(t.comment, ==, "sent");
    bench_free(&t);
}

static void test_hand_on(void)
{
    bench t;
    bench_new(&t, 0, 1);
    t.pass_on = true;
    send(&t, 0, 1500, 4);
    send(&t, 0, 1501, 4); /* above the second link's MTU */
    send(&t, 0, 9000, 4); /* longer than frames of the pool */
    send(&t, 0, 9001, 4);
    run(&t);
    g_assert_cmpuint(t.times->len, ==, 1);
    g_assert_cmpint(time_at(&t, 0), ==, 6 * DELAY_NS);
    g_assert_cmpuint(t.octets->len, ==, 1500);
    g_assert_cmpuint(network_link_counters(t.net, 0).packets, ==, 3);
    g_assert_cmpuint(network_link_counters(t.net, 0).too_big, ==, 1);
    g_assert_cmpuint(network_link_counters(t.net, 1).packets, ==, 1);
    g_assert_cmpuint(network_link_counters(t.net, 1).too_big, ==, 2);
    bench_free(&t);
}

/* A frame that is lost is seen where it was sent, and not where it would have come. */
static void test_loss(void)
{
    uint64_t lost[2];
    for (unsigned end = 0; end < 2; end++) {
        bench t;
        bench_new(&t, 0.3, end);
        for (unsigned i = 0; i < 10000; i++)
            send(&t, i, 64, 6);
        run(&t);
        network_link_counts counts = network_link_counters(t.net, 0);
        lost[end] = counts.lost;
        g_assert_cmpuint(counts.lost, >, 2700);
        g_assert_cmpuint(counts.lost, <, 3300);
        g_assert_cmpuint(counts.lost + t.times->len, ==, 10000);
        g_assert_cmpuint(counts.packets, ==, end == 0 ? 10000 : t.times->len);
        bench_free(&t);
    }
    g_assert_cmpuint(lost[0], ==, lost[1]); /* chance, but the same chance */

    bench all;
    bench_new(&all, 1.0, 0);
    for (unsigned i = 0; i < 1000; i++)
        send(&all, i, 64, 6);
    run(&all);
    g_assert_cmpuint(all.times->len, ==, 0);
    bench_free(&all);
}

/* Locally administered, unicast, both ends, and the EtherType of what is inside. */
static void test_link_header(void)
{
    bench t;
    uint8_t a[6], b[6], other[6];
    bench_new(&t, 0, 0);
    network_mac("a", "a-b", a);
    network_mac("b", "a-b", b);
    network_mac("b", "b-c", other);
    send(&t, 0, 64, 6);
    run(&t);
    g_assert_cmpint(memcmp(t.mac, b, 6), ==, 0);
    g_assert_cmpint(memcmp(t.mac + 6, a, 6), ==, 0);
    g_assert_cmphex(a[0] & 0x03, ==, 0x02);
    g_assert_cmpint(memcmp(a, b, 6), !=, 0);
    g_assert_cmpint(memcmp(b, other, 6), !=, 0);
    bench_free(&t);
}

static void test_no_link(void)
{
    bench t;
    const uint8_t octets[40] = { 0x60 };
    bench_new(&t, 0, 0);
    network_send(t.net, 0, t.c, 7, octets, sizeof octets, "");
    g_assert_cmpuint(network_link_at(t.net, t.c, 7), ==, G_MAXUINT);
    g_assert_cmpuint(network_link_at(t.net, t.b, 1), ==, 1);
    run(&t);
    g_assert_cmpuint(t.times->len, ==, 0);
    bench_free(&t);
}

/* What is under way is given back with the network. */
static void test_free_in_flight(void)
{
    bench t;
    bench_new(&t, 0, 0);
    for (unsigned i = 0; i < 50; i++)
        send(&t, 0, i % 2 == 0 ? 64 : 5000, 6);
    g_assert_cmpuint(network_in_flight(t.net), ==, 50);
    network_free(t.net);
    recorder_abandon(t.rec);
    event_queue_free(t.queue);
    g_array_free(t.times, TRUE);
    g_byte_array_free(t.octets, TRUE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/network/delay", test_delay);
    g_test_add_func("/network/hand-on", test_hand_on);
    g_test_add_func("/network/loss", test_loss);
    g_test_add_func("/network/link-header", test_link_header);
    g_test_add_func("/network/no-link", test_no_link);
    g_test_add_func("/network/free-in-flight", test_free_in_flight);
    return g_test_run();
}
