/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can be wrong with a route that carries our attribute or an SRv6 service, and what its receiver does
 * then: never a session reset. Spec: RFC 7606 s2, RFC 8669 s6, RFC 9252 s3.2.1 and s7; docs/wire-formats.md
 * s6. */
#ifndef EPAN_CATS_ROUTE_PROBLEM_H
#define EPAN_CATS_ROUTE_PROBLEM_H

#include "cats-sid.h"
#include "defect.h"
#include "rules.h"

typedef enum cats_route_problem_id {
    CATS_ROUTE_MALFORMED,     /* octets that are no attribute: lengths, TLVs twice or not there, flags */
    CATS_ROUTE_CONTRADICTORY, /* our attribute and the SRv6 service disagree about the SID */
    CATS_ROUTE_ARGUMENT,      /* an argument that the behaviour has not, as far as the receiver knows */
    CATS_ROUTE_VALUE,         /* well-formed, with a value that means nothing */
    CATS_ROUTE_PROBLEM_COUNT
} cats_route_problem_id;
cats_rule_id cats_route_problem_rule(cats_route_problem_id id);

/* In the order of gravity: of several the last is done. */
typedef enum bgp_handling {
    BGP_ACCEPT,
    BGP_ATTRIBUTE_DISCARD, /* as if the attribute were not there (RFC 7606 s2) */
    BGP_INELIGIBLE,        /* no best path: the route is there and is not used (RFC 9252 s7) */
    BGP_TREAT_AS_WITHDRAW  /* as if the prefixes of the UPDATE had been withdrawn (RFC 7606 s2) */
} bgp_handling;
const char *bgp_handling_name(bgp_handling handling); /* "accept", "treat-as-withdraw" */
/* Whether nothing is steered by the route. */
static inline bool bgp_handling_loses_route(bgp_handling handling)
{
    return handling >= BGP_INELIGIBLE;
}

/* What the SRv6 service says of the SID, and what it is expected to: as our attribute does. */
typedef enum cats_sid_difference {
    CATS_SID_BEHAVIOR_DIFFERS,
    CATS_SID_STRUCTURE_DIFFERS,
    CATS_SID_ARGUMENT_DIFFERS, /* of the structure nothing else does; 0 is expected, too */
    CATS_SID_DIFFERS
} cats_sid_difference;
typedef struct cats_sid_contradiction {
    cats_sid_difference what;
    cats_announced_sid found, expected;
} cats_sid_contradiction;

/* One problem of one attribute; defect.at counts from the first octet of its value. */
typedef struct cats_route_problem {
    cats_route_problem_id id;
    bgp_handling handling;
    uint8_t attribute; /* type code */
    union {
        cats_sid_contradiction contradiction; /* with CATS_ROUTE_CONTRADICTORY */
        cats_defect defect;                   /* with all others */
    };
} cats_route_problem;

/* "path attribute 255: CATS SID: length 9, expected 22 (octet 14)"; returns the length written. */
#define CATS_ROUTE_PROBLEM_TEXT (CATS_DEFECT_TEXT + 24)
size_t cats_route_problem_format(const cats_route_problem *problem, char *text, size_t size);

/* Sets the problem, the attribute aside, to be treated as withdrawn, and gives false: for parsers to end
 * with. */
static inline bool cats_route_refuse(cats_route_problem *problem, cats_route_problem_id id,
                                     const char *subject, uint64_t found, const char *expected, size_t at)
{
    *problem = (cats_route_problem){ .id = id,
                                     .handling = BGP_TREAT_AS_WITHDRAW,
                                     .defect = { subject, found, expected, .at = at } };
    return false;
}

#endif
