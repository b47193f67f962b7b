/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ICMP to end points: echo, errors about segments, whole, cut short and forged; what they do to a connection.
 * Spec: RFC 792, RFC 4443, RFC 1191, RFC 8201, RFC 5927. */
#include "redirect-scene.h"

#include "capture-tools/roles/icmp-echo.h"
#include "capture-tools/roles/icmp-error.h"
#include "capture-tools/roles/tcp-icmp.h"
#include "epan-cats/checksum.h"
#include "epan-cats/packet-build.h"
#include <string.h>

static const unsigned families[] = { 4, 6 };

static cats_address router(unsigned family)
{
    cats_address address;
    g_assert_true(cats_address_parse(family == 4 ? "10.1.0.1" : "2001:db8:1::1", &address));
    return address;
}

/* ---- echo ---- */

static size_t build_echo(unsigned family, uint8_t *octets, size_t size)
{
    const bool ipv4 = family == 4;
    const packet_ip_spec ip = { .source = router(family),
                                .destination = scene_client(family),
                                .protocol = ipv4 ? PACKET_PROTOCOL_ICMP : PACKET_PROTOCOL_ICMPV6,
                                .hop_limit = 64 };
    uint8_t message[20] = { ipv4 ? 8 : 128, 0, 0, 0, 0x12, 0x34, 0, 1, 'p', 'a', 'y', 'l', 'o', 'a', 'd' };
    const uint32_t sum =
        ipv4 ? 0 : checksum_pseudo(&ip.source, &ip.destination, PACKET_PROTOCOL_ICMPV6, sizeof message);
    packet_put16(message + 2, checksum_finish(checksum_add(message, sizeof message, sum)));
    const size_t head = packet_ip_header_length(&ip);
    g_assert_true(packet_ip_build(&ip, sizeof message, octets, size));
    memcpy(octets + head, message, sizeof message);
    return head + sizeof message;
}

static void test_echo(void)
{
    static uint8_t reply[ICMP_ECHO_MAX], again[ICMP_ECHO_MAX];
    for (unsigned i = 0; i < G_N_ELEMENTS(families); i++) {
        uint8_t octets[128];
        const size_t length = build_echo(families[i], octets, sizeof octets);
        const size_t head = families[i] == 4 ? 20u : 40u;
        packet p;
        g_assert_cmpuint(icmp_echo_reply(octets, length, reply), ==, length);
        packet_walk(PACKET_LINK_RAW, reply, (uint32_t)length, (uint32_t)length, &p);
        g_assert_cmpint(p.end, ==, PACKET_COMPLETE);
        const cats_address source = packet_source(&p, &p.ip[0]), from = scene_client(families[i]);
        g_assert_true(cats_address_equal(&source, &from));
        g_assert_cmpuint(reply[head], ==, families[i] == 4 ? 0 : 129);
        g_assert_true(memcmp(reply + head + 4, octets + head + 4, 16) == 0);
        g_assert_cmpuint(icmp_echo_reply(reply, length, again), ==, 0); /* a reply is not answered */
        for (size_t cut = 0; cut < length; cut++)
            g_assert_cmpuint(icmp_echo_reply(octets, cut, reply), ==, 0);
        octets[length - 1] ^= 1;
        g_assert_cmpuint(icmp_echo_reply(octets, length, reply), ==, 0);
    }
}

/* ---- errors ---- */

/* The error that a router sends about a packet. */
static size_t error_about(icmp_error error, uint32_t mtu, const uint8_t *octets, size_t length, uint8_t *out)
{
    packet p;
    packet_walk(PACKET_LINK_RAW, octets, (uint32_t)length, (uint32_t)length, &p);
    const forwarding_packet about = { .octets = octets,
                                      .length = length,
                                      .source = packet_source(&p, &p.ip[0]),
                                      .destination = packet_destination(&p, &p.ip[0]) };
    const cats_address from = router(about.source.family);
    const size_t built = icmp_error_build(error, &from, &about, mtu, out);
    g_assert_cmpuint(built, >, 0);
    return built;
}

/* A router on the link that takes packets up to an MTU, or none at all. */
typedef struct narrow {
    scene *s;
    uint32_t mtu; /* 0: no way */
    bool hard;    /* the port is unreachable, not the network */
    bool forged;  /* says it of a sequence number that is not under way */
    unsigned told;
    size_t longest;
} narrow;

/* Port unreachable in the place of no route. */
static void make_hard(unsigned family, uint8_t *error)
{
    enum { CHECKSUM = 2, IPV4_PORT = 3, IPV6_PORT = 4 };
    uint8_t *message = error + (family == 4 ? 20 : 40);
    uint16_t before = packet_get16(message);
    message[1] = family == 4 ? IPV4_PORT : IPV6_PORT;
    packet_put16(message + CHECKSUM,
                 checksum_adjust(packet_get16(message + CHECKSUM), before, packet_get16(message)));
}

static bool pass(virtual_link *link, unsigned from, uint8_t *octets, size_t *length, const char *comment)
{
    narrow *n = link->tap_data;
    uint8_t error[ICMP_ERROR_MAX];
    (void)comment;
    if (n->mtu != 0 && *length <= n->mtu) {
        n->longest = MAX(n->longest, *length);
        return true;
    }
    if (n->forged) {
        uint8_t copy[10000];
        const size_t tcp = n->s->family == 4 ? 20u : 40u;
        memcpy(copy, octets, *length);
        packet_put32(copy + tcp + 4, packet_get32(copy + tcp + 4) + 100000000);
        const size_t built = error_about(ICMP_TOO_BIG, n->mtu, copy, *length, error);
        virtual_link_inject(link, from, error, built, MS);
        return true;
    }
    n->told++;
    const size_t built =
        error_about(n->mtu == 0 ? ICMP_NO_ROUTE : ICMP_TOO_BIG, n->mtu, octets, *length, error);
    if (n->hard)
        make_hard(n->s->family, error);
    virtual_link_inject(link, from, error, built, MS);
    return false;
}

