/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From ExaBGP's lines to offers: parsed and raw updates, both families, several neighbors with the same
 * egress, withdrawals, ends of sessions, routes that are wrong, lines that are none. */
#include "capture-tools/routes/captured-updates.h"
#include "capture-tools/routes/exabgp-update.h"
#include "capture-tools/routes/route-offers.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

/* The value of the path attribute: aggregate ID, metric, locator's last group, function. */
#define VALUE(id, metric, node)           \
    "0x000100083800" id metric "00020016" \
    "5f000000" node "ca75"                \
    "0000000000000000"                    \
    "80ca20101020"
#define SCORE_10 "00842a00"
#define SCORE_5 "00841600"

typedef struct scene {
    route_offers *offers;
    cats_route_codes codes;
    route_trouble trouble; /* of the last UPDATE with one */
    GString *told;         /* what the sink was told, a line each */
} scene;

static void note(scene *s, const char *word, const route_offer *of)
{
    char service[CATS_ADDRESS_TEXT], locator[CATS_ADDRESS_TEXT];
    cats_address_format(&of->service, service);
    cats_address_format(&of->locator, locator);
    g_string_append_printf(s->told, "%s %s %s/%u %u %x\n", word, service, locator, of->locator_length,
                           of->score, of->aggregate_id);
}

static void take_offer(void *context, const route_offer *of)
{
    note(context, "offer", of);
}

static void take_withdrawal(void *context, const route_offer *of)
{
    note(context, "withdraw", of);
}

static scene *start(void)
{
    scene *s = g_new0(scene, 1);
    route_offers_sink sink = { take_offer, take_withdrawal, s };
    s->offers = route_offers_new(&sink);
    s->codes = cats_route_codes_default;
    s->told = g_string_new(NULL);
    return s;
}

static void stop(scene *s)
{
    route_offers_free(s->offers);
    g_string_free(s->told, TRUE);
    g_free(s);
}

static void assert_told(scene *s, const char *expected)
{
    g_assert_cmpstr(s->told->str, ==, expected);
    g_string_truncate(s->told, 0);
}

/* A line of ExaBGP about this neighbor; `good`: what the offers say of it. */
static void take_line(scene *s, const char *peer, const char *message, bool good)
{
    exabgp_line line;
    g_autofree char *error = NULL;
    g_autofree char *json =
        g_strdup_printf("{\"exabgp\":\"4.0.1\",\"type\":\"update\",\"neighbor\":{\"address\":{"
                        "\"local\":\"10.9.3.2\",\"peer\":\"%s\"},\"direction\":\"receive\","
                        "\"message\":{%s}}}",
                        peer, message);
    g_assert_true(exabgp_read(json, &line, &error));
    g_assert_cmpint(line.kind, ==, EXABGP_UPDATE);
    g_assert_cmpstr(line.peer, ==, peer);
    g_assert_cmpint(
        route_offers_update(s->offers, &s->codes, line.peer, line.body->data, line.body->len, &s->trouble),
        ==, good);
    exabgp_clear(&line);
}

#define ANNOUNCE4(value)                                                                                 \
    "\"update\":{\"attribute\":{\"origin\":\"igp\",\"as-path\":[65001],\"attribute-0xFF-0xE0\":\"" value \
    "\"},\"announce\":{\"ipv4 unicast\":{\"10.9.3.1\":[{\"nlri\":\"192.0.2.80/32\"}]}}}"
#define ANNOUNCE6(value)                                          \
    "\"update\":{\"attribute\":{\"attribute-0xFF-0xC0\":\"" value \
    "\"},\"announce\":{\"ipv6 unicast\":{\"2001:db8::1\":[{\"nlri\":\"2001:db8:80::80/128\"}]}}}"
#define WITHDRAW4 "\"update\":{\"withdraw\":{\"ipv4 unicast\":[{\"nlri\":\"192.0.2.80/32\"}]}}"
#define WITHDRAW6 "\"update\":{\"withdraw\":{\"ipv6 unicast\":[\"2001:db8:80::80/128\"]}}"

