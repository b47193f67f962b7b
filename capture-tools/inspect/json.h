/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A decoded frame as one line of NDJSON: Wireshark's names for what Wireshark knows, the plugin's for the
 * rest. */
#ifndef CATSHARK_INSPECT_JSON_H
#define CATSHARK_INSPECT_JSON_H

#include "capture-tools/io/capture-reader.h"
#include "decode.h"
#include <stdio.h>

/* A field that the frame has once is a value, one it has several times an array, in the order of the frame.
 * False on a write error. */
bool json_write_frame(FILE *out, const decoder *d, const capture_frame *capture, const decoded *frame);

#endif
