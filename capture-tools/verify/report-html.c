/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page: head, sections, script. Spec: HTML (WHATWG); CSP Level 3 s2.3.1 (hashes): only the page's own
 * style and script are taken, whatever a text of a capture holds. */
#include "report-html-parts.h"

#include <string.h>

extern const char report_style[], report_script[];

/* In the order of the page. */
static void (*const sections[])(GString *page, const html_source *s) = {
    html_summary, html_decoders, html_findings, html_differences, html_redirects, html_delays, html_steering,
};

/* "'sha256-...'" of the text. */
static char *hash_of(const char *text)
{
    guint8 digest[32];
    gsize length = sizeof digest;
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(sum, (const guchar *)text, (gssize)strlen(text));
    g_checksum_get_digest(sum, digest, &length);
    g_autofree char *base64 = g_base64_encode(digest, length);
    return g_strdup_printf("'sha256-%s'", base64);
}

static void write_title(GString *page, const html_source *s)
{
    const capture_sources *sources = verification_sources(s->v);
    g_string_append(page, s->differs ? "differs: " : "agrees: ");
    for (unsigned i = 0; i < capture_sources_count(sources) && i < 3; i++) {
        g_string_append(page, i > 0 ? ", " : "");
        html_text(page, capture_sources_get(sources, i).name);
    }
    g_string_append(page, capture_sources_count(sources) > 3 ? ", ..." : "");
}

static void write_head(GString *page, const html_source *s)
{
    g_autofree char *style = hash_of(report_style), *script = hash_of(report_script);
    html_markup(
        page,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
        "content=\"width=device-width, initial-scale=1\">\n<meta http-equiv=\"Content-Security-Policy\" "
        "content=\"default-src 'none'; style-src %s; script-src %s\">\n<meta name=\"color-scheme\" "
        "content=\"light "
        "dark\">\n<title>",
        style, script);
    write_title(page, s);
    g_string_append(page, "</title>\n<style>");
    g_string_append(page, report_style);
    g_string_append(page, "</style>\n</head>\n");
}

GString *report_html(const html_source *s)
{
    GString *page = g_string_new(NULL);
    write_head(page, s);
    g_string_append(page, "<body>\n<header><h1>catshark verify</h1><p id=\"title\">");
    write_title(page, s);
    g_string_append(page,
                    "</p>\n<p id=\"filter-box\" hidden><label for=\"filter\">Show rows with </label><input "
                    "id=\"filter\" type=\"search\" autocomplete=\"off\" spellcheck=\"false\"> <output "
                    "id=\"shown\" for=\"filter\"></output></p></header>\n<main>\n");
    for (size_t i = 0; i < G_N_ELEMENTS(sections); i++)
        sections[i](page, s);
    g_string_append(page, "</main>\n<script>");
    g_string_append(page, report_script);
    g_string_append(page, "</script>\n</body>\n</html>\n");
    return page;
}
