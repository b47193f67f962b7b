/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of epan-cats/affinity-tracker: sessions written segment by segment, and those of real kernels. */
#include "epan-cats/affinity-tracker.h"

#include "epan-cats/packet.h"
#include "sample-frames.h"

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

static void told_connection(void *context, const affinity_connection *connection)
{
    scene *s = context;
    g_assert_cmpuint(connection->number, <, G_N_ELEMENTS(s->told));
    s->told[connection->number] = *connection;
}

static void told_verdict(void *context, uint32_t session, affinity_verdict verdict)
{
    scene *s = context;
    g_assert_cmpuint(session, <, G_N_ELEMENTS(s->verdicts));
    s->verdicts[session] = (int)verdict;
}

static void scene_begin(scene *s, bool ipv6)
{
    affinity_tracker_settings settings = affinity_tracker_settings_default;
    *s = (scene){ .ipv6 = ipv6, .now = 1000 * SECOND };
    memset(s->verdicts, 0xff, sizeof s->verdicts);
    settings.listener = (affinity_listener){ s, told_connection, told_verdict };
    s->tracker = affinity_tracker_new(&settings);
}

static void scene_end(scene *s)
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
} step;

static cats_address place(const scene *s, int at)
{
    cats_address address;
    g_assert_true(cats_address_parse(places[s->ipv6][at], &address));
    return address;
}

static bool see(scene *s, const step *of)
{
    static const uint8_t options[] = { 1, 3, 3, 7 }; /* NOP, window scale 7 */
    affinity_segment segment = { .flags = of->flags,
                                 .source = place(s, of->from),
                                 .destination = place(s, of->to),
                                 .source_port = of->from_port,
                                 .destination_port = of->to_port,
                                 .options = options,
                                 .options_length = of->flags & SYN ? sizeof options : 0 };
    affinity_seen seen = { .saf = (of->flags & SAF) != 0 };
    if (of->node != 0 || of->permit) {
        seen.count = 1;
        seen.option[0] = (affinity_option){ .kind = of->kind == 0 ? 200 : of->kind, .permit = of->permit };
        if (of->kind >= TCP_OPTION_EXPERIMENT_1)
            seen.option[0].exid = 0x5341;
        if (!of->permit) {
            seen.option[0].address = place(s, of->node);
            seen.option[0].port = 80;
        }
    }
    affinity_sight sight = { .frame = ++s->frame,
                             .time_ns = s->now += MS,
                             .segment = &segment,
                             .seen = &seen,
                             .whole = true,
                             .sequence = of->sequence,
                             .acknowledgment = of->acknowledgment,
                             .window = 1000,
                             .payload = of->payload };
    cats_findings_clear(&s->findings);
    return affinity_tracker_see(s->tracker, &sight, &s->sighting, &s->findings);
}

static bool found(const scene *s, cats_rule_id rule)
{
    for (unsigned i = 0; i < s->findings.count; i++)
        if (s->findings.list[i].rule == rule)
            return true;
    return false;
}

/* A connection from port to the place's port 80, with sequence numbers from 1000 and 5000. */
static void open_with(scene *s, uint16_t port, int to, uint16_t syn_flags, uint16_t answer_flags)
{
    see(s, &(step){ CLIENT, port, to, 80, SYN | syn_flags, .sequence = 1000 });
    see(s, &(step){ to, 80, CLIENT, port, SYN | ACK | answer_flags, 5000, 1001, .payload = 0 });
    see(s, &(step){ CLIENT, port, to, 80, ACK, 1001, 5001, .payload = 0 });
}

static void open_connection(scene *s, uint16_t port, int to)
{
    open_with(s, port, to, SAF, SAF);
    g_assert_cmpuint(s->findings.count, ==, 0);
}

static step fin_step(int from, uint16_t port, int node)
{
    return (step){ from, 80, CLIENT, port, FIN | ACK, 5001, 1001, .node = node };
}

static void redirect(scene *s, int from, uint16_t port, int node)
{
    step fin = fin_step(from, port, node);
    g_assert_true(see(s, &fin));
    g_assert_true(s->sighting.redirects);
}

