/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The topology file: the built-in scenario, every key, and every refusal with its line. Spec:
 * docs/topology.md. */
#include "epan-cats/topology.h"

#include <glib/gstdio.h>
#include <string.h>

/* Small and whole: each case below replaces one piece of it. */
static const char base[] = /* line */
    "[affinity]\n"         /* 1 */
    "kind=201\n"           /* 2 */
    "exid=0x12345678\n"    /* 3 */
    "saf_bit=4\n"          /* 4 */
    "reconnect_limit=750\n"
    "[service web]\n" /* 6 */
    "ipv4=192.0.2.80\n"
    "ipv6=2001:db8:80::80\n"
    "port=8080\n"
    "[ingress i1]\n" /* 10 */
    "source=2001:db8:f::1\n"
    "locator=5f00:0:1::/48\n"
    "clients=10.1.0.0/16;2001:db8:1::/48\n"
    "encapsulation=reduced\n"
    "[egress e1]\n" /* 15 */
    "source=2001:db8:f::2\n"
    "locator=5f00:0:e::/48\n"
    "[site s1]\n" /* 18 */
    "egress=e1\n"
    "weight=3\n"
    "[node n1]\n" /* 21 */
    "site=s1\n"
    "ipv4=198.51.100.1\n"
    "ipv6=2001:db8:3::1\n"
    "port=8443\n"
    "capacity=7\n"
    "[sid e1-cats]\n" /* 27 */
    "prefix=5f00:0:e:ca75::/64\n"
    "structure=32/16/16/24\n"
    "behavior=End.CATS\n"
    "granularity=egress node\n"
    "egress=e1\n"
    "[link core-e1]\n" /* 33 */
    "from=core\n"
    "to=e1\n"
    "delay=1500\n"
    "loss=0.25\n"
    "mtu=4000\n"
    "[core]\n" /* 39 */
    "sid=5f00:0:c:1::\n";

static cats_address address(const char *text)
{
    cats_address parsed;
    g_assert_true(cats_address_parse(text, &parsed));
    return parsed;
}

static void assert_address(const cats_address *found, const char *expected)
{
    char text[CATS_ADDRESS_TEXT];
    cats_address_format(found, text);
    g_assert_cmpstr(text, ==, expected);
}

static void test_every_key(void)
{
    GError *error = NULL;
    cats_topology *t = cats_topology_parse(base, strlen(base), "net.conf", &error);
    g_assert_no_error(error);

    g_assert_cmpuint(t->numbers.kind, ==, 201);
    g_assert_cmphex(t->numbers.exid, ==, 0x12345678);
    g_assert_cmpuint(t->numbers.saf_offset, ==, 4);
    g_assert_cmpuint(t->reconnect_limit_ms, ==, 750);

    g_assert_cmpuint(t->service_count, ==, 1);
    g_assert_cmpstr(t->services[0].name, ==, "web");
    assert_address(&t->services[0].ipv4, "192.0.2.80");
    assert_address(&t->services[0].ipv6, "2001:db8:80::80");
    g_assert_cmpuint(t->services[0].port, ==, 8080);

    g_assert_cmpuint(t->ingress_count, ==, 1);
    cats_address source = cats_address_ipv6(t->ingresses[0].source);
    assert_address(&source, "2001:db8:f::1");
    assert_address(&t->ingresses[0].locator, "5f00:0:1::");
    g_assert_cmpuint(t->ingresses[0].locator_length, ==, 48);
    g_assert_cmpstr(t->ingresses[0].encapsulation, ==, "reduced");
    g_assert_cmpuint(t->ingresses[0].client_count, ==, 2);
    assert_address(&t->ingresses[0].clients[0].prefix, "10.1.0.0");
    g_assert_cmpuint(t->ingresses[0].clients[0].length, ==, 16);
    assert_address(&t->ingresses[0].clients[1].prefix, "2001:db8:1::");
    g_assert_cmpuint(t->ingresses[0].clients[1].length, ==, 48);

    g_assert_cmpuint(t->egress_count, ==, 1);
    source = cats_address_ipv6(t->egresses[0].source);
    assert_address(&source, "2001:db8:f::2");
    assert_address(&t->egresses[0].locator, "5f00:0:e::");
    g_assert_cmpuint(t->egresses[0].site_count, ==, 1);

    g_assert_cmpuint(t->site_count, ==, 1);
    g_assert_cmpuint(t->sites[0].weight, ==, 3);
    g_assert_cmpuint(t->sites[0].node_count, ==, 1);

    g_assert_cmpuint(t->node_count, ==, 1);
    assert_address(&t->nodes[0].ipv4, "198.51.100.1");
    assert_address(&t->nodes[0].ipv6, "2001:db8:3::1");
    g_assert_cmpuint(t->nodes[0].port, ==, 8443);
    g_assert_cmpuint(t->nodes[0].capacity, ==, 7);

    g_assert_cmpuint(t->link_count, ==, 1);
    g_assert_cmpstr(t->links[0].name, ==, "core-e1");
    g_assert_cmpstr(t->links[0].from, ==, "core");
    g_assert_cmpstr(t->links[0].to, ==, "e1");
    g_assert_cmpuint(t->links[0].delay_us, ==, 1500);
    g_assert_cmpfloat(t->links[0].loss, ==, 0.25);
    g_assert_cmpuint(t->links[0].mtu, ==, 4000);
    assert_address(&t->core_sid, "5f00:0:c:1::");
    cats_topology_free(t);
}

