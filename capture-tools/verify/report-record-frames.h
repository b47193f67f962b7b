/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the frames of findings held, as texts: kept while the frame is there, of the first of them. */
#ifndef CATSHARK_VERIFY_REPORT_RECORD_FRAMES_H
#define CATSHARK_VERIFY_REPORT_RECORD_FRAMES_H

#include "report-record.h"

typedef struct frame_record frame_record;

frame_record *frame_record_new(void);
void frame_record_free(frame_record *record);

/* Keeps the frame when a finding that the log kept with it names it. */
void frame_record_see(frame_record *record, verification *v, const verified_frame *seen);
/* As report_record_line() and report_record_fields(). */
const char *frame_record_line(const frame_record *record, uint32_t frame);
const char *frame_record_fields(const frame_record *record, uint32_t frame);

#endif
