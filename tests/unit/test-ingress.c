/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ingress: which egress a flow gets, what it keeps, and what is bounded. */
#include "ingress-fixture.h"

#include "epan-cats/affinity-rules.h"
#include "epan-cats/computing-table.h"

#define SECOND INT64_C(1000000000)
#define EGRESS_MAX 3

static void test_event(void)
{
    ingress_config config = config_of(PACKET_ENCAP_FULL);
    fixture f = start(&config);
    g_assert_true(offer(&f, FLOW_SERVICE_IPV6, 1, 7, 0x102));
    g_assert_cmpstr(f.recorder->event, ==, "offer-accepted");

    flow_packet sent = flow_packet_make(5, FLOW_SERVICE_IPV6);
    send(&f, INGRESS_PORT_CLIENTS, &sent);
    cats_address service = test_address(FLOW_SERVICE_IPV6), sid = test_address("5f00:0:e1:ca75:3800:102::");
    g_assert_cmpstr(f.recorder->event, ==, "flow-steered");
    g_assert_cmpstr(role_recorder_field(f.recorder, "cats.egress")->text, ==, "e1");
    g_assert_cmpint(role_recorder_field(f.recorder, "cats.aggregate_id")->number, ==, 0x102);
    g_assert_cmpint(role_recorder_field(f.recorder, "score")->number, ==, 7);
    g_assert_true(cats_address_equal(&role_recorder_field(f.recorder, "cats.service")->address, &service));
    g_assert_true(cats_address_equal(&role_recorder_field(f.recorder, "cats.sid")->address, &sid));
    g_assert_nonnull(strstr(f.recorder->comment, "e1"));
    g_assert_nonnull(strstr(f.recorder->comment, "0x000102"));

    send(&f, INGRESS_PORT_CLIENTS, &sent);
    g_assert_cmpuint(f.recorder->events, ==, 0); /* the flow is known now */
    g_assert_nonnull(strstr(f.recorder->comment, "pinned to e1"));

    role_recorder_clear(f.recorder);
    g_assert_true(ingress_withdraw(f.in, 0, "e1", &service, &f.recorder->sink));
    g_assert_cmpstr(f.recorder->event, ==, "offer-withdrawn");
    g_assert_false(ingress_withdraw(f.in, 0, "e1", &service, &f.recorder->sink));
    stop(&f);
}

static void test_offer_refused(void)
{
    ingress_config config = config_of(PACKET_ENCAP_FULL);
    fixture f = start(&config);
    ingress_offer good = {
        .egress = "e", .service = test_address("192.0.2.80"), .segment_count = 1, .score = 10
    };
    ingress_offer no_segment = good, too_many = good, score = good, no_service = good;
    no_segment.segment_count = 0;
    too_many.segment_count = INGRESS_SEGMENTS_MAX + 1;
    score.score = 11;
    no_service.service.family = 0;
    g_assert_true(ingress_set_offer(f.in, 0, &good, &f.recorder->sink));
    role_recorder_clear(f.recorder);
    g_assert_false(ingress_set_offer(f.in, 0, &no_segment, &f.recorder->sink));
    g_assert_false(ingress_set_offer(f.in, 0, &too_many, &f.recorder->sink));
    g_assert_false(ingress_set_offer(f.in, 0, &score, &f.recorder->sink));
    g_assert_false(ingress_set_offer(f.in, 0, &no_service, &f.recorder->sink));
    g_assert_cmpuint(f.recorder->events, ==, 0);

    ingress_route route = { .prefix = test_address("10.0.0.0"), .prefix_length = 8, .segment_count = 1 };
    g_assert_true(ingress_set_route(f.in, &route));
    route.prefix_length = 33;
    g_assert_false(ingress_set_route(f.in, &route));
    route.prefix_length = 8;
    route.segment_count = 0;
    g_assert_false(ingress_set_route(f.in, &route));
    stop(&f);
}

