/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of epan-cats/cats-route-table: what is known when, who announced it, and that memory is bounded. */
#include "epan-cats/cats-route-table.h"

#include "route-scene.h"

#include <string.h>

static uint32_t behind_of(const cats_route_table *table, const cats_address *ingress, uint32_t aggregate_id,
                          const cats_address *service, uint32_t frame, uint32_t *ended)
{
    cats_route_behind found;
    if (!cats_route_table_find_behind(table, sid, aggregate_id, service, ingress->octets, frame, &found))
        return 0;
    g_assert_true(found.was_in_force == (found.ended.frame == 0));
    *ended = found.ended.frame;
    return found.route->announced.frame;
}

/* Of an ingress that no session is with. */
static uint32_t behind(const cats_route_table *table, uint32_t aggregate_id, const cats_address *service,
                       uint32_t frame, uint32_t *ended)
{
    return behind_of(table, &service6, aggregate_id, service, frame, ended);
}

static void test_learn(void)
{
    cats_route_table *table = cats_route_table_new(100);
    cats_announcement announcement = sample_announcement();
    g_assert_true(cats_route_table_is_empty(table) && cats_route_table_is_empty(NULL));
    g_assert_null(cats_route_table_row(NULL, sid, 1));
    g_assert_cmpuint(announce(table, &first, 10, &announcement), ==, 2);
    g_assert_cmpuint(announce(table, &first, 11, &announcement), ==, 0); /* the same again */
    g_assert_null(cats_route_table_row(table, sid, 9));
    const cats_sid_row *row = cats_route_table_row(table, sid, 10);
    g_assert_nonnull(row);
    g_assert_cmpuint(row->prefix_length, ==, 64);
    g_assert_cmphex(row->behavior, ==, 0x80ca);
    g_assert_cmpuint(row->granularity, ==, CATS_GRANULARITY_EGRESS_NODE);
    g_assert_cmpuint(row->structure.argument, ==, 32);
    g_assert_cmpstr(row->owner, ==, "2001:db8::1"); /* MP_REACH_NLRI comes first */
    g_assert_true(row->owner_is_egress);
    g_assert_true(cats_route_table_is_service(table, &service4, 10));
    g_assert_true(cats_route_table_is_service(table, &service6, 10));
    g_assert_false(cats_route_table_is_service(table, &service4, 9));
    g_assert_false(cats_route_table_is_service(table, &first.speaker, 10));
    static const uint8_t other[16] = { 0x5f, 0, 0, 0, 0, 0xe, 0xca, 0x76 };
    g_assert_null(cats_route_table_row(table, other, 10));
    cats_route_table_free(table);
    cats_route_table_free(NULL);
}

/* Each peer withdraws its own; what was known before stays known of that time. */
static void test_withdraw(void)
{
    cats_route_table *table = cats_route_table_new(100);
    cats_announcement announcement = sample_announcement();
    uint32_t ended = 0;
    announce(table, &first, 10, &announcement);
    announce(table, &second, 12, &announcement);
    g_assert_cmpuint(behind(table, 0x102, &service4, 20, &ended), ==, 10);
    g_assert_cmpuint(withdraw(table, &first, 21), ==, 2);
    g_assert_cmpuint(withdraw(table, &first, 22), ==, 0);
    g_assert_nonnull(cats_route_table_row(table, sid, 30));
    g_assert_cmpuint(behind(table, 0x102, &service4, 30, &ended), ==, 12);
    g_assert_cmpuint(ended, ==, 0);
    withdraw(table, &second, 31);
    g_assert_cmpuint(cats_route_table_sid_ended(table, sid, 30), ==, 0);
    g_assert_cmpuint(cats_route_table_sid_ended(table, sid, 32), ==, 31);
    /* Flows stay with it: what it was is still known, and that it was a service. */
    g_assert_true(cats_route_table_row(table, sid, 31) == cats_route_table_row(table, sid, 30));
    g_assert_true(cats_route_table_is_service(table, &service6, 31));
    g_assert_false(cats_route_table_is_service(table, &service6, 9));
    g_assert_cmpuint(behind(table, 0x102, &service6, 40, &ended), ==, 12); /* the one that ended last */
    g_assert_cmpuint(ended, ==, 31);
    g_assert_cmpuint(behind(table, 0x102, &service6, 15, &ended), ==, 10); /* as it was then */
    g_assert_cmpuint(ended, ==, 0);
    cats_route_table_count count = cats_route_table_count_get(table);
    g_assert_cmpuint(count.learned, ==, 4);
    g_assert_cmpuint(count.withdrawn, ==, 4);
    g_assert_cmpuint(count.in_force, ==, 0);
    g_assert_cmpuint(count.ended, ==, 4);
    cats_route_table_free(table);
}

