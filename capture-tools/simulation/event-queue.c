/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The virtual clock: a binary heap of sources with an index, so that a source's time can be changed in place.
 * Spec: man/catshark-simulate.1 (TIME) */
#include "event-queue.h"

#include <glib.h>

#define NOT_WAITING G_MAXUINT

typedef struct source {
    event_run run;
    void *context;
    int64_t time;
    unsigned place; /* in the heap; NOT_WAITING when its time is EVENT_NEVER */
} source;

struct event_queue {
    GArray *sources; /* of source */
    unsigned *heap;  /* numbers of sources, the earliest at 0 */
    unsigned waiting;
    int64_t now;
};

event_queue *event_queue_new(void)
{
    event_queue *queue = g_new0(event_queue, 1);
    queue->sources = g_array_new(FALSE, FALSE, sizeof(source));
    return queue;
}

void event_queue_free(event_queue *queue)
{
    if (queue == NULL)
        return;
    g_array_free(queue->sources, TRUE);
    g_free(queue->heap);
    g_free(queue);
}

unsigned event_queue_add(event_queue *queue, event_run run, void *context)
{
    source added = { .run = run, .context = context, .time = EVENT_NEVER, .place = NOT_WAITING };
    g_array_append_val(queue->sources, added);
    queue->heap = g_renew(unsigned, queue->heap, queue->sources->len);
    return queue->sources->len - 1;
}

static source *source_at(const event_queue *queue, unsigned number)
{
    return &g_array_index(queue->sources, source, number);
}

/* Order of two sources: by time, then by number, so that a run does not depend on the heap's shape. */
static bool earlier(const event_queue *queue, unsigned a, unsigned b)
{
    int64_t time_a = source_at(queue, a)->time, time_b = source_at(queue, b)->time;
    return time_a != time_b ? time_a < time_b : a < b;
}

static void put(event_queue *queue, unsigned place, unsigned number)
{
    queue->heap[place] = number;
    source_at(queue, number)->place = place;
}

static void sift_up(event_queue *queue, unsigned place)
{
    unsigned number = queue->heap[place];
    while (place > 0) {
        unsigned parent = (place - 1) / 2;
        if (!earlier(queue, number, queue->heap[parent]))
            break;
        put(queue, place, queue->heap[parent]);
        place = parent;
    }
    put(queue, place, number);
}

static void sift_down(event_queue *queue, unsigned place)
{
    unsigned number = queue->heap[place];
    for (;;) {
        unsigned child = 2 * place + 1;
        if (child >= queue->waiting)
            break;
        if (child + 1 < queue->waiting && earlier(queue, queue->heap[child + 1], queue->heap[child]))
            child++;
        if (!earlier(queue, queue->heap[child], number))
            break;
        put(queue, place, queue->heap[child]);
        place = child;
    }
    put(queue, place, number);
}

static void take_out(event_queue *queue, unsigned place)
{
    source_at(queue, queue->heap[place])->place = NOT_WAITING;
    unsigned last = queue->heap[--queue->waiting];
    if (place == queue->waiting)
        return;
    put(queue, place, last);
    sift_up(queue, place);
    sift_down(queue, source_at(queue, last)->place);
}

void event_queue_set(event_queue *queue, unsigned number, int64_t time)
{
    source *changed = source_at(queue, number);
    time = MAX(time, queue->now);
    if (changed->time == time)
        return;
    changed->time = time;
    if (time == EVENT_NEVER) {
        take_out(queue, changed->place);
        return;
    }
    if (changed->place == NOT_WAITING)
        put(queue, queue->waiting++, number);
    sift_up(queue, changed->place);
    sift_down(queue, changed->place);
}

bool event_queue_step(event_queue *queue)
{
    if (queue->waiting == 0)
        return false;
    source *first = source_at(queue, queue->heap[0]);
    queue->now = first->time;
    event_run run = first->run;
    void *context = first->context;
    event_queue_set(queue, queue->heap[0], EVENT_NEVER);
    run(context, queue->now);
    return true;
}

int64_t event_queue_now(const event_queue *queue)
{
    return queue->now;
}