/* RFC 8986 s3.1: the argument stays constant within a flow. RFC 10053: the flow stays with its egress. */
static void test_pinning(void)
{
    enum { FLOWS = 300 };
    for (unsigned i = 0; i < G_N_ELEMENTS(services); i++) {
        ingress_config config = config_of(PACKET_ENCAP_FULL);
        fixture f = start(&config);
        uint8_t sids[FLOWS][16];
        cats_address service = test_address(services[i]);
        for (unsigned e = 1; e <= EGRESS_MAX; e++) {
            offer(&f, services[i], e, 5, 0x100);
        }
        for (unsigned flow = 0; flow < FLOWS; flow++) {
            egress_of(&f, flow, services[i]);
            memcpy(sids[flow], sid_of(&f), 16);
        }
        for (unsigned change = 0; change < 3; change++) {
            if (change == 0) {
                offer(&f, services[i], 1, 0, 0x101); /* no new flows */
                offer(&f, services[i], 2, 10, 0x101);
            } else if (change == 1) {
                g_assert_true(ingress_withdraw(f.in, 0, "e2", &service, &f.recorder->sink));
            } else {
                ingress_withdraw(f.in, 0, "e1", &service, &f.recorder->sink);
                ingress_withdraw(f.in, 0, "e3", &service, &f.recorder->sink);
            }
            for (unsigned flow = 0; flow < FLOWS; flow++) {
                egress_of(&f, flow, services[i]);
                assert_octets(sid_of(&f), 16, sids[flow], 16);
            }
        }
        flow_packet new_flow = flow_packet_make(FLOWS, services[i]);
        send(&f, INGRESS_PORT_CLIENTS, &new_flow);
        assert_dropped(&f, "no-route"); /* nobody offers any more */
        offer(&f, services[i], 2, 10, 0x102);
        send(&f, INGRESS_PORT_CLIENTS, &new_flow);
        g_assert_cmpuint(packet_get16(sid_of(&f) + 10), ==, 0x102); /* argument's aggregate ID, lower half */
        g_assert_cmpuint(ingress_count(f.in).pinned, ==, FLOWS + 1);
        g_assert_cmpuint(ingress_count(f.in).flows, ==, FLOWS + 1);
        stop(&f);
    }
}

/* Within five standard deviations of the binomial. */
static void assert_share(unsigned got, unsigned flows, double share)
{
    double expected = flows * share, variance = flows * share * (1 - share), difference = got - expected;
    g_assert_cmpfloat(difference * difference, <=, 25 * variance + 1);
}

static void test_spread(void)
{
    enum { FLOWS = 6000 };
    for (unsigned i = 0; i < G_N_ELEMENTS(services); i++) {
        ingress_config config = config_of(PACKET_ENCAP_FULL);
        fixture f = start(&config);
        unsigned flows[EGRESS_MAX + 1] = { 0 };
        offer(&f, services[i], 1, 9, 1);
        offer(&f, services[i], 2, 3, 1);
        offer(&f, services[i], 3, 0, 1);
        for (unsigned flow = 0; flow < FLOWS; flow++) {
            flows[egress_of(&f, flow, services[i])]++;
        }
        assert_share(flows[1], FLOWS, 0.75);
        assert_share(flows[2], FLOWS, 0.25);
        g_assert_cmpuint(flows[3], ==, 0);
        stop(&f);
    }
}

/* The flows that reach one egress spread over its sites as evenly as chance would have it, even when sites
 * and egresses have the same names: the two choices do not depend on each other. Chi-square, 2 degrees of
 * freedom, p < 0.0001. */
static void test_independent_of_site(void)
{
    enum { FLOWS = 100000, SITES = 3 };
    ingress_config config = config_of(PACKET_ENCAP_FULL);
    config.flows_max = 1;
    fixture f = start(&config);
    computing_table *sites = computing_table_new();
    unsigned counts[EGRESS_MAX + 1][SITES] = { { 0 } };
    computing_table_set(sites, "e1", 1);
    computing_table_set(sites, "e2", 1);
    computing_table_set(sites, "e3", 1);
    for (unsigned e = 1; e <= EGRESS_MAX; e++) {
        offer(&f, FLOW_SERVICE_IPV6, e, 5, 1);
    }
    for (unsigned flow = 0; flow < FLOWS; flow++) {
        flow_packet sent = flow_packet_make(flow, FLOW_SERVICE_IPV6);
        cats_flow_key key;
        send(&f, INGRESS_PORT_CLIENTS, &sent);
        g_assert_true(cats_flow_key_read_ip(sent.octets, sent.length, &key));
        counts[sid_of(&f)[5] & 0x0f][computing_table_choose(sites, cats_flow_key_hash(&key))]++;
    }
    for (unsigned e = 1; e <= EGRESS_MAX; e++) {
        double all = counts[e][0] + counts[e][1] + counts[e][2], chi_square = 0;
        for (unsigned site = 0; site < SITES; site++) {
            double expected = all / SITES, difference = counts[e][site] - expected;
            chi_square += difference * difference / expected;
        }
        g_test_message("egress %u: %.0f flows, chi-square %.2f", e, all, chi_square);
        g_assert_cmpfloat(chi_square, <, 18.42);
    }
    computing_table_free(sites);
    stop(&f);
}

