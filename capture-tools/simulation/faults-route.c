/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faults of announcements in BGP UPDATEs. Ingresses treat such a route as withdrawn, and steer its flows to
 * other egresses. Spec: docs/rules.md (Announcements); RFC 7606; RFC 9252 s3.2.1. */
#include "fault-table.h"

/* In the private use range (RFC 8986 s10.2), and nobody's. */
#define BEHAVIOR_UNKNOWN 0x80FF
#define SCORE_TOO_HIGH (CATS_SCORE_MAX + 1)
/* Octets of the SID TLV that are not there: its structure. */
#define CUT 4
#define ALL_ROUTE_FAULTS_NEED (FAULT_NEEDS_BGP | FAULT_NEEDS_EGRESSES)

static void cut_short(fault_announcement *said)
{
    said->cut = CUT;
}
const fault fault_CATS_ROUTE_MALFORMED = {
    .what = "every other time the first egress announces its first CS-ID with a TLV that is cut short",
    .needs = ALL_ROUTE_FAULTS_NEED,
    .announcement = cut_short,
};

static void other_function(fault_announcement *said)
{
    const cats_sid_structure *structure = &said->service.structure;
    cats_sid_parts parts;
    cats_sid_split(structure, said->service.sid, &parts);
    parts.function ^= 1;
    cats_sid_join(structure, &parts, said->service.sid);
}
const fault fault_CATS_ROUTE_CONTRADICTORY = {
    .what = "every other time the first egress announces its first CS-ID with one SID in the attribute of "
            "metrics and another in the SRv6 service",
    .needs = ALL_ROUTE_FAULTS_NEED,
    .announcement = other_function,
};

static void unknown_behavior(fault_announcement *said)
{
    said->metrics.sid.behavior = said->service.behavior = BEHAVIOR_UNKNOWN;
}
const fault fault_CATS_ROUTE_ARGUMENT = {
    .what = "every other time the first egress announces its first CS-ID with a SID that has an argument and "
            "a behavior that nobody knows",
    .needs = ALL_ROUTE_FAULTS_NEED | FAULT_NEEDS_ARGUMENT,
    .announcement = unknown_behavior,
};

static void score_too_high(fault_announcement *said)
{
    said->metrics.aggregate.metrics[0].value = SCORE_TOO_HIGH;
}
const fault fault_CATS_ROUTE_VALUE = {
    .what = "every other time the first egress announces its first CS-ID with a score above 10",
    .needs = ALL_ROUTE_FAULTS_NEED,
    .announcement = score_too_high,
};
