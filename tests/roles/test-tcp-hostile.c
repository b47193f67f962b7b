/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Input that means harm: cut at every length, one bit off, random segments that fit a live connection,
 * garbage. The roles never crash, never talk without end, and hold nothing at the end. */
#include "redirect-scene.h"

#include "epan-cats/checksum.h"
#include "epan-cats/packet-build.h"
#include <string.h>

static const unsigned families[] = { 4, 6 };

/* The packets of a whole session, by direction. */
typedef struct recording {
    GPtrArray *packets[2]; /* of GBytes, by sender */
} recording;

static bool record(virtual_link *link, unsigned from, uint8_t *octets, size_t *length, const char *comment)
{
    const recording *r = link->tap_data;
    (void)comment;
    g_ptr_array_add(r->packets[from], g_bytes_new(octets, *length));
    return true;
}

static recording record_session(unsigned family)
{
    recording r;
    scene *s = scene_new(3, family);
    for (unsigned i = 0; i < 2; i++)
        r.packets[i] = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    s->link->tap = record;
    s->link->tap_data = &r;
    scene_start(s);
    scene_open(s, 40000);
    scene_run(s, 60 * SECOND);
    g_assert_cmpuint(client_count(s->client).reconnected, ==, 1);
    scene_free(s);
    return r;
}

static void forget(recording *r)
{
    g_ptr_array_unref(r->packets[0]);
    g_ptr_array_unref(r->packets[1]);
}

static void hit(scene *s, unsigned to, const uint8_t *octets, size_t length)
{
    const party *p = &s->link->parties[to];
    /* A buffer of the exact size shows a read beyond it. */
    uint8_t *exact = g_memdup2(octets, length);
    p->packet(p->self, s->link->now, exact, length, &s->link->sinks[to]);
    g_free(exact);
}

static scene *fresh(unsigned family)
{
    scene *s = scene_new(3, family);
    s->link->keep_events = false;
    scene_start(s);
    scene_open(s, 40000);
    return s;
}

/* Every packet of a session cut at every length, and with every bit of its header and some of its payload
 * turned: dropped for a reason, no connection notices, no packet answers. */
static void test_damaged(void)
{
    for (unsigned f = 0; f < G_N_ELEMENTS(families); f++) {
        recording r = record_session(families[f]);
        for (unsigned from = 0; from < 2; from++) {
            scene *s = fresh(families[f]);
            scene_run(s, 25 * MS);
            const uint64_t sent = s->link->sent[!from];
            uint64_t drops = s->link->drops[!from];
            for (unsigned i = 0; i < r.packets[from]->len; i++) {
                gsize length;
                const uint8_t *octets = g_bytes_get_data(g_ptr_array_index(r.packets[from], i), &length);
                for (size_t cut = 0; cut < length; cut++) {
                    hit(s, !from, octets, cut);
                    g_assert_cmpuint(s->link->drops[!from], ==, ++drops);
                }
                uint8_t *copy = g_memdup2(octets, length);
                const size_t header = families[f] == 4 ? 20 : 40;
                for (size_t bit = 8 * header; bit < 8 * MIN(length, header + 100); bit++) {
                    copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
                    hit(s, !from, copy, length);
                    copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
                    g_assert_cmpuint(s->link->drops[!from], ==, ++drops);
                }
                g_free(copy);
            }
            g_assert_cmpuint(s->link->sent[!from], ==, sent);
            scene_run(s, 100 * SECOND);
            g_assert_cmpuint(client_count(s->client).reconnected, ==, 1);
            scene_free(s);
        }
        forget(&r);
    }
}

static uint32_t near(uint32_t value)
{
    switch (g_test_rand_int_range(0, 5)) {
    case 0:
        return value;
    case 1:
        return value + (uint32_t)g_test_rand_int_range(-3000, 3000);
    case 2:
        return value + (uint32_t)g_test_rand_int_range(-300000, 300000);
    case 3:
        return value + 0x80000000u + (uint32_t)g_test_rand_int_range(-2, 2);
    default:
        return (uint32_t)g_test_rand_int();
    }
}

