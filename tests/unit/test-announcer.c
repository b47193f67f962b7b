/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines for ExaBGP: their octets as the readers of routes take them, what is said anew and what is not, what
 * is withdrawn, answers, a topology file that changes, lines of an egress. */
#include "capture-tools/announce/announcer.h"
#include "capture-tools/announce/follow.h"
#include "epan-cats/cats-route.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define SECOND INT64_C(1000000000)

static const char net[] =
    "[service web]\nipv4=192.0.2.80\nipv6=2001:db8:80::80\nport=80\n"
    "[ingress in1]\nsource=5f00:0:1::100\nlocator=5f00:0:1::/48\nclients=10.1.0.0/24;2001:db8:1::/56\n"
    "[egress e1]\nsource=5f00:0:e1::100\nlocator=5f00:0:e1::/48\nannounce_interval=5000\n"
    "[site s1]\negress=e1\nweight=%u\n"
    "[node n1]\nsite=s1\nipv4=10.3.1.2\nipv6=2001:db8:3:1::2\n"
    "[sid e1-cats]\nprefix=5f00:0:e1:ca75::/64\nbehavior=End.CATS\negress=e1\n"
    "[sid e1-dt4]\nprefix=5f00:0:e1:4::/64\nbehavior=End.DT4\negress=e1\n"
    "[sid e1-dt6]\nprefix=5f00:0:e1:6::/64\nbehavior=End.DT6\negress=e1\n"
    "[sid in1-dt46]\nprefix=5f00:0:1:46::/64\nbehavior=End.DT46\ningress=in1\n";

typedef struct scene {
    char *topology;
    FILE *out, *messages;
    announcer_options options;
    announcer *a;
} scene;

static void write_net(const scene *s, unsigned weight)
{
    g_autofree char *text = g_strdup_printf(net, weight);
    g_assert_true(g_file_set_contents(s->topology, text, -1, NULL));
}

static scene prepare(const char *ipv6_next_hop)
{
    scene s = { .out = tmpfile(), .messages = tmpfile() };
    int fd = g_file_open_tmp("catshark-announcer-XXXXXX", &s.topology, NULL);
    g_close(fd, NULL);
    write_net(&s, 1);
    s.options = (announcer_options){ .topology = s.topology,
                                     .name = "e1",
                                     .how = { .attribute = 255, .flags = 0xc0 },
                                     .topology_damps = true,
                                     .out = s.out,
                                     .messages = s.messages };
    g_assert_true(cats_address_parse("10.9.1.1", &s.options.how.next_hop_ipv4));
    if (ipv6_next_hop != NULL)
        g_assert_true(cats_address_parse(ipv6_next_hop, &s.options.how.next_hop_ipv6));
    return s;
}

static void begin(scene *s)
{
    g_autoptr(GError) error = NULL;
    s->a = announcer_new(&s->options, &error);
    g_assert_no_error(error);
}

static scene start(const char *ipv6_next_hop)
{
    scene s = prepare(ipv6_next_hop);
    begin(&s);
    return s;
}

static void stop(scene *s)
{
    announcer_free(s->a);
    fclose(s->out);
    fclose(s->messages);
    g_unlink(s->topology);
    g_free(s->topology);
}

/* What was written to the file since the last call. */
static char *written(FILE *file)
{
    GString *text = g_string_new(NULL);
    int c;
    rewind(file);
    while ((c = fgetc(file)) != EOF)
        g_string_append_c(text, (char)c);
    rewind(file);
    g_assert_cmpint(ftruncate(fileno(file), 0), ==, 0);
    return g_string_free(text, FALSE);
}

static void assert_written(FILE *file, const char *expected)
{
    g_autofree char *text = written(file);
    g_assert_cmpstr(text, ==, expected);
}

static void assert_said(scene *s, int64_t now, const char *expected)
{
    g_assert_true(announcer_say(s->a, now));
    assert_written(s->out, expected);
}

#define ANNOUNCED(id, metric)                                                                       \
    "announce route 192.0.2.80/32 next-hop 10.9.1.1 attribute [ 0xff 0xc0 0x000100083800" id metric \
    "00020016"                                                                                      \
    "5f00000000e1ca750000000000000000"                                                              \
    "80ca"                                                                                          \
    "20101020"                                                                                      \
    " ]\n"
#define WITHDRAWN "withdraw route 192.0.2.80/32 next-hop 10.9.1.1\n"