/* A new generation replaces the old one, which is known with the time of its end. */
static void test_generations(void)
{
    cats_route_table *table = cats_route_table_new(100);
    cats_announcement announcement = sample_announcement();
    uint32_t ended = 0;
    announce(table, &first, 10, &announcement);
    announcement.aggregate.aggregate_id = 0x103;
    announcement.aggregate.metrics[0].value = 3;
    g_assert_cmpuint(announce(table, &first, 20, &announcement), ==, 2);
    g_assert_cmpuint(behind(table, 0x102, &service4, 19, &ended), ==, 10);
    g_assert_cmpuint(ended, ==, 0);
    g_assert_cmpuint(behind(table, 0x102, &service4, 25, &ended), ==, 10);
    g_assert_cmpuint(ended, ==, 20);
    g_assert_cmpuint(behind(table, 0x103, &service4, 25, &ended), ==, 20);
    g_assert_cmpuint(ended, ==, 0);
    g_assert_cmpuint(behind(table, 0x103, &service4, 19, &ended), ==, 0);
    g_assert_cmpuint(behind(table, 0x104, &service4, 25, &ended), ==, 0);
    g_assert_cmpuint(behind(table, 0x103, &first.speaker, 25, &ended), ==, 0); /* no such service */
    g_assert_cmpuint(cats_route_table_count_get(table).withdrawn, ==, 0);
    g_assert_cmpuint(cats_route_table_count_get(table).in_force, ==, 2);
    cats_route_table_free(table);
}

/* An egress tells both ingresses the same, the first a frame before the second: each has what it was told. */
static void test_ingresses(void)
{
    const cats_address egress = { 6, { 0x5f, [5] = 0xe1, [15] = 1 } };
    const cats_route_peer to[] = { { egress, { 6, { 0x5f, [5] = 1, [14] = 1 } } },
                                   { egress, { 6, { 0x5f, [5] = 2, [14] = 1 } } } };
    cats_route_table *table = cats_route_table_new(100);
    cats_announcement announcement = sample_announcement();
    uint32_t ended = 0;
    announce(table, &to[0], 10, &announcement);
    announce(table, &to[1], 11, &announcement);
    g_assert_cmpuint(behind_of(table, &to[1].receiver, 0x102, &service4, 12, &ended), ==, 11);
    g_assert_cmpuint(ended, ==, 0);
    /* Not told yet: as any other. */
    g_assert_cmpuint(behind_of(table, &to[1].receiver, 0x102, &service4, 10, &ended), ==, 10);
    announcement.aggregate.aggregate_id = 0x103;
    announce(table, &to[0], 20, &announcement);
    announce(table, &to[1], 21, &announcement);
    g_assert_cmpuint(behind_of(table, &to[0].receiver, 0x102, &service6, 20, &ended), ==, 10);
    g_assert_cmpuint(ended, ==, 20); /* whatever the other still thinks */
    g_assert_cmpuint(behind_of(table, &to[1].receiver, 0x102, &service6, 20, &ended), ==, 11);
    g_assert_cmpuint(ended, ==, 0);
    g_assert_cmpuint(behind(table, 0x102, &service6, 20, &ended), ==, 11);
    g_assert_cmpuint(ended, ==, 0);
    g_assert_cmpuint(behind_of(table, &to[0].receiver, 0x102, &service6, 30, &ended), ==, 10);
    g_assert_cmpuint(ended, ==, 20);
    g_assert_cmpuint(behind(table, 0x102, &service6, 30, &ended), ==, 11); /* the one that ended last */
    g_assert_cmpuint(ended, ==, 21);
    cats_route_table_free(table);
}

/* The owner stays when the oldest announcement is made again with other metrics. */
static void test_owner(void)
{
    cats_route_table *table = cats_route_table_new(100);
    cats_announcement announcement = sample_announcement();
    for (uint32_t frame = 1; frame <= 4; frame++) {
        update_builder b = update_begin();
        const cats_route_peer *peer = frame % 2 == 1 ? &first : &second;
        announcement.aggregate.aggregate_id = frame;
        update_add(&b, 0x40, BGP_ATTRIBUTE_NEXT_HOP, peer->speaker.octets, 4);
        update_announcement(&b, &announcement);
        append_octets(b.nlri, NLRI_IPV4);
        learn(table, peer, frame, &b);
        g_assert_cmpstr(cats_route_table_row(table, sid, frame)->owner, ==, "10.9.1.1");
    }
    cats_route_table_free(table);
}