static const cats_sid_row *match(const cats_topology *t, const char *sid)
{
    cats_address a = address(sid);
    return cats_sid_table_match(t->sids, a.octets);
}

static void test_sid_rows(void)
{
    cats_topology *t = cats_topology_parse(base, strlen(base), "net.conf", NULL);
    g_assert_cmpuint(cats_sid_table_size(t->sids), ==, 4); /* two locators, one SID, the core's */

    const cats_sid_row *row = match(t, "5f00:0:e:ca75:3800:102::");
    g_assert_cmphex(row->behavior, ==, 0x80CA);
    g_assert_cmpuint(row->granularity, ==, CATS_GRANULARITY_EGRESS_NODE);
    g_assert_cmpuint(row->structure.argument, ==, 24);
    g_assert_cmpstr(row->owner, ==, "e1");
    g_assert_true(row->owner_is_egress);

    row = match(t, "5f00:0:e:99::"); /* the locator only */
    g_assert_cmphex(row->behavior, ==, 0);
    g_assert_true(row->owner_is_egress);

    row = match(t, "5f00:0:1:46::");
    g_assert_cmpstr(row->owner, ==, "i1");
    g_assert_false(row->owner_is_egress);

    row = match(t, "5f00:0:c:1::");
    g_assert_cmphex(row->behavior, ==, 1); /* End */
    g_assert_cmpstr(row->owner, ==, "core");
    g_assert_false(row->owner_is_egress);

    g_assert_null(match(t, "5f00:0:d::1"));
    cats_topology_free(t);
}

static void test_defaults(void)
{
    static const char text[] =
        "[service web]\nipv4=192.0.2.80\nport=80\n"
        "[ingress i]\nsource=2001:db8::1\nlocator=5f00:0:1::/48\nclients=10.0.0.0/8;\n"
        "[egress e]\nsource=2001:db8::2\nlocator=5f00:0:0e00::/40\nstructure=24/16/16/0\n"
        "[site s]\negress=e\n"
        "[node n]\nsite=s\nipv4=198.51.100.1\n"
        "[sid x]\nprefix=5f00:0:0e46::/56\nbehavior=0x0014\negress=e\n"
        "[link a]\nfrom=clients\nto=i\n"
        "[link b]\nfrom=i\nto=core\n";
    GError *error = NULL;
    cats_topology *t = cats_topology_parse(text, strlen(text), "net.conf", &error);
    g_assert_no_error(error);
    g_assert_cmpuint(t->numbers.kind, ==, 200);
    g_assert_cmphex(t->numbers.exid, ==, 0x5341);
    g_assert_cmpuint(t->numbers.saf_offset, ==, 6);
    g_assert_cmpuint(t->reconnect_limit_ms, ==, 5000);
    g_assert_cmpuint(t->core_sid.family, ==, 0);
    g_assert_cmpuint(t->services[0].ipv6.family, ==, 0);
    g_assert_cmpstr(t->ingresses[0].encapsulation, ==, "full");
    g_assert_cmpuint(t->ingresses[0].structure.argument, ==, 32);
    g_assert_cmpuint(t->ingresses[0].client_count, ==, 1);
    g_assert_cmpuint(t->sites[0].weight, ==, 1);
    g_assert_cmpuint(t->nodes[0].port, ==, 80);
    g_assert_cmpuint(t->nodes[0].capacity, ==, 100);
    g_assert_cmpuint(t->links[0].mtu, ==, 1500);
    g_assert_cmpuint(t->links[1].mtu, ==, 9000);
    g_assert_cmpuint(t->links[0].delay_us, ==, 0);
    const cats_sid_row *row = match(t, "5f00:0:0e46::");
    g_assert_cmpuint(row->behavior, ==, 20);
    g_assert_cmpuint(row->structure.block, ==, 24); /* its owner's */
    g_assert_cmpuint(row->granularity, ==, CATS_GRANULARITY_NOT_STATED);
    cats_topology_free(t);
}

/* Sites and nodes lie together by parent, whatever the order in the file; names may be used before they are
 * given. */
