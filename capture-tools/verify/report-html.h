/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a verification found as one page of HTML that needs nothing else: no network, no other file; its
 * script may be off. The same input gives the same octets. Spec: man/catshark-verify.1 (REPORT). */
#ifndef CATSHARK_VERIFY_REPORT_HTML_H
#define CATSHARK_VERIFY_REPORT_HTML_H

#include "report-record.h"
#include "tshark-comparison.h"

/* The whole page. `comparison` may be NULL. To be freed with g_string_free(). */
GString *report_html(verification *v, report_record *record, const tshark_comparison *comparison,
                     bool differs);

#endif
