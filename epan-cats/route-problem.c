/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which rule a problem of a route breaks, and the names of what receivers do. Spec: RFC 7606 s2, RFC 9252 s7.
 */
#include "route-problem.h"

#include <glib.h>

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

#define BEHAVIOR_TEXT 64
static void format_behavior(uint16_t behavior, char text[BEHAVIOR_TEXT])
{
    const char *name = cats_behavior_name(behavior);
    g_snprintf(text, BEHAVIOR_TEXT, "0x%04x%s%s", behavior, name == NULL ? "" : " ",
               name == NULL ? "" : name);
}

/* What is said of the SID, as the contradiction is about it. */
#define SAID_TEXT MAX(BEHAVIOR_TEXT, MAX(CATS_SID_STRUCTURE_TEXT, CATS_ADDRESS_TEXT))
static void format_said(cats_sid_difference what, const cats_announced_sid *said, char text[SAID_TEXT])
{
    const cats_address address = cats_address_ipv6(said->sid);
    switch (what) {
    case CATS_SID_BEHAVIOR_DIFFERS:
        format_behavior(said->behavior, text);
        break;
    case CATS_SID_STRUCTURE_DIFFERS:
    case CATS_SID_ARGUMENT_DIFFERS:
        cats_sid_structure_format(&said->structure, text);
        break;
    case CATS_SID_DIFFERS:
        cats_address_format(&address, text);
        break;
    }
}

static size_t format_contradiction(const cats_sid_contradiction *contradiction, char *text, size_t size)
{
    static const struct {
        const char *subject, *also;
    } words[] = { [CATS_SID_BEHAVIOR_DIFFERS] = { "behavior", "" },
                  [CATS_SID_STRUCTURE_DIFFERS] = { "structure", "" },
                  [CATS_SID_ARGUMENT_DIFFERS] = { "structure", ", or 0 for the argument" },
                  [CATS_SID_DIFFERS] = { "SID", "" } };
    char found[SAID_TEXT], expected[SAID_TEXT];
    format_said(contradiction->what, &contradiction->found, found);
    format_said(contradiction->what, &contradiction->expected, expected);
    size_t length = (size_t)g_snprintf(
        text, size, "SRv6 service: %s %s, expected %s as in the CATS attribute%s",
        words[contradiction->what].subject, found, expected, words[contradiction->what].also);
    return MIN(length, size - 1);
}

size_t cats_route_problem_format(const cats_route_problem *problem, char *text, size_t size)
{
    if (size == 0)
        return 0;
    size_t length = (size_t)g_snprintf(text, size, "path attribute %u: ", problem->attribute);
    if (length >= size)
        return size - 1;
    text += length;
    size -= length;
    return length + (problem->id == CATS_ROUTE_CONTRADICTORY
                         ? format_contradiction(&problem->contradiction, text, size)
                         : cats_defect_format(&problem->defect, text, size));
}