static void test_families(void)
{
    scene *s = start();
    take_line(s, "10.9.3.1", ANNOUNCE4(VALUE("0007", SCORE_5, "00e1")), true);
    assert_told(s, "offer 192.0.2.80 5f00:0:e1::/48 5 7\n");
    take_line(s, "10.9.3.1", ANNOUNCE6(VALUE("0008", SCORE_10, "00e1")), true);
    assert_told(s, "offer 2001:db8:80::80 5f00:0:e1::/48 10 8\n");
    take_line(s, "10.9.3.1", ANNOUNCE6(VALUE("0008", SCORE_10, "00e1")), true);
    assert_told(s, ""); /* nothing new */
    g_assert_cmpuint(route_offers_count(s->offers), ==, 2);
    take_line(s, "10.9.3.1", WITHDRAW6, true);
    assert_told(s, "withdraw 2001:db8:80::80 5f00:0:e1::/48 10 8\n");
    take_line(s, "10.9.3.1", WITHDRAW4, true);
    assert_told(s, "withdraw 192.0.2.80 5f00:0:e1::/48 5 7\n");
    take_line(s, "10.9.3.1", WITHDRAW4, true);
    assert_told(s, "");
    stop(s);
}

/* The raw octets of an UPDATE: no withdrawn routes, our attribute, 192.0.2.80/32. */
static void test_raw(void)
{
    scene *s = start();
    take_line(s, "10.9.3.1",
              "\"category\":2,\"header\":\"0xFF\",\"body\":\"0x00000029"
              "c0ff26000100083800000700841600000200165f00000000e1ca75000000000000000080ca20101020"
              "20c0000250\"",
              true);
    assert_told(s, "offer 192.0.2.80 5f00:0:e1::/48 5 7\n");
    stop(s);
}

/* Two neighbors: each its own egress, then both the same, as when the route of one is lost. */
static void test_neighbors(void)
{
    scene *s = start();
    take_line(s, "a", ANNOUNCE4(VALUE("0001", SCORE_10, "00e1")), true);
    take_line(s, "b", ANNOUNCE4(VALUE("0001", SCORE_5, "00e2")), true);
    assert_told(s, "offer 192.0.2.80 5f00:0:e1::/48 10 1\noffer 192.0.2.80 5f00:0:e2::/48 5 1\n");
    take_line(s, "a", ANNOUNCE4(VALUE("0001", SCORE_5, "00e2")), true);
    assert_told(s, "withdraw 192.0.2.80 5f00:0:e1::/48 10 1\n");
    take_line(s, "b", WITHDRAW4, true);
    assert_told(s, ""); /* the other neighbor has it still */
    take_line(s, "b", ANNOUNCE4(VALUE("0002", SCORE_10, "00e2")), true);
    assert_told(s, "offer 192.0.2.80 5f00:0:e2::/48 10 2\n"); /* the newest */
    route_offers_down(s->offers, "b");
    assert_told(s, "offer 192.0.2.80 5f00:0:e2::/48 5 1\n");
    route_offers_down(s->offers, "c");
    assert_told(s, "");
    route_offers_down(s->offers, NULL);
    assert_told(s, "withdraw 192.0.2.80 5f00:0:e2::/48 5 1\n");
    g_assert_cmpuint(route_offers_count(s->offers), ==, 0);
    stop(s);
}

/* RFC 7606: what is malformed ends what the route offered; so does a route without our attribute. */
static void test_wrong(void)
{
    static const struct {
        const char *message;
        bool good;
    } wrong[] = {
        { ANNOUNCE4("0x0001000838000007"), false },
        { ANNOUNCE4(VALUE("0007", "00843e00", "00e1")), false }, /* a score of 15 */
        { "\"update\":{\"attribute\":{},\"announce\":{\"ipv4 unicast\":{\"10.9.3.1\":[\"192.0.2.80/32\"]}}}",
          true },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        scene *s = start();
        take_line(s, "a", ANNOUNCE4(VALUE("0001", SCORE_10, "00e1")), true);
        g_string_truncate(s->told, 0);
        take_line(s, "a", wrong[i].message, wrong[i].good);
        assert_told(s, "withdraw 192.0.2.80 5f00:0:e1::/48 10 1\n");
        stop(s);
    }
}

