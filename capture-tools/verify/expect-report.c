/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints differences by kind, then points, delays and counts. Spec: man/catshark-verify.1 (EXPECT, JSON). */
#include "expect-report.h"

#include "capture-tools/io/ndjson.h"

#include <inttypes.h>

static const char *const sentences[DIFFERENCE_KIND_COUNT] = {
    [DIFFERENCE_DOUBLED] = "observed more often than it was generated",
    [DIFFERENCE_REORDERED] = "observed behind packets of its flow that were generated later",
    [DIFFERENCE_CHANGED] = "observed with other values than it was generated with",
    [DIFFERENCE_UNEXPECTED] = "observed and not generated",
};

/* Counts under the names in which they are shown. */
static const struct count_row {
    const char *key, *label;
    size_t offset;
    bool always; /* shown to people, 0 too */
} count_rows[] = {
    { "generated", "generated", offsetof(expect_count, generated), true },
    { "paired", "observed as generated", offsetof(expect_count, paired), true },
    { "lost", "lost", offsetof(expect_count, differences[DIFFERENCE_LOST]), true },
    { "outside", "lost outside the period", offsetof(expect_count, outside), false },
    { "doubled", "doubled", offsetof(expect_count, differences[DIFFERENCE_DOUBLED]), true },
    { "reordered", "reordered", offsetof(expect_count, differences[DIFFERENCE_REORDERED]), true },
    { "changed", "changed", offsetof(expect_count, differences[DIFFERENCE_CHANGED]), true },
    { "unexpected", "unexpected", offsetof(expect_count, differences[DIFFERENCE_UNEXPECTED]), true },
    { "ignored", "not generated, ignored", offsetof(expect_count, ignored), false },
    { "cut", "compared in part", offsetof(expect_count, cut), false },
    { "beyond", "behind GENERATED's cut", offsetof(expect_count, beyond), false },
    { "passed", "let go by the window", offsetof(expect_count, passed), false },
    { "ports_let_go", "client ports let go", offsetof(expect_count, ports_let_go), false },
    { "held_most", "octets held at most", offsetof(expect_count, held_most), true },
};

static uint64_t value_of(const expect_count *count, const struct count_row *row)
{
    return *(const uint64_t *)(const void *)((const char *)count + row->offset);
}

/* ---- for people ---- */

static void print_record(const difference_record *r, const verification *v, FILE *out)
{
    char name[CATS_FRAME_NAME];
    capture_sources_frame_name((capture_sources *)verification_sources(v), r->observed, name);
    fprintf(out, "  %s%s%s, %s", name, r->point != NULL ? " at " : "", r->point != NULL ? r->point : "",
            r->flow);
    if (r->has_generated)
        fprintf(out, " (frame %" PRIu64 " of GENERATED)", r->generated);
    if (r->kind == DIFFERENCE_REORDERED)
        fprintf(out, ": behind %u that were generated later", r->late);
    for (guint i = 0; r->fields != NULL && i < r->fields->len; i++) {
        const field_difference *f = &g_array_index(r->fields, field_difference, i);
        fprintf(out, "%s%s: %s, expected %s", i > 0 ? "; " : ": ", f->name, f->value, f->expected);
    }
    fputc('\n', out);
}

static void print_kind(const expectation *e, const verification *v, difference_kind kind, uint64_t count,
                       FILE *out)
{
    guint kept = expectation_kept(e, kind);
    if (count == 0)
        return;
    fprintf(out, "%s, %" PRIu64 " times: %s\n", difference_kind_name(kind), count, sentences[kind]);
    for (guint i = 0; i < kept; i++)
        print_record(expectation_get(e, kind, i), v, out);
    if (count > kept)
        fprintf(out, "  and %" PRIu64 " more\n", count - kept);
}

static const char *or_capture(const char *name)
{
    return name != NULL ? name : "the capture";
}

