/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints findings by rule and the totals. Spec: man/catshark-verify.1 (OUTPUT). */
#include "report-text.h"

#include "epan-cats/capture-time.h"
#include "totals.h"

#include <inttypes.h>
#include <string.h>

static void print_finding(const verification *v, const finding *found, FILE *out)
{
    const char *point = capture_points_name(verification_points(v), found->point);
    fputs("  ", out);
    for (unsigned i = 0; i < found->frame_count; i++) {
        char name[CATS_FRAME_NAME];
        capture_sources_frame_name((capture_sources *)verification_sources(v), found->frames[i], name);
        fprintf(out, "%s%s", i > 0 ? ", " : "", name);
    }
    if (found->frame_count > 0)
        fprintf(out, "%s%s: ", point != NULL ? " at " : "", point != NULL ? point : "");
    fprintf(out, "%s\n", found->text);
}

static void print_rule(verification *v, cats_rule_id id, FILE *out)
{
    const cats_rule *rule = cats_rule_get(id);
    const finding_log *log = verification_findings(v);
    uint64_t count = finding_log_count(log, id), kept = finding_log_kept(log, id);
    if (count == 0)
        return;
    fprintf(out, "%s %s, %" PRIu64 " times: %s (%s)\n", cats_severity_name(rule->severity), rule->id, count,
            rule->sentence, rule->source);
    for (uint64_t i = 0; i < kept; i++)
        print_finding(v, finding_log_get(log, id, i), out);
    if (count > kept)
        fprintf(out, "  and %" PRIu64 " more\n", count - kept);
}

char *report_text_clock(const verification *v, const clock_estimate *clock)
{
    const double ms = 1e6;
    GString *text = g_string_new(NULL);
    if (!clock->known)
        return g_string_free(text, FALSE);
    g_string_printf(text, "ahead of %s by ",
                    capture_sources_get(verification_sources(v), clock->against).name);
    if (clock->low_ns != INT64_MIN)
        g_string_append_printf(text, "%.3f ms ", (double)clock->low_ns / ms);
    g_string_append(text, clock->two_way ? "to " : clock->low_ns != INT64_MIN ? "or more " : "at most ");
    if (clock->high_ns != INT64_MAX)
        g_string_append_printf(text, "%.3f ms ", (double)clock->high_ns / ms);
    g_string_append_printf(text, "(%" PRIu64 " packets%s)", clock->packets,
                           clock->contradictory ? ", which contradict each other" : "");
    if (clock->offset_ns != 0)
        g_string_append_printf(text, ", put back by %.3f ms", (double)clock->offset_ns / ms);
    return g_string_free(text, FALSE);
}

static void print_sources(const verification *v, FILE *out)
{
    const capture_sources *sources = verification_sources(v);
    for (unsigned i = 0; i < capture_sources_count(sources); i++) {
        capture_source source = capture_sources_get(sources, i);
        int64_t span = source.frames > 0 ? capture_time_between(source.first_ns, source.last_ns) : 0;
        fprintf(out, "%s: %" PRIu64 " frames in %.6f s", source.name, source.frames, (double)span / 1e9);
        g_autofree char *clock = report_text_clock(v, &source.clock);
        fprintf(out, "%s%s\n", clock[0] != '\0' ? ", " : "", clock);
    }
}

char *report_text_from(const verification *v, uint32_t from)
{
    char name[CATS_FRAME_NAME];
    if (from == 0)
        return g_strdup("");
    capture_sources_frame_name((capture_sources *)verification_sources(v), from, name);
    return g_strdup_printf("from %s on", name);
}

char *report_text_gap(const verification *v, const cats_route_gap *gap)
{
    if (gap->cause == CATS_ROUTE_NO_GAP)
        return NULL;
    g_autofree char *from = report_text_from(v, gap->frame);
    return g_strdup_printf("%s: %s", from, cats_route_gap_text(gap->cause));
}

static void print_totals(const verification *v, FILE *out)
{
    const verification_totals totals = verification_count(v);
    g_autofree char *gap = report_text_gap(v, &totals.routes.gap);
    for (size_t i = 0; i < totals_row_count; i++)
        if (totals_is_shown(&totals, &totals_rows[i]))
            fprintf(out, "  %-22s %" PRIu64 "\n", totals_rows[i].label,
                    totals_value(&totals, &totals_rows[i]));
    if (gap != NULL)
        fprintf(out, "  %-22s %s\n", "routes known in part", gap);
}

/* "not judged (no topology file)", "not judged from frame 55 on (...)"; NULL of a rule that was, or is not
 * wanted. To be freed. */
static char *silence_text(const verification *v, cats_rule_id id)
{
    uint32_t from;
    if (!finding_log_wants(verification_findings((verification *)v), id))
        return NULL;
    g_autofree char *why = verification_silence(v, id, &from);
    if (why == NULL)
        return NULL;
    g_autofree char *where = report_text_from(v, from);
    return g_strdup_printf("not judged%s%s (%s)", from != 0 ? " " : "", where, why);
}

/* A line for each reason. */
static void print_silent(const verification *v, FILE *out)
{
    char *texts[CATS_RULE_COUNT];
    for (cats_rule_id id = 0; id < CATS_RULE_COUNT; id++)
        texts[id] = silence_text(v, id);
    for (cats_rule_id id = 0; id < CATS_RULE_COUNT; id++) {
        g_autofree char *text = g_steal_pointer(&texts[id]);
        if (text == NULL)
            continue;
        fprintf(out, "%s: %s", text, cats_rule_get(id)->id);
        for (cats_rule_id other = id + 1; other < CATS_RULE_COUNT; other++) {
            if (g_strcmp0(texts[other], text) != 0)
                continue;
            fprintf(out, ", %s", cats_rule_get(other)->id);
            g_clear_pointer(&texts[other], g_free);
        }
        fputc('\n', out);
    }
}

static void print_verdict(verification *v, bool differs, FILE *out)
{
    const finding_log *log = verification_findings(v);
    fprintf(out, "%s: %" PRIu64 " errors, %" PRIu64 " warnings, %" PRIu64 " notes\n",
            differs ? "differs" : "agrees", finding_log_severity_count(log, CATS_ERROR),
            finding_log_severity_count(log, CATS_WARNING), finding_log_severity_count(log, CATS_NOTE));
}

bool report_text(verification *v, bool differs, FILE *out)
{
    for (int severity = CATS_ERROR; severity >= CATS_NOTE; severity--)
        for (cats_rule_id id = 0; id < CATS_RULE_COUNT; id++)
            if (cats_rule_get(id)->severity == (cats_severity)severity)
                print_rule(v, id, out);
    print_sources(v, out);
    print_totals(v, out);
    print_silent(v, out);
    print_verdict(v, differs, out);
    return !ferror(out);
}

bool report_text_rules(const finding_rules *rules, FILE *out)
{
    for (cats_rule_id id = 0; id < CATS_RULE_COUNT; id++) {
        const cats_rule *rule = cats_rule_get(id);
        if (rules->wanted[id])
            fprintf(out, "%-32s %-7s %-7s %s\n", rule->id, cats_severity_name(rule->severity),
                    cats_rule_scope_name(rule->scope), rule->sentence);
    }
    return !ferror(out);
}
