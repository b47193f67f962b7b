/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When a merged metric is announced: at most as often as configured, with hysteresis at the borders of
 * scores, and which generation it is. Spec: draft-du-cats-aggregated-metrics-on-egress s2-3. */
#ifndef CATSHARK_ROLES_DAMPING_H
#define CATSHARK_ROLES_DAMPING_H

#include "epan-cats/cats-metric.h"

/* Zeroed: none. */
typedef struct damping {
    int64_t interval_ns; /* least time from one announcement to the next */
    uint32_t hysteresis; /* per cent of the capacity: while the free share is within so much of what an
                          * announced score stands for, the score stays */
} damping;

#define DAMPING_HYSTERESIS_MAX 50
#define DAMPING_NOTHING_DUE INT64_MAX

/* What was announced last. Zeroed, but for `how`: nothing was. */
typedef struct damper {
    damping how;
    bool announced; /* and not withdrawn since */
    bool began;     /* there was an announcement */
    uint8_t score;
    uint32_t generation; /* 1 to 2^24 - 1 and round again: one on with each announcement */
    int64_t last_ns;     /* of the last announcement */
    int64_t due_ns;      /* when a change that is held back may be announced; 0: none is */
} damper;

/* What is merged now. True when that is to be announced, or, with nothing available, withdrawn: at once, for
 * an egress that can serve nobody must not get flows. An announcement behind a withdrawal waits for the
 * interval as any other. A change that is held back must be asked for again when it is due. */
bool damper_take(damper *d, int64_t now, const cats_merged *merged);
/* Then; DAMPING_NOTHING_DUE when none is held back. */
int64_t damper_due(const damper *d);

#endif
