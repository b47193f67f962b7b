/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of epan-cats/cats-route-sids: whose SIDs these are, their locators and granularities, and what is
 * known of them when their announcements have ended. */
#include "route-scene.h"

#include <string.h>

/* Of an ingress that announces its clients: 5f00:0:1:46::, End.DT46, 32/16/16/0. */
static const uint8_t client_sid[16] = { 0x5f, 0, 0, 0, 0, 1, 0, 0x46 };

static srv6_service client_service(void)
{
    srv6_service service = sample_service();
    memcpy(service.sid, client_sid, sizeof client_sid);
    service.behavior = 20;
    return service;
}

static bool is_egress(const cats_route_table *table, const uint8_t of[16], uint32_t frame)
{
    return cats_route_table_row(table, of, frame)->owner_is_egress;
}

/* RFC 9252: ingresses announce the prefixes of clients, without metrics. As long as nobody announces any, all
 * may be egresses; an answer for a frame does not change with what comes later. */
static void test_ingress(void)
{
    cats_route_table *table = cats_route_table_new(100);
    cats_announcement announcement = sample_announcement();
    srv6_service service = client_service();
    announce_service(table, &second, 5, &service);
    g_assert_true(is_egress(table, client_sid, 9));
    announce(table, &first, 10, &announcement);
    g_assert_true(is_egress(table, client_sid, 9));
    g_assert_false(is_egress(table, client_sid, 10));
    g_assert_true(is_egress(table, sid, 10));
    withdraw(table, &first, 20);
    g_assert_false(is_egress(table, client_sid, 20));
    g_assert_true(is_egress(table, sid, 20));
    cats_route_table_free(table);
}

/* Speakers on the way make themselves the next hop of all routes: the locator tells egress and ingress apart.
 * A SID without a structure has none, and the next hop tells. */
static void test_one_next_hop(void)
{
    for (int structured = 0; structured < 2; structured++) {
        cats_route_table *table = cats_route_table_new(100);
        cats_announcement announcement = sample_announcement();
        srv6_service service = client_service();
        service.has_structure = structured;
        announce_service(table, &first, 5, &service);
        update_builder b = update_begin(); /* with the same next hop */
        update_add(&b, 0x40, BGP_ATTRIBUTE_NEXT_HOP, first.speaker.octets, 4);
        update_announcement(&b, &announcement);
        append_octets(b.nlri, NLRI_IPV4);
        learn(table, &first, 10, &b);
        g_assert_cmpstr(cats_route_table_row(table, client_sid, 11)->owner, ==, "10.9.1.1");
        g_assert_true(is_egress(table, client_sid, 11) == !structured);
        g_assert_true(is_egress(table, sid, 11));
        cats_route_table_free(table);
    }
}

/* The egress's other SIDs, in the same locator, are an egress's. */
static void test_other_sid_of_egress(void)
{
    cats_route_table *table = cats_route_table_new(100);
    cats_announcement announcement = sample_announcement();
    srv6_service service = client_service();
    static const uint8_t other[16] = { 0x5f, 0, 0, 0, 0, 0xe, 0, 0x46 };
    memcpy(service.sid, other, sizeof other);
    announce_service(table, &second, 5, &service);
    announce(table, &first, 10, &announcement);
    g_assert_true(is_egress(table, other, 9) && is_egress(table, other, 10));
    cats_route_table_free(table);
}

static void test_locator(void)
{
    cats_route_table *table = cats_route_table_new(100);
    cats_announcement announcement = sample_announcement();
    cats_route_locator locator;
    static const uint8_t inside[16] = { 0x5f, 0, 0, 0, 0, 0xe, 0xde, 0xad };
    static const uint8_t outside[16] = { 0x5f, 0, 0, 0, 0, 0xf, 0xca, 0x75 };
    announce(table, &first, 10, &announcement);
    announce(table, &second, 20, &announcement);
    g_assert_false(cats_route_table_find_locator(NULL, inside, 10, &locator));
    g_assert_false(cats_route_table_find_locator(table, inside, 9, &locator));
    g_assert_false(cats_route_table_find_locator(table, outside, 30, &locator));
    g_assert_true(cats_route_table_find_locator(table, inside, 30, &locator));
    g_assert_cmpuint(locator.length, ==, 48);
    g_assert_cmpstr(locator.announcer, ==, "2001:db8::1"); /* the first */
    withdraw(table, &first, 40);
    withdraw(table, &second, 41);
    g_assert_true(cats_route_table_find_locator(table, inside, 50, &locator));
    g_assert_false(cats_route_table_knows_sid(table, inside, 50));
    g_assert_true(cats_route_table_knows_sid(table, sid, 50) && cats_route_table_knows_sid(table, sid, 10));
    g_assert_false(cats_route_table_knows_sid(table, sid, 9));
    cats_route_table_free(table);
}

