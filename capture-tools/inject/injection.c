/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sending loop: waits for a deadline, gathers what is due, hands it to the kernel. Frames leave in the
 * order of the capture, over all interfaces. Spec: man/catshark-inject.1 (TIMING). */
#include "injection.h"

#include "capture-tools/cli.h"
#include "capture-tools/live/loop.h"
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <sys/prctl.h>

enum { BATCH = 64 };
#define BATCH_OCTETS (256u << 10)
G_STATIC_ASSERT(BATCH_OCTETS + LIVE_LINK_FRAME_MAX <= READ_AHEAD_HOLD);
#define NANOSECONDS INT64_C(1000000000)
#define PROGRESS_NS (NANOSECONDS / 4)

/* What one run needs beside what it tells. */
typedef struct sending {
    injection *in;
    int64_t start, now, until;
    int64_t shown;   /* when progress was shown last */
    outlet *current; /* whose frames are gathered */
    unsigned gathered;
    uint32_t octets;
    int64_t due[BATCH];
} sending;

live_link_counts injection_counts(const injection *in)
{
    live_link_counts sum = { 0 };
    for (guint i = 0; i < in->outlets->list->len; i++) {
        const live_link_counts *one = &g_array_index(in->outlets->list, outlet, i).counts;
        sum.sent += one->sent;
        sum.sent_octets += one->sent_octets;
        sum.send_failures += one->send_failures;
    }
    return sum;
}

void injection_clear(injection *in)
{
    g_clear_pointer(&in->reason, g_free);
}

/* ---- sending ---- */

static void show_progress(sending *s)
{
    if (!s->in->progress || s->now - s->shown < PROGRESS_NS)
        return;
    s->shown = s->now;
    live_link_counts sum = injection_counts(s->in);
    fprintf(stderr, "\r%" PRIu64 " frames, %" PRIu64 " octets, %" PRIu64 " refused, %" PRId64 " s ", sum.sent,
            sum.sent_octets, sum.send_failures, (s->now - s->start) / NANOSECONDS);
}

/* False when the interface is there no more. */
static bool flush(sending *s)
{
    if (s->gathered == 0)
        return true;
    link_sender_flush(s->current->sender, &s->current->counts);
    s->now = live_loop_now();
    if (s->in->schedule.kind != SCHEDULE_TOPSPEED)
        for (unsigned i = 0; i < s->gathered; i++)
            lateness_add(&s->in->late, s->now - s->due[i], 1);
    s->gathered = 0;
    s->octets = 0;
    show_progress(s);
    if (!link_sender_gone(s->current->sender))
        return true;
    s->in->end = INJECTION_INTERFACE;
    s->in->reason = g_strdup_printf("interface \"%s\": it went away after %" PRIu64 " frames",
                                    s->current->interface->name, s->current->counts.sent);
    return false;
}

/* False when the flush before it failed. */
static bool gather(sending *s, const ready_frame *frame, int64_t due)
{
    outlet *out = &g_array_index(s->in->outlets->list, outlet, frame->outlet);
    bool full = s->gathered == BATCH || s->octets + frame->length > BATCH_OCTETS;
    if ((full || out != s->current) && !flush(s))
        return false;
    s->current = out;
    s->due[s->gathered++] = due;
    s->octets += frame->length;
    s->in->taken++;
    link_sender_borrow(out->sender, frame->octets, frame->length, &out->counts);
    return true;
}

/* False after an interruption. Signals cannot come between the look and the wait: the descriptor keeps them.
 */
static bool wait_until(sending *s, int64_t deadline)
{
    struct pollfd interrupt = { .fd = cli_interrupt_fd(), .events = POLLIN };
    while (!cli_interrupted() && (s->now = live_loop_now()) < deadline) {
        int64_t left = deadline - s->now;
        const struct timespec time = { left / NANOSECONDS, left % NANOSECONDS };
        ppoll(&interrupt, 1, &time, NULL);
    }
    return !cli_interrupted();
}

/* ---- the loop ---- */

/* True when this frame is to go out, at *due; false at the end of the run. */
static bool take_deadline(sending *s, const ready_frame *frame, int64_t *due)
{
    injection *in = s->in;
    if (in->taken == in->count || cli_interrupted())
        return false;
    *due = schedule_next(&in->schedule, frame->time_ns);
    if (*due > s->until)
        return false;
    if (*due <= s->now)
        return s->now <= s->until;
    s->now = live_loop_now();
    /* What is gathered goes out before the wait. */
    return *due <= s->now || (flush(s) && wait_until(s, *due));
}

/* It takes room too: what is gathered before it is valid for READ_AHEAD_HOLD only. False at the end of the
 * run. */
static bool skip_frame(sending *s, const ready_frame *frame)
{
    s->in->skipped[frame->kind]++;
    s->octets += s->gathered > 0 ? (uint32_t)sizeof *frame : 0;
    return (s->octets <= BATCH_OCTETS || flush(s)) && !cli_interrupted();
}

/* False at the end of the run. */
static bool take_frame(sending *s, const ready_frame *frame)
{
    int64_t due;
    if (frame->kind != READY_TO_SEND)
        return skip_frame(s, frame);
    return take_deadline(s, frame, &due) && gather(s, frame, due);
}

/* False at the end of the run: that was the last pass, or it had nothing to send. */
static bool take_pass(sending *s, uint64_t *taken_before)
{
    injection *in = s->in;
    in->passes_done++;
    if (in->passes_done == in->passes || in->taken == *taken_before)
        return false;
    *taken_before = in->taken;
    schedule_again(&in->schedule);
    read_ahead_again(in->frames);
    return true;
}

/* False at the end of the run. */
static bool wait_for_frames(sending *s)
{
    if (!flush(s))
        return false;
    read_ahead_wait(s->in->frames);
    s->now = live_loop_now();
    return !cli_interrupted() && s->now <= s->until;
}

static void send_all(sending *s)
{
    uint64_t taken_before = 0;
    bool more = true;
    while (more) {
        const ready_frame *frame;
        switch (read_ahead_next(s->in->frames, &frame)) {
        case READ_AHEAD_FRAME:
            more = take_frame(s, frame);
            break;
        case READ_AHEAD_WAIT:
            more = wait_for_frames(s);
            break;
        case READ_AHEAD_PASS:
            more = take_pass(s, &taken_before);
            break;
        case READ_AHEAD_FAILED:
            s->in->end = INJECTION_SOURCE;
            more = false;
            break;
        }
    }
    flush(s);
}

void injection_run(injection *in)
{
    /* Sleeps end when they should, not up to 50 us later. */
    prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
    in->end = INJECTION_DONE;
    if (!read_ahead_fill(in->frames))
        return;
    if (read_ahead_refused(in->frames)) {
        in->end = INJECTION_SOURCE;
        return;
    }
    int64_t now = live_loop_now();
    sending s = { .in = in, .start = now, .now = now, .shown = now };
    s.until = in->duration_ns < INT64_MAX - now ? now + in->duration_ns : INT64_MAX;
    schedule_start(&in->schedule, now);
    send_all(&s);
    in->elapsed_ns = live_loop_now() - now;
    if (in->progress)
        fputs("\r\033[K", stderr);
}