static void close_by_client(scene *s, uint16_t port, int to)
{
    see(s, &(step){ CLIENT, port, to, 80, FIN | ACK, 1001, 5002, .payload = 0 });
}

static void pass_time(scene *s, int64_t ns)
{
    s->now += ns;
    see(s, &(step){ OTHER_CLIENT, 7, ANYCAST, 9, ACK, 1, 1, .payload = 0 }); /* of no connection known */
}

static void test_reconnected(gconstpointer ipv6)
{
    scene s;
    scene_begin(&s, ipv6 != NULL);
    open_connection(&s, 40000, ANYCAST);
    g_assert_true(s.sighting.in_session);
    g_assert_false(s.sighting.has_verdict);
    redirect(&s, ANYCAST, 40000, NODE2);
    uint32_t fin = s.frame;
    g_assert_cmpint(s.sighting.verdict, ==, AFFINITY_PENDING);
    g_assert_cmpint(s.verdicts[0], ==, AFFINITY_PENDING);
    close_by_client(&s, 40000, ANYCAST);
    g_assert_true(see(&s, &(step){ CLIENT, 40001, NODE2, 80, SYN | SAF, .sequence = 77 }));
    g_assert_cmpuint(s.sighting.connection.session, ==, 0);
    g_assert_cmpint(s.sighting.connection.role, ==, AFFINITY_REESTABLISHED);
    g_assert_true(s.sighting.reconnects);
    g_assert_cmpuint(s.sighting.connection.cause_frame, ==, fin);
    g_assert_cmpint(s.sighting.connection.cause_ns, ==, 2 * MS);
    g_assert_cmpint(s.sighting.verdict, ==, AFFINITY_PENDING);
    g_assert_cmpuint(s.told[0].redirect_frame, ==, fin);
    g_assert_cmpuint(s.told[0].reconnect_frame, ==, s.frame);
    g_assert_cmpint(s.told[0].reconnect_ns, ==, 2 * MS);
    see(&s, &(step){ NODE2, 80, CLIENT, 40001, SYN | ACK, 9000, 78, .payload = 0 });
    g_assert_cmpint(s.verdicts[0], ==, AFFINITY_RECONNECTED);
    pass_time(&s, 60 * SECOND);
    g_assert_cmpuint(s.findings.count, ==, 0);
    g_assert_cmpint(s.verdicts[0], ==, AFFINITY_RECONNECTED);
    g_assert_cmpint(s.verdicts[1], ==, -1);
    scene_end(&s);
}

/* Every packet three times, as on three links: one session, findings once. */
static void test_copies(gconstpointer ipv6)
{
    const step steps[] = {
        { CLIENT, 40000, ANYCAST, 80, SYN, .sequence = 1000 },
        { ANYCAST, 80, CLIENT, 40000, SYN | ACK, 5000, 1001, .payload = 0 },
        { ANYCAST, 80, CLIENT, 40000, FIN | ACK, 5001, 1001, .node = NODE1 },
        { CLIENT, 40000, ANYCAST, 80, FIN | ACK, 1001, 5002, .payload = 0 },
        { CLIENT, 40001, NODE1, 80, SYN, .sequence = 77 },
        { NODE1, 80, CLIENT, 40001, SYN | ACK, 9000, 78, .payload = 0 },
    };
    scene s;
    unsigned no_capability = 0;
    scene_begin(&s, ipv6 != NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++)
        for (unsigned copy = 0; copy < 3; copy++) {
            see(&s, &steps[i]);
            no_capability += found(&s, CATS_RULE_AFFINITY_NO_CAPABILITY);
            g_assert_true(s.sighting.in_session == (i >= 2));
        }
    g_assert_cmpuint(no_capability, ==, 1);
    g_assert_cmpint(s.verdicts[0], ==, AFFINITY_RECONNECTED);
    g_assert_cmpuint(s.told[0].redirect_frame, ==, 7);
    g_assert_cmpuint(s.told[0].reconnect_frame, ==, 13);
    g_assert_cmpint(s.verdicts[1], ==, -1);
    scene_end(&s);
}

