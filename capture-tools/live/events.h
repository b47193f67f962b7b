/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events of a live role as NDJSON, each line written at once. Spec: man/catshark-egress.1 (EVENTS). */
#ifndef CATSHARK_LIVE_EVENTS_H
#define CATSHARK_LIVE_EVENTS_H

#include "capture-tools/roles/role.h"
#include <glib.h>
#include <json-glib/json-glib.h>

typedef struct live_events live_events;

/* `path`: a file, appended to; "-": standard output; NULL: nothing is written. `at` is the role's name,
 * borrowed. NULL and a G_FILE_ERROR on failure. */
live_events *live_events_open(const char *path, const char *at, GError **error);
void live_events_close(live_events *events); /* NULL is allowed */
/* {"time": now (wall clock, RFC 3339), "event": name, "at": ..., fields}. */
void live_events_write(live_events *events, const char *name, const role_field *fields, size_t count);
/* True, and *error set, when one could not be written: on a full disk, without a reader (none was then), or
 * into a pipe that was full (it is passed over, nothing waits). */
bool live_events_failed(const live_events *events, GError **error);
/* The fields as members of the object under construction. */
void live_events_add_fields(JsonBuilder *builder, const role_field *fields, size_t count);

#endif
