/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A decoded frame as one line of text. */
#ifndef CATSHARK_INSPECT_LINE_H
#define CATSHARK_INSPECT_LINE_H

#include "decode.h"

/* Room for the longest line: every IP level, every finding. */
#define LINE_TEXT 8192

/* Writes the line and its newline, not terminated by NUL; returns its length. `since_ns` is the time since
 * the first frame of the capture. */
size_t line_format(const decoded *frame, uint64_t number, int64_t since_ns, char *text);

#endif
