/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What one UPDATE says of CATS and SRv6 services: our attribute, the SRv6 L3 service beside it, what is wrong
 * with either, and what a receiver then does. Spec: docs/wire-formats.md s6; RFC 7606, RFC 9252. */
#ifndef EPAN_CATS_CATS_ROUTE_UPDATE_H
#define EPAN_CATS_CATS_ROUTE_UPDATE_H

#include "bgp-update.h"
#include "cats-route.h"

/* Which type codes mean what, as the reader's user wants it. */
typedef struct cats_route_codes {
    uint8_t attribute;     /* our attribute */
    uint8_t flags;         /* its flags; the partial bit comes and goes on the way */
    uint8_t edge_metadata; /* attribute that is shown as TLVs */
    bool add_path;         /* prefixes have path identifiers (RFC 7911) */
} cats_route_codes;
extern const cats_route_codes cats_route_codes_default;

typedef struct cats_route_update {
    bgp_update update;
    /* Attributes that are there; at 0 where not. The contents are valid without a problem of theirs. */
    bgp_attribute announcement_at, service_at, metadata_at;
    bool has_announcement, has_service;
    cats_announcement announcement;
    srv6_service service; /* not transposed */
    bgp_handling handling;
    unsigned problem_count; /* at most one of each kind and attribute */
    cats_route_problem problems[2 * CATS_ROUTE_PROBLEM_COUNT];
} cats_route_update;

/* Reads the body of an UPDATE. False when it is none: *defect says why, *route is not to be used. Total. */
bool cats_route_update_read(const cats_route_codes *codes, const uint8_t *body, size_t length,
                            cats_route_update *route, cats_defect *defect);
/* Whether it carries our attribute or an SRv6 L3 service, usable or not. */
bool cats_route_update_matters(const cats_route_update *route);
/* The SID that a prefix of it has, with the bits that stand in its label, and what is known of the SID: our
 * attribute tells where both do. False when there is none. */
bool cats_route_update_sid(const cats_route_update *route, uint32_t label, srv6_service *sid);
/* The same of one announced prefix, where each has a SID of its own because bits of it stand in the label. */
bool cats_route_update_transposed(const cats_route_update *route, const bgp_nlri_walk *nlri,
                                  srv6_service *sid);

/* Adds the rules that it breaks; what is wrong with two attributes in the same way is one finding. */
void cats_route_update_judge(const cats_route_update *route, cats_findings *findings);

#endif
