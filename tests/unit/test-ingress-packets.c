/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ingress: what it makes of a packet, octet by octet, and which packets it does not pass on. */
#include "epan-cats/cats-behavior.h"
#include "ingress-fixture.h"

static void test_encapsulation(void)
{
    static const struct {
        packet_encapsulation mode;
        unsigned segments;
        size_t overhead;
    } shapes[] = {
        { PACKET_ENCAP_FULL, 1, 40 + 8 + 16 },
        { PACKET_ENCAP_FULL, 2, 40 + 8 + 32 },
        { PACKET_ENCAP_REDUCED, 1, 40 },
        { PACKET_ENCAP_REDUCED, 2, 40 + 8 + 16 },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(shapes) * G_N_ELEMENTS(services); i++) {
        const char *service = services[i % 2];
        bool ipv4 = i % 2 == 0;
        unsigned segments = shapes[i / 2].segments;
        size_t overhead = shapes[i / 2].overhead;
        ingress_config config = config_of(shapes[i / 2].mode);
        fixture f = start(&config);
        ingress_offer made = {
            .egress = "e1", .service = test_address(service), .segment_count = segments, .score = 1
        };
        test_sid(made.segments[0], "5f00:0:c:1::");
        test_sid(made.segments[segments - 1], "5f00:0:e:ca75::");
        g_assert_true(ingress_set_offer(f.in, 0, &made, &f.recorder->sink));

        flow_packet inner = flow_packet_make(1, service);
        send(&f, INGRESS_PORT_CLIENTS, &inner);
        const uint8_t *outer = f.recorder->octets;
        g_assert_cmpuint(f.recorder->packets, ==, 1);
        g_assert_cmpuint(f.recorder->length, ==, overhead + inner.length);
        g_assert_cmpuint(outer[0] >> 4, ==, 6);
        g_assert_cmpuint(packet_get16(outer + 4), ==, overhead - 40 + inner.length);
        g_assert_cmpuint(outer[7], ==, 63);
        assert_octets(outer + 8, 16, config.source, 16);
        assert_octets(outer + 24, 16, made.segments[0], 16);
        uint8_t next_header = outer[6];
        if (overhead > 40) {
            const uint8_t *srh = outer + 40;
            g_assert_cmpuint(next_header, ==, 43);
            g_assert_cmpuint(srh[1], ==, (overhead - 48) / 8); /* Hdr Ext Len */
            g_assert_cmpuint(srh[2], ==, SRH_ROUTING_TYPE);
            g_assert_cmpuint(srh[3], ==, segments - 1);             /* Segments Left */
            g_assert_cmpuint(srh[4], ==, (overhead - 48) / 16 - 1); /* Last Entry */
            assert_octets(srh + 8, 16, made.segments[segments - 1], 16);
            next_header = srh[0];
        }
        g_assert_cmpuint(next_header, ==, ipv4 ? 4 : 41);
        assert_octets(outer + overhead, inner.length, inner.octets, inner.length);
        g_assert_cmpuint(ingress_count(f.in).encapsulated, ==, 1);
        stop(&f);
    }
}

static void test_flow_label(void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(services); i++) {
        ingress_config config = config_of(PACKET_ENCAP_FULL);
        for (unsigned from_flow = 0; from_flow < 2; from_flow++) {
            config.flow_label_from_flow = from_flow != 0;
            fixture f = start(&config);
            offer(&f, services[i], 1, 5, 1);
            uint32_t labels[2];
            for (unsigned k = 0; k < 4; k++) {
                flow_packet sent = flow_packet_make(k / 2, services[i]);
                send(&f, INGRESS_PORT_CLIENTS, &sent);
                uint32_t label = packet_get32(f.recorder->octets) & 0xfffff;
                g_assert_cmpint(label != 0, ==, from_flow != 0);
                g_assert_true(k % 2 == 0 || label == labels[k / 2]); /* one flow, one label */
                labels[k / 2] = label;
            }
            g_assert_cmpint(labels[0] != labels[1], ==, from_flow != 0);
            stop(&f);
        }
    }
}

