/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A decoded frame as one line of text. */
#ifndef CATSHARK_INSPECT_LINE_H
#define CATSHARK_INSPECT_LINE_H

#include "decode.h"

#include <glib.h>

/* Room for every IP level and every finding; UPDATEs have LINE_UPDATE_TEXT more each. */
#define LINE_FRAME_TEXT 8192

/* Makes `line` the line and its newline. `since_ns` is the time since the first frame of the capture. */
void line_format(const decoded *frame, uint64_t number, int64_t since_ns, GString *line);

#endif
