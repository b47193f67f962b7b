/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The path attribute of CATS: parse, build, and whether it agrees with the SRv6 service beside it.
 * Spec: docs/wire-formats.md s6; RFC 9252 s3.2.1. */
#include "cats-route.h"

#include "numbers.h"
#include "wire.h"
#include <glib.h>
#include <string.h>

#define TLV_FIELD 2 /* octets of type and of length */
#define TLV_HEADER (2 * TLV_FIELD)
#define METRIC_LENGTH 4

void cats_route_walk(tlv_walk *walk, const uint8_t *octets, size_t length)
{
    tlv_walk_start(walk, octets, length, TLV_FIELD, TLV_FIELD);
}

const char *cats_route_tlv_name(unsigned type)
{
    switch (type) {
    case CATS_ROUTE_TLV_AGGREGATE:
        return "CATS aggregated metric";
    case CATS_ROUTE_TLV_SID:
        return "CATS SID";
    default:
        return NULL;
    }
}

static bool parse_metric(const uint8_t *octets, size_t at, unsigned level, cats_metric *metric,
                         cats_route_problem *problem)
{
    cats_defect defect;
    if (!cats_metric_unpack(wire_get(octets, METRIC_LENGTH), metric, &defect))
        return cats_route_refuse(problem, CATS_ROUTE_VALUE, defect.subject, defect.found, defect.expected,
                                 at + defect.at);
    if (metric->level != level)
        return cats_route_refuse(problem, CATS_ROUTE_VALUE, "metric: level", metric->level,
                                 "the level of its TLV", at + 1);
    return true;
}

static bool parse_aggregate(const tlv_walk *tlv, cats_aggregate *aggregate, cats_route_problem *problem)
{
    size_t at = tlv->value_at, length = tlv->value_length;
    size_t metrics = length / METRIC_LENGTH - 1;
    if (length < CATS_ROUTE_AGGREGATE_METRICS_AT + METRIC_LENGTH || length % METRIC_LENGTH != 0 ||
        metrics > CATS_ROUTE_METRICS_MAX)
        return cats_route_refuse(problem, CATS_ROUTE_MALFORMED, "CATS aggregated metric: length", length,
                                 "4 and 4 for each of 1-8 metrics", tlv->at + TLV_FIELD);
    const uint8_t *octets = tlv_value(tlv);
    cats_argument head = cats_argument_split(wire_get(octets, 4));
    if (head.granularity == CATS_GRANULARITY_NOT_STATED || cats_granularity_name(head.granularity) == NULL)
        return cats_route_refuse(problem, CATS_ROUTE_VALUE, "CATS aggregated metric: granularity",
                                 head.granularity, "1-3", at);
    if (head.level != 1 && head.level != 2)
        return cats_route_refuse(problem, CATS_ROUTE_VALUE, "CATS aggregated metric: level", head.level,
                                 "1 or 2", at);
    *aggregate = (cats_aggregate){ .granularity = head.granularity,
                                   .level = head.level,
                                   .aggregate_id = head.aggregate_id,
                                   .metric_count = (unsigned)metrics };
    for (size_t i = 0; i < metrics; i++) {
        size_t in_value = CATS_ROUTE_AGGREGATE_METRICS_AT + METRIC_LENGTH * i;
        if (!parse_metric(octets + in_value, at + in_value, head.level, &aggregate->metrics[i], problem))
            return false;
    }
    return true;
}

static bool parse_sid(const tlv_walk *tlv, cats_announced_sid *sid, cats_route_problem *problem)
{
    if (tlv->value_length != CATS_ROUTE_SID_LENGTH)
        return cats_route_refuse(problem, CATS_ROUTE_MALFORMED, "CATS SID: length", tlv->value_length, "22",
                                 tlv->at + TLV_FIELD);
    const uint8_t *octets = tlv_value(tlv);
    const uint8_t *structure = octets + CATS_ROUTE_SID_STRUCTURE_AT;
    memcpy(sid->sid, octets, sizeof sid->sid);
    sid->behavior = (uint16_t)wire_get(octets + CATS_ROUTE_SID_BEHAVIOR_AT, 2);
    sid->structure = (cats_sid_structure){ structure[0], structure[1], structure[2], structure[3] };
    if (sid->behavior == 0)
        return cats_route_refuse(problem, CATS_ROUTE_VALUE, "CATS SID: behavior", 0, "1-65535",
                                 tlv->value_at + CATS_ROUTE_SID_BEHAVIOR_AT);
    if (!cats_sid_structure_valid(&sid->structure))
        return cats_route_refuse(problem, CATS_ROUTE_VALUE,
                                 "CATS SID: bits of block, node, function and argument",
                                 (uint64_t)structure[0] + structure[1] + structure[2] + structure[3],
                                 "at most 128, and 64 each for function and argument",
                                 tlv->value_at + CATS_ROUTE_SID_STRUCTURE_AT);
    return true;
}

