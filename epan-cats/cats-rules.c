/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The steering rules that a packet alone can break. Spec: RFC 8986 s4 and s7, RFC 8754 s4.3;
 * draft-du-cats-aggregated-metrics-on-egress s2-3; docs/rules.md. */
#include "cats-rules.h"

#include "numbers.h"
#include <glib.h>

#define NEXT_HEADER_ICMPV6 58

static void format_sid(const uint8_t sid[16], char text[CATS_ADDRESS_TEXT])
{
    cats_address address = cats_address_ipv6(sid);
    cats_address_format(&address, text);
}

static void judge_segments_left(const cats_packet *packet, const cats_steering *steering,
                                cats_findings *findings)
{
    if (!steering->has_srh || steering->srh.segments_left == 0 ||
        !cats_behavior_decapsulates(steering->active_behavior))
        return;
    char sid[CATS_ADDRESS_TEXT];
    format_sid(packet->outer_destination, sid);
    cats_findings_add(
        findings, CATS_RULE_CATS_SEGMENTS_LEFT,
        "Segments Left %u with SID %s (%s) in force, expected 0 where the outer header is removed",
        steering->srh.segments_left, sid, cats_behavior_name(steering->active_behavior));
}

static void judge_last_sid(const cats_context *context, const cats_steering *steering,
                           cats_findings *findings)
{
    const cats_sid_row *owner = steering->owner_row;
    if (context->topology == NULL || !steering->encapsulated || !steering->toward_service ||
        (owner != NULL && owner->owner_is_egress))
        return;
    char sid[CATS_ADDRESS_TEXT];
    format_sid(steering->sid, sid);
    if (owner == NULL)
        cats_findings_add(findings, CATS_RULE_CATS_LAST_SID_NOT_EGRESS,
                          "last SID %s is in no locator of the topology, expected a SID of an egress", sid);
    else
        cats_findings_add(findings, CATS_RULE_CATS_LAST_SID_NOT_EGRESS,
                          "last SID %s belongs to %s, expected a SID of an egress", sid,
                          owner->owner != NULL ? owner->owner : "nobody");
}

static void judge_sid_unknown(const cats_steering *steering, cats_findings *findings)
{
    const cats_sid_row *row = steering->row;
    if (!steering->encapsulated || row == NULL || row->behavior != 0 || steering->learned)
        return;
    char sid[CATS_ADDRESS_TEXT], locator[CATS_ADDRESS_TEXT];
    format_sid(steering->sid, sid);
    format_sid(row->prefix, locator);
    cats_findings_add(findings, CATS_RULE_CATS_SID_UNKNOWN,
                      "SID %s is inside locator %s/%u, expected one of the SIDs in the table for it", sid,
                      locator, row->prefix_length);
}

/* A SID that no row names, by what was announced by then: one cause, one finding. Only of packets to a
 * service that was announced, for SIDs of other traffic may be told by other protocols, and only where every
 * announcement was seen. */
static void judge_unannounced(const cats_context *context, const cats_packet *packet,
                              const cats_steering *steering, cats_findings *findings)
{
    const cats_route_table *routes = context->routes;
    const cats_address *service = &packet->inner_destination;
    uint32_t frame = packet->frame;
    if (context->topology != NULL || !steering->encapsulated || steering->row != NULL ||
        !cats_route_table_is_service(routes, service, frame) ||
        !cats_route_table_is_complete(routes, frame) ||
        cats_route_table_knows_sid(routes, steering->sid, frame) ||
        cats_route_table_in_container(routes, steering->sid, frame))
        return;
    char sid[CATS_ADDRESS_TEXT], prefix[CATS_ADDRESS_TEXT];
    cats_route_locator locator;
    format_sid(steering->sid, sid);
    if (cats_route_table_find_locator(routes, steering->sid, frame, &locator)) {
        cats_address_format(&locator.prefix, prefix);
        cats_findings_add(
            findings, CATS_RULE_CATS_SID_UNKNOWN,
            "SID %s is inside locator %s/%u, where %s announced others, expected an announced SID", sid,
            prefix, locator.length, locator.announcer != NULL ? locator.announcer : "somebody");
        return;
    }
    cats_address_format(service, prefix);
    cats_findings_add(findings, CATS_RULE_CATS_LAST_SID_NOT_EGRESS,
                      "last SID %s is in no locator of an announced SID, expected a SID announced for %s",
                      sid, prefix);
}

