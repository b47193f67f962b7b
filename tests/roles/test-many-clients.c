/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tens of thousands of sessions at once: all end, each holds little memory, and how fast they go. */
#include "redirect-scene.h"

#include "epan-cats/packet.h"
#include <malloc.h>

static void open_many(scene *s, unsigned first, unsigned count)
{
    for (unsigned i = first; i < first + count; i++) {
        cats_address source = scene_client(6);
        const cats_address service = scene_anycast(6);
        packet_put32(source.octets + 10, i);
        g_assert_true(client_open(s->client, s->link->now, &source, 40000, &service, SCENE_ANYCAST_PORT,
                                  &s->link->sinks[0]));
    }
}

/* Many at once on a lossy link: all of them end, and nothing stays. */
static void test_many(void)
{
    enum { COUNT = 20000 };
    scene *s = scene_new(1, 6);
    s->link->keep_events = false;
    s->link->loss = 0.01;
    s->client_config.request_length = s->node_config.request_length = 200;
    s->node_config.response_length = 2000;
    scene_start(s);
    open_many(s, 0, COUNT);
    virtual_link_run(s->link, s->link->now + 3600 * SECOND, UINT64_C(100) * COUNT);
    g_assert_cmpuint(client_count(s->client).reconnected, ==, COUNT);
    g_assert_cmpuint(client_count(s->client).finished, ==, 2 * COUNT);
    g_assert_cmpuint(client_count(s->client).live + service_node_count(s->node).live, ==, 0);
    g_assert_cmpint(client_deadline(s->client), ==, ROLE_NEVER);
    g_assert_cmpint(service_node_deadline(s->node), ==, ROLE_NEVER);
    scene_free(s);
}

/* Connections that are held, nothing under way: less than 1 KiB each, tables and timers included. */
static void test_memory(void)
{
    enum { COUNT = 50000 };
    scene *s = scene_new(1, 6);
    s->link->keep_events = false;
    s->client_config.request_length = 200; /* of 3000 that the node waits for */
    scene_start(s);
    /* What the link itself needs has been allocated once this is over. */
    open_many(s, 0, 1);
    scene_run(s, SECOND);
    const size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
    for (unsigned i = 1; i <= COUNT; i += 1000) {
        open_many(s, i, 1000);
        scene_run(s, SECOND);
    }
    const size_t after = mallinfo2().uordblks + mallinfo2().hblkhd;
    g_assert_cmpuint(client_count(s->client).live, ==, COUNT + 1);
    g_assert_cmpuint(service_node_count(s->node).live, ==, COUNT + 1);
    if (after == before) {
        g_test_skip("this allocator does not tell what is in use");
    } else {
        g_test_message("%zu octets per connection", (after - before) / (2 * COUNT));
        g_assert_cmpuint((after - before) / (2 * COUNT), <, 1024);
    }
    scene_free(s);
}

/* How fast it goes: with -m perf. */
static void test_rate(void)
{
    enum { COUNT = 100000 };
    if (!g_test_perf()) {
        g_test_skip("a measurement: run with -m perf");
        return;
    }
    for (uint32_t response = 2000; response <= 200000; response *= 10) {
        scene *s = scene_new(1, 6);
        s->link->keep_events = false;
        s->client_config.request_length = s->node_config.request_length = 200;
        s->node_config.response_length = response;
        scene_start(s);
        g_test_timer_start();
        const unsigned count = COUNT / (response / 2000);
        open_many(s, 0, count);
        virtual_link_run(s->link, s->link->now + 3600 * SECOND, UINT64_MAX);
        const double seconds = g_test_timer_elapsed();
        const double packets = (double)(s->link->sent[0] + s->link->sent[1]);
        g_assert_cmpuint(client_count(s->client).finished, ==, 2 * count);
        g_test_maximized_result(packets / seconds, "response %u: %.0f packets/s, %.0f sessions/s", response,
                                packets / seconds, count / seconds);
        scene_free(s);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/many-clients/all-end", test_many);
    g_test_add_func("/many-clients/memory", test_memory);
    g_test_add_func("/many-clients/rate", test_rate);
    return g_test_run();
}
