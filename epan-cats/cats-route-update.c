/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads out of one UPDATE what it says of CATS and SRv6 services. Spec: docs/wire-formats.md s6; RFC 7606,
 * RFC 9252. */
#include "cats-route-update.h"

#include "numbers.h"
#include <glib.h>
#include <string.h>

#define FLAGS_PREFIX_SID 0xC0u /* optional, transitive: RFC 8669 s3 */

const cats_route_codes cats_route_codes_default = {
    .attribute = CATS_ROUTE_ATTRIBUTE_DEFAULT,
    .flags = CATS_ROUTE_FLAGS_DEFAULT,
    .edge_metadata = CATS_EDGE_METADATA_DEFAULT,
};

static void add_problem(cats_route_update *route, cats_route_problem problem, uint8_t attribute)
{
    problem.attribute = attribute;
    if (route->problem_count == G_N_ELEMENTS(route->problems))
        return;
    route->problems[route->problem_count++] = problem;
    route->handling = MAX(route->handling, problem.handling);
}

/* The attributes of interest; of one that is there twice all but the first are discarded (RFC 7606 s3g). */
static void find_attributes(const cats_route_codes *codes, cats_route_update *route)
{
    const struct {
        uint8_t code;
        bgp_attribute *found;
    } wanted[] = { { codes->attribute, &route->announcement_at },
                   { BGP_ATTRIBUTE_PREFIX_SID, &route->service_at },
                   { codes->edge_metadata, &route->metadata_at } };
    bgp_attribute attribute;
    for (size_t next = 0; bgp_attribute_next(&route->update, &next, &attribute);)
        for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++)
            if (attribute.code == wanted[i].code && wanted[i].found->at == 0)
                *wanted[i].found = attribute;
}

static bool check_flags(cats_route_update *route, const bgp_attribute *attribute, uint8_t expected)
{
    const unsigned kind = BGP_FLAGS_KIND & ~BGP_FLAG_PARTIAL;
    if ((attribute->flags & kind) == (expected & kind))
        return true;
    cats_route_problem problem = { .id = CATS_ROUTE_MALFORMED,
                                   .handling = BGP_TREAT_AS_WITHDRAW, /* RFC 7606 s3c */
                                   .defect = { "BGP attribute: flags", attribute->flags,
                                               "optional and transitive as they are defined for it",
                                               .at = 0 } };
    add_problem(route, problem, attribute->code);
    return false;
}

static void read_announcement(const cats_route_codes *codes, cats_route_update *route)
{
    const bgp_attribute *attribute = &route->announcement_at;
    cats_route_problem problem;
    if (attribute->at == 0 || !check_flags(route, attribute, codes->flags))
        return;
    route->has_announcement = cats_route_parse(bgp_attribute_value(&route->update, attribute),
                                               attribute->length, &route->announcement, &problem);
    if (!route->has_announcement)
        add_problem(route, problem, attribute->code);
}

static void read_service(cats_route_update *route)
{
    const bgp_attribute *attribute = &route->service_at;
    cats_route_problem problem;
    if (attribute->at == 0 || !check_flags(route, attribute, FLAGS_PREFIX_SID))
        return;
    prefix_sid_result result = prefix_sid_parse(bgp_attribute_value(&route->update, attribute),
                                                attribute->length, &route->service, &problem);
    route->has_service = result == PREFIX_SID_SERVICE;
    if (result == PREFIX_SID_PROBLEM)
        add_problem(route, problem, attribute->code);
    else if (result == PREFIX_SID_NONE)
        route->service_at.at = 0; /* a Prefix-SID of SR-MPLS is none of ours */
}

/* The stretch of prefixes that are announced, or NULL. */
static const bgp_prefixes *announced(const cats_route_update *route)
{
    for (unsigned i = 0; i < route->update.count; i++)
        if (!route->update.prefixes[i].withdrawn)
            return &route->update.prefixes[i];
    return NULL;
}

