/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a running role says of itself: the answer to "show" and the summary at the end. Spec:
 * man/catshark-egress.1 (SUMMARY), man/catshark-client.1 (SUMMARY). */
#ifndef CATSHARK_LIVE_REPORT_H
#define CATSHARK_LIVE_REPORT_H

#include "live-run.h"
#include <stdio.h>

/* Members of the object under construction: links and drops. */
void live_describe_links(const driver *d, JsonBuilder *builder);
/* The summary: lines for people, or one JSON object. */
void live_report(const live_run *r, FILE *out);
/* A member and its value. */
void live_member(JsonBuilder *builder, const char *key, uint64_t value);

#endif
