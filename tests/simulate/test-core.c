/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The transit router: End in every form of the SRH, hop limit, longest prefix, and what it drops. */
#include "capture-tools/simulation/core.h"
#include "epan-cats/packet-build.h"
#include <string.h>

/* An ingress sends to the core's port 0; what the core sends to its ports 1 and 2 arrives here. */
typedef struct bench {
    cats_topology *topology;
    event_queue *queue;
    simulation sim;
    core_router *core;
    unsigned ends[3];
    unsigned arrivals, port;
    GByteArray *octets;
    char comment[RECORDER_COMMENT_MAX];
} bench;

static bool arrive(void *context, int64_t now, unsigned port, network_frame *frame)
{
    bench *t = context;
    (void)now;
    t->arrivals++;
    t->port = port;
    g_byte_array_set_size(t->octets, 0);
    g_byte_array_append(t->octets, network_frame_packet(frame), frame->length);
    g_strlcpy(t->comment, frame->comment, sizeof t->comment);
    return false;
}

static cats_address address(const char *text)
{
    cats_address parsed;
    g_assert_true(cats_address_parse(text, &parsed));
    return parsed;
}

static void bench_new(bench *t)
{
    GError *error = NULL;
    memset(t, 0, sizeof *t);
    t->topology = cats_topology_builtin();
    t->queue = event_queue_new();
    t->octets = g_byte_array_new();
    t->sim.topology = t->topology;
    t->sim.queue = t->queue;
    t->sim.rec = recorder_open(NULL, NULL, &error);
    g_assert_no_error(error);
    t->sim.net = network_new(t->queue, t->sim.rec, 1);
    t->sim.faults = faults_new(t->topology);
    t->core = core_new(&t->sim);
    static const char *const names[] = { "x", "y", "z" };
    for (unsigned i = 0; i < 3; i++) {
        t->ends[i] = network_add_node(t->sim.net, names[i], arrive, t);
        network_link_spec spec = { .name = names[i],
                                   .node = { core_node(t->core), t->ends[i] },
                                   .port = { i, i },
                                   .capture_end = 1,
                                   .mtu = 9000 };
        network_add_link(t->sim.net, &spec);
    }
    cats_address wide = address("5f00:0:e1::"), narrow = address("5f00:0:e1:46::");
    core_add_route(t->core, &wide, 48, 1);
    core_add_route(t->core, &narrow, 64, 2);
}

static void bench_free(bench *t)
{
    g_assert_cmpuint(network_in_flight(t->sim.net), ==, 0);
    core_free(t->core);
    faults_free(t->sim.faults);
    network_free(t->sim.net);
    recorder_abandon(t->sim.rec);
    event_queue_free(t->queue);
    cats_topology_free(t->topology);
    g_byte_array_free(t->octets, TRUE);
}

/* Sends and says by which port it left; 0: not at all. */
static unsigned route(bench *t, const uint8_t *octets, size_t length)
{
    t->arrivals = 0;
    network_send(t->sim.net, event_queue_now(t->queue), t->ends[0], 0, octets, length, "");
    while (event_queue_step(t->queue))
        ;
    g_assert_cmpuint(t->arrivals, <=, 1);
    return t->arrivals == 0 ? 0 : t->port;
}

/* An IPv4 or IPv6 packet in SRv6 with these segments; its length. */
static size_t encapsulated(bool ipv4, packet_encapsulation mode, const char *first, const char *second,
                           uint8_t *out, size_t size)
{
    uint8_t inner[200], segments[2][16];
    packet_ip_spec ip = { .source = address(ipv4 ? "10.1.0.4" : "2001:db8:1::4"),
                          .destination = address(ipv4 ? "192.0.2.80" : "2001:db8:80::80"),
                          .protocol = PACKET_PROTOCOL_UDP,
                          .hop_limit = 64 };
    size_t length = packet_udp_build(&ip, 1000, 2000, (const uint8_t *)"payload", 7, inner, sizeof inner);
    memcpy(segments[0], address(first).octets, 16);
    if (second != NULL)
        memcpy(segments[1], address(second).octets, 16);
    packet_encap_spec spec = { .segments = (const uint8_t(*)[16])segments,
                               .count = second == NULL ? 1 : 2,
                               .mode = mode };
    memcpy(spec.source, address("5f00:0:1::100").octets, 16);
    size_t made = packet_encapsulate(&spec, inner, length, out, size);
    g_assert_cmpuint(made, >, 0);
    return made;
}

