/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The egress: what it takes off a packet and where the packet goes by each kind of SID, return traffic
 * included. */
#include "egress-fixture.h"

#include "epan-cats/computing-table.h"

static void test_shapes(void)
{
    static const char *const by_core[] = { "5f00:0:c:1::", SID_CATS };
    fixture f = start();
    for (unsigned i = 0; i < G_N_ELEMENTS(services); i++) {
        flow_packet inner = flow_packet_make(1, services[i]), expected = inner;
        flow_packet_set_hop_limit(&expected, 63);
        unsigned site = site_of(&f, &inner, SID_CATS);
        flow_packet shapes[] = {
            flow_packet_encapsulate(&inner, "5f00:0:1::100", PACKET_ENCAP_FULL, by_core + 1, 1),
            flow_packet_encapsulate(&inner, "5f00:0:1::100", PACKET_ENCAP_FULL, by_core, 2),
            flow_packet_encapsulate(&inner, "5f00:0:1::100", PACKET_ENCAP_REDUCED, by_core, 2),
        };
        for (unsigned s = 0; s < G_N_ELEMENTS(shapes); s++) {
            send(&f, EGRESS_PORT_CORE, &shapes[s]);
            g_assert_cmpuint(f.recorder->port, ==, EGRESS_PORT_FIRST_SITE + site);
            assert_octets(f.recorder->octets, f.recorder->length, expected.octets, expected.length);
            g_assert_nonnull(strstr(f.recorder->comment, three_names[site]));
        }
        g_assert_cmpuint(site_of(&f, &inner, "5f00:0:e:ca75::"), ==,
                         site); /* any argument, one flow, one site */
        g_assert_cmpuint(site_of(&f, &inner, "5f00:0:e:ca75:1234:5678:9abc:def0"), ==, site);
        g_assert_cmpuint(egress_site_packets(f.e, site), ==, i == 0 ? 6 : egress_site_packets(f.e, site));
    }
    g_assert_cmpuint(egress_count(f.e).decapsulated, ==, 12);
    g_assert_cmpuint(egress_site_packets(f.e, 99), ==, 0);
    stop(&f);
}

static void test_behaviors(void)
{
    static const struct {
        const char *sid, *destination;
        const char *reason; /* NULL: passed to `site` */
        unsigned site;
    } cases[] = {
        { SID_DX4, "192.0.2.80", NULL, 1 },
        { SID_DX4, "10.3.1.2", NULL, 1 }, /* whatever the destination */
        { SID_DX4, "2001:db8:80::80", "upper-layer", 0 },
        { SID_DX6, "2001:db8:80::80", NULL, 1 },
        { SID_DX6, "192.0.2.80", "upper-layer", 0 },
        { SID_DT46, "10.3.1.2", NULL, 0 },
        { SID_DT46, "10.3.2.2", NULL, 1 },
        { SID_DT46, "2001:db8:3:1::2", NULL, 0 },
        { SID_DT46, "2001:db8:3:2::2", NULL, 1 },
        { SID_DT46, "10.3.9.2", "no-route", 0 },
        { SID_DT4, "10.3.2.2", NULL, 1 },
        { SID_DT4, "2001:db8:3:2::2", "upper-layer", 0 },
        { SID_DT6, "2001:db8:3:2::2", NULL, 1 },
        { SID_DT6, "10.3.2.2", "upper-layer", 0 },
        { SID_CATS, "10.3.1.2", "not-a-service", 0 },
        { SID_CATS, "2001:db8:3:1::2", "not-a-service", 0 },
        { "5f00:0:e:ca76::", "192.0.2.80", "no-route", 0 },
        { "5f00:0:f:ca75::", "192.0.2.80", "no-route", 0 },
    };
    fixture f = start();
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        flow_packet inner = flow_packet_make(i, cases[i].destination);
        if (cases[i].reason == NULL) {
            g_assert_cmpuint(site_of(&f, &inner, cases[i].sid), ==, cases[i].site);
        } else {
            flow_packet sent = flow_packet_in(&inner, cases[i].sid);
            send(&f, EGRESS_PORT_CORE, &sent);
            assert_dropped(&f, cases[i].reason);
        }
    }
    stop(&f);
}