static void test_ignored(gconstpointer ipv6)
{
    scene s;
    scene_begin(&s, ipv6 != NULL);
    open_connection(&s, 40000, ANYCAST);
    redirect(&s, ANYCAST, 40000, NODE1);
    pass_time(&s, 5 * SECOND - MS); /* exactly the limit */
    g_assert_cmpint(s.verdicts[0], ==, AFFINITY_PENDING);
    pass_time(&s, 0);
    g_assert_true(found(&s, CATS_RULE_AFFINITY_NO_RECONNECT));
    g_assert_cmpint(s.verdicts[0], ==, AFFINITY_IGNORED);
    open_connection(&s, 40001, NODE1); /* too late: a session of its own */
    g_assert_cmpuint(s.sighting.connection.session, ==, 1);
    scene_end(&s);
}

/* The late SYN itself is what shows that the limit has passed. */
static void test_late(gconstpointer ipv6)
{
    scene s;
    scene_begin(&s, ipv6 != NULL);
    open_connection(&s, 40000, ANYCAST);
    redirect(&s, ANYCAST, 40000, NODE1);
    s.now += 6 * SECOND;
    see(&s, &(step){ CLIENT, 40001, NODE1, 80, SYN | SAF, .sequence = 1 });
    g_assert_true(found(&s, CATS_RULE_AFFINITY_NO_RECONNECT));
    g_assert_cmpuint(s.sighting.connection.session, ==, 1);
    scene_end(&s);
}

static void test_elsewhere(gconstpointer ipv6)
{
    scene s;
    scene_begin(&s, ipv6 != NULL);
    open_connection(&s, 40000, ANYCAST);
    redirect(&s, ANYCAST, 40000, NODE1);
    uint32_t fin = s.frame;
    see(&s, &(step){ CLIENT, 40001, ANYCAST, 80, SYN | SAF, .sequence = 1 }); /* begins again */
    g_assert_cmpuint(s.sighting.connection.session, ==, 1);
    see(&s, &(step){ CLIENT, 40002, NODE2, 443, SYN | SAF, .sequence = 1 }); /* another service */
    g_assert_cmpuint(s.sighting.connection.session, ==, 2);
    g_assert_false(see(&s, &(step){ CLIENT, 40003, NODE2, 80, SYN, .sequence = 1 })); /* knows no redirects */
    g_assert_cmpint(s.verdicts[0], ==, AFFINITY_PENDING);
    see(&s, &(step){ CLIENT, 40004, NODE2, 80, SYN | SAF, .sequence = 1 });
    g_assert_true(found(&s, CATS_RULE_AFFINITY_RECONNECT_ELSEWHERE));
    g_assert_cmpuint(s.sighting.connection.session, ==, 0);
    g_assert_cmpuint(s.sighting.connection.cause_frame, ==, fin);
    g_assert_cmpint(s.verdicts[0], ==, AFFINITY_ELSEWHERE);
    scene_end(&s);
}

static void test_refused(gconstpointer ipv6)
{
    scene s;
    scene_begin(&s, ipv6 != NULL);
    open_connection(&s, 40000, ANYCAST);
    redirect(&s, ANYCAST, 40000, NODE1);
    see(&s, &(step){ CLIENT, 40001, NODE1, 80, SYN | SAF, .sequence = 1 });
    see(&s, &(step){ NODE1, 80, CLIENT, 40001, RST | ACK, 0, 2, .payload = 0 });
    g_assert_true(found(&s, CATS_RULE_AFFINITY_RECONNECT_REFUSED));
    g_assert_cmpint(s.verdicts[0], ==, AFFINITY_REFUSED);
    scene_end(&s);

    scene_begin(&s, ipv6 != NULL); /* never answered */
    open_connection(&s, 40000, ANYCAST);
    redirect(&s, ANYCAST, 40000, NODE1);
    see(&s, &(step){ CLIENT, 40001, NODE1, 80, SYN | SAF, .sequence = 1 });
    pass_time(&s, 5 * SECOND);
    g_assert_true(found(&s, CATS_RULE_AFFINITY_RECONNECT_REFUSED));
    g_assert_cmpint(s.verdicts[0], ==, AFFINITY_REFUSED);
    scene_end(&s);
}

