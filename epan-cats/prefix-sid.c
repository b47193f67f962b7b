/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The SRv6 L3 service of BGP's Prefix-SID attribute: parse and build. Spec: RFC 8669 s3, RFC 9252 s2-4, s7.
 */
#include "prefix-sid.h"

#include "wire.h"
#include <string.h>

/* TLVs, sub-TLVs and sub-sub-TLVs are alike: type 1 octet, length 2. */
enum { TYPE_SIZE = 1, LENGTH_SIZE = 2, HEADER = TYPE_SIZE + LENGTH_SIZE };

enum { SID_BITS = 128 };

/* A walk over TLVs has said what is wrong. */
static bool end_malformed(cats_route_problem *problem, bgp_handling handling)
{
    problem->id = CATS_ROUTE_MALFORMED;
    problem->handling = handling;
    return false;
}

/* RFC 9252 s7: the path is not eligible. */
static bool refuse_value(cats_route_problem *problem, const char *subject, uint64_t found,
                         const char *expected, size_t at)
{
    cats_route_refuse(problem, CATS_ROUTE_VALUE, subject, found, expected, at);
    problem->handling = BGP_INELIGIBLE;
    return false;
}

/* What the structure says must be possible: RFC 9252 s3.2.1 with erratum 7817, and s5.1-5.2. */
static bool check_structure(const srv6_service *service, size_t at, cats_route_problem *problem)
{
    const cats_sid_structure *structure = &service->structure;
    unsigned length = service->transposition_length, offset = service->transposition_offset;
    unsigned bits = (unsigned)structure->block + structure->node + structure->function + structure->argument;
    if (!cats_sid_structure_valid(structure))
        return refuse_value(problem, "SRv6 SID structure: bits of block, node, function and argument", bits,
                            "at most 128, and 64 each for function and argument", at);
    if (length > SRV6_LABEL_BITS || length > structure->function)
        return refuse_value(problem, "SRv6 SID structure: transposition length", length,
                            "at most 20 and the bits of the function", at + 4);
    if (length == 0 && offset != 0)
        return refuse_value(problem, "SRv6 SID structure: transposition offset", offset,
                            "0 with a transposition length of 0", at + 5);
    if (length + offset > bits)
        return refuse_value(problem, "SRv6 SID structure: transposition offset and length", length + offset,
                            "at most the bits of block, node, function and argument", at + 5);
    return true;
}

static bool parse_structure(const tlv_walk *tlv, srv6_service *service, cats_route_problem *problem)
{
    if (tlv->value_length < SRV6_SID_STRUCTURE_LENGTH)
        return cats_route_refuse(problem, CATS_ROUTE_MALFORMED, "SRv6 SID structure: length",
                                 tlv->value_length, "at least 6", tlv->base + tlv->at + TYPE_SIZE);
    const uint8_t *octets = tlv_value(tlv);
    service->has_structure = true;
    service->structure = (cats_sid_structure){ octets[0], octets[1], octets[2], octets[3] };
    service->transposition_length = octets[4];
    service->transposition_offset = octets[5];
    return check_structure(service, tlv->base + tlv->value_at, problem);
}

/* The value of one SID information sub-TLV. */
static bool parse_information(const tlv_walk *tlv, srv6_service *service, cats_route_problem *problem)
{
    if (tlv->value_length < SRV6_SID_INFORMATION_MIN)
        return cats_route_refuse(problem, CATS_ROUTE_MALFORMED, "SRv6 SID information: length",
                                 tlv->value_length, "at least 21", tlv->base + tlv->at + TYPE_SIZE);
    const uint8_t *octets = tlv_value(tlv);
    *service = (srv6_service){ .flags = octets[SRV6_FLAGS_AT],
                               .behavior = (uint16_t)wire_get(octets + SRV6_BEHAVIOR_AT, 2) };
    memcpy(service->sid, octets + SRV6_SID_AT, sizeof service->sid);
    tlv_walk inner = tlv_walk_into(tlv, SRV6_SID_INFORMATION_MIN, TYPE_SIZE, LENGTH_SIZE);
    while (tlv_walk_next(&inner, "SRv6 SID information: sub-sub-TLV length", &problem->defect)) {
        if (inner.type != SRV6_SID_STRUCTURE || service->has_structure)
            continue;
        if (!parse_structure(&inner, service, problem))
            return false;
    }
    return !inner.bad || end_malformed(problem, BGP_TREAT_AS_WITHDRAW);
}

