/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An array that grows at its end and never moves: no copy, and little unused, while a capture is read. */
#ifndef PLUGINS_BLOCK_ARRAY_H
#define PLUGINS_BLOCK_ARRAY_H

#include <stddef.h>
#include <stdint.h>

typedef struct block_array block_array;
block_array *block_array_new(size_t element_size);
void block_array_free(block_array *array); /* NULL is allowed */
uint32_t block_array_count(const block_array *array);
/* The element at `index`, which is below the count. Stays where it is until the array is freed. */
void *block_array_at(const block_array *array, uint32_t index);
/* The same, and makes the array long enough to have it; new elements are zero. */
void *block_array_need(block_array *array, uint32_t index);

#endif
