/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Broken rules, the most severe first, each finding with what its packets held. Spec: docs/rules.md. */
#include "report-html-parts.h"

#include <inttypes.h>
#include <string.h>

/* Findings of a rule that are on the page. */
#define FINDINGS_MAX 100

static void write_fields(GString *page, const char *fields)
{
    g_auto(GStrv) lines = g_strsplit(fields, "\n", -1);
    g_string_append(page, "<table class=\"fields\"><tbody>");
    for (char **line = lines; *line != NULL; line++) {
        char *tab = strchr(*line, '\t');
        if (tab == NULL)
            continue;
        *tab = '\0';
        g_string_append(page, "<tr><th scope=\"row\">");
        html_text(page, *line);
        g_string_append(page, "</th>");
        html_cell(page, tab + 1);
        g_string_append(page, "</tr>");
    }
    g_string_append(page, "</tbody></table>");
}

static void write_packet(GString *page, const html_source *s, uint32_t frame)
{
    const char *line = report_record_line(s->record, frame);
    if (line == NULL)
        return;
    g_string_append(page, "<details><summary>");
    html_frame(page, s, frame);
    g_string_append(page, "</summary><p class=\"line\"><code>");
    html_text(page, line);
    g_string_append(page, "</code></p>");
    write_fields(page, report_record_fields(s->record, frame));
    g_string_append(page, "</details>");
}

static void write_finding(GString *page, const html_source *s, const finding *found)
{
    const char *point = capture_points_name(verification_points(s->v), found->point);
    g_string_append(page, "<tr class=\"row\"><td data-label=\"frames\">");
    for (unsigned i = 0; i < found->frame_count; i++) {
        g_string_append(page, i > 0 ? ", " : "");
        html_frame(page, s, found->frames[i]);
    }
    g_string_append(page, found->frame_count == 0 ? "all" : "");
    g_string_append(page, "</td>");
    html_labelled(page, "point", point != NULL ? point : "");
    g_string_append(page, "<td data-label=\"finding\">");
    html_text(page, found->text);
    for (unsigned i = 0; i < found->frame_count; i++)
        write_packet(page, s, found->frames[i]);
    g_string_append(page, "</td></tr>\n");
}

static void write_rule(GString *page, const html_source *s, cats_rule_id id)
{
    const cats_rule *rule = cats_rule_get(id);
    const finding_log *log = verification_findings(s->v);
    uint64_t count = finding_log_count(log, id), shown = MIN(finding_log_kept(log, id), FINDINGS_MAX);
    if (count == 0)
        return;
    html_markup(
        page,
        "<article class=\"rule\"><h3><span class=\"mark %s\">%s</span> <code>%s</code> <small>%" PRIu64
        " times</small></h3>\n<p>",
        cats_severity_name(rule->severity), cats_severity_name(rule->severity), rule->id, count);
    html_text(page, rule->sentence);
    g_string_append(page, " <cite>");
    html_text(page, rule->source);
    g_string_append(page, "</cite></p>\n");
    if (shown > 0)
        html_begin_table(page, "frames,point,finding", NULL);
    for (uint64_t i = 0; i < shown; i++)
        write_finding(page, s, finding_log_get(log, id, i));
    if (shown > 0)
        html_end_table(page);
    if (count > shown)
        html_markup(page, "<p class=\"rest\">%" PRIu64 " more are left out.</p>\n", count - shown);
    g_string_append(page, "</article>\n");
}

void html_findings(GString *page, const html_source *s)
{
    const finding_log *log = verification_findings(s->v);
    uint64_t all = 0;
    g_string_append(page, "<section id=\"findings\"><h2>Findings</h2>\n");
    for (int severity = CATS_ERROR; severity >= CATS_NOTE; severity--) {
        all += finding_log_severity_count(log, (cats_severity)severity);
        for (cats_rule_id id = 0; id < CATS_RULE_COUNT; id++)
            if (cats_rule_get(id)->severity == (cats_severity)severity)
                write_rule(page, s, id);
    }
    g_string_append(page, all == 0 ? "<p>No rule was seen broken.</p></section>\n" : "</section>\n");
}
