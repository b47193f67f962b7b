/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bodies of UPDATEs for tests: withdrawn routes, attributes, NLRI, in this order. */
#ifndef TESTS_UNIT_UPDATE_BUILDER_H
#define TESTS_UNIT_UPDATE_BUILDER_H

#include "epan-cats/bgp-build.h"
#include "epan-cats/cats-route.h"
#include "epan-cats/wire.h"

#include <glib.h>

/* 192.0.2.80/32 and 2001:db8:80::80/128 as NLRI. */
#define NLRI_IPV4 32, 192, 0, 2, 80
#define NLRI_IPV6 128, 0x20, 1, 0xd, 0xb8, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80
/* AFI, SAFI, next hop 2001:db8::1, reserved */
#define REACH_IPV6 0, 2, 1, 16, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0

typedef struct update_builder {
    GByteArray *withdrawn, *attributes, *nlri;
    GByteArray *body; /* after update_body() */
} update_builder;

#define append_octets(array, ...)                                              \
    do {                                                                       \
        const uint8_t octets_to_append[] = { __VA_ARGS__ };                    \
        g_byte_array_append(array, octets_to_append, sizeof octets_to_append); \
    } while (0)

static inline update_builder update_begin(void)
{
    return (update_builder){ g_byte_array_new(), g_byte_array_new(), g_byte_array_new(), g_byte_array_new() };
}

static inline void update_free(update_builder *builder)
{
    g_byte_array_unref(builder->withdrawn);
    g_byte_array_unref(builder->attributes);
    g_byte_array_unref(builder->nlri);
    g_byte_array_unref(builder->body);
}

static inline void update_add(update_builder *builder, uint8_t flags, uint8_t code, const void *value,
                              size_t length)
{
    bgp_build_attribute(builder->attributes, flags, code, value, length);
}

#define update_attribute(builder, flags, code, ...)                          \
    do {                                                                     \
        const uint8_t value_octets[] = { __VA_ARGS__ };                      \
        update_add(builder, flags, code, value_octets, sizeof value_octets); \
    } while (0)

static inline void update_announcement(update_builder *builder, const cats_announcement *announcement)
{
    uint8_t value[CATS_ROUTE_ATTRIBUTE_MAX];
    update_add(builder, 0xc0, 255, value, cats_route_build(announcement, value, sizeof value));
}

static inline void update_service(update_builder *builder, const srv6_service *service)
{
    uint8_t value[PREFIX_SID_SERVICE_MAX];
    update_add(builder, 0xc0, BGP_ATTRIBUTE_PREFIX_SID, value,
               prefix_sid_build(service, value, sizeof value));
}

static inline void update_body(update_builder *builder)
{
    uint8_t length[2];
    g_byte_array_set_size(builder->body, 0);
    wire_put(length, 2, builder->withdrawn->len);
    g_byte_array_append(builder->body, length, 2);
    g_byte_array_append(builder->body, builder->withdrawn->data, builder->withdrawn->len);
    wire_put(length, 2, builder->attributes->len);
    g_byte_array_append(builder->body, length, 2);
    g_byte_array_append(builder->body, builder->attributes->data, builder->attributes->len);
    g_byte_array_append(builder->body, builder->nlri->data, builder->nlri->len);
}

/* What samples/bgp-ebgp.pcap announces: granularity egress node, level 2, aggregate 0x000102, score 7; SID
 * 5f00:0:e:ca75::, End.CATS, 32/16/16/32; and the same as an SRv6 service, whose argument has no bits. */
static inline cats_announcement sample_announcement(void)
{
    return (cats_announcement){
        .has_aggregate = true,
        .aggregate = { .granularity = CATS_GRANULARITY_EGRESS_NODE,
                       .level = 2,
                       .aggregate_id = 0x102,
                       .metric_count = 1,
                       .metrics = { { .level = 2,
                                      .length = 1,
                                      .value = 7,
                                      .source = CATS_METRIC_AGGREGATION } } },
        .has_sid = true,
        .sid = { .sid = { 0x5f, 0, 0, 0, 0, 0xe, 0xca, 0x75 },
                 .behavior = 0x80ca,
                 .structure = { 32, 16, 16, 32 } },
    };
}

static inline srv6_service sample_service(void)
{
    return (srv6_service){ .sid = { 0x5f, 0, 0, 0, 0, 0xe, 0xca, 0x75 },
                           .behavior = 0x80ca,
                           .has_structure = true,
                           .structure = { 32, 16, 16, 0 } };
}

#endif