static void test_from_clients_dropped(void)
{
    static const struct {
        const char *destination;
        const char *reason;
    } cases[] = {
        { "5f00:0:1:4::", "not-from-domain" }, { "5f00:0:e:ca75::", "not-from-domain" },
        { "ff02::16", "not-unicast" },         { "fe80::1", "not-unicast" },
        { "224.0.0.1", "not-unicast" },        { "255.255.255.255", "not-unicast" },
        { "127.0.0.1", "not-unicast" },        { "2001:db8:99::1", "no-route" },
    };
    ingress_config config = config_of(PACKET_ENCAP_FULL);
    fixture f = start(&config);
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        flow_packet sent = flow_packet_make(1, cases[i].destination);
        send(&f, INGRESS_PORT_CLIENTS, &sent);
        assert_dropped(&f, cases[i].reason);
    }
    ingress_counts counts = ingress_count(f.in);
    g_assert_cmpuint(counts.dropped, ==, G_N_ELEMENTS(cases));
    g_assert_cmpuint(counts.drops[FORWARDING_NOT_FROM_DOMAIN], ==, 2);
    g_assert_cmpuint(counts.drops[FORWARDING_NOT_UNICAST], ==, 5);
    g_assert_cmpuint(counts.drops[FORWARDING_NO_ROUTE], ==, 1);

    /* A tunnel that a client built itself towards a SID. */
    flow_packet inner = flow_packet_make(1, FLOW_SERVICE_IPV4);
    flow_packet forged = flow_packet_in(&inner, "5f00:0:1:4::");
    send(&f, INGRESS_PORT_CLIENTS, &forged);
    assert_dropped(&f, "not-from-domain");
    stop(&f);

    config.block_length = 0; /* then the own locator alone is closed */
    f = start(&config);
    flow_packet own = flow_packet_make(1, "5f00:0:1:4::"), other = flow_packet_make(1, "5f00:0:e:ca75::");
    send(&f, INGRESS_PORT_CLIENTS, &own);
    assert_dropped(&f, "not-from-domain");
    send(&f, INGRESS_PORT_CLIENTS, &other);
    assert_dropped(&f, "no-route");
    stop(&f);

    config.locator_length =
        0; /* no locator at all: nothing is closed, and nothing from the core is for this node */
    f = start(&config);
    send(&f, INGRESS_PORT_CLIENTS, &own);
    assert_dropped(&f, "no-route");
    flow_packet back = flow_packet_in(&inner, "5f00:0:1:4::");
    send(&f, INGRESS_PORT_CORE, &back);
    assert_dropped(&f, "no-route");
    stop(&f);
}

/* As Linux: the outer header takes an IPv6 packet's hop limit and its hop; an IPv4 packet's TTL waits for the
 * egress. */
static void test_hop_limit(void)
{
    static const uint8_t hop_limits[] = { 0, 1, 2, 255 };
    ingress_config config = config_of(PACKET_ENCAP_FULL);
    fixture f = start(&config);
    offer(&f, FLOW_SERVICE_IPV4, 1, 5, 1);
    offer(&f, FLOW_SERVICE_IPV6, 1, 5, 1);
    for (unsigned i = 0; i < G_N_ELEMENTS(hop_limits); i++) {
        flow_packet ipv4 = flow_packet_make(1, FLOW_SERVICE_IPV4),
                    ipv6 = flow_packet_make(1, FLOW_SERVICE_IPV6);
        flow_packet_set_hop_limit(&ipv4, hop_limits[i]);
        flow_packet_set_hop_limit(&ipv6, hop_limits[i]);
        send(&f, INGRESS_PORT_CLIENTS, &ipv4);
        g_assert_cmpuint(f.recorder->octets[7], ==, 63);
        g_assert_cmpuint(f.recorder->octets[80 + 8], ==, hop_limits[i]);
        send(&f, INGRESS_PORT_CLIENTS, &ipv6);
        if (hop_limits[i] <= 1) {
            assert_dropped(&f, "hop-limit");
            g_assert_cmpuint(f.recorder->events, ==, 0);
        } else {
            g_assert_cmpuint(f.recorder->octets[7], ==, hop_limits[i] - 1);
            g_assert_cmpuint(f.recorder->octets[80 + 7], ==, hop_limits[i]);
        }
    }
    stop(&f);
}

static void test_malformed(void)
{
    ingress_config config = config_of(PACKET_ENCAP_FULL);
    fixture f = start(&config);
    for (unsigned i = 0; i < G_N_ELEMENTS(services); i++) {
        offer(&f, services[i], 1, 5, 1);
        flow_packet whole = flow_packet_make(1, services[i]);
        for (size_t length = 0; length < whole.length; length++) {
            flow_packet cut = whole;
            cut.length = length;
            send(&f, INGRESS_PORT_CLIENTS, &cut);
            assert_dropped(&f, "malformed");
        }
        flow_packet padded = whole;
        memset(padded.octets + padded.length, 0, 18);
        padded.length += 18; /* a short Ethernet frame's padding is not part of the packet */
        send(&f, INGRESS_PORT_CLIENTS, &padded);
        g_assert_cmpuint(f.recorder->length, ==, 80 + whole.length);

        flow_packet version = whole;
        version.octets[0] = (uint8_t)(0x50 | (version.octets[0] & 0x0f));
        send(&f, INGRESS_PORT_CLIENTS, &version);
        assert_dropped(&f, "malformed");
    }
    flow_packet bad = flow_packet_make(1, FLOW_SERVICE_IPV4);
    bad.octets[10] ^= 0x01; /* header checksum */
    send(&f, INGRESS_PORT_CLIENTS, &bad);
    assert_dropped(&f, "malformed");
    bad = flow_packet_make(1, FLOW_SERVICE_IPV4);
    bad.octets[0] = 0x44; /* a header of 16 octets */
    send(&f, INGRESS_PORT_CLIENTS, &bad);
    assert_dropped(&f, "malformed");
    stop(&f);
}

