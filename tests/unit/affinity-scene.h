/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A scene for tests of epan-cats/affinity-tracker: segments written one by one, what the listener was told.
 */
#ifndef TESTS_UNIT_AFFINITY_SCENE_H
#define TESTS_UNIT_AFFINITY_SCENE_H

#include "epan-cats/affinity-tracker.h"

#include <glib.h>
#include <string.h>

#define MS INT64_C(1000000)
#define SECOND INT64_C(1000000000)
#define SYN TCP_FLAG_SYN
#define ACK TCP_FLAG_ACK
#define FIN TCP_FLAG_FIN
#define RST TCP_FLAG_RST
#define SAF 0x200

/* End points: the client, the anycast address, three nodes. */
enum { CLIENT, ANYCAST, NODE1, NODE2, NODE3, OTHER_CLIENT, PLACES };
static const char *const places[2][PLACES] = {
    { "10.1.0.2", "192.0.2.80", "10.3.1.2", "10.3.2.2", "10.3.3.2", "10.1.0.3" },
    { "2001:db8:1::2", "2001:db8:80::80", "2001:db8:3:1::2", "2001:db8:3:2::2", "2001:db8:3:3::2",
      "2001:db8:1::3" },
};

/* What the listener was told last. */
typedef struct scene {
    affinity_tracker *tracker;
    bool ipv6;
    uint32_t frame;
    int64_t now;
    affinity_sighting sighting; /* of the last segment */
    cats_findings findings;
    affinity_connection told[16];
    int verdicts[16]; /* -1: none */
} scene;

static inline void told_connection(void *context, const affinity_connection *connection)
{
    scene *s = context;
    g_assert_cmpuint(connection->number, <, G_N_ELEMENTS(s->told));
    s->told[connection->number] = *connection;
}

static inline void told_verdict(void *context, uint32_t session, affinity_verdict verdict)
{
    scene *s = context;
    g_assert_cmpuint(session, <, G_N_ELEMENTS(s->verdicts));
    s->verdicts[session] = (int)verdict;
}

static inline void scene_begin(scene *s, bool ipv6)
{
    affinity_tracker_settings settings = affinity_tracker_settings_default;
    *s = (scene){ .ipv6 = ipv6, .now = 1000 * SECOND };
    memset(s->verdicts, 0xff, sizeof s->verdicts);
    settings.listener =
        (affinity_listener){ .context = s, .connection = told_connection, .verdict = told_verdict };
    s->tracker = affinity_tracker_new(&settings);
}

static inline void scene_end(scene *s)
{
    affinity_tracker_free(s->tracker);
}

/* A segment: from a place and port to a place and port. */
typedef struct step {
    int from;
    uint16_t from_port;
    int to;
    uint16_t to_port;
    uint16_t flags;
    uint32_t sequence, acknowledgment, payload;
    int node;     /* the option's address; 0 (the client is none): no option */
    uint8_t kind; /* of the option; 0: 200 */
    bool permit;
    enum { FAMILY_SAME, FAMILY_OTHER, FAMILY_MAPPED } family; /* of the option's address */
    bool cut;                                                 /* the capture has no options */
} step;

static inline cats_address place(const scene *s, int at)
{
    cats_address address;
    g_assert_true(cats_address_parse(places[s->ipv6][at], &address));
    return address;
}

static inline cats_address node_address(const scene *s, const step *of)
{
    cats_address address;
    bool ipv6 = of->family == FAMILY_OTHER ? !s->ipv6 : s->ipv6;
    g_assert_true(cats_address_parse(places[ipv6][of->node], &address));
    if (of->family == FAMILY_MAPPED && !ipv6) {
        cats_address mapped = { .family = 6, .octets = { [10] = 0xff, [11] = 0xff } };
        memcpy(mapped.octets + 12, address.octets, 4);
        return mapped;
    }
    return address;
}

