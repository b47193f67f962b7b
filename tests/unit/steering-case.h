/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small network and encapsulated packets in it, for the unit tests of steering. */
#ifndef TESTS_UNIT_STEERING_CASE_H
#define TESTS_UNIT_STEERING_CASE_H

#include "epan-cats/cats-rules.h"
#include "octets.h"
#include <glib.h>
#include <string.h>

/* One ingress, two egresses: egress1 with End.CATS, End.DT46 and End.DX4, egress2 with nothing but its
 * locator. */
static const char steering_network[] = "[service web]\n"
                                       "ipv4=192.0.2.80\n"
                                       "ipv6=2001:db8:80::80\n"
                                       "port=80\n"
                                       "[core]\n"
                                       "sid=5f00:0:c:1::\n"
                                       "[ingress in]\n"
                                       "source=5f00:0:1::100\n"
                                       "locator=5f00:0:1::/48\n"
                                       "clients=10.1.0.0/16;2001:db8:1::/48\n"
                                       "[egress egress1]\n"
                                       "source=5f00:0:e1::100\n"
                                       "locator=5f00:0:e1::/48\n"
                                       "[egress egress2]\n"
                                       "source=5f00:0:e2::100\n"
                                       "locator=5f00:0:e2::/48\n"
                                       "[site a]\n"
                                       "egress=egress1\n"
                                       "[site b]\n"
                                       "egress=egress2\n"
                                       "[node na]\n"
                                       "site=a\n"
                                       "ipv4=198.51.100.1\n"
                                       "ipv6=2001:db8:a::1\n"
                                       "[node nb]\n"
                                       "site=b\n"
                                       "ipv4=198.51.100.2\n"
                                       "ipv6=2001:db8:b::1\n"
                                       "[sid cats]\n"
                                       "prefix=5f00:0:e1:ca75::/64\n"
                                       "behavior=End.CATS\n"
                                       "granularity=egress node\n"
                                       "egress=egress1\n"
                                       "[sid dt46]\n"
                                       "prefix=5f00:0:e1:46::/64\n"
                                       "behavior=End.DT46\n"
                                       "egress=egress1\n"
                                       "[sid dx4]\n"
                                       "prefix=5f00:0:e1:42::/64\n"
                                       "behavior=End.DX4\n"
                                       "granularity=service site\n"
                                       "egress=egress1\n"
                                       "[sid return-cats]\n"
                                       "prefix=5f00:0:1:ca75::/64\n"
                                       "behavior=End.CATS\n"
                                       "ingress=in\n"
                                       "[sid return]\n"
                                       "prefix=5f00:0:1:46::/64\n"
                                       "behavior=End.DT46\n"
                                       "ingress=in\n";

/* The packet in words. An address of text NULL is left out. */
typedef struct steering_case {
    const char *destination; /* of the outer header */
    const char *segments[3]; /* in travel order; none: no SRH */
    int left;                /* Segments Left; with the reduced form one above what the list holds */
    bool reduced;
    uint8_t next_header;
    uint32_t flow_label;
    const char *inner; /* inner destination */
    bool fragment;
} steering_case;

/* The octets that a cats_packet points at. */
typedef struct steering_octets {
    uint8_t source[16], destination[16];
    uint8_t srh[64];
} steering_octets;

static inline void steering_address(const char *text, uint8_t octets[16])
{
    cats_address address;
    g_assert_true(cats_address_parse(text, &address));
    g_assert_cmpuint(address.family, ==, 6);
    memcpy(octets, address.octets, 16);
}

static inline void steering_assert_address(const uint8_t octets[16], const char *text)
{
    uint8_t expected[16];
    steering_address(text, expected);
    assert_octets(octets, 16, expected, 16);
}

static inline void steering_assert_names(const cats_steering *steering, const char *name, const char *egress)
{
    char text[CATS_SID_NAME_TEXT];
    g_assert_cmpuint(cats_steering_sid_name(steering, text), ==, strlen(name));
    g_assert_cmpstr(text, ==, name);
    g_assert_cmpuint(cats_steering_egress(steering, text), ==, strlen(egress));
    g_assert_cmpstr(text, ==, egress);
}

static inline cats_packet steering_packet(const steering_case *words, steering_octets *octets)
{
    cats_packet packet = {
        .outer_source = octets->source,
        .outer_destination = octets->destination,
        .flow_label = words->flow_label,
        .next_header = words->next_header,
        .fragment = words->fragment,
    };
    steering_address("5f00:0:1::100", octets->source);
    steering_address(words->destination, octets->destination);
    if (words->inner != NULL)
        g_assert_true(cats_address_parse(words->inner, &packet.inner_destination));

    uint8_t segments[3][16];
    unsigned count = 0;
    for (; count < G_N_ELEMENTS(segments) && words->segments[count] != NULL; count++)
        steering_address(words->segments[count], segments[count]);
    if (count == 0)
        return packet;
    srh_spec spec = {
        .next_header = words->next_header,
        .segments = (const uint8_t(*)[16])segments,
        .count = count,
        .reduced = words->reduced,
    };
    packet.srh_available = srh_build(&spec, octets->srh, sizeof octets->srh);
    g_assert_cmpuint(packet.srh_available, >, 0);
    octets->srh[3] = (uint8_t)words->left;
    packet.srh = octets->srh;
    packet.srh_captured = true;
    return packet;
}

static inline cats_topology *steering_topology(void)
{
    GError *error = NULL;
    cats_topology *topology = cats_topology_parse(steering_network, strlen(steering_network), "case", &error);
    g_assert_no_error(error);
    return topology;
}

static inline void steering_add_row(cats_sid_table *table, const char *prefix, const char *structure,
                                    uint16_t behavior, cats_granularity granularity, const char *owner)
{
    const char *error;
    cats_address address;
    unsigned length;
    cats_sid_row row = {
        .behavior = behavior, .granularity = granularity, .owner = owner, .owner_is_egress = true
    };
    g_assert_true(cats_prefix_parse(prefix, &address, &length, &error));
    g_assert_true(cats_sid_structure_parse(structure, &row.structure, &error));
    memcpy(row.prefix, address.octets, 16);
    row.prefix_length = (uint8_t)length;
    g_assert_true(cats_sid_table_add(table, &row));
}

#endif
