/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libFuzzer: any sequence of packets between a few places, steered to a few SIDs or plain, through the
 * steering tracker in little room. What it says of a packet is what it told its listener, and its counts add
 * up. Input: one octet of settings, then records of RECORD octets, a packet each. */
#include "epan-cats/steering-tracker.h"

#include "leaping-time.h"
#include <glib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A record: both places, what it is, which SID, flow label, hop limit and point, sequence number, payload,
 * time. */
enum { PLACES, WHAT, SID, LABEL, HOPS, SEQUENCE, PAYLOAD, TIME, RECORD };
enum { TOPOLOGY_BIT = 0x01, ROOM_SHIFT = 1 };
/* In WHAT. */
enum {
    STEERED = 0x01,
    UDP = 0x02,
    FRAGMENT = 0x04,
    OPENS = 0x08,
    ANSWERS = 0x10,
    FROM_PORT = 0x20,
    TO_PORT = 0x40
};

#define PACKETS_MAX 4096

static const char *const places[] = {
    "10.1.0.2",      "10.1.0.3",      "192.0.2.80",      "203.0.113.21",
    "2001:db8:1::2", "2001:db8:1::3", "2001:db8:80::80", "2001:db8:e1:1::1"
};
/* End.CATS of two egresses with two arguments, decapsulation there and at the ingress, transit, nobody's. */
static const char *const sids[] = { "5f00:0:e1:ca75:3200:7::", "5f00:0:e1:ca75:3200:8::",
                                    "5f00:0:e2:ca75:3200:7::", "5f00:0:e1:46::",
                                    "5f00:0:1:46::",           "5f00:0:c:1::",
                                    "5f00:0:e1:ca75::",        "2001:db8::1" };

/* What the listener was told. */
typedef struct told {
    bool known[PACKETS_MAX];
    steering_flow flows[PACKETS_MAX];
} told;
static told listened;

static void told_flow(void *context, const steering_flow *flow)
{
    told *t = context;
    g_assert_cmpuint(flow->number, <, PACKETS_MAX);
    g_assert_true(!t->known[flow->number] || flow->verdict >= t->flows[flow->number].verdict);
    t->known[flow->number] = true;
    t->flows[flow->number] = *flow;
}

static cats_address address_of(const char *text)
{
    cats_address address;
    g_assert_true(cats_address_parse(text, &address));
    return address;
}

static cats_flow_key key_of(const uint8_t *of)
{
    cats_flow_key key;
    memset(&key, 0, sizeof key);
    key.source = address_of(places[(of[PLACES] >> 4) % G_N_ELEMENTS(places)]);
    key.destination = address_of(places[of[PLACES] % G_N_ELEMENTS(places)]);
    key.protocol = of[WHAT] & UDP ? 17 : 6;
    if ((of[WHAT] & FRAGMENT) != 0)
        return key;
    key.ports_known = 1;
    key.source_port = of[WHAT] & FROM_PORT ? 40000 : 80;
    key.destination_port = of[WHAT] & TO_PORT ? 40000 : 80;
    return key;
}

static void check(const steering_tracker *tracker, bool in_flow, const steering_sighting *sighting,
                  const cats_findings *findings, uint32_t room)
{
    steering_tracker_count count = steering_tracker_count_get(tracker);
    uint64_t judged = 0;

    g_assert_cmpuint(count.flows_held, <=, room);
    g_assert_true(steering_tracker_is_empty(tracker) == (count.flows_held == 0));
    for (unsigned i = 0; i < STEERING_VERDICT_COUNT; i++)
        judged += count.verdicts[i];
    g_assert_cmpuint(judged, ==, count.flows);
    for (unsigned i = 0; i < findings->count; i++)
        g_assert_cmpuint(strnlen(findings->list[i].text, CATS_FINDING_TEXT), <, CATS_FINDING_TEXT);
    g_assert_true(in_flow == sighting->in_flow);
    if (!in_flow)
        return;
    g_assert_cmpuint(sighting->flow.number, <, count.flows);
    const steering_flow *known = &listened.flows[sighting->flow.number];
    g_assert_true(listened.known[sighting->flow.number]);
    g_assert_cmpuint(known->first_frame, ==, sighting->flow.first_frame);
    g_assert_cmpuint(known->site_frame, ==, sighting->flow.site_frame);
    g_assert_cmpuint(known->site_point, ==, sighting->flow.site_point);
    g_assert_true(known->verdict == sighting->flow.verdict);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t source[16] = { 0x5f, [5] = 1, [15] = 1 };
    static cats_topology *topology;
    steering_tracker_settings settings = steering_tracker_settings_default;
    cats_context context;
    int64_t now = 0;

    if (size == 0)
        return 0;
    if (topology == NULL)
        topology = cats_topology_builtin();
    memset(&listened, 0, sizeof listened);
    settings.listener = (steering_listener){ .context = &listened, .flow = told_flow };
    settings.topology = data[0] & TOPOLOGY_BIT ? topology : NULL;
    settings.flows = 1 + (data[0] >> ROOM_SHIFT) % 32;
    cats_context_init(&context);
    context.topology = settings.topology;
    steering_tracker *tracker = steering_tracker_new(&settings);
    for (size_t i = 0; i < (size - 1) / RECORD && i < PACKETS_MAX; i++) {
        const uint8_t *of = data + 1 + i * RECORD;
        cats_flow_key key = key_of(of);
        cats_address sid = address_of(sids[of[SID] % G_N_ELEMENTS(sids)]);
        cats_packet outer = {
            .outer_source = source,
            .outer_destination = sid.octets,
            .flow_label = of[LABEL],
            .next_header = key.source.family == 4 ? CATS_INNER_IPV4 : CATS_INNER_IPV6,
            .inner_destination = key.destination,
        };
        cats_steering steering;
        steering_sighting sighting;
        cats_findings findings;

        now = later(now, of[TIME]);
        steering_sight sight = {
            .frame = (uint32_t)i + 1,
            .time_ns = now,
            .point = of[HOPS] >> 6 == 3 ? STEERING_POINT_NONE : of[HOPS] >> 6,
            .key = &key,
            .hop_limit = of[HOPS] & 0x3f,
            .opens = (of[WHAT] & OPENS) != 0,
            .answers = (of[WHAT] & ANSWERS) != 0,
            .sequence = (uint32_t)of[SEQUENCE] << 24 | of[SEQUENCE],
            .payload = of[PAYLOAD],
        };
        cats_steering_read(&context, &outer, &steering, NULL);
        if ((of[WHAT] & STEERED) != 0 && steering.encapsulated) {
            sight.outer = &outer;
            sight.steering = &steering;
        }
        cats_findings_clear(&findings);
        bool in_flow = steering_tracker_see(tracker, &sight, &sighting, &findings);
        check(tracker, in_flow, &sighting, &findings, settings.flows);
    }
    steering_tracker_free(tracker);
    return 0;
}