static bool parse_tlv(const tlv_walk *tlv, cats_announcement *announcement, cats_route_problem *problem)
{
    bool *has = tlv->type == CATS_ROUTE_TLV_AGGREGATE ? &announcement->has_aggregate
                : tlv->type == CATS_ROUTE_TLV_SID     ? &announcement->has_sid
                                                      : NULL;
    if (has == NULL)
        return true;
    if (*has)
        return cats_route_refuse(problem, CATS_ROUTE_MALFORMED, "CATS attribute: second TLV of type",
                                 tlv->type, "one TLV of each type", tlv->at);
    *has = true;
    return tlv->type == CATS_ROUTE_TLV_SID ? parse_sid(tlv, &announcement->sid, problem)
                                           : parse_aggregate(tlv, &announcement->aggregate, problem);
}

bool cats_route_parse(const uint8_t *octets, size_t length, cats_announcement *announcement,
                      cats_route_problem *problem)
{
    tlv_walk walk;
    *announcement = (cats_announcement){ .has_aggregate = false };
    *problem = (cats_route_problem){ .id = CATS_ROUTE_MALFORMED, .handling = BGP_TREAT_AS_WITHDRAW };
    cats_route_walk(&walk, octets, length);
    while (tlv_walk_next(&walk, CATS_ROUTE_TLV_SUBJECT, &problem->defect))
        if (!parse_tlv(&walk, announcement, problem))
            return false;
    if (walk.bad)
        return false;
    if (!announcement->has_aggregate && !announcement->has_sid)
        return cats_route_refuse(problem, CATS_ROUTE_MALFORMED, "CATS attribute: TLVs of types 1 and 2", 0,
                                 "at least 1", 0);
    return true;
}

size_t cats_route_length(const cats_announcement *announcement)
{
    unsigned metrics = announcement->aggregate.metric_count;
    size_t length = announcement->has_sid ? TLV_HEADER + CATS_ROUTE_SID_LENGTH : 0;
    if (!announcement->has_aggregate)
        return length;
    if (metrics == 0 || metrics > CATS_ROUTE_METRICS_MAX)
        return 0;
    return length + TLV_HEADER + CATS_ROUTE_AGGREGATE_METRICS_AT + METRIC_LENGTH * (size_t)metrics;
}

static uint8_t *put_header(uint8_t *at, unsigned type, size_t length)
{
    wire_put(at, TLV_FIELD, type);
    wire_put(at + TLV_FIELD, TLV_FIELD, (uint32_t)length);
    return at + TLV_HEADER;
}

static uint8_t *put_aggregate(uint8_t *at, const cats_aggregate *aggregate)
{
    const cats_argument head = { .granularity = aggregate->granularity,
                                 .level = aggregate->level,
                                 .aggregate_id = aggregate->aggregate_id };
    at = put_header(at, CATS_ROUTE_TLV_AGGREGATE,
                    CATS_ROUTE_AGGREGATE_METRICS_AT + METRIC_LENGTH * (size_t)aggregate->metric_count);
    wire_put(at, 4, cats_argument_join(&head));
    at += CATS_ROUTE_AGGREGATE_METRICS_AT;
    for (unsigned i = 0; i < aggregate->metric_count; i++, at += METRIC_LENGTH)
        wire_put(at, METRIC_LENGTH, cats_metric_pack(&aggregate->metrics[i]));
    return at;
}

static void put_sid(uint8_t *at, const cats_announced_sid *sid)
{
    at = put_header(at, CATS_ROUTE_TLV_SID, CATS_ROUTE_SID_LENGTH);
    memcpy(at, sid->sid, sizeof sid->sid);
    wire_put(at + CATS_ROUTE_SID_BEHAVIOR_AT, 2, sid->behavior);
    const uint8_t bits[] = { sid->structure.block, sid->structure.node, sid->structure.function,
                             sid->structure.argument };
    memcpy(at + CATS_ROUTE_SID_STRUCTURE_AT, bits, sizeof bits);
}

