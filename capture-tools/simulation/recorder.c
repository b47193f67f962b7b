/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes the simulation's pcapng and its NDJSON events, each to a temporary name until it is complete.
 * Spec: draft-ietf-opsawg-pcapng; man/catshark-simulate.1 (EVENTS). */
#include "recorder.h"
#include "capture-tools/io/ndjson.h"
#include "capture-tools/io/output-file.h"
#include "capture-tools/io/pcapng-writer.h"
#include "epan-cats/packet.h"
#include <stdio.h>

#define NANOSECONDS 1000000000

struct recorder {
    pcapng_writer *capture; /* NULL: none is written */
    output_file *events;    /* NULL: none are written */
    recorder_tap tap;       /* NULL: none */
    void *tap_context;
    JsonBuilder *builder;
    FILE *lines; /* into `events` */
    bool failed;
    int64_t text_second; /* whose calendar form is in `text` */
    char text[32];
};

static ssize_t write_lines(void *context, const char *octets, size_t length)
{
    return output_file_write(context, octets, length) ? (ssize_t)length : -1;
}

static bool open_events(recorder *rec, const char *path, GError **error)
{
    rec->events = output_file_open(path, true, error);
    if (rec->events == NULL)
        return false;
    rec->builder = json_builder_new();
    rec->lines = fopencookie(rec->events, "w", (cookie_io_functions_t){ .write = write_lines });
    return true;
}

recorder *recorder_open(const char *capture_path, const char *events_path, GError **error)
{
    recorder *rec = g_new0(recorder, 1);
    rec->text_second = -1;
    if (capture_path != NULL &&
        (rec->capture = pcapng_writer_open(capture_path, "catshark simulate", error)) == NULL) {
        recorder_abandon(rec);
        return NULL;
    }
    if (events_path != NULL && !open_events(rec, events_path, error)) {
        recorder_abandon(rec);
        return NULL;
    }
    return rec;
}

/* One for all interfaces: libpcap reads no capture whose interfaces differ in it. */
#define SNAP_LENGTH 262144

void recorder_add_interface(recorder *rec, const char *name)
{
    if (rec->capture != NULL)
        pcapng_writer_add_interface(rec->capture, name, PACKET_LINK_ETHERNET, SNAP_LENGTH);
}

void recorder_packet(recorder *rec, unsigned interface, int64_t time_ns, const uint8_t *octets, size_t length,
                     const char *comment)
{
    if (rec->capture != NULL && !pcapng_writer_packet(rec->capture, interface, time_ns, octets,
                                                      (uint32_t)length, (uint32_t)length, comment))
        rec->failed = true;
    if (rec->tap != NULL)
        rec->tap(rec->tap_context, interface, time_ns, octets, length);
}

void recorder_set_tap(recorder *rec, recorder_tap tap, void *context)
{
    rec->tap = tap;
    rec->tap_context = context;
}

bool recorder_wants_events(const recorder *rec)
{
    return rec->events != NULL;
}

/* RFC 3339 with nanoseconds; the calendar is asked once a second. */
static void add_time(recorder *rec, int64_t time_ns)
{
    int64_t second = time_ns / NANOSECONDS;
    if (second != rec->text_second) {
        GDateTime *date = g_date_time_new_from_unix_utc(second);
        char *text = g_date_time_format(date, "%Y-%m-%dT%H:%M:%S");
        g_strlcpy(rec->text, text, sizeof(rec->text));
        g_free(text);
        g_date_time_unref(date);
        rec->text_second = second;
    }
    char whole[64];
    g_snprintf(whole, sizeof(whole), "%s.%09dZ", rec->text, (int)(time_ns % NANOSECONDS));
    json_builder_set_member_name(rec->builder, "time");
    json_builder_add_string_value(rec->builder, whole);
}

static void add_text(JsonBuilder *builder, const char *key, const char *text)
{
    json_builder_set_member_name(builder, key);
    json_builder_add_string_value(builder, text);
}

static void add_field(JsonBuilder *builder, const role_field *field)
{
    char text[CATS_ADDRESS_TEXT];
    switch (field->type) {
    case ROLE_TEXT:
        add_text(builder, field->key, field->text);
        break;
    case ROLE_NUMBER:
        json_builder_set_member_name(builder, field->key);
        json_builder_add_int_value(builder, field->number);
        break;
    case ROLE_ADDRESS:
        cats_address_format(&field->address, text);
        add_text(builder, field->key, text);
        break;
    }
}

void recorder_event(recorder *rec, int64_t time_ns, const char *node, const char *name,
                    const role_field *fields, size_t count)
{
    if (rec->events == NULL)
        return;
    json_builder_begin_object(rec->builder);
    add_time(rec, time_ns);
    add_text(rec->builder, "event", name);
    add_text(rec->builder, "at", node);
    for (size_t i = 0; i < count; i++)
        add_field(rec->builder, &fields[i]);
    json_builder_end_object(rec->builder);
    if (!ndjson_write(rec->lines, rec->builder))
        rec->failed = true;
}

bool recorder_failed(const recorder *rec)
{
    return rec->failed;
}

static void recorder_free(recorder *rec)
{
    if (rec->lines != NULL)
        fclose(rec->lines);
    g_clear_object(&rec->builder);
    g_free(rec);
}

/* Puts the events in their place. */
static bool close_events(recorder *rec, GError **error)
{
    return rec->events == NULL || output_file_close(g_steal_pointer(&rec->events), error);
}

bool recorder_close(recorder *rec, GError **error)
{
    /* The last events are written first: when they fail, no capture takes its place without them. */
    if (rec->lines != NULL)
        fclose(g_steal_pointer(&rec->lines));
    if (rec->events != NULL && output_file_failed(rec->events)) {
        close_events(rec, error);
        recorder_abandon(rec);
        return false;
    }
    pcapng_writer *capture = g_steal_pointer(&rec->capture);
    bool good = capture == NULL || pcapng_writer_close(capture, error);
    if (!good) {
        recorder_abandon(rec);
        return false;
    }
    good = close_events(rec, error);
    recorder_free(rec);
    return good;
}

void recorder_abandon(recorder *rec)
{
    pcapng_writer_abandon(rec->capture);
    if (rec->lines != NULL)
        fclose(g_steal_pointer(&rec->lines));
    output_file_abandon(rec->events);
    recorder_free(rec);
}