/* One SID for two services: where they differ the SID says nothing. */
static void test_granularity(void)
{
    cats_route_table *table = cats_route_table_new(100);
    cats_announcement announcement = sample_announcement();
    announce(table, &first, 10, &announcement);
    announcement.aggregate.granularity = CATS_GRANULARITY_SERVICE_SITE;
    announce(table, &second, 20, &announcement);
    withdraw(table, &first, 30);
    announcement.aggregate.granularity = CATS_GRANULARITY_EGRESS_NODE;
    announce(table, &second, 40, &announcement); /* replaces its own */
    static const struct {
        uint32_t frame;
        cats_granularity granularity;
    } expected[] = { { 10, CATS_GRANULARITY_EGRESS_NODE },
                     { 20, CATS_GRANULARITY_NOT_STATED },
                     { 30, CATS_GRANULARITY_SERVICE_SITE },
                     { 40, CATS_GRANULARITY_EGRESS_NODE } };
    for (size_t i = 0; i < G_N_ELEMENTS(expected); i++)
        g_assert_cmpuint(cats_route_table_row(table, sid, expected[i].frame)->granularity, ==,
                         expected[i].granularity);
    cats_route_table_free(table);
}

/* A SID in force comes before a longer one whose announcement has ended. */
static void test_in_force_first(void)
{
    cats_route_table *table = cats_route_table_new(100);
    cats_announcement announcement = sample_announcement();
    announce(table, &first, 10, &announcement); /* 64 bits */
    announcement.sid.structure = (cats_sid_structure){ 32, 16, 8, 32 };
    announcement.sid.sid[7] = 0;
    announce(table, &second, 11, &announcement);
    g_assert_cmpuint(cats_route_table_row(table, sid, 12)->prefix_length, ==, 64);
    withdraw(table, &first, 20);
    g_assert_cmpuint(cats_route_table_row(table, sid, 20)->prefix_length, ==, 56);
    withdraw(table, &second, 30);
    g_assert_cmpuint(cats_route_table_row(table, sid, 30)->prefix_length, ==, 64);
    cats_route_table_free(table);
}

/* More changes than are kept: what the SID was long ago is forgotten, not that it was announced. */
static void test_forgotten(void)
{
    cats_route_table *table = cats_route_table_new(1000);
    cats_announcement announcement = sample_announcement();
    for (uint32_t frame = 10; frame < 400; frame += 2) {
        announce(table, &first, frame, &announcement);
        withdraw(table, &first, frame + 1);
    }
    g_assert_null(cats_route_table_row(table, sid, 12));
    g_assert_true(cats_route_table_knows_sid(table, sid, 12));
    g_assert_false(cats_route_table_knows_sid(table, sid, 9));
    g_assert_nonnull(cats_route_table_row(table, sid, 399));
    cats_route_table_free(table);
}

static void test_container(void)
{
    cats_route_table *table = cats_route_table_new(100);
    cats_announcement announcement = sample_announcement();
    announce(table, &first, 10, &announcement);
    static const uint8_t through[16] = {
        0x5f, 0, 0, 0, 0, 0xc, 0, 0xe, 0xca, 0x75
    }; /* by way of C-SID 0xc */
    static const uint8_t elsewhere[16] = { 0x5f, 0, 0, 0, 0, 0xc, 0, 0xf, 0xca, 0x75 };
    static const uint8_t wide[16] = { 0x5f, 0, 0, 0, 0, 0xc, 0, 1, 0, 0xe, 0xca, 0x75 }; /* 32 bits */
    g_assert_true(cats_route_table_in_container(table, through, 10));
    g_assert_true(cats_route_table_in_container(table, wide, 10));
    g_assert_false(cats_route_table_in_container(table, through, 9));
    g_assert_false(cats_route_table_in_container(table, elsewhere, 10));
    g_assert_false(cats_route_table_in_container(NULL, through, 10));
    cats_route_table_free(table);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cats-route-sids/ingress", test_ingress);
    g_test_add_func("/cats-route-sids/one-next-hop", test_one_next_hop);
    g_test_add_func("/cats-route-sids/other-sid-of-egress", test_other_sid_of_egress);
    g_test_add_func("/cats-route-sids/locator", test_locator);
    g_test_add_func("/cats-route-sids/granularity", test_granularity);
    g_test_add_func("/cats-route-sids/in-force-first", test_in_force_first);
    g_test_add_func("/cats-route-sids/forgotten", test_forgotten);
    g_test_add_func("/cats-route-sids/container", test_container);
    return g_test_run();
}
