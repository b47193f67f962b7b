/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of epan-cats/affinity-rules: per rule a segment that holds to it and one that breaks it, in both
 * families. */
#include "epan-cats/affinity-rules.h"

#include <glib.h>
#include <string.h>

static const char topology_text[] = "[service web]\n"
                                    "ipv4=192.0.2.80\n"
                                    "ipv6=2001:db8:80::80\n"
                                    "port=80\n"
                                    "[service mail]\n"
                                    "ipv4=192.0.2.25\n"
                                    "ipv6=2001:db8:25::25\n"
                                    "port=25\n"
                                    "[egress e1]\n"
                                    "source=5f00:0:e::1:0\n"
                                    "locator=5f00:0:e::/48\n"
                                    "[site s1]\n"
                                    "egress=e1\n"
                                    "[node web1]\n"
                                    "site=s1\n"
                                    "service=web\n"
                                    "ipv4=10.3.1.2\n"
                                    "ipv6=2001:db8:3:1::2\n"
                                    "[node web2]\n"
                                    "site=s1\n"
                                    "service=web\n"
                                    "ipv4=10.3.2.2\n"
                                    "ipv6=2001:db8:3:2::2\n"
                                    "[node mail1]\n"
                                    "site=s1\n"
                                    "service=mail\n"
                                    "ipv4=10.3.9.9\n"
                                    "ipv6=2001:db8:3:9::9\n";

/* Addresses stand in pairs, one per family. */
typedef const char *const address_pair[2];

/* clang-format off */
#define WEB { "192.0.2.80", "2001:db8:80::80" }
#define MAIL { "192.0.2.25", "2001:db8:25::25" }
#define WEB1 { "10.3.1.2", "2001:db8:3:1::2" }
#define WEB2 { "10.3.2.2", "2001:db8:3:2::2" }
#define MAIL1 { "10.3.9.9", "2001:db8:3:9::9" }
#define ELSEWHERE { "198.51.100.7", "2001:db8:ffff::7" }
#define NO_OPTION { { 0, { NULL, NULL }, 0 } }
#define NO_TEXT { NULL, NULL }
/* clang-format on */

#define FIN_ACK (TCP_FLAG_FIN | TCP_FLAG_ACK)
#define PSH_ACK (TCP_FLAG_PSH | TCP_FLAG_ACK)
#define SAF 0x200
#define NONE CATS_RULE_COUNT

typedef struct option_spec {
    uint8_t kind;         /* 0: no option */
    address_pair address; /* NULL: a permit */
    uint16_t port;
} option_spec;

typedef struct rule_case {
    const char *name;
    bool with_topology;
    uint16_t flags;
    address_pair source;
    option_spec options[3];
    cats_rule_id broken[3]; /* ended by NONE */
    const char *text[2];    /* of the first finding */
} rule_case;

/* clang-format off */
/* Short names, so that a case stays readable. */
#define RULE(symbol) { CATS_RULE_AFFINITY_##symbol, NONE }
#define HOLDS { NONE }
#define PERMIT(kind) { kind, { NULL, NULL }, 0 }
#define EXPECTED ", expected the unicast address of a service node"
#define WITHOUT_ADDRESS "option without an address (length 2) on a segment without SYN (flags 0x011), " \
                        "expected an address and a port"
#define BOTH(text) { text, text }

