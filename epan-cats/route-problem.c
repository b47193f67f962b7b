/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of what can be wrong with a route, and which rule it breaks. Spec: RFC 7606 s2, RFC 9252 s3.2.1
 * and s7. */
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
    [CATS_ROUTE_MALFORMED] = { CATS_RULE_CATS_ROUTE_MALFORMED, BGP_TREAT_AS_WITHDRAW },
    [CATS_ROUTE_CONTRADICTORY] = { CATS_RULE_CATS_ROUTE_CONTRADICTORY, BGP_TREAT_AS_WITHDRAW },
    [CATS_ROUTE_ARGUMENT] = { CATS_RULE_CATS_ROUTE_ARGUMENT, BGP_TREAT_AS_WITHDRAW },
    [CATS_ROUTE_VALUE] = { CATS_RULE_CATS_ROUTE_VALUE, BGP_TREAT_AS_WITHDRAW },
};

const cats_route_problem_kind *cats_route_problem_get(cats_route_problem_id id)
{
    return &kinds[id];
}
