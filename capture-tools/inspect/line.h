/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A decoded frame as one line of text. */
#ifndef CATSHARK_INSPECT_LINE_H
#define CATSHARK_INSPECT_LINE_H

#include "decode.h"
#include "epan-cats/frame-name.h"

#include <glib.h>

/* Room for every IP level and every finding; UPDATEs have LINE_UPDATE_TEXT more each. */
#define LINE_FRAME_TEXT 8192

/* The frame itself, and how others are called. */
typedef struct line_frame {
    uint64_t number;        /* in its capture */
    int64_t since_ns;       /* its time, from the first frame of the capture */
    cats_frame_namer namer; /* NULL: by their numbers */
    void *context;
} line_frame;

/* Makes `line` the line and its newline. */
void line_format(const decoded *frame, const line_frame *of, GString *line);

#endif
