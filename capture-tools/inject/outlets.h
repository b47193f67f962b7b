/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which links' frames leave by which interface. Spec: man/catshark-inject.1 (LINKS). */
#ifndef CATSHARK_INJECT_OUTLETS_H
#define CATSHARK_INJECT_OUTLETS_H

#include "capture-tools/live/link-send.h"

typedef struct outlet {
    char *link;                /* NULL: those that are selected, or all */
    char *name;                /* of the interface */
    live_interface *interface; /* once it is open, as is the sender */
    link_sender *sender;
    live_link_counts counts;
} outlet;

typedef struct outlets {
    GArray *list;         /* of outlet */
    GPtrArray *selected;  /* names by --link; empty: all */
    GPtrArray *not_found; /* names that no frame had yet, of both kinds */
} outlets;

/* `interfaces`: one IF, or any number of LINK=IF. `links`: names, only with one IF. NULL and a G_OPTION_ERROR
 * that quotes what was wrong. Opens nothing. */
outlets *outlets_new(char *const *interfaces, char *const *links, GError **error);
/* Reads the interfaces and opens packet sockets (LIVE_ERROR). Rights are the caller's to drop. */
bool outlets_open(outlets *o, GError **error);
void outlets_free(outlets *o); /* NULL is allowed */

#define OUTLET_NONE (-1)
/* The place in the list for frames of a link, NULL for frames of no known link; OUTLET_NONE: not selected. */
int outlets_find(outlets *o, const char *link);

#endif
