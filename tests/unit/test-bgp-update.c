/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of epan-cats/bgp-update: messages in a stream, UPDATEs of each family, and every defect. */
#include "update-builder.h"

#include <string.h>

static void test_messages(void)
{
    uint8_t stream[3 * BGP_HEADER_LENGTH + 4];
    memset(stream, 0xff, sizeof stream);
    wire_put(stream + 16, 3, 19 << 8 | BGP_KEEPALIVE);
    wire_put(stream + 19 + 16, 3, 23 << 8 | BGP_UPDATE);
    wire_put(stream + 42 + 16, 3, 19 << 8 | BGP_KEEPALIVE);

    bgp_message message;
    cats_defect defect;
    size_t next = 0;
    g_assert_cmpint(bgp_message_next(stream, sizeof stream, &next, &message, &defect), ==, BGP_MESSAGE);
    g_assert_cmpuint(message.type, ==, BGP_KEEPALIVE);
    g_assert_cmpint(bgp_message_next(stream, sizeof stream, &next, &message, &defect), ==, BGP_MESSAGE);
    g_assert_cmpuint(message.type, ==, BGP_UPDATE);
    g_assert_cmpuint(message.at, ==, 19);
    g_assert_true(message.body == stream + 38);
    g_assert_cmpint(bgp_message_next(stream, sizeof stream - 1, &next, &message, &defect), ==,
                    BGP_MESSAGE_END);
    g_assert_cmpint(bgp_message_next(stream, sizeof stream, &next, &message, &defect), ==, BGP_MESSAGE);
    g_assert_cmpint(bgp_message_next(stream, sizeof stream, &next, &message, &defect), ==, BGP_MESSAGE_END);

    g_assert_cmpuint(bgp_message_first(stream, sizeof stream), ==, 0);
    g_assert_cmpuint(bgp_message_first(stream + 1, sizeof stream - 1), ==, 18);
    g_assert_cmpuint(bgp_message_first(stream + 1, 18 + 7), ==, 18); /* seven octets of it */
    g_assert_cmpuint(bgp_message_first(stream + 16, 3), ==, 3);
    g_assert_cmpuint(bgp_message_first(stream, 0), ==, 0);

    next = 0;
    wire_put(stream + 16, 2, 18);
    g_assert_cmpint(bgp_message_next(stream, sizeof stream, &next, &message, &defect), ==, BGP_MESSAGE_BAD);
    g_assert_cmpuint(defect.found, ==, 18);
    stream[3] = 0;
    g_assert_cmpint(bgp_message_next(stream, 4, &next, &message, &defect), ==, BGP_MESSAGE_BAD);
    g_assert_cmpstr(defect.subject, ==, "BGP message: octet of the marker");
}

static void parse(const update_builder *builder, bgp_update *update)
{
    cats_defect defect;
    bool parsed = bgp_update_parse(builder->body->data, builder->body->len, update, &defect);
    if (!parsed)
        g_error("%s %u at %zu", defect.subject, (unsigned)defect.found, defect.at);
}

/* "-192.0.2.80/32 +2001:db8:80::80/128@2001:db8::1", with distinguisher and label in VPN. */
static char *told(const bgp_update *update, bool add_path)
{
    GString *text = g_string_new(NULL);
    for (unsigned i = 0; i < update->count; i++) {
        bgp_nlri_walk walk;
        char prefix[BGP_PREFIX_TEXT], distinguisher[BGP_DISTINGUISHER_TEXT], hop[CATS_ADDRESS_TEXT];
        bgp_nlri_walk_start(&walk, update, &update->prefixes[i], add_path);
        while (bgp_nlri_walk_next(&walk)) {
            bgp_prefix_format(&walk.prefix, prefix);
            bgp_distinguisher_format(walk.prefix.distinguisher, distinguisher);
            cats_address_format(&update->prefixes[i].next_hop, hop);
            g_string_append_printf(text, "%s%c%s", text->len == 0 ? "" : " ",
                                   update->prefixes[i].withdrawn ? '-' : '+', prefix);
            if (walk.safi == BGP_SAFI_VPN)
                g_string_append_printf(text, ",%s,0x%x", distinguisher, walk.label);
            if (add_path)
                g_string_append_printf(text, "#%u", walk.prefix.path_id);
            if (!update->prefixes[i].withdrawn)
                g_string_append_printf(text, "@%s", hop);
        }
        if (walk.bad)
            g_string_append_printf(text, " !%s", walk.defect.subject);
    }
    return g_string_free(text, FALSE);
}

