/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The egress: which site a flow gets and keeps, and what the sites' reports make it announce. */
#include "egress-fixture.h"

#include "epan-cats/computing-table.h"

static void test_many_sites(void)
{
    egress_config config = { .name = "eg1" };
    egress *e = egress_new(&config);
    for (unsigned i = 0; i < COMPUTING_TABLE_SITES_MAX; i++) {
        char name[16];
        g_snprintf(name, sizeof name, "s%u", i);
        g_assert_cmpuint(egress_add_site(e, name, 1), ==, i);
    }
    g_assert_cmpuint(egress_add_site(e, "one-more", 1), ==, EGRESS_NO_SITE);
    egress_free(e);
}

/* Within five standard deviations of the binomial, and one per cent for the table's grain. */
static void assert_share(unsigned got, unsigned flows, double share)
{
    double expected = flows * share, variance = flows * share * (1 - share), difference = got - expected;
    g_assert_cmpfloat(difference * difference, <=, 25 * variance + 0.0001 * expected * expected);
}

static void test_spread(void)
{
    enum { FLOWS = 8000 };
    for (unsigned i = 0; i < G_N_ELEMENTS(services); i++) {
        fixture f = start();
        unsigned flows[3] = { 0 };
        for (unsigned flow = 0; flow < FLOWS; flow++) {
            flows[site_of_flow(&f, flow, services[i])]++;
        }
        assert_share(flows[0], FLOWS, 0.5);
        assert_share(flows[1], FLOWS, 0.25);
        assert_share(flows[2], FLOWS, 0.25);
        for (unsigned site = 0; site < 3; site++) {
            g_assert_cmpuint(egress_site_packets(f.e, site), ==, flows[site]);
        }
        stop(&f);
    }
}

/* Another process with the same sites, named in another order, sends every flow to the site of the same name.
 */
static void test_restart(void)
{
    enum { FLOWS = 2000 };
    static const char *const turned[] = { "site3", "site1", "site2" };
    static const uint32_t weights[] = { 1, 2, 1 };
    fixture before = start(), after = start_with(3, turned, weights);
    for (unsigned flow = 0; flow < FLOWS; flow++) {
        const char *service = services[flow % 2];
        g_assert_cmpstr(three_names[site_of_flow(&before, flow, service)], ==,
                        turned[site_of_flow(&after, flow, service)]);
    }
    stop(&before);
    stop(&after);
}

/* Flows that move when the weight of `site` becomes `weight`. */
static unsigned moved_by(unsigned site, uint32_t weight, unsigned flows, unsigned *moved_elsewhere)
{
    static const char *const names[] = { "a", "b", "c", "d", "e", "f", "g", "h", "i", "j" };
    static const uint32_t weights[] = { 10, 10, 10, 10, 10, 10, 10, 10, 10, 10 };
    fixture f = start_with(10, names, weights);
    unsigned *before = g_new(unsigned, flows), moved = 0;
    for (unsigned flow = 0; flow < flows; flow++) {
        before[flow] = site_of_flow(&f, flow, FLOW_SERVICE_IPV6);
    }
    g_assert_true(egress_set_weight(f.e, site, weight));
    *moved_elsewhere = 0;
    for (unsigned flow = 0; flow < flows; flow++) {
        unsigned now = site_of_flow(&f, flow, FLOW_SERVICE_IPV6);
        moved += now != before[flow];
        *moved_elsewhere += now != before[flow] && now != site && before[flow] != site;
        g_assert_true(weight > 0 || now != site);
    }
    g_free(before);
    stop(&f);
    return moved;
}

static void test_weight_change(void)
{
    enum { FLOWS = 10000 };
    static const struct {
        const char *what;
        uint32_t weight;
        double least; /* share of flows that no choice could keep */
    } changes[] = { { "drained", 0, 1.0 / 10 }, { "doubled", 20, 2.0 / 11 - 1.0 / 10 } };
    for (unsigned i = 0; i < G_N_ELEMENTS(changes); i++) {
        unsigned elsewhere, moved = moved_by(3, changes[i].weight, FLOWS, &elsewhere);
        g_test_message(
            "one of ten sites %s: %u of %u flows moved, at least %.0f must; %u between other sites",
            changes[i].what, moved, (unsigned)FLOWS, FLOWS * changes[i].least, elsewhere);
        g_assert_cmpfloat(moved, >, FLOWS * changes[i].least * 0.8);
        g_assert_cmpfloat(moved, <, FLOWS * changes[i].least * 1.5);
    }
}

