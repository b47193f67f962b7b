/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was sent, when, and what was not and why: as text or as one JSON object. Spec: man/catshark-inject.1
 * (REPORT). */
#ifndef CATSHARK_INJECT_REPORT_H
#define CATSHARK_INJECT_REPORT_H

#include "injection.h"
#include <stdio.h>

/* False when it cannot be written. */
bool report_write(const injection *in, bool json, FILE *out);
/* Frames that should have been sent and were not. */
uint64_t report_not_sent(const injection *in);

#endif
