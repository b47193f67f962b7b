/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The SRv6 L3 service of BGP's Prefix-SID attribute (type code 40), value only: service TLV, SID information,
 * SID structure. Spec: RFC 8669 s3, RFC 9252 s2-4 and s7. */
#ifndef EPAN_CATS_PREFIX_SID_H
#define EPAN_CATS_PREFIX_SID_H

#include "cats-behavior.h"
#include "cats-sid.h"
#include "route-problem.h"
#include "tlv.h"

enum {
    PREFIX_SID_L3_SERVICE = 5,
    PREFIX_SID_L2_SERVICE = 6,
    SRV6_SID_INFORMATION = 1,
    SRV6_SID_STRUCTURE = 1,
    /* Lengths and places in the values of service TLV, SID information and SID structure. */
    SRV6_SERVICE_RESERVED = 1,
    SRV6_SID_AT = 1,
    SRV6_FLAGS_AT = 17,
    SRV6_BEHAVIOR_AT = 18,
    SRV6_SID_INFORMATION_MIN = 21,
    SRV6_SID_STRUCTURE_LENGTH = 6,
    SRV6_LABEL_BITS = 20 /* of the NLRI's label field, that SID bits can be transposed to */
};

/* TLV, sub-TLV and sub-sub-TLV with their headers. */
#define PREFIX_SID_SERVICE_MAX 46

typedef struct srv6_service {
    uint8_t sid[16];
    uint8_t flags;
    uint16_t behavior; /* any: what is not known is not invalid (RFC 9252 s3.1) */
    bool has_structure;
    cats_sid_structure structure;
    uint8_t transposition_length; /* bits of the SID that stand in the NLRI's label in its place, or 0 */
    uint8_t transposition_offset; /* first of them */
} srv6_service;

typedef enum prefix_sid_result {
    PREFIX_SID_SERVICE, /* *service is valid */
    PREFIX_SID_NONE,    /* no SRv6 L3 service in it: nothing set */
    PREFIX_SID_PROBLEM  /* *problem says what is wrong */
} prefix_sid_result;

/* Reads the first SRv6 L3 service TLV and in it the first SID information: those are the ones in force (RFC
 * 9252 s7 and s3.1). What is unknown is passed over. A malformed SRv6 service, of L2 too, has the route
 * treated as withdrawn, a value that cannot be makes it ineligible (s7), and of other malformed TLVs the
 * attribute is discarded (RFC 8669 s6). problem->attribute is left to the caller. Total. */
prefix_sid_result prefix_sid_parse(const uint8_t *octets, size_t length, srv6_service *service,
                                   cats_route_problem *problem);
/* Writes the value with one service, returns its length, or 0 when `size` is too small. parse(build(x)) == x
 * for every x that has no problem; structure and transposition are zero without has_structure. */
size_t prefix_sid_build(const srv6_service *service, uint8_t *octets, size_t size);
/* False for "Opaque" and 0, which is reserved (RFC 8986 s10.2). */
static inline bool srv6_service_tells_behavior(const srv6_service *service)
{
    return service->behavior != 0 && service->behavior != CATS_BEHAVIOR_OPAQUE;
}
bool srv6_service_equal(const srv6_service *a, const srv6_service *b);

/* Puts the bits of the label back into the SID (RFC 9252 s4): the label's first transposition_length bits,
 * of its 20. */
void srv6_service_transpose(srv6_service *service, uint32_t label);

#endif
