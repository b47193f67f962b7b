/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a comparison with tshark came to, for people and as NDJSON. Spec: man/catshark-verify.1 (TWO
 * DECODERS, JSON). */
#ifndef CATSHARK_VERIFY_TSHARK_REPORT_H
#define CATSHARK_VERIFY_TSHARK_REPORT_H

#include "tshark-comparison.h"

#include <stdio.h>

/* Disagreements, then the counts. False when nothing can be written any more. */
bool tshark_report_text(const tshark_comparison *comparison, FILE *out);
/* An object for each disagreement, with the key "disagreement", and one with "with_tshark" for
 * each capture. */
bool tshark_report_json(const tshark_comparison *comparison, FILE *out);
/* What the counts leave out, a sentence each; NULL-ended, to be freed with g_strfreev(). */
char **tshark_report_remarks(const tshark_comparison *comparison);

#endif