static void test_too_big(void)
{
    static uint8_t octets[65535];
    ingress_config config = config_of(PACKET_ENCAP_FULL);
    fixture f = start(&config);
    offer(&f, FLOW_SERVICE_IPV6, 1, 5, 1);
    flow_packet head = flow_packet_make(1, FLOW_SERVICE_IPV6);
    memcpy(octets, head.octets, head.length);
    static const struct {
        size_t payload;
        bool fits;
    } cases[] = { { 65535 - 40 - 40, true }, { 65535 - 40 - 39, false }, { 65535 - 40, false } };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        packet_put16(octets + 4, (uint16_t)cases[i].payload);
        role_recorder_clear(f.recorder);
        ingress_packet(f.in, 0, INGRESS_PORT_CLIENTS, octets, 40 + cases[i].payload, &f.recorder->sink);
        g_assert_cmpuint(f.recorder->packets, ==, cases[i].fits);
        g_assert_cmpstr(f.recorder->drop, ==, cases[i].fits ? NULL : "too-big");
    }
    stop(&f);
}

static void test_from_core(void)
{
    static const char *const by_core[] = { "5f00:0:c:1::", "5f00:0:1:d46::" };
    ingress_config config = config_of(PACKET_ENCAP_FULL);
    fixture f = start(&config);
    for (unsigned i = 0; i < G_N_ELEMENTS(services); i++) {
        flow_packet inner = flow_packet_make(1, services[i]), expected = inner;
        flow_packet_set_hop_limit(&expected, 63);
        flow_packet shapes[] = {
            flow_packet_in(&inner, "5f00:0:1:d46::"),
            flow_packet_encapsulate(&inner, "5f00:0:e::100", PACKET_ENCAP_FULL, by_core + 1, 1),
            flow_packet_encapsulate(&inner, "5f00:0:e::100", PACKET_ENCAP_FULL, by_core, 2),
            flow_packet_encapsulate(&inner, "5f00:0:e::100", PACKET_ENCAP_REDUCED, by_core, 2),
        };
        for (unsigned s = 0; s < G_N_ELEMENTS(shapes); s++) {
            send(&f, INGRESS_PORT_CORE, &shapes[s]);
            g_assert_cmpuint(f.recorder->packets, ==, 1);
            g_assert_cmpuint(f.recorder->port, ==, INGRESS_PORT_CLIENTS);
            assert_octets(f.recorder->octets, f.recorder->length, expected.octets, expected.length);
        }
        flow_packet left = shapes[2];
        left.octets[40 + 3] = 1;
        send(&f, INGRESS_PORT_CORE, &left);
        assert_dropped(&f, "segments-left");

        flow_packet elsewhere = flow_packet_in(&inner, "5f00:0:2:d46::");
        send(&f, INGRESS_PORT_CORE, &elsewhere);
        assert_dropped(&f, "no-route");

        flow_packet upper = shapes[0];
        upper.octets[6] = PACKET_PROTOCOL_UDP;
        send(&f, INGRESS_PORT_CORE, &upper);
        assert_dropped(&f, "upper-layer");

        flow_packet fragment = flow_packet_fragment(&shapes[0], true);
        send(&f, INGRESS_PORT_CORE, &fragment);
        assert_dropped(&f, "fragment");

        for (uint8_t hop_limit = 0; hop_limit <= 1; hop_limit++) {
            flow_packet spent = inner;
            flow_packet_set_hop_limit(&spent, 64);
            spent = flow_packet_in(&spent, "5f00:0:1:d46::");
            spent.octets[7] = hop_limit; /* of the outer header: it has arrived, that does not matter */
            send(&f, INGRESS_PORT_CORE, &spent);
            g_assert_cmpuint(f.recorder->packets, ==, 1);
            spent.octets[40 + (i == 0 ? 8 : 7)] = hop_limit;
            send(&f, INGRESS_PORT_CORE, &spent);
            assert_dropped(&f, "hop-limit");
        }
        for (size_t length = 0; length < shapes[2].length; length++) {
            flow_packet cut = shapes[2];
            cut.length = length;
            send(&f, INGRESS_PORT_CORE, &cut);
            assert_dropped(&f, "malformed");
        }
    }
    flow_packet plain = flow_packet_make(1, FLOW_SERVICE_IPV4);
    send(&f, INGRESS_PORT_CORE, &plain);
    assert_dropped(&f, "no-route");
    stop(&f);
}

