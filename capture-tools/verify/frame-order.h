/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers for the frames of several captures in the order in which they are read, which is that of time; and
 * back. A frame costs as many bits as tell the captures apart, rounded up to 1, 2, 4 or 8, one capture none.
 */
#ifndef CATSHARK_VERIFY_FRAME_ORDER_H
#define CATSHARK_VERIFY_FRAME_ORDER_H

#include <stdint.h>

#define FRAME_ORDER_CAPTURES_MAX 256

typedef struct frame_order frame_order;
/* For captures [0, captures), at least one and at most FRAME_ORDER_CAPTURES_MAX. */
frame_order *frame_order_new(unsigned captures);
void frame_order_free(frame_order *order); /* NULL is allowed */

/* The next frame, which is the next of its capture. Gives its number, from 1; frames behind UINT32_MAX others
 * all have that one. */
uint32_t frame_order_add(frame_order *order, unsigned capture);
/* The capture of a frame that was added, and its number there, from 1. */
unsigned frame_order_find(const frame_order *order, uint32_t frame, uint64_t *number);

#endif
