/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The path attribute that announces aggregated metrics and the SID to steer to, value only.
 * Spec: docs/wire-formats.md s6; draft-du-cats-aggregated-metrics-on-egress s2. */
#ifndef EPAN_CATS_CATS_ROUTE_H
#define EPAN_CATS_CATS_ROUTE_H

#include "cats-metric.h"
#include "cats-sid.h"
#include "prefix-sid.h"
#include "route-problem.h"
#include "tlv.h"

/* "One or a few values" [draft]; more than this is no announcement [ours]. */
#define CATS_ROUTE_METRICS_MAX 8
/* Both TLVs, the first with all metrics. */
#define CATS_ROUTE_ATTRIBUTE_MAX (4 + 4 + 4 * CATS_ROUTE_METRICS_MAX + 4 + 22)

/* Where things lie in the values of both TLVs. */
enum {
    CATS_ROUTE_AGGREGATE_METRICS_AT = 4,
    CATS_ROUTE_SID_BEHAVIOR_AT = 16,
    CATS_ROUTE_SID_STRUCTURE_AT = 18,
    CATS_ROUTE_SID_LENGTH = 22
};

/* TLV type 1. */
typedef struct cats_aggregate {
    uint8_t granularity;   /* a cats_granularity, stated */
    uint8_t level;         /* of the CATS metric definition: 1 or 2, and that of each metric */
    uint32_t aggregate_id; /* 24 bits */
    unsigned metric_count; /* 1 to CATS_ROUTE_METRICS_MAX */
    cats_metric metrics[CATS_ROUTE_METRICS_MAX];
} cats_aggregate;

typedef struct cats_announcement {
    bool has_aggregate, has_sid; /* TLVs of types 1 and 2: at least one of them */
    cats_aggregate aggregate;
    cats_announced_sid sid;
} cats_announcement;

/* Reads the value of the attribute. TLVs of other types are passed over. False: *problem says what is wrong,
 * *announcement is not to be used. problem->attribute is left to the caller. Total. */
bool cats_route_parse(const uint8_t *octets, size_t length, cats_announcement *announcement,
                      cats_route_problem *problem);
/* Octets that cats_route_build() writes; 0 without a TLV and for more metrics than there can be. */
size_t cats_route_length(const cats_announcement *announcement);
/* Writes the value, the aggregate first, and returns cats_route_length(), or 0 when it is more than `size`.
 * parse(build(x)) == x for every x that has no problem. */
size_t cats_route_build(const cats_announcement *announcement, uint8_t *octets, size_t size);
bool cats_announcement_equal(const cats_announcement *a, const cats_announcement *b);

/* For readers that show every TLV: a walk over those of the attribute, and "CATS aggregated metric", "CATS
 * SID", or NULL. */
#define CATS_ROUTE_TLV_SUBJECT "CATS attribute: TLV length"
void cats_route_walk(tlv_walk *walk, const uint8_t *octets, size_t length);
const char *cats_route_tlv_name(unsigned type);

/* What both attributes of one route say together, and of a SID alone what RFC 9252 s3.2.1 asks. Either may be
 * NULL. Block, node and function of SID and structure must agree, and the behaviour; the argument length may
 * be 0 in the service, which is its interoperable default. `service` is as transposed. False with the id of
 * *problem and what goes with it; the rest is left to the caller. */
bool cats_route_agrees(const cats_announcement *announcement, const srv6_service *service,
                       cats_route_problem *problem);

#endif