static void test_any_order(void)
{
    static const char text[] = "[node n4]\nsite=s2\nipv4=198.51.100.4\n"
                               "[site s3]\negress=e2\n"
                               "[node n1]\nsite=s1\nipv4=198.51.100.1\n"
                               "[site s2]\negress=e1\n"
                               "[node n3]\nsite=s3\nipv4=198.51.100.3\n"
                               "[node n2]\nsite=s1\nipv4=198.51.100.2\n"
                               "[site s1]\negress=e2\n"
                               "[egress e1]\nsource=2001:db8::1\nlocator=5f00:0:1::/48\n"
                               "[egress e2]\nsource=2001:db8::2\nlocator=5f00:0:2::/48\n"
                               "[service web]\nipv4=192.0.2.80\nport=80\n";
    GError *error = NULL;
    cats_topology *t = cats_topology_parse(text, strlen(text), "net.conf", &error);
    g_assert_no_error(error);
    for (size_t e = 0; e < t->egress_count; e++)
        for (size_t s = 0; s < t->egresses[e].site_count; s++)
            g_assert_cmpuint(t->sites[t->egresses[e].first_site + s].egress, ==, e);
    for (size_t s = 0; s < t->site_count; s++)
        for (size_t n = 0; n < t->sites[s].node_count; n++)
            g_assert_cmpuint(t->nodes[t->sites[s].first_node + n].site, ==, s);
    static const char *const sites[] = { "s2", "s3", "s1" };
    static const char *const nodes[] = { "n4", "n3", "n1", "n2" };
    for (size_t i = 0; i < G_N_ELEMENTS(sites); i++)
        g_assert_cmpstr(t->sites[i].name, ==, sites[i]);
    for (size_t i = 0; i < G_N_ELEMENTS(nodes); i++)
        g_assert_cmpstr(t->nodes[i].name, ==, nodes[i]);
    g_assert_cmpuint(t->egresses[0].site_count, ==, 1);
    g_assert_cmpuint(t->egresses[1].site_count, ==, 2);
    g_assert_cmpuint(t->sites[2].node_count, ==, 2);
    cats_topology_free(t);
}

static void test_builtin(void)
{
    cats_topology *t = cats_topology_builtin();
    g_assert_cmpuint(t->service_count, ==, 1);
    g_assert_cmpuint(t->ingress_count, ==, 2);
    g_assert_cmpuint(t->egress_count, ==, 2);
    g_assert_cmpuint(t->link_count, ==, 12);
    for (size_t e = 0; e < t->egress_count; e++)
        g_assert_cmpuint(t->egresses[e].site_count, ==, 3);
    for (size_t s = 0; s < t->site_count; s++)
        g_assert_cmpuint(t->sites[s].node_count, ==, 2);
    for (size_t n = 0; n < t->node_count; n++) {
        g_assert_cmpuint(t->nodes[n].ipv4.family, ==, 4);
        g_assert_cmpuint(t->nodes[n].ipv6.family, ==, 6);
        g_assert_true(cats_topology_node_at(t, &t->nodes[n].ipv4) == &t->nodes[n]);
        g_assert_true(cats_topology_node_at(t, &t->nodes[n].ipv6) == &t->nodes[n]);
        g_assert_null(cats_topology_service_at(t, &t->nodes[n].ipv4));
    }
    g_assert_cmphex(match(t, "5f00:0:e2:ca75::")->behavior, ==, 0x80CA);
    g_assert_cmphex(match(t, "5f00:0:2:46::")->behavior, ==, 20);
    cats_topology_free(t);
}

static void test_look_up(void)
{
    cats_topology *t = cats_topology_builtin();
    const cats_address ipv4 = address("192.0.2.80"), ipv6 = address("2001:db8:80::80"), none = { 0 };
    g_assert_true(cats_topology_service_at(t, &ipv4) == &t->services[0]);
    g_assert_true(cats_topology_service_at(t, &ipv6) == &t->services[0]);
    g_assert_null(cats_topology_service_at(t, &none));
    g_assert_null(cats_topology_node_at(t, &ipv4));
    g_assert_null(cats_topology_node_at(t, &none));

    const cats_address client4 = address("10.2.200.9"), client6 = address("2001:db8:1:ffff::9");
    g_assert_cmpstr(cats_topology_ingress_of(t, &client4)->name, ==, "ingress2");
    g_assert_cmpstr(cats_topology_ingress_of(t, &client6)->name, ==, "ingress1");
    g_assert_null(cats_topology_ingress_of(t, &ipv4));
    g_assert_null(cats_topology_ingress_of(t, &none));

    cats_topology_free(t);
}