static const rule_case cases[] = {
    { "redirect", true, FIN_ACK, WEB, { { 200, WEB2, 8080 } }, HOLDS, NO_TEXT },
    { "redirect, no topology", false, FIN_ACK, WEB, { { 200, WEB2, 8080 } }, HOLDS, NO_TEXT },
    { "redirect with data", true, FIN_ACK | TCP_FLAG_PSH, WEB, { { 200, WEB1, 1 } }, HOLDS, NO_TEXT },
    { "experimental redirect", true, FIN_ACK, WEB, { { 253, WEB2, 65535 } }, HOLDS, NO_TEXT },
    { "redirect by a node", true, FIN_ACK, WEB1, { { 200, WEB2, 80 } }, HOLDS, NO_TEXT },
    { "redirect by nobody we know", true, FIN_ACK, ELSEWHERE, { { 200, WEB2, 80 } }, HOLDS, NO_TEXT },
    { "permit", true, TCP_FLAG_SYN, ELSEWHERE, { PERMIT(200) }, HOLDS, NO_TEXT },
    { "both permits", true, TCP_FLAG_SYN | SAF, ELSEWHERE, { PERMIT(200), PERMIT(253) }, HOLDS, NO_TEXT },
    { "permit on SYN-ACK", true, TCP_FLAG_SYN | TCP_FLAG_ACK, WEB, { PERMIT(254) }, HOLDS, NO_TEXT },
    { "the same twice", true, FIN_ACK, WEB, { { 200, WEB2, 80 }, { 253, WEB2, 80 } }, HOLDS, NO_TEXT },
    { "no option", true, PSH_ACK, WEB, NO_OPTION, HOLDS, NO_TEXT },
    { "SAF and AE", true, TCP_FLAG_SYN | SAF | TCP_FLAG_AE, WEB, NO_OPTION, HOLDS, NO_TEXT },

    /* affinity/option-length; the lengths themselves are in test-affinity-segment.c */
    { "permit on FIN", true, FIN_ACK, WEB, { PERMIT(200) }, RULE(OPTION_LENGTH), BOTH(WITHOUT_ADDRESS) },
    { "experimental permit on FIN", true, FIN_ACK, WEB, { PERMIT(253) }, RULE(OPTION_LENGTH), NO_TEXT },

    { "on PSH", true, PSH_ACK, WEB, { { 200, WEB2, 80 } }, RULE(NOT_ON_FIN),
      BOTH("option on a segment with flags 0x018, expected FIN (0x001)") },
    { "on RST", true, TCP_FLAG_RST, WEB, { { 200, WEB2, 80 } }, RULE(NOT_ON_FIN), NO_TEXT },
    { "on SYN", true, TCP_FLAG_SYN, WEB, { { 253, WEB2, 80 } }, RULE(NOT_ON_FIN), NO_TEXT },

    { "unspecified", true, FIN_ACK, WEB, { { 200, { "0.0.0.0", "::" }, 80 } }, RULE(NOT_UNICAST),
      { "address 0.0.0.0 is unspecified" EXPECTED, "address :: is unspecified" EXPECTED } },
    { "multicast", true, FIN_ACK, WEB, { { 200, { "224.0.0.1", "ff02::1" }, 80 } }, RULE(NOT_UNICAST),
      { "address 224.0.0.1 is multicast" EXPECTED, "address ff02::1 is multicast" EXPECTED } },
    { "loopback", false, FIN_ACK, WEB, { { 253, { "127.0.0.1", "::1" }, 80 } }, RULE(NOT_UNICAST), NO_TEXT },
    { "link-local", false, FIN_ACK, WEB, { { 200, { "169.254.1.1", "fe80::1" }, 80 } }, RULE(NOT_UNICAST), NO_TEXT },
    { "broadcast", false, FIN_ACK, WEB, { { 200, { "255.255.255.255", "::ffff:255.255.255.255" }, 80 } },
      RULE(NOT_UNICAST), NO_TEXT },

    { "the sender's own", false, FIN_ACK, WEB, { { 200, WEB, 80 } }, RULE(IS_ANYCAST),
      { "address 192.0.2.80 is the one the client connected to" EXPECTED,
        "address 2001:db8:80::80 is the one the client connected to" EXPECTED } },
    { "a CS-ID", true, FIN_ACK, WEB, { { 200, WEB, 80 } }, RULE(IS_ANYCAST),
      { "address 192.0.2.80 is the anycast address of service web" EXPECTED,
        "address 2001:db8:80::80 is the anycast address of service web" EXPECTED } },
    { "another CS-ID", true, FIN_ACK, WEB, { { 253, MAIL, 80 } }, RULE(IS_ANYCAST), NO_TEXT },

    { "of nobody", true, FIN_ACK, WEB, { { 200, ELSEWHERE, 80 } }, RULE(NOT_OWNED),
      { "address 198.51.100.7 is no address of a node of service web",
        "address 2001:db8:ffff::7 is no address of a node of service web" } },
    { "of another service's node", true, FIN_ACK, WEB, { { 200, MAIL1, 80 } }, RULE(NOT_OWNED), NO_TEXT },
    { "of another service's node, by a node", true, FIN_ACK, MAIL1, { { 200, WEB1, 80 } }, RULE(NOT_OWNED),
      { "address 10.3.1.2 is no address of a node of service mail",
        "address 2001:db8:3:1::2 is no address of a node of service mail" } },
    { "of nobody, no topology", false, FIN_ACK, WEB, { { 200, ELSEWHERE, 80 } }, HOLDS, NO_TEXT },

    { "port 0", true, FIN_ACK, WEB, { { 200, WEB2, 0 } }, RULE(PORT_ZERO), BOTH("port 0, expected 1-65535") },

    { "two addresses", true, FIN_ACK, WEB, { { 200, WEB2, 80 }, { 200, WEB1, 80 } }, RULE(DUPLICATE),
      { "two options disagree: 10.3.2.2:80 (octet 0 of the options) and 10.3.1.2:80 (octet 8)",
        "two options disagree: [2001:db8:3:2::2]:80 (octet 0 of the options) and [2001:db8:3:1::2]:80 (octet 20)" } },
    { "two ports", true, FIN_ACK, WEB, { { 200, WEB2, 80 }, { 200, WEB2, 81 } }, RULE(DUPLICATE), NO_TEXT },
    { "a redirect that also is a permit", true, FIN_ACK | TCP_FLAG_SYN, WEB, { { 200, WEB2, 80 }, PERMIT(200) },
      RULE(DUPLICATE),
      { "two options disagree: 10.3.2.2:80 (octet 0 of the options) and permit (octet 8)",
        "two options disagree: [2001:db8:3:2::2]:80 (octet 0 of the options) and permit (octet 20)" } },

    { "the other family", true, FIN_ACK, WEB, { { 200, { "2001:db8:3:2::2", "10.3.2.2" }, 80 } },
      RULE(FAMILY_DIFFERS),
      { "IPv6 address 2001:db8:3:2::2 on an IPv4 connection", "IPv4 address 10.3.2.2 on an IPv6 connection" } },

    { "reserved bit 4", true, PSH_ACK | 0x800, WEB, NO_OPTION, RULE(RESERVED_BITS),
      BOTH("reserved header bits 0x800 are set, expected none but SAF (0x200)") },
    { "reserved bit 5", false, TCP_FLAG_SYN | SAF | 0x400, WEB, NO_OPTION, RULE(RESERVED_BITS), NO_TEXT },

    { "port 0 of nobody", true, FIN_ACK, WEB, { { 200, ELSEWHERE, 0 } },
      { CATS_RULE_AFFINITY_NOT_OWNED, CATS_RULE_AFFINITY_PORT_ZERO, NONE }, NO_TEXT },
    { "the second option is wrong", true, FIN_ACK, WEB,
      { { 200, WEB2, 80 }, { 200, { "224.0.0.1", "ff02::1" }, 80 } },
      { CATS_RULE_AFFINITY_NOT_UNICAST, CATS_RULE_AFFINITY_DUPLICATE, NONE }, NO_TEXT },
};
/* clang-format on */