/* The next headers that a behaviour takes, in words. */
static const char *accepted(uint16_t behavior)
{
    static const char *const words[] = { "none", "4",        "41",        "4 or 41",
                                         "143",  "4 or 143", "41 or 143", "4, 41 or 143" };
    unsigned set = cats_behavior_accepts(behavior, CATS_INNER_IPV4) * 1u +
                   cats_behavior_accepts(behavior, CATS_INNER_IPV6) * 2u +
                   cats_behavior_accepts(behavior, CATS_INNER_ETHERNET) * 4u;
    return words[set];
}

/* ICMPv6 is let through: RFC 8986 s4.1.1 allows it by local configuration, RFC 9259 s3.1 pings SIDs so. */
static void judge_upper_layer(const cats_packet *packet, const cats_steering *steering,
                              cats_findings *findings)
{
    if (packet->fragment || !steering->sid_in_destination ||
        !cats_behavior_decapsulates(steering->behavior) ||
        cats_behavior_accepts(steering->behavior, packet->next_header) ||
        packet->next_header == NEXT_HEADER_ICMPV6)
        return;
    char sid[CATS_ADDRESS_TEXT];
    format_sid(steering->sid, sid);
    cats_findings_add(findings, CATS_RULE_CATS_UPPER_LAYER, "next header %u behind SID %s (%s), expected %s",
                      packet->next_header, sid, cats_behavior_name(steering->behavior),
                      accepted(steering->behavior));
}

static void judge_not_a_service(const cats_context *context, const cats_packet *packet,
                                const cats_steering *steering, cats_findings *findings)
{
    const cats_sid_row *row = steering->row;
    if (context->topology == NULL || !steering->encapsulated || row == NULL ||
        !steering->owner_row->owner_is_egress || packet->inner_destination.family == 0)
        return;
    bool for_services =
        steering->behavior == CATS_BEHAVIOR_END_CATS || row->granularity != CATS_GRANULARITY_NOT_STATED;
    if (!for_services || steering->toward_service)
        return;
    char sid[CATS_ADDRESS_TEXT], destination[CATS_ADDRESS_TEXT];
    format_sid(steering->sid, sid);
    cats_address_format(&packet->inner_destination, destination);
    cats_findings_add(findings, CATS_RULE_CATS_NOT_A_SERVICE,
                      "inner destination %s behind SID %s, expected a CS-ID", destination, sid);
}

/* The argument's granularity may be a value that has no name. */
static const char *granularity_text(unsigned granularity)
{
    const char *name = cats_granularity_name(granularity);
    return name != NULL ? name : "not defined";
}

/* What the argument is compared with, or what stands for it where there is none. Of routes it is the
 * announcement behind the aggregate ID, given too: what is announced now need not be what a flow that began
 * before was steered by. */
static unsigned expected_granularity(const cats_context *context, const cats_packet *packet,
                                     const cats_steering *steering, const cats_route **route)
{
    cats_route_behind behind;
    *route = NULL;
    if (steering->row == NULL)
        return CATS_GRANULARITY_NOT_STATED;
    if (!steering->learned)
        return steering->row->granularity;
    if (steering->has_argument && cats_steering_behind(context, packet, steering, &behind)) {
        *route = behind.route;
        return behind.route->aggregate.granularity;
    }
    /* SIDs serve other prefixes, too. */
    return steering->has_argument || !steering->toward_service ? CATS_GRANULARITY_NOT_STATED
                                                               : steering->row->granularity;
}

