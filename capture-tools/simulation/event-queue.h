/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The virtual clock: sources of events, each with the time at which it wants to run next, in a binary heap.
 */
#ifndef CATSHARK_SIMULATION_EVENT_QUEUE_H
#define CATSHARK_SIMULATION_EVENT_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#define EVENT_NEVER INT64_MAX

/* Called when the source's time has come; it is then set to EVENT_NEVER until it is set again, here or later.
 */
typedef void (*event_run)(void *context, int64_t now);

typedef struct event_queue event_queue;

event_queue *event_queue_new(void);
void event_queue_free(event_queue *queue);

/* Adds a source and returns its number, from 0. A source runs one event at a time, so the heap holds as many
 * entries as there are links and roles, however many packets are under way. */
unsigned event_queue_add(event_queue *queue, event_run run, void *context);
/* When the source runs next, at once if that time has passed; EVENT_NEVER: not at all. */
void event_queue_set(event_queue *queue, unsigned source, int64_t time);
/* Runs the earliest source; of two with the same time, the one added first. False when nothing is due, ever.
 */
bool event_queue_step(event_queue *queue);
/* Time of the event that runs or ran last. */
int64_t event_queue_now(const event_queue *queue);

#endif
