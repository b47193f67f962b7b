/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the first pass learns of frames: appended in their order. A table says where the notes of each 256
 * frames begin, so that of a frame's number one octet is kept, and packets lie in few places of their frames,
 * so that a place is one octet too. */
#include "frame-notes.h"

#include "block-array.h"

#include <glib.h>

enum { PAGE_BITS = 8, IN_PAGE = 0xff, PLACES = 255, OTHER_PLACE = PLACES };

/* Of a place that is none of the first ones. */
typedef struct other_note {
    uint32_t place, value;
} other_note;

struct frame_notes {
    block_array *pages;  /* uint32_t: how many notes are of earlier pages */
    block_array *keys;   /* uint16_t: the frame in its page, the number of its place */
    block_array *values; /* uint32_t: with OTHER_PLACE the index in `others` */
    block_array *others;
    uint32_t last_frame;
    uint32_t place_count;
    uint32_t places[PLACES];
};

frame_notes *frame_notes_new(void)
{
    frame_notes *notes = g_new0(frame_notes, 1);
    notes->pages = block_array_new(sizeof(uint32_t));
    notes->keys = block_array_new(sizeof(uint16_t));
    notes->values = block_array_new(sizeof(uint32_t));
    notes->others = block_array_new(sizeof(other_note));
    return notes;
}

void frame_notes_free(frame_notes *notes)
{
    if (notes == NULL)
        return;
    block_array_free(notes->pages);
    block_array_free(notes->keys);
    block_array_free(notes->values);
    block_array_free(notes->others);
    g_free(notes);
}

uint32_t frame_notes_count(const frame_notes *notes)
{
    return block_array_count(notes->values);
}

/* OTHER_PLACE when it is none of the first ones. */
static uint32_t place_number(const frame_notes *notes, uint32_t place)
{
    for (uint32_t i = 0; i < notes->place_count; i++)
        if (notes->places[i] == place)
            return i;
    return OTHER_PLACE;
}

static uint32_t place_number_need(frame_notes *notes, uint32_t place)
{
    uint32_t number = place_number(notes, place);
    if (number != OTHER_PLACE || notes->place_count == PLACES)
        return number;
    notes->places[notes->place_count] = place;
    return notes->place_count++;
}

static void begin_page_of(frame_notes *notes, uint32_t frame)
{
    uint32_t count = frame_notes_count(notes);
    for (uint32_t page = block_array_count(notes->pages); page <= frame >> PAGE_BITS; page++)
        *(uint32_t *)block_array_need(notes->pages, page) = count;
}

void frame_notes_add(frame_notes *notes, uint32_t frame, uint32_t place, uint32_t value)
{
    uint32_t count = frame_notes_count(notes);
    if (frame < notes->last_frame)
        return;
    notes->last_frame = frame;
    begin_page_of(notes, frame);
    uint32_t number = place_number_need(notes, place);
    if (number == OTHER_PLACE) {
        uint32_t index = block_array_count(notes->others);
        *(other_note *)block_array_need(notes->others, index) = (other_note){ place, value };
        value = index;
    }
    *(uint16_t *)block_array_need(notes->keys, count) = (uint16_t)((frame & IN_PAGE) << 8 | number);
    *(uint32_t *)block_array_need(notes->values, count) = value;
}

static uint16_t key_at(const frame_notes *notes, uint32_t index)
{
    return *(const uint16_t *)block_array_at(notes->keys, index);
}

static uint32_t page_begin(const frame_notes *notes, uint32_t page)
{
    if (page >= block_array_count(notes->pages))
        return frame_notes_count(notes);
    return *(const uint32_t *)block_array_at(notes->pages, page);
}

/* Where the first note of the frame is, or would be, in [low, high) of its page. */
static uint32_t first_of(const frame_notes *notes, uint32_t in_page, uint32_t low, uint32_t high)
{
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if ((uint32_t)key_at(notes, middle) >> 8 < in_page)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool frame_notes_get(const frame_notes *notes, uint32_t frame, uint32_t place, uint32_t *value)
{
    uint32_t page = frame >> PAGE_BITS, in_page = frame & IN_PAGE, number = place_number(notes, place);
    uint32_t end = page_begin(notes, page + 1);
    for (uint32_t i = first_of(notes, in_page, page_begin(notes, page), end);
         i < end && (uint32_t)key_at(notes, i) >> 8 == in_page; i++) {
        if ((key_at(notes, i) & 0xffU) != number)
            continue;
        uint32_t kept = *(const uint32_t *)block_array_at(notes->values, i);
        if (number != OTHER_PLACE) {
            *value = kept;
            return true;
        }
        const other_note *other = block_array_at(notes->others, kept);
        if (other->place != place)
            continue;
        *value = other->value;
        return true;
    }
    return false;
}
