/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules OLD=NEW: which are taken, and what they do to addresses and ports. */
#include "capture-tools/inject/address-map.h"

typedef bool (*map_adder)(address_map *map, const char *text, char **message);

static void refuses(address_map *map, map_adder add, const char *text, const char *expected)
{
    char *message = NULL;
    g_assert_false(add(map, text, &message));
    g_assert_nonnull(message);
    g_assert_true(g_str_has_prefix(message + 1, text));
    if (strstr(message, expected) == NULL)
        g_error("%s: no \"%s\" in it", message, expected);
    g_free(message);
}

static void takes(address_map *map, const char *text)
{
    char *message = NULL;
    if (!address_map_add(map, text, &message))
        g_error("%s", message);
}

static void becomes(const address_map *map, const char *from, const char *to)
{
    cats_address address;
    char text[CATS_ADDRESS_TEXT];
    g_assert_true(cats_address_parse(from, &address));
    g_assert_cmpint(address_map_apply(map, &address), ==, !g_str_equal(from, to));
    cats_address_format(&address, text);
    g_assert_cmpstr(text, ==, to);
}

static void test_prefixes(void)
{
    address_map *map = address_map_new();
    g_assert_true(address_map_is_empty(map));
    takes(map, "192.0.2.0/24=198.51.100.0/24");
    takes(map, "192.0.2.80=203.0.113.9");
    takes(map, "10.0.0.0/12=172.16.0.0/12");
    takes(map, "2001:db8::/32=2001:db9::/32");
    takes(map, "2001:db8:80::80=fd00::1");
    takes(map, "5f00::/20=5f00:f000::/20");
    g_assert_false(address_map_is_empty(map));
    becomes(map, "192.0.2.1", "198.51.100.1");
    becomes(map, "192.0.2.80", "203.0.113.9"); /* the longest, and that once */
    becomes(map, "198.51.100.1", "198.51.100.1");
    becomes(map, "10.15.1.2", "172.31.1.2");
    becomes(map, "10.16.1.2", "10.16.1.2");
    becomes(map, "2001:db8:1::2", "2001:db9:1::2");
    becomes(map, "2001:db8:80::80", "fd00::1");
    becomes(map, "5f00:123:4::5", "5f00:f123:4::5");
    address_map_free(map);
}

static void test_all(void)
{
    address_map *map = address_map_new();
    takes(map, "0.0.0.0/0=0.0.0.0/0");
    cats_address address;
    g_assert_true(cats_address_parse("192.0.2.7", &address));
    g_assert_true(address_map_apply(map, &address));
    g_assert_cmpuint(address.octets[3], ==, 7);
    g_assert_true(cats_address_parse("2001:db8::7", &address));
    g_assert_false(address_map_apply(map, &address));
    address_map_free(map);
}

static void test_ports(void)
{
    address_map *map = address_map_new();
    char *message = NULL;
    uint16_t port = 443;
    g_assert_true(address_map_add_port(map, "443=8443", &message));
    g_assert_true(address_map_apply_port(map, &port));
    g_assert_cmpuint(port, ==, 8443);
    g_assert_false(address_map_apply_port(map, &port));
    refuses(map, address_map_add_port, "443=1", "each OLD once");
    refuses(map, address_map_add_port, "0=1", "1 to 65535");
    refuses(map, address_map_add_port, "1=65536", "1 to 65535");
    refuses(map, address_map_add_port, "80", "OLD=NEW");
    refuses(map, address_map_add_port, "80=x", "OLD=NEW");
    address_map_free(map);
}

static void test_refusals(void)
{
    address_map *map = address_map_new();
    takes(map, "192.0.2.0/24=198.51.100.0/24");
    refuses(map, address_map_add, "192.0.2.0/24=203.0.113.0/24", "each OLD once");
    refuses(map, address_map_add, "192.0.2.0/24=203.0.113.0/25", "one prefix length");
    refuses(map, address_map_add, "192.0.2.1=203.0.113.0/24", "one prefix length");
    refuses(map, address_map_add, "192.0.2.1=2001:db8::1", "one family");
    refuses(map, address_map_add, "192.0.2.1/24=203.0.113.0/24", "no bit set");
    refuses(map, address_map_add, "192.0.2.0/33=203.0.113.0/33", "OLD=NEW");
    refuses(map, address_map_add, "192.0.2.1", "OLD=NEW");
    refuses(map, address_map_add, "192.0.2.1=", "OLD=NEW");
    refuses(map, address_map_add, "=192.0.2.1", "OLD=NEW");
    refuses(map, address_map_add, "192.0.2.1=192.0.2.2=192.0.2.3", "OLD=NEW");
    refuses(map, address_map_add, "host=192.0.2.1", "OLD=NEW");
    address_map_free(map);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/address-map/prefixes", test_prefixes);
    g_test_add_func("/address-map/all", test_all);
    g_test_add_func("/address-map/ports", test_ports);
    g_test_add_func("/address-map/refusals", test_refusals);
    return g_test_run();
}
