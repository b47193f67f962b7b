/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which rule a problem of a route breaks, and the names of what receivers do. Spec: RFC 7606 s2, RFC 9252 s7.
 */
#include "route-problem.h"

const char *bgp_handling_name(bgp_handling handling)
{
    static const char *const names[] = { [BGP_ACCEPT] = "accept",
                                         [BGP_ATTRIBUTE_DISCARD] = "attribute-discard",
                                         [BGP_INELIGIBLE] = "ineligible",
                                         [BGP_TREAT_AS_WITHDRAW] = "treat-as-withdraw" };
    return names[handling];
}

cats_rule_id cats_route_problem_rule(cats_route_problem_id id)
{
    static const cats_rule_id rules[CATS_ROUTE_PROBLEM_COUNT] = {
        [CATS_ROUTE_MALFORMED] = CATS_RULE_CATS_ROUTE_MALFORMED,
        [CATS_ROUTE_CONTRADICTORY] = CATS_RULE_CATS_ROUTE_CONTRADICTORY,
        [CATS_ROUTE_ARGUMENT] = CATS_RULE_CATS_ROUTE_ARGUMENT,
        [CATS_ROUTE_VALUE] = CATS_RULE_CATS_ROUTE_VALUE,
    };
    return rules[id];
}
