/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sections of the page, and what they are written with. Private to report-html*.c. */
#ifndef CATSHARK_VERIFY_REPORT_HTML_PARTS_H
#define CATSHARK_VERIFY_REPORT_HTML_PARTS_H

#include "report-html.h"

/* Text of whatever origin: markup is escaped; what is no UTF-8, and characters that control or reorder, are
 * shown as codes. */
void html_text(GString *page, const char *text);
/* Markup of our own; %s only of texts that cannot hold any. */
#define html_markup g_string_append_printf
/* A table with these columns, names of our own with commas between; where the page is narrow each row is a
 * card, and cells say their columns. `caption` may be NULL. */
void html_begin_table(GString *page, const char *columns, const char *caption);
void html_end_table(GString *page);
/* <td>TEXT</td>, and the same with its column. */
void html_cell(GString *page, const char *text);
void html_labelled(GString *page, const char *label, const char *text);
/* "frame 12 of pe" */
void html_frame(GString *page, const html_source *s, uint32_t frame);
/* "1.234 ms", "-0.040 ms" */
char *html_duration(int64_t ns);

void html_summary(GString *page, const html_source *s);
void html_decoders(GString *page, const html_source *s);    /* nothing without a comparison */
void html_differences(GString *page, const html_source *s); /* nothing without --expect */
void html_redirects(GString *page, const html_source *s);
void html_delays(GString *page, const html_source *s);
void html_steering(GString *page, const html_source *s);
void html_findings(GString *page, const html_source *s);

#endif
