/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two BGP speakers on a virtual link: sessions that stand, that lose packets, that end and come again. */
#include "capture-tools/roles/bgp-speaker.h"
#include "epan-cats/bgp-build.h"
#include "epan-cats/affinity-rules.h"
#include "epan-cats/packet-build.h"
#include "virtual-link.h"

#include <string.h>

enum { STEPS_MAX = 1000000, MSS = 1440, AS = 65000 };

/* A speaker and who owns it: announces `count` UPDATEs whenever the session is established. */
typedef struct owner {
    bgp_speaker *speaker;
    virtual_link *link;
    unsigned end;
    unsigned count;
    size_t length;     /* of the attribute in them */
    unsigned received; /* in this session, in order */
    unsigned established, down;
} owner;

typedef struct pair {
    virtual_link *link;
    owner owners[2];
} pair;

/* The number of an UPDATE stands in every octet of its attribute. */
static GByteArray *numbered_update(unsigned number, size_t length)
{
    GByteArray *message = g_byte_array_new();
    g_autoptr(GByteArray) attributes = g_byte_array_new();
    g_autofree uint8_t *value = g_malloc(length);
    memset(value, (int)(number & 0xff), length);
    bgp_build_attribute(attributes, 0xc0, 255, value, length);
    g_assert_true(bgp_build_update(message, attributes));
    return message;
}

static void take_update(void *context, const uint8_t *body, size_t length)
{
    owner *o = context;
    const owner *peer = o->end == 0 ? o + 1 : o - 1;
    g_autoptr(GByteArray) expected = numbered_update(o->received, peer->length);
    g_assert_cmpuint(length, ==, expected->len - BGP_HEADER_LENGTH);
    g_assert_true(memcmp(body, expected->data + BGP_HEADER_LENGTH, length) == 0);
    o->received++;
}

static void send_numbered(owner *o, unsigned number)
{
    g_autoptr(GByteArray) message = numbered_update(number, o->length);
    g_autofree char *comment = g_strdup_printf("update %u", number);
    g_assert_true(bgp_speaker_send(o->speaker, o->link->now, message->data, message->len, comment,
                                   &o->link->sinks[o->end]));
}

static void react(owner *o, unsigned happened)
{
    if ((happened & BGP_HAPPENED_DOWN) != 0) {
        o->down++;
        o->received = 0;
    }
    if ((happened & BGP_HAPPENED_ESTABLISHED) == 0)
        return;
    o->established++;
    for (unsigned i = 0; i < o->count; i++)
        send_numbered(o, i);
}

static void on_packet(void *self, int64_t now, const uint8_t *octets, size_t length, const role_sink *sink)
{
    owner *o = self;
    react(o, bgp_speaker_packet(o->speaker, now, octets, length, sink));
}

static int64_t deadline(const void *self)
{
    return bgp_speaker_deadline(((const owner *)self)->speaker);
}

static void on_expire(void *self, int64_t now, const role_sink *sink)
{
    owner *o = self;
    react(o, bgp_speaker_expire(o->speaker, now, sink));
}

static bgp_speaker_config config_of(pair *p, unsigned end)
{
    bgp_speaker_config config = { .name = end == 0 ? "egress" : "ingress",
                                  .connects = end == 0,
                                  .port = 50000,
                                  .open = { .as = AS,
                                            .hold_time = 180,
                                            .identifier = { 10, 0, 0, (uint8_t)(end + 1) },
                                            .four_octet_as = true,
                                            .ipv4_unicast = true },
                                  .mss = MSS,
                                  .seed = end + 1,
                                  .retry_ns = 30 * SECOND,
                                  .update = take_update,
                                  .context = &p->owners[end] };
    g_assert_true(cats_address_parse(end == 0 ? "2001:db8::1" : "2001:db8::2", &config.own));
    g_assert_true(cats_address_parse(end == 0 ? "2001:db8::2" : "2001:db8::1", &config.peer));
    return config;
}

/* `as`: of the side that connects. */
static pair *pair_new(uint32_t seed, uint32_t as)
{
    pair *p = g_new0(pair, 1);
    p->link = virtual_link_new(seed);
    p->link->delay = 5 * MS;
    p->link->keep_events = true;
    for (unsigned i = 0; i < 2; i++) {
        bgp_speaker_config config = config_of(p, i);
        if (i == 0)
            config.open.as = as;
        p->owners[i] =
            (owner){ .speaker = bgp_speaker_new(&config), .link = p->link, .end = i, .length = 40 };
        p->link->parties[i] =
            (party){ .self = &p->owners[i], .packet = on_packet, .deadline = deadline, .expire = on_expire };
    }
    return p;
}