/* clang-format off */
/* `base` with the first occurrence of `old` replaced; the message then is `message`. */
static const struct refusal {
    const char *old, *new;
    cats_topology_error code;
    const char *message;
} refusals[] = {
    /* not a key file */
    { "[service web]", "[service web", CATS_TOPOLOGY_ERROR_SYNTAX, "net.conf:6: [service web, expected one [GROUP] on the line" },
    { "[affinity]\n", "", CATS_TOPOLOGY_ERROR_SYNTAX, "net.conf:1: kind=201, expected a [GROUP] before the first key" },
    { "port=8080", "port 8080", CATS_TOPOLOGY_ERROR_SYNTAX, "net.conf:9: port 8080, expected KEY=VALUE, [GROUP] or # comment" },
    { "port=8080", "=8080", CATS_TOPOLOGY_ERROR_SYNTAX, "net.conf:9: =8080, expected KEY=VALUE, [GROUP] or # comment" },
    { "port=8080", "port=\xff", CATS_TOPOLOGY_ERROR_SYNTAX, "net.conf:9: octet 0xff in column 6, expected UTF-8 text without control characters" },
    { "port=8080", "p\x1b", CATS_TOPOLOGY_ERROR_SYNTAX, "net.conf:9: octet 0x1b in column 2, expected UTF-8 text without control characters" },
    /* groups */
    { "[core]", "[cores]", CATS_TOPOLOGY_ERROR_SYNTAX,
      "net.conf:39: [cores]: no such group, expected [service NAME], [ingress NAME], [egress NAME], [site NAME], [node NAME], [sid NAME], [link NAME], [core] or [affinity]" },
    { "[core]", "[core x]", CATS_TOPOLOGY_ERROR_SYNTAX,
      "net.conf:39: [core x]: no such group, expected [service NAME], [ingress NAME], [egress NAME], [site NAME], [node NAME], [sid NAME], [link NAME], [core] or [affinity]" },
    { "[site s1]", "[site]", CATS_TOPOLOGY_ERROR_SYNTAX,
      "net.conf:18: [site]: no such group, expected [service NAME], [ingress NAME], [egress NAME], [site NAME], [node NAME], [sid NAME], [link NAME], [core] or [affinity]" },
    { "[site s1]", "[site s 1]", CATS_TOPOLOGY_ERROR_SYNTAX,
      "net.conf:18: [site s 1]: s 1, expected a name of 1 to 63 letters, digits, '.', '_' and '-'" },
    { "[site s1]", "[site core]", CATS_TOPOLOGY_ERROR_SYNTAX,
      "net.conf:18: [site core]: core, expected a name other than clients and core, which links use for those" },
    { "[core]", "[service web]", CATS_TOPOLOGY_ERROR_SYNTAX, "net.conf:39: [service web]: given again, expected once (first on line 6)" },
    { "[node n1]", "[node s1]", CATS_TOPOLOGY_ERROR_OVERLAP, "net.conf:21: [node s1]: s1, expected a name that is not [site s1]'s (line 18)" },
    /* keys */
    { "weight=3", "wait=3", CATS_TOPOLOGY_ERROR_SYNTAX, "net.conf:20: [site s1] wait: no such key, expected egress or weight" },
    { "weight=3", "weight[de]=3", CATS_TOPOLOGY_ERROR_SYNTAX, "net.conf:20: [site s1] weight[de]: no such key, expected egress or weight" },
    { "weight=3", "egress = e1", CATS_TOPOLOGY_ERROR_SYNTAX, "net.conf:20: [site s1] egress: given again, expected once (first on line 19)" },
    { "port=8080\n", "", CATS_TOPOLOGY_ERROR_SYNTAX, "net.conf:6: [service web]: no key port, expected one (keys of this group: ipv4, ipv6 or port)" },
    /* values */
    { "port=8080", "port=", CATS_TOPOLOGY_ERROR_VALUE, "net.conf:9: [service web] port: empty, expected a number from 1 to 65535" },
    { "port=8080", "port=0", CATS_TOPOLOGY_ERROR_VALUE, "net.conf:9: [service web] port: 0, expected a number from 1 to 65535" },
    { "port=8080", "port=65536", CATS_TOPOLOGY_ERROR_VALUE, "net.conf:9: [service web] port: 65536, expected a number from 1 to 65535" },
    { "port=8080", "port=99999999999999999999", CATS_TOPOLOGY_ERROR_VALUE,
      "net.conf:9: [service web] port: 99999999999999999999, expected a number from 1 to 65535" },
    { "port=8080", "port=+80", CATS_TOPOLOGY_ERROR_VALUE, "net.conf:9: [service web] port: +80, expected a number from 1 to 65535" },
    { "port=8080", "port=80 # http", CATS_TOPOLOGY_ERROR_VALUE, "net.conf:9: [service web] port: 80 # http, expected a number from 1 to 65535" },
    { "weight=3", "weight=65536", CATS_TOPOLOGY_ERROR_VALUE, "net.conf:20: [site s1] weight: 65536, expected a number from 0 to 65535" },
    { "capacity=7", "capacity=-1", CATS_TOPOLOGY_ERROR_VALUE, "net.conf:26: [node n1] capacity: -1, expected a number from 0 to 1000000000" },
    { "kind=201", "kind=8", CATS_TOPOLOGY_ERROR_VALUE,
      "net.conf:2: [affinity] kind: 8, expected a number from 2 to 252 that is no option of TCP (not 2, 3, 4, 5, 8, 19, 28, 29, 30, 34, 69, 172, 174)" },
    { "kind=201", "kind=253", CATS_TOPOLOGY_ERROR_VALUE,
      "net.conf:2: [affinity] kind: 253, expected a number from 2 to 252 that is no option of TCP (not 2, 3, 4, 5, 8, 19, 28, 29, 30, 34, 69, 172, 174)" },
    { "kind=201", "kind=255", CATS_TOPOLOGY_ERROR_VALUE,
      "net.conf:2: [affinity] kind: 255, expected a number from 2 to 252 that is no option of TCP (not 2, 3, 4, 5, 8, 19, 28, 29, 30, 34, 69, 172, 174)" },
    { "kind=201", "kind=256", CATS_TOPOLOGY_ERROR_VALUE,
      "net.conf:2: [affinity] kind: 256, expected a number from 2 to 252 that is no option of TCP (not 2, 3, 4, 5, 8, 19, 28, 29, 30, 34, 69, 172, 174)" },
    { "exid=0x12345678", "exid=0x123456789", CATS_TOPOLOGY_ERROR_VALUE, "net.conf:3: [affinity] exid: 0x123456789, expected a number from 1 to 4294967295" },
    { "saf_bit=4", "saf_bit=7", CATS_TOPOLOGY_ERROR_VALUE, "net.conf:4: [affinity] saf_bit: 7, expected a number from 4 to 6" },
    { "reconnect_limit=750", "reconnect_limit=5s", CATS_TOPOLOGY_ERROR_VALUE,
      "net.conf:5: [affinity] reconnect_limit: 5s, expected a number from 1 to 3600000" },
    { "ipv4=192.0.2.80", "ipv4=192.0.2.256", CATS_TOPOLOGY_ERROR_VALUE, "net.conf:7: [service web] ipv4: 192.0.2.256, expected an IPv4 address" },
    { "ipv4=192.0.2.80", "ipv4=2001:db8::80", CATS_TOPOLOGY_ERROR_VALUE, "net.conf:7: [service web] ipv4: 2001:db8::80, expected an IPv4 address" },
    { "ipv6=2001:db8:80::80", "ipv6=192.0.2.1", CATS_TOPOLOGY_ERROR_VALUE, "net.conf:8: [service web] ipv6: 192.0.2.1, expected an IPv6 address" },
    { "ipv6=2001:db8:80::80", "ipv6=ff02::1", CATS_TOPOLOGY_ERROR_VALUE,
      "net.conf:8: [service web] ipv6: ff02::1, expected the IPv6 address of a host, not one that is multicast" },
    { "source=2001:db8:f::1", "source=10.0.0.1", CATS_TOPOLOGY_ERROR_VALUE, "net.conf:11: [ingress i1] source: 10.0.0.1, expected an IPv6 address" },
    { "locator=5f00:0:1::/48", "locator=5f00:0:1::/200", CATS_TOPOLOGY_ERROR_VALUE,
      "net.conf:12: [ingress i1] locator: 5f00:0:1::/200, expected a prefix length of 0-128" },
    { "locator=5f00:0:1::/48", "locator=5f00:0:1::1/48", CATS_TOPOLOGY_ERROR_VALUE,
      "net.conf:12: [ingress i1] locator: 5f00:0:1::1/48, expected no address bits behind the prefix length" },
    { "locator=5f00:0:1::/48", "locator=10.0.0.0/8", CATS_TOPOLOGY_ERROR_VALUE, "net.conf:12: [ingress i1] locator: 10.0.0.0/8, expected an IPv6 prefix" },
    { "locator=5f00:0:1::/48", "locator=5f00:0:1::/64", CATS_TOPOLOGY_ERROR_VALUE,
      "net.conf:12: [ingress i1] locator: prefix length 64, expected 48, block and node of structure 32/16/16/32" },
    { "clients=10.1.0.0/16;", "clients=10.1.0.0/16;;", CATS_TOPOLOGY_ERROR_VALUE,
      "net.conf:13: [ingress i1] clients: 10.1.0.0/16;;2001:db8:1::/48, expected prefixes separated by ';' (\"\": expected an address and a length such as 5f00::/16 or 192.0.2.0/24)" },
    { "clients=10.1.0.0/16;", "clients=10.1.0.0/33;", CATS_TOPOLOGY_ERROR_VALUE,
      "net.conf:13: [ingress i1] clients: 10.1.0.0/33;2001:db8:1::/48, expected prefixes separated by ';' (\"10.1.0.0/33\": expected a prefix length of 0-32)" },
    { "encapsulation=reduced", "encapsulation=half", CATS_TOPOLOGY_ERROR_VALUE, "net.conf:14: [ingress i1] encapsulation: half, expected full or reduced" },
    { "structure=32/16/16/24", "structure=32/16/16", CATS_TOPOLOGY_ERROR_VALUE,
      "net.conf:29: [sid e1-cats] structure: 32/16/16, expected block/node/function/argument in bits such as 32/16/16/32" },
    { "behavior=End.CATS", "behavior=End.DOGS", CATS_TOPOLOGY_ERROR_VALUE,
      "net.conf:30: [sid e1-cats] behavior: End.DOGS, expected a behaviour's name (End.CATS, End.DT46) or code (0x0001-0xFFFF)" },
    { "granularity=egress node", "granularity=node", CATS_TOPOLOGY_ERROR_VALUE,
      "net.conf:31: [sid e1-cats] granularity: node, expected service point, service site, egress node or not stated" },
    { "loss=0.25", "loss=1.5", CATS_TOPOLOGY_ERROR_VALUE, "net.conf:37: [link core-e1] loss: 1.5, expected a number from 0.0 to 1.0" },
    { "loss=0.25", "loss=nan", CATS_TOPOLOGY_ERROR_VALUE, "net.conf:37: [link core-e1] loss: nan, expected a number from 0.0 to 1.0" },
    { "loss=0.25", "loss=0.2.5", CATS_TOPOLOGY_ERROR_VALUE, "net.conf:37: [link core-e1] loss: 0.2.5, expected a number from 0.0 to 1.0" },
    { "loss=0.25", "loss=.", CATS_TOPOLOGY_ERROR_VALUE, "net.conf:37: [link core-e1] loss: ., expected a number from 0.0 to 1.0" },
    { "delay=1500", "delay=10000001", CATS_TOPOLOGY_ERROR_VALUE, "net.conf:36: [link core-e1] delay: 10000001, expected a number from 0 to 10000000" },
    { "mtu=4000", "mtu=1279", CATS_TOPOLOGY_ERROR_VALUE, "net.conf:38: [link core-e1] mtu: 1279, expected a number from 1280 to 65535" },
    { "to=e1", "to=core", CATS_TOPOLOGY_ERROR_VALUE, "net.conf:35: [link core-e1] to: core, expected another end than from" },
    { "sid=5f00:0:c:1::", "sid=ff02::1", CATS_TOPOLOGY_ERROR_VALUE, "net.conf:40: [core] sid: ff02::1, expected a SID, which is a unicast IPv6 address" },
    { "ipv4=192.0.2.80\nipv6=2001:db8:80::80\n", "", CATS_TOPOLOGY_ERROR_VALUE,
      "net.conf:6: [service web]: no address, expected ipv4 or ipv6 or both: the CS-ID" },
    { "ipv4=198.51.100.1\nipv6=2001:db8:3::1\n", "", CATS_TOPOLOGY_ERROR_VALUE,
      "net.conf:21: [node n1]: no address, expected ipv4 or ipv6 or both: the node's own" },
    { "granularity=egress node\negress=e1\n", "", CATS_TOPOLOGY_ERROR_VALUE, "net.conf:27: [sid e1-cats]: no owner, expected either egress or ingress" },
    { "granularity=egress node\n", "ingress=i1\n", CATS_TOPOLOGY_ERROR_VALUE,
      "net.conf:31: [sid e1-cats] ingress: a second owner, expected either egress or ingress" },
    { "prefix=5f00:0:e:ca75::/64", "prefix=5f00:0:f:ca75::/64", CATS_TOPOLOGY_ERROR_VALUE,
      "net.conf:28: [sid e1-cats] prefix: 5f00:0:f:ca75::/64, expected a longer prefix inside 5f00:0:e::/48, the locator of e1" },
    { "prefix=5f00:0:e:ca75::/64", "prefix=5f00:0:e::/48", CATS_TOPOLOGY_ERROR_VALUE,
      "net.conf:28: [sid e1-cats] prefix: 5f00:0:e::/48, expected a longer prefix inside 5f00:0:e::/48, the locator of e1" },
    { "[core]", "[service other]\nipv4=192.0.2.81\nport=80\n[core]", CATS_TOPOLOGY_ERROR_VALUE,
      "net.conf:21: [node n1]: no key service, expected one, as there are several services" },
    { "[service web]\nipv4=192.0.2.80\nipv6=2001:db8:80::80\nport=8080\n", "", CATS_TOPOLOGY_ERROR_VALUE,
      "net.conf:17: [node n1]: no key service, expected a [service NAME] in this file" },
    /* references */
    { "egress=e1", "egress=e9", CATS_TOPOLOGY_ERROR_REFERENCE, "net.conf:19: [site s1] egress: e9, expected the NAME of one [egress NAME] of this file" },
    { "site=s1", "site=e1", CATS_TOPOLOGY_ERROR_REFERENCE, "net.conf:22: [node n1] site: e1, expected the NAME of one [site NAME] of this file" },
    { "capacity=7", "service=ftp", CATS_TOPOLOGY_ERROR_REFERENCE, "net.conf:26: [node n1] service: ftp, expected the NAME of one [service NAME] of this file" },
    { "to=e1", "to=n1", CATS_TOPOLOGY_ERROR_REFERENCE,
      "net.conf:35: [link core-e1] to: n1, expected clients, core, or the NAME of an ingress, egress or site of this file" },
    /* overlaps */
    { "ipv4=198.51.100.1", "ipv4=192.0.2.80", CATS_TOPOLOGY_ERROR_OVERLAP,
      "net.conf:23: [node n1] ipv4: 192.0.2.80, expected no overlap with 192.0.2.80 of [service web] ipv4 (line 7)" },
    { "ipv6=2001:db8:3::1", "ipv6=2001:db8:1::7", CATS_TOPOLOGY_ERROR_OVERLAP,
      "net.conf:24: [node n1] ipv6: 2001:db8:1::7, expected no overlap with 2001:db8:1::/48 of [ingress i1] clients (line 13)" },
    { "clients=10.1.0.0/16;2001:db8:1::/48", "clients=10.1.0.0/16;10.1.2.0/24", CATS_TOPOLOGY_ERROR_OVERLAP,
      "net.conf:13: [ingress i1] clients: 10.1.2.0/24, expected no overlap with 10.1.0.0/16 of [ingress i1] clients (line 13)" },
    { "source=2001:db8:f::2", "source=2001:db8:f::1", CATS_TOPOLOGY_ERROR_OVERLAP,
      "net.conf:16: [egress e1] source: 2001:db8:f::1, expected no overlap with 2001:db8:f::1 of [ingress i1] source (line 11)" },
    { "locator=5f00:0:e::/48", "locator=5f00:0:1::/48", CATS_TOPOLOGY_ERROR_OVERLAP,
      "net.conf:17: [egress e1] locator: 5f00:0:1::/48, expected no overlap with 5f00:0:1::/48 of [ingress i1] locator (line 12)" },
    { "[link core-e1]", "[sid other]\nprefix=5f00:0:e:ca75:1::/80\nbehavior=End.DX4\negress=e1\n[link core-e1]", CATS_TOPOLOGY_ERROR_OVERLAP,
      "net.conf:34: [sid other] prefix: 5f00:0:e:ca75:1::/80, expected no overlap with 5f00:0:e:ca75::/64 of [sid e1-cats] prefix (line 28)" },
    { "sid=5f00:0:c:1::", "sid=5f00:0:e:1::", CATS_TOPOLOGY_ERROR_OVERLAP,
      "net.conf:40: [core] sid: 5f00:0:e:1::, expected no overlap with 5f00:0:e::/48 of [egress e1] locator (line 17)" },
    { "[core]", "[link again]\nfrom=e1\nto=core\n[core]", CATS_TOPOLOGY_ERROR_OVERLAP,
      "net.conf:41: [link again] to: core, expected ends that [link core-e1] (line 33) does not join already" },
    /* where a link is on a live host */
    { "mtu=4000", "interface=a-long-interface", CATS_TOPOLOGY_ERROR_VALUE,
      "net.conf:38: [link core-e1] interface: a-long-interface, expected the name of a network interface: 1 to 15 characters without '/', ':' and blanks" },
    { "mtu=4000", "interface=../e0", CATS_TOPOLOGY_ERROR_VALUE,
      "net.conf:38: [link core-e1] interface: ../e0, expected the name of a network interface: 1 to 15 characters without '/', ':' and blanks" },
    { "mtu=4000", "interface=", CATS_TOPOLOGY_ERROR_VALUE,
      "net.conf:38: [link core-e1] interface: empty, expected the name of a network interface: 1 to 15 characters without '/', ':' and blanks" },
    { "mtu=4000", "vlan=4095", CATS_TOPOLOGY_ERROR_VALUE, "net.conf:38: [link core-e1] vlan: 4095, expected a number from 1 to 4094" },
    { "mtu=4000", "vlan=0", CATS_TOPOLOGY_ERROR_VALUE, "net.conf:38: [link core-e1] vlan: 0, expected a number from 1 to 4094" },
    { "mtu=4000", "from_address=10.0.0.1;ff02::1", CATS_TOPOLOGY_ERROR_VALUE,
      "net.conf:38: [link core-e1] from_address: 10.0.0.1;ff02::1, expected the IPv4 and IPv6 address of a router, separated by ';' (\"ff02::1\" is none)" },
    { "mtu=4000", "from_address=", CATS_TOPOLOGY_ERROR_VALUE,
      "net.conf:38: [link core-e1] from_address: empty, expected the IPv4 and IPv6 address of a router, separated by ';' (\"\" is none)" },
    { "mtu=4000", "to_address=10.0.0.1;10.0.0.2", CATS_TOPOLOGY_ERROR_VALUE,
      "net.conf:38: [link core-e1] to_address: 10.0.0.1;10.0.0.2, expected one IPv4 address at most (\"10.0.0.2\" is the second)" },
    { "mtu=4000", "from_address=10.0.0.1\nto_address=fe80::1;10.0.0.1", CATS_TOPOLOGY_ERROR_VALUE,
      "net.conf:39: [link core-e1] to_address: 10.0.0.1, expected another address than from_address" },
    { "mtu=4000", "to_mac=01:00:5e:00:00:01", CATS_TOPOLOGY_ERROR_VALUE,
      "net.conf:38: [link core-e1] to_mac: 01:00:5e:00:00:01, expected the link-layer address of one interface, as 02:00:00:00:00:01" },
    { "mtu=4000", "from_mac=00:00:00:00:00:00", CATS_TOPOLOGY_ERROR_VALUE,
      "net.conf:38: [link core-e1] from_mac: 00:00:00:00:00:00, expected the link-layer address of one interface, as 02:00:00:00:00:01" },
    { "mtu=4000", "from_mac=02-00-00-00-00-01", CATS_TOPOLOGY_ERROR_VALUE,
      "net.conf:38: [link core-e1] from_mac: 02-00-00-00-00-01, expected the link-layer address of one interface, as 02:00:00:00:00:01" },
    { "mtu=4000", "from_mac=02:00:00:00:00", CATS_TOPOLOGY_ERROR_VALUE,
      "net.conf:38: [link core-e1] from_mac: 02:00:00:00:00, expected the link-layer address of one interface, as 02:00:00:00:00:01" },
};
/* clang-format on */