static void test_lines(void)
{
    static const struct {
        const char *text;
        bool good;
        exabgp_kind kind;
    } lines[] = {
        { "{\"type\":\"state\",\"neighbor\":{\"address\":{\"peer\":\"a\"},\"state\":\"down\"}}", true,
          EXABGP_DOWN },
        { "{\"type\":\"state\",\"neighbor\":{\"address\":{\"peer\":\"a\"},\"state\":\"up\"}}", true,
          EXABGP_OTHER },
        { "{\"type\":\"state\",\"neighbor\":{}}", false, EXABGP_OTHER },
        { "{\"type\":\"keepalive\",\"neighbor\":{}}", true, EXABGP_OTHER },
        { "{\"type\":\"update\",\"neighbor\":{\"address\":{\"peer\":\"a\"},\"message\":{\"eor\":{}}}}", true,
          EXABGP_OTHER },
        { "{\"type\":\"update\",\"neighbor\":{\"address\":{\"peer\":\"a\"},\"direction\":\"send\","
          "\"message\":{\"update\":{}}}}",
          true, EXABGP_OTHER },
        { "{\"type\":\"update\",\"neighbor\":{\"address\":{\"peer\":\"a\"},\"message\":{\"body\":\"0x0\"}}}",
          false, EXABGP_UPDATE },
        { "{\"type\":\"update\",\"neighbor\":{\"address\":{\"peer\":\"a\"},\"message\":{\"update\":{"
          "\"withdraw\":{\"ipv4 unicast\":[\"192.0.2.80/33\"]}}}}}",
          false, EXABGP_UPDATE },
        { "{\"type\":\"update\",\"neighbor\":{\"address\":{\"peer\":\"a\"},\"message\":{\"update\":{"
          "\"announce\":{\"ipv6 unicast\":{\"x\":[]}}}}}}",
          false, EXABGP_UPDATE },
        { "{\"type\":7}", false, EXABGP_OTHER },
        { "[]", false, EXABGP_OTHER },
        { "no JSON", false, EXABGP_OTHER },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        exabgp_line line;
        g_autofree char *message = NULL;
        g_assert_cmpint(exabgp_read(lines[i].text, &line, &message), ==, lines[i].good);
        g_assert_cmpint(message == NULL, ==, lines[i].good);
        g_assert_cmpint(line.kind, ==, lines[i].kind);
        exabgp_clear(&line);
    }
}

static void take_message(void *context, const char *sender, const bgp_message *message)
{
    scene *s = context;
    if (message->type == BGP_UPDATE)
        g_assert_true(route_offers_update(s->offers, &s->codes, sender, message->body,
                                          message->length - BGP_HEADER_LENGTH, &s->trouble));
}

/* Real daemons, both families: from ExaBGP to FRR, which tells it back and on to GoBGP. Captured on all
 * interfaces. */