/* The same offers, made in another order by another process, give every flow the same egress. */
static void test_repeatable(void)
{
    enum { FLOWS = 500 };
    ingress_config config = config_of(PACKET_ENCAP_FULL);
    fixture a = start(&config), b = start(&config);
    for (unsigned e = 1; e <= EGRESS_MAX; e++) {
        offer(&a, FLOW_SERVICE_IPV6, e, (uint8_t)(2 * e), 1);
        offer(&b, FLOW_SERVICE_IPV6, EGRESS_MAX + 1 - e, (uint8_t)(2 * (EGRESS_MAX + 1 - e)), 1);
    }
    for (unsigned flow = 0; flow < FLOWS; flow++) {
        g_assert_cmpuint(egress_of(&a, flow, FLOW_SERVICE_IPV6), ==, egress_of(&b, flow, FLOW_SERVICE_IPV6));
    }
    stop(&a);
    stop(&b);
}

static void test_score_zero(void)
{
    ingress_config config = config_of(PACKET_ENCAP_FULL);
    fixture f = start(&config);
    ingress_route everywhere = { .prefix = test_address("0.0.0.0"), .segment_count = 1 };
    test_sid(everywhere.segments[0], "5f00:0:e9:d46::");
    ingress_set_route(f.in, &everywhere);
    offer(&f, FLOW_SERVICE_IPV4, 1, 0, 1);
    flow_packet sent = flow_packet_make(1, FLOW_SERVICE_IPV4);
    send(&f, INGRESS_PORT_CLIENTS, &sent);
    assert_dropped(&f, "no-egress"); /* not by the route: the CS-ID is on offer */
    g_assert_cmpuint(ingress_count(f.in).pinned, ==, 0);
    stop(&f);
}

static void test_routes(void)
{
    ingress_config config = config_of(PACKET_ENCAP_REDUCED);
    fixture f = start(&config);
    static const char *const routes[][2] = { { "10.3.0.0", "5f00:0:e1:d46::" },
                                             { "10.3.2.0", "5f00:0:e2:d46::" },
                                             { "2001:db8:3::", "5f00:0:e3:d46::" } };
    static const unsigned lengths[] = { 16, 24, 48 };
    static const char *const to[][2] = { { "10.3.1.2", "5f00:0:e1:d46::" },
                                         { "10.3.2.2", "5f00:0:e2:d46::" },
                                         { "2001:db8:3:2::2", "5f00:0:e3:d46::" } };
    for (unsigned i = 0; i < G_N_ELEMENTS(routes); i++) {
        ingress_route route = { test_address(routes[i][0]), lengths[i], { { 0 } }, 1 };
        test_sid(route.segments[0], routes[i][1]);
        g_assert_true(ingress_set_route(f.in, &route));
    }
    for (unsigned i = 0; i < G_N_ELEMENTS(to); i++) {
        flow_packet sent = flow_packet_make(i, to[i][0]);
        cats_address sid = test_address(to[i][1]);
        send(&f, INGRESS_PORT_CLIENTS, &sent);
        g_assert_cmpuint(f.recorder->packets, ==, 1);
        assert_octets(f.recorder->octets + 24, 16, sid.octets, 16);
    }
    flow_packet nowhere = flow_packet_make(1, "198.51.100.1");
    send(&f, INGRESS_PORT_CLIENTS, &nowhere);
    assert_dropped(&f, "no-route");
    g_assert_cmpuint(ingress_count(f.in).pinned, ==, 0); /* only CS-IDs are pinned */
    stop(&f);
}