/* A next hop that names nobody; and an IPv4 one as IPv6 carries it. */
static void test_owner_addresses(void)
{
    static const struct {
        uint8_t hop[16];
        const char *owner;
    } cases[] = {
        { { 0 }, "10.9.1.1" },
        { { [10] = 0xff, [11] = 0xff, [12] = 192, [14] = 2, [15] = 7 }, "192.0.2.7" },
        { { 0xfe, 0x80, [15] = 1 }, "10.9.1.1" },
        { { 0x20, 1, 0xd, 0xb8, [15] = 1 }, "2001:db8::1" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        cats_route_table *table = cats_route_table_new(100);
        cats_announcement announcement = sample_announcement();
        uint8_t value[] = { REACH_IPV6, NLRI_IPV6 };
        memcpy(value + 4, cases[i].hop, 16);
        update_builder b = update_begin();
        update_announcement(&b, &announcement);
        update_add(&b, 0x80, BGP_ATTRIBUTE_MP_REACH, value, sizeof value);
        learn(table, &first, 1, &b);
        g_assert_cmpstr(cats_route_table_row(table, sid, 1)->owner, ==, cases[i].owner);
        cats_route_table_free(table);
    }
}

/* RFC 7606: a malformed announcement withdraws what was there, and so does one without our attributes. */
static void test_treated_as_withdrawn(void)
{
    for (int how = 0; how < 2; how++) {
        cats_route_table *table = cats_route_table_new(100);
        uint32_t ended = 0;
        cats_announcement announcement = sample_announcement();
        announce(table, &first, 10, &announcement);
        update_builder b = update_begin();
        if (how == 0)
            update_attribute(&b, 0xc0, 255, 0, 1);
        else
            update_attribute(&b, 0x40, 1, 0);
        append_octets(b.nlri, NLRI_IPV4);
        g_assert_cmpuint(learn(table, &first, 20, &b), ==, 1);
        g_assert_cmpuint(behind(table, 0x102, &service4, 20, &ended), ==, 10);
        g_assert_cmpuint(ended, ==, 20);
        g_assert_cmpuint(behind(table, 0x102, &service6, 20, &ended), ==, 10);
        g_assert_cmpuint(ended, ==, 0);
        cats_route_table_free(table);
    }
}

/* VPN routes of ordinary SRv6: no attribute of ours, the function in the label. Two VPNs, two SIDs. */
static void test_vpn(void)
{
    cats_route_table *table = cats_route_table_new(100);
    srv6_service service = sample_service();
    service.behavior = 19;
    service.transposition_length = 16;
    service.transposition_offset = 48;
    update_builder b = update_begin();
    update_service(&b, &service);
    update_attribute(&b, 0x80, BGP_ATTRIBUTE_MP_REACH, 0, 1, 128, 12, 0, 0, 0, 0, 0, 0, 0, 0, 10, 9, 1, 1,
                     0,                                                              /* */
                     112, 0x00, 0x45, 0x01, 0, 0, 0xfd, 0xe9, 0, 0, 0, 1, 192, 0, 2, /* */
                     112, 0x00, 0x46, 0x01, 0, 0, 0xfd, 0xe9, 0, 0, 0, 2, 192, 0, 2);
    g_assert_cmpuint(learn(table, &first, 5, &b), ==, 2);
    static const uint8_t sids[][16] = { { 0x5f, 0, 0, 0, 0, 0xe, 0, 0x45 },
                                        { 0x5f, 0, 0, 0, 0, 0xe, 0, 0x46 } };
    for (size_t i = 0; i < G_N_ELEMENTS(sids); i++) {
        const cats_sid_row *row = cats_route_table_row(table, sids[i], 5);
        g_assert_nonnull(row);
        g_assert_cmpuint(row->behavior, ==, 19);
        g_assert_cmpuint(row->granularity, ==, CATS_GRANULARITY_NOT_STATED);
    }
    g_assert_null(cats_route_table_row(table, sid, 5));
    g_assert_false(cats_route_table_is_service(table, &service4, 5));

    b = update_begin(); /* the first one only */
    update_attribute(&b, 0x80, BGP_ATTRIBUTE_MP_UNREACH, 0, 1, 128, 112, 0x80, 0, 0, 0, 0, 0xfd, 0xe9, 0, 0,
                     0, 1, 192, 0, 2);
    g_assert_cmpuint(learn(table, &first, 6, &b), ==, 1);
    g_assert_cmpuint(cats_route_table_sid_ended(table, sids[0], 6), ==, 6);
    g_assert_cmpuint(cats_route_table_sid_ended(table, sids[1], 6), ==, 0);
    cats_route_table_free(table);
}

/* A structure without a locator must not name every SID there is. */
static void test_no_locator(void)
{
    cats_route_table *table = cats_route_table_new(100);
    cats_announcement announcement = sample_announcement();
    memset(&announcement.sid.structure, 0, sizeof announcement.sid.structure);
    announce(table, &first, 10, &announcement);
    static const uint8_t whole[16] = { 0x5f, 0, 0, 0, 0, 0xe, 0xca, 0x75 };
    g_assert_null(cats_route_table_row(table, sid, 10));
    g_assert_cmpuint(cats_route_table_row(table, whole, 10)->prefix_length, ==, 128);
    cats_route_table_free(table);
}

/* 100,000 UPDATEs, a new generation each, of 64 egresses: what is held stays within the limit. */
static void test_bounded(void)
{
    enum { LIMIT = 500, UPDATES = 100000 };
    cats_route_table *table = cats_route_table_new(LIMIT);
    cats_announcement announcement = sample_announcement();
    uint32_t ended = 0;
    for (uint32_t frame = 1; frame <= UPDATES; frame++) {
        cats_route_peer peer = first;
        update_builder b = update_begin();
        peer.speaker.octets[3] = (uint8_t)(frame % 64);
        announcement.sid.sid[5] = (uint8_t)(frame % 64);
        announcement.aggregate.aggregate_id = frame & 0xffffff;
        update_announcement(&b, &announcement);
        append_octets(b.nlri, NLRI_IPV4);
        learn(table, &peer, frame, &b);
    }
    cats_route_table_count count = cats_route_table_count_get(table);
    g_assert_cmpuint(count.learned, ==, UPDATES);
    g_assert_cmpuint(count.in_force, ==, 64);
    g_assert_cmpuint(count.in_force + count.ended, ==, LIMIT);
    g_assert_cmpuint(count.let_go, ==, UPDATES - LIMIT);
    g_assert_cmpuint(count.refused, ==, 0);
    /* Egress 0x0e had one in every 64 of them: the last is 99,982 and 14 in 64. */
    uint32_t last = UPDATES - (UPDATES - 14) % 64;
    g_assert_cmpuint(behind(table, last, &service4, UPDATES, &ended), ==, last);
    g_assert_cmpuint(behind(table, last - 64, &service4, UPDATES, &ended), ==, last - 64);
    g_assert_cmpuint(ended, ==, last);
    g_assert_cmpuint(behind(table, 14, &service4, UPDATES, &ended), ==, 0); /* let go */
    cats_route_table_free(table);
}

/* More in force than there is room for; SIDs and prefixes for which there is none; one aggregate ID for all.
 */
static void test_full(void)
{
    cats_route_table *table = cats_route_table_new(3);
    cats_announcement announcement = sample_announcement();
    for (uint32_t i = 1; i <= 10; i++) {
        update_builder b = update_begin();
        announcement.sid.sid[7] = (uint8_t)i;
        update_announcement(&b, &announcement);
        append_octets(b.nlri, 32, 192, 0, 2, (uint8_t)i);
        learn(table, &first, i, &b);
    }
    static const uint8_t forgotten[16] = { 0x5f, 0, 0, 0, 0, 0xe, 0xca, 1 };
    g_assert_nonnull(cats_route_table_row(table, forgotten, 10)); /* nobody withdrew it */
    g_assert_cmpuint(cats_route_table_sid_ended(table, forgotten, 10), ==, 0);
    cats_route_table_count count = cats_route_table_count_get(table);
    g_assert_cmpuint(count.in_force, ==, 3);
    g_assert_cmpuint(count.let_go, ==, 7);
    g_assert_cmpuint(count.withdrawn, ==, 0);
    g_assert_cmpuint(count.refused, ==, 14); /* all have one locator */
    g_assert_true(cats_route_table_is_complete(table, 0));
    g_assert_false(cats_route_table_is_complete(table, 4));
    cats_route_table_free(table);

    table = cats_route_table_new(1000);
    for (uint32_t i = 1; i <= 200; i++) {
        announcement.aggregate.metrics[0].value = (uint8_t)(i % 2);
        announcement.sid = sample_announcement().sid;
        announce(table, &first, i, &announcement);
    }
    count = cats_route_table_count_get(table);
    g_assert_cmpuint(count.in_force, ==, 2);
    g_assert_cmpuint(count.ended, ==, 2 * 63);
    cats_route_table_free(table);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cats-route-table/learn", test_learn);
    g_test_add_func("/cats-route-table/withdraw", test_withdraw);
    g_test_add_func("/cats-route-table/generations", test_generations);
    g_test_add_func("/cats-route-table/ingresses", test_ingresses);
    g_test_add_func("/cats-route-table/owner", test_owner);
    g_test_add_func("/cats-route-table/owner-addresses", test_owner_addresses);
    g_test_add_func("/cats-route-table/treated-as-withdrawn", test_treated_as_withdrawn);
    g_test_add_func("/cats-route-table/vpn", test_vpn);
    g_test_add_func("/cats-route-table/no-locator", test_no_locator);
    g_test_add_func("/cats-route-table/bounded", test_bounded);
    g_test_add_func("/cats-route-table/full", test_full);
    return g_test_run();
}