static char *replaced(const char *old, const char *new)
{
    const char *at = strstr(base, old);
    g_assert_nonnull(at);
    return g_strdup_printf("%.*s%s%s", (int)(at - base), base, new, at + strlen(old));
}

static void test_refusal(gconstpointer data)
{
    const struct refusal *refusal = data;
    g_autofree char *text = replaced(refusal->old, refusal->new);
    GError *error = NULL;
    g_assert_null(cats_topology_parse(text, strlen(text), "net.conf", &error));
    g_assert_cmpstr(error->message, ==, refusal->message);
    g_assert_error(error, CATS_TOPOLOGY_ERROR, (int)refusal->code);
    g_error_free(error);
}

/* What a live forwarder needs of a link, and what stands there when nothing is given. */
static void test_live_link(void)
{
    static const uint8_t mac[6] = { 0x02, 0xab, 0xcd, 0, 0, 9 };
    g_autofree char *text =
        replaced("mtu=4000", "interface=eth1.7\nvlan=4094\nfrom_address=10.3.0.1; 2001:db8:3::1\n"
                             "to_address=fe80::2;\nto_mac=02:AB:cd:00:00:09");
    GError *error = NULL;
    cats_topology *t = cats_topology_parse(text, strlen(text), "net.conf", &error);
    g_assert_no_error(error);
    const cats_link *link = &t->links[0];
    g_assert_cmpstr(link->interface, ==, "eth1.7");
    g_assert_cmpuint(link->vlan, ==, 4094);
    assert_address(&link->from_end.ipv4, "10.3.0.1");
    assert_address(&link->from_end.ipv6, "2001:db8:3::1");
    g_assert_cmpuint(link->to_end.ipv4.family, ==, 0);
    assert_address(&link->to_end.ipv6, "fe80::2");
    g_assert_false(link->from_end.has_mac);
    g_assert_true(link->to_end.has_mac);
    g_assert_true(memcmp(link->to_end.mac, mac, sizeof mac) == 0);
    cats_topology_free(t);

    t = cats_topology_parse(base, strlen(base), "net.conf", &error);
    g_assert_no_error(error);
    g_assert_cmpstr(t->links[0].interface, ==, "core-e1");
    g_assert_cmpuint(t->links[0].vlan, ==, 0);
    g_assert_cmpuint(t->links[0].from_end.ipv4.family, ==, 0);
    cats_topology_free(t);
}