static prefix_sid_result parse_service(const tlv_walk *tlv, srv6_service *service,
                                       cats_route_problem *problem)
{
    if (tlv->value_length < SRV6_SERVICE_RESERVED) {
        cats_route_refuse(problem, CATS_ROUTE_MALFORMED, "SRv6 service: length", tlv->value_length,
                          "at least 1", tlv->base + tlv->at + TYPE_SIZE);
        return PREFIX_SID_PROBLEM;
    }
    prefix_sid_result found = PREFIX_SID_NONE;
    tlv_walk inner = tlv_walk_into(tlv, SRV6_SERVICE_RESERVED, TYPE_SIZE, LENGTH_SIZE);
    while (tlv_walk_next(&inner, "SRv6 service: sub-TLV length", &problem->defect)) {
        if (inner.type != SRV6_SID_INFORMATION)
            continue;
        srv6_service other; /* those behind the first are only looked at for their form */
        bool is_first = found == PREFIX_SID_NONE;
        found = PREFIX_SID_SERVICE;
        if (!parse_information(&inner, is_first ? service : &other, problem) &&
            (is_first || problem->id == CATS_ROUTE_MALFORMED))
            return PREFIX_SID_PROBLEM;
    }
    if (inner.bad)
        end_malformed(problem, BGP_TREAT_AS_WITHDRAW);
    return inner.bad ? PREFIX_SID_PROBLEM : found;
}

static bool is_service(unsigned type)
{
    return type == PREFIX_SID_L3_SERVICE || type == PREFIX_SID_L2_SERVICE;
}

prefix_sid_result prefix_sid_parse(const uint8_t *octets, size_t length, srv6_service *service,
                                   cats_route_problem *problem)
{
    tlv_walk walk;
    prefix_sid_result found = PREFIX_SID_NONE;
    bool had[2] = { false, false };
    tlv_walk_start(&walk, octets, length, TYPE_SIZE, LENGTH_SIZE);
    while (tlv_walk_next(&walk, "Prefix-SID: TLV length", &problem->defect)) {
        bool is_l3 = walk.type == PREFIX_SID_L3_SERVICE;
        if (!is_service(walk.type) || had[is_l3])
            continue;
        had[is_l3] = true;
        srv6_service of_ethernet; /* only looked at for its form */
        prefix_sid_result result = parse_service(&walk, is_l3 ? service : &of_ethernet, problem);
        if (result == PREFIX_SID_PROBLEM && (is_l3 || problem->id == CATS_ROUTE_MALFORMED))
            return result;
        if (is_l3)
            found = result;
    }
    if (!walk.bad)
        return found;
    end_malformed(problem, is_service(octets[walk.at]) ? BGP_TREAT_AS_WITHDRAW : BGP_ATTRIBUTE_DISCARD);
    return PREFIX_SID_PROBLEM;
}

static uint8_t *put_header(uint8_t *at, uint8_t type, size_t length)
{
    at[0] = type;
    wire_put(at + TYPE_SIZE, LENGTH_SIZE, (uint32_t)length);
    return at + HEADER;
}

size_t prefix_sid_build(const srv6_service *service, uint8_t *octets, size_t size)
{
    size_t structure = service->has_structure ? HEADER + SRV6_SID_STRUCTURE_LENGTH : 0;
    size_t information = SRV6_SID_INFORMATION_MIN + structure;
    size_t value = SRV6_SERVICE_RESERVED + HEADER + information;
    if (HEADER + value > size)
        return 0;
    memset(octets, 0, HEADER + value);
    uint8_t *at = put_header(octets, PREFIX_SID_L3_SERVICE, value) + SRV6_SERVICE_RESERVED;
    at = put_header(at, SRV6_SID_INFORMATION, information);
    memcpy(at + SRV6_SID_AT, service->sid, sizeof service->sid);
    at[SRV6_FLAGS_AT] = service->flags;
    wire_put(at + SRV6_BEHAVIOR_AT, 2, service->behavior);
    if (service->has_structure) {
        const cats_sid_structure *bits = &service->structure;
        const uint8_t fields[SRV6_SID_STRUCTURE_LENGTH] = { bits->block,
                                                            bits->node,
                                                            bits->function,
                                                            bits->argument,
                                                            service->transposition_length,
                                                            service->transposition_offset };
        at = put_header(at + SRV6_SID_INFORMATION_MIN, SRV6_SID_STRUCTURE, sizeof fields);
        memcpy(at, fields, sizeof fields);
    }
    return HEADER + value;
}

bool srv6_service_equal(const srv6_service *a, const srv6_service *b)
{
    uint8_t built[2][PREFIX_SID_SERVICE_MAX];
    size_t length = prefix_sid_build(a, built[0], sizeof built[0]);
    return length == prefix_sid_build(b, built[1], sizeof built[1]) &&
           memcmp(built[0], built[1], length) == 0;
}

void srv6_service_transpose(srv6_service *service, uint32_t label)
{
    unsigned bits = service->transposition_length;
    if (bits > SRV6_LABEL_BITS || bits + service->transposition_offset > SID_BITS)
        return;
    for (unsigned i = 0; i < bits; i++) {
        unsigned at = service->transposition_offset + i;
        uint8_t mask = (uint8_t)(0x80u >> at % 8);
        bool set = (label >> (SRV6_LABEL_BITS - 1 - i) & 1) != 0;
        service->sid[at / 8] = (uint8_t)(set ? service->sid[at / 8] | mask : service->sid[at / 8] & ~mask);
    }
}