/* Whatever comes: one packet or one drop, and the counts add up. */
/* An ingress that announces SIDs takes no others of its locator, and in each only what its behaviour takes.
 */
static void test_sids(void)
{
    static const struct {
        const char *sid, *behavior, *taken, *refused;
    } rows[] = { { "5f00:0:1:4::", "End.DT4", FLOW_SERVICE_IPV4, FLOW_SERVICE_IPV6 },
                 { "5f00:0:1:6::", "End.DX6", FLOW_SERVICE_IPV6, FLOW_SERVICE_IPV4 } };
    ingress_config config = config_of(PACKET_ENCAP_FULL);
    fixture f = start(&config);
    uint8_t sid[16];
    test_sid(sid, "5f00:0:1:4::");
    g_assert_false(ingress_add_sid(f.in, sid, 129, 0));
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        uint16_t behavior;
        g_assert_true(cats_behavior_parse(rows[i].behavior, &behavior));
        test_sid(sid, rows[i].sid);
        g_assert_true(ingress_add_sid(f.in, sid, 64, behavior));
    }
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        flow_packet taken = flow_packet_make(1, rows[i].taken),
                    refused = flow_packet_make(1, rows[i].refused);
        flow_packet to = flow_packet_in(&taken, rows[i].sid), wrong = flow_packet_in(&refused, rows[i].sid);
        flow_packet unknown = flow_packet_in(&taken, "5f00:0:1:bad::");
        send(&f, INGRESS_PORT_CORE, &to);
        g_assert_cmpuint(f.recorder->packets, ==, 1);
        send(&f, INGRESS_PORT_CORE, &wrong);
        assert_dropped(&f, "upper-layer");
        send(&f, INGRESS_PORT_CORE, &unknown);
        assert_dropped(&f, "no-route");
    }
    stop(&f);
}

static void test_random(void)
{
    enum { ROUNDS = 40000 };
    ingress_config config = config_of(PACKET_ENCAP_REDUCED);
    config.flows_max = 64;
    fixture f = start(&config);
    offer(&f, FLOW_SERVICE_IPV4, 1, 5, 1);
    offer(&f, FLOW_SERVICE_IPV6, 1, 5, 1);
    unsigned passed = 0;
    for (unsigned round = 0; round < ROUNDS; round++) {
        flow_packet sent = flow_packet_make(round, services[round % 2]);
        if (round % 4 >= 2) {
            static const char *const by_core[] = { "5f00:0:c:1::", "5f00:0:1:d46::" };
            sent = flow_packet_encapsulate(&sent, "5f00:0:e::100", PACKET_ENCAP_FULL, by_core, 2);
        }
        unsigned changes = (unsigned)g_test_rand_int_range(0, 4);
        for (unsigned i = 0; i < changes; i++) {
            sent.octets[g_test_rand_int_range(0, (gint32)sent.length)] = (uint8_t)g_test_rand_int();
        }
        if (g_test_rand_int_range(0, 8) == 0) {
            sent.length = (size_t)g_test_rand_int_range(0, (gint32)sent.length);
        }
        send(&f, round % 4 >= 2 ? INGRESS_PORT_CORE : INGRESS_PORT_CLIENTS, &sent);
        g_assert_cmpuint(f.recorder->packets + f.recorder->drops, ==, 1);
        passed += f.recorder->packets;
    }
    ingress_counts counts = ingress_count(f.in);
    g_assert_cmpuint(counts.encapsulated + counts.decapsulated, ==, passed);
    g_assert_cmpuint(counts.dropped, ==, ROUNDS - passed);
    uint64_t sum = 0;
    for (unsigned i = 0; i < FORWARDING_DROP_COUNT; i++) {
        sum += counts.drops[i];
    }
    g_assert_cmpuint(sum, ==, counts.dropped);
    g_assert_cmpuint(passed, >, ROUNDS / 4);
    g_assert_cmpuint(counts.dropped, >, ROUNDS / 8);
    stop(&f);
    ingress_free(NULL);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ingress-packets/encapsulation", test_encapsulation);
    g_test_add_func("/ingress-packets/flow-label", test_flow_label);
    g_test_add_func("/ingress-packets/from-clients-dropped", test_from_clients_dropped);
    g_test_add_func("/ingress-packets/hop-limit", test_hop_limit);
    g_test_add_func("/ingress-packets/malformed", test_malformed);
    g_test_add_func("/ingress-packets/too-big", test_too_big);
    g_test_add_func("/ingress-packets/from-core", test_from_core);
    g_test_add_func("/ingress-packets/sids", test_sids);
    g_test_add_func("/ingress-packets/random", test_random);
    return g_test_run();
}