/* Which option leaves out what is perhaps not meant. */
static void print_hints(const expectation *e, const expect_count *count, FILE *out)
{
    const expect_ignored *ignored = &expectation_settings_of(e)->ignored;
    uint64_t silent = expectation_silent(e);
    if (count->outside > 0 && !ignored->group[IGNORED_OUTSIDE])
        fprintf(out,
                "lost before the first or behind the last packet that a capture shows: %" PRIu64
                " (--ignore outside leaves them out)\n",
                count->outside);
    if (silent > 0)
        fprintf(out,
                "points of which a capture shows no packet at all: %" PRIu64
                " (--ignore silent-points leaves them out)\n",
                silent);
}

static void print_unobserved(const expectation *e, FILE *out)
{
    bool any = false, some = false;
    for (guint i = 0; i < expectation_points(e); i++) {
        uint64_t packets;
        bool observed;
        expectation_point(e, i, &packets, &observed);
        some = some || observed;
    }
    for (guint i = 0; i < expectation_points(e) && some; i++) {
        uint64_t packets;
        bool observed;
        const char *name = expectation_point(e, i, &packets, &observed);
        if (observed || packets == 0)
            continue;
        fprintf(out, "%s%s (%" PRIu64 " packets)", any ? ", " : "not observed: ", or_capture(name), packets);
        any = true;
    }
    if (any)
        fputc('\n', out);
}

static void print_delay(const expectation *e, const delay_record *d, FILE *out)
{
    const time_spread *s = &d->spread;
    /* The two clocks need not have to do with each other: GENERATED's earliest packet is taken as in time. */
    int64_t base = d->from == EXPECT_ANYWHERE ? s->low_ns : 0;
    const double us = 1000;
    if (d->from == EXPECT_ANYWHERE)
        fprintf(out, "  %s, later than the earliest", or_capture(expectation_place_name(e, d->to)));
    else
        fprintf(out, "  %s > %s", or_capture(expectation_place_name(e, d->from)),
                or_capture(expectation_place_name(e, d->to)));
    fprintf(out, ": %" PRIu64 " packets, least %.3f, median %.3f, 95%% %.3f, most %.3f us\n", s->count,
            (double)(s->low_ns - base) / us, (double)(time_spread_quantile(s, 0.5) - base) / us,
            (double)(time_spread_quantile(s, 0.95) - base) / us, (double)(s->high_ns - base) / us);
}

static void print_delays(const expectation *e, FILE *out)
{
    for (unsigned schedule = 0; schedule < 2; schedule++) {
        bool any = false;
        for (guint i = 0; i < expect_delays_count(expectation_delays(e)); i++) {
            const delay_record *d = expect_delays_get(expectation_delays(e), i);
            if ((d->from == EXPECT_ANYWHERE) != (schedule == 1))
                continue;
            if (!any)
                fputs(schedule == 1 ? "against GENERATED's times:\n" : "from point to point:\n", out);
            any = true;
            print_delay(e, d, out);
        }
    }
}

bool expect_report_text(const expectation *e, const verification *v, FILE *out)
{
    expect_count count = expectation_count(e);
    for (difference_kind kind = DIFFERENCE_DOUBLED; kind < DIFFERENCE_KIND_COUNT; kind++)
        print_kind(e, v, kind, count.differences[kind], out);
    fprintf(out, "expected: %s\n", expectation_settings_of(e)->path);
    for (size_t i = 0; i < G_N_ELEMENTS(count_rows); i++)
        if (count_rows[i].always || value_of(&count, &count_rows[i]) > 0)
            fprintf(out, "  %-24s %" PRIu64 "\n", count_rows[i].label, value_of(&count, &count_rows[i]));
    print_hints(e, &count, out);
    print_unobserved(e, out);
    print_delays(e, out);
    return !ferror(out);
}

/* ---- JSON ---- */

static void add_text(JsonBuilder *b, const char *key, const char *text)
{
    json_builder_set_member_name(b, key);
    json_builder_add_string_value(b, text);
}

static void add_number(JsonBuilder *b, const char *key, int64_t number)
{
    json_builder_set_member_name(b, key);
    json_builder_add_int_value(b, number);
}