/* A topology alone: announced once, withdrawn when no site has weight, again after the interval. */
static void test_topology(void)
{
    scene s = start(NULL);
    assert_said(&s, SECOND, ANNOUNCED("0001", "00842a00"));
    assert_said(&s, 2 * SECOND, "");
    write_net(&s, 0);
    announcer_look(s.a);
    assert_said(&s, 3 * SECOND, WITHDRAWN);
    write_net(&s, 7);
    announcer_look(s.a);
    assert_said(&s, 4 * SECOND, "");
    g_assert_cmpint(announcer_due(s.a), ==, 6 * SECOND);
    assert_said(&s, 6 * SECOND, ANNOUNCED("0002", "00842a00"));
    g_assert_true(g_file_set_contents(s.topology, "[egress", -1, NULL));
    announcer_look(s.a);
    announcer_look(s.a);
    g_autofree char *told = written(s.messages);
    g_assert_nonnull(strstr(told, ":1: "));
    g_assert_null(strstr(strchr(told, '\n') + 1, "\n")); /* told once */
    assert_said(&s, 20 * SECOND, "");                    /* what was read before holds */
    g_assert_true(announcer_withdraw(s.a));
    assert_written(s.out, WITHDRAWN);
    g_assert_true(announcer_withdraw(s.a));
    assert_written(s.out, "");
    stop(&s);
}

static void hear(scene *s, uint32_t capacity, uint32_t load, uint32_t aggregate_id)
{
    cats_merged merged = {
        .available = capacity > 0, .capacity = capacity, .load = load, .score = cats_score(capacity, load)
    };
    announcer_hear(s->a, &merged, aggregate_id);
}

/* A running egress: its numbers, its generation; gone, and back. */
static void test_egress(void)
{
    scene s = prepare(NULL);
    s.options.follows = true;
    begin(&s);
    assert_said(&s, SECOND, "");
    hear(&s, 100, 50, 0x1234);
    assert_said(&s, SECOND, ANNOUNCED("1234", "00841600"));
    announcer_hear(s.a, NULL, 0);
    assert_said(&s, 2 * SECOND, WITHDRAWN);
    hear(&s, 100, 50, 1);
    assert_said(&s, 7 * SECOND, ANNOUNCED("0001", "00841600"));
    hear(&s, 100, 100, 2);
    assert_said(&s, 8 * SECOND, "");
    hear(&s, 100, 90, 3); /* held back: the newest is said when it is due */
    assert_said(&s, 12 * SECOND, ANNOUNCED("0003", "00840600"));
    stop(&s);
}

#define LOOKUP(prefix, hop, sid, behavior)                                                    \
    "announce route " prefix " next-hop " hop " attribute [ 0xff 0xc0 0x000200165f000000" sid \
    "0000000000000000" behavior "20101000 ]\n"
#define NODE_IPV4 LOOKUP("10.3.1.2/32", "10.9.1.1", "00e10004", "0013")
#define NODE_IPV6 LOOKUP("2001:db8:3:1::2/128", "2001:db8::1", "00e10006", "0012")

/* Lines in any order. */
static void assert_lines(scene *s, int64_t now, const char *const *lines, size_t count)
{
    g_assert_true(announcer_say(s->a, now));
    g_autofree char *text = written(s->out);
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        length += strlen(lines[i]);
        if (strstr(text, lines[i]) == NULL)
            g_error("expected %s, said %s", lines[i], text);
    }
    g_assert_cmpuint(strlen(text), ==, length);
}

/* Nodes are there as long as the egress is, whatever its sites' weights. */
static void test_nodes(void)
{
    static const char *const nodes[] = { NODE_IPV4, NODE_IPV6 };
    static const char *const withdrawn[] = { "withdraw route 10.3.1.2/32 next-hop 10.9.1.1\n",
                                             "withdraw route 2001:db8:3:1::2/128 next-hop 2001:db8::1\n" };
    scene s = prepare("2001:db8::1");
    s.options.follows = s.options.nodes = true;
    begin(&s);
    assert_said(&s, SECOND, "");
    hear(&s, 0, 0, 0);
    assert_lines(&s, 2 * SECOND, nodes, 2);
    announcer_hear(s.a, NULL, 0);
    assert_lines(&s, 3 * SECOND, withdrawn, 2);
    s.options.how.next_hop_ipv6.family = 0;
    announcer_free(s.a);
    begin(&s);
    hear(&s, 100, 95, 1);
    static const char *const ipv4[] = { NODE_IPV4, ANNOUNCED("0001", "00840200") };
    assert_lines(&s, SECOND, ipv4, 2);
    stop(&s);
}

/* An ingress has clients, and no metrics. */
static void test_clients(void)
{
    static const char *const lines[] = {
        LOOKUP("10.1.0.0/24", "10.9.1.1", "00010046", "0014"),
        LOOKUP("2001:db8:1::/56", "2001:db8::1", "00010046", "0014"),
    };
    scene s = prepare("2001:db8::1");
    g_autoptr(GError) error = NULL;
    s.options.name = "in1";
    begin(&s);
    assert_lines(&s, SECOND, lines, 2);
    assert_said(&s, 20 * SECOND, "");
    announcer_free(s.a);
    s.options.nodes = true;
    s.a = announcer_new(&s.options, &error);
    g_assert_null(s.a);
    g_assert_nonnull(strstr(error->message, "in1 is an ingress, expected an egress with --nodes"));
    stop(&s);
}

static size_t octets_of(const char *line, const char *behind, uint8_t *octets, size_t size)
{
    const char *at = strstr(line, behind);
    size_t length = 0;
    g_assert_nonnull(at);
    for (at += strlen(behind); g_ascii_isxdigit(*at); at += 2, length++) {
        g_assert_cmpuint(length, <, size);
        octets[length] = (uint8_t)(g_ascii_xdigit_value(at[0]) << 4 | g_ascii_xdigit_value(at[1]));
    }
    return length;
}

