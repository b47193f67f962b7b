/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes the objects out of a JSON array that arrives in pieces, one at a time. Spec: RFC 8259 s4, s5, s7. */
#ifndef CATSHARK_VERIFY_JSON_OBJECTS_H
#define CATSHARK_VERIFY_JSON_OBJECTS_H

#include <glib.h>
#include <stdbool.h>

/* Zeroed, with `text` made by g_string_new(), it is ready. */
typedef struct json_objects {
    GString *text; /* what of the object is there */
    unsigned depth;
    bool in_string, escaped;
    bool complete; /* text is an object, and is to be forgotten with the next call */
} json_objects;

/* Reads on; gives how many octets were taken, and `complete` when they end an object: then the rest is to be
 * handed in again. What stands between objects is not looked at; what the objects hold neither, but for
 * braces and strings. */
gsize json_objects_take(json_objects *objects, const char *octets, gsize length);

#endif