#define CORE "5f00:0:c:1::"

static void test_end(void)
{
    bench t;
    bench_new(&t);
    for (unsigned ipv4 = 0; ipv4 < 2; ipv4++) {
        for (packet_encapsulation mode = PACKET_ENCAP_FULL; mode <= PACKET_ENCAP_REDUCED; mode++) {
            uint8_t octets[400];
            size_t length = encapsulated(ipv4, mode, CORE, "5f00:0:e1:ca75:3800:1::", octets, sizeof octets);
            g_assert_cmpuint(route(&t, octets, length), ==, 1);
            g_assert_cmpstr(t.comment, ==, "core: End, next segment");
            g_assert_cmpuint(t.octets->len, ==, length);
            g_assert_cmpint(memcmp(t.octets->data + 24, address("5f00:0:e1:ca75:3800:1::").octets, 16), ==,
                            0);
            g_assert_cmpuint(t.octets->data[43], ==, 0); /* Segments Left */
            g_assert_cmpuint(t.octets->data[7] + 1, ==, octets[7]);
            /* All the rest is as it was. */
            octets[7]--;
            octets[43]--;
            memcpy(octets + 24, t.octets->data + 24, 16);
            g_assert_cmpint(memcmp(t.octets->data, octets, length), ==, 0);
        }
    }
    bench_free(&t);
}

static void test_transit(void)
{
    bench t;
    uint8_t octets[400];
    bench_new(&t);
    size_t length =
        encapsulated(false, PACKET_ENCAP_REDUCED, "5f00:0:e1:ca75::", NULL, octets, sizeof octets);
    g_assert_cmpuint(route(&t, octets, length), ==, 1);
    g_assert_cmpstr(t.comment, ==, "");
    length = encapsulated(true, PACKET_ENCAP_FULL, "5f00:0:e1:46::", NULL, octets, sizeof octets);
    g_assert_cmpuint(route(&t, octets, length), ==, 2); /* the longer prefix */
    g_assert_cmpuint(core_count(t.core).forwarded, ==, 2);
    g_assert_cmpuint(core_count(t.core).dropped, ==, 0);
    bench_free(&t);
}

static void test_drops(void)
{
    bench t;
    uint8_t octets[400];
    bench_new(&t);
    size_t length = encapsulated(false, PACKET_ENCAP_FULL, CORE, "5f00:0:e1:ca75::", octets, sizeof octets);
    octets[7] = 1; /* hop limit */
    g_assert_cmpuint(route(&t, octets, length), ==, 0);
    octets[7] = 2;
    g_assert_cmpuint(route(&t, octets, length), ==, 1);
    octets[43] = 0; /* Segments Left at the core's own SID */
    g_assert_cmpuint(route(&t, octets, length), ==, 0);
    octets[43] = 9;
    g_assert_cmpuint(route(&t, octets, length), ==, 0);
    length = encapsulated(false, PACKET_ENCAP_FULL, CORE, "5f00:0:77::", octets, sizeof octets);
    g_assert_cmpuint(route(&t, octets, length), ==, 0); /* no route */
    length = encapsulated(true, PACKET_ENCAP_REDUCED, CORE, NULL, octets, sizeof octets);
    g_assert_cmpuint(route(&t, octets, length), ==, 0); /* its SID, and no SRH */
    octets[0] = 0x45;
    g_assert_cmpuint(route(&t, octets, length), ==, 0); /* no IPv6 */
    g_assert_cmpuint(core_count(t.core).dropped, ==, 6);
    bench_free(&t);
}

/* Every length of a packet that would be passed on whole. */
static void test_truncated(void)
{
    bench t;
    uint8_t octets[400];
    bench_new(&t);
    size_t length = encapsulated(false, PACKET_ENCAP_FULL, CORE, "5f00:0:e1:ca75::", octets, sizeof octets);
    for (size_t cut = 1; cut < length; cut++) {
        uint8_t *exact = g_memdup2(octets, cut);
        unsigned port = route(&t, exact, cut);
        g_assert_cmpuint(port, ==, cut >= 40 + 8 + 32 ? 1 : 0);
        g_free(exact);
    }
    bench_free(&t);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/core/end", test_end);
    g_test_add_func("/core/transit", test_transit);
    g_test_add_func("/core/drops", test_drops);
    g_test_add_func("/core/truncated", test_truncated);
    return g_test_run();
}