size_t cats_route_build(const cats_announcement *announcement, uint8_t *octets, size_t size)
{
    size_t length = cats_route_length(announcement);
    if (length == 0 || length > size)
        return 0;
    if (announcement->has_aggregate)
        octets = put_aggregate(octets, &announcement->aggregate);
    if (announcement->has_sid)
        put_sid(octets, &announcement->sid);
    return length;
}

static bool structure_equal(const cats_sid_structure *a, const cats_sid_structure *b)
{
    return a->block == b->block && a->node == b->node && a->function == b->function &&
           a->argument == b->argument;
}

static bool aggregate_equal(const cats_aggregate *a, const cats_aggregate *b)
{
    if (a->granularity != b->granularity || a->level != b->level || a->aggregate_id != b->aggregate_id ||
        a->metric_count != b->metric_count)
        return false;
    for (unsigned i = 0; i < a->metric_count; i++)
        if (cats_metric_pack(&a->metrics[i]) != cats_metric_pack(&b->metrics[i]))
            return false;
    return true;
}

bool cats_announcement_equal(const cats_announcement *a, const cats_announcement *b)
{
    if (a->has_aggregate != b->has_aggregate || a->has_sid != b->has_sid)
        return false;
    if (a->has_aggregate && !aggregate_equal(&a->aggregate, &b->aggregate))
        return false;
    return !a->has_sid ||
           (memcmp(a->sid.sid, b->sid.sid, sizeof a->sid.sid) == 0 && a->sid.behavior == b->sid.behavior &&
            structure_equal(&a->sid.structure, &b->sid.structure));
}

/* RFC 9252 s3.2.1: the receiver cannot tell what an argument of a behaviour that it does not know is, and
 * asks of those that it knows whether they have one. *expected says what is wrong. */
static bool argument_fits(uint16_t behavior, const cats_sid_structure *structure, const char **expected)
{
    if (behavior == CATS_BEHAVIOR_OPAQUE || cats_behavior_name(behavior) == NULL)
        *expected = "0 with a behavior that is not known";
    else if (cats_behavior_has_no_argument(behavior))
        *expected = "0 with a behavior that has no argument";
    else
        return true;
    return structure->argument == 0;
}

static bool sids_agree(const cats_announced_sid *ours, const srv6_service *service,
                       cats_sid_contradiction *contradiction)
{
    const cats_sid_structure *a = &ours->structure, *b = &service->structure;
    cats_sid_difference what;
    if (srv6_service_tells_behavior(service) && ours->behavior != service->behavior)
        what = CATS_SID_BEHAVIOR_DIFFERS;
    else if (service->has_structure &&
             (a->block != b->block || a->node != b->node || a->function != b->function))
        what = CATS_SID_STRUCTURE_DIFFERS;
    else if (service->has_structure && b->argument != 0 && b->argument != a->argument)
        what = CATS_SID_ARGUMENT_DIFFERS;
    else if (memcmp(ours->sid, service->sid, sizeof ours->sid) != 0)
        what = CATS_SID_DIFFERS;
    else
        return true;
    *contradiction = (cats_sid_contradiction){ .what = what,
                                               .found = { .behavior = service->behavior, .structure = *b },
                                               .expected = *ours };
    memcpy(contradiction->found.sid, service->sid, sizeof service->sid);
    return false;
}

bool cats_route_agrees(const cats_announcement *announcement, const srv6_service *service,
                       cats_route_problem *problem)
{
    const cats_announced_sid *ours =
        announcement != NULL && announcement->has_sid ? &announcement->sid : NULL;
    problem->id = CATS_ROUTE_CONTRADICTORY;
    if (ours != NULL && service != NULL && !sids_agree(ours, service, &problem->contradiction))
        return false;
    problem->id = CATS_ROUTE_ARGUMENT;
    cats_defect *defect = &problem->defect;
    const char *expected;
    if (ours != NULL && !argument_fits(ours->behavior, &ours->structure, &expected))
        *defect = (cats_defect){ "CATS SID: argument bits", ours->structure.argument, expected, .at = 0 };
    else if (service != NULL && service->has_structure &&
             !argument_fits(service->behavior, &service->structure, &expected))
        *defect =
            (cats_defect){ "SRv6 service: argument bits", service->structure.argument, expected, .at = 0 };
    else
        return true;
    return false;
}
