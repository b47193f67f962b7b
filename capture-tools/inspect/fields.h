/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fields of a decoded frame, under the names that the Wireshark plugin gives them, in the plugin's order.
 */
#ifndef CATSHARK_INSPECT_FIELDS_H
#define CATSHARK_INSPECT_FIELDS_H

#include "decode.h"

typedef enum field_type {
    FIELD_NUMBER,
    FIELD_HEX,
    FIELD_TRUE,
    FIELD_ADDRESS,
    FIELD_TEXT,
    FIELD_BYTES
} field_type;

typedef struct field_value {
    field_type type;
    uint64_t number;      /* FIELD_NUMBER, FIELD_HEX */
    unsigned digits;      /* FIELD_HEX: at least */
    cats_address address; /* FIELD_ADDRESS */
    const char *text;     /* FIELD_TEXT */
    const uint8_t *bytes; /* FIELD_BYTES */
    size_t length;
} field_value;

typedef void (*field_visitor)(void *context, const char *key, const field_value *value);

/* Calls the visitor for each field; a key may come several times. Values are valid during the call. */
void fields_visit(const decoder *d, const decoded *frame, field_visitor visit, void *context);

/* The value as the plugin would print it; to be freed with g_free(). */
char *field_value_text(const field_value *value);

#endif
