/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the frames come from that are sent: a capture, or a simulation that runs as it is asked for frames.
 * Spec: man/catshark-inject.1. */
#ifndef CATSHARK_INJECT_FRAME_SOURCE_H
#define CATSHARK_INJECT_FRAME_SOURCE_H

#include "capture-tools/io/capture-reader.h"
#include "capture-tools/simulation/scenario.h"

typedef struct frame_source frame_source;

#define SOURCE_NO_LINK UINT32_MAX

/* `data` is valid until the next call. */
typedef struct source_frame {
    int64_t time_ns;
    const uint8_t *data;
    uint32_t captured, wire;
    int link_type; /* DLT */
    uint32_t link; /* for frame_source_link_name(); SOURCE_NO_LINK when the capture does not tell */
} source_frame;

frame_source *frame_source_capture(const char *path, const char *filter, GError **error);
/* `options` and its topology are borrowed. */
frame_source *frame_source_scenario(const scenario_options *options, GError **error);
void frame_source_free(frame_source *source); /* NULL is allowed */

const char *frame_source_name(const frame_source *source);
/* What it gives comes as it arises: standard input that is no file. */
bool frame_source_is_live(const frame_source *source);

capture_status frame_source_next(frame_source *source, source_frame *frame);
/* After CAPTURE_BROKEN. */
const char *frame_source_message(const frame_source *source);
/* Begins again. False and *error: standard input cannot, or the file is gone. */
bool frame_source_rewind(frame_source *source, GError **error);

/* Links that are known so far: all of a simulation; of a capture those of which a frame has come. */
uint32_t frame_source_link_count(const frame_source *source);
/* A capture interface without a name is called by its number in its section. */
const char *frame_source_link_name(const frame_source *source, uint32_t link);

#endif
