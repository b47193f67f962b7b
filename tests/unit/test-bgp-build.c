/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is built is what the parsers read, octet by octet where an RFC draws it. */
#include "epan-cats/bgp-build.h"
#include "epan-cats/cats-route-update.h"
#include "epan-cats/wire.h"
#include "update-builder.h"

#include <string.h>

#define MARKER 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255

static void assert_same(const void *found, size_t found_length, const void *expected, size_t length)
{
    g_assert_cmpuint(found_length, ==, length);
    g_assert_true(length == 0 || memcmp(found, expected, length) == 0);
}

static void assert_octets(const GByteArray *found, const uint8_t *expected, size_t length)
{
    assert_same(found->data, found->len, expected, length);
}

/* The only message in the octets. */
static bgp_message message_of(const GByteArray *octets)
{
    size_t next = 0;
    bgp_message message = { 0 };
    cats_defect defect;
    g_assert_cmpint(bgp_message_next(octets->data, octets->len, &next, &message, &defect), ==, BGP_MESSAGE);
    g_assert_cmpuint(next, ==, octets->len);
    return message;
}

static bgp_prefix prefix_of(const char *text, uint8_t length)
{
    bgp_prefix prefix = { .length = length, .safi = BGP_SAFI_UNICAST };
    g_assert_true(cats_address_parse(text, &prefix.address));
    return prefix;
}

/* ---- OPEN, KEEPALIVE, NOTIFICATION ---- */

static void test_open_octets(void)
{
    static const uint8_t expected[] = {
        MARKER, 0,  57,   BGP_OPEN, 4,    0x5b, 0xa0, 0, 180, 10, 0, 0,
        1,      28, /* version, AS_TRANS, hold time, identifier, parameters */
        2,      26, /* capabilities */
        1,      4,  0,    1,        0,    1,    1,    4, 0,   2,  0, 1, /* IPv4 and IPv6 unicast */
        5,      6,  0,    1,        0,    1,    0,    2, /* IPv4 unicast behind an IPv6 next hop */
        65,     4,  0xfa, 0x56,     0xea, 0x01           /* AS 4200000001 */
    };
    const bgp_open open = { .as = 4200000001,
                            .hold_time = 180,
                            .identifier = { 10, 0, 0, 1 },
                            .four_octet_as = true,
                            .ipv4_unicast = true,
                            .ipv6_unicast = true,
                            .ipv4_over_ipv6 = true };
    g_autoptr(GByteArray) octets = g_byte_array_new();
    bgp_build_open(octets, &open);
    assert_octets(octets, expected, sizeof expected);
}

static bool same_open(const bgp_open *a, const bgp_open *b)
{
    return a->as == b->as && a->hold_time == b->hold_time && memcmp(a->identifier, b->identifier, 4) == 0 &&
           a->four_octet_as == b->four_octet_as && a->ipv4_unicast == b->ipv4_unicast &&
           a->ipv6_unicast == b->ipv6_unicast && a->ipv4_over_ipv6 == b->ipv4_over_ipv6;
}

/* Every set of capabilities comes back; cut anywhere, it is none or says less. */
static void test_open_again(void)
{
    for (unsigned set = 0; set < 16; set++) {
        const bgp_open open = { .as = set & 1 ? 70000 : 65000,
                                .hold_time = set & 2 ? 0 : 3,
                                .identifier = { 192, 0, 2, 1 },
                                .four_octet_as = (set & 1) != 0,
                                .ipv4_unicast = (set & 2) != 0,
                                .ipv6_unicast = (set & 4) != 0,
                                .ipv4_over_ipv6 = (set & 8) != 0 };
        g_autoptr(GByteArray) octets = g_byte_array_new();
        bgp_open read;
        cats_defect defect;
        bgp_build_open(octets, &open);
        bgp_message message = message_of(octets);
        g_assert_cmpuint(message.type, ==, BGP_OPEN);
        size_t length = message.length - BGP_HEADER_LENGTH;
        g_assert_true(bgp_open_parse(message.body, length, &read, &defect));
        g_assert_true(same_open(&open, &read));
        for (size_t cut = 0; cut < length; cut++)
            g_assert_false(bgp_open_parse(message.body, cut, &read, &defect));
    }
}