static void test_looped(gconstpointer ipv6)
{
    scene s;
    scene_begin(&s, ipv6 != NULL);
    open_connection(&s, 40000, ANYCAST);
    redirect(&s, ANYCAST, 40000, NODE1);
    open_connection(&s, 40001, NODE1);
    redirect(&s, NODE1, 40001, NODE2);
    g_assert_true(found(&s, CATS_RULE_AFFINITY_REDIRECT_LOOP));
    open_connection(&s, 40002, NODE2);
    g_assert_cmpuint(s.sighting.connection.session, ==, 0);
    g_assert_cmpint(s.verdicts[0], ==, AFFINITY_LOOPED);
    g_assert_cmpuint(s.told[1].reconnect_frame, !=, 0);
    scene_end(&s);
}

/* Several clients and redirects at once, answered in another order. */
static void test_interleaved(gconstpointer ipv6)
{
    scene s;
    scene_begin(&s, ipv6 != NULL);
    open_connection(&s, 40000, ANYCAST);
    open_connection(&s, 40001, ANYCAST);
    open_connection(&s, 40002, ANYCAST);
    redirect(&s, ANYCAST, 40000, NODE1);
    redirect(&s, ANYCAST, 40001, NODE2);
    redirect(&s, ANYCAST, 40002, NODE1);
    open_connection(&s, 50001, NODE2);
    g_assert_cmpuint(s.sighting.connection.session, ==, 1);
    open_connection(&s, 50000, NODE1); /* the oldest first */
    g_assert_cmpuint(s.sighting.connection.session, ==, 0);
    open_connection(&s, 50002, NODE1);
    g_assert_cmpuint(s.sighting.connection.session, ==, 2);
    for (unsigned i = 0; i < 3; i++)
        g_assert_cmpint(s.verdicts[i], ==, AFFINITY_RECONNECTED);
    scene_end(&s);
}

static void test_port_reuse(gconstpointer ipv6)
{
    scene s;
    scene_begin(&s, ipv6 != NULL);
    open_connection(&s, 40000, ANYCAST);
    see(&s,
        &(step){ CLIENT, 40000, ANYCAST, 80, SYN | SAF, .sequence = 0x70000000 }); /* not closed: forged */
    g_assert_cmpuint(s.sighting.connection.number, ==, 0);
    redirect(&s, ANYCAST, 40000, NODE1);
    close_by_client(&s, 40000, ANYCAST);
    see(&s, &(step){ CLIENT, 40000, ANYCAST, 80, SYN | SAF, .sequence = 0x70000000 });
    g_assert_cmpuint(s.sighting.connection.session, ==, 1);
    open_connection(&s, 40000, NODE1); /* the old redirect still waits */
    g_assert_cmpuint(s.sighting.connection.session, ==, 0);
    g_assert_cmpint(s.verdicts[0], ==, AFFINITY_RECONNECTED);
    scene_end(&s);
}

/* The capture begins in the middle: followed from the redirect on, and nothing is said of the SYN. */
static void test_middle(gconstpointer ipv6)
{
    scene s;
    scene_begin(&s, ipv6 != NULL);
    g_assert_false(see(&s, &(step){ CLIENT, 40000, ANYCAST, 80, ACK, 1001, 5001, .payload = 0 }));
    redirect(&s, ANYCAST, 40000, NODE1);
    g_assert_cmpuint(s.findings.count, ==, 0);
    see(&s, &(step){ NODE1, 80, CLIENT, 40001, SYN | ACK | SAF, 1, 1, .payload = 0 }); /* the answer alone */
    g_assert_cmpuint(s.sighting.connection.session, ==, 0);
    g_assert_cmpint(s.verdicts[0], ==, AFFINITY_RECONNECTED);
    scene_end(&s);
}

