/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The deadline queue as a 4-ary heap whose keys lie beside each other in memory. */
#include "capture-tools/roles/timers.h"

#include <glib.h>

enum { BRANCHES = 4 };

typedef struct slot {
    int64_t deadline;
    uint64_t order; /* counts the calls of timers_set(): equal deadlines keep their order */
    timer *owner;
} slot;

struct timers {
    slot *slots;
    size_t count, room;
    uint64_t order;
};

timers *timers_new(void)
{
    return g_new0(timers, 1);
}

void timers_free(timers *queue)
{
    if (!queue)
        return;
    g_free(queue->slots);
    g_free(queue);
}

static bool comes_before(const slot *a, const slot *b)
{
    return a->deadline != b->deadline ? a->deadline < b->deadline : a->order < b->order;
}

static void put(timers *queue, size_t at, slot s)
{
    queue->slots[at] = s;
    s.owner->at = at + 1;
}

static void sift_up(timers *queue, size_t at)
{
    const slot moving = queue->slots[at];
    while (at > 0) {
        const size_t parent = (at - 1) / BRANCHES;
        if (!comes_before(&moving, &queue->slots[parent]))
            break;
        put(queue, at, queue->slots[parent]);
        at = parent;
    }
    put(queue, at, moving);
}

static void sift_down(timers *queue, size_t at)
{
    const slot moving = queue->slots[at];
    for (;;) {
        const size_t first = at * BRANCHES + 1;
        if (first >= queue->count)
            break;
        const size_t end = MIN(first + BRANCHES, queue->count);
        size_t earliest = first;
        for (size_t child = first + 1; child < end; child++) {
            if (comes_before(&queue->slots[child], &queue->slots[earliest]))
                earliest = child;
        }
        if (!comes_before(&queue->slots[earliest], &moving))
            break;
        put(queue, at, queue->slots[earliest]);
        at = earliest;
    }
    put(queue, at, moving);
}

void timers_set(timers *queue, timer *t, int64_t deadline)
{
    const slot s = { .deadline = deadline, .order = queue->order++, .owner = t };
    if (!timers_is_set(t)) {
        if (queue->count == queue->room) {
            queue->room = queue->room ? queue->room * 2 : 64;
            queue->slots = g_renew(slot, queue->slots, queue->room);
        }
        put(queue, queue->count++, s);
        sift_up(queue, queue->count - 1);
        return;
    }
    const size_t at = t->at - 1;
    const bool earlier = comes_before(&s, &queue->slots[at]);
    queue->slots[at] = s;
    if (earlier)
        sift_up(queue, at);
    else
        sift_down(queue, at);
}

void timers_cancel(timers *queue, timer *t)
{
    if (!timers_is_set(t))
        return;
    const size_t at = t->at - 1;
    t->at = 0;
    const slot last = queue->slots[--queue->count];
    if (at == queue->count)
        return;
    put(queue, at, last);
    sift_up(queue, at);
    sift_down(queue, last.owner->at - 1);
}

int64_t timers_deadline(const timers *queue, const timer *t)
{
    return queue->slots[t->at - 1].deadline;
}

int64_t timers_earliest(const timers *queue)
{
    return queue->count ? queue->slots[0].deadline : INT64_MAX;
}

timer *timers_pop(timers *queue, int64_t now)
{
    if (!queue->count || queue->slots[0].deadline > now)
        return NULL;
    timer *t = queue->slots[0].owner;
    timers_cancel(queue, t);
    return t;
}

size_t timers_count(const timers *queue)
{
    return queue->count;
}
