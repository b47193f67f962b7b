/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events of a live role as NDJSON. Spec: man/catshark-egress.1 (EVENTS); RFC 3339. */
#include "events.h"
#include "capture-tools/io/ndjson.h"
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>

struct live_events {
    FILE *out; /* NULL: nothing is written */
    char *path;
    const char *at;
    uint64_t lost; /* that a reader had no room for */
    int failed;    /* errno of the first failure, behind which nothing is written */
    JsonBuilder *builder;
};

live_events *live_events_open(const char *path, const char *at, GError **error)
{
    FILE *out = NULL;
    if (path != NULL) {
        out = g_str_equal(path, "-") ? stdout : fopen(path, "ae");
        if (out == NULL) {
            g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(errno), "%s: %s", path,
                        g_strerror(errno));
            return NULL;
        }
        setvbuf(out, NULL, _IOLBF, 0);
    }
    live_events *events = g_new0(live_events, 1);
    events->out = out;
    events->path = g_strdup(path);
    events->at = at;
    events->builder = json_builder_new();
    return events;
}

void live_events_close(live_events *events)
{
    if (events == NULL)
        return;
    if (events->out != NULL && events->out != stdout)
        fclose(events->out);
    g_object_unref(events->builder);
    g_free(events->path);
    g_free(events);
}

static void add_text(JsonBuilder *builder, const char *key, const char *text)
{
    json_builder_set_member_name(builder, key);
    json_builder_add_string_value(builder, text);
}

void live_events_add_fields(JsonBuilder *builder, const role_field *fields, size_t count)
{
    char text[CATS_ADDRESS_TEXT];
    for (size_t i = 0; i < count; i++) {
        switch (fields[i].type) {
        case ROLE_TEXT:
            add_text(builder, fields[i].key, fields[i].text);
            break;
        case ROLE_NUMBER:
            json_builder_set_member_name(builder, fields[i].key);
            json_builder_add_int_value(builder, fields[i].number);
            break;
        case ROLE_ADDRESS:
            cats_address_format(&fields[i].address, text);
            add_text(builder, fields[i].key, text);
            break;
        }
    }
}

/* A pipe that is not full takes PIPE_BUF octets at once, more than an event has: packets do not wait for who
 * reads. */
static bool has_room(const live_events *events)
{
    struct pollfd out = { .fd = fileno(events->out), .events = POLLOUT };
    return poll(&out, 1, 0) == 1;
}

void live_events_write(live_events *events, const char *name, const role_field *fields, size_t count)
{
    if (events->out == NULL || events->failed != 0)
        return;
    if (!has_room(events)) {
        events->lost++;
        return;
    }
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *time = g_date_time_format(now, "%Y-%m-%dT%H:%M:%S.%fZ");
    json_builder_begin_object(events->builder);
    add_text(events->builder, "time", time);
    add_text(events->builder, "event", name);
    add_text(events->builder, "at", events->at);
    live_events_add_fields(events->builder, fields, count);
    json_builder_end_object(events->builder);
    if (!ndjson_write(events->out, events->builder))
        events->failed = errno;
}

bool live_events_failed(const live_events *events, GError **error)
{
    const char *where = g_strcmp0(events->path, "-") == 0 ? "standard output" : events->path;
    if (events->failed != 0)
        g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(events->failed),
                    "events: %s: %s, what came then is not there", where, g_strerror(events->failed));
    else if (events->lost != 0)
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_AGAIN,
                    "events: %s: %" PRIu64 " are not there, for want of who reads them", where, events->lost);
    return events->failed != 0 || events->lost != 0;
}
