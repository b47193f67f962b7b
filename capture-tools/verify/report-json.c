/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings and summary as NDJSON. Spec: man/catshark-verify.1 (JSON). */
#include "report-json.h"

#include "capture-tools/io/ndjson.h"
#include "totals.h"

#include <inttypes.h>
#include <string.h>

static void add_text(JsonBuilder *b, const char *key, const char *text)
{
    json_builder_set_member_name(b, key);
    json_builder_add_string_value(b, text);
}

static void add_number(JsonBuilder *b, const char *key, uint64_t number)
{
    json_builder_set_member_name(b, key);
    json_builder_add_int_value(b, (gint64)number);
}

static void add_time(JsonBuilder *b, const char *key, int64_t ns)
{
    char text[48];
    g_snprintf(text, sizeof text, "%" PRId64 ".%09" PRId64, ns / 1000000000, ABS(ns % 1000000000));
    add_text(b, key, text);
}

static void begin(JsonBuilder *b, const char *key, bool array)
{
    json_builder_set_member_name(b, key);
    if (array)
        json_builder_begin_array(b);
    else
        json_builder_begin_object(b);
}

static void add_rule(JsonBuilder *b, cats_rule_id id)
{
    add_text(b, "rule", cats_rule_get(id)->id);
    add_text(b, "severity", cats_severity_name(cats_rule_get(id)->severity));
}

static void add_frame(JsonBuilder *b, const verification *v, uint32_t id)
{
    const capture_sources *sources = verification_sources(v);
    uint64_t number;
    unsigned source = capture_sources_of(sources, id, &number);
    add_text(b, "capture", capture_sources_get(sources, source).name);
    add_number(b, "frame", number);
}

static void add_frames(JsonBuilder *b, const verification *v, const finding *found)
{
    begin(b, "frames", true);
    for (unsigned i = 0; i < found->frame_count; i++) {
        json_builder_begin_object(b);
        add_frame(b, v, found->frames[i]);
        json_builder_end_object(b);
    }
    json_builder_end_array(b);
}

static bool end(JsonBuilder *b, FILE *out)
{
    json_builder_end_object(b);
    bool written = ndjson_write(out, b);
    g_object_unref(b);
    return written;
}

static JsonBuilder *begin_line(void)
{
    JsonBuilder *b = json_builder_new();
    json_builder_begin_object(b);
    return b;
}

bool report_json_finding(const verification *v, const finding *found, FILE *out)
{
    JsonBuilder *b = begin_line();
    const char *point = capture_points_name(verification_points(v), found->point);
    add_rule(b, found->rule);
    if (found->frame_count > 0)
        add_time(b, "time", found->time_ns);
    add_frames(b, v, found);
    if (point != NULL)
        add_text(b, "point", point);
    add_text(b, "text", found->text);
    add_text(b, "source", cats_rule_get(found->rule)->source);
    return end(b, out);
}

static void add_clock(JsonBuilder *b, const verification *v, const clock_estimate *clock)
{
    if (!clock->known)
        return;
    begin(b, "clock", false);
    add_text(b, "against", capture_sources_get(verification_sources(v), clock->against).name);
    if (clock->low_ns != INT64_MIN)
        add_number(b, "low_ns", (uint64_t)clock->low_ns);
    if (clock->high_ns != INT64_MAX)
        add_number(b, "high_ns", (uint64_t)clock->high_ns);
    add_number(b, "packets", clock->packets);
    add_number(b, "put_back_ns", (uint64_t)clock->offset_ns);
    json_builder_end_object(b);
}

static void add_sources(JsonBuilder *b, const verification *v)
{
    const capture_sources *sources = verification_sources(v);
    begin(b, "captures", true);
    for (unsigned i = 0; i < capture_sources_count(sources); i++) {
        capture_source source = capture_sources_get(sources, i);
        json_builder_begin_object(b);
        add_text(b, "capture", source.name);
        add_number(b, "frames", source.frames);
        if (source.frames > 0) {
            add_time(b, "first", source.first_ns);
            add_time(b, "last", source.last_ns);
        }
        add_clock(b, v, &source.clock);
        if (source.message != NULL)
            add_text(b, "message", source.message);
        json_builder_end_object(b);
    }
    json_builder_end_array(b);
}

