/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The event loop of a live verb: file descriptors, one deadline a client, signals. Monotonic time for
 * deadlines. Spec: poll(2), clock_gettime(2). */
#ifndef CATSHARK_LIVE_LOOP_H
#define CATSHARK_LIVE_LOOP_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct live_loop live_loop;

/* Watches SIGINT, SIGTERM and SIGHUP by cli_watch_interrupt(), which the whole program shares: after the run
 * cli_interrupted() says whether one of them ended it. */
live_loop *live_loop_new(void);
void live_loop_free(live_loop *loop);
/* CLOCK_MONOTONIC, nanoseconds: what roles get as `now`. */
int64_t live_loop_now(void);

typedef void (*live_loop_ready)(void *context, int64_t now);
/* `ready` is called when the descriptor is readable, or broken: then reading it says how. It may watch and
 * unwatch any descriptor, its own too. */
void live_loop_watch(live_loop *loop, int fd, live_loop_ready ready, void *context);
void live_loop_unwatch(live_loop *loop, int fd);
/* The same for a descriptor that does not tell all: `ready` is also called about once a second. */
void live_loop_watch_and_visit(live_loop *loop, int fd, live_loop_ready ready, void *context);

typedef int64_t (*live_loop_deadline)(void *context); /* INT64_MAX: none */
/* `expire` is called once its deadline has come; `deadline` is asked after each round. Both kinds stay until
 * live_loop_free(). */
void live_loop_timer(live_loop *loop, live_loop_deadline deadline, live_loop_ready expire, void *context);
/* Called at the end of each round: flush what was gathered. */
void live_loop_after(live_loop *loop, live_loop_ready after, void *context);

/* Runs until live_loop_stop(), SIGINT or SIGTERM, or `until` (INT64_MAX: no end). */
void live_loop_run(live_loop *loop, int64_t until);
void live_loop_stop(live_loop *loop);

#endif