static size_t random_options(const tcp_endpoint *e, uint8_t options[TCP_OPTIONS_MAX])
{
    static const uint8_t kinds[] = { 0, 1, 2, 3, 4, 5, 8, 200, 253, 254 };
    size_t length = 0;
    if (e && e->timestamps && g_test_rand_int_range(0, 4)) {
        const tcp_options_spec spec = {
            .scale = -1, .timestamps = true, .ts_value = near(e->ts_recent), .ts_echo = near(e->ts_offset)
        };
        length = tcp_options_build(&spec, options).length;
    }
    const size_t end = (size_t)g_test_rand_int_range((int)length, TCP_OPTIONS_MAX + 1);
    while (length < end) {
        const uint8_t kind = kinds[g_test_rand_int_range(0, G_N_ELEMENTS(kinds))];
        options[length++] = g_test_rand_bit() ? kind : (uint8_t)g_test_rand_int_range(0, 256);
        if (length < end && g_test_rand_bit())
            options[length++] = (uint8_t)g_test_rand_int_range(0, 24);
    }
    return length;
}

/* A segment that the end point `to` may take for its peer's: any flags, numbers near the right ones, any
 * options. */
static size_t random_segment(const scene *s, unsigned to, uint8_t *octets, size_t size)
{
    static const uint16_t usual[] = { TCP_FLAG_SYN, TCP_FLAG_SYN | TCP_FLAG_ACK,
                                      TCP_FLAG_ACK, TCP_FLAG_FIN | TCP_FLAG_ACK,
                                      TCP_FLAG_RST, TCP_FLAG_RST | TCP_FLAG_ACK };
    cats_flow_key flow = scene_flow(s->family, (uint16_t)g_test_rand_int_range(40000, 40004));
    if (g_test_rand_int_range(0, 3) == 0) {
        flow.source = scene_own(s->family);
        flow.source_port = SCENE_OWN_PORT;
    }
    if (to == 1) {
        const cats_flow_key back = flow;
        flow.source = back.destination;
        flow.destination = back.source;
        flow.source_port = back.destination_port;
        flow.destination_port = back.source_port;
    }
    const tcp_endpoint *e = to == 0 ? client_find(s->client, &flow) : service_node_find(s->node, &flow);
    uint8_t options[TCP_OPTIONS_MAX], payload[1400];
    for (size_t i = 0; i < sizeof payload; i++)
        payload[i] = (uint8_t)i;
    const packet_ip_spec ip = {
        .source = flow.source, .destination = flow.destination, .protocol = 6, .hop_limit = 64
    };
    const packet_tcp_spec tcp = {
        .source_port = flow.source_port,
        .destination_port = flow.destination_port,
        .sequence = near(e ? e->rcv_nxt : 0),
        .acknowledgment = near(e ? e->snd_una : 0),
        .flags = g_test_rand_bit() ? usual[g_test_rand_int_range(0, G_N_ELEMENTS(usual))]
                                   : (uint16_t)g_test_rand_int_range(0, 4096),
        .window = g_test_rand_int_range(0, 3) ? (uint16_t)g_test_rand_int_range(0, 65536) : 0,
        .options_length = random_options(e, options),
        .options = options,
        .payload = payload,
        .payload_length = g_test_rand_bit() ? 0 : (size_t)g_test_rand_int_range(0, sizeof payload),
    };
    return packet_tcp_build(&ip, &tcp, octets, size);
}

/* Random segments into running sessions. The link stays below a bound of packets that grows with what came
 * in, and at the end, whatever the sessions came to, nothing is held. */
static void test_random_segments(void)
{
    for (unsigned round = 0; round < 300; round++) {
        enum { HITS = 150 };
        scene *s = scene_new(round, families[round % 2]);
        s->link->keep_events = false;
        s->tcp = tcp_settings_default();
        s->tcp.timestamps = round % 3 != 0;
        s->tcp.reassembly_segments = 16;
        scene_start(s);
        for (uint16_t i = 0; i < 2; i++)
            scene_open(s, (uint16_t)(40000 + 2 * i));
        for (unsigned i = 0; i < HITS; i++) {
            uint8_t octets[2048];
            const unsigned to = (unsigned)g_test_rand_int_range(0, 2);
            const size_t length = random_segment(s, to, octets, sizeof octets);
            g_assert_cmpuint(length, >, 0);
            hit(s, to, octets, length);
            scene_run(s, g_test_rand_int_range(0, 5 * (int)MS));
        }
        scene_run(s, 7200 * SECOND);
        g_assert_cmpuint(client_count(s->client).live, ==, 0);
        g_assert_cmpuint(service_node_count(s->node).live, ==, 0);
        g_assert_cmpuint(s->link->sent[0] + s->link->sent[1], <, 20 * HITS);
        g_assert_cmpuint(client_tcp_counts(s->client)->resets_sent +
                             service_node_tcp_counts(s->node)->resets_sent,
                         <=, s->link->sent[0] + s->link->sent[1]);
        scene_free(s);
    }
}