static void add_fields(JsonBuilder *b, const GArray *fields)
{
    json_builder_set_member_name(b, "fields");
    json_builder_begin_array(b);
    for (guint i = 0; i < fields->len; i++) {
        const field_difference *f = &g_array_index(fields, field_difference, i);
        json_builder_begin_object(b);
        add_text(b, "field", f->name);
        add_text(b, "value", f->value);
        add_text(b, "expected", f->expected);
        json_builder_end_object(b);
    }
    json_builder_end_array(b);
}

bool expect_report_json_difference(const difference_record *r, const verification *v, FILE *out)
{
    g_autoptr(JsonBuilder) b = json_builder_new();
    uint64_t number;
    unsigned source = capture_sources_of(verification_sources(v), r->observed, &number);
    char time[48];
    g_snprintf(time, sizeof time, "%" PRId64 ".%09" PRId64, r->time_ns / 1000000000,
               ABS(r->time_ns % 1000000000));
    json_builder_begin_object(b);
    add_text(b, "difference", difference_kind_name(r->kind));
    add_text(b, "time", time);
    add_text(b, "capture", capture_sources_get(verification_sources(v), source).name);
    add_number(b, "frame", (int64_t)number);
    if (r->has_generated)
        add_number(b, "generated", (int64_t)r->generated);
    if (r->point != NULL)
        add_text(b, "point", r->point);
    add_text(b, "flow", r->flow);
    if (r->kind == DIFFERENCE_REORDERED)
        add_number(b, "late", r->late);
    if (r->fields != NULL)
        add_fields(b, r->fields);
    json_builder_end_object(b);
    return ndjson_write(out, b);
}

static void add_points(JsonBuilder *b, const expectation *e)
{
    json_builder_set_member_name(b, "points");
    json_builder_begin_array(b);
    for (guint i = 0; i < expectation_points(e); i++) {
        uint64_t packets;
        bool observed;
        const char *name = expectation_point(e, i, &packets, &observed);
        json_builder_begin_object(b);
        if (name != NULL)
            add_text(b, "point", name);
        add_number(b, "packets", (int64_t)packets);
        json_builder_set_member_name(b, "observed");
        json_builder_add_boolean_value(b, observed);
        json_builder_end_object(b);
    }
    json_builder_end_array(b);
}

/* Forged times may lie so far apart that it does not fit: then it is some time. */
static int64_t with_base(const delay_record *d, int64_t ns)
{
    return (int64_t)((uint64_t)d->base_ns + (uint64_t)ns);
}

static void add_delays(JsonBuilder *b, const expectation *e)
{
    json_builder_set_member_name(b, "delays");
    json_builder_begin_array(b);
    for (guint i = 0; i < expect_delays_count(expectation_delays(e)); i++) {
        const delay_record *d = expect_delays_get(expectation_delays(e), i);
        const char *from = d->from == EXPECT_ANYWHERE ? "GENERATED" : expectation_place_name(e, d->from);
        json_builder_begin_object(b);
        add_text(b, "from", or_capture(from));
        add_text(b, "to", or_capture(expectation_place_name(e, d->to)));
        add_number(b, "packets", (int64_t)d->spread.count);
        add_number(b, "least_ns", with_base(d, d->spread.low_ns));
        add_number(b, "median_ns", with_base(d, time_spread_quantile(&d->spread, 0.5)));
        add_number(b, "p95_ns", with_base(d, time_spread_quantile(&d->spread, 0.95)));
        add_number(b, "most_ns", with_base(d, d->spread.high_ns));
        json_builder_end_object(b);
    }
    json_builder_end_array(b);
}

JsonNode *expect_report_json_summary(const expectation *e)
{
    g_autoptr(JsonBuilder) b = json_builder_new();
    expect_count count = expectation_count(e);
    const expectation_settings *settings = expectation_settings_of(e);
    json_builder_begin_object(b);
    add_text(b, "file", settings->path);
    for (size_t i = 0; i < G_N_ELEMENTS(count_rows); i++)
        add_number(b, count_rows[i].key, (int64_t)value_of(&count, &count_rows[i]));
    add_number(b, "window", settings->window);
    add_points(b, e);
    add_delays(b, e);
    json_builder_end_object(b);
    return json_builder_get_root(b);
}
