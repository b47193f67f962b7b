/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A line of ExaBGP's JSON as what a BGP speaker received: the body of an UPDATE, or the end of a session.
 * Spec: ExaBGP 4, encoder json; RFC 4271 s4.3, RFC 4760 s3-4. */
#ifndef CATSHARK_ROUTES_EXABGP_UPDATE_H
#define CATSHARK_ROUTES_EXABGP_UPDATE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum exabgp_kind {
    EXABGP_OTHER,  /* nothing that matters here */
    EXABGP_UPDATE, /* peer and body are valid */
    EXABGP_DOWN    /* peer is: all that it announced is gone */
} exabgp_kind;

typedef struct exabgp_line {
    exabgp_kind kind;
    char *peer; /* address of the neighbor */
    bool raw;   /* body is as it was on the wire, with path identifiers where the peers agreed on them */
    GByteArray *body; /* of the UPDATE. Where the line has only the parsed form, it is built from that:
                       * unicast prefixes and attributes that ExaBGP does not know */
} exabgp_line;

/* False when the line is no JSON of ExaBGP: *message (to be freed) says what is wrong. The line is to be
 * cleared in either case. Total. */
bool exabgp_read(const char *text, exabgp_line *line, char **message);
void exabgp_clear(exabgp_line *line);

#endif
