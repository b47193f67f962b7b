/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads an OPEN: its fixed part, then capabilities as TLVs in parameters that are TLVs. Spec: RFC 4271 s4.2,
 * RFC 5492 s4, RFC 6793 s3, RFC 8950 s4. */
#include "bgp-open.h"

#include "bgp-update.h"
#include "tlv.h"
#include "wire.h"
#include <string.h>

enum { AS_AT = 1, HOLD_TIME_AT = 3, IDENTIFIER_AT = 5, PARAMETERS_LENGTH_AT = 9, PARAMETERS_AT = 10 };
enum { HOLD_TIME_MIN = 3, FAMILY_LENGTH = 4, NEXT_HOP_LENGTH = 6 };

static bool refuse(cats_defect *defect, const char *subject, uint64_t found, const char *expected, size_t at)
{
    *defect = (cats_defect){ subject, found, expected, .at = at };
    return false;
}

static void take_family(const uint8_t *value, bgp_open *open)
{
    if (value[3] != BGP_SAFI_UNICAST)
        return;
    open->ipv4_unicast = open->ipv4_unicast || wire_get(value, 2) == BGP_AFI_IPV4;
    open->ipv6_unicast = open->ipv6_unicast || wire_get(value, 2) == BGP_AFI_IPV6;
}

static void take_next_hops(const uint8_t *value, size_t length, bgp_open *open)
{
    for (; length >= NEXT_HOP_LENGTH; value += NEXT_HOP_LENGTH, length -= NEXT_HOP_LENGTH)
        if (wire_get(value, 2) == BGP_AFI_IPV4 && wire_get(value + 2, 2) == BGP_SAFI_UNICAST &&
            wire_get(value + 4, 2) == BGP_AFI_IPV6)
            open->ipv4_over_ipv6 = true;
}

/* A capability of another length than its code's is passed over (RFC 5492 s3). */
static void take_capability(const tlv_walk *capability, bgp_open *open)
{
    const uint8_t *value = tlv_value(capability);
    size_t length = capability->value_length;
    switch (capability->type) {
    case BGP_CAPABILITY_MULTIPROTOCOL:
        if (length == FAMILY_LENGTH)
            take_family(value, open);
        break;
    case BGP_CAPABILITY_EXTENDED_NEXT_HOP:
        take_next_hops(value, length, open);
        break;
    case BGP_CAPABILITY_FOUR_OCTET_AS:
        if (length == sizeof open->as) {
            open->four_octet_as = true;
            open->as = wire_get(value, sizeof open->as);
        }
        break;
    default:
        break;
    }
}

static bool take_parameters(const uint8_t *body, size_t length, bgp_open *open, cats_defect *defect)
{
    tlv_walk parameters;
    tlv_walk_start(&parameters, body + PARAMETERS_AT, length, 1, 1);
    parameters.base = PARAMETERS_AT;
    while (tlv_walk_next(&parameters, "BGP OPEN: length of a parameter", defect)) {
        if (parameters.type != BGP_PARAMETER_CAPABILITIES)
            continue;
        tlv_walk capabilities = tlv_walk_into(&parameters, 0, 1, 1);
        while (tlv_walk_next(&capabilities, "BGP OPEN: length of a capability", defect))
            take_capability(&capabilities, open);
        if (capabilities.bad)
            return false;
    }
    return !parameters.bad;
}

bool bgp_open_parse(const uint8_t *body, size_t length, bgp_open *open, cats_defect *defect)
{
    static const uint8_t none[4] = { 0 };
    if (length < PARAMETERS_AT)
        return refuse(defect, "BGP OPEN: length", length, "at least 10 octets", 0);
    if (body[0] != BGP_VERSION)
        return refuse(defect, "BGP OPEN: version", body[0], "4", 0);
    if (body[PARAMETERS_LENGTH_AT] != length - PARAMETERS_AT)
        return refuse(defect, "BGP OPEN: length of the parameters", body[PARAMETERS_LENGTH_AT],
                      "what the message has left", PARAMETERS_LENGTH_AT);
    *open = (bgp_open){ .as = wire_get(body + AS_AT, 2),
                        .hold_time = (uint16_t)wire_get(body + HOLD_TIME_AT, 2) };
    memcpy(open->identifier, body + IDENTIFIER_AT, sizeof open->identifier);
    if (open->hold_time != 0 && open->hold_time < HOLD_TIME_MIN)
        return refuse(defect, "BGP OPEN: hold time", open->hold_time, "0 or at least 3", HOLD_TIME_AT);
    if (memcmp(open->identifier, none, sizeof none) == 0)
        return refuse(defect, "BGP OPEN: identifier", 0, "another than 0", IDENTIFIER_AT);
    return take_parameters(body, length - PARAMETERS_AT, open, defect);
}
