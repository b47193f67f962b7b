/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sights for the unit tests of the steering tracker, in words, in the network of steering-case.h. */
#ifndef TESTS_UNIT_STEERING_SCENE_H
#define TESTS_UNIT_STEERING_SCENE_H

#include "epan-cats/steering-tracker.h"
#include "steering-case.h"

#define SCENE_MS INT64_C(1000000)
#define SCENE_SECOND INT64_C(1000000000)

enum { CLIENT, SERVICE, NODE, OTHER_CLIENT, SCENE_PLACES };
static const char *const scene_places[2][SCENE_PLACES] = {
    { "10.1.0.2", "192.0.2.80", "198.51.100.1", "10.1.0.3" },
    { "2001:db8:1::2", "2001:db8:80::80", "2001:db8:a::1", "2001:db8:1::3" },
};

/* SIDs: egress and argument as a client's flow has them, and those that it should not have. */
#define SID_CATS "5f00:0:e1:ca75:3200:7::"
#define SID_CATS_OTHER_ARGUMENT "5f00:0:e1:ca75:3200:8::"
#define SID_EGRESS2 "5f00:0:e2:ca75:3200:7::"
#define SID_DT46 "5f00:0:e1:46::"
#define SID_RETURN "5f00:0:1:46::"
#define SID_TRANSIT "5f00:0:c:1::"

enum { TCP_PROTOCOL = 6, UDP_PROTOCOL = 17, ICMP_PROTOCOL = 1 };

typedef struct scene {
    bool ipv6;
    cats_topology *topology; /* or NULL */
    cats_context context;
    steering_tracker *tracker;
    uint32_t frame; /* of the last sight */
    int64_t now;
    steering_sighting sighting; /* of the last sight */
    cats_findings findings;
    steering_flow told[16]; /* by flow number */
    unsigned tellings;
    bool without_findings; /* nobody wants them */
} scene;

/* One packet. Ports: 40000 to 443 unless given. */
typedef struct sight_words {
    int from, to;
    uint16_t from_port, to_port;
    uint8_t protocol; /* 0: TCP */
    bool fragment;
    int hop_limit; /* 0: 64 */
    bool opens, answers;
    uint32_t sequence, payload;
    uint32_t point;
    const char *sid; /* of the encapsulation; NULL: none */
    const char *via; /* transit SID in force, on the way to `sid` */
    uint32_t label;  /* outer; 0 is label 0x12345 */
    bool label_zero;
} sight_words;

static inline void scene_told(void *context, const steering_flow *flow)
{
    scene *s = context;
    s->tellings++;
    if (flow->number < G_N_ELEMENTS(s->told))
        s->told[flow->number] = *flow;
}

static inline steering_tracker_settings scene_settings(scene *s)
{
    steering_tracker_settings settings = steering_tracker_settings_default;
    settings.topology = s->topology;
    settings.listener = (steering_listener){ .context = s, .flow = scene_told };
    return settings;
}

/* The topology gives rows for SIDs and the CS-ID. */
static inline void scene_begin(scene *s, bool ipv6, bool with_topology)
{
    *s = (scene){ .ipv6 = ipv6, .now = 1000 * SCENE_SECOND };
    if (with_topology)
        s->topology = steering_topology();
    cats_context_init(&s->context);
    s->context.topology = s->topology;
    steering_tracker_settings settings = scene_settings(s);
    s->tracker = steering_tracker_new(&settings);
}

static inline void scene_end(scene *s)
{
    steering_tracker_free(s->tracker);
    cats_topology_free(s->topology);
}

static inline cats_flow_key scene_key(const scene *s, const sight_words *of)
{
    cats_flow_key key;
    memset(&key, 0, sizeof key);
    g_assert_true(cats_address_parse(scene_places[s->ipv6][of->from], &key.source));
    g_assert_true(cats_address_parse(scene_places[s->ipv6][of->to], &key.destination));
    key.protocol = of->protocol != 0 ? of->protocol : TCP_PROTOCOL;
    if (of->fragment || (key.protocol != TCP_PROTOCOL && key.protocol != UDP_PROTOCOL))
        return key;
    bool to_client = of->to == CLIENT || of->to == OTHER_CLIENT;
    key.ports_known = 1;
    key.source_port = of->from_port != 0 ? of->from_port : to_client ? 443 : 40000;
    key.destination_port = of->to_port != 0 ? of->to_port : to_client ? 40000 : 443;
    return key;
}

