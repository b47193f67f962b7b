/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What --expect found: differences by kind, and delays from point to point. Spec: man/catshark-verify.1
 * (EXPECT, REPORT). */
#include "report-html-parts.h"

#include <inttypes.h>

/* Differences of a kind that are on the page. */
#define ROWS_MAX 100

static void write_counts(GString *page, const expectation *e)
{
    expect_count count = expectation_count(e);
    html_markup(page,
                "<dl class=\"counts\"><div><dt>generated</dt><dd>%" PRIu64 "</dd></div><div><dt>observed as "
                "generated</dt><dd>%" PRIu64 "</dd></div>\n",
                count.generated, count.paired);
    for (difference_kind kind = 0; kind < DIFFERENCE_KIND_COUNT; kind++)
        html_markup(page, "<div><dt>%s</dt><dd>%" PRIu64 "</dd></div>\n", difference_kind_name(kind),
                    count.differences[kind]);
    g_string_append(page, "</dl>\n");
}

static void write_what(GString *page, const difference_record *r)
{
    g_string_append(page, "<td data-label=\"what\">");
    if (r->kind == DIFFERENCE_REORDERED)
        html_markup(page, "behind %u that were generated later", r->late);
    for (guint i = 0; r->fields != NULL && i < r->fields->len; i++) {
        const field_difference *f = &g_array_index(r->fields, field_difference, i);
        g_string_append(page, i > 0 ? "<br>" : "");
        html_text(page, f->name);
        g_string_append(page, ": ");
        html_text(page, f->value);
        g_string_append(page, ", expected ");
        html_text(page, f->expected);
    }
    g_string_append(page, "</td>");
}

static void write_difference(GString *page, const html_source *s, const difference_record *r)
{
    g_autofree char *generated =
        r->has_generated ? g_strdup_printf("frame %" PRIu64, r->generated) : g_strdup("");
    g_string_append(page, "<tr class=\"row\"><td data-label=\"observed\">");
    if (r->has_observed)
        html_frame(page, s, r->observed);
    g_string_append(page, "</td>");
    html_labelled(page, "point", r->point != NULL ? r->point : "");
    html_labelled(page, "generated", generated);
    html_labelled(page, "flow", r->flow);
    write_what(page, r);
    g_string_append(page, "</tr>\n");
}

static void write_kind(GString *page, const html_source *s, difference_kind kind)
{
    uint64_t count = expectation_count(s->expectation).differences[kind];
    guint shown = MIN(expectation_kept(s->expectation, kind), ROWS_MAX);
    if (count == 0)
        return;
    html_markup(page,
                "<article class=\"rule\"><h3><span class=\"mark error\">%s</span> <small>%" PRIu64
                " times</small></h3>\n",
                difference_kind_name(kind), count);
    if (shown > 0)
        html_begin_table(page, "observed,point,generated,flow,what", NULL);
    for (guint i = 0; i < shown; i++)
        write_difference(page, s, expectation_get(s->expectation, kind, i));
    if (shown > 0)
        html_end_table(page);
    if (count > shown)
        html_markup(page, "<p class=\"rest\">%" PRIu64 " more are left out.</p>\n", count - shown);
    g_string_append(page, "</article>\n");
}

static void write_delay(GString *page, const expectation *e, const delay_record *d)
{
    const time_spread *spread = &d->spread;
    const char *from = d->from == EXPECT_ANYWHERE ? "GENERATED" : expectation_place_name(e, d->from);
    const char *to = expectation_place_name(e, d->to);
    /* GENERATED has a clock of its own: its earliest packet is taken as in time. */
    int64_t base = d->from == EXPECT_ANYWHERE ? spread->low_ns : 0;
    const struct {
        const char *label;
        int64_t ns;
    } times[] = { { "least", spread->low_ns },
                  { "median", time_spread_quantile(spread, 0.5) },
                  { "95 %", time_spread_quantile(spread, 0.95) },
                  { "most", spread->high_ns } };
    g_string_append(page, "<tr class=\"row\">");
    html_labelled(page, "from", from != NULL ? from : "the capture");
    html_labelled(page, "to", to != NULL ? to : "the capture");
    html_markup(page, "<td data-label=\"packets\">%" PRIu64 "</td>", spread->count);
    for (size_t i = 0; i < G_N_ELEMENTS(times); i++) {
        g_autofree char *text = html_duration(times[i].ns - base);
        html_labelled(page, times[i].label, text);
    }
    g_string_append(page, "</tr>\n");
}

static void write_delays(GString *page, const expectation *e)
{
    guint count = expect_delays_count(expectation_delays(e)), shown = MIN(count, ROWS_MAX);
    if (count == 0)
        return;
    g_string_append(page, "<h3>Latency</h3>\n");
    html_begin_table(page, "from,to,packets,least,median,95 %,most",
                     "From point to point; from GENERATED, later than its earliest packet");
    for (guint i = 0; i < shown; i++)
        write_delay(page, e, expect_delays_get(expectation_delays(e), i));
    html_end_table(page);
    if (count > shown)
        html_markup(page, "<p class=\"rest\">%u more are left out.</p>\n", count - shown);
}

void html_differences(GString *page, const html_source *s)
{
    const expectation *e = s->expectation;
    if (e == NULL)
        return;
    g_string_append(page, "<section id=\"differences\"><h2>Against what was generated</h2>\n<p>Expected: ");
    html_text(page, expectation_settings_of(e)->path);
    g_string_append(page, "</p>\n");
    write_counts(page, e);
    for (difference_kind kind = 0; kind < DIFFERENCE_KIND_COUNT; kind++)
        write_kind(page, s, kind);
    write_delays(page, e);
    g_string_append(page, "</section>\n");
}
