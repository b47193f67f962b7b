/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts as HTML. Spec: HTML (WHATWG) s13.1.3, s13.1.4; Unicode TR9 s2 (explicit directional formatting). */
#include "report-html-parts.h"

#include <inttypes.h>
#include <string.h>

/* Characters that would change how others are shown, or cannot be shown. */
static bool is_hidden(gunichar c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200b && c <= 0x200f) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff;
}

static const char *entity(gunichar c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void html_text(GString *page, const char *text)
{
    while (*text != '\0') {
        gunichar c = g_utf8_get_char_validated(text, -1);
        bool valid = c != (gunichar)-1 && c != (gunichar)-2;
        if (!valid)
            html_markup(page, "\\x%02x", (unsigned char)*text);
        else if (entity(c) != NULL)
            g_string_append(page, entity(c));
        else if (is_hidden(c))
            html_markup(page, "\\u%04x", c);
        else
            g_string_append_unichar(page, c);
        text += valid ? g_utf8_skip[(unsigned char)*text] : 1;
    }
}

void html_cell(GString *page, const char *text)
{
    g_string_append(page, "<td>");
    html_text(page, text);
    g_string_append(page, "</td>");
}

void html_begin_table(GString *page, const char *columns, const char *caption)
{
    g_auto(GStrv) names = g_strsplit(columns, ",", -1);
    g_string_append(page, "<table class=\"cards\">");
    if (caption != NULL)
        html_markup(page, "<caption>%s</caption>", caption);
    g_string_append(page, "<thead><tr>");
    for (char **name = names; *name != NULL; name++)
        html_markup(page, "<th scope=\"col\">%s</th>", *name);
    g_string_append(page, "</tr></thead><tbody>\n");
}

void html_end_table(GString *page)
{
    g_string_append(page, "</tbody></table>\n");
}

void html_labelled(GString *page, const char *label, const char *text)
{
    html_markup(page, "<td data-label=\"%s\">", label);
    html_text(page, text);
    g_string_append(page, "</td>");
}

void html_frame(GString *page, const html_source *s, uint32_t frame)
{
    char name[CATS_FRAME_NAME];
    capture_sources_frame_name((capture_sources *)verification_sources(s->v), frame, name);
    html_text(page, name);
}

char *html_duration(int64_t ns)
{
    double ms = (double)ns / 1e6;
    if (ms >= 1000 || ms <= -1000)
        return g_strdup_printf("%.3f s", ms / 1000);
    return g_strdup_printf("%.3f ms", ms);
}
