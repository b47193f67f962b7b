/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fields of a frame that both decoders know, affinity.* and cats.*, as texts; and where two lists differ.
 * Spec: docs/fields.md. */
#ifndef CATSHARK_VERIFY_FIELD_LIST_H
#define CATSHARK_VERIFY_FIELD_LIST_H

#include "capture-tools/inspect/fields.h"

#include <json-glib/json-glib.h>

typedef struct field_list field_list;

field_list *field_list_new(void);
void field_list_free(field_list *list); /* NULL is allowed */
void field_list_clear(field_list *list);
unsigned field_list_count(const field_list *list);

/* What the tool's decoder reads. */
void field_list_take_decoded(field_list *list, const decoder *d, const decoded *frame);
/* What tshark -T json --no-duplicate-keys shows; for an expert info the value is its message. */
void field_list_take_json(field_list *list, JsonNode *frame);

/* One of the fields that what came before tells: number, verdict, ... of a session or flow, and the rules
 * that they break. */
bool field_is_followed(const char *key);
/* Drops these. */
void field_list_drop_followed(field_list *list);
/* Whether there are fields of routes, and those that routes have a say in: all of cats.*, for they name SIDs.
 */
bool field_list_has_routes(const field_list *list);
void field_list_drop_learned(field_list *list);

/* A field of which the lists have different values; NULL: none. Valid during the call. */
typedef void (*field_difference)(void *context, const char *key, const char *ours, const char *theirs);
/* Sorts both; gives how many fields differ. A field that is there several times may be so in any order. */
unsigned field_lists_compare(field_list *ours, field_list *theirs, field_difference tell, void *context);

#endif