static void test_refused(void)
{
    fixture f = start();
    egress_sid sid = { .action = EGRESS_TO_SITE, .site = 3, .prefix_length = 64 };
    g_assert_false(egress_add_sid(f.e, &sid));
    sid.site = 2;
    g_assert_true(egress_add_sid(f.e, &sid));
    sid.prefix_length = 129;
    g_assert_false(egress_add_sid(f.e, &sid));
    cats_address prefix = test_address("10.0.0.0");
    g_assert_false(egress_add_site_route(f.e, &prefix, 8, 3));
    g_assert_false(egress_add_site_route(f.e, &prefix, 33, 0));
    g_assert_cmpuint(egress_add_site(f.e, "site2", 1), ==, EGRESS_NO_SITE);
    g_assert_cmpuint(egress_add_site(f.e, "site4", COMPUTING_TABLE_WEIGHT_MAX + 1), ==, EGRESS_NO_SITE);
    g_assert_false(egress_set_weight(f.e, 3, 1));
    g_assert_false(egress_set_weight(f.e, 0, COMPUTING_TABLE_WEIGHT_MAX + 1));
    stop(&f);
    egress_free(NULL);
}

static void test_return_traffic(void)
{
    fixture f = start();
    static const char *const clients[] = { "10.1.0.2", "2001:db8:1::2" };
    cats_address source = test_address("5f00:0:e::100"), sid = test_address("5f00:0:1:d46::");
    for (unsigned i = 0; i < G_N_ELEMENTS(clients); i++) {
        flow_packet answer = flow_packet_make(1, clients[i]);
        send(&f, EGRESS_PORT_FIRST_SITE + 2, &answer);
        const uint8_t *outer = f.recorder->octets;
        g_assert_cmpuint(f.recorder->packets, ==, 1);
        g_assert_cmpuint(f.recorder->port, ==, EGRESS_PORT_CORE);
        g_assert_cmpuint(f.recorder->length, ==, 40 + 24 + answer.length);
        g_assert_cmpuint(outer[7], ==, 63);
        assert_octets(outer + 8, 16, source.octets, 16);
        assert_octets(outer + 24, 16, sid.octets, 16);
        g_assert_cmpuint(outer[40], ==, i == 0 ? 4 : 41);
        g_assert_cmpuint(outer[40 + 3], ==, 0); /* Segments Left */
        assert_octets(outer + 64, answer.length, answer.octets, answer.length);
    }
    g_assert_cmpuint(egress_count(f.e).encapsulated, ==, 2);

    static const struct {
        const char *destination, *reason;
    } dropped[] = { { "198.51.100.1", "no-route" },  { "10.3.1.2", "no-route" },
                    { SID_CATS, "not-from-domain" }, { SID_DX4, "not-from-domain" },
                    { "ff02::1", "not-unicast" },    { "224.0.0.5", "not-unicast" } };
    for (unsigned i = 0; i < G_N_ELEMENTS(dropped); i++) {
        flow_packet sent = flow_packet_make(1, dropped[i].destination);
        send(&f, EGRESS_PORT_FIRST_SITE, &sent);
        assert_dropped(&f, dropped[i].reason);
    }
    flow_packet spent = flow_packet_make(1, clients[1]);
    flow_packet_set_hop_limit(&spent, 1);
    send(&f, EGRESS_PORT_FIRST_SITE, &spent);
    assert_dropped(&f, "hop-limit");
    stop(&f);
}

