/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A bounded queue of packets with the time each came. Spec: RFC 1122 s2.3.2.2. */
#include "waiting.h"

typedef struct packet_copy {
    GBytes *octets;
    int64_t since;
} packet_copy;

struct waiting {
    GQueue packets; /* of packet_copy, the oldest first */
    unsigned limit;
    int64_t patience_ns;
};

waiting *waiting_new(unsigned limit, int64_t patience_ns)
{
    waiting *queue = g_new0(waiting, 1);
    g_queue_init(&queue->packets);
    queue->limit = limit;
    queue->patience_ns = patience_ns;
    return queue;
}

void waiting_free(waiting *queue)
{
    if (queue == NULL)
        return;
    for (GBytes *each = waiting_take(queue); each != NULL; each = waiting_take(queue))
        g_bytes_unref(each);
    g_free(queue);
}

bool waiting_add(waiting *queue, int64_t now, const uint8_t *octets, size_t length)
{
    if (queue->packets.length >= queue->limit)
        return false;
    packet_copy *copy = g_new(packet_copy, 1);
    *copy = (packet_copy){ g_bytes_new(octets, length), now };
    g_queue_push_tail(&queue->packets, copy);
    return true;
}

GBytes *waiting_take(waiting *queue)
{
    packet_copy *first = g_queue_pop_head(&queue->packets);
    if (first == NULL)
        return NULL;
    GBytes *octets = first->octets;
    g_free(first);
    return octets;
}

unsigned waiting_expire(waiting *queue, int64_t now)
{
    unsigned expired = 0;
    while (waiting_deadline(queue) <= now) {
        g_bytes_unref(waiting_take(queue));
        expired++;
    }
    return expired;
}

int64_t waiting_deadline(const waiting *queue)
{
    const packet_copy *first = g_queue_peek_head((GQueue *)&queue->packets);
    return first == NULL ? INT64_MAX : first->since + queue->patience_ns;
}

unsigned waiting_count(const waiting *queue)
{
    return queue->packets.length;
}
