/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Octets of the attributes, in ExaBGP's words. Spec: docs/wire-formats.md s6; RFC 9252 s2-3. */
#include "route-line.h"
#include "capture-tools/forwarders/announcement.h"
#include "epan-cats/bgp-update.h"

#define FLAGS_OPTIONAL_TRANSITIVE 0xc0u

const cats_address *route_next_hop(const route_how *how, const cats_address *prefix)
{
    const cats_address *hop = prefix->family == 4 ? &how->next_hop_ipv4 : &how->next_hop_ipv6;
    return hop->family != 0 ? hop : NULL;
}

static GString *line_begin(const route_how *how, const char *verb, const route_said *route)
{
    const cats_address *hop = route_next_hop(how, &route->prefix);
    char prefix[CATS_ADDRESS_TEXT], next_hop[CATS_ADDRESS_TEXT];
    if (hop == NULL)
        return NULL;
    cats_address_format(&route->prefix, prefix);
    cats_address_format(hop, next_hop);
    GString *line = g_string_new(NULL);
    g_string_printf(line, "%s route %s/%u next-hop %s", verb, prefix, route->prefix_length, next_hop);
    return line;
}

static void append_attribute(GString *line, uint8_t code, uint8_t flags, const uint8_t *octets, size_t length)
{
    g_string_append_printf(line, " attribute [ 0x%02x 0x%02x 0x", code, flags);
    for (size_t i = 0; i < length; i++)
        g_string_append_printf(line, "%02x", octets[i]);
    g_string_append(line, " ]");
}

static void append_announcement(GString *line, const route_how *how, const route_said *route)
{
    cats_announcement said = route->has_aggregate ? setup_announcement(route->sid, route->granularity,
                                                                       route->score, route->aggregate_id)
                                                  : setup_announcement_of_sid(route->sid);
    uint8_t octets[CATS_ROUTE_ATTRIBUTE_MAX];
    append_attribute(line, how->attribute, how->flags, octets,
                     cats_route_build(&said, octets, sizeof octets));
}

static void append_prefix_sid(GString *line, const route_said *route)
{
    srv6_service service = setup_service(route->sid);
    uint8_t octets[PREFIX_SID_SERVICE_MAX];
    append_attribute(line, BGP_ATTRIBUTE_PREFIX_SID, FLAGS_OPTIONAL_TRANSITIVE, octets,
                     prefix_sid_build(&service, octets, sizeof octets));
}

char *route_line_announce(const route_how *how, const route_said *route)
{
    GString *line = line_begin(how, "announce", route);
    if (line == NULL)
        return NULL;
    append_announcement(line, how, route);
    if (how->prefix_sid)
        append_prefix_sid(line, route);
    return g_string_free(line, FALSE);
}

char *route_line_withdraw(const route_how *how, const route_said *route)
{
    GString *line = line_begin(how, "withdraw", route);
    return line != NULL ? g_string_free(line, FALSE) : NULL;
}
