/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of epan-cats/address: text against inet_ntop(), prefixes, and which addresses can be a host's. */
#include "epan-cats/address.h"

#include <arpa/inet.h>
#include <glib.h>
#include <string.h>

static cats_address address_of(const char *text)
{
    cats_address address;
    g_assert_true(cats_address_parse(text, &address));
    return address;
}

static void assert_text_is(const cats_address *address, const char *expected)
{
    char text[CATS_ADDRESS_TEXT];
    size_t length = cats_address_format(address, text);
    g_assert_cmpstr(text, ==, expected);
    g_assert_cmpuint(length, ==, strlen(expected));
}

static void assert_text_as_inet_ntop(const cats_address *address)
{
    char expected[INET6_ADDRSTRLEN];
    int family = address->family == 4 ? AF_INET : AF_INET6;
    g_assert_nonnull(inet_ntop(family, address->octets, expected, sizeof expected));
    assert_text_is(address, expected);
}

/* RFC 5952 s4 and s5, and the embedded IPv4 forms as inet_ntop() and Wireshark print them. */
static void test_format_known(void)
{
    static const char *const texts[] = {
        "0.0.0.0",
        "192.0.2.80",
        "255.255.255.255",
        "10.0.100.9",
        "::",
        "::1",
        "1::",
        "2001:db8::1",
        "2001:db8:80::80",
        "2001:db8:0:1:1:1:1:1", /* one zero group is written out */
        "2001:0:0:1::1",        /* the longest run */
        "2001:db8::1:0:0:1",    /* the first of equal runs */
        "2001:db8:aaaa:bbbb:cccc:dddd:eeee:1",
        "0:0:2::5", /* runs of 2 groups and 4 */
        "::2:0:0:0:5",
        "0:1::",
        "5f00:0:e:ca75:3800:102::",
        "::ffff:192.0.2.1", /* IPv4-mapped */
        "::ffff:0.0.0.0",
        "::192.0.2.1", /* IPv4-compatible */
        "::0.1.0.0",
        "::ffff", /* seven zero groups: no IPv4 within */
        "::fffe:c000:201",
        "::1:ffff:c000:201",
        "64:ff9b::c000:201",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        cats_address address = address_of(texts[i]);
        assert_text_as_inet_ntop(&address);
        assert_text_is(&address, texts[i]);
    }
    assert_text_is(&(cats_address){ 0 }, "none");
}

static void test_format_random(void)
{
    for (unsigned round = 0; round < 300000; round++) {
        uint8_t octets[16];
        gint zeros = g_test_rand_int_range(0, 5); /* none to most octets are zero, so that runs occur */
        for (size_t i = 0; i < sizeof octets; i++)
            octets[i] = g_test_rand_int_range(0, 5) < zeros ? 0 : (uint8_t)g_test_rand_int();
        cats_address ipv6 = cats_address_ipv6(octets);
        assert_text_as_inet_ntop(&ipv6);
        cats_address ipv4 = cats_address_ipv4(octets);
        assert_text_as_inet_ntop(&ipv4);

        char text[CATS_ADDRESS_TEXT];
        cats_address_format(&ipv6, text);
        cats_address back = address_of(text);
        g_assert_true(cats_address_equal(&back, &ipv6));
    }
}

/* Every pattern of zero groups: all places and lengths of the run, and all ties. */
static void test_format_zero_patterns(void)
{
    static const uint8_t fills[][2] = { { 0xff, 0xff }, { 0x00, 0x01 }, { 0x0a, 0xbc } };
    for (unsigned pattern = 0; pattern < 256; pattern++) {
        for (size_t f = 0; f < G_N_ELEMENTS(fills); f++) {
            uint8_t octets[16] = { 0 };
            for (unsigned group = 0; group < 8; group++) {
                if (pattern >> group & 1)
                    memcpy(octets + 2 * group, fills[f], 2);
            }
            cats_address address = cats_address_ipv6(octets);
            assert_text_as_inet_ntop(&address);
        }
    }
}

static void test_endpoint(void)
{
    static const struct {
        const char *address;
        uint16_t port;
        const char *expected;
    } cases[] = {
        { "192.0.2.1", 443, "192.0.2.1:443" },
        { "192.0.2.1", 0, "192.0.2.1:0" },
        { "2001:db8::1", 443, "[2001:db8::1]:443" },
        { "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 65535,
          "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535" },
    };
    char text[CATS_ADDRESS_TEXT];
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        cats_address address = address_of(cases[i].address);
        size_t length = cats_endpoint_format(&address, cases[i].port, text);
        g_assert_cmpstr(text, ==, cases[i].expected);
        g_assert_cmpuint(length, ==, strlen(cases[i].expected));
    }
    cats_endpoint_format(&(cats_address){ 0 }, 80, text);
    g_assert_cmpstr(text, ==, "none:80");
}

