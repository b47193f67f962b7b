/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libFuzzer: any sequence of segments between a few places, through the affinity tracker in little room. What
 * it says of a segment is what it told its listener, and its counts add up.
 * Input: one octet of settings, then records of RECORD octets, a segment each. */
#include "epan-cats/affinity-tracker.h"

#include "leaping-time.h"
#include <glib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A record: both places, ports and option, flags (2), sequence number, acknowledgment, payload, time. */
enum { PLACES, PORTS, FLAGS, SEQUENCE = 4, ACKNOWLEDGMENT, PAYLOAD, TIME, RECORD };
enum { TOPOLOGY_BIT = 0x01, ROOM_SHIFT = 1 };
/* In PORTS: one bit for each port, then what option there is. */
enum {
    FROM_PORT = 0x01,
    TO_PORT = 0x02,
    EXPERIMENT = 0x04,
    PERMIT = 0x08,
    TWO = 0x10,
    CUT = 0x20,
    NODE_SHIFT = 6
};

#define SEGMENTS_MAX 4096

static const char *const places[] = {
    "10.1.0.2",        "10.1.0.3",        "192.0.2.80",        "203.0.113.21",
    "2001:db8:1::2",   "2001:db8:1::3",   "2001:db8:80::80",   "2001:db8:3:1::2",
    "::ffff:10.1.0.2", "203.0.113.22",    "::ffff:192.0.2.80", "2001:db8:3:2::2",
    "203.0.113.61",    "::ffff:10.9.9.9", "0.0.0.0",           "::"
};

/* What the listener was told. */
typedef struct record {
    bool known;
    affinity_connection connection;
} record;

typedef struct told {
    record connections[SEGMENTS_MAX];
    int verdicts[SEGMENTS_MAX]; /* -1: none */
} told;
static told listened;

static void told_connection(void *context, const affinity_connection *connection)
{
    told *t = context;
    g_assert_cmpuint(connection->number, <, SEGMENTS_MAX);
    g_assert_cmpuint(connection->session, <, SEGMENTS_MAX);
    t->connections[connection->number] = (record){ true, *connection };
}

static void told_verdict(void *context, uint32_t session, affinity_verdict verdict)
{
    told *t = context;
    g_assert_cmpuint(session, <, SEGMENTS_MAX);
    g_assert_true(t->verdicts[session] != AFFINITY_LOOPED || verdict == AFFINITY_LOOPED);
    g_assert_true(t->verdicts[session] >= 0 || verdict == AFFINITY_PENDING);
    t->verdicts[session] = (int)verdict;
}

static cats_address place(unsigned at)
{
    static cats_address addresses[G_N_ELEMENTS(places)];
    if (addresses[0].family == 0)
        for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
            g_assert_true(cats_address_parse(places[i], &addresses[i]));
    return addresses[at % G_N_ELEMENTS(places)];
}

static void read_options(const uint8_t *of, affinity_seen *seen)
{
    unsigned node = of[PORTS] >> NODE_SHIFT;
    memset(seen, 0, sizeof *seen);
    seen->saf = (of[FLAGS] & 0x02) != 0;
    seen->count = node == 0 && (of[PORTS] & PERMIT) == 0 ? 0 : of[PORTS] & TWO ? 2 : 1;
    for (unsigned i = 0; i < seen->count; i++) {
        affinity_option *option = &seen->option[i];
        option->kind = of[PORTS] & EXPERIMENT ? TCP_OPTION_EXPERIMENT_1 : 200;
        option->exid = of[PORTS] & EXPERIMENT ? 0x5341 : 0;
        option->permit = i == 0 && (of[PORTS] & PERMIT) != 0;
        if (!option->permit) {
            option->address = place(4 * node + i);
            option->port = 80;
        }
    }
}

static void check(const affinity_tracker *tracker, const affinity_sighting *sighting,
                  const cats_findings *findings, uint32_t room)
{
    affinity_tracker_count count = affinity_tracker_count_get(tracker);
    uint64_t redirected = 0;

    g_assert_cmpuint(count.connections_held, <=, room);
    for (unsigned i = 0; i < AFFINITY_VERDICT_COUNT; i++)
        redirected += count.verdicts[i];
    g_assert_cmpuint(redirected, <=, count.sessions);
    g_assert_cmpuint(count.redirects_let_go, <=, redirected);
    for (unsigned i = 0; i < findings->count; i++)
        g_assert_cmpuint(strnlen(findings->list[i].text, CATS_FINDING_TEXT), <, CATS_FINDING_TEXT);
    if (!sighting->in_session)
        return;
    const record *known = &listened.connections[sighting->connection.number];
    g_assert_true(known->known);
    g_assert_true(memcmp(&known->connection, &sighting->connection, sizeof known->connection) == 0);
    int verdict = listened.verdicts[sighting->connection.session];
    g_assert_true(sighting->has_verdict == (verdict >= 0));
    g_assert_true(!sighting->has_verdict || sighting->verdict == (affinity_verdict)verdict);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t options[] = { 1, 3, 3, 2 }; /* NOP, window scale 2 */
    static cats_topology *topology;
    affinity_tracker_settings settings = affinity_tracker_settings_default;
    int64_t now = 0;

    if (size == 0)
        return 0;
    if (topology == NULL)
        topology = cats_topology_builtin();
    memset(&listened, 0, sizeof listened);
    memset(listened.verdicts, 0xff, sizeof listened.verdicts);
    settings.listener =
        (affinity_listener){ .context = &listened, .connection = told_connection, .verdict = told_verdict };
    settings.topology = data[0] & TOPOLOGY_BIT ? topology : NULL;
    settings.connections = 2 + (data[0] >> ROOM_SHIFT) % 32;
    affinity_tracker *tracker = affinity_tracker_new(&settings);
    for (size_t i = 0; i < (size - 1) / RECORD && i < SEGMENTS_MAX; i++) {
        const uint8_t *of = data + 1 + i * RECORD;
        affinity_segment segment = {
            .flags = (uint16_t)((of[FLAGS] << 8 | of[FLAGS + 1]) & 0xfff),
            .source = place(of[PLACES] >> 4),
            .destination = place(of[PLACES] & 0x0f),
            .source_port = of[PORTS] & FROM_PORT ? 40000 : 80,
            .destination_port = of[PORTS] & TO_PORT ? 40000 : 80,
            .options = options,
            .options_length = of[PORTS] & CUT ? 0 : sizeof options,
        };
        affinity_seen seen;
        affinity_sighting sighting;
        cats_findings findings;

        read_options(of, &seen);
        now = later(now, of[TIME]);
        affinity_sight sight = { .frame = (uint32_t)i + 1,
                                 .time_ns = now,
                                 .segment = &segment,
                                 .seen = &seen,
                                 .whole = (of[PORTS] & CUT) == 0,
                                 .sequence = (uint32_t)of[SEQUENCE] << 24 | of[SEQUENCE],
                                 .acknowledgment = (uint32_t)of[ACKNOWLEDGMENT] << 24 | of[ACKNOWLEDGMENT],
                                 .window = 1000,
                                 .payload = of[PAYLOAD] };
        cats_findings_clear(&findings);
        affinity_tracker_see(tracker, &sight, &sighting, &findings);
        check(tracker, &sighting, &findings, settings.connections);
    }
    affinity_tracker_free(tracker);
    return 0;
}
