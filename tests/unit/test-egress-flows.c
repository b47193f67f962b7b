/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The egress as live ones are set up: flows that keep their site while weights change and over a new start,
 * the SR domain, and ICMP errors. */
#include "egress-fixture.h"

#include "epan-cats/affinity-rules.h"
#include "epan-cats/checksum.h"

#define FLOWS 300

/* The fixture's egress, with flows remembered for `idle` ns (0: none is). */
static fixture start_live(int64_t idle)
{
    static const uint32_t weights[] = { 2, 1, 1 };
    fixture f = start_with(3, three_names, weights);
    egress_free(f.e);
    egress_config config = { .name = "eg1", .flows_max = idle > 0 ? 1000 : 0, .flow_idle_ns = idle };
    test_sid(config.source, "5f00:0:e::100");
    f.e = egress_new(&config);
    for (unsigned i = 0; i < 3; i++)
        g_assert_cmpuint(egress_add_site(f.e, three_names[i], weights[i]), ==, i);
    add_sid(f.e, "5f00:0:e:ca75::", 64, EGRESS_SECOND_ROUND, "End.CATS", 0);
    for (unsigned i = 0; i < G_N_ELEMENTS(services); i++) {
        cats_address service = test_address(services[i]);
        egress_add_service(f.e, &service);
    }
    add_return_route(f.e, "10.1.0.0", 16, "5f00:0:1:d46::");
    add_return_route(f.e, "2001:db8:1::", 48, "5f00:0:1:d46::");
    return f;
}

static void note_sites(fixture *f, unsigned first, unsigned *sites)
{
    for (unsigned i = 0; i < FLOWS; i++)
        sites[i] = site_of_flow(f, first + i, services[i % 2]);
}

/* A drained site keeps its flows and gets no new one. */
static void test_drain(void)
{
    fixture f = start_live(60 * SECOND);
    unsigned before[FLOWS], after[FLOWS], fresh[FLOWS];
    note_sites(&f, 0, before);
    uint64_t held = egress_site_flows(f.e, 0, 0);
    g_assert_cmpuint(held, >, FLOWS / 4);
    g_assert_cmpuint(held + egress_site_flows(f.e, 0, 1) + egress_site_flows(f.e, 0, 2), ==, FLOWS);
    g_assert_true(egress_set_weight(f.e, 0, 0));
    g_assert_cmpuint(egress_site_weight(f.e, 0), ==, 0);
    note_sites(&f, 0, after);
    g_assert_cmpint(memcmp(before, after, sizeof before), ==, 0);
    note_sites(&f, FLOWS, fresh);
    for (unsigned i = 0; i < FLOWS; i++)
        g_assert_cmpuint(fresh[i], !=, 0);
    g_assert_cmpuint(egress_site_flows(f.e, 0, 0), ==, held);
    /* They end: none is seen for longer than the age. */
    g_assert_cmpuint(egress_site_flows(f.e, 61 * SECOND, 0), ==, 0);
    stop(&f);
}

/* Site of a segment from the client. */
static unsigned site_of_segment(fixture *f, unsigned flow, const char *service, uint16_t flags)
{
    flow_packet inner = flow_packet_tcp(flow, service, false, flags);
    return site_of(f, &inner, SID_CATS);
}

/* A connection that its site has ended is there to its last segment; the next one on its ports is a new flow,
 * which a drained site does not get. */
static void test_ports_again(void)
{
    static const uint16_t ends[] = { TCP_FLAG_FIN | TCP_FLAG_ACK, TCP_FLAG_RST };
    for (unsigned i = 0; i < 40; i++) {
        fixture f = start_live(60 * SECOND);
        const char *service = services[i % 2];
        unsigned site = site_of_segment(&f, i, service, TCP_FLAG_SYN);
        g_assert_true(egress_set_weight(f.e, site, 0));
        g_assert_cmpuint(site_of_segment(&f, i, service, TCP_FLAG_SYN), ==, site);
        flow_packet end = flow_packet_tcp(i, service, true, ends[i / 2 % 2]);
        send(&f, EGRESS_PORT_FIRST_SITE + site, &end);
        g_assert_cmpuint(f.recorder->port, ==, EGRESS_PORT_CORE);
        g_assert_cmpuint(site_of_segment(&f, i, service, TCP_FLAG_ACK), ==, site);
        g_assert_cmpuint(egress_site_flows(f.e, 0, site), ==, 1);
        g_assert_cmpuint(site_of_segment(&f, i, service, TCP_FLAG_SYN), !=, site);
        g_assert_cmpuint(egress_site_flows(f.e, 0, site), ==, 0);
        stop(&f);
    }
}