/* Both families, both attributes: what our own readers find in them. */
static void test_octets(void)
{
    scene s = start("2001:db8::1");
    uint8_t octets[256];
    cats_announcement said;
    cats_route_problem problem;
    srv6_service service;
    s.options.how.prefix_sid = true;
    const char *const services[] = { "192.0.2.80", "2001:db8:80::80" };
    cats_topology *t = cats_topology_load(s.topology, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(services); i++) {
        route_said route = { .sid = setup_second_round(t, 0),
                             .has_aggregate = true,
                             .granularity = CATS_GRANULARITY_EGRESS_NODE,
                             .score = 3,
                             .aggregate_id = 0xabcdef };
        g_assert_true(cats_address_parse(services[i], &route.prefix));
        route.prefix_length = i == 0 ? 32 : 128;
        g_autofree char *line = route_line_announce(&s.options.how, &route);
        g_assert_true(cats_route_parse(octets, octets_of(line, "[ 0xff 0xc0 0x", octets, sizeof octets),
                                       &said, &problem));
        g_assert_cmpuint(said.aggregate.aggregate_id, ==, 0xabcdef);
        g_assert_cmpuint(said.aggregate.metrics[0].value, ==, 3);
        g_assert_cmpint(prefix_sid_parse(octets, octets_of(line, "[ 0x28 0xc0 0x", octets, sizeof octets),
                                         &service, &problem),
                        ==, PREFIX_SID_SERVICE);
        g_assert_cmpuint(said.sid.structure.argument, ==, 32);
        g_assert_cmpuint(service.structure.argument, ==, 0); /* for who does not know End.CATS */
        g_assert_true(cats_route_agrees(&said, &service, &problem));
        g_assert_nonnull(strstr(line, i == 0 ? "192.0.2.80/32 next-hop 10.9.1.1 "
                                             : "2001:db8:80::80/128 next-hop 2001:db8::1 "));
    }
    cats_topology_free(t);
    stop(&s);
}

static void test_answers(void)
{
    scene s = start(NULL);
    announcer_answer(s.a, "error"); /* of nothing that we said */
    g_autofree char *told = written(s.messages);
    g_assert_nonnull(strstr(told, "ExaBGP refused"));
    assert_said(&s, SECOND, ANNOUNCED("0001", "00842a00"));
    announcer_answer(s.a, "shutdown");
    announcer_answer(s.a, "error");
    g_autofree char *refused = written(s.messages);
    g_assert_nonnull(strstr(refused, "ExaBGP refused: announce route 192.0.2.80/32"));
    g_assert_true(announcer_withdraw(s.a));
    announcer_answer(s.a, "done");
    assert_written(s.messages, "");
    stop(&s);
}

static void test_refused(void)
{
    scene s = start(NULL);
    g_autoptr(GError) error = NULL;
    s.options.name = "e9";
    g_assert_null(announcer_new(&s.options, &error));
    g_assert_nonnull(strstr(error->message, "no [egress e9] and no [ingress e9], expected one"));
    stop(&s);
}

static void test_follow_read(void)
{
    static const struct {
        const char *line;
        bool good;
    } cases[] = {
        { "{\"announcement\":{\"cats.aggregate_id\":7,\"score\":5,\"capacity\":100,\"load\":50,\"withdrawn\":"
          "false}}",
          true },
        { "{\"announcement\":{\"cats.aggregate_id\":16777216,\"score\":5,\"capacity\":1,\"load\":0}}",
          false },
        { "{\"announcement\":{\"cats.aggregate_id\":7,\"score\":11,\"capacity\":1,\"load\":0}}", false },
        { "{\"announcement\":{\"cats.aggregate_id\":7,\"score\":-1,\"capacity\":1,\"load\":0}}", false },
        { "{\"announcement\":{\"cats.aggregate_id\":7,\"score\":\"5\",\"capacity\":1,\"load\":0}}", false },
        { "{\"announcement\":[]}", false },
        { "[]", false },
        { "{", false },
        { "", false },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        cats_merged merged;
        uint32_t aggregate_id;
        g_assert_cmpint(follow_read(cases[i].line, &merged, &aggregate_id), ==, cases[i].good);
        if (!cases[i].good)
            continue;
        g_assert_true(merged.available);
        g_assert_cmpuint(merged.score, ==, 5);
        g_assert_cmpuint(aggregate_id, ==, 7);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/announcer/topology", test_topology);
    g_test_add_func("/announcer/egress", test_egress);
    g_test_add_func("/announcer/nodes", test_nodes);
    g_test_add_func("/announcer/clients", test_clients);
    g_test_add_func("/announcer/octets", test_octets);
    g_test_add_func("/announcer/answers", test_answers);
    g_test_add_func("/announcer/refused", test_refused);
    g_test_add_func("/announcer/follow-read", test_follow_read);
    return g_test_run();
}