static void test_drained(void)
{
    fixture f = start();
    g_assert_true(egress_set_weight(f.e, 0, 0));
    for (unsigned flow = 0; flow < 500; flow++) {
        g_assert_cmpuint(site_of_flow(&f, flow, services[flow % 2]), !=, 0);
    }
    flow_packet node = flow_packet_make(1, "10.3.1.2");
    g_assert_cmpuint(site_of(&f, &node, SID_DT46), ==, 0); /* connections to a node of it go on */
    g_assert_true(egress_set_weight(f.e, 1, 0));
    g_assert_true(egress_set_weight(f.e, 2, 0));
    flow_packet inner = flow_packet_make(1, FLOW_SERVICE_IPV4), sent = flow_packet_in(&inner, SID_CATS);
    send(&f, EGRESS_PORT_CORE, &sent);
    assert_dropped(&f, "no-site");
    stop(&f);
}

static void test_fragments(void)
{
    fixture f = start();
    for (unsigned i = 0; i < G_N_ELEMENTS(services); i++) {
        unsigned seen = 0;
        for (unsigned flow = 0; flow < 300; flow++) {
            flow_packet whole = flow_packet_make(flow, services[i]);
            flow_packet first = flow_packet_fragment(&whole, true),
                        last = flow_packet_fragment(&whole, false);
            unsigned site = site_of(&f, &last, SID_CATS);
            g_assert_cmpuint(site_of(&f, &first, SID_CATS), ==, site);
            seen |= 1u << site;
        }
        g_assert_cmpuint(seen, ==, 7);
    }
    stop(&f);
}

static bool report(fixture *f, int64_t now, unsigned site, uint32_t capacity, uint32_t load,
                   egress_announcement *out)
{
    cats_report made = { .capacity = capacity, .load = load, .time_ns = now };
    return egress_report(f->e, now, site, &made, out);
}

static void test_announcement(void)
{
    fixture f = start();
    egress_announcement out;
    g_assert_false(egress_review(f.e, 0, &out)); /* nothing to announce, nothing to withdraw */
    g_assert_true(report(&f, 0, 0, 100, 0, &out));
    g_assert_cmpuint(out.aggregate_id, ==, 1);
    g_assert_cmpuint(out.merged.score, ==, 10);
    g_assert_false(out.withdrawn);
    g_assert_false(report(&f, SECOND, 1, 100, 0, &out)); /* merged: 200 free of 200, score 10 still */
    g_assert_true(report(&f, SECOND, 1, 100, 100, &out));
    g_assert_cmpuint(out.merged.score, ==, 5);
    g_assert_cmpuint(out.merged.capacity, ==, 200);
    g_assert_cmpuint(out.merged.load, ==, 100);
    g_assert_cmpuint(out.aggregate_id, ==, 2);
    g_assert_false(report(&f, SECOND, 1, 100, 99, &out));
    g_assert_false(report(&f, SECOND, 99, 100, 0, &out)); /* no such site */

    g_assert_true(egress_set_weight(f.e, 1, 0)); /* drained: its load and capacity do not count */
    g_assert_true(egress_review(f.e, SECOND, &out));
    g_assert_cmpuint(out.merged.score, ==, 10);
    g_assert_cmpuint(out.aggregate_id, ==, 3);

    g_assert_false(egress_review(f.e, 10 * SECOND, &out)); /* exactly the age still counts */
    g_assert_true(egress_review(f.e, 10 * SECOND + 1, &out));
    g_assert_true(out.withdrawn);
    g_assert_cmpuint(out.aggregate_id, ==, 3);
    g_assert_false(egress_review(f.e, 20 * SECOND, &out));

    g_assert_true(report(&f, 20 * SECOND, 0, 100, 0, &out)); /* the score of before is a new announcement */
    g_assert_false(out.withdrawn);
    g_assert_cmpuint(out.merged.score, ==, 10);
    g_assert_cmpuint(out.aggregate_id, ==, 4);
    g_assert_true(report(&f, 20 * SECOND, 0, 0, 0, &out)); /* out of service */
    g_assert_true(out.withdrawn);
    stop(&f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/egress-sites/many-sites", test_many_sites);
    g_test_add_func("/egress-sites/spread", test_spread);
    g_test_add_func("/egress-sites/restart", test_restart);
    g_test_add_func("/egress-sites/weight-change", test_weight_change);
    g_test_add_func("/egress-sites/drained", test_drained);
    g_test_add_func("/egress-sites/fragments", test_fragments);
    g_test_add_func("/egress-sites/announcement", test_announcement);
    return g_test_run();
}