static void test_hostile(void)
{
    static const char *const by_core[] = { "5f00:0:c:1::", SID_CATS };
    fixture f = start();
    for (unsigned i = 0; i < G_N_ELEMENTS(services); i++) {
        flow_packet inner = flow_packet_make(1, services[i]);
        flow_packet good = flow_packet_encapsulate(&inner, "5f00:0:1::100", PACKET_ENCAP_FULL, by_core, 2);
        size_t inner_at = good.length - inner.length;
        struct {
            const char *reason;
            size_t at; /* octet that is changed */
            uint8_t value;
        } const cases[] = {
            { "segments-left", 40 + 3, 1 },
            { "malformed", 40 + 3, 9 },   /* Segments Left beyond Last Entry + 1 */
            { "malformed", 40 + 4, 7 },   /* Last Entry beyond the header */
            { "malformed", 40 + 1, 200 }, /* Hdr Ext Len beyond the packet */
            { "upper-layer", 40, PACKET_PROTOCOL_UDP },
            { "upper-layer", 40, PACKET_PROTOCOL_NO_NEXT },
            { "upper-layer", 40, PACKET_PROTOCOL_ETHERNET },
            { "malformed", inner_at, 0x00 },      /* the inner packet's version */
            { "malformed", 40, i == 0 ? 41 : 4 }, /* the other family's next header */
            { "hop-limit", inner_at + (i == 0 ? 8 : 7), 1 },
            { "hop-limit", inner_at + (i == 0 ? 8 : 7), 0 },
            { "malformed", inner_at + (i == 0 ? 2 : 4), 0xff }, /* inner length beyond the outer one */
        };
        for (unsigned c = 0; c < G_N_ELEMENTS(cases); c++) {
            flow_packet bad = good;
            bad.octets[cases[c].at] = cases[c].value;
            send(&f, EGRESS_PORT_CORE, &bad);
            g_test_message("case %u: octet %zu", c, cases[c].at);
            assert_dropped(&f, cases[c].reason);
        }
        for (size_t length = 0; length < good.length; length++) {
            flow_packet cut = good;
            cut.length = length;
            send(&f, EGRESS_PORT_CORE, &cut);
            assert_dropped(&f, "malformed");
        }
        flow_packet plain = flow_packet_in(&inner, SID_CATS);
        for (unsigned part = 0; part < 2; part++) {
            flow_packet fragment = flow_packet_fragment(&plain, part == 0);
            send(&f, EGRESS_PORT_CORE, &fragment);
            assert_dropped(&f, "fragment");
        }
        for (uint8_t hop_limit = 0; hop_limit <= 1; hop_limit++) {
            flow_packet arrived = good;
            arrived.octets[7] = hop_limit; /* outer: this node is its destination */
            send(&f, EGRESS_PORT_CORE, &arrived);
            g_assert_cmpuint(f.recorder->packets, ==, 1);
        }
        send(&f, EGRESS_PORT_CORE, &inner); /* not encapsulated at all */
        assert_dropped(&f, "no-route");
    }
    stop(&f);
}

static void test_random(void)
{
    enum { ROUNDS = 40000 };
    static const char *const by_core[] = { "5f00:0:c:1::", SID_CATS };
    fixture f = start();
    unsigned passed = 0;
    for (unsigned round = 0; round < ROUNDS; round++) {
        flow_packet inner = flow_packet_make(round, services[round % 2]);
        flow_packet sent = flow_packet_encapsulate(&inner, "5f00:0:1::100", PACKET_ENCAP_FULL, by_core, 2);
        unsigned changes = (unsigned)g_test_rand_int_range(0, 5);
        for (unsigned i = 0; i < changes; i++) {
            sent.octets[g_test_rand_int_range(0, (gint32)sent.length)] = (uint8_t)g_test_rand_int();
        }
        if (g_test_rand_int_range(0, 8) == 0) {
            sent.length = (size_t)g_test_rand_int_range(0, (gint32)sent.length);
        }
        send(&f, (unsigned)g_test_rand_int_range(0, 8) == 0 ? 1 : EGRESS_PORT_CORE, &sent);
        g_assert_cmpuint(f.recorder->packets + f.recorder->drops, ==, 1);
        passed += f.recorder->packets;
    }
    egress_counts counts = egress_count(f.e);
    g_assert_cmpuint(counts.decapsulated + counts.encapsulated, ==, passed);
    g_assert_cmpuint(counts.dropped, ==, ROUNDS - passed);
    g_assert_cmpuint(passed, >, ROUNDS / 4);
    g_assert_cmpuint(counts.dropped, >, ROUNDS / 8);
    stop(&f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/egress/shapes", test_shapes);
    g_test_add_func("/egress/behaviors", test_behaviors);
    g_test_add_func("/egress/refused", test_refused);
    g_test_add_func("/egress/return-traffic", test_return_traffic);
    g_test_add_func("/egress/hostile", test_hostile);
    g_test_add_func("/egress/random", test_random);
    return g_test_run();
}