static void pair_free(pair *p)
{
    bgp_speaker_free(p->owners[0].speaker);
    bgp_speaker_free(p->owners[1].speaker);
    virtual_link_free(p->link);
    g_free(p);
}

static void start(pair *p)
{
    for (unsigned i = 2; i-- > 0;)
        react(&p->owners[i], bgp_speaker_start(p->owners[i].speaker, p->link->now, &p->link->sinks[i]));
}

static void run(pair *p, int64_t duration)
{
    virtual_link_run(p->link, p->link->now + duration, STEPS_MAX);
}

static void assert_up(const pair *p)
{
    for (unsigned i = 0; i < 2; i++) {
        const owner *o = &p->owners[i];
        g_assert_cmpint(bgp_speaker_state(o->speaker), ==, BGP_STATE_ESTABLISHED);
        g_assert_true(bgp_speaker_settled(o->speaker));
        g_assert_cmpuint(o->received, ==, p->owners[!i].count);
    }
}

/* Established within a second, and for an hour: a KEEPALIVE a minute, and nothing else. */
static void test_stands(void)
{
    pair *p = pair_new(1, AS);
    start(p);
    g_assert_false(bgp_speaker_settled(p->owners[0].speaker));
    run(p, SECOND);
    assert_up(p);
    g_assert_cmpuint(virtual_link_event_count(p->link, "bgp-established"), ==, 2);
    run(p, 3600 * SECOND);
    assert_up(p);
    for (unsigned i = 0; i < 2; i++) {
        bgp_speaker_counts counts = bgp_speaker_count(p->owners[i].speaker);
        g_assert_cmpuint(counts.sessions, ==, 1);
        g_assert_cmpuint(counts.keepalives_sent, >=, 60);
        g_assert_cmpuint(counts.keepalives_sent, <=, 62);
        g_assert_cmpuint(counts.retransmissions, ==, 0);
        g_assert_cmpuint(p->link->drops[i], ==, 0);
    }
    pair_free(p);
}

/* UPDATEs of every size that matters, both ways, over links that lose, repeat and disorder. */
static void test_updates(void)
{
    static const size_t lengths[] = { 1, 40, 300, BGP_MESSAGE_MAX - BGP_HEADER_LENGTH - 8 };
    static const double losses[] = { 0, 0.05, 0.2 };
    for (size_t i = 0; i < G_N_ELEMENTS(lengths); i++) {
        for (size_t k = 0; k < G_N_ELEMENTS(losses); k++) {
            pair *p = pair_new((uint32_t)(i * 8 + k), AS);
            p->link->loss = losses[k];
            p->link->duplication = losses[k] / 2;
            p->link->jitter = losses[k] > 0 ? 4 * MS : 0;
            for (unsigned end = 0; end < 2; end++) {
                p->owners[end].count = 200;
                p->owners[end].length = lengths[i];
            }
            start(p);
            run(p, 170 * SECOND);
            g_assert_cmpuint(p->owners[0].down + p->owners[1].down, ==, 0);
            assert_up(p);
            g_assert_cmpuint(bgp_speaker_count(p->owners[1].speaker).updates_received, ==, 200);
            pair_free(p);
        }
    }
}

/* A path that is dead for longer than the hold time ends the session; when it is there again, so is all that
 * was announced. */
static void test_comes_again(void)
{
    pair *p = pair_new(3, AS);
    p->owners[0].count = 5;
    start(p);
    run(p, 10 * SECOND);
    assert_up(p);
    p->link->loss = 1;
    run(p, 165 * SECOND);
    g_assert_cmpuint(p->owners[0].down + p->owners[1].down, ==, 0);
    run(p, 100 * SECOND);
    g_assert_cmpuint(p->owners[0].down, ==, 1);
    g_assert_cmpuint(p->owners[1].down, ==, 1);
    g_assert_cmpuint(p->owners[1].received, ==, 0);
    g_assert_nonnull(strstr(virtual_link_event(p->link, "bgp-down", 0)->text, "hold timer expired"));
    p->link->loss = 0;
    run(p, 200 * SECOND);
    assert_up(p);
    g_assert_cmpuint(p->owners[0].established, ==, 2);
    pair_free(p);
}