static void test_sender(gconstpointer ipv6)
{
    scene s;
    scene_begin(&s, ipv6 != NULL);
    open_connection(&s, 40000, ANYCAST);
    see(&s, &(step){ CLIENT, 40000, ANYCAST, 80, FIN | ACK, 1001, 5001, .node = NODE1 });
    g_assert_true(found(&s, CATS_RULE_AFFINITY_FROM_CLIENT));
    g_assert_false(s.sighting.redirects);
    open_with(&s, 40001, ANYCAST, 0, 0);
    redirect(&s, ANYCAST, 40001, NODE1);
    g_assert_true(found(&s, CATS_RULE_AFFINITY_NO_CAPABILITY));
    g_assert_cmpuint(s.findings.count, ==, 1);
    open_with(&s, 40002, ANYCAST, SAF, 0);
    redirect(&s, ANYCAST, 40002, NODE1);
    g_assert_true(found(&s, CATS_RULE_AFFINITY_SAF_NOT_ECHOED));
    g_assert_cmpuint(s.findings.count, ==, 1);
    open_connection(&s, 40003, ANYCAST);
    step fin = fin_step(ANYCAST, 40003, NODE1);
    fin.kind = TCP_OPTION_EXPERIMENT_1;
    see(&s, &fin);
    g_assert_true(found(&s, CATS_RULE_AFFINITY_EXID_NOT_IN_SYN));
    g_assert_cmpuint(s.findings.count, ==, 1);
    see(&s, &(step){ CLIENT, 40004, ANYCAST, 80, SYN, .sequence = 1000, .permit = true, .kind = 253 });
    see(&s, &(step){ ANYCAST, 80, CLIENT, 40004, SYN | ACK, 5000, 1001, .payload = 0 });
    fin = fin_step(ANYCAST, 40004, NODE1);
    fin.kind = 253;
    see(&s, &fin);
    g_assert_cmpuint(s.findings.count, ==, 0);
    scene_end(&s);
}

static void test_repetition(gconstpointer ipv6)
{
    scene s;
    scene_begin(&s, ipv6 != NULL);
    open_connection(&s, 40000, ANYCAST);
    redirect(&s, ANYCAST, 40000, NODE1);
    redirect(&s, ANYCAST, 40000, NODE1);
    g_assert_cmpuint(s.findings.count, ==, 0);
    step fin = fin_step(ANYCAST, 40000, 0);
    see(&s, &fin);
    g_assert_true(found(&s, CATS_RULE_AFFINITY_RETRANSMISSION_DIFFERS));
    open_connection(&s, 40001, ANYCAST);
    redirect(&s, ANYCAST, 40001, NODE1);
    fin = fin_step(ANYCAST, 40001, NODE2);
    see(&s, &fin);
    g_assert_true(found(&s, CATS_RULE_AFFINITY_RETRANSMISSION_DIFFERS));
    scene_end(&s);
}

/* The window is 1000 << 7 = 128000 from 5001 on. */
static void test_window(gconstpointer ipv6)
{
    static const struct {
        uint32_t sequence;
        bool out;
    } fins[] = { { 5000, false },   { 4999, true },   { 5001, false },
                 { 133001, false }, { 133002, true }, { 5001 + 0x40000000u, true } };
    for (size_t i = 0; i < G_N_ELEMENTS(fins); i++) {
        scene s;
        scene_begin(&s, ipv6 != NULL);
        open_connection(&s, 40000, ANYCAST);
        step fin = fin_step(ANYCAST, 40000, NODE1);
        fin.sequence = fins[i].sequence;
        see(&s, &fin);
        g_assert_true(found(&s, CATS_RULE_AFFINITY_OUT_OF_WINDOW) == fins[i].out);
        g_assert_true(s.sighting.has_verdict == !fins[i].out); /* forged: no redirect */
        scene_end(&s);
    }
}