static void assert_told(update_builder *builder, bool add_path, const char *expected)
{
    bgp_update update;
    update_body(builder);
    parse(builder, &update);
    g_autofree char *text = told(&update, add_path);
    g_assert_cmpstr(text, ==, expected);
    update_free(builder);
}

static void test_unicast(void)
{
    update_builder b = update_begin();
    append_octets(b.withdrawn, 24, 198, 51, 100);
    update_attribute(&b, 0x40, 1, 0);
    update_attribute(&b, 0x40, BGP_ATTRIBUTE_NEXT_HOP, 10, 9, 1, 1);
    append_octets(b.nlri, NLRI_IPV4, 0, 20, 10, 1, 0xff);
    assert_told(&b, false,
                "-198.51.100.0/24 +192.0.2.80/32@10.9.1.1 +0.0.0.0/0@10.9.1.1 +10.1.240.0/20@10.9.1.1");

    b = update_begin();
    update_attribute(&b, 0x80, BGP_ATTRIBUTE_MP_REACH, REACH_IPV6, NLRI_IPV6);
    update_attribute(&b, 0x80, BGP_ATTRIBUTE_MP_UNREACH, 0, 2, 1, 32, 0x20, 1, 0xd, 0xb8);
    assert_told(&b, false, "-2001:db8::/32 +2001:db8:80::80/128@2001:db8::1");

    b = update_begin(); /* IPv4 by an IPv6 next hop with a link-local one behind it, RFC 8950 */
    update_attribute(&b, 0x80, BGP_ATTRIBUTE_MP_REACH, 0, 1, 1, 32, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0,
                     0, 0, 0, 0, 1, 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, NLRI_IPV4);
    assert_told(&b, false, "+192.0.2.80/32@2001:db8::1");

    b = update_begin(); /* RFC 7911 */
    append_octets(b.nlri, 0, 0, 1, 2, NLRI_IPV4, 0, 0, 0, 7, NLRI_IPV4);
    assert_told(&b, true, "+192.0.2.80/32#258@none +192.0.2.80/32#7@none");

    b = update_begin(); /* End-of-RIB */
    assert_told(&b, false, "");
    b = update_begin(); /* other families have no prefixes here */
    update_attribute(&b, 0x80, BGP_ATTRIBUTE_MP_REACH, 0, 25, 70, 4, 10, 9, 1, 1, 0, 1, 2, 3);
    assert_told(&b, false, "");
}

static void test_vpn(void)
{
    update_builder b = update_begin();
    update_attribute(&b, 0x80, BGP_ATTRIBUTE_MP_REACH, 0, 1, 128, 24, 0, 0, 0, 0, 0, 0, 0, 0, 0x20, 1, 0xd,
                     0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, /* next hop */
                     112, 0xca, 0x75, 0x01, 0, 0, 0xfd, 0xe9, 0, 0, 0, 1, 192, 0, 2);
    assert_told(&b, false, "+192.0.2.0/24,65001:1,0xca750@2001:db8::1");

    b = update_begin(); /* two labels; distinguisher of an IPv4 address */
    update_attribute(&b, 0x80, BGP_ATTRIBUTE_MP_REACH, 0, 2, 128, 12, 0, 0, 0, 0, 0, 0, 0, 0, 10, 9, 1, 1, 0,
                     144, 0x00, 0x01, 0x00, 0x00, 0x02, 0x01, 0, 1, 192, 0, 2, 1, 0, 7, 0x20, 1, 0xd, 0xb8);
    assert_told(&b, false, "+2001:db8::/32,192.0.2.1:7,0x10@10.9.1.1");

    b = update_begin(); /* a withdrawal has 0x800000 for a label */
    update_attribute(&b, 0x80, BGP_ATTRIBUTE_MP_UNREACH, 0, 1, 128, 112, 0x80, 0, 0, 0, 2, 0, 1, 0, 0, 0, 9,
                     192, 0, 2);
    assert_told(&b, false, "-192.0.2.0/24,65536:9,0x80000");
}

