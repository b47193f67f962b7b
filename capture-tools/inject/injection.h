/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sends what was made ready, each frame at its deadline, and counts. Spec: man/catshark-inject.1 (TIMING). */
#ifndef CATSHARK_INJECT_INJECTION_H
#define CATSHARK_INJECT_INJECTION_H

#include "lateness.h"
#include "read-ahead.h"
#include "schedule.h"

typedef enum injection_end {
    INJECTION_DONE, /* all passes, the count, the duration or an interruption */
    INJECTION_SOURCE,
    INJECTION_INTERFACE
} injection_end;

typedef struct injection {
    /* Set by the caller. */
    schedule schedule;
    read_ahead *frames; /* borrowed, as the outlets */
    outlets *outlets;
    uint64_t passes;     /* 0: no end */
    uint64_t count;      /* frames at most; UINT64_MAX: no bound */
    int64_t duration_ns; /* INT64_MAX: no bound */
    bool progress;       /* on standard error */
    /* What happened. */
    injection_end end;
    int64_t elapsed_ns;
    uint64_t passes_done; /* whole ones */
    uint64_t taken;       /* frames that the kernel was asked to send */
    uint64_t skipped[READY_KINDS];
    lateness late; /* of frames with a deadline, when the kernel had been asked */
    char *reason;  /* with INJECTION_INTERFACE; owned */
} injection;

/* Runs to the end, from the first frame that is ready. */
void injection_run(injection *in);
void injection_clear(injection *in);

/* Over all outlets. */
live_link_counts injection_counts(const injection *in);

#endif
