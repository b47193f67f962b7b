/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The report at the end of a run. Spec: man/catshark-inject.1 (REPORT). */
#include "report.h"

#include "capture-tools/io/ndjson.h"
#include <inttypes.h>

#define NANOSECONDS 1e9

uint64_t report_not_sent(const injection *in)
{
    uint64_t sum = injection_counts(in).send_failures;
    for (ready_kind kind = READY_TO_SEND; kind < READY_KINDS; kind++)
        if (kind != READY_NOT_SELECTED)
            sum += in->skipped[kind];
    return sum;
}

static double per_second(const injection *in, uint64_t number)
{
    return in->elapsed_ns > 0 ? (double)number * NANOSECONDS / (double)in->elapsed_ns : 0;
}

static const struct percentile {
    const char *words, *key;
    unsigned percent; /* 0: the least, 100: the most */
} percentiles[] = {
    { "min", "min", 0 },   { "median", "median", 50 }, { "95 %", "p95", 95 },
    { "99 %", "p99", 99 }, { "max", "max", 100 },
};

static int64_t late_by(const injection *in, unsigned percent)
{
    return percent == 0 ? in->late.least : lateness_percentile(&in->late, percent);
}

/* ---- text ---- */

/* "850 ns", "12.3 us", "1.2 ms", "3.4 s". */
static void print_time(FILE *out, int64_t nanoseconds)
{
    static const struct unit {
        double size;
        const char *name;
    } units[] = { { 1e9, "s" }, { 1e6, "ms" }, { 1e3, "us" } };
    for (size_t i = 0; i < G_N_ELEMENTS(units); i++)
        if ((double)nanoseconds >= units[i].size) {
            fprintf(out, "%.1f %s", (double)nanoseconds / units[i].size, units[i].name);
            return;
        }
    fprintf(out, "%" PRId64 " ns", nanoseconds);
}

static void print_lateness(const injection *in, FILE *out)
{
    if (in->late.count == 0)
        return;
    fputs("late by:", out);
    for (size_t i = 0; i < G_N_ELEMENTS(percentiles); i++) {
        fprintf(out, "%s %s ", i > 0 ? "," : "", percentiles[i].words);
        print_time(out, late_by(in, percentiles[i].percent));
    }
    fputc('\n', out);
}

static void print_outlet(const outlet *out, FILE *file)
{
    fprintf(file, "  %s%s%s%s: %" PRIu64 " frames, %" PRIu64 " octets\n", out->interface->name,
            out->link != NULL ? " (" : "", out->link != NULL ? out->link : "", out->link != NULL ? ")" : "",
            out->counts.sent, out->counts.sent_octets);
    const GArray *failures = link_sender_failures(out->sender);
    for (guint i = 0; i < failures->len; i++) {
        const link_failure *failure = &g_array_index(failures, link_failure, i);
        fprintf(file, "    refused by the kernel: %" PRIu64 ", %s\n", failure->count,
                g_strerror(failure->error));
    }
}

static void print_text(const injection *in, FILE *out)
{
    live_link_counts sum = injection_counts(in);
    fprintf(out, "sent %" PRIu64 " frames, %" PRIu64 " octets in %.3f s: %.0f frames/s, %.0f bit/s\n",
            sum.sent, sum.sent_octets, (double)in->elapsed_ns / NANOSECONDS, per_second(in, sum.sent),
            per_second(in, sum.sent_octets) * 8);
    for (guint i = 0; i < in->outlets->list->len; i++)
        print_outlet(&g_array_index(in->outlets->list, outlet, i), out);
    print_lateness(in, out);
    for (ready_kind kind = READY_TO_SEND; kind < READY_KINDS; kind++)
        if (in->skipped[kind] != 0)
            fprintf(out, "skipped: %" PRIu64 " %s\n", in->skipped[kind], ready_kind_words(kind));
}

/* ---- JSON ---- */

static void add_number(JsonBuilder *b, const char *key, uint64_t number)
{
    json_builder_set_member_name(b, key);
    json_builder_add_int_value(b, (gint64)number);
}

static void add_text(JsonBuilder *b, const char *key, const char *text)
{
    json_builder_set_member_name(b, key);
    json_builder_add_string_value(b, text);
}

static void begin(JsonBuilder *b, const char *key)
{
    json_builder_set_member_name(b, key);
    json_builder_begin_object(b);
}

static void add_outlet(JsonBuilder *b, const outlet *out)
{
    json_builder_begin_object(b);
    add_text(b, "interface", out->interface->name);
    if (out->link != NULL)
        add_text(b, "link", out->link);
    add_number(b, "frames", out->counts.sent);
    add_number(b, "octets", out->counts.sent_octets);
    begin(b, "refused");
    const GArray *failures = link_sender_failures(out->sender);
    for (guint i = 0; i < failures->len; i++) {
        const link_failure *failure = &g_array_index(failures, link_failure, i);
        add_number(b, g_strerror(failure->error), failure->count);
    }
    json_builder_end_object(b);
    json_builder_end_object(b);
}

static void add_lateness(JsonBuilder *b, const injection *in)
{
    if (in->late.count == 0)
        return;
    begin(b, "late_ns");
    for (size_t i = 0; i < G_N_ELEMENTS(percentiles); i++)
        add_number(b, percentiles[i].key, (uint64_t)late_by(in, percentiles[i].percent));
    json_builder_end_object(b);
}

static bool write_json(const injection *in, FILE *out)
{
    g_autoptr(JsonBuilder) b = json_builder_new();
    live_link_counts sum = injection_counts(in);
    json_builder_begin_object(b);
    add_number(b, "frames", sum.sent);
    add_number(b, "octets", sum.sent_octets);
    add_number(b, "passes", in->passes_done);
    add_number(b, "duration_ns", (uint64_t)in->elapsed_ns);
    add_number(b, "frames_per_second", (uint64_t)per_second(in, sum.sent));
    add_number(b, "bits_per_second", (uint64_t)(per_second(in, sum.sent_octets) * 8));
    add_number(b, "refused", sum.send_failures);
    add_lateness(b, in);
    begin(b, "skipped");
    for (ready_kind kind = READY_TO_SEND + 1; kind < READY_KINDS; kind++)
        add_number(b, ready_kind_key(kind), in->skipped[kind]);
    json_builder_end_object(b);
    json_builder_set_member_name(b, "interfaces");
    json_builder_begin_array(b);
    for (guint i = 0; i < in->outlets->list->len; i++)
        add_outlet(b, &g_array_index(in->outlets->list, outlet, i));
    json_builder_end_array(b);
    json_builder_end_object(b);
    return ndjson_write(out, b);
}

bool report_write(const injection *in, bool json, FILE *out)
{
    if (json)
        return write_json(in, out);
    print_text(in, out);
    return ferror(out) == 0;
}