/* SIDs, CS-IDs and routes go and come again, sites and remembered flows stay. */
static void test_forget_routes(void)
{
    fixture f = start_live(60 * SECOND);
    unsigned before[FLOWS], after[FLOWS];
    note_sites(&f, 0, before);
    egress_forget_routes(f.e);
    flow_packet inner = flow_packet_make(0, services[0]), sent = flow_packet_in(&inner, SID_CATS);
    send(&f, EGRESS_PORT_CORE, &sent);
    assert_dropped(&f, "no-route");
    add_sid(f.e, "5f00:0:e:ca75::", 64, EGRESS_SECOND_ROUND, "End.CATS", 0);
    send(&f, EGRESS_PORT_CORE, &sent);
    assert_dropped(&f, "not-a-service");
    for (unsigned i = 0; i < G_N_ELEMENTS(services); i++) {
        cats_address service = test_address(services[i]);
        egress_add_service(f.e, &service);
    }
    g_assert_true(egress_set_weight(f.e, 0, 0));
    note_sites(&f, 0, after);
    g_assert_cmpint(memcmp(before, after, sizeof before), ==, 0);
    stop(&f);
}

/* Without a memory the table alone decides: what drains moves. */
static void test_forgetful(void)
{
    fixture f = start_live(0);
    unsigned before[FLOWS], after[FLOWS], moved = 0;
    note_sites(&f, 0, before);
    egress_set_weight(f.e, 0, 0);
    note_sites(&f, 0, after);
    for (unsigned i = 0; i < FLOWS; i++)
        moved += before[i] != after[i];
    g_assert_cmpuint(moved, >, 0);
    g_assert_cmpuint(egress_site_flows(f.e, 0, 0), ==, 0);
    stop(&f);
}

/* Killed and started again, with the same weights: every flow is where it was. */
static void test_restart(void)
{
    fixture first = start_live(60 * SECOND), second = start_live(60 * SECOND);
    unsigned before[FLOWS], after[FLOWS];
    note_sites(&first, 0, before);
    note_sites(&second, 0, after);
    g_assert_cmpint(memcmp(before, after, sizeof before), ==, 0);
    stop(&first);
    stop(&second);
}

static void test_domain(void)
{
    static const char *const path[] = { SID_CATS };
    fixture f = start_live(0);
    flow_packet inner = flow_packet_make(1, services[0]);
    flow_packet inside = flow_packet_encapsulate(&inner, "5f00:0:1::100", PACKET_ENCAP_FULL, path, 1);
    flow_packet outside = flow_packet_encapsulate(&inner, "2001:db8:bad::1", PACKET_ENCAP_FULL, path, 1);
    send(&f, EGRESS_PORT_CORE, &outside);
    g_assert_cmpuint(f.recorder->packets, ==, 1); /* as long as no domain is told */
    cats_address locator = test_address("5f00:0:1::");
    g_assert_true(egress_add_domain(f.e, &locator, 48));
    g_assert_false(egress_add_domain(f.e, &locator, 129));
    send(&f, EGRESS_PORT_CORE, &outside);
    assert_dropped(&f, "not-from-domain");
    send(&f, EGRESS_PORT_CORE, &inside);
    g_assert_cmpuint(f.recorder->packets, ==, 1);
    stop(&f);
}

/* ---- ICMP errors ---- */

static void set_router(fixture *f, uint32_t core_mtu, uint32_t site_mtu)
{
    router_port core = { .ipv6 = test_address("2001:db8:23::2"), .mtu = core_mtu };
    router_port site = { .ipv4 = test_address("10.3.1.1"),
                         .ipv6 = test_address("2001:db8:3:1::1"),
                         .mtu = site_mtu };
    egress_set_port(f->e, EGRESS_PORT_CORE, &core);
    egress_set_port(f->e, EGRESS_PORT_FIRST_SITE, &site);
}

/* The error that left by a site's port: its type, its code, whom it is for, what it quotes. */
static void assert_error(const fixture *f, const flow_packet *about, uint8_t type, uint8_t code)
{
    const uint8_t *octets = f->recorder->octets;
    bool ipv4 = octets[0] >> 4 == 4;
    size_t header = ipv4 ? 20 : 40;
    g_assert_cmpuint(f->recorder->packets, ==, 1);
    g_assert_cmpuint(octets[header], ==, type);
    g_assert_cmpuint(octets[header + 1], ==, code);
    g_assert_cmpint(memcmp(octets + (ipv4 ? 16 : 24), about->octets + (ipv4 ? 12 : 8), ipv4 ? 4 : 16), ==, 0);
    size_t quoted = f->recorder->length - header - 8;
    g_assert_cmpuint(quoted, <=, about->length);
    g_assert_cmpint(memcmp(octets + header + 8, about->octets, quoted), ==, 0);
    packet p;
    packet_walk(PACKET_LINK_RAW, octets, (uint32_t)f->recorder->length, (uint32_t)f->recorder->length, &p);
    g_assert_cmpint(checksum_verify_transport(&p), ==, CHECKSUM_GOOD);
    if (ipv4)
        g_assert_cmpint(checksum_verify_ip(&p, &p.ip[0]), ==, CHECKSUM_GOOD);
}

static const char *const clients[] = { "10.1.0.7", "2001:db8:1::7" };
static const char *const strangers[] = { "203.0.113.1", "2001:db8:bad::1" };

