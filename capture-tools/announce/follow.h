/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A running egress's announcements, heard over its control socket; asked for again when it is gone. Spec:
 * man/catshark-ctl.1 (follow). */
#ifndef CATSHARK_ANNOUNCE_FOLLOW_H
#define CATSHARK_ANNOUNCE_FOLLOW_H

#include "capture-tools/live/line-reader.h"
#include "epan-cats/cats-metric.h"

typedef struct follow {
    const char *path; /* of the socket */
    /* What it announces; NULL: it is gone. */
    void (*hear)(void *context, const cats_merged *merged, uint32_t aggregate_id);
    void *context;
    /* Its own. */
    line_reader reader;
    int fd; /* -1: not connected */
} follow;

/* Tries to connect unless it is; false and *error when nobody listens. */
bool follow_try(follow *f, live_loop *loop, GError **error);
void follow_stop(follow *f);

/* Reads a line of an egress: its answer to "follow", or an announcement that comes later. False for what is
 * neither. */
bool follow_read(const char *line, cats_merged *merged, uint32_t *aggregate_id);

#endif
