/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plugin's notes of frames: each found again, none where none is, several in a frame, over many blocks.
 */
#include "plugins/block-array.h"
#include "plugins/frame-notes.h"

#include <glib.h>

static void test_empty(void)
{
    frame_notes *notes = frame_notes_new();
    uint32_t value = 7;
    g_assert_false(frame_notes_get(notes, 1, 0, &value));
    g_assert_cmpuint(value, ==, 7);
    g_assert_cmpuint(frame_notes_count(notes), ==, 0);
    frame_notes_free(notes);
    frame_notes_free(NULL);
}

static void test_places(void)
{
    frame_notes *notes = frame_notes_new();
    uint32_t value;
    frame_notes_add(notes, 3, 9, 90);
    frame_notes_add(notes, 3, 2, 20);
    frame_notes_add(notes, 4, 2, 40);
    g_assert_true(frame_notes_get(notes, 3, 2, &value));
    g_assert_cmpuint(value, ==, 20);
    g_assert_true(frame_notes_get(notes, 3, 9, &value));
    g_assert_cmpuint(value, ==, 90);
    g_assert_true(frame_notes_get(notes, 4, 2, &value));
    g_assert_cmpuint(value, ==, 40);
    g_assert_false(frame_notes_get(notes, 4, 9, &value));
    g_assert_false(frame_notes_get(notes, 2, 2, &value));
    g_assert_false(frame_notes_get(notes, 5, 2, &value));
    frame_notes_free(notes);
}

/* An earlier frame would break the order that looking up needs. */
static void test_order(void)
{
    frame_notes *notes = frame_notes_new();
    uint32_t value;
    frame_notes_add(notes, 10, 0, 1);
    frame_notes_add(notes, 9, 0, 2);
    g_assert_cmpuint(frame_notes_count(notes), ==, 1);
    g_assert_false(frame_notes_get(notes, 9, 0, &value));
    g_assert_true(frame_notes_get(notes, 10, 0, &value));
    frame_notes_free(notes);
}

/* More places than have a number of their own, in frames of several pages with gaps of pages between. */
static void test_places_and_pages(void)
{
    enum { PLACES = 700, STEP = 1000 };
    frame_notes *notes = frame_notes_new();
    uint32_t value;
    for (uint32_t i = 0; i < PLACES; i++) {
        frame_notes_add(notes, i / 3 * STEP, i * 16, i + 1);
        frame_notes_add(notes, i / 3 * STEP, 0xffff0000 + i % 3, i + 2);
    }
    g_assert_cmpuint(frame_notes_count(notes), ==, 2 * PLACES);
    for (uint32_t i = 0; i < PLACES; i++) {
        uint32_t frame = i / 3 * STEP;
        g_assert_true(frame_notes_get(notes, frame, i * 16, &value));
        g_assert_cmpuint(value, ==, i + 1);
        g_assert_true(frame_notes_get(notes, frame, 0xffff0000 + i % 3, &value));
        g_assert_cmpuint(value, ==, i + 2);
        g_assert_false(frame_notes_get(notes, frame, i * 16 + 1, &value));
        g_assert_false(frame_notes_get(notes, frame + 1, i * 16, &value));
        g_assert_false(frame_notes_get(notes, frame + 256, i * 16, &value));
    }
    g_assert_false(frame_notes_get(notes, UINT32_MAX, 16, &value));
    frame_notes_add(notes, 1 << 24, 16, 5);
    g_assert_true(frame_notes_get(notes, 1 << 24, 16, &value));
    g_assert_cmpuint(value, ==, 5);
    frame_notes_free(notes);
}

static void test_many(void)
{
    enum { FRAMES = 20000 };
    frame_notes *notes = frame_notes_new();
    uint8_t *in_frame = g_new0(uint8_t, FRAMES);
    for (uint32_t frame = 1; frame < FRAMES; frame++) {
        in_frame[frame] = (uint8_t)g_test_rand_int_range(0, 4);
        for (uint32_t place = 0; place < in_frame[frame]; place++)
            frame_notes_add(notes, frame, place << 16, frame * 5 + place);
    }
    for (uint32_t frame = 0; frame <= FRAMES; frame++) {
        for (uint32_t place = 0; place < 4; place++) {
            uint32_t value = 0;
            bool is_there = frame < FRAMES && place < in_frame[frame];
            g_assert_cmpint(frame_notes_get(notes, frame, place << 16, &value), ==, is_there);
            g_assert_cmpuint(value, ==, is_there ? frame * 5 + place : 0);
        }
    }
    g_free(in_frame);
    frame_notes_free(notes);
}

/* Elements stay where they are and new ones are zero, also those skipped. */
static void test_blocks(void)
{
    block_array *array = block_array_new(sizeof(uint64_t));
    uint64_t *first = block_array_need(array, 0);
    *first = 1;
    *(uint64_t *)block_array_need(array, 5000) = 2;
    g_assert_cmpuint(block_array_count(array), ==, 5001);
    g_assert_true(block_array_at(array, 0) == first);
    for (uint32_t i = 1; i < 5000; i++)
        g_assert_cmpuint(*(uint64_t *)block_array_at(array, i), ==, 0);
    g_assert_cmpuint(*(uint64_t *)block_array_need(array, 5000), ==, 2);
    g_assert_cmpuint(block_array_count(array), ==, 5001);
    block_array_free(array);
    block_array_free(NULL);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/frame-notes/empty", test_empty);
    g_test_add_func("/frame-notes/places", test_places);
    g_test_add_func("/frame-notes/order", test_order);
    g_test_add_func("/frame-notes/places-and-pages", test_places_and_pages);
    g_test_add_func("/frame-notes/many", test_many);
    g_test_add_func("/block-array/blocks", test_blocks);
    return g_test_run();
}