static void test_too_big(void)
{
    static const struct {
        uint8_t type, code;
    } expected[] = { { 3, 4 }, { 2, 0 } };
    for (unsigned i = 0; i < G_N_ELEMENTS(clients); i++) {
        fixture f = start_live(0);
        flow_packet sent = flow_packet_make(1, clients[i]);
        set_router(&f, (uint32_t)sent.length + 39, 1500);
        send(&f, EGRESS_PORT_FIRST_SITE, &sent);
        g_assert_cmpstr(f.recorder->drop, ==, "too-big");
        assert_error(&f, &sent, expected[i].type, expected[i].code);
        /* The MTU that is told has room for the headers in front. */
        g_assert_cmpuint(packet_get32(f.recorder->octets + (i == 0 ? 24 : 44)), <, sent.length);
        g_assert_cmpuint(egress_count(f.e).errors, ==, 1);
        stop(&f);
    }
}

static void test_no_route(void)
{
    static const uint8_t types[] = { 3, 1 };
    for (unsigned i = 0; i < G_N_ELEMENTS(strangers); i++) {
        fixture f = start_live(0);
        flow_packet sent = flow_packet_make(1, strangers[i]);
        set_router(&f, 0, 0);
        send(&f, EGRESS_PORT_FIRST_SITE, &sent);
        g_assert_cmpstr(f.recorder->drop, ==, "no-route");
        assert_error(&f, &sent, types[i], 0);
        /* Nothing is said about a part of a packet that is not its first. */
        flow_packet last = flow_packet_fragment(&sent, false);
        send(&f, EGRESS_PORT_FIRST_SITE, &last);
        g_assert_cmpuint(f.recorder->packets, ==, 0);
        /* ... nor about an error. */
        flow_packet error = sent;
        error.octets[i == 0 ? 9 : 6] = i == 0 ? PACKET_PROTOCOL_ICMP : PACKET_PROTOCOL_ICMPV6;
        error.octets[i == 0 ? 20 : 40] = types[i];
        flow_packet_set_hop_limit(&error, 63); /* mends the IPv4 checksum of the TTL only */
        send(&f, EGRESS_PORT_FIRST_SITE, &error);
        g_assert_cmpuint(f.recorder->packets, ==, 0);
        stop(&f);
    }
}

/* To a client, through the core: encapsulated as its other packets are. */
static void test_time_exceeded(void)
{
    static const uint8_t types[] = { 11, 3 };
    for (unsigned i = 0; i < G_N_ELEMENTS(services); i++) {
        fixture f = start_live(0);
        flow_packet inner = flow_packet_make(1, services[i]);
        flow_packet sent = flow_packet_in(&inner, SID_CATS), used_up = inner;
        flow_packet_set_hop_limit(&used_up, 1);
        memcpy(sent.octets + 40, used_up.octets, used_up.length); /* behind the outer header */
        send(&f, EGRESS_PORT_CORE, &sent);
        g_assert_cmpuint(f.recorder->packets, ==, 0); /* as long as it is no router */
        set_router(&f, 1600, 1500);
        send(&f, EGRESS_PORT_CORE, &sent);
        g_assert_cmpstr(f.recorder->drop, ==, "hop-limit");
        g_assert_cmpuint(f.recorder->packets, ==, 1);
        g_assert_cmpuint(f.recorder->port, ==, EGRESS_PORT_CORE);
        uint8_t *error;
        size_t length;
        g_assert_cmpint(packet_decapsulate(f.recorder->octets, f.recorder->length, &error, &length), ==,
                        PACKET_DECAPSULATED);
        g_assert_cmpuint(error[i == 0 ? 20 : 40], ==, types[i]);
        stop(&f);
    }
}

static void test_rate(void)
{
    fixture f = start_live(0);
    flow_packet sent = flow_packet_make(1, strangers[0]);
    set_router(&f, 0, 0);
    for (unsigned i = 0; i < 1000; i++)
        send(&f, EGRESS_PORT_FIRST_SITE, &sent);
    g_assert_cmpuint(egress_count(f.e).errors, ==, ICMP_ERROR_BURST);
    icmp_limit limit = { 0 };
    unsigned given = 0;
    for (int64_t now = 0; now < 10 * SECOND; now += SECOND / 1000)
        given += icmp_limit_take(&limit, now);
    g_assert_cmpuint(given, <=, ICMP_ERROR_BURST + 10 * ICMP_ERROR_PER_SECOND);
    g_assert_cmpuint(given, >=, 10 * ICMP_ERROR_PER_SECOND);
    stop(&f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/egress-flows/drain", test_drain);
    g_test_add_func("/egress-flows/ports-again", test_ports_again);
    g_test_add_func("/egress-flows/forget-routes", test_forget_routes);
    g_test_add_func("/egress-flows/forgetful", test_forgetful);
    g_test_add_func("/egress-flows/restart", test_restart);
    g_test_add_func("/egress-flows/domain", test_domain);
    g_test_add_func("/egress-flows/too-big", test_too_big);
    g_test_add_func("/egress-flows/no-route", test_no_route);
    g_test_add_func("/egress-flows/time-exceeded", test_time_exceeded);
    g_test_add_func("/egress-flows/rate", test_rate);
    return g_test_run();
}
