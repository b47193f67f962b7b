/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An array that grows at its end and never moves. */
#include "block-array.h"

#include <glib.h>

#define BLOCK_BITS 10
#define BLOCK_ELEMENTS (UINT32_C(1) << BLOCK_BITS)

struct block_array {
    size_t element_size;
    GPtrArray *blocks;
    uint32_t count;
};

block_array *block_array_new(size_t element_size)
{
    block_array *array = g_new0(block_array, 1);
    array->element_size = element_size;
    array->blocks = g_ptr_array_new_with_free_func(g_free);
    return array;
}

void block_array_free(block_array *array)
{
    if (array == NULL)
        return;
    g_ptr_array_free(array->blocks, TRUE);
    g_free(array);
}

uint32_t block_array_count(const block_array *array)
{
    return array->count;
}

void *block_array_at(const block_array *array, uint32_t index)
{
    char *block = g_ptr_array_index(array->blocks, index >> BLOCK_BITS);
    return block + (index & (BLOCK_ELEMENTS - 1)) * array->element_size;
}

void *block_array_need(block_array *array, uint32_t index)
{
    while (array->blocks->len <= index >> BLOCK_BITS)
        g_ptr_array_add(array->blocks, g_malloc0_n(BLOCK_ELEMENTS, array->element_size));
    if (array->count <= index)
        array->count = index + 1;
    return block_array_at(array, index);
}
