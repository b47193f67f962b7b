/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a capture says and when: messages, the terminal's line, NDJSON, the summary.
 * Spec: man/catshark-capture.1 (COUNTERS). */
#ifndef CATSHARK_CAPTURE_SPEECH_H
#define CATSHARK_CAPTURE_SPEECH_H

#include "report.h"

typedef enum capture_manner {
    CAPTURE_SILENT,  /* trouble only */
    CAPTURE_SUMMARY, /* a line on the terminal while it runs, and the summary as text */
    CAPTURE_JSON     /* NDJSON: the counters every interval, and the summary */
} capture_manner;

typedef struct capture_speech {
    const char *verb; /* for messages; borrowed */
    capture_manner manner;
    FILE *out;           /* of NDJSON and summary */
    int64_t interval_ns; /* of CAPTURE_JSON; 0: the summary only */
    int64_t due;         /* of the next capture_speech_report(), monotonic; INT64_MAX: never */
    bool draws, line_drawn;
    bool failed; /* trouble was told */
} capture_speech;

/* From now on there is something to report. */
void capture_speech_begin(capture_speech *speech, int64_t now);
/* "catshark VERB: ..." on stderr, on a line of its own. */
void capture_speech_say(capture_speech *speech, const char *format, ...) G_GNUC_PRINTF(2, 3);
void capture_speech_trouble(capture_speech *speech, const char *message);
/* When it is due: the line or the counters; trouble when nobody takes these, which then are never due again.
 */
void capture_speech_report(capture_speech *speech, const capture_report *report, int64_t now);
/* The last words. */
void capture_speech_end(capture_speech *speech, const capture_report *report);

#endif
