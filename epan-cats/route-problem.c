/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of what can be wrong with a route. Spec: RFC 7606 s2, RFC 9252 s3.2.1 and s7. */
#include "route-problem.h"

const char *bgp_handling_name(bgp_handling handling)
{
    static const char *const names[] = {
        [BGP_ACCEPT] = "accept", [BGP_TREAT_AS_WITHDRAW] = "treat-as-withdraw"
    };
    return names[handling];
}

/* A route that the receiver cannot use in full is not used at all: a SID without the metric behind it, or the
 * reverse, steers flows by half of what the egress said. */
static const cats_route_problem_kind kinds[CATS_ROUTE_PROBLEM_COUNT] = {
    [CATS_ROUTE_MALFORMED] = { "malformed", BGP_TREAT_AS_WITHDRAW,
                               "an announcement whose octets are no attribute", "RFC 7606 s2; RFC 9252 s7" },
    [CATS_ROUTE_CONTRADICTORY] = { "contradictory", BGP_TREAT_AS_WITHDRAW,
                                   "our attribute and the SRv6 service of a route name different SIDs",
                                   "docs/wire-formats.md s6" },
    [CATS_ROUTE_ARGUMENT] = { "argument", BGP_TREAT_AS_WITHDRAW,
                              "a SID with an argument and a behavior that the receiver does not know",
                              "RFC 9252 s3.2.1" },
    [CATS_ROUTE_VALUE] = { "value", BGP_TREAT_AS_WITHDRAW, "an announcement with a value out of range",
                           "RFC 9252 s3.2.1; docs/wire-formats.md s6" },
};

const cats_route_problem_kind *cats_route_problem_get(cats_route_problem_id id)
{
    return &kinds[id];
}
