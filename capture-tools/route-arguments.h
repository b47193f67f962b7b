/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options that say which path attributes of BGP are ours, for the verbs that read routes and the one that
 * announces them. Spec: docs/wire-formats.md s6, s8. */
#ifndef CATSHARK_ROUTE_ARGUMENTS_H
#define CATSHARK_ROUTE_ARGUMENTS_H

#include "epan-cats/cats-route-update.h"

#include <glib.h>

/* The command line as it stands; texts are owned. Zeroed memory: nothing was given. */
typedef struct route_arguments {
    char *attribute, *edge_metadata;
    gboolean add_path;
} route_arguments;

/* Rows of a GOption table for a variable `a` of this type: what routes are read by, */
#define ROUTE_SESSION_ENTRIES(a)                                                                       \
    { "attribute",   0, 0, G_OPTION_ARG_STRING, &(a).attribute, "path attribute of routes (255/0xC0)", \
      "CODE[/FLAGS]" },                                                                                \
    {                                                                                                  \
        "add-path", 0, 0, G_OPTION_ARG_NONE, &(a).add_path,                                            \
            "prefixes in BGP have path identifiers (RFC 7911)", NULL                                   \
    }
/* and with what is shown beside them. */
#define ROUTE_ARGUMENTS_ENTRIES(a)                                      \
    ROUTE_SESSION_ENTRIES(a),                                           \
    {                                                                   \
        "edge-metadata", 0, 0, G_OPTION_ARG_STRING, &(a).edge_metadata, \
            "path attribute that is shown as TLVs (42)", "CODE"         \
    }

void route_arguments_clear(route_arguments *arguments);
/* False after a usage error was said. */
bool route_arguments_take(const char *verb, const route_arguments *arguments, cats_route_codes *codes);

/* --attribute alone: CODE or CODE/FLAGS, of an attribute that BGP does not have and which is optional; NULL:
 * both stay. */
bool route_attribute_take(const char *verb, const char *text, uint8_t *code, uint8_t *flags);

#endif
