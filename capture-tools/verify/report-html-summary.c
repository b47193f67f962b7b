/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Verdict, captures, points, counts, and what could not be judged. Spec: man/catshark-verify.1 (REPORT). */
#include "report-html-parts.h"

#include "epan-cats/capture-time.h"
#include "report-text.h"
#include "totals.h"
#include "tshark-report.h"

#include <inttypes.h>
#include <string.h>

static void write_verdict(GString *page, const html_source *s)
{
    const finding_log *log = verification_findings(s->v);
    html_markup(page,
                "<p class=\"verdict %s\"><strong>%s</strong> %" PRIu64 " errors, %" PRIu64
                " warnings, %" PRIu64 " notes</p>\n",
                s->differs ? "differs" : "agrees", s->differs ? "differs" : "agrees",
                finding_log_severity_count(log, CATS_ERROR), finding_log_severity_count(log, CATS_WARNING),
                finding_log_severity_count(log, CATS_NOTE));
}

static void write_captures(GString *page, const html_source *s)
{
    const capture_sources *sources = verification_sources(s->v);
    g_string_append(page, "<h3>Captures</h3>\n");
    html_begin_table(page, "capture,frames,seconds,clock,read", NULL);
    for (unsigned i = 0; i < capture_sources_count(sources); i++) {
        capture_source of = capture_sources_get(sources, i);
        int64_t span = of.frames > 0 ? capture_time_between(of.first_ns, of.last_ns) : 0;
        g_autofree char *clock = report_text_clock(s->v, &of.clock);
        g_string_append(page, "<tr><th scope=\"row\">");
        html_text(page, of.name);
        html_markup(page,
                    "</th><td data-label=\"frames\">%" PRIu64 "</td><td data-label=\"seconds\">%.6f</td>",
                    of.frames, (double)span / 1e9);
        html_labelled(page, "clock", clock[0] != '\0' ? clock : "not compared");
        html_labelled(page, "read", of.message != NULL ? of.message : "to its end");
        g_string_append(page, "</tr>\n");
    }
    html_end_table(page);
}

static void write_points(GString *page, const html_source *s)
{
    const capture_points *points = verification_points(s->v);
    html_markup(page, "<details><summary>%u capture points</summary>", capture_points_count(points));
    html_begin_table(page, "point,place,capture", NULL);
    for (uint32_t i = 0; i < capture_points_count(points); i++) {
        const capture_point *point = capture_points_get(points, i);
        g_string_append(page, "<tr><th scope=\"row\">");
        html_text(page, point->name);
        g_string_append(page, "</th>");
        html_labelled(page, "place", cats_place_kind_name(point->place.kind));
        html_labelled(page, "capture", capture_sources_get(verification_sources(s->v), point->capture).name);
        g_string_append(page, "</tr>\n");
    }
    html_end_table(page);
    g_string_append(page, "</details>\n");
}

static void write_counts(GString *page, const html_source *s)
{
    verification_totals totals = verification_count(s->v);
    g_autofree char *gap = report_text_gap(s->v, &totals.routes.gap);
    const char *group = NULL;
    html_markup(page,
                "<h3>Counts</h3>\n<dl class=\"counts\"><div><dt>frames</dt><dd>%" PRIu64
                "</dd></div><div><dt>octets</dt><dd>%" PRIu64 "</dd></div>\n",
                totals.frames, totals.octets);
    for (size_t i = 0; i < totals_row_count; i++) {
        const totals_row *row = &totals_rows[i];
        if (!totals_is_shown(&totals, row))
            continue;
        bool begins = group == NULL || strcmp(group, row->group) != 0;
        html_markup(page, "<div%s><dt>%s</dt><dd>%" PRIu64 "</dd></div>\n", begins ? " class=\"begins\"" : "",
                    row->label, totals_value(&totals, row));
        group = row->group;
    }
    g_string_append(page, "</dl>\n");
    if (gap != NULL) {
        g_string_append(page, "<p class=\"rest\">Routes are known in part ");
        html_text(page, gap);
        g_string_append(page, ".</p>\n");
    }
}

static void write_silent(GString *page, const html_source *s)
{
    bool any = false;
    for (cats_rule_id id = 0; id < CATS_RULE_COUNT; id++) {
        uint32_t from;
        if (!finding_log_wants(verification_findings(s->v), id))
            continue;
        g_autofree char *why = verification_silence(s->v, id, &from);
        if (why == NULL)
            continue;
        g_autofree char *where = report_text_from(s->v, from);
        if (!any)
            g_string_append(page, "<h3>Not judged</h3>\n<ul class=\"silent\">\n");
        any = true;
        html_markup(page, "<li><code>%s</code>: ", cats_rule_get(id)->id);
        html_text(page, where);
        g_string_append(page, from != 0 ? ": " : "");
        html_text(page, why);
        g_string_append(page, "</li>\n");
    }
    if (any)
        g_string_append(page, "</ul>\n");
}

void html_summary(GString *page, const html_source *s)
{
    g_string_append(page, "<section id=\"summary\"><h2>Summary</h2>\n");
    write_verdict(page, s);
    write_captures(page, s);
    write_points(page, s);
    write_counts(page, s);
    write_silent(page, s);
    g_string_append(page, "</section>\n");
}

/* ---- two decoders ---- */

static void write_disagreements(GString *page, const tshark_comparison *c)
{
    unsigned kept = tshark_comparison_kept(c);
    if (kept == 0)
        return;
    html_begin_table(page, "frame,field,catshark,tshark", NULL);
    for (unsigned i = 0; i < kept; i++) {
        const disagreement *d = tshark_comparison_get(c, i);
        g_autofree char *frame = g_strdup_printf("frame %" PRIu64 " of %s", d->frame, d->capture);
        g_string_append(page, "<tr class=\"row\">");
        html_labelled(page, "frame", frame);
        html_labelled(page, "field", d->field);
        html_labelled(page, "catshark", d->ours != NULL ? d->ours : "(none)");
        html_labelled(page, "tshark", d->theirs != NULL ? d->theirs : "(none)");
        g_string_append(page, "</tr>\n");
    }
    html_end_table(page);
}

void html_decoders(GString *page, const html_source *s)
{
    const tshark_comparison *c = s->comparison;
    if (c == NULL)
        return;
    tshark_counts counts = tshark_comparison_count(c);
    g_string_append(page, "<section id=\"decoders\"><h2>Two decoders</h2>\n<p>With tshark ");
    html_text(page, tshark_comparison_version(c));
    html_markup(page, " and the plugin: %" PRIu64 " frames, %" PRIu64 " fields, %" PRIu64 " differ.</p>\n",
                counts.frames, counts.fields, counts.differ);
    g_auto(GStrv) remarks = tshark_report_remarks(c);
    for (char **remark = remarks; *remark != NULL; remark++)
        html_markup(page, "<p class=\"rest\">%s.</p>\n", *remark);
    write_disagreements(page, c);
    if (counts.differ > tshark_comparison_kept(c))
        html_markup(page, "<p class=\"rest\">and %" PRIu64 " more</p>\n",
                    counts.differ - tshark_comparison_kept(c));
    g_string_append(page, "</section>\n");
}
