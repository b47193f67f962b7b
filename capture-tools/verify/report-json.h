/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a verification found, as NDJSON with stable keys: an object for each finding as it is found, one with
 * the summary at the end. Spec: man/catshark-verify.1 (JSON). */
#ifndef CATSHARK_VERIFY_REPORT_JSON_H
#define CATSHARK_VERIFY_REPORT_JSON_H

#include "verification.h"

#include <json-glib/json-glib.h>
#include <stdio.h>

/* False when nothing can be written any more. */
bool report_json_finding(const verification *v, const finding *found, FILE *out);
/* `expect`, which may be NULL, becomes a member; taken. */
bool report_json_summary(verification *v, bool differs, JsonNode *expect, FILE *out);
bool report_json_rules(const finding_rules *rules, FILE *out);

#endif