/* " as announced by 10.9.1.1": of that route, or of the row; "" of what was not learned. */
#define SAID_BY_TEXT (CATS_ADDRESS_TEXT + 24)
static const char *said_by(const cats_steering *steering, const cats_route *route, char text[SAID_BY_TEXT])
{
    char address[CATS_ADDRESS_TEXT] = "";
    const char *owner = steering->row->owner;
    if (!steering->learned)
        return "";
    if (route != NULL) {
        const cats_address of = cats_route_owner(route);
        cats_address_format(&of, address);
        owner = address;
    }
    g_snprintf(text, SAID_BY_TEXT, " as announced%s%s", owner == NULL ? "" : " by ",
               owner == NULL ? "" : owner);
    return text;
}

static void judge_granularity(const cats_context *context, const cats_packet *packet,
                              const cats_steering *steering, cats_findings *findings)
{
    unsigned argument = steering->has_argument ? steering->argument.granularity : CATS_GRANULARITY_NOT_STATED;
    bool is_argument = argument != CATS_GRANULARITY_NOT_STATED;
    char text[SAID_BY_TEXT];
    const cats_route *route;
    if (!steering->encapsulated)
        return;
    unsigned expected = expected_granularity(context, packet, steering, &route);
    unsigned stated = is_argument ? argument : expected;
    if (stated == CATS_GRANULARITY_NOT_STATED)
        return;
    if (is_argument && expected != CATS_GRANULARITY_NOT_STATED && argument != expected)
        cats_findings_add(findings, CATS_RULE_CATS_GRANULARITY_CONFLICT,
                          "granularity %u (%s) in the argument, expected %u (%s)%s", argument,
                          granularity_text(argument), expected, granularity_text(expected),
                          steering->learned ? said_by(steering, route, text) : " as in the SID table");
    else if (stated == CATS_GRANULARITY_EGRESS_NODE && cats_behavior_picks_site(steering->behavior))
        cats_findings_add(
            findings, CATS_RULE_CATS_GRANULARITY_CONFLICT,
            "granularity %u (%s)%s with %s, which picks a site: expected a behaviour that leaves the choice "
            "to the egress",
            stated, granularity_text(stated), is_argument ? "" : said_by(steering, route, text),
            cats_behavior_name(steering->behavior));
    else if (stated < CATS_GRANULARITY_EGRESS_NODE && steering->behavior == CATS_BEHAVIOR_END_CATS)
        cats_findings_add(
            findings, CATS_RULE_CATS_GRANULARITY_CONFLICT,
            "granularity %u (%s)%s with End.CATS, where the egress chooses again: expected %d (egress node)",
            stated, granularity_text(stated), is_argument ? "" : said_by(steering, route, text),
            CATS_GRANULARITY_EGRESS_NODE);
}

static void judge_flow_label(const cats_packet *packet, const cats_steering *steering,
                             cats_findings *findings)
{
    if (steering->encapsulated && packet->flow_label == 0)
        cats_findings_add(findings, CATS_RULE_CATS_FLOW_LABEL,
                          "outer flow label 0, expected a label that tells inner flows apart");
}

void cats_steering_judge(const cats_context *context, const cats_packet *packet,
                         const cats_steering *steering, cats_findings *findings)
{
    if (!steering->is_srv6 || (packet->srh != NULL && !steering->has_srh))
        return;
    judge_segments_left(packet, steering, findings);
    judge_last_sid(context, steering, findings);
    judge_sid_unknown(steering, findings);
    judge_unannounced(context, packet, steering, findings);
    judge_upper_layer(packet, steering, findings);
    judge_not_a_service(context, packet, steering, findings);
    judge_granularity(context, packet, steering, findings);
    judge_flow_label(packet, steering, findings);
}