static void test_capture(void)
{
    scene *s = start();
    g_autoptr(GError) error = NULL;
    uint64_t missed;
    g_assert_true(captured_updates_read(CATSHARK_SAMPLES "/bgp-ebgp.pcap", take_message, s, &missed, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(missed, ==, 0);
    assert_told(s, "offer 192.0.2.80 5f00:0:e::/48 7 102\noffer 2001:db8:80::80 5f00:0:e::/48 7 102\n");
    g_assert_cmpuint(route_offers_count(s->offers), ==, 6);
    g_assert_false(captured_updates_read(CATSHARK_SAMPLES "/README.md", take_message, s, &missed, &error));
    g_assert_nonnull(error);
    stop(s);
}

/* Of a frame that the capture cut octets are missing: IPv4, TCP from port 179, a KEEPALIVE less an octet. */
static void test_capture_cut(void)
{
    static const uint8_t file[] = {
        0xd4, 0xc3, 0xb2, 0xa1, 2,    0,    4,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0xff,
        0xff, 0,    0,    101,  0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    58,   0,
        0,    0,    59,   0,    0,    0,    0x45, 0,    0,    59,   0,    0,    0,    0,    64,   6,    0,
        0,    10,   9,    1,    1,    10,   9,    1,    2,    0,    179,  0x9c, 0x40, 0,    0,    0,    1,
        0,    0,    0,    0,    0x50, 0x10, 0,    0,    0,    0,    0,    0,    0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0,    19,
    };
    scene *s = start();
    g_autoptr(GError) error = NULL;
    g_autofree char *path = NULL;
    uint64_t missed;
    int fd = g_file_open_tmp("catshark-cut-XXXXXX", &path, &error);
    g_assert_no_error(error);
    g_assert_true(g_close(fd, &error) && g_file_set_contents(path, (const char *)file, sizeof file, &error));
    g_assert_true(captured_updates_read(path, take_message, s, &missed, &error));
    g_assert_cmpuint(missed, ==, 1);
    g_assert_cmpint(g_remove(path), ==, 0);
    stop(s);
}

#define UPDATE4(attributes) "\"category\":2,\"body\":\"0x0000" attributes "20c0000250\""

/* What the problem is said to do is what is done (RFC 7606 s2, RFC 9252 s7). */
static void test_handlings(void)
{
    static const struct {
        const char *message, *handling, *told;
        bool loses_routes;
    } cases[] = {
        /* attribute 40: a TLV that is not of an SRv6 service, and longer than the attribute */
        { UPDATE4("002f"
                  "c0ff26000100083800000700841600000200165f00000000e1ca75000000000000000080ca20101020"
                  "c02803010008"),
          "attribute-discard", "offer 192.0.2.80 5f00:0:e1::/48 5 7\n", false },
        { ANNOUNCE4("0x0001000838000007"), "treat-as-withdraw", "withdraw 192.0.2.80 5f00:0:e1::/48 10 1\n",
          true },
        /* attribute 40 alone: bits of a SID in a label that a unicast route has not */
        { UPDATE4("0028"
                  "c028250500220001001e005f00000000e1ca7500000000000000000080ca000100062010100"
                  "01030"),
          "ineligible", "withdraw 192.0.2.80 5f00:0:e1::/48 10 1\n", true },
        { "\"category\":2,\"body\":\"0x000000ff\"", "unreadable", "", false },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        scene *s = start();
        take_line(s, "a", ANNOUNCE4(VALUE("0001", SCORE_10, "00e1")), true);
        g_string_truncate(s->told, 0);
        take_line(s, "a", cases[i].message, false);
        g_assert_cmpstr(s->trouble.handling, ==, cases[i].handling);
        g_assert_cmpint(s->trouble.loses_routes, ==, cases[i].loses_routes);
        g_assert_cmpuint(strlen(s->trouble.text), >, 0);
        assert_told(s, cases[i].told);
        stop(s);
    }
}

/* Another attribute is ours, 255 then is none; and with path identifiers two routes to one prefix are two. */
static void test_codes(void)
{
    static const char one[] = "\"body\":\"0x0000"
                              "0029c0fe26000100083800000700841600000200165f00000000e1ca7500"
                              "0000000000000080ca20101020"
                              "0000000120c0000250\"",
                      two[] = "\"body\":\"0x0000"
                              "0029c0fe26000100083800000700842a00000200165f00000000e2ca7500"
                              "0000000000000080ca20101020"
                              "0000000220c0000250\"",
                      gone[] = "\"body\":\"0x0009"
                               "0000000120c0000250"
                               "0000\"";
    scene *s = start();
    s->codes.attribute = 254;
    take_line(s, "a", ANNOUNCE4(VALUE("0001", SCORE_10, "00e1")), true);
    assert_told(s, "");
    s->codes.add_path = true;
    take_line(s, "a", one, true);
    take_line(s, "a", two, true);
    assert_told(s, "offer 192.0.2.80 5f00:0:e1::/48 5 7\noffer 192.0.2.80 5f00:0:e2::/48 10 7\n");
    take_line(s, "a", gone, true);
    assert_told(s, "withdraw 192.0.2.80 5f00:0:e1::/48 5 7\n");
    stop(s);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/route-offers/families", test_families);
    g_test_add_func("/route-offers/raw", test_raw);
    g_test_add_func("/route-offers/neighbors", test_neighbors);
    g_test_add_func("/route-offers/wrong", test_wrong);
    g_test_add_func("/route-offers/lines", test_lines);
    g_test_add_func("/route-offers/capture", test_capture);
    g_test_add_func("/route-offers/capture-cut", test_capture_cut);
    g_test_add_func("/route-offers/handlings", test_handlings);
    g_test_add_func("/route-offers/codes", test_codes);
    return g_test_run();
}