static void judge(const cats_route_codes *codes, cats_route_update *route)
{
    const bgp_prefixes *prefixes = announced(route);
    srv6_service service = route->service;
    if (prefixes != NULL && route->has_service && service.transposition_length != 0) {
        bgp_nlri_walk walk;
        bgp_nlri_walk_start(&walk, &route->update, prefixes, codes->add_path);
        if (prefixes->safi != BGP_SAFI_VPN) {
            cats_route_problem problem = { .id = CATS_ROUTE_VALUE,
                                           .handling = BGP_INELIGIBLE,
                                           .defect = { "SRv6 SID structure: transposition length",
                                                       service.transposition_length, "0 without a label",
                                                       .at = 0 } };
            add_problem(route, problem, BGP_ATTRIBUTE_PREFIX_SID);
        } else if (bgp_nlri_walk_next(&walk)) {
            srv6_service_transpose(&service, walk.label);
        }
    }
    cats_route_problem problem;
    if (cats_route_agrees(route->has_announcement ? &route->announcement : NULL,
                          route->has_service ? &service : NULL, &problem))
        return;
    bool of_service = problem.id == CATS_ROUTE_CONTRADICTORY || !route->has_announcement;
    bool of_service_alone = of_service && problem.id == CATS_ROUTE_ARGUMENT;
    problem.handling = of_service_alone ? BGP_INELIGIBLE : BGP_TREAT_AS_WITHDRAW;
    add_problem(route, problem, of_service ? BGP_ATTRIBUTE_PREFIX_SID : codes->attribute);
}

bool cats_route_update_read(const cats_route_codes *codes, const uint8_t *body, size_t length,
                            cats_route_update *route, cats_defect *defect)
{
    *route = (cats_route_update){ .handling = BGP_ACCEPT };
    if (!bgp_update_parse(body, length, &route->update, defect))
        return false;
    find_attributes(codes, route);
    read_announcement(codes, route);
    read_service(route);
    judge(codes, route);
    return true;
}

bool cats_route_update_matters(const cats_route_update *route)
{
    return route->announcement_at.at != 0 || route->service_at.at != 0;
}

bool cats_route_update_sid(const cats_route_update *route, uint32_t label, srv6_service *sid)
{
    if (route->has_announcement && route->announcement.has_sid) {
        const cats_announced_sid *ours = &route->announcement.sid;
        *sid =
            (srv6_service){ .behavior = ours->behavior, .has_structure = true, .structure = ours->structure };
        memcpy(sid->sid, ours->sid, sizeof sid->sid);
        return true;
    }
    if (!route->has_service)
        return false;
    *sid = route->service;
    if (!srv6_service_tells_behavior(sid))
        sid->behavior = CATS_BEHAVIOR_OPAQUE;
    srv6_service_transpose(sid, label);
    return true;
}

bool cats_route_update_transposed(const cats_route_update *route, const bgp_nlri_walk *nlri,
                                  srv6_service *sid)
{
    return !nlri->withdrawn && route->has_service && route->service.transposition_length != 0 &&
           cats_route_update_sid(route, nlri->label, sid);
}

void cats_route_update_judge(const cats_route_update *route, cats_findings *findings)
{
    for (unsigned i = 0; i < route->problem_count; i++) {
        char text[2][CATS_ROUTE_PROBLEM_TEXT] = { "", "" };
        unsigned alike = 0;
        for (unsigned k = i; k < route->problem_count && alike < G_N_ELEMENTS(text); k++)
            if (route->problems[k].id == route->problems[i].id)
                cats_route_problem_format(&route->problems[k], text[alike++], CATS_ROUTE_PROBLEM_TEXT);
        cats_findings_add(findings, cats_route_problem_rule(route->problems[i].id), "%s%s%s", text[0],
                          alike > 1 ? "; " : "", text[1]);
    }
}