/* Routes and the domain go, offers and pinned flows stay. */
static void test_forget_routes(void)
{
    ingress_config config = config_of(PACKET_ENCAP_FULL);
    fixture f = start(&config);
    ingress_route route = { test_address("10.3.0.0"), 16, { { 0 } }, 1 };
    test_sid(route.segments[0], "5f00:0:e1:d46::");
    cats_address inside = test_address("5f00:0:e1::");
    g_assert_true(ingress_set_route(f.in, &route));
    g_assert_true(ingress_add_domain(f.in, &inside, 48));
    offer(&f, FLOW_SERVICE_IPV4, 1, 10, 7);
    g_assert_cmpuint(egress_of(&f, 1, FLOW_SERVICE_IPV4), ==, 1);

    ingress_forget_routes(f.in);
    flow_packet to_node = flow_packet_make(1, "10.3.1.2");
    send(&f, INGRESS_PORT_CLIENTS, &to_node);
    assert_dropped(&f, "no-route");
    g_assert_cmpuint(egress_of(&f, 1, FLOW_SERVICE_IPV4), ==, 1);
    g_assert_cmpuint(ingress_count(f.in).flows, ==, 1);
    g_assert_true(ingress_set_route(f.in, &route));
    send(&f, INGRESS_PORT_CLIENTS, &to_node);
    g_assert_cmpuint(f.recorder->packets, ==, 1);
    stop(&f);
}

static void test_fragments(void)
{
    enum { FLOWS = 200 };
    for (unsigned i = 0; i < G_N_ELEMENTS(services); i++) {
        ingress_config config = config_of(PACKET_ENCAP_FULL);
        fixture f = start(&config);
        unsigned seen = 0;
        for (unsigned e = 1; e <= EGRESS_MAX; e++) {
            offer(&f, services[i], e, 5, 1);
        }
        for (unsigned flow = 0; flow < FLOWS; flow++) {
            flow_packet whole = flow_packet_make(flow * 16, services[i]);
            flow_packet first = flow_packet_fragment(&whole, true),
                        last = flow_packet_fragment(&whole, false);
            uint8_t sid[16];
            send(&f, INGRESS_PORT_CLIENTS, flow % 2 == 0 ? &first : &last); /* in either order */
            memcpy(sid, sid_of(&f), 16);
            send(&f, INGRESS_PORT_CLIENTS, flow % 2 == 0 ? &last : &first);
            assert_octets(sid_of(&f), 16, sid, 16);
            seen |= 1u << (sid[5] & 0x0f);
        }
        g_assert_cmpuint(seen, ==, 0x0e);
        g_assert_cmpuint(ingress_count(f.in).pinned, ==, FLOWS);
        stop(&f);
    }
}

/* Egress of a segment from the client. */
static unsigned egress_of_segment(fixture *f, const char *service, uint16_t flags)
{
    flow_packet sent = flow_packet_tcp(1, service, false, flags);
    send(f, INGRESS_PORT_CLIENTS, &sent);
    return sid_of(f)[5] & 0x0f;
}

static void answer(fixture *f, const char *service, uint16_t flags)
{
    flow_packet inner = flow_packet_tcp(1, service, true, flags),
                sent = flow_packet_in(&inner, "5f00:0:1:d46::");
    send(f, INGRESS_PORT_CORE, &sent);
    g_assert_cmpuint(f->recorder->port, ==, INGRESS_PORT_CLIENTS);
}

/* A connection that the service has ended keeps its egress to its last segment; the next one on its ports is
 * a new flow. What the client says ends nothing: it may be forged. */
