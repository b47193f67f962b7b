/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the first pass learns of frames, for later passes: 6 octets a note, in the order of the frames. A
 * note has its place in the frame, for a frame may hold several packets, one within the other. */
#ifndef PLUGINS_FRAME_NOTES_H
#define PLUGINS_FRAME_NOTES_H

#include <stdbool.h>
#include <stdint.h>

typedef struct frame_notes frame_notes;
frame_notes *frame_notes_new(void);
void frame_notes_free(frame_notes *notes); /* NULL is allowed */

/* Frames come in their order; a note of an earlier frame than the last one is not taken. The places of one
 * frame come in any order, each once. */
void frame_notes_add(frame_notes *notes, uint32_t frame, uint32_t place, uint32_t value);
/* False when there is no such note. */
bool frame_notes_get(const frame_notes *notes, uint32_t frame, uint32_t place, uint32_t *value);
uint32_t frame_notes_count(const frame_notes *notes);

#endif
