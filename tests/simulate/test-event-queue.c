/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The virtual clock: order, ties, times that change, and against a plain search for the earliest. */
#include "capture-tools/simulation/event-queue.h"

#include <glib.h>

#define SOURCES 50

typedef struct log_entry {
    unsigned source;
    int64_t time;
} log_entry;

typedef struct logged {
    event_queue *queue;
    GArray *log;
    unsigned source;
    int64_t again; /* runs again this much later; 0: not */
} logged;

static void note(void *context, int64_t now)
{
    logged *l = context;
    log_entry entry = { l->source, now };
    g_array_append_val(l->log, entry);
    g_assert_cmpint(event_queue_now(l->queue), ==, now);
    if (l->again > 0)
        event_queue_set(l->queue, l->source, now + l->again);
}

static logged *add(event_queue *queue, GArray *log, logged *l)
{
    *l = (logged){ .queue = queue, .log = log };
    l->source = event_queue_add(queue, note, l);
    return l;
}

static log_entry entry(const GArray *log, unsigned i)
{
    g_assert_cmpuint(i, <, log->len);
    return g_array_index(log, log_entry, i);
}

static void test_order(void)
{
    event_queue *queue = event_queue_new();
    GArray *log = g_array_new(FALSE, FALSE, sizeof(log_entry));
    logged sources[4];
    for (unsigned i = 0; i < 4; i++)
        g_assert_cmpuint(add(queue, log, &sources[i])->source, ==, i);
    g_assert_false(event_queue_step(queue));
    event_queue_set(queue, 3, 10);
    event_queue_set(queue, 1, 10);
    event_queue_set(queue, 2, 5);
    event_queue_set(queue, 0, 20);
    event_queue_set(queue, 0, EVENT_NEVER);
    while (event_queue_step(queue))
        ;
    g_assert_cmpuint(log->len, ==, 3);
    g_assert_cmpuint(entry(log, 0).source, ==, 2);
    g_assert_cmpuint(entry(log, 1).source, ==, 1); /* of two with one time, the one added first */
    g_assert_cmpuint(entry(log, 2).source, ==, 3);
    /* A time that has passed is now. */
    event_queue_set(queue, 0, 3);
    g_assert_true(event_queue_step(queue));
    g_assert_cmpint(entry(log, 3).time, ==, 10);
    g_array_free(log, TRUE);
    event_queue_free(queue);
}

static void test_again(void)
{
    event_queue *queue = event_queue_new();
    GArray *log = g_array_new(FALSE, FALSE, sizeof(log_entry));
    logged fast, slow;
    add(queue, log, &fast)->again = 3;
    add(queue, log, &slow)->again = 10;
    event_queue_set(queue, fast.source, 0);
    event_queue_set(queue, slow.source, 0);
    for (unsigned i = 0; i < 14; i++)
        g_assert_true(event_queue_step(queue));
    unsigned count = 0;
    for (unsigned i = 0; i < log->len; i++)
        count += entry(log, i).source == fast.source;
    g_assert_cmpuint(count, ==, 11); /* at 0, 3 ... 30 */
    g_array_free(log, TRUE);
    event_queue_free(queue);
}

static void test_random(void)
{
    event_queue *queue = event_queue_new();
    GArray *log = g_array_new(FALSE, FALSE, sizeof(log_entry));
    logged sources[SOURCES];
    int64_t times[SOURCES];
    for (unsigned i = 0; i < SOURCES; i++) {
        add(queue, log, &sources[i]);
        times[i] = EVENT_NEVER;
    }
    for (unsigned round = 0; round < 20000; round++) {
        unsigned changed = (unsigned)g_test_rand_int_range(0, SOURCES);
        bool never = g_test_rand_int_range(0, 5) == 0;
        times[changed] = never ? EVENT_NEVER : event_queue_now(queue) + g_test_rand_int_range(0, 40);
        event_queue_set(queue, changed, times[changed]);
        if (g_test_rand_int_range(0, 3) != 0)
            continue;
        unsigned wanted = 0;
        for (unsigned i = 1; i < SOURCES; i++)
            if (times[i] < times[wanted])
                wanted = i;
        if (times[wanted] == EVENT_NEVER) {
            g_assert_false(event_queue_step(queue));
            continue;
        }
        g_assert_true(event_queue_step(queue));
        g_assert_cmpuint(entry(log, log->len - 1).source, ==, wanted);
        g_assert_cmpint(entry(log, log->len - 1).time, ==, times[wanted]);
        times[wanted] = EVENT_NEVER;
    }
    g_assert_cmpuint(log->len, >, 1000);
    g_array_free(log, TRUE);
    event_queue_free(queue);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/event-queue/order", test_order);
    g_test_add_func("/event-queue/again", test_again);
    g_test_add_func("/event-queue/random", test_random);
    return g_test_run();
}