static void test_parse_refuses(void)
{
    static const char *const texts[] = { "",
                                         " ",
                                         "192.0.2",
                                         "192.0.2.256",
                                         "192.0.2.1 ",
                                         "192.0.2.1.5",
                                         "1:2:3:4:5:6:7",
                                         "2001:db8:::1",
                                         "2001:db8::1/64",
                                         "[::1]",
                                         "12345::",
                                         "::g",
                                         "localhost",
                                         "none",
                                         "fe80::1%eth0" };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        cats_address address = { .family = 9 };
        g_assert_false(cats_address_parse(texts[i], &address));
        g_assert_cmpuint(address.family, ==, 9); /* untouched */
    }
}

static void test_equal_and_length(void)
{
    cats_address ipv4 = address_of("192.0.2.1");
    cats_address ipv6 = address_of("c000:201::"); /* the same leading octets */
    cats_address none = { 0 };
    cats_address other = address_of("192.0.2.2");
    cats_address last = address_of("c000:201::1"); /* differs in its last octet only */
    g_assert_cmpuint(cats_address_length(&ipv4), ==, 4);
    g_assert_cmpuint(cats_address_length(&ipv6), ==, 16);
    g_assert_cmpuint(cats_address_length(&none), ==, 0);
    g_assert_true(cats_address_equal(&ipv4, &ipv4));
    g_assert_true(cats_address_equal(&ipv6, &ipv6));
    g_assert_true(cats_address_equal(&none, &none));
    g_assert_false(cats_address_equal(&ipv4, &ipv6));
    g_assert_false(cats_address_equal(&ipv4, &other));
    g_assert_false(cats_address_equal(&ipv6, &last));
    g_assert_false(cats_address_equal(&none, &ipv4));
}

/* For every length: an address that agrees in just that many bits lies in the prefix, and in none longer. */
static void test_prefix_every_length(const char *text)
{
    cats_address prefix = address_of(text);
    unsigned size = (unsigned)(8 * cats_address_length(&prefix));
    for (unsigned agreeing = 0; agreeing < size; agreeing++) {
        cats_address address = prefix;
        address.octets[agreeing / 8] ^= (uint8_t)(0x80 >> agreeing % 8);
        for (unsigned bits = 0; bits <= size; bits++)
            g_assert_cmpint(cats_address_in_prefix(&address, &prefix, bits), ==, bits <= agreeing);
    }
    g_assert_true(cats_address_in_prefix(&prefix, &prefix, size));
    g_assert_false(cats_address_in_prefix(&prefix, &prefix, size + 1));
    g_assert_false(cats_address_in_prefix(&prefix, &prefix, UINT32_MAX));
}

static void test_prefix(void)
{
    test_prefix_every_length("192.0.2.80");
    test_prefix_every_length("5f00:0:e:ca75:3800:102:0:1");
    cats_address ipv4 = address_of("192.0.2.1"), ipv6 = address_of("c000:201::"), none = { 0 };
    g_assert_false(cats_address_in_prefix(&ipv4, &ipv6, 0));
    g_assert_false(cats_address_in_prefix(&ipv6, &ipv4, 8));
    g_assert_false(cats_address_in_prefix(&none, &none, 0));
}

static void test_not_unicast(void)
{
    static const struct {
        const char *address, *kind;
    } cases[] = {
        { "0.0.0.0", "unspecified" },
        { "127.0.0.1", "loopback" },
        { "127.255.255.255", "loopback" },
        { "169.254.0.1", "link-local" },
        { "224.0.0.1", "multicast" },
        { "239.255.255.255", "multicast" },
        { "255.255.255.255", "broadcast" },
        { "10.3.2.2", NULL },
        { "126.255.255.255", NULL },
        { "128.0.0.1", NULL },
        { "169.253.255.255", NULL },
        { "169.255.0.0", NULL },
        { "223.255.255.255", NULL },
        { "255.255.255.254", NULL },
        { "::", "unspecified" },
        { "::1", "loopback" },
        { "fe80::1", "link-local" },
        { "febf:ffff::1", "link-local" },
        { "ff02::1", "multicast" },
        { "ff00::", "multicast" },
        { "2001:db8:3:2::2", NULL },
        { "::2", NULL },
        { "fe7f::1", NULL },
        { "fec0::1", NULL },
        { "fd00::1", NULL },
        { "::ffff:127.0.0.1", "loopback" },
        { "::ffff:224.0.0.1", "multicast" },
        { "::ffff:10.3.2.2", NULL },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        cats_address address = address_of(cases[i].address);
        g_assert_cmpstr(cats_address_not_unicast(&address), ==, cases[i].kind);
    }
    g_assert_cmpstr(cats_address_not_unicast(&(cats_address){ 0 }), ==, "no address");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/address/format/known", test_format_known);
    g_test_add_func("/address/format/random", test_format_random);
    g_test_add_func("/address/format/zero-patterns", test_format_zero_patterns);
    g_test_add_func("/address/endpoint", test_endpoint);
    g_test_add_func("/address/parse/refuses", test_parse_refuses);
    g_test_add_func("/address/equal-and-length", test_equal_and_length);
    g_test_add_func("/address/prefix", test_prefix);
    g_test_add_func("/address/not-unicast", test_not_unicast);
    return g_test_run();
}
