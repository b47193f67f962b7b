/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records by number: chunks that never move, and a list of free records that lies in them. */
#include "record-pool.h"

#include <glib.h>
#include <string.h>

#define CHUNK_RECORDS (1u << RECORD_POOL_CHUNK_BITS)

/* The list doubles: moved with every chunk it would leave holes between them. */
static void add_chunk(record_pool *pool)
{
    if ((pool->chunk_count & (pool->chunk_count - 1)) == 0)
        pool->chunks = g_renew(uint8_t *, pool->chunks, MAX(pool->chunk_count * 2, 1));
    pool->chunks[pool->chunk_count++] = g_malloc0(CHUNK_RECORDS * pool->record_size);
}

void record_pool_init(record_pool *pool, size_t record_size)
{
    *pool = (record_pool){ .record_size = record_size, .next = 1 };
    add_chunk(pool);
}

void record_pool_clear(record_pool *pool)
{
    for (uint32_t i = 0; i < pool->chunk_count; i++)
        g_free(pool->chunks[i]);
    g_free(pool->chunks);
    *pool = (record_pool){ .chunks = NULL };
}

uint32_t record_pool_add(record_pool *pool)
{
    uint32_t number = pool->free;
    if (number != 0) {
        void *record = record_pool_at(pool, number);
        memcpy(&pool->free, record, sizeof pool->free);
        memset(record, 0, pool->record_size);
        return number;
    }
    if (pool->next >> RECORD_POOL_CHUNK_BITS == pool->chunk_count)
        add_chunk(pool);
    return pool->next++;
}

void record_pool_free(record_pool *pool, uint32_t number)
{
    memcpy(record_pool_at(pool, number), &pool->free, sizeof pool->free);
    pool->free = number;
}