static cats_topology *test_topology(void)
{
    GError *error = NULL;
    cats_topology *topology = cats_topology_parse(topology_text, strlen(topology_text), "test.conf", &error);
    g_assert_no_error(error);
    g_assert_nonnull(topology);
    return topology;
}

static cats_address address_of(const char *text)
{
    cats_address address;
    g_assert_true(cats_address_parse(text, &address));
    return address;
}

static size_t build_options(const option_spec *specs, size_t count, unsigned family, uint8_t *space,
                            size_t size)
{
    size_t length = 0;
    for (size_t i = 0; i < count && specs[i].kind != 0; i++) {
        affinity_option option = { .kind = specs[i].kind, .port = specs[i].port };
        if (specs[i].kind >= TCP_OPTION_EXPERIMENT_1)
            option.exid = affinity_numbers_default.exid;
        if (specs[i].address[family] == NULL)
            option.permit = true;
        else
            option.address = address_of(specs[i].address[family]);
        size_t written = affinity_option_build(&option, space + length, size - length);
        g_assert_cmpuint(written, >, 0);
        length += written;
    }
    return length;
}

static void assert_findings(const rule_case *c, unsigned family, const cats_findings *findings)
{
    unsigned expected = 0;
    while (expected < G_N_ELEMENTS(c->broken) && c->broken[expected] != NONE)
        expected++;
    for (unsigned i = 0; i < findings->count; i++)
        g_test_message("%s, IPv%u: %s: %s", c->name, family == 0 ? 4u : 6u,
                       cats_rule_get(findings->list[i].rule)->id, findings->list[i].text);
    g_assert_cmpuint(findings->count, ==, expected);
    g_assert_false(findings->more);
    for (unsigned i = 0; i < expected; i++)
        g_assert_cmpstr(cats_rule_get(findings->list[i].rule)->id, ==, cats_rule_get(c->broken[i])->id);
    if (c->text[family] != NULL)
        g_assert_cmpstr(findings->list[0].text, ==, c->text[family]);
}