static void test_open_refused(void)
{
    static const struct {
        size_t at;
        uint8_t value;
        const char *subject;
    } cases[] = {
        { 0, 3, "BGP OPEN: version" },
        { 4, 2, "BGP OPEN: hold time" },
        { 5, 0, "BGP OPEN: identifier" },
        { 9, 7, "BGP OPEN: length of the parameters" },
        { 11, 7, "BGP OPEN: length of a parameter" },
        { 13, 5, "BGP OPEN: length of a capability" },
    };
    static const uint8_t good[] = { 4, 0xfd, 0xe8, 0, 180, 1, 0, 0, 0, 8, 2, 6, 1, 4, 0, 1, 0, 1 };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        uint8_t body[sizeof good];
        bgp_open read;
        cats_defect defect;
        memcpy(body, good, sizeof good);
        g_assert_true(bgp_open_parse(body, sizeof body, &read, &defect));
        body[cases[i].at] = cases[i].value;
        g_assert_false(bgp_open_parse(body, sizeof body, &read, &defect));
        g_assert_cmpstr(defect.subject, ==, cases[i].subject);
    }
}

/* Foreign parameters and capabilities, and known ones of another length, are passed over. */
static void test_open_unknown(void)
{
    static const uint8_t body[] = { 4,  0xfd, 0xe8, 0, 180, 1, 0, 0, 0,  21,       /* */
                                    99, 1,    7,                                   /* a parameter */
                                    2,  16,   2,    0, 1,   2, 0, 1, 65, 2,  0, 1, /* refresh; too short */
                                    1,  4,    0,    2, 0,   1 };
    bgp_open read;
    cats_defect defect;
    g_assert_true(bgp_open_parse(body, sizeof body, &read, &defect));
    g_assert_cmpuint(read.as, ==, 65000);
    g_assert_false(read.four_octet_as || read.ipv4_unicast || read.ipv4_over_ipv6);
    g_assert_true(read.ipv6_unicast);
}

static void test_short_messages(void)
{
    static const uint8_t keepalive[] = { MARKER, 0, 19, BGP_KEEPALIVE },
                         cease[] = { MARKER, 0, 21, BGP_NOTIFICATION, 6, 2 };
    g_autoptr(GByteArray) octets = g_byte_array_new();
    bgp_build_keepalive(octets);
    assert_octets(octets, keepalive, sizeof keepalive);
    g_byte_array_set_size(octets, 0);
    bgp_build_notification(octets, 6, 2);
    assert_octets(octets, cease, sizeof cease);
}

/* ---- UPDATE ---- */

static void assert_prefixes(const bgp_update *update, const bgp_prefix *expected, size_t count)
{
    bgp_nlri_walk walk;
    g_assert_cmpuint(update->count, ==, 1);
    bgp_nlri_walk_start(&walk, update, &update->prefixes[0], false);
    for (size_t i = 0; i < count; i++) {
        g_assert_true(bgp_nlri_walk_next(&walk));
        assert_same(&walk.prefix, sizeof walk.prefix, &expected[i], sizeof expected[i]);
    }
    g_assert_false(bgp_nlri_walk_next(&walk) || walk.bad);
}

/* Lengths that end within an octet, and none at all; IPv4 behind an IPv6 next hop. */
static void test_reach(void)
{
    const bgp_prefix ipv4[] = { prefix_of("0.0.0.0", 0), prefix_of("10.128.0.0", 9),
                                prefix_of("192.0.2.80", 32) },
                     ipv6[] = { prefix_of("2001:db8::", 33), prefix_of("2001:db8:80::80", 128) };
    static const char *const hops[] = { "5f00:0:e1::100", "192.0.2.1" };
    for (unsigned family = 0; family < 2; family++) {
        const bgp_prefix *prefixes = family == 0 ? ipv4 : ipv6;
        size_t count = family == 0 ? G_N_ELEMENTS(ipv4) : G_N_ELEMENTS(ipv6);
        for (unsigned withdrawn = 0; withdrawn < 2; withdrawn++) {
            for (size_t i = 0; i < G_N_ELEMENTS(hops); i++) {
                g_autoptr(GByteArray) attributes = g_byte_array_new();
                g_autoptr(GByteArray) octets = g_byte_array_new();
                cats_address hop;
                bgp_update update;
                cats_defect defect;
                g_assert_true(cats_address_parse(hops[i], &hop));
                if (withdrawn)
                    bgp_build_unreach(attributes, prefixes, count);
                else
                    bgp_build_reach(attributes, &hop, prefixes, count);
                g_assert_true(bgp_build_update(octets, attributes));
                bgp_message message = message_of(octets);
                g_assert_cmpuint(message.type, ==, BGP_UPDATE);
                g_assert_true(
                    bgp_update_parse(message.body, message.length - BGP_HEADER_LENGTH, &update, &defect));
                assert_prefixes(&update, prefixes, count);
                g_assert_cmpint(update.prefixes[0].withdrawn, ==, withdrawn);
                if (!withdrawn)
                    g_assert_true(cats_address_equal(&update.prefixes[0].next_hop, &hop));
            }
        }
    }
}

