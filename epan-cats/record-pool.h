/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records of one size, many of them, held in large pieces and called by numbers of four octets: no pointer to
 * each, and no allocator's overhead. Spec: docs/rules.md (what is followed, and for how long). */
#ifndef EPAN_CATS_RECORD_POOL_H
#define EPAN_CATS_RECORD_POOL_H

#include <stddef.h>
#include <stdint.h>

#define RECORD_POOL_CHUNK_BITS 8 /* so many bits of a number tell the place in its chunk */

/* For record_pool_at() only. A record keeps its place; freed ones are used again, and their memory is given
 * back with the pool. */
typedef struct record_pool {
    uint8_t **chunks;
    size_t record_size;
    uint32_t chunk_count;
    uint32_t next; /* the first number never given */
    uint32_t free; /* the number of the record freed last, whose first octets hold the next such; 0: none */
} record_pool;

/* `record_size` is a multiple of the records' alignment, and at least 4. */
void record_pool_init(record_pool *pool, size_t record_size);
void record_pool_clear(record_pool *pool);

/* The number of a record that is all zero; never 0. */
uint32_t record_pool_add(record_pool *pool);
void record_pool_free(record_pool *pool, uint32_t number);

/* The record; number 0 is one that is all zero, not to be written to. */
static inline void *record_pool_at(const record_pool *pool, uint32_t number)
{
    size_t place = number & ((1u << RECORD_POOL_CHUNK_BITS) - 1);
    return pool->chunks[number >> RECORD_POOL_CHUNK_BITS] + place * pool->record_size;
}

#endif
