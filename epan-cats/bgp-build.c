/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Octets of BGP messages. Spec: RFC 4271 s4 and s5, RFC 4760 s3-4, RFC 5492 s4, RFC 6793 s3, RFC 8950 s4. */
#include "bgp-build.h"

#include "wire.h"
#include <string.h>

enum { ORIGIN = 1, AS_PATH = 2, LOCAL_PREF = 5 };
enum { FLAGS_WELL_KNOWN = 0x40, FLAGS_OPTIONAL = 0x80 };
enum { ORIGIN_IGP = 0, LOCAL_PREF_DEFAULT = 100 };
enum { LENGTH_AT = 16, TYPE_AT = 18 };

static void append(GByteArray *to, const void *octets, size_t length)
{
    if (length > 0)
        g_byte_array_append(to, octets, (guint)length);
}

static void append_number(GByteArray *to, size_t size, uint32_t value)
{
    uint8_t octets[4];
    wire_put(octets, size, value);
    append(to, octets, size);
}

/* The header; its length is written when the body is there. Returns where the message begins. */
static guint begin(GByteArray *to, uint8_t type)
{
    uint8_t header[BGP_HEADER_LENGTH];
    guint at = to->len;
    memset(header, 0xff, sizeof header);
    header[TYPE_AT] = type;
    append(to, header, sizeof header);
    return at;
}

static void end(GByteArray *to, guint at)
{
    wire_put(to->data + at + LENGTH_AT, 2, to->len - at);
}

void bgp_build_keepalive(GByteArray *to)
{
    end(to, begin(to, BGP_KEEPALIVE));
}

void bgp_build_notification(GByteArray *to, uint8_t code, uint8_t subcode)
{
    const uint8_t body[] = { code, subcode };
    guint at = begin(to, BGP_NOTIFICATION);
    append(to, body, sizeof body);
    end(to, at);
}

/* ---- OPEN ---- */

static void append_capability(GByteArray *to, uint8_t code, const uint8_t *value, size_t length)
{
    append_number(to, 1, code);
    append_number(to, 1, (uint32_t)length);
    append(to, value, length);
}

static void append_capabilities(GByteArray *to, const bgp_open *open)
{
    static const uint8_t ipv4_unicast[] = { 0, BGP_AFI_IPV4, 0, BGP_SAFI_UNICAST },
                         ipv6_unicast[] = { 0, BGP_AFI_IPV6, 0, BGP_SAFI_UNICAST },
                         ipv4_over_ipv6[] = { 0, BGP_AFI_IPV4, 0, BGP_SAFI_UNICAST, 0, BGP_AFI_IPV6 };
    uint8_t as[4];
    wire_put(as, sizeof as, open->as);
    if (open->ipv4_unicast)
        append_capability(to, BGP_CAPABILITY_MULTIPROTOCOL, ipv4_unicast, sizeof ipv4_unicast);
    if (open->ipv6_unicast)
        append_capability(to, BGP_CAPABILITY_MULTIPROTOCOL, ipv6_unicast, sizeof ipv6_unicast);
    if (open->ipv4_over_ipv6)
        append_capability(to, BGP_CAPABILITY_EXTENDED_NEXT_HOP, ipv4_over_ipv6, sizeof ipv4_over_ipv6);
    if (open->four_octet_as)
        append_capability(to, BGP_CAPABILITY_FOUR_OCTET_AS, as, sizeof as);
}

void bgp_build_open(GByteArray *to, const bgp_open *open)
{
    g_autoptr(GByteArray) capabilities = g_byte_array_new();
    append_capabilities(capabilities, open);
    guint at = begin(to, BGP_OPEN);
    append_number(to, 1, BGP_VERSION);
    append_number(to, 2, open->as <= UINT16_MAX ? open->as : BGP_AS_TRANS);
    append_number(to, 2, open->hold_time);
    append(to, open->identifier, sizeof open->identifier);
    append_number(to, 1, capabilities->len > 0 ? 2 + capabilities->len : 0);
    if (capabilities->len > 0)
        append_capability(to, BGP_PARAMETER_CAPABILITIES, capabilities->data, capabilities->len);
    end(to, at);
}

/* ---- UPDATE ---- */

bool bgp_build_update(GByteArray *to, const GByteArray *attributes)
{
    if (attributes->len > BGP_MESSAGE_MAX - BGP_HEADER_LENGTH - 4)
        return false;
    guint at = begin(to, BGP_UPDATE);
    append_number(to, 2, 0);
    append_number(to, 2, attributes->len);
    append(to, attributes->data, attributes->len);
    end(to, at);
    return true;
}

void bgp_build_attribute(GByteArray *to, uint8_t flags, uint8_t code, const void *value, size_t length)
{
    bool extended = length > UINT8_MAX;
    append_number(to, 1, extended ? flags | BGP_FLAG_EXTENDED_LENGTH : flags);
    append_number(to, 1, code);
    append_number(to, extended ? 2 : 1, (uint32_t)length);
    append(to, value, length);
}

void bgp_build_internal_path(GByteArray *to)
{
    static const uint8_t origin = ORIGIN_IGP, preference[] = { 0, 0, 0, LOCAL_PREF_DEFAULT };
    bgp_build_attribute(to, FLAGS_WELL_KNOWN, ORIGIN, &origin, 1);
    bgp_build_attribute(to, FLAGS_WELL_KNOWN, AS_PATH, NULL, 0);
    bgp_build_attribute(to, FLAGS_WELL_KNOWN, LOCAL_PREF, preference, sizeof preference);
}

static void append_family(GByteArray *to, const bgp_prefix *prefix)
{
    append_number(to, 2, prefix->address.family == 4 ? BGP_AFI_IPV4 : BGP_AFI_IPV6);
    append_number(to, 1, BGP_SAFI_UNICAST);
}

static void append_prefixes(GByteArray *to, const bgp_prefix *prefixes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        append_number(to, 1, prefixes[i].length);
        append(to, prefixes[i].address.octets, (prefixes[i].length + 7u) / 8);
    }
}

void bgp_build_reach(GByteArray *to, const cats_address *next_hop, const bgp_prefix *prefixes, size_t count)
{
    g_autoptr(GByteArray) value = g_byte_array_new();
    size_t hop = cats_address_length(next_hop);
    append_family(value, &prefixes[0]);
    append_number(value, 1, (uint32_t)hop);
    append(value, next_hop->octets, hop);
    append_number(value, 1, 0);
    append_prefixes(value, prefixes, count);
    bgp_build_attribute(to, FLAGS_OPTIONAL, BGP_ATTRIBUTE_MP_REACH, value->data, value->len);
}

void bgp_build_unreach(GByteArray *to, const bgp_prefix *prefixes, size_t count)
{
    g_autoptr(GByteArray) value = g_byte_array_new();
    append_family(value, &prefixes[0]);
    append_prefixes(value, prefixes, count);
    bgp_build_attribute(to, FLAGS_OPTIONAL, BGP_ATTRIBUTE_MP_UNREACH, value->data, value->len);
}