static void add_totals(JsonBuilder *b, const verification_totals *totals)
{
    const char *group = NULL;
    for (size_t i = 0; i < totals_row_count; i++) {
        const totals_row *row = &totals_rows[i];
        if (group == NULL || strcmp(group, row->group) != 0) {
            if (group != NULL)
                json_builder_end_object(b);
            begin(b, row->group, false);
            group = row->group;
        }
        add_number(b, row->key, totals_value(totals, row));
    }
    json_builder_end_object(b);
}

/* From which frame on something is not so, and why. */
static void add_from(JsonBuilder *b, const verification *v, const char *key, uint32_t frame, const char *why)
{
    begin(b, key, false);
    add_frame(b, v, frame);
    add_text(b, "reason", why);
    json_builder_end_object(b);
}

/* Rules that were judged nowhere, and those that were up to some frame. */
static void add_silent(JsonBuilder *b, const verification *v, const finding_log *log, bool in_part)
{
    begin(b, in_part ? "not_judged_from" : "not_judged", false);
    for (cats_rule_id id = 0; id < CATS_RULE_COUNT; id++) {
        uint32_t from;
        g_autofree char *why = finding_log_wants(log, id) ? verification_silence(v, id, &from) : NULL;
        if (why == NULL || (from != 0) != in_part)
            continue;
        if (in_part)
            add_from(b, v, cats_rule_get(id)->id, from, why);
        else
            add_text(b, cats_rule_get(id)->id, why);
    }
    json_builder_end_object(b);
}

static void add_rules(JsonBuilder *b, verification *v)
{
    const finding_log *log = verification_findings(v);
    begin(b, "rules", false);
    for (cats_rule_id id = 0; id < CATS_RULE_COUNT; id++)
        if (finding_log_count(log, id) > 0)
            add_number(b, cats_rule_get(id)->id, finding_log_count(log, id));
    json_builder_end_object(b);
    add_silent(b, v, log, false);
    add_silent(b, v, log, true);
}

bool report_json_summary(verification *v, bool differs, JsonNode *expect, FILE *out)
{
    verification_totals totals = verification_count(v);
    const finding_log *log = verification_findings(v);
    JsonBuilder *b = begin_line();
    add_text(b, "summary", differs ? "differs" : "agrees");
    add_number(b, "errors", finding_log_severity_count(log, CATS_ERROR));
    add_number(b, "warnings", finding_log_severity_count(log, CATS_WARNING));
    add_number(b, "notes", finding_log_severity_count(log, CATS_NOTE));
    add_number(b, "frames", totals.frames);
    add_number(b, "octets", totals.octets);
    add_sources(b, v);
    add_totals(b, &totals);
    if (totals.routes.gap.cause != CATS_ROUTE_NO_GAP)
        add_from(b, v, "routes_known_in_part", totals.routes.gap.frame,
                 cats_route_gap_text(totals.routes.gap.cause));
    add_rules(b, v);
    if (expect != NULL) {
        json_builder_set_member_name(b, "expect");
        json_builder_add_value(b, expect);
    }
    return end(b, out);
}

bool report_json_rules(const finding_rules *rules, FILE *out)
{
    bool written = true;
    for (cats_rule_id id = 0; id < CATS_RULE_COUNT && written; id++) {
        const cats_rule *rule = cats_rule_get(id);
        if (!rules->wanted[id])
            continue;
        JsonBuilder *b = begin_line();
        add_rule(b, id);
        add_text(b, "judged_from", cats_rule_scope_name(rule->scope));
        add_text(b, "needs", cats_rule_needs_name(rule->needs));
        add_text(b, "text", rule->sentence);
        add_text(b, "source", rule->source);
        written = end(b, out);
    }
    return written;
}
