/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints disagreements. Spec: man/catshark-verify.1 (TWO DECODERS, JSON). */
#include "tshark-report.h"

#include "capture-tools/io/ndjson.h"

#include <inttypes.h>

static const char *shown(const char *value)
{
    return value != NULL ? value : "(none)";
}

char **tshark_report_remarks(const tshark_comparison *c)
{
    tshark_counts counts = tshark_comparison_count(c);
    g_autoptr(GStrvBuilder) remarks = g_strv_builder_new();
    g_autofree char *unread = g_strdup_printf(
        "%" PRIu64 " frames hold layers that only one of the two decoders walks; of these only "
        "what agrees is counted",
        counts.unread);
    if (counts.unread > 0)
        g_strv_builder_add(remarks, unread);
    if (counts.unfollowed)
        g_strv_builder_add(remarks,
                           "behind the first such frame with fields of ours, what is followed over frames "
                           "(sessions, flows and their rules) is not compared");
    if (counts.unlearned)
        g_strv_builder_add(
            remarks, "behind the first such frame with routes of BGP, what is steered, by SIDs that they "
                     "name, is not compared");
    return g_strv_builder_end(remarks);
}

static void print_counts(const char *of, tshark_counts counts, FILE *out)
{
    fprintf(out, "%s: %" PRIu64 " frames, %" PRIu64 " fields, %" PRIu64 " differ\n", of, counts.frames,
            counts.fields, counts.differ);
}

bool tshark_report_text(const tshark_comparison *c, FILE *out)
{
    tshark_counts counts = tshark_comparison_count(c);
    unsigned kept = tshark_comparison_kept(c), captures = tshark_comparison_captures(c);
    for (unsigned i = 0; i < kept; i++) {
        const disagreement *d = tshark_comparison_get(c, i);
        fprintf(out, "disagreement, frame %" PRIu64 " of %s: %s: %s here, %s in tshark\n", d->frame,
                d->capture, d->field, shown(d->ours), shown(d->theirs));
    }
    if (counts.differ > kept)
        fprintf(out, "and %" PRIu64 " more\n", counts.differ - kept);
    fprintf(out, "two decoders, the other one is tshark %s", tshark_comparison_version(c));
    print_counts("", counts, out);
    for (unsigned i = 0; i < captures && captures > 1; i++) {
        fputs("  ", out);
        print_counts(tshark_comparison_of(c, i).capture, tshark_comparison_of(c, i), out);
    }
    g_auto(GStrv) remarks = tshark_report_remarks(c);
    for (char **remark = remarks; *remark != NULL; remark++)
        fprintf(out, "  %s\n", *remark);
    return !ferror(out);
}

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

static bool write_disagreement(JsonBuilder *b, const disagreement *d, FILE *out)
{
    json_builder_begin_object(b);
    add_text(b, "disagreement", d->field);
    add_text(b, "capture", d->capture);
    add_number(b, "frame", d->frame);
    if (d->ours != NULL)
        add_text(b, "catshark", d->ours);
    if (d->theirs != NULL)
        add_text(b, "tshark", d->theirs);
    json_builder_end_object(b);
    return ndjson_write(out, b);
}

static bool write_counts(JsonBuilder *b, const char *version, tshark_counts counts, FILE *out)
{
    json_builder_begin_object(b);
    add_text(b, "with_tshark", version);
    add_text(b, "capture", counts.capture);
    add_number(b, "frames", counts.frames);
    add_number(b, "fields", counts.fields);
    add_number(b, "differ", counts.differ);
    add_number(b, "unread", counts.unread);
    json_builder_set_member_name(b, "followed_to_the_end");
    json_builder_add_boolean_value(b, !counts.unfollowed);
    json_builder_end_object(b);
    return ndjson_write(out, b);
}

bool tshark_report_json(const tshark_comparison *c, FILE *out)
{
    g_autoptr(JsonBuilder) b = json_builder_new();
    bool written = true;
    for (unsigned i = 0; i < tshark_comparison_kept(c) && written; i++)
        written = write_disagreement(b, tshark_comparison_get(c, i), out);
    for (unsigned i = 0; i < tshark_comparison_captures(c) && written; i++)
        written = write_counts(b, tshark_comparison_version(c), tshark_comparison_of(c, i), out);
    return written;
}