static void test_ports_again(void)
{
    static const uint16_t ends[] = { TCP_FLAG_FIN | TCP_FLAG_ACK, TCP_FLAG_RST };
    for (unsigned i = 0; i < G_N_ELEMENTS(services) * G_N_ELEMENTS(ends); i++) {
        const char *service = services[i / 2];
        ingress_config config = config_of(PACKET_ENCAP_FULL);
        fixture f = start(&config);
        cats_address address = test_address(service);
        offer(&f, service, 1, 10, 0x100);
        g_assert_cmpuint(egress_of_segment(&f, service, TCP_FLAG_SYN), ==, 1);
        g_assert_true(ingress_withdraw(f.in, 0, "e1", &address, &f.recorder->sink));
        offer(&f, service, 2, 10, 0x100);
        answer(&f, service, TCP_FLAG_SYN | TCP_FLAG_ACK);
        g_assert_cmpuint(egress_of_segment(&f, service, TCP_FLAG_SYN), ==, 1);
        g_assert_cmpuint(egress_of_segment(&f, service, ends[i % 2]), ==, 1);
        g_assert_cmpuint(egress_of_segment(&f, service, TCP_FLAG_SYN), ==, 1);
        answer(&f, service, ends[i % 2]);
        g_assert_cmpuint(egress_of_segment(&f, service, TCP_FLAG_ACK), ==, 1);
        g_assert_cmpuint(egress_of_segment(&f, service, TCP_FLAG_SYN | TCP_FLAG_ACK), ==, 1);
        g_assert_cmpuint(egress_of_segment(&f, service, TCP_FLAG_SYN), ==, 2);
        g_assert_cmpstr(f.recorder->event, ==, "flow-steered");
        g_assert_cmpuint(egress_of_segment(&f, service, TCP_FLAG_ACK), ==, 2);
        g_assert_cmpuint(ingress_count(f.in).pinned, ==, 1);
        g_assert_cmpuint(ingress_count(f.in).flows, ==, 2);
        g_assert_cmpuint(ingress_count(f.in).flows_let_go, ==, 0);
        stop(&f);
    }
}

static void test_bounded(void)
{
    enum { FLOWS = 1000, LIMIT = 100 };
    ingress_config config = config_of(PACKET_ENCAP_FULL);
    config.flows_max = LIMIT;
    config.flow_idle_ns = 10 * SECOND;
    fixture f = start(&config);
    cats_address service = test_address(FLOW_SERVICE_IPV6);
    offer(&f, FLOW_SERVICE_IPV6, 1, 5, 0x100);
    egress_of(&f, FLOWS, FLOW_SERVICE_IPV6);
    ingress_withdraw(f.in, 0, "e1", &service, &f.recorder->sink);
    offer(&f, FLOW_SERVICE_IPV6, 2, 5, 0x101);
    for (unsigned flow = 0; flow < FLOWS; flow++) {
        egress_of(&f, flow, FLOW_SERVICE_IPV6);
        g_assert_cmpuint(egress_of(&f, FLOWS, FLOW_SERVICE_IPV6), ==, 1); /* busy: never let go */
        g_assert_cmpuint(ingress_count(f.in).pinned, <=, LIMIT);
    }
    g_assert_cmpuint(ingress_count(f.in).flows, ==, FLOWS + 1);
    g_assert_cmpuint(ingress_count(f.in).flows_let_go, ==, FLOWS + 1 - LIMIT);

    flow_packet idle = flow_packet_make(FLOWS, FLOW_SERVICE_IPV6);
    send_at(&f, 10 * SECOND + 1, INGRESS_PORT_CLIENTS, &idle);
    g_assert_cmpuint(sid_of(&f)[5] & 0x0f, ==, 2); /* idle too long: chosen anew */
    g_assert_cmpuint(ingress_count(f.in).pinned, ==, 1);
    g_assert_cmpuint(ingress_count(f.in).flows_let_go, ==, FLOWS + 1);
    stop(&f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ingress/event", test_event);
    g_test_add_func("/ingress/offer-refused", test_offer_refused);
    g_test_add_func("/ingress/pinning", test_pinning);
    g_test_add_func("/ingress/spread", test_spread);
    g_test_add_func("/ingress/independent-of-site", test_independent_of_site);
    g_test_add_func("/ingress/repeatable", test_repeatable);
    g_test_add_func("/ingress/score-zero", test_score_zero);
    g_test_add_func("/ingress/routes", test_routes);
    g_test_add_func("/ingress/forget-routes", test_forget_routes);
    g_test_add_func("/ingress/fragments", test_fragments);
    g_test_add_func("/ingress/ports-again", test_ports_again);
    g_test_add_func("/ingress/bounded", test_bounded);
    return g_test_run();
}