static void test_bounded(void)
{
    affinity_tracker_settings settings = affinity_tracker_settings_default;
    scene s;
    scene_begin(&s, false);
    affinity_tracker_free(s.tracker);
    settings.connections = 10;
    settings.age_ns = 100 * SECOND;
    s.tracker = affinity_tracker_new(&settings);
    open_connection(&s, 1, ANYCAST);
    redirect(&s, ANYCAST, 1, NODE1);
    for (uint16_t port = 100; port < 200; port++)
        see(&s, &(step){ OTHER_CLIENT, port, ANYCAST, 80, SYN | (port & 1 ? SAF : 0), .sequence = port });
    affinity_tracker_count count = affinity_tracker_count_get(s.tracker);
    g_assert_cmpuint(count.connections_held, ==, 10);
    g_assert_cmpuint(count.connections_let_go, ==, 91);
    g_assert_cmpuint(count.redirects_let_go, ==, 1);
    pass_time(&s, 101 * SECOND);
    g_assert_cmpuint(s.findings.count, ==, 0); /* its redirect was let go: nothing is said of it */
    count = affinity_tracker_count_get(s.tracker);
    g_assert_cmpuint(count.connections_held, ==, 0);
    g_assert_cmpuint(count.connections_let_go, ==, 101);
    scene_end(&s);
}

/* Anything at all, in little room. */
static void test_random(void)
{
    static const uint16_t flags[] = { SYN, SYN | SAF, SYN | ACK, SYN | ACK | SAF, ACK, FIN | ACK,
                                      RST, RST | ACK, 0x3ff };
    affinity_tracker_settings settings = affinity_tracker_settings_default;
    scene s;
    scene_begin(&s, false);
    affinity_tracker_free(s.tracker);
    settings.connections = 16;
    s.tracker = affinity_tracker_new(&settings);
    for (unsigned i = 0; i < 200000; i++) {
        s.ipv6 = g_test_rand_bit();
        s.now += g_test_rand_int_range(-1000, 1000) * MS;
        step random = { g_test_rand_int_range(0, PLACES),
                        (uint16_t)(g_test_rand_bit() ? 80 : 40000),
                        g_test_rand_int_range(0, PLACES),
                        (uint16_t)(g_test_rand_bit() ? 80 : 40000),
                        flags[g_test_rand_int_range(0, G_N_ELEMENTS(flags))],
                        .payload = 0 };
        random.sequence = (uint32_t)g_test_rand_int_range(0, 4);
        random.acknowledgment = (uint32_t)g_test_rand_int_range(0, 4);
        random.payload = (uint32_t)g_test_rand_int_range(0, 3);
        random.node = g_test_rand_int_range(0, PLACES);
        random.kind = g_test_rand_bit() ? 253 : 200;
        random.permit = g_test_rand_bit();
        see(&s, &random);
        g_assert_cmpuint(affinity_tracker_count_get(s.tracker).connections_held, <=, 16);
    }
    scene_end(&s);
}

/* --- what real kernels did --- */

static bool next_segment(sample_frames *frames, packet *p, int64_t *time_ns)
{
    guint8 *data;
    guint32 captured, wire;
    while (sample_frames_next(frames, &data, &captured, &wire)) {
        const size_t record = (size_t)(data - (guint8 *)frames->file) - 16;
        *time_ns = sample_get32(frames, record) * SECOND + sample_get32(frames, record + 4) * INT64_C(1000);
        packet_walk(frames->link_type, data, captured, wire, p);
        if (p->transport == PACKET_TCP && p->transport_captured)
            return true;
    }
    return false;
}

static void see_packet(scene *s, const packet *p, int64_t time_ns)
{
    const uint8_t *header = p->data + p->transport_offset;
    const packet_ip *ip = packet_innermost(p);
    affinity_segment segment = { .flags = p->tcp_flags,
                                 .source = packet_source(p, ip),
                                 .destination = packet_destination(p, ip),
                                 .source_port = p->source_port,
                                 .destination_port = p->destination_port,
                                 .options = header + 20,
                                 .options_length = p->transport_length - 20 };
    affinity_seen seen;
    affinity_segment_read(&affinity_numbers_default, NULL, &segment, &seen, NULL);
    affinity_sight sight = { .frame = ++s->frame,
                             .time_ns = time_ns,
                             .segment = &segment,
                             .seen = &seen,
                             .whole = true,
                             .sequence = packet_get32(header + 4),
                             .acknowledgment = packet_get32(header + 8),
                             .window = packet_get16(header + 14),
                             .payload = p->transport_payload };
    cats_findings_clear(&s->findings);
    g_assert_true(affinity_tracker_see(s->tracker, &sight, &s->sighting, &s->findings));
    g_assert_cmpuint(s->findings.count, ==, 0);
}

