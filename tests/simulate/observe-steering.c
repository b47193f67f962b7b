/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steered flows as the links between ingresses and core show them. Spec: docs/rules.md; RFC 8986 s3.1; RFC
 * 6437. */
#include "observer-private.h"
#include <json-glib/json-glib.h>
#include <string.h>

/* How long new flows may use an aggregate ID after it was replaced. */
#define STALE_NS (INT64_C(10) * 1000000000)

/* By inner flow. */
typedef struct steered {
    uint64_t argument;
    uint8_t locator[16];
    uint32_t flow_label;
} steered;

static int64_t time_of(const char *text)
{
    g_autoptr(GDateTime) date = g_date_time_new_from_iso8601(text, NULL);
    g_assert_nonnull(date);
    return g_date_time_to_unix(date) * 1000000000 + (int64_t)g_date_time_get_microsecond(date) * 1000;
}

static void note_event(observer *o, JsonObject *event)
{
    if (!g_str_equal(json_object_get_string_member(event, "event"), "announced"))
        return;
    announcement noted = { .aggregate_id = (uint32_t)json_object_get_int_member(event, "cats.aggregate_id"),
                           .time_ns = time_of(json_object_get_string_member(event, "time")) };
    const char *at = json_object_get_string_member(event, "at");
    for (size_t i = 0; i < o->topology->egress_count; i++)
        if (g_str_equal(o->topology->egresses[i].name, at))
            noted.egress = &o->topology->egresses[i];
    g_assert_nonnull(noted.egress);
    g_array_append_val(o->announcements, noted);
}

void observe_announcements(observer *o, const char *events_path)
{
    g_autofree char *text = NULL;
    GError *error = NULL;
    g_file_get_contents(events_path, &text, NULL, &error);
    g_assert_no_error(error);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autoptr(JsonParser) parser = json_parser_new();
    for (char **line = lines; **line != '\0'; line++) {
        g_assert_true(json_parser_load_from_data(parser, *line, -1, &error));
        note_event(o, json_node_get_object(json_parser_get_root(parser)));
    }
}

/* When the egress announced what replaces this aggregate; INT64_MAX: it has not. */
static int64_t replaced_at(const observer *o, const cats_address *locator, uint32_t id)
{
    bool found = false;
    for (unsigned i = 0; i < o->announcements->len; i++) {
        const announcement *a = &g_array_index(o->announcements, announcement, i);
        if (!cats_address_equal(&a->egress->locator, locator))
            continue;
        if (found)
            return a->time_ns;
        found = a->aggregate_id == id;
    }
    return INT64_MAX;
}

static void judge_aggregate(observer *o, const sighting *s, const cats_steering *steering)
{
    bool syn = (s->frame->segment.flags & TCP_FLAG_SYN) != 0;
    int64_t replaced = replaced_at(o, &steering->parts.locator, steering->argument.aggregate_id);
    if (syn && replaced != INT64_MAX && s->time_ns - replaced > STALE_NS)
        observer_break(o, CATS_RULE_CATS_STALE_AGGREGATE, s->client);
}

void observe_steering(observer *o, const sighting *s)
{
    if (s->at->kind != INGRESS_TO_CORE || s->frame->steering_count == 0)
        return;
    const cats_steering *steering = &s->frame->steerings[0].steering;
    if (!steering->encapsulated || !steering->structured || !steering->toward_service)
        return;
    if (steering->has_argument)
        judge_aggregate(o, s, steering);
    uint32_t flow_label = s->frame->packet.ip[0].flow_label;
    const steered *known = g_hash_table_lookup(o->flows, s->flow);
    if (known == NULL) {
        observe_choice(o, s, steering);
        steered first = { .argument = steering->parts.argument, .flow_label = flow_label };
        memcpy(first.locator, steering->parts.locator.octets, 16);
        g_hash_table_insert(o->flows, g_strdup(s->flow), g_memdup2(&first, sizeof first));
        return;
    }
    if (memcmp(known->locator, steering->parts.locator.octets, 16) != 0)
        observer_break(o, CATS_RULE_CATS_FLOW_CHANGED_EGRESS, s->client);
    else if (known->argument != steering->parts.argument)
        observer_break(o, CATS_RULE_CATS_ARGUMENT_CHANGED, s->client);
    if (known->flow_label != flow_label)
        observer_break(o, CATS_RULE_CATS_FLOW_LABEL, s->client);
}