/* Random segments for which there is no connection: at most one packet each, and the two roles do not go on.
 */
static void test_random_strays(void)
{
    for (unsigned f = 0; f < G_N_ELEMENTS(families); f++) {
        scene *s = scene_new(1, families[f]);
        s->link->keep_events = false;
        s->tcp = tcp_settings_default();
        scene_start(s);
        for (unsigned i = 0; i < 3000; i++) {
            uint8_t octets[2048];
            hit(s, 0, octets, random_segment(s, 0, octets, sizeof octets));
            g_assert_cmpuint(s->link->sent[0], <=, i + 1);
        }
        scene_run(s, 100 * SECOND);
        g_assert_cmpuint(s->link->sent[0] + s->link->sent[1], <=, 2 * 3000);
        g_assert_cmpuint(client_count(s->client).live, ==, 0);
        scene_free(s);
    }
}

/* Octets without sense, with and without the first nibble of IP and right checksums. */
static void test_garbage(void)
{
    scene *s = fresh(4);
    for (unsigned round = 0; round < 100000; round++) {
        uint8_t octets[120];
        const size_t length = (size_t)g_test_rand_int_range(0, sizeof octets + 1);
        for (size_t i = 0; i < length; i++)
            octets[i] = (uint8_t)g_test_rand_int_range(0, 256);
        if (length > 40 && g_test_rand_bit()) {
            octets[0] = g_test_rand_bit() ? 0x45 : 0x60;
            if (octets[0] == 0x45) {
                packet_put16(octets + 2, (uint16_t)length);
                packet_put16(octets + 6, 0);
                octets[9] = PACKET_PROTOCOL_TCP;
            } else {
                packet_put16(octets + 4, (uint16_t)(length - 40));
                octets[6] = PACKET_PROTOCOL_TCP;
            }
            (void)checksum_write(octets, length);
        }
        hit(s, (unsigned)g_test_rand_int_range(0, 2), octets, length);
    }
    scene_run(s, 100 * SECOND);
    g_assert_cmpuint(client_count(s->client).reconnected, ==, 1);
    scene_free(s);
}

/* A flood of SYNs from everywhere: the node holds no more than it is allowed to, and lets go of all of them.
 */
static void test_syn_flood(void)
{
    scene *s = scene_new(1, 6);
    s->link->keep_events = false;
    s->link->loss = 1;
    s->tcp = tcp_settings_default();
    s->node_config.connections_max = 1000;
    scene_start(s);
    cats_flow_key flow = scene_flow(6, 1);
    for (unsigned i = 0; i < 50000; i++) {
        uint8_t octets[100];
        packet_ip_spec ip = {
            .source = flow.destination, .destination = flow.source, .protocol = 6, .hop_limit = 64
        };
        packet_put32(ip.source.octets + 8, (uint32_t)g_test_rand_int());
        const packet_tcp_spec tcp = { .source_port = (uint16_t)g_test_rand_int_range(1, 65536),
                                      .destination_port = SCENE_ANYCAST_PORT,
                                      .sequence = (uint32_t)g_test_rand_int(),
                                      .flags = TCP_FLAG_SYN | 0x200,
                                      .window = 1000 };
        hit(s, 1, octets, packet_tcp_build(&ip, &tcp, octets, sizeof octets));
    }
    g_assert_cmpuint(service_node_count(s->node).live, ==, 1000);
    virtual_link_run(s->link, s->link->now + 1000 * SECOND, 100000);
    g_assert_cmpuint(service_node_count(s->node).live, ==, 0);
    scene_free(s);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tcp/hostile/damaged", test_damaged);
    g_test_add_func("/tcp/hostile/random-segments", test_random_segments);
    g_test_add_func("/tcp/hostile/random-strays", test_random_strays);
    g_test_add_func("/tcp/hostile/garbage", test_garbage);
    g_test_add_func("/tcp/hostile/syn-flood", test_syn_flood);
    return g_test_run();
}
