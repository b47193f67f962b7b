/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts of a role on links as text and JSON. Spec: man/catshark-egress.1 (SUMMARY). */
#include "live-report.h"
#include "capture-tools/io/ndjson.h"
#include <inttypes.h>

void live_member(JsonBuilder *builder, const char *key, uint64_t value)
{
    json_builder_set_member_name(builder, key);
    json_builder_add_int_value(builder, (gint64)value);
}

void live_describe_links(const driver *d, JsonBuilder *builder)
{
    driver_counts counts = driver_count(d);
    const live_drops *drops = driver_drops(d);
    g_autofree char *unresolved = driver_unresolved(d);
    live_member(builder, "received", counts.received);
    live_member(builder, "sent", counts.sent);
    live_member(builder, "answered", counts.answered);
    live_member(builder, "ignored", counts.ignored);
    live_member(builder, "lost", counts.lost);
    live_member(builder, "waiting", counts.waiting);
    live_member(builder, "dropped", drops->all);
    json_builder_set_member_name(builder, "drops");
    json_builder_begin_object(builder);
    for (size_t i = 0; i < drops->count; i++)
        live_member(builder, drops->rows[i].reason, drops->rows[i].count);
    json_builder_end_object(builder);
    if (unresolved == NULL)
        return;
    json_builder_set_member_name(builder, "unresolved");
    json_builder_add_string_value(builder, unresolved);
}

static void report_json(const live_run *r, int64_t elapsed_ns, FILE *out)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();
    json_builder_begin_object(builder);
    json_builder_set_member_name(builder, "at");
    json_builder_add_string_value(builder, r->name);
    live_member(builder, "elapsed_ms", (uint64_t)elapsed_ns / 1000000);
    r->describe(r->context, builder);
    live_describe_links(r->driver, builder);
    json_builder_end_object(builder);
    ndjson_write(out, builder);
}

void live_report(const live_run *r, FILE *out)
{
    int64_t elapsed_ns = live_loop_now() - r->started;
    if (r->options->json) {
        report_json(r, elapsed_ns, out);
        return;
    }
    driver_counts counts = driver_count(r->driver);
    const live_drops *drops = driver_drops(r->driver);
    fprintf(out, "%s ran %.1f s\n", r->name, (double)elapsed_ns / 1e9);
    fprintf(out, "frames: %" PRIu64 " received, %" PRIu64 " sent, %" PRIu64 " lost by the kernel\n",
            counts.received, counts.sent, counts.lost);
    fprintf(out, "questions answered (ARP, neighbour discovery): %" PRIu64 "\n", counts.answered);
    r->print(r->context, out);
    fprintf(out, "dropped: %" PRIu64 "\n", drops->all);
    for (size_t i = 0; i < drops->count; i++)
        fprintf(out, "  %-18s %" PRIu64 "\n", drops->rows[i].reason, drops->rows[i].count);
}
