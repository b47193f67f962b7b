/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What --expect found, for people and as JSON. Spec: man/catshark-verify.1 (EXPECT, JSON). */
#ifndef CATSHARK_VERIFY_EXPECT_REPORT_H
#define CATSHARK_VERIFY_EXPECT_REPORT_H

#include "expectation.h"

#include <json-glib/json-glib.h>
#include <stdio.h>

/* False on a write error. */
bool expect_report_text(const expectation *e, const verification *v, FILE *out);
/* A line: {"difference": "changed", ...}. */
bool expect_report_json_difference(const difference_record *record, const verification *v, FILE *out);
/* The member "expect" of the summary; the caller owns it. */
JsonNode *expect_report_json_summary(const expectation *e);

#endif
