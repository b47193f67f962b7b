/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The event loop of a live verb over ppoll. Spec: poll(2), clock_gettime(2). */
#include "loop.h"

#include "capture-tools/cli.h"
#include <poll.h>
#include <time.h>

#define SECOND G_GINT64_CONSTANT(1000000000)
#define VISIT SECOND

/* Beside each pollfd. */
typedef struct watch {
    live_loop_ready ready;
    void *context;
    bool visit; /* now and then, ready or not */
} watch;

typedef struct timer {
    live_loop_deadline deadline;
    live_loop_ready expire;
    void *context;
} timer;

/* fds[i] belongs to watches[i]; fd -1 marks one that is no longer watched until the round ends. The first is
 * the interrupt's, which has no `ready`. */
struct live_loop {
    GArray *fds, *watches, *timers, *afters;
    int64_t next_visit; /* INT64_MAX: nobody wants any */
    bool stopped;
};

static struct pollfd *fd_at(const live_loop *loop, guint i)
{
    return &g_array_index(loop->fds, struct pollfd, i);
}

live_loop *live_loop_new(void)
{
    live_loop *loop = g_new0(live_loop, 1);
    loop->fds = g_array_new(FALSE, FALSE, sizeof(struct pollfd));
    loop->watches = g_array_new(FALSE, FALSE, sizeof(watch));
    loop->timers = g_array_new(FALSE, FALSE, sizeof(timer));
    loop->afters = g_array_new(FALSE, FALSE, sizeof(watch));
    loop->next_visit = INT64_MAX;
    cli_watch_interrupt();
    live_loop_watch(loop, cli_interrupt_fd(), NULL, NULL);
    return loop;
}

void live_loop_free(live_loop *loop)
{
    if (loop == NULL)
        return;
    g_array_free(loop->fds, TRUE);
    g_array_free(loop->watches, TRUE);
    g_array_free(loop->timers, TRUE);
    g_array_free(loop->afters, TRUE);
    g_free(loop);
}

int64_t live_loop_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * SECOND + now.tv_nsec;
}

static void add_watch(live_loop *loop, int fd, const watch *added)
{
    g_array_append_val(loop->fds, ((struct pollfd){ .fd = fd, .events = POLLIN }));
    g_array_append_vals(loop->watches, added, 1);
}

void live_loop_watch(live_loop *loop, int fd, live_loop_ready ready, void *context)
{
    add_watch(loop, fd, &(watch){ ready, context, false });
}

void live_loop_watch_and_visit(live_loop *loop, int fd, live_loop_ready ready, void *context)
{
    add_watch(loop, fd, &(watch){ ready, context, true });
    if (loop->next_visit == INT64_MAX)
        loop->next_visit = live_loop_now() + VISIT;
}

void live_loop_unwatch(live_loop *loop, int fd)
{
    for (guint i = 0; i < loop->fds->len; i++)
        if (fd_at(loop, i)->fd == fd)
            *fd_at(loop, i) = (struct pollfd){ .fd = -1 };
}

void live_loop_timer(live_loop *loop, live_loop_deadline deadline, live_loop_ready expire, void *context)
{
    g_array_append_val(loop->timers, ((timer){ deadline, expire, context }));
}

void live_loop_after(live_loop *loop, live_loop_ready after, void *context)
{
    g_array_append_val(loop->afters, ((watch){ after, context, false }));
}

void live_loop_stop(live_loop *loop)
{
    loop->stopped = true;
}

/* ---- one round ---- */

static int64_t next_deadline(const live_loop *loop, int64_t until)
{
    int64_t next = MIN(until, loop->next_visit);
    for (guint i = 0; i < loop->timers->len; i++) {
        const timer *each = &g_array_index(loop->timers, timer, i);
        next = MIN(next, each->deadline(each->context));
    }
    return next;
}

/* Waits until a descriptor is ready or `next` has come. */
static void wait_until(live_loop *loop, int64_t next)
{
    struct timespec room = { 0 };
    if (next != INT64_MAX) {
        int64_t left = MAX(next - live_loop_now(), 0);
        room = (struct timespec){ .tv_sec = left / SECOND, .tv_nsec = left % SECOND };
    }
    if (ppoll(fd_at(loop, 0), loop->fds->len, next != INT64_MAX ? &room : NULL, NULL) <= 0)
        for (guint i = 0; i < loop->fds->len; i++) /* interrupted: what stands there is of the round before */
            fd_at(loop, i)->revents = 0;
}

/* The arrays may move and grow while a callback runs; what it added has no event yet. */
static void call_ready(live_loop *loop, int64_t now)
{
    bool visits = loop->next_visit <= now;
    if (visits)
        loop->next_visit = now + VISIT;
    for (guint i = 0; i < loop->fds->len && !loop->stopped; i++) {
        watch each = g_array_index(loop->watches, watch, i);
        bool due = visits && each.visit && fd_at(loop, i)->fd >= 0;
        if ((fd_at(loop, i)->revents != 0 || due) && each.ready != NULL)
            each.ready(each.context, now);
    }
}

static void forget_unwatched(live_loop *loop)
{
    for (guint i = loop->fds->len; i-- > 1;) {
        if (fd_at(loop, i)->fd >= 0)
            continue;
        g_array_remove_index(loop->fds, i);
        g_array_remove_index(loop->watches, i);
    }
}

static void call_expired(live_loop *loop, int64_t now)
{
    for (guint i = 0; i < loop->timers->len && !loop->stopped; i++) {
        timer each = g_array_index(loop->timers, timer, i);
        if (each.deadline(each.context) <= now)
            each.expire(each.context, now);
    }
}

void live_loop_run(live_loop *loop, int64_t until)
{
    loop->stopped = false;
    while (!loop->stopped && !cli_interrupted()) {
        wait_until(loop, next_deadline(loop, until));
        int64_t now = live_loop_now();
        call_ready(loop, now);
        call_expired(loop, now);
        for (guint i = 0; i < loop->afters->len; i++) {
            watch each = g_array_index(loop->afters, watch, i);
            each.ready(each.context, now);
        }
        forget_unwatched(loop);
        if (now >= until)
            break;
    }
}
