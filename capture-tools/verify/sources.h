/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Several captures as one: their frames in the order of time. A source is one capture point or several, with
 * one clock: a file, standard input, or the files of a ring one after the other. */
#ifndef CATSHARK_VERIFY_SOURCES_H
#define CATSHARK_VERIFY_SOURCES_H

#include "capture-tools/inspect/points.h"
#include "epan-cats/clock-offset.h"
#include "epan-cats/frame-name.h"
#include "frame-order.h"

#define CAPTURE_SOURCES_MAX FRAME_ORDER_CAPTURES_MAX

typedef struct capture_sources capture_sources;

/* Frames of all sources; data is valid until the next call. */
typedef struct source_frame {
    capture_frame frame; /* number: in its source, over the files of a ring; time: less its source's offset */
    unsigned source;
    uint32_t id;    /* what trackers are told: the number of the frame in all sources, from 1 */
    uint32_t point; /* of the capture_points */
} source_frame;

/* What is known of a source so far. */
typedef struct capture_source {
    const char *name; /* for texts: short, and no other source's */
    uint64_t frames;
    int64_t first_ns, last_ns; /* valid with frames */
    clock_estimate clock;      /* times were put back by its offset_ns */
    bool ended;                /* all of it was read, or as much as can be */
    const char *message;       /* why not all; NULL: it ended as it should */
} capture_source;

/* The points are borrowed; each source becomes a capture of them, under the same number. */
capture_sources *capture_sources_new(capture_points *points);
void capture_sources_free(capture_sources *sources); /* NULL is allowed */

/* The next source, not opened yet. `what` is a path, "-", "@FILE" (a list of paths, one a line) or a pattern
 * that matches several files ("ring_*.pcapng"). The same `what` gives the same source. False and *error when
 * nothing is there. */
bool capture_sources_add(capture_sources *sources, const char *what, unsigned *number, GError **error);
/* What it is called in texts, instead of a part of its path. */
void capture_sources_rename(capture_sources *sources, unsigned number, const char *name);
/* The paths of its files. */
const GPtrArray *capture_sources_files(const capture_sources *sources, unsigned number);
/* Its frames come with times less the estimate's offset. */
void capture_sources_set_clock(capture_sources *sources, unsigned number, const clock_estimate *clock);
/* Opens all. */
bool capture_sources_open(capture_sources *sources, GError **error);

/* The next frame of all. CAPTURE_END when there is none left; CAPTURE_BROKEN the same, when some source could
 * not be read to its end: its message says where it stopped. Sources that are left go on. */
capture_status capture_sources_next(capture_sources *sources, source_frame *frame);

unsigned capture_sources_count(const capture_sources *sources);
capture_source capture_sources_get(const capture_sources *sources, unsigned source);
/* Source and number of a frame that an id stands for. */
unsigned capture_sources_of(const capture_sources *sources, uint32_t id, uint64_t *number);
/* A cats_frame_namer, the sources are its context: "frame 12", with several sources "frame 12 of NAME". */
void capture_sources_frame_name(void *sources, uint32_t id, char text[CATS_FRAME_NAME]);

#endif
