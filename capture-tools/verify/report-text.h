/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a verification found, for people. */
#ifndef CATSHARK_VERIFY_REPORT_TEXT_H
#define CATSHARK_VERIFY_REPORT_TEXT_H

#include "verification.h"

#include <stdio.h>

/* Findings by rule, the most severe first; then what was read and followed, what could not be judged, and the
 * verdict. False when nothing can be written any more. */
bool report_text(verification *v, bool differs, FILE *out);
/* How far a capture's clock is ahead of another's: "ahead of pe by 2.900 ms to 3.100 ms (40 packets), put
 * back by 3.000 ms"; "" when that is not known. To be freed. */
char *report_text_clock(const verification *v, const clock_estimate *clock);
/* "from frame 55 on"; "" for frame 0. To be freed. */
char *report_text_from(const verification *v, uint32_t from);
/* "from frame 55 on: a BGP segment is missing, late or cut short"; NULL without a gap. To be freed. */
char *report_text_gap(const verification *v, const cats_route_gap *gap);
/* The table of rules. */
bool report_text_rules(const finding_rules *rules, FILE *out);

#endif