static void test_empty(void)
{
    static const char *const texts[] = { "", "\n", "# nothing but a comment\n" };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        GError *error = NULL;
        g_assert_null(cats_topology_parse(texts[i], strlen(texts[i]), "net.conf", &error));
        g_assert_cmpstr(error->message, ==,
                        "net.conf:1: no group in the file, expected at least one [GROUP]");
        g_error_free(error);
    }
}

static void test_line_ends(void)
{
    g_auto(GStrv) lines = g_strsplit(base, "\n", -1);
    g_autofree char *text = g_strjoinv("\r\n", lines);
    GError *error = NULL;
    cats_topology *t = cats_topology_parse(text, strlen(text), "net.conf", &error);
    g_assert_no_error(error);
    g_assert_cmpuint(t->services[0].port, ==, 8080);
    cats_topology_free(t);
}

/* Cut anywhere, and with any octet changed, the text is read or refused with a line. */
static void refuse_or_read(const char *text, size_t length)
{
    GError *error = NULL;
    cats_topology *t = cats_topology_parse(text, length, "net.conf", &error);
    if (t == NULL) {
        g_assert_nonnull(error);
        g_assert_true(g_str_has_prefix(error->message, "net.conf:"));
        g_assert_true(g_ascii_isdigit(error->message[strlen("net.conf:")]));
        g_error_free(error);
    }
    cats_topology_free(t);
}