/* Nobody listens yet: what is refused is tried again. */
static void test_refused(void)
{
    pair *p = pair_new(4, AS);
    p->owners[1].count = 2;
    react(&p->owners[0], bgp_speaker_start(p->owners[0].speaker, 0, &p->link->sinks[0]));
    p->link->loss = 1;
    run(p, 300 * SECOND);
    g_assert_cmpuint(p->owners[0].established, ==, 0);
    p->link->loss = 0;
    react(&p->owners[1], bgp_speaker_start(p->owners[1].speaker, p->link->now, &p->link->sinks[1]));
    run(p, 300 * SECOND);
    assert_up(p);
    pair_free(p);
}

static void test_other_as(void)
{
    pair *p = pair_new(6, AS + 1);
    start(p);
    run(p, 600 * SECOND);
    g_assert_cmpuint(p->owners[0].established + p->owners[1].established, ==, 0);
    pair_free(p);
}

/* Octets that are no message end the session with a NOTIFICATION; it comes again. */
static void test_no_message(void)
{
    static const uint8_t garbage[30] = "These octets are no message.";
    uint8_t unknown[BGP_HEADER_LENGTH];
    memset(unknown, 0xff, sizeof unknown);
    unknown[16] = 0;
    unknown[17] = BGP_HEADER_LENGTH;
    unknown[18] = 9;
    const struct {
        const uint8_t *octets;
        size_t length;
        const char *reason;
    } cases[] = { { garbage, sizeof garbage, "octet of the marker" },
                  { unknown, sizeof unknown, "unexpected message" } };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        pair *p = pair_new(7, AS);
        start(p);
        run(p, SECOND);
        g_assert_true(bgp_speaker_send(p->owners[0].speaker, p->link->now, cases[i].octets, cases[i].length,
                                       "", &p->link->sinks[0]));
        run(p, SECOND);
        g_assert_nonnull(strstr(virtual_link_event(p->link, "bgp-down", 0)->text, cases[i].reason));
        g_assert_cmpuint(p->owners[0].down + p->owners[1].down, ==, 2);
        run(p, 60 * SECOND);
        assert_up(p);
        pair_free(p);
    }
}

/* What is no segment of the session: dropped, or answered with RST; the session stays. */
static void test_strangers(void)
{
    pair *p = pair_new(8, AS);
    cats_address stranger;
    uint8_t octets[200];
    g_assert_true(cats_address_parse("2001:db8::3", &stranger));
    start(p);
    run(p, SECOND);
    const packet_ip_spec ip = { .source = stranger,
                                .destination = config_of(p, 1).own,
                                .protocol = PACKET_PROTOCOL_TCP,
                                .hop_limit = 64 };
    const packet_tcp_spec syn = { .source_port = 50000, .destination_port = BGP_PORT, .flags = TCP_FLAG_SYN };
    size_t length = packet_tcp_build(&ip, &syn, octets, sizeof octets);
    uint64_t sent = p->link->sent[1];
    virtual_link_inject(p->link, 1, octets, length, 0);
    virtual_link_inject(p->link, 1, octets, 39, 0);
    run(p, MS);
    g_assert_cmpuint(p->link->sent[1], ==, sent + 1);
    g_assert_cmpuint(p->link->drops[1], ==, 1);
    run(p, SECOND);
    assert_up(p);
    pair_free(p);
}

static bool note_comment(virtual_link *link, unsigned from, uint8_t *octets, size_t *length,
                         const char *comment)
{
    (void)from;
    (void)octets;
    (void)length;
    if (*comment != '\0')
        g_string_append_printf(link->tap_data, "%s\n", comment);
    return true;
}

/* Comments name the messages that begin in a packet. */
static void test_comments(void)
{
    pair *p = pair_new(9, AS);
    GString *comments = g_string_new(NULL);
    p->link->tap = note_comment;
    p->link->tap_data = comments;
    p->owners[0].count = 2;
    start(p);
    run(p, SECOND);
    g_assert_cmpstr(comments->str, ==,
                    "egress: BGP OPEN\ningress: BGP OPEN; ingress: BGP KEEPALIVE\negress: BGP KEEPALIVE\n"
                    "update 0\nupdate 1\n");
    g_string_free(comments, TRUE);
    pair_free(p);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/bgp-speaker/stands", test_stands);
    g_test_add_func("/bgp-speaker/updates", test_updates);
    g_test_add_func("/bgp-speaker/comes-again", test_comes_again);
    g_test_add_func("/bgp-speaker/refused", test_refused);
    g_test_add_func("/bgp-speaker/other-as", test_other_as);
    g_test_add_func("/bgp-speaker/no-message", test_no_message);
    g_test_add_func("/bgp-speaker/strangers", test_strangers);
    g_test_add_func("/bgp-speaker/comments", test_comments);
    return g_test_run();
}
