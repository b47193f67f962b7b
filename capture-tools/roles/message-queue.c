/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A stream's octets that are under way, and where its messages begin. */
#include "message-queue.h"
#include <string.h>

typedef struct mark {
    uint64_t position;
    char comment[];
} mark;

void message_queue_init(message_queue *q)
{
    *q = (message_queue){ .octets = g_byte_array_new() };
    g_queue_init(&q->marks);
}

void message_queue_clear(message_queue *q)
{
    g_byte_array_unref(q->octets);
    g_queue_clear_full(&q->marks, g_free);
}

void message_queue_reset(message_queue *q)
{
    message_queue_clear(q);
    message_queue_init(q);
}

void message_queue_append(message_queue *q, const uint8_t *octets, size_t length, const char *comment)
{
    size_t size = strlen(comment) + 1;
    mark *added = g_malloc(sizeof(mark) + size);
    added->position = q->position + q->octets->len;
    memcpy(added->comment, comment, size);
    g_queue_push_tail(&q->marks, added);
    g_byte_array_append(q->octets, octets, (guint)length);
}

void message_queue_read(const message_queue *q, uint64_t position, uint8_t *octets, size_t length)
{
    g_assert(position >= q->position && position - q->position + length <= q->octets->len);
    memcpy(octets, q->octets->data + (position - q->position), length);
}

void message_queue_describe(const message_queue *q, uint64_t position, size_t length, char *text, size_t size)
{
    *text = '\0';
    for (const GList *at = q->marks.head; at != NULL; at = at->next) {
        const mark *m = at->data;
        if (m->position >= position + length)
            break;
        if (m->position < position)
            continue;
        g_strlcat(text, *text == '\0' ? "" : "; ", size);
        g_strlcat(text, m->comment, size);
    }
}

void message_queue_acknowledge(message_queue *q, uint64_t position)
{
    if (position <= q->position)
        return;
    g_byte_array_remove_range(q->octets, 0, (guint)(position - q->position));
    q->position = position;
    while (!g_queue_is_empty(&q->marks) && ((const mark *)g_queue_peek_head(&q->marks))->position < position)
        g_free(g_queue_pop_head(&q->marks));
}
