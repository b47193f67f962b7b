/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames made ready ahead of their time, by a thread, in bounded memory. What fits is kept and sent again
 * from there; of the rest only what lies ahead is held, and the source is read again for each pass. */
#ifndef CATSHARK_INJECT_READ_AHEAD_H
#define CATSHARK_INJECT_READ_AHEAD_H

#include "preparer.h"

/* The least that a limit may be. */
#define READ_AHEAD_MIN 4000000u

typedef struct read_ahead read_ahead;

typedef enum read_ahead_state {
    READ_AHEAD_FRAME,
    READ_AHEAD_WAIT, /* the next frame is not ready yet */
    READ_AHEAD_PASS, /* all were given: read_ahead_again() gives them once more */
    READ_AHEAD_FAILED
} read_ahead_state;

/* `p` is the thread's until read_ahead_free(). `limit`: octets held, at least READ_AHEAD_MIN. `passes`: 0 for
 * no end. */
read_ahead *read_ahead_start(preparer *p, uint64_t limit, uint64_t passes);
/* Waits until all is read, or the limit is reached, or a live source has begun; false when it was
 * interrupted. */
bool read_ahead_fill(read_ahead *r);
/* True when a name that was asked for is no link of the source, all of which was read: nothing is to be sent.
 */
bool read_ahead_refused(read_ahead *r);
/* The frame is valid until as many octets as READ_AHEAD_HOLD have been given after it. */
#define READ_AHEAD_HOLD (512u << 10)
read_ahead_state read_ahead_next(read_ahead *r, const ready_frame **frame);
/* After READ_AHEAD_WAIT: returns when there is more, or after some milliseconds. */
void read_ahead_wait(read_ahead *r);
void read_ahead_again(read_ahead *r);
/* After READ_AHEAD_FAILED, or refused. */
const char *read_ahead_message(const read_ahead *r);
/* False: its thread waits for standard input, and `p` and what it has are never to be freed. */
bool read_ahead_free(read_ahead *r);

#endif