static void test_cases(gconstpointer data)
{
    const rule_case *c = data;
    cats_topology *topology = test_topology();
    for (unsigned family = 0; family < 2; family++) {
        uint8_t space[64];
        affinity_segment segment = {
            .flags = c->flags,
            .source = address_of(c->source[family]),
            .destination = address_of(family == 0 ? "10.1.0.2" : "2001:db8:1::2"),
            .source_port = 80,
            .destination_port = 50000,
            .options = space,
            .options_length =
                build_options(c->options, G_N_ELEMENTS(c->options), family, space, sizeof space),
        };
        affinity_seen seen;
        cats_findings findings;
        cats_findings_clear(&findings);
        const cats_topology *given = c->with_topology ? topology : NULL;
        affinity_segment_read(&affinity_numbers_default, given, &segment, &seen, &findings);
        assert_findings(c, family, &findings);
        g_assert_cmpint(seen.saf, ==, (c->flags & SAF) != 0);

        cats_findings_clear(&findings); /* and the judgement alone says the same */
        affinity_segment_judge(&affinity_numbers_default, given, &segment, &seen, &findings);
        assert_findings(c, family, &findings);

        affinity_segment_read(&affinity_numbers_default, given, &segment, &seen, NULL);
    }
    cats_topology_free(topology);
}

/* Every packet-level affinity rule has a case here that breaks it and only it. */
static void test_all_rules_covered(void)
{
    for (unsigned rule = 0; rule < CATS_RULE_COUNT; rule++) {
        const cats_rule *r = cats_rule_get((cats_rule_id)rule);
        if (r->scope != CATS_SCOPE_PACKET || !g_str_has_prefix(r->id, "affinity/"))
            continue;
        bool covered = false;
        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
            covered |= cases[i].broken[0] == rule && cases[i].broken[1] == NONE;
        g_test_message("%s", r->id);
        g_assert_true(covered);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        char *path = g_strdup_printf("/affinity-rules/case/%s", cases[i].name);
        g_test_add_data_func(path, &cases[i], test_cases);
        g_free(path);
    }
    g_test_add_func("/affinity-rules/all-rules-covered", test_all_rules_covered);
    return g_test_run();
}
