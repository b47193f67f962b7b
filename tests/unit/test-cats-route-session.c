/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of epan-cats/cats-route-session: what ends with a session, and when not all is known. */
#include "route-scene.h"

static cats_route_peer back_of(const cats_route_peer *peer)
{
    return (cats_route_peer){ peer->receiver, peer->speaker };
}

static void assert_partial_from(const cats_route_table *table, uint32_t frame, cats_route_gap_cause cause)
{
    const cats_route_gap gap = cats_route_table_gap(table);
    g_assert_cmpuint(gap.frame, ==, frame);
    g_assert_cmpint(gap.cause, ==, cause);
    g_assert_true(cats_route_table_is_complete(table, frame - 1));
    g_assert_false(cats_route_table_is_complete(table, frame));
    g_assert_false(cats_route_table_is_complete(table, UINT32_MAX));
}

/* NOTIFICATION and OPEN, of either side, end what both have said to each other; other messages do not. */
static void test_ends(void)
{
    static const uint8_t types[] = { BGP_NOTIFICATION, BGP_OPEN };
    for (size_t i = 0; i < 2 * G_N_ELEMENTS(types); i++) {
        cats_route_table *table = cats_route_table_new(100);
        cats_announcement announcement = sample_announcement();
        const cats_route_peer back = back_of(&first);
        announce(table, &first, 10, &announcement);
        announce(table, &second, 11, &announcement);
        cats_route_table_hear(table, &first, at(12), BGP_KEEPALIVE);
        g_assert_cmpuint(cats_route_table_count_get(table).in_force, ==, 4);
        cats_route_table_hear(table, i % 2 == 0 ? &back : &first, at(20), types[i / 2]);
        g_assert_cmpuint(cats_route_table_count_get(table).in_force, ==, 2);
        g_assert_cmpuint(cats_route_table_sid_ended(table, sid, 21), ==, 0);
        cats_route_table_hear(table, &second, at(21), types[i / 2]);
        g_assert_cmpuint(cats_route_table_count_get(table).in_force, ==, 0);
        g_assert_cmpuint(cats_route_table_sid_ended(table, sid, 21), ==, 21);
        g_assert_cmpuint(cats_route_table_sid_ended(table, sid, 20), ==, 0);
        cats_route_table_hear(table, &second, at(22), types[i / 2]);
        g_assert_nonnull(cats_route_table_row(table, sid, 22));
        cats_route_table_free(table);
    }
}

/* Sessions from their beginning, and one that begins again. */
static void test_complete(void)
{
    cats_route_table *table = cats_route_table_new(100);
    cats_announcement announcement = sample_announcement();
    const cats_route_peer back = back_of(&first);
    g_assert_true(cats_route_table_is_complete(NULL, 1));
    open_session(table, &first, 5);
    cats_route_table_hear(table, &back, at(6), BGP_KEEPALIVE);
    announce(table, &first, 10, &announcement);
    withdraw(table, &first, 11);
    cats_route_table_hear(table, &back, at(12), BGP_NOTIFICATION);
    open_session(table, &first, 13);
    announce(table, &first, 14, &announcement);
    cats_route_table_hear(table, &first, at(15), 5); /* ROUTE-REFRESH */
    g_assert_true(cats_route_table_is_complete(table, UINT32_MAX));
    g_assert_cmpint(cats_route_table_gap(table).cause, ==, CATS_ROUTE_NO_GAP);
    g_assert_cmpint(cats_route_table_gap(NULL).cause, ==, CATS_ROUTE_NO_GAP);
    g_assert_cmpuint(cats_route_table_with_metrics(table), ==, 10);
    g_assert_cmpuint(cats_route_table_with_metrics(NULL), ==, 0);
    cats_route_table_free(table);
}

/* What comes of a direction that was not heard to begin; the earliest such frame counts. */
static void test_partial(void)
{
    cats_announcement announcement = sample_announcement();
    const cats_route_peer back = back_of(&first);
    cats_route_table *table = cats_route_table_new(100);
    announce(table, &first, 10, &announcement);
    announce(table, &second, 20, &announcement);
    assert_partial_from(table, 10, CATS_ROUTE_GAP_OPEN);
    cats_route_table_free(table);

    table = cats_route_table_new(100);
    cats_route_table_hear(table, &first, at(5), BGP_OPEN); /* the other's OPEN was not captured */
    announce(table, &first, 10, &announcement);
    cats_route_table_hear(table, &back, at(11), BGP_KEEPALIVE);
    assert_partial_from(table, 11, CATS_ROUTE_GAP_OPEN);
    cats_route_table_free(table);

    table = cats_route_table_new(100); /* nothing of ours in it */
    update_builder b = update_begin();
    update_attribute(&b, 0x40, 1, 0);
    append_octets(b.nlri, NLRI_IPV4);
    learn(table, &first, 7, &b);
    assert_partial_from(table, 7, CATS_ROUTE_GAP_OPEN);
    cats_route_table_free(table);

    table = cats_route_table_new(100); /* behind the end of a session */
    open_session(table, &first, 5);
    cats_route_table_hear(table, &first, at(6), BGP_NOTIFICATION);
    cats_route_table_hear(table, &first, at(8), BGP_KEEPALIVE);
    assert_partial_from(table, 8, CATS_ROUTE_GAP_OPEN);
    cats_route_table_free(table);

    table = cats_route_table_new(100); /* another session begins in time, and nothing heals */
    announce(table, &second, 4, &announcement);
    open_session(table, &first, 5);
    open_session(table, &second, 6);
    assert_partial_from(table, 4, CATS_ROUTE_GAP_OPEN);
    cats_route_table_free(table);
}