/* True when the packet is of a flow. */
static inline bool scene_see(scene *s, const sight_words *of)
{
    cats_flow_key key = scene_key(s, of);
    steering_sight sight = {
        .frame = ++s->frame,
        .time_ns = s->now,
        .point = of->point,
        .key = &key,
        .hop_limit = (uint8_t)(of->hop_limit != 0 ? of->hop_limit : 64),
        .opens = of->opens,
        .answers = of->answers,
        .sequence = of->sequence,
        .payload = of->payload,
    };
    steering_octets octets;
    cats_packet packet;
    cats_steering steering;
    if (of->sid != NULL) {
        steering_case words = {
            .destination = of->via != NULL ? of->via : of->sid,
            .segments = { of->via, of->via != NULL ? of->sid : NULL },
            .left = of->via != NULL ? 1 : 0,
            .next_header = s->ipv6 ? CATS_INNER_IPV6 : CATS_INNER_IPV4,
            .flow_label = of->label_zero   ? 0
                          : of->label != 0 ? of->label
                                           : 0x12345,
            .inner = scene_places[s->ipv6][of->to],
        };
        packet = steering_packet(&words, &octets);
        packet.frame = s->frame;
        cats_steering_read(&s->context, &packet, &steering, NULL);
        g_assert_true(steering.encapsulated);
        sight.outer = &packet;
        sight.steering = &steering;
    }
    cats_findings_clear(&s->findings);
    s->now += SCENE_MS;
    return steering_tracker_see(s->tracker, &sight, &s->sighting, s->without_findings ? NULL : &s->findings);
}

#define SEE(scene, ...) scene_see((scene), &(sight_words){ __VA_ARGS__ })
/* The packet is of the flow with this number. */
#define SEE_IN(scene, flow_number, ...)                                     \
    do {                                                                    \
        g_assert_true(SEE(scene, __VA_ARGS__));                             \
        g_assert_true((scene)->sighting.in_flow);                           \
        g_assert_cmpuint((scene)->sighting.flow.number, ==, (flow_number)); \
    } while (0)
/* The packet is of no flow. */
#define SEE_OUT(scene, ...)                        \
    do {                                           \
        g_assert_false(SEE(scene, __VA_ARGS__));   \
        g_assert_false((scene)->sighting.in_flow); \
    } while (0)

/* The last packet broke no rule of the flow. */
static inline void assert_silent(const scene *s)
{
    for (unsigned i = 0; i < s->findings.count; i++)
        g_test_message("%s: %s", cats_rule_get(s->findings.list[i].rule)->id, s->findings.list[i].text);
    g_assert_cmpuint(s->findings.count, ==, 0);
}

/* The last packet broke this rule alone, with this text. */
static inline void assert_finding(const scene *s, cats_rule_id rule, const char *text)
{
    g_assert_cmpuint(s->findings.count, ==, 1);
    g_assert_cmpstr(cats_rule_get(s->findings.list[0].rule)->id, ==, cats_rule_get(rule)->id);
    g_assert_cmpstr(s->findings.list[0].text, ==, text);
}

static inline void assert_verdict(const scene *s, steering_verdict verdict)
{
    const steering_flow *flow = &s->sighting.flow;
    g_assert_cmpstr(steering_verdict_name(flow->verdict), ==, steering_verdict_name(verdict));
    g_assert_true(memcmp(&s->told[flow->number], flow, sizeof *flow) == 0);
}

/* Registers the test for both families. */
static inline void scene_add(const char *name, void (*test)(const void *is_ipv6))
{
    g_autofree char *ipv4 = g_strdup_printf("/steering-tracker/%s/ipv4", name);
    g_autofree char *ipv6 = g_strdup_printf("/steering-tracker/%s/ipv6", name);
    g_test_add_data_func(ipv4, GINT_TO_POINTER(false), test);
    g_test_add_data_func(ipv6, GINT_TO_POINTER(true), test);
}

#endif
