/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One set of counts in three forms. */
#include "report.h"

#include "capture-tools/io/ndjson.h"
#include <inttypes.h>

enum { TOP_OF_LINE = 3, TOP_OF_SUMMARY = 20 };

static uint64_t dropped(const capture_report *report)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < report->interface_count; i++)
        sum += report->interfaces[i].dropped;
    return sum;
}

static uint64_t broken(const summary *s)
{
    uint64_t sum = 0;
    for (cats_rule_id id = 0; id < CATS_RULE_COUNT; id++)
        sum += cats_rule_get(id)->severity != CATS_NOTE ? s->broken[id] : 0;
    return sum;
}

/* The SID, and whose it is where that is known; to be freed. */
static char *sid_text(const capture_sid *sid)
{
    char address[CATS_ADDRESS_TEXT];
    cats_address_format(&sid->sid, address);
    return g_strdup_printf("%s%s%s", address, sid->name[0] != '\0' ? " " : "", sid->name);
}

char *capture_report_line(const capture_report *report)
{
    GString *line = g_string_new(NULL);
    g_string_append_printf(line, "%" PRIu64 " packets, %" PRIu64 " dropped", report->packets,
                           dropped(report));
    if (report->counters == NULL)
        return g_string_free(line, FALSE);
    const summary *s = capture_counters_summary(report->counters);
    if (report->not_decoded > 0)
        g_string_append_printf(line, ", %" PRIu64 " not decoded", report->not_decoded);
    g_string_append_printf(line, ", %" PRIu64 " redirects, %" PRIu64 " rules broken, %" PRIu64 " flows",
                           s->redirects, broken(s), s->flows.flows);
    const capture_sid *top[TOP_OF_LINE];
    size_t count = capture_counters_top(report->counters, top, TOP_OF_LINE);
    for (size_t i = 0; i < count; i++) {
        g_autofree char *text = sid_text(top[i]);
        g_string_append_printf(line, "%s %s: %" PRIu64, i == 0 ? "," : ";", text, top[i]->flows);
    }
    return g_string_free(line, FALSE);
}

/* ---- NDJSON ---- */

static void add_number(JsonBuilder *builder, const char *key, uint64_t value)
{
    json_builder_set_member_name(builder, key);
    json_builder_add_int_value(builder, (gint64)value);
}

static void add_text(JsonBuilder *builder, const char *key, const char *value)
{
    json_builder_set_member_name(builder, key);
    json_builder_add_string_value(builder, value);
}

static void add_interfaces(JsonBuilder *builder, const capture_report *report)
{
    json_builder_set_member_name(builder, "interfaces");
    json_builder_begin_array(builder);
    for (size_t i = 0; i < report->interface_count; i++) {
        json_builder_begin_object(builder);
        add_text(builder, "interface", report->interfaces[i].name);
        add_number(builder, "received", report->interfaces[i].received);
        add_number(builder, "dropped", report->interfaces[i].dropped);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
}

static void add_sids(JsonBuilder *builder, const capture_counters *counters)
{
    const capture_sid *top[TOP_OF_SUMMARY];
    size_t count = capture_counters_top(counters, top, TOP_OF_SUMMARY);
    char address[CATS_ADDRESS_TEXT];
    json_builder_set_member_name(builder, "sids");
    json_builder_begin_array(builder);
    for (size_t i = 0; i < count; i++) {
        cats_address_format(&top[i]->sid, address);
        json_builder_begin_object(builder);
        add_text(builder, "cats.sid", address);
        if (top[i]->name[0] != '\0')
            add_text(builder, "cats.sid.name", top[i]->name);
        add_number(builder, "flows", top[i]->flows);
        add_number(builder, "packets", top[i]->packets);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
}

bool capture_report_json(const capture_report *report, const char *key, FILE *out)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();
    json_builder_begin_object(builder);
    add_text(builder, key, report->name);
    add_number(builder, "since_ns", (uint64_t)report->since_ns);
    add_number(builder, "packets", report->packets);
    add_number(builder, "dropped", dropped(report));
    add_number(builder, "not_written", report->not_written);
    add_number(builder, "not_decoded", report->not_decoded);
    add_interfaces(builder, report);
    if (report->file != NULL) {
        add_text(builder, "file", report->file);
        add_number(builder, "files", report->files);
    }
    if (report->counters != NULL) {
        summary_add_members(capture_counters_summary(report->counters), builder);
        add_number(builder, "sids_seen", capture_counters_sids(report->counters));
        add_sids(builder, report->counters);
    }
    json_builder_end_object(builder);
    return ndjson_write(out, builder) && fflush(out) == 0;
}

/* ---- text ---- */

static void print_sids(const capture_counters *counters, FILE *out)
{
    const capture_sid *top[TOP_OF_SUMMARY];
    size_t count = capture_counters_top(counters, top, TOP_OF_SUMMARY), all = capture_counters_sids(counters);
    for (size_t i = 0; i < count; i++) {
        g_autofree char *text = sid_text(top[i]);
        fprintf(out, "  SID     %-46s %" PRIu64 " flows, %" PRIu64 " packets\n", text, top[i]->flows,
                top[i]->packets);
    }
    if (all > count)
        fprintf(out, "  and %zu more SIDs\n", all - count);
    if (capture_counters_to_others(counters) > 0)
        fprintf(out, "  %" PRIu64 " packets to SIDs beyond %d\n", capture_counters_to_others(counters),
                CAPTURE_SIDS_MAX);
}

void capture_report_text(const capture_report *report, FILE *out)
{
    fprintf(out, "%s: %" PRIu64 " packets, %" PRIu64 " dropped, in %.3f s\n", report->name, report->packets,
            dropped(report), (double)report->since_ns / 1e9);
    for (size_t i = 0; i < report->interface_count; i++)
        fprintf(out, "  %-22s %" PRIu64 " received, %" PRIu64 " dropped\n", report->interfaces[i].name,
                report->interfaces[i].received, report->interfaces[i].dropped);
    if (report->file != NULL)
        fprintf(out, "  %-22s %" PRIu64 ", the last one %s\n", "files", report->files, report->file);
    if (report->not_written > 0)
        fprintf(out, "  %-22s %" PRIu64 ": the file has not all that the counts below have\n", "not written",
                report->not_written);
    if (report->not_decoded > 0)
        fprintf(out, "  %-22s %" PRIu64 ": the counts below lack them\n", "not decoded", report->not_decoded);
    if (report->counters == NULL)
        return;
    summary_print_counts(capture_counters_summary(report->counters), out);
    print_sids(report->counters, out);
}
