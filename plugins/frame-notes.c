/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the first pass learns of frames: appended in their order, found by halving. */
#include "frame-notes.h"

#include "block-array.h"

#include <glib.h>

typedef struct frame_note {
    uint32_t frame, place, value;
} frame_note;

struct frame_notes {
    block_array *list;
};

frame_notes *frame_notes_new(void)
{
    frame_notes *notes = g_new(frame_notes, 1);
    notes->list = block_array_new(sizeof(frame_note));
    return notes;
}

void frame_notes_free(frame_notes *notes)
{
    if (notes == NULL)
        return;
    block_array_free(notes->list);
    g_free(notes);
}

uint32_t frame_notes_count(const frame_notes *notes)
{
    return block_array_count(notes->list);
}

static const frame_note *note_at(const frame_notes *notes, uint32_t index)
{
    return block_array_at(notes->list, index);
}

void frame_notes_add(frame_notes *notes, uint32_t frame, uint32_t place, uint32_t value)
{
    uint32_t count = frame_notes_count(notes);
    if (count > 0 && note_at(notes, count - 1)->frame > frame)
        return;
    frame_note *note = block_array_need(notes->list, count);
    *note = (frame_note){ .frame = frame, .place = place, .value = value };
}

/* Where the first note of the frame is, or would be. */
static uint32_t first_of(const frame_notes *notes, uint32_t frame)
{
    uint32_t low = 0, high = frame_notes_count(notes);
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (note_at(notes, middle)->frame < frame)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool frame_notes_get(const frame_notes *notes, uint32_t frame, uint32_t place, uint32_t *value)
{
    uint32_t count = frame_notes_count(notes);
    for (uint32_t i = first_of(notes, frame); i < count; i++) {
        const frame_note *note = note_at(notes, i);
        if (note->frame != frame)
            return false;
        if (note->place != place)
            continue;
        *value = note->value;
        return true;
    }
    return false;
}
