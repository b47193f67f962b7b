/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faults of announcements in BGP UPDATEs. Spec: docs/rules.md (Announcements); RFC 7606; RFC 9252 s3.2.1. */
#include "fault-table.h"

const fault fault_CATS_ROUTE_MALFORMED = {
    .what = "an egress announces attributes whose TLV is shorter than it says",
    .needs = FAULT_NEEDS_BGP,
};
const fault fault_CATS_ROUTE_CONTRADICTORY = {
    .what = "an egress announces one SID in the attribute of metrics and another in the SRv6 service",
    .needs = FAULT_NEEDS_BGP,
};
const fault fault_CATS_ROUTE_ARGUMENT = {
    .what = "an egress announces a SID with an argument and a behavior that nobody knows",
    .needs = FAULT_NEEDS_BGP,
};
const fault fault_CATS_ROUTE_VALUE = {
    .what = "an egress announces a score above 10",
    .needs = FAULT_NEEDS_BGP,
};