static void test_cut_short(void)
{
    for (size_t length = 0; length <= strlen(base); length++) {
        g_autofree char *copy = g_memdup2(base, MAX(length, 1));
        refuse_or_read(copy, length);
    }
}

static void test_random(void)
{
    static const char letters[] = "[]=\n #;/:.0f\\\r\t\xc3\x80";
    for (unsigned round = 0; round < 4000; round++) {
        g_autofree char *text = g_strdup(base);
        int changes = g_test_rand_int_range(1, 6);
        for (int i = 0; i < changes; i++) {
            size_t at = (size_t)g_test_rand_int_range(0, (gint32)strlen(base));
            text[at] = letters[g_test_rand_int_range(0, sizeof letters)]; /* the NUL, too */
        }
        refuse_or_read(text, strlen(base));
    }
}

static void test_load(void)
{
    GError *error = NULL;
    g_autofree char *directory = g_dir_make_tmp("catshark-XXXXXX", &error);
    g_assert_no_error(error);
    g_autofree char *path = g_build_filename(directory, "net.conf", NULL);

    g_assert_null(cats_topology_load(path, &error));
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
    g_assert_nonnull(strstr(error->message, path));
    g_clear_error(&error);

    g_assert_true(g_file_set_contents(path, cats_topology_builtin_text(), -1, NULL));
    cats_topology *t = cats_topology_load(path, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(t->node_count, ==, 12);
    cats_topology_free(t);

    g_assert_true(g_file_set_contents(path, "[sites s]\n", -1, NULL));
    g_assert_null(cats_topology_load(path, &error));
    g_autofree char *start = g_strdup_printf("%s:1: [sites s]: no such group", path);
    g_assert_true(g_str_has_prefix(error->message, start));
    g_clear_error(&error);
    g_unlink(path);
    g_rmdir(directory);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/topology/every-key", test_every_key);
    g_test_add_func("/topology/sid-rows", test_sid_rows);
    g_test_add_func("/topology/defaults", test_defaults);
    g_test_add_func("/topology/any-order", test_any_order);
    g_test_add_func("/topology/builtin", test_builtin);
    g_test_add_func("/topology/look-up", test_look_up);
    for (size_t i = 0; i < G_N_ELEMENTS(refusals); i++) {
        g_autofree char *name = g_strdup_printf("/topology/refusal/%zu", i);
        g_test_add_data_func(name, &refusals[i], test_refusal);
    }
    g_test_add_func("/topology/live-link", test_live_link);
    g_test_add_func("/topology/empty", test_empty);
    g_test_add_func("/topology/line-ends", test_line_ends);
    g_test_add_func("/topology/cut-short", test_cut_short);
    g_test_add_func("/topology/random", test_random);
    g_test_add_func("/topology/load", test_load);
    return g_test_run();
}
