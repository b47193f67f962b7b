/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which capture each frame is of, packed, and every so often how many of each there were before. */
#include "frame-order.h"

#include <glib.h>

#define BLOCK_FRAMES 65536u

typedef struct order_block {
    uint64_t *before; /* frames of each capture before this block */
    uint8_t *packed;  /* the captures of its frames */
} order_block;

struct frame_order {
    unsigned captures, bits;
    uint32_t frames;
    uint64_t *so_far; /* frames of each capture */
    GArray *blocks;   /* of order_block; none for one capture */
};

static void clear_block(gpointer data)
{
    order_block *block = data;
    g_free(block->before);
    g_free(block->packed);
}

frame_order *frame_order_new(unsigned captures)
{
    frame_order *o = g_new0(frame_order, 1);
    o->captures = captures;
    o->bits = captures > 16 ? 8 : captures > 4 ? 4 : captures > 2 ? 2 : 1;
    o->so_far = g_new0(uint64_t, captures);
    o->blocks = g_array_new(FALSE, FALSE, sizeof(order_block));
    g_array_set_clear_func(o->blocks, clear_block);
    return o;
}

void frame_order_free(frame_order *o)
{
    if (o == NULL)
        return;
    g_array_free(o->blocks, TRUE);
    g_free(o->so_far);
    g_free(o);
}

static unsigned shift_of(const frame_order *o, uint32_t at)
{
    return at % (8 / o->bits) * o->bits;
}

static unsigned capture_at(const frame_order *o, const order_block *block, uint32_t at)
{
    return block->packed[at * o->bits / 8] >> shift_of(o, at) & ((1u << o->bits) - 1);
}

static void begin_block(frame_order *o)
{
    const order_block block = { .before = g_memdup2(o->so_far, o->captures * sizeof *o->so_far),
                                .packed = g_new0(uint8_t, BLOCK_FRAMES * o->bits / 8) };
    g_array_append_val(o->blocks, block);
}

uint32_t frame_order_add(frame_order *o, unsigned capture)
{
    uint32_t at = o->frames % BLOCK_FRAMES;
    if (o->frames == UINT32_MAX)
        return UINT32_MAX;
    o->frames++;
    if (o->captures == 1)
        return o->frames;
    if (at == 0)
        begin_block(o);
    o->so_far[capture]++;
    order_block *block = &g_array_index(o->blocks, order_block, o->blocks->len - 1);
    block->packed[at * o->bits / 8] |= (uint8_t)(capture << shift_of(o, at));
    return o->frames;
}

unsigned frame_order_find(const frame_order *o, uint32_t frame, uint64_t *number)
{
    uint32_t at = (frame - 1) % BLOCK_FRAMES;
    *number = frame;
    if (o->captures == 1)
        return 0;
    const order_block *block = &g_array_index(o->blocks, order_block, (frame - 1) / BLOCK_FRAMES);
    unsigned capture = capture_at(o, block, at);
    *number = block->before[capture];
    for (uint32_t i = 0; i <= at; i++)
        *number += capture_at(o, block, i) == capture;
    return capture;
}
