/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One JSON object per line with stable keys, through json-glib. */
#ifndef CATSHARK_IO_NDJSON_H
#define CATSHARK_IO_NDJSON_H

#include <json-glib/json-glib.h>
#include <stdbool.h>
#include <stdio.h>

/* Writes the builder's root object and a newline, compact; resets the builder. False on a write error. */
bool ndjson_write(FILE *out, JsonBuilder *builder);

/* The same for a tree that is there already; it stays the caller's. */
bool ndjson_write_node(FILE *out, JsonNode *root);

#endif
