/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UPDATEs for the unit tests of what is learned from routes: two speakers, one service of each family. */
#ifndef TESTS_UNIT_ROUTE_SCENE_H
#define TESTS_UNIT_ROUTE_SCENE_H

#include "epan-cats/cats-route-table.h"
#include "update-builder.h"

#define SECOND INT64_C(1000000000)

static const cats_route_peer first = { { 4, { 10, 9, 1, 1 } }, { 4, { 10, 9, 1, 2 } } };
static const cats_route_peer second = { { 4, { 10, 9, 2, 1 } }, { 4, { 10, 9, 2, 2 } } };
static const cats_address service4 = { 4, { 192, 0, 2, 80 } };
static const cats_address service6 = { 6, { 0x20, 1, 0xd, 0xb8, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80 } };
/* 5f00:0:e:ca75:3800:102:: */
static const uint8_t sid[16] = { 0x5f, 0, 0, 0, 0, 0xe, 0xca, 0x75, 0x38, 0, 1, 2 };

static inline cats_moment at(uint32_t frame)
{
    return (cats_moment){ frame, frame * SECOND };
}

static inline unsigned learn_at(cats_route_table *table, const cats_route_peer *peer, cats_moment now,
                                update_builder *b)
{
    cats_route_update update;
    cats_defect defect;
    update_body(b);
    g_assert_true(
        cats_route_update_read(&cats_route_codes_default, b->body->data, b->body->len, &update, &defect));
    unsigned changed = cats_route_table_learn(table, peer, now, &update, false);
    update_free(b);
    return changed;
}

static inline unsigned learn(cats_route_table *table, const cats_route_peer *peer, uint32_t frame,
                             update_builder *b)
{
    return learn_at(table, peer, at(frame), b);
}

/* Of IPv4 alone, or of both families; from the speaker as next hop in IPv4. */
static inline unsigned announce_at(cats_route_table *table, const cats_route_peer *peer, cats_moment now,
                                   const cats_announcement *announcement, bool ipv6_too)
{
    update_builder b = update_begin();
    update_add(&b, 0x40, BGP_ATTRIBUTE_NEXT_HOP, peer->speaker.octets, 4);
    update_announcement(&b, announcement);
    if (ipv6_too)
        update_attribute(&b, 0x80, BGP_ATTRIBUTE_MP_REACH, REACH_IPV6, NLRI_IPV6);
    append_octets(b.nlri, NLRI_IPV4);
    return learn_at(table, peer, now, &b);
}

static inline unsigned announce(cats_route_table *table, const cats_route_peer *peer, uint32_t frame,
                                const cats_announcement *announcement)
{
    return announce_at(table, peer, at(frame), announcement, true);
}

/* Both families. */
static inline unsigned withdraw_at(cats_route_table *table, const cats_route_peer *peer, cats_moment now)
{
    update_builder b = update_begin();
    append_octets(b.withdrawn, NLRI_IPV4);
    update_attribute(&b, 0x80, BGP_ATTRIBUTE_MP_UNREACH, 0, 2, 1, NLRI_IPV6);
    return learn_at(table, peer, now, &b);
}

static inline unsigned withdraw(cats_route_table *table, const cats_route_peer *peer, uint32_t frame)
{
    return withdraw_at(table, peer, at(frame));
}

/* Both directions of the session begin. */
static inline void open_session(cats_route_table *table, const cats_route_peer *peer, uint32_t frame)
{
    const cats_route_peer back = { peer->receiver, peer->speaker };
    cats_route_table_hear(table, peer, at(frame), BGP_OPEN);
    cats_route_table_hear(table, &back, at(frame), BGP_OPEN);
}

/* An SRv6 service alone, as a VPN or a client's prefix has it: 203.0.113.0/24, no metrics. */
static inline unsigned announce_service(cats_route_table *table, const cats_route_peer *peer, uint32_t frame,
                                        const srv6_service *service)
{
    update_builder b = update_begin();
    update_add(&b, 0x40, BGP_ATTRIBUTE_NEXT_HOP, peer->speaker.octets, 4);
    update_service(&b, service);
    append_octets(b.nlri, 24, 203, 0, 113);
    return learn(table, peer, frame, &b);
}

#endif
