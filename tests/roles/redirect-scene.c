/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A client role and a service node role on a virtual link. */
#include "redirect-scene.h"

#include "epan-cats/packet-build.h"
#include <string.h>

enum { STEPS_MAX = 1000000 };

static void on_client_packet(void *self, int64_t now, const uint8_t *octets, size_t length,
                             const role_sink *sink)
{
    client_packet(((scene *)self)->client, now, octets, length, sink);
}

static int64_t on_client_deadline(const void *self)
{
    return client_deadline(((const scene *)self)->client);
}

static void on_client_expire(void *self, int64_t now, const role_sink *sink)
{
    client_expire(((scene *)self)->client, now, sink);
}

static void on_node_packet(void *self, int64_t now, const uint8_t *octets, size_t length,
                           const role_sink *sink)
{
    service_node_packet(((scene *)self)->node, now, octets, length, sink);
}

static int64_t on_node_deadline(const void *self)
{
    return service_node_deadline(((const scene *)self)->node);
}

static void on_node_expire(void *self, int64_t now, const role_sink *sink)
{
    service_node_expire(((scene *)self)->node, now, sink);
}

static cats_address address(unsigned family, const char *ipv4, const char *ipv6)
{
    cats_address result;
    g_assert_true(cats_address_parse(family == 4 ? ipv4 : ipv6, &result));
    return result;
}

cats_address scene_client(unsigned family)
{
    return address(family, "10.1.0.2", "2001:db8:1::2");
}

cats_address scene_anycast(unsigned family)
{
    return address(family, "192.0.2.80", "2001:db8:80::80");
}

cats_address scene_own(unsigned family)
{
    return address(family, "10.3.2.2", "2001:db8:3:2::2");
}

cats_flow_key scene_flow(unsigned family, uint16_t client_port)
{
    cats_flow_key flow;
    memset(&flow, 0, sizeof flow);
    flow.source = scene_anycast(family);
    flow.destination = scene_client(family);
    flow.protocol = PACKET_PROTOCOL_TCP;
    flow.ports_known = 1;
    flow.source_port = SCENE_ANYCAST_PORT;
    flow.destination_port = client_port;
    return flow;
}

scene *scene_new(uint32_t seed, unsigned family)
{
    scene *s = g_new0(scene, 1);
    s->link = virtual_link_new(seed);
    s->family = family;
    s->tcp = tcp_settings_default();
    s->tcp.retries = s->tcp.syn_retries = 60;
    s->tcp.fin_wait_2 = s->tcp.idle = 36000 * SECOND;
    s->client_config = (client_config){ .numbers = affinity_numbers_default,
                                        .capability = CLIENT_SAF,
                                        .request_length = 3000,
                                        .seed = seed,
                                        .tcp = &s->tcp };
    s->node_config = (service_node_config){ .name = "n1",
                                            .numbers = affinity_numbers_default,
                                            .anycast_ipv4 = scene_anycast(4),
                                            .anycast_ipv6 = scene_anycast(6),
                                            .anycast_port = SCENE_ANYCAST_PORT,
                                            .own_ipv4 = scene_own(4),
                                            .own_ipv6 = scene_own(6),
                                            .own_port = SCENE_OWN_PORT,
                                            .request_length = 3000,
                                            .response_length = 20000,
                                            .anycast_response_length = 100,
                                            .seed = seed + 1,
                                            .tcp = &s->tcp };
    return s;
}

void scene_start(scene *s)
{
    s->client = client_new(&s->client_config);
    s->node = service_node_new(&s->node_config);
    s->link->parties[0] = (party){ s, on_client_packet, on_client_deadline, on_client_expire };
    s->link->parties[1] = (party){ s, on_node_packet, on_node_deadline, on_node_expire };
}

void scene_free(scene *s)
{
    client_free(s->client);
    service_node_free(s->node);
    virtual_link_free(s->link);
    g_free(s);
}

bool scene_open(scene *s, uint16_t source_port)
{
    const cats_address source = scene_client(s->family), service = scene_anycast(s->family);
    return client_open(s->client, s->link->now, &source, source_port, &service, SCENE_ANYCAST_PORT,
                       &s->link->sinks[0]);
}

void scene_run(scene *s, int64_t duration)
{
    virtual_link_run(s->link, s->link->now + duration, STEPS_MAX);
}

tcp_segment scene_read(const scene *s, const uint8_t *octets, size_t length)
{
    tcp_segment segment;
    const char *reason;
    g_assert_true(tcp_segment_read(&s->client_config.numbers, octets, length, &segment, &reason));
    return segment;
}

size_t scene_with_options(const uint8_t *octets, size_t length, const uint8_t *options, size_t options_length,
                          bool fin, uint8_t *out, size_t size)
{
    tcp_segment s;
    const char *reason;
    g_assert_true(tcp_segment_read(&affinity_numbers_default, octets, length, &s, &reason));
    const uint16_t flags = (uint16_t)(fin ? s.flags | TCP_FLAG_FIN : s.flags & ~TCP_FLAG_FIN);
    const packet_ip_spec ip = { .source = s.flow.source,
                                .destination = s.flow.destination,
                                .protocol = PACKET_PROTOCOL_TCP,
                                .hop_limit = 64 };
    const packet_tcp_spec tcp = { .source_port = s.flow.source_port,
                                  .destination_port = s.flow.destination_port,
                                  .sequence = s.sequence,
                                  .acknowledgment = s.acknowledgment,
                                  .flags = flags,
                                  .window = s.window,
                                  .options = options,
                                  .options_length = options_length,
                                  .payload = s.payload,
                                  .payload_length = s.length };
    return packet_tcp_build(&ip, &tcp, out, size);
}
