/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a verification found as one page of HTML that needs nothing else: no network, no other file; its
 * script may be off. The same input gives the same octets. Spec: man/catshark-verify.1 (REPORT). */
#ifndef CATSHARK_VERIFY_REPORT_HTML_H
#define CATSHARK_VERIFY_REPORT_HTML_H

#include "expectation.h"
#include "report-record.h"
#include "tshark-comparison.h"

/* What the page is made of. */
typedef struct html_source {
    verification *v;
    report_record *record;
    const expectation *expectation;      /* NULL without --expect */
    const tshark_comparison *comparison; /* NULL without --with-tshark */
    bool differs;
} html_source;

/* The whole page, to be freed with g_string_free(). */
GString *report_html(const html_source *source);

#endif
