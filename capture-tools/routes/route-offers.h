/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What routes offer an ingress: of all that its BGP neighbors announce, one offer of each egress for each
 * CS-ID. An egress is known by the locator of its SID. Spec: docs/wire-formats.md s6; RFC 4271 s9.1. */
#ifndef CATSHARK_ROUTES_ROUTE_OFFERS_H
#define CATSHARK_ROUTES_ROUTE_OFFERS_H

#include "epan-cats/cats-route-update.h"

/* Routes held at most; further ones are not taken. */
#define ROUTE_OFFERS_MAX 65536

typedef struct route_offer {
    cats_address service; /* a CS-ID: host prefixes of unicast are */
    cats_address locator; /* of the SID: block and node bits */
    unsigned locator_length;
    uint8_t sid[16]; /* as announced, argument zero */
    cats_sid_structure structure;
    uint8_t granularity;
    uint8_t score;
    uint32_t aggregate_id;
} route_offer;

/* Who is told. */
typedef struct route_offers_sink {
    void (*offer)(void *context, const route_offer *offer);    /* new, or another than before */
    void (*withdraw)(void *context, const route_offer *offer); /* the last one of this egress */
    void *context;
} route_offers_sink;

typedef struct route_offers route_offers;

route_offers *route_offers_new(const route_offers_sink *sink);
void route_offers_free(route_offers *offers);

/* What was wrong with an UPDATE, and what was done. */
typedef struct route_trouble {
    const char *handling; /* bgp_handling_name(), or "unreadable": no UPDATE, nothing was taken from it */
    bool loses_routes;    /* what it announces offers nothing */
    char text[CATS_ROUTE_PROBLEM_TEXT];
} route_trouble;

/* The body of an UPDATE from this peer, read with these codes. A route without aggregate, score or SID of
 * ours offers nothing, and ends what the same route offered before; so does one that its problem loses (RFC
 * 7606, RFC 9252). False and *trouble when something is wrong with it: with its handling
 * "attribute-discard" its routes are taken all the same. */
bool route_offers_update(route_offers *offers, const cats_route_codes *codes, const char *peer,
                         const uint8_t *body, size_t length, route_trouble *trouble);
/* The session with the peer has ended; NULL: with all of them. */
void route_offers_down(route_offers *offers, const char *peer);
/* All offers in force. */
void route_offers_each(const route_offers *offers, void (*each)(void *context, const route_offer *offer),
                       void *context);
size_t route_offers_count(const route_offers *offers);

#endif
