/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a capture says of itself: a line on a terminal, an NDJSON object now and then, the summary at the end.
 * Spec: man/catshark-capture.1 (COUNTERS). */
#ifndef CATSHARK_CAPTURE_REPORT_H
#define CATSHARK_CAPTURE_REPORT_H

#include "counters.h"

typedef struct capture_report_interface {
    const char *name;
    uint64_t received; /* past the filter, dropped ones too */
    uint64_t dropped;  /* by the kernel, for want of room */
} capture_report_interface;

typedef struct capture_report {
    const char *name;     /* of all interfaces: "eth0, eth1" */
    int64_t since_ns;     /* how long it has run */
    uint64_t packets;     /* taken; at the end, where there is a file, those that are in it */
    uint64_t not_written; /* at the end: others that were taken before it was known that they find no room */
    uint64_t not_decoded; /* of both: for want of time, or of a link type that is not read */
    const capture_report_interface *interfaces;
    size_t interface_count;
    const char *file;           /* the last one, NULL where nothing is written */
    uint64_t files;             /* begun */
    capture_counters *counters; /* NULL: nothing is decoded */
} capture_report;

/* "1200 packets, 0 dropped, 3 redirects, ..." without a newline; to be freed. */
char *capture_report_line(const capture_report *report);
/* {"KEY": names, ...}: KEY is "counters" or "summary". False on a write error. */
bool capture_report_json(const capture_report *report, const char *key, FILE *out);
void capture_report_text(const capture_report *report, FILE *out);

#endif
