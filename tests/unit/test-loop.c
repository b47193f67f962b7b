/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of the event loop: descriptors, deadlines, the end of a run, signals. Spec: poll(2). */
#include "capture-tools/live/loop.h"

#include "capture-tools/cli.h"
#include <signal.h>
#include <unistd.h>

#define MILLISECOND G_GINT64_CONSTANT(1000000)

typedef struct scene {
    live_loop *loop;
    int pipe[2], second[2];
    unsigned ready, expired, after;
    int64_t deadline;
} scene;

static scene scene_new(void)
{
    scene s = { .loop = live_loop_new(), .deadline = INT64_MAX };
    g_assert_cmpint(pipe(s.pipe), ==, 0);
    g_assert_cmpint(pipe(s.second), ==, 0);
    return s;
}

static void scene_free(scene *s)
{
    live_loop_free(s->loop);
    for (unsigned i = 0; i < 2; i++) {
        close(s->pipe[i]);
        close(s->second[i]);
    }
}

static void put(int fd)
{
    g_assert_cmpint(write(fd, "x", 1), ==, 1);
}

static int64_t soon(void)
{
    return live_loop_now() + 5000 * MILLISECOND;
}

static void on_ready(void *context, int64_t now)
{
    scene *s = context;
    char octet;
    g_assert_cmpint(now, <=, live_loop_now());
    g_assert_cmpint(read(s->pipe[0], &octet, 1), ==, 1);
    if (++s->ready == 3)
        live_loop_stop(s->loop);
    else
        put(s->pipe[1]);
}

static void on_after(void *context, int64_t now)
{
    (void)now;
    ((scene *)context)->after++;
}

static void test_descriptor(void)
{
    scene s = scene_new();
    live_loop_watch(s.loop, s.pipe[0], on_ready, &s);
    live_loop_after(s.loop, on_after, &s);
    put(s.pipe[1]);
    live_loop_run(s.loop, soon());
    g_assert_cmpuint(s.ready, ==, 3);
    g_assert_cmpuint(s.after, ==, 3);
    scene_free(&s);
}

/* A peer that is gone makes its descriptor ready. */
static void on_end(void *context, int64_t now)
{
    scene *s = context;
    char octet;
    (void)now;
    g_assert_cmpint(read(s->pipe[0], &octet, 1), ==, 0);
    live_loop_unwatch(s->loop, s->pipe[0]);
    s->ready++;
}

static void test_broken(void)
{
    scene s = scene_new();
    live_loop_watch(s.loop, s.pipe[0], on_end, &s);
    close(s.pipe[1]);
    live_loop_run(s.loop, live_loop_now() + 30 * MILLISECOND);
    g_assert_cmpuint(s.ready, ==, 1);
    s.pipe[1] = dup(s.pipe[0]);
    scene_free(&s);
}

/* Watches the second in place of the first, while both are ready. */
static void on_second(void *context, int64_t now)
{
    scene *s = context;
    (void)now;
    live_loop_stop(s->loop);
}

static void on_swap(void *context, int64_t now)
{
    scene *s = context;
    (void)now;
    s->ready++;
    live_loop_unwatch(s->loop, s->pipe[0]);
    for (unsigned i = 0; i < 100; i++)
        live_loop_watch(s->loop, s->second[0], i == 99 ? on_second : on_after, s);
}

static void test_watch_within(void)
{
    scene s = scene_new();
    put(s.pipe[1]);
    put(s.second[1]);
    live_loop_watch(s.loop, s.pipe[0], on_swap, &s);
    live_loop_run(s.loop, soon());
    g_assert_cmpuint(s.ready, ==, 1);
    g_assert_cmpuint(s.after, ==, 99);
    scene_free(&s);
}

static void on_visit(void *context, int64_t now)
{
    scene *s = context;
    g_assert_cmpint(now, >, s->deadline);
    s->ready++;
    live_loop_stop(s->loop);
}

/* Nothing comes of either: one of them is visited all the same, after a while. */
static void test_visit(void)
{
    scene s = scene_new();
    live_loop_watch(s.loop, s.second[0], on_second, &s);
    s.deadline = live_loop_now() + 100 * MILLISECOND;
    live_loop_watch_and_visit(s.loop, s.pipe[0], on_visit, &s);
    live_loop_run(s.loop, soon());
    g_assert_cmpuint(s.ready, ==, 1);
    live_loop_unwatch(s.loop, s.pipe[0]);
    live_loop_run(s.loop, live_loop_now() + 1100 * MILLISECOND);
    g_assert_cmpuint(s.ready, ==, 1);
    scene_free(&s);
}

static int64_t deadline_of(void *context)
{
    return ((scene *)context)->deadline;
}

static void on_expire(void *context, int64_t now)
{
    scene *s = context;
    g_assert_cmpint(now, >=, s->deadline);
    s->deadline = now + 2 * MILLISECOND;
    if (++s->expired == 3)
        s->deadline = INT64_MAX;
}

static void test_deadlines(void)
{
    scene s = scene_new();
    int64_t until = live_loop_now() + 50 * MILLISECOND;
    s.deadline = live_loop_now() + 2 * MILLISECOND;
    live_loop_timer(s.loop, deadline_of, on_expire, &s);
    live_loop_run(s.loop, until);
    g_assert_cmpuint(s.expired, ==, 3);
    g_assert_cmpint(live_loop_now(), >=, until);
    scene_free(&s);
}

/* A deadline long ago and a run that should have ended: one round. */
static void test_past(void)
{
    scene s = scene_new();
    s.deadline = 0;
    live_loop_timer(s.loop, deadline_of, on_expire, &s);
    live_loop_run(s.loop, 0);
    g_assert_cmpuint(s.expired, ==, 1);
    scene_free(&s);
}

/* Between the loop's look at the signal and its wait, which the signal itself then does not end. */
static int64_t raise_once(void *context)
{
    scene *s = context;
    if (s->expired++ == 0)
        raise(SIGINT);
    return INT64_MAX;
}

static void on_no_deadline(void *context, int64_t now)
{
    (void)now;
    live_loop_stop(((scene *)context)->loop);
    g_assert_not_reached();
}

/* Last: the interruption stays. */
static void test_signal(void)
{
    scene s = scene_new();
    live_loop_timer(s.loop, raise_once, on_no_deadline, &s);
    live_loop_after(s.loop, on_after, &s);
    alarm(20); /* ends a loop that waits for ever */
    live_loop_run(s.loop, INT64_MAX);
    alarm(0);
    g_assert_true(cli_interrupted());
    g_assert_cmpuint(s.after, ==, 1);
    live_loop_run(s.loop, INT64_MAX);
    g_assert_cmpuint(s.after, ==, 1);
    scene_free(&s);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/loop/descriptor", test_descriptor);
    g_test_add_func("/loop/broken", test_broken);
    g_test_add_func("/loop/watch-within", test_watch_within);
    g_test_add_func("/loop/visit", test_visit);
    g_test_add_func("/loop/deadlines", test_deadlines);
    g_test_add_func("/loop/past", test_past);
    g_test_add_func("/loop/signal", test_signal);
    return g_test_run();
}
