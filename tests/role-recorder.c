/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps what a role gave its sink. */
#include "role-recorder.h"

#include <glib.h>
#include <stddef.h>
#include <string.h>

static void record_packet(void *context, unsigned port, const uint8_t *octets, size_t length,
                          const char *comment)
{
    role_recorder *recorder = context;
    g_assert_cmpuint(length, <=, sizeof recorder->octets);
    recorder->packets++;
    recorder->port = port;
    recorder->length = length;
    memcpy(recorder->octets, octets, length);
    g_strlcpy(recorder->comment, comment, sizeof recorder->comment);
}

static void record_event(void *context, const char *name, const role_field *fields, size_t count)
{
    role_recorder *recorder = context;
    g_assert_cmpuint(count, <=, ROLE_RECORDER_FIELDS);
    recorder->events++;
    g_strlcpy(recorder->event, name, sizeof recorder->event);
    recorder->field_count = count;
    for (size_t i = 0; i < count; i++) {
        recorder->fields[i] = fields[i];
        if (fields[i].type == ROLE_TEXT) {
            g_strlcpy(recorder->texts[i], fields[i].text, sizeof recorder->texts[i]);
            recorder->fields[i].text = recorder->texts[i];
        }
    }
}

static void record_drop(void *context, const char *reason)
{
    role_recorder *recorder = context;
    recorder->drops++;
    recorder->drop = reason;
}

role_recorder *role_recorder_new(void)
{
    role_recorder *recorder = g_new0(role_recorder, 1);
    role_recorder_clear(recorder);
    return recorder;
}

void role_recorder_free(role_recorder *recorder)
{
    g_free(recorder);
}

void role_recorder_clear(role_recorder *recorder)
{
    memset(recorder, 0, offsetof(role_recorder, octets));
    recorder->sink = (role_sink){ recorder, record_packet, record_event, record_drop };
}

const role_field *role_recorder_field(const role_recorder *recorder, const char *key)
{
    for (size_t i = 0; i < recorder->field_count; i++) {
        if (g_str_equal(recorder->fields[i].key, key)) {
            return &recorder->fields[i];
        }
    }
    g_error("event \"%s\" has no field \"%s\"", recorder->event, key);
}