/* RFC 4271 s6.8: both connect, and one connection is closed, perhaps before the second OPEN on it. */
static void test_collision(void)
{
    const cats_route_peer back = back_of(&first);
    for (int late = 0; late < 2; late++) {
        cats_route_table *table = cats_route_table_new(100);
        open_session(table, &first, 1);
        cats_route_table_hear(table, &first, at(2), BGP_OPEN);
        if (late == 0)
            cats_route_table_hear(table, &back, at(3), BGP_OPEN);
        cats_route_table_hear(table, &back, at(4), BGP_NOTIFICATION);
        cats_route_table_hear(table, &first, at(5), BGP_KEEPALIVE);
        cats_route_table_hear(table, &back, at(6), BGP_KEEPALIVE);
        g_assert_true(cats_route_table_is_complete(table, 6));
        cats_route_table_hear(table, &back, at(7), BGP_NOTIFICATION);
        cats_route_table_hear(table, &first, at(8), BGP_KEEPALIVE);
        assert_partial_from(table, 8, CATS_ROUTE_GAP_OPEN);
        cats_route_table_free(table);
    }
}

/* Octets that were not captured; prefixes that cannot be read; more sessions than there is room for. */
static void test_missed(void)
{
    cats_announcement announcement = sample_announcement();
    cats_route_table *table = cats_route_table_new(100);
    open_session(table, &first, 5);
    cats_route_table_miss(table, at(9), CATS_ROUTE_GAP_SEGMENT);
    cats_route_table_miss(table, at(9), CATS_ROUTE_GAP_MESSAGE);
    cats_route_table_miss(table, at(12), CATS_ROUTE_GAP_ROOM);
    announce(table, &second, 13, &announcement); /* its OPEN was not seen either */
    assert_partial_from(table, 9, CATS_ROUTE_GAP_SEGMENT);
    cats_route_table_free(table);

    table = cats_route_table_new(100);
    open_session(table, &first, 5);
    update_builder b = update_begin();
    update_announcement(&b, &announcement);
    append_octets(b.nlri, NLRI_IPV4, 33, 192, 0, 2, 81, 0);
    learn(table, &first, 8, &b);
    assert_partial_from(table, 8, CATS_ROUTE_GAP_UPDATE);
    cats_route_table_free(table);

    table = cats_route_table_new(100); /* malformed: others may steer by it */
    open_session(table, &first, 5);
    b = update_begin();
    update_attribute(&b, 0xc0, 255, 0, 1);
    append_octets(b.nlri, NLRI_IPV4);
    learn(table, &first, 8, &b);
    assert_partial_from(table, 8, CATS_ROUTE_GAP_UPDATE);
    cats_route_table_free(table);

    table = cats_route_table_new(100); /* EVPN: its prefixes are not read */
    srv6_service service = sample_service();
    open_session(table, &first, 5);
    b = update_begin();
    update_attribute(&b, 0x80, BGP_ATTRIBUTE_MP_REACH, 0, 25, 70, 4, 10, 9, 1, 1, 0, 5, 0);
    learn(table, &first, 7, &b); /* nothing of ours */
    b = update_begin();
    update_service(&b, &service);
    update_attribute(&b, 0x80, BGP_ATTRIBUTE_MP_REACH, 0, 25, 70, 4, 10, 9, 1, 1, 0, 5, 0);
    learn(table, &first, 8, &b);
    assert_partial_from(table, 8, CATS_ROUTE_GAP_FAMILY);
    cats_route_table_free(table);

    table = cats_route_table_new(3);
    open_session(table, &first, 5);
    open_session(table, &second, 6);
    assert_partial_from(table, 6, CATS_ROUTE_GAP_ROOM);
    cats_route_table_free(table);
}

/* Each has words of its own. */
static void test_texts(void)
{
    for (cats_route_gap_cause i = CATS_ROUTE_NO_GAP; i <= CATS_ROUTE_GAP_ROOM; i++)
        for (cats_route_gap_cause j = CATS_ROUTE_NO_GAP; j < i; j++)
            g_assert_cmpstr(cats_route_gap_text(i), !=, cats_route_gap_text(j));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cats-route-session/ends", test_ends);
    g_test_add_func("/cats-route-session/complete", test_complete);
    g_test_add_func("/cats-route-session/partial", test_partial);
    g_test_add_func("/cats-route-session/collision", test_collision);
    g_test_add_func("/cats-route-session/missed", test_missed);
    g_test_add_func("/cats-route-session/texts", test_texts);
    return g_test_run();
}