static inline bool see(scene *s, const step *of)
{
    static const uint8_t options[] = { 1, 3, 3, 7 }; /* NOP, window scale 7 */
    affinity_segment segment = { .flags = of->flags,
                                 .source = place(s, of->from),
                                 .destination = place(s, of->to),
                                 .source_port = of->from_port,
                                 .destination_port = of->to_port,
                                 .options = options,
                                 .options_length = (of->flags & SYN) != 0 && !of->cut ? sizeof options : 0 };
    affinity_seen seen = { .saf = (of->flags & SAF) != 0 };
    if (of->node != 0 || of->permit) {
        seen.count = 1;
        seen.option[0] = (affinity_option){ .kind = of->kind == 0 ? 200 : of->kind, .permit = of->permit };
        if (of->kind >= TCP_OPTION_EXPERIMENT_1)
            seen.option[0].exid = 0x5341;
        if (!of->permit) {
            seen.option[0].address = node_address(s, of);
            seen.option[0].port = 80;
        }
    }
    affinity_sight sight = { .frame = ++s->frame,
                             .time_ns = s->now += MS,
                             .segment = &segment,
                             .seen = &seen,
                             .whole = !of->cut,
                             .sequence = of->sequence,
                             .acknowledgment = of->acknowledgment,
                             .window = 1000,
                             .payload = of->payload };
    cats_findings_clear(&s->findings);
    return affinity_tracker_see(s->tracker, &sight, &s->sighting, &s->findings);
}

static inline bool found(const scene *s, cats_rule_id rule)
{
    for (unsigned i = 0; i < s->findings.count; i++)
        if (s->findings.list[i].rule == rule)
            return true;
    return false;
}

/* A connection from port to the place's port 80, with sequence numbers from 1000 and 5000. */
static inline void open_with(scene *s, uint16_t port, int to, uint16_t syn_flags, uint16_t answer_flags)
{
    see(s, &(step){ CLIENT, port, to, 80, SYN | syn_flags, .sequence = 1000 });
    see(s, &(step){ to, 80, CLIENT, port, SYN | ACK | answer_flags, 5000, 1001, .payload = 0 });
    see(s, &(step){ CLIENT, port, to, 80, ACK, 1001, 5001, .payload = 0 });
}

static inline void open_connection(scene *s, uint16_t port, int to)
{
    open_with(s, port, to, SAF, SAF);
    g_assert_cmpuint(s->findings.count, ==, 0);
}

static inline step fin_step(int from, uint16_t port, int node)
{
    return (step){ from, 80, CLIENT, port, FIN | ACK, 5001, 1001, .node = node };
}

static inline void redirect(scene *s, int from, uint16_t port, int node)
{
    step fin = fin_step(from, port, node);
    g_assert_true(see(s, &fin));
    g_assert_true(s->sighting.redirects);
}

static inline void close_by_client(scene *s, uint16_t port, int to)
{
    see(s, &(step){ CLIENT, port, to, 80, FIN | ACK, 1001, 5002, .payload = 0 });
}

static inline void pass_time(scene *s, int64_t ns)
{
    s->now += ns;
    see(s, &(step){ OTHER_CLIENT, 7, ANYCAST, 9, ACK, 1, 1, .payload = 0 }); /* of no connection known */
}

/* Tests of both families, under /affinity-tracker/NAME. */
typedef struct scene_test {
    const char *name;
    void (*run)(gconstpointer ipv6);
} scene_test;

static inline void scene_tests_add(const scene_test *tests, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        g_autofree char *ipv4 = g_strdup_printf("/affinity-tracker/%s/ipv4", tests[i].name);
        g_autofree char *ipv6 = g_strdup_printf("/affinity-tracker/%s/ipv6", tests[i].name);
        g_test_add_data_func(ipv4, NULL, tests[i].run);
        g_test_add_data_func(ipv6, "ipv6", tests[i].run);
    }
}

#endif
