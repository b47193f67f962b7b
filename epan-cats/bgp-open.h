/* SPDX-License-Identifier: GPL-2.0-or-later */
/* BGP's OPEN message and the capabilities in it that matter here. Spec: RFC 4271 s4.2, RFC 4760 s8, RFC 5492
 * s4, RFC 6793 s3, RFC 8950 s4. */
#ifndef EPAN_CATS_BGP_OPEN_H
#define EPAN_CATS_BGP_OPEN_H

#include "defect.h"
#include <stdbool.h>

#define BGP_VERSION 4
#define BGP_AS_TRANS 23456 /* in the 16-bit field of a speaker whose number needs more */
enum { BGP_PARAMETER_CAPABILITIES = 2 };
enum {
    BGP_CAPABILITY_MULTIPROTOCOL = 1,
    BGP_CAPABILITY_EXTENDED_NEXT_HOP = 5,
    BGP_CAPABILITY_FOUR_OCTET_AS = 65
};

typedef struct bgp_open {
    uint32_t as;        /* of 32 bits where four_octet_as is set */
    uint16_t hold_time; /* seconds: 0, none, or at least 3 */
    uint8_t identifier[4];
    /* Capabilities. */
    bool four_octet_as;
    bool ipv4_unicast, ipv6_unicast;
    bool ipv4_over_ipv6; /* IPv4 unicast prefixes may have an IPv6 next hop */
} bgp_open;

/* Reads the body of an OPEN. Parameters and capabilities that are not known are passed over. False: *defect
 * says why, *open is not to be used. Total. */
bool bgp_open_parse(const uint8_t *body, size_t length, bgp_open *open, cats_defect *defect);

#endif