static scene *narrow_scene(unsigned family, narrow *n)
{
    scene *s = scene_new(1, family);
    s->link->tap = pass;
    s->link->tap_data = n;
    s->client_config.request_length = s->node_config.request_length = 20000;
    s->node_config.response_length = 30000;
    s->node_config.anycast_response_length = 0;
    n->s = s;
    scene_start(s);
    g_assert_true(scene_open(s, 40000));
    return s;
}

static void test_too_big(void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(families); i++) {
        narrow n = { .mtu = 1300 };
        scene *s = narrow_scene(families[i], &n);
        scene_run(s, 10 * SECOND);
        const client_counts counts = client_count(s->client);
        g_assert_cmpuint(counts.finished, ==, 2);
        g_assert_cmpuint(counts.verified, ==, 30000);
        g_assert_cmpuint(n.told, >=, 2);
        g_assert_cmpuint(n.longest, ==, 1300);
        g_assert_cmpuint(client_tcp_counts(s->client)->path_mtu_lowered, ==, 2);
        g_assert_cmpuint(service_node_tcp_counts(s->node)->path_mtu_lowered, ==, 1);
        /* Nothing waited for a timer. */
        g_assert_cmpuint(client_tcp_counts(s->client)->timeouts, ==, 0);
        scene_free(s);
    }
}

static void test_forged(void)
{
    narrow n = { .mtu = 1300, .forged = true };
    scene *s = narrow_scene(4, &n);
    scene_run(s, 10 * SECOND);
    g_assert_cmpuint(client_count(s->client).finished, ==, 2);
    g_assert_cmpuint(client_tcp_counts(s->client)->path_mtu_lowered, ==, 0);
    g_assert_cmpuint(client_tcp_counts(s->client)->unacceptable, >, 0);
    scene_free(s);
}

static void test_unreachable(void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(families); i++) {
        narrow n = { .mtu = 0, .hard = true };
        scene *s = narrow_scene(families[i], &n);
        scene_run(s, SECOND / 2);
        const link_event *failed = virtual_link_event(s->link, "failed", 0);
        g_assert_nonnull(failed);
        g_assert_nonnull(strstr(failed->text, "reason=unreachable"));
        scene_free(s);
    }
}

/* A route that is missing for a while: the opening goes on. */
static void test_soft(void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(families); i++) {
        narrow n = { .mtu = 0 };
        scene *s = narrow_scene(families[i], &n);
        scene_run(s, SECOND / 2);
        g_assert_null(virtual_link_event(s->link, "failed", 0));
        g_assert_cmpuint(client_tcp_counts(s->client)->unreachable, ==, n.told);
        g_assert_cmpuint(n.told, >, 0);
        n.mtu = 9000;
        scene_run(s, 10 * SECOND);
        g_assert_cmpuint(client_count(s->client).finished, ==, 2);
        scene_free(s);
    }
}

static void test_reading(void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(families); i++) {
        uint8_t segment[1500], error[ICMP_ERROR_MAX], payload[1000] = { 0 };
        tcp_icmp icmp;
        const packet_ip_spec ip = { .source = scene_client(families[i]),
                                    .destination = scene_anycast(families[i]),
                                    .hop_limit = 64 };
        const packet_tcp_spec tcp = { .source_port = 40000,
                                      .destination_port = 80,
                                      .sequence = 12345,
                                      .payload = payload,
                                      .payload_length = sizeof payload };
        const size_t length = packet_tcp_build(&ip, &tcp, segment, sizeof segment);
        const size_t built = error_about(ICMP_TOO_BIG, 1300, segment, length, error);
        g_assert_true(tcp_icmp_read(error, built, &icmp));
        g_assert_cmpint(icmp.kind, ==, TCP_ICMP_TOO_BIG);
        g_assert_cmpuint(icmp.mtu, ==, 1300);
        g_assert_cmpuint(icmp.sequence, ==, 12345);
        const cats_flow_key expected = scene_flow(families[i], 40000);
        g_assert_true(cats_flow_key_equal(&icmp.flow, &expected));
        g_assert_false(tcp_icmp_read(segment, length, &icmp));
        for (size_t cut = 0; cut < built; cut++)
            g_assert_false(tcp_icmp_read(error, cut, &icmp));
        for (size_t at = 0; at < built; at++) { /* total; and no damage passes for the error itself */
            error[at] ^= 0x55;
            tcp_icmp_read(error, built, &icmp);
            error[at] ^= 0x55;
        }
        error[built - 1] ^= 1;
        g_assert_false(tcp_icmp_read(error, built, &icmp));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/endpoint-icmp/echo", test_echo);
    g_test_add_func("/endpoint-icmp/reading", test_reading);
    g_test_add_func("/endpoint-icmp/too-big", test_too_big);
    g_test_add_func("/endpoint-icmp/forged", test_forged);
    g_test_add_func("/endpoint-icmp/unreachable", test_unreachable);
    g_test_add_func("/endpoint-icmp/soft", test_soft);
    return g_test_run();
}