static void test_bad_nlri(void)
{
    static const struct {
        uint8_t safi, octets[12];
        size_t length;
        const char *expected;
    } cases[] = {
        { 1, { 33, 1, 2, 3, 4, 5 }, 6, " !BGP NLRI: bits of the prefix" },
        { 1, { 32, 1, 2, 3 }, 4, " !BGP NLRI: bits of the prefix" },
        { 128, { 32, 1, 2, 3, 4 }, 5, " !BGP NLRI: length in bits" }, /* no bottom of the stack */
        { 128, { 24, 1, 2, 3 }, 4, " !BGP NLRI: length in bits" },    /* no distinguisher */
        { 128, { 88, 1, 2, 3, 4, 5, 6 }, 7, " !BGP NLRI: length in bits" },
        { 128, { 88, 1 }, 2, " !BGP NLRI: length in bits" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        update_builder b = update_begin();
        uint8_t value[32] = { 0, 1, cases[i].safi, 4, 10, 9, 1, 1, 0 };
        memcpy(value + 9, cases[i].octets, cases[i].length);
        update_add(&b, 0x80, BGP_ATTRIBUTE_MP_REACH, value, 9 + cases[i].length);
        assert_told(&b, false, cases[i].expected);
    }
    update_builder b = update_begin();
    append_octets(b.nlri, 0, 0, 0, 1);
    assert_told(&b, true, " !BGP NLRI: octets left");
}

static void test_bad_updates(void)
{
    static const struct {
        uint8_t octets[16];
        size_t length;
        const char *subject;
    } cases[] = {
        { { 0, 0, 0 }, 3, "BGP UPDATE: length" },
        { { 0, 1, 0, 0 }, 4, "BGP UPDATE: length of withdrawn routes" },
        { { 0, 0, 0, 1 }, 4, "BGP UPDATE: length of path attributes" },
        { { 0, 0, 0, 2, 0x40, 1 }, 6, "BGP attribute: octets left" },
        { { 0, 0, 0, 3, 0x50, 1, 0 }, 7, "BGP attribute: octets left" },
        { { 0, 0, 0, 3, 0x40, 1, 1 }, 7, "BGP attribute: length" },
        { { 0, 0, 0, 5, 0x80, 14, 2, 0, 1 }, 9, "BGP MP attribute: length" },
        { { 0, 0, 0, 5, 0x80, 15, 2, 0, 1 }, 9, "BGP MP attribute: length" },
        { { 0, 0, 0, 7, 0x80, 14, 4, 0, 1, 1, 4 }, 11, "MP_REACH_NLRI: octets behind AFI and SAFI" },
        { { 0, 0, 0, 9, 0x80, 14, 6, 0, 1, 1, 1, 10, 0 }, 13, "MP_REACH_NLRI: length of next hop" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        bgp_update update;
        cats_defect defect;
        uint8_t *copy = g_memdup2(cases[i].octets, cases[i].length);
        g_assert_false(bgp_update_parse(copy, cases[i].length, &update, &defect));
        g_assert_cmpstr(defect.subject, ==, cases[i].subject);
        g_free(copy);
    }
}

/* A whole one cut at every length, and with a longer attribute header. */
static void test_truncated(void)
{
    uint8_t zeros[300] = { 0 };
    update_builder b = update_begin();
    append_octets(b.withdrawn, 24, 198, 51, 100);
    update_add(&b, 0xc0, 99, zeros, sizeof zeros);
    update_attribute(&b, 0x80, BGP_ATTRIBUTE_MP_REACH, REACH_IPV6, NLRI_IPV6);
    update_body(&b);
    size_t nlri_at = b.body->len;
    for (size_t length = 0; length < nlri_at; length++) {
        bgp_update update;
        cats_defect defect;
        uint8_t *copy = g_memdup2(b.body->data, length);
        g_assert_false(bgp_update_parse(copy, length, &update, &defect));
        g_free(copy);
    }
    bgp_update update;
    parse(&b, &update);
    bgp_attribute attribute;
    size_t next = 0;
    g_assert_true(bgp_attribute_next(&update, &next, &attribute));
    g_assert_cmpuint(attribute.code, ==, 99);
    g_assert_cmpuint(attribute.length, ==, sizeof zeros);
    g_assert_cmpuint(attribute.value_at, ==, attribute.at + 4);
    g_assert_true(bgp_attribute_next(&update, &next, &attribute));
    g_assert_false(bgp_attribute_next(&update, &next, &attribute));
    update_free(&b);
}

static void test_distinguisher_of_no_known_type(void)
{
    char text[BGP_DISTINGUISHER_TEXT];
    static const uint8_t odd[8] = { 0, 9, 1, 2, 3, 4, 5, 6 };
    bgp_distinguisher_format(odd, text);
    g_assert_cmpstr(text, ==, "0x0009010203040506");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/bgp-update/messages", test_messages);
    g_test_add_func("/bgp-update/unicast", test_unicast);
    g_test_add_func("/bgp-update/vpn", test_vpn);
    g_test_add_func("/bgp-update/bad-nlri", test_bad_nlri);
    g_test_add_func("/bgp-update/bad-updates", test_bad_updates);
    g_test_add_func("/bgp-update/truncated", test_truncated);
    g_test_add_func("/bgp-update/distinguisher-of-no-known-type", test_distinguisher_of_no_known_type);
    return g_test_run();
}
