/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a running forwarder says of itself: the answer to "show" and the summary at the end. Spec:
 * man/catshark-egress.1, man/catshark-ingress.1. */
#ifndef CATSHARK_LIVE_FORWARDER_REPORT_H
#define CATSHARK_LIVE_FORWARDER_REPORT_H

#include "forwarder.h"
#include <stdio.h>

/* Members of the object under construction: links and drops. */
void forwarder_describe_links(const forwarder *f, JsonBuilder *builder);
/* The summary: lines for people, or one JSON object. */
void forwarder_report(const forwarder *f, const forwarder_kind *kind, bool json, int64_t elapsed_ns,
                      FILE *out);
/* A member and its value. */
void forwarder_member(JsonBuilder *builder, const char *key, uint64_t value);

#endif
