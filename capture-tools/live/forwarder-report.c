/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts of a forwarder as text and JSON. Spec: man/catshark-egress.1 (SUMMARY). */
#include "forwarder-report.h"
#include "capture-tools/io/ndjson.h"
#include <inttypes.h>

void forwarder_member(JsonBuilder *builder, const char *key, uint64_t value)
{
    json_builder_set_member_name(builder, key);
    json_builder_add_int_value(builder, (gint64)value);
}

void forwarder_describe_links(const forwarder *f, JsonBuilder *builder)
{
    driver_counts counts = driver_count(f->driver);
    const live_drops *drops = driver_drops(f->driver);
    g_autofree char *unresolved = driver_unresolved(f->driver);
    forwarder_member(builder, "received", counts.received);
    forwarder_member(builder, "sent", counts.sent);
    forwarder_member(builder, "answered", counts.answered);
    forwarder_member(builder, "ignored", counts.ignored);
    forwarder_member(builder, "lost", counts.lost);
    forwarder_member(builder, "waiting", counts.waiting);
    forwarder_member(builder, "dropped", drops->all);
    json_builder_set_member_name(builder, "drops");
    json_builder_begin_object(builder);
    for (size_t i = 0; i < drops->count; i++)
        forwarder_member(builder, drops->rows[i].reason, drops->rows[i].count);
    json_builder_end_object(builder);
    if (unresolved == NULL)
        return;
    json_builder_set_member_name(builder, "unresolved");
    json_builder_add_string_value(builder, unresolved);
}

static void report_json(const forwarder *f, const forwarder_kind *kind, int64_t elapsed_ns, FILE *out)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();
    json_builder_begin_object(builder);
    json_builder_set_member_name(builder, "at");
    json_builder_add_string_value(builder, f->name);
    forwarder_member(builder, "elapsed_ms", (uint64_t)elapsed_ns / 1000000);
    kind->describe(f, builder);
    forwarder_describe_links(f, builder);
    json_builder_end_object(builder);
    ndjson_write(out, builder);
}

void forwarder_report(const forwarder *f, const forwarder_kind *kind, bool json, int64_t elapsed_ns,
                      FILE *out)
{
    if (json) {
        report_json(f, kind, elapsed_ns, out);
        return;
    }
    driver_counts counts = driver_count(f->driver);
    const live_drops *drops = driver_drops(f->driver);
    fprintf(out, "%s ran %.1f s\n", f->name, (double)elapsed_ns / 1e9);
    fprintf(out, "frames: %" PRIu64 " received, %" PRIu64 " sent, %" PRIu64 " lost by the kernel\n",
            counts.received, counts.sent, counts.lost);
    fprintf(out, "questions answered (ARP, neighbour discovery): %" PRIu64 "\n", counts.answered);
    kind->print(f, out);
    fprintf(out, "dropped: %" PRIu64 "\n", drops->all);
    for (size_t i = 0; i < drops->count; i++)
        fprintf(out, "  %-18s %" PRIu64 "\n", drops->rows[i].reason, drops->rows[i].count);
}