/* Attributes on both sides of the length that needs two octets. */
static void test_attribute_lengths(void)
{
    static const size_t lengths[] = { 0, 1, 255, 256, BGP_MESSAGE_MAX - BGP_HEADER_LENGTH - 8 };
    uint8_t value[BGP_MESSAGE_MAX];
    for (size_t i = 0; i < sizeof value; i++)
        value[i] = (uint8_t)(i * 7);
    for (size_t i = 0; i < G_N_ELEMENTS(lengths); i++) {
        g_autoptr(GByteArray) attributes = g_byte_array_new();
        g_autoptr(GByteArray) octets = g_byte_array_new();
        bgp_update update;
        bgp_attribute attribute;
        cats_defect defect;
        size_t next = 0;
        bgp_build_attribute(attributes, 0xc0, 255, value, lengths[i]);
        g_assert_true(bgp_build_update(octets, attributes));
        bgp_message message = message_of(octets);
        g_assert_true(bgp_update_parse(message.body, message.length - BGP_HEADER_LENGTH, &update, &defect));
        g_assert_true(bgp_attribute_next(&update, &next, &attribute));
        g_assert_cmpuint(attribute.code, ==, 255);
        g_assert_cmpuint(attribute.flags, ==, lengths[i] > 255 ? 0xd0 : 0xc0);
        assert_same(bgp_attribute_value(&update, &attribute), attribute.length, value, lengths[i]);
        g_assert_false(bgp_attribute_next(&update, &next, &attribute));
    }
    g_autoptr(GByteArray) attributes = g_byte_array_new();
    g_autoptr(GByteArray) octets = g_byte_array_new();
    bgp_build_attribute(attributes, 0xc0, 255, value, lengths[G_N_ELEMENTS(lengths) - 1] + 1);
    g_assert_false(bgp_build_update(octets, attributes));
    g_assert_cmpuint(octets->len, ==, 0);
}

/* ORIGIN, AS_PATH and LOCAL_PREF, which no internal peer leaves out. */
static void test_internal_path(void)
{
    static const uint8_t expected[] = { 0x40, 1, 1, 0, 0x40, 2, 0, 0x40, 5, 4, 0, 0, 0, 100 };
    g_autoptr(GByteArray) attributes = g_byte_array_new();
    bgp_build_internal_path(attributes);
    assert_octets(attributes, expected, sizeof expected);
}

/* A whole announcement of ours, read as a receiver reads it. */
static void test_announcement(void)
{
    const cats_announcement announcement = sample_announcement();
    const srv6_service service = sample_service();
    const bgp_prefix prefix = prefix_of("192.0.2.80", 32);
    g_autoptr(GByteArray) octets = g_byte_array_new();
    update_builder builder = update_begin();
    cats_address hop;
    cats_route_update read;
    cats_defect defect;
    g_assert_true(cats_address_parse("5f00:0:e::100", &hop));
    bgp_build_internal_path(builder.attributes);
    bgp_build_reach(builder.attributes, &hop, &prefix, 1);
    update_service(&builder, &service);
    update_announcement(&builder, &announcement);
    g_assert_true(bgp_build_update(octets, builder.attributes));
    bgp_message message = message_of(octets);
    g_assert_true(cats_route_update_read(&cats_route_codes_default, message.body,
                                         message.length - BGP_HEADER_LENGTH, &read, &defect));
    g_assert_cmpuint(read.problem_count, ==, 0);
    g_assert_true(cats_announcement_equal(&read.announcement, &announcement));
    g_assert_true(srv6_service_equal(&read.service, &service));
    assert_prefixes(&read.update, &prefix, 1);
    update_free(&builder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/bgp-build/open/octets", test_open_octets);
    g_test_add_func("/bgp-build/open/again", test_open_again);
    g_test_add_func("/bgp-build/open/refused", test_open_refused);
    g_test_add_func("/bgp-build/open/unknown", test_open_unknown);
    g_test_add_func("/bgp-build/short-messages", test_short_messages);
    g_test_add_func("/bgp-build/reach", test_reach);
    g_test_add_func("/bgp-build/attribute-lengths", test_attribute_lengths);
    g_test_add_func("/bgp-build/internal-path", test_internal_path);
    g_test_add_func("/bgp-build/announcement", test_announcement);
    return g_test_run();
}