static void expect_samples(const scene *s)
{
    g_assert_cmpint(s->verdicts[0], ==, AFFINITY_RECONNECTED);
    g_assert_cmpint(s->verdicts[1], ==, AFFINITY_RECONNECTED);
    g_assert_cmpint(s->verdicts[2], ==, AFFINITY_PENDING);
    g_assert_cmpint(s->verdicts[3], ==, -1);
    static const uint32_t sessions[] = { 0, 0, 1, 1, 2 };
    for (uint32_t i = 0; i < G_N_ELEMENTS(sessions); i++) {
        g_assert_cmpuint(s->told[i].session, ==, sessions[i]);
        g_assert_cmpint(s->told[i].role, ==, i % 2 == 0 ? AFFINITY_FIRST : AFFINITY_REESTABLISHED);
    }
    g_assert_cmpuint(s->told[0].reconnect_frame, >, s->told[0].redirect_frame);
    g_assert_cmpuint(s->told[4].redirect_frame, !=, 0);
    g_assert_cmpuint(s->told[4].reconnect_frame, ==, 0);
}

/* All links at once when `link` is NULL: merged by time. */
static void test_sample(gconstpointer link)
{
    static const char *const names[] = { "sa-200-100-client", "sa-200-100-pe", "sa-200-100-site" };
    sample_frames files[3];
    packet heads[3];
    int64_t times[3];
    bool has[3];
    scene s;
    scene_begin(&s, false);
    for (unsigned i = 0; i < 3; i++) {
        sample_frames_open(&files[i], names[i]);
        has[i] =
            (link == NULL || strcmp(link, names[i]) == 0) && next_segment(&files[i], &heads[i], &times[i]);
    }
    for (;;) {
        int first = -1;
        for (int i = 0; i < 3; i++)
            if (has[i] && (first < 0 || times[i] < times[first]))
                first = i;
        if (first < 0)
            break;
        see_packet(&s, &heads[first], times[first]);
        has[first] = next_segment(&files[first], &heads[first], &times[first]);
    }
    expect_samples(&s);
    for (unsigned i = 0; i < 3; i++)
        sample_frames_close(&files[i]);
    scene_end(&s);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(gconstpointer ipv6);
    } tests[] = { { "reconnected", test_reconnected },
                  { "copies", test_copies },
                  { "ignored", test_ignored },
                  { "late", test_late },
                  { "elsewhere", test_elsewhere },
                  { "refused", test_refused },
                  { "looped", test_looped },
                  { "interleaved", test_interleaved },
                  { "port-reuse", test_port_reuse },
                  { "middle", test_middle },
                  { "sender", test_sender },
                  { "repetition", test_repetition },
                  { "window", test_window } };
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree char *ipv4 = g_strdup_printf("/affinity-tracker/%s/ipv4", tests[i].name);
        g_autofree char *ipv6 = g_strdup_printf("/affinity-tracker/%s/ipv6", tests[i].name);
        g_test_add_data_func(ipv4, NULL, tests[i].run);
        g_test_add_data_func(ipv6, "ipv6", tests[i].run);
    }
    g_test_add_func("/affinity-tracker/bounded", test_bounded);
    g_test_add_func("/affinity-tracker/random", test_random);
    g_test_add_data_func("/affinity-tracker/sample/client", "sa-200-100-client", test_sample);
    g_test_add_data_func("/affinity-tracker/sample/pe", "sa-200-100-pe", test_sample);
    g_test_add_data_func("/affinity-tracker/sample/site", "sa-200-100-site", test_sample);
    g_test_add_data_func("/affinity-tracker/sample/merged", NULL, test_sample);
    return g_test_run();
}
