/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of text from a descriptor that the loop watches: a pipe, a socket, a file. Spec: read(2). */
#ifndef CATSHARK_LIVE_LINE_READER_H
#define CATSHARK_LIVE_LINE_READER_H

#include "loop.h"

/* A longer line is not kept. */
#define LINE_READER_MAX ((gsize)1 << 20)

typedef struct line_reader {
    /* One line without its end, valid during the call; NULL for one that was too long. */
    void (*line)(void *context, int64_t now, char *line);
    /* Nothing comes any more; it may stop the reader. */
    void (*end)(void *context, int64_t now);
    void *context;
    live_loop *loop;
    int fd;
    bool too_long; /* the line that comes */
    GString *text; /* what came of it */
} line_reader;

/* Fills in what is below `context`, and watches. The descriptor stays the caller's. */
void line_reader_start(line_reader *reader, live_loop *loop, int fd);
/* Watches no more. Zeroed memory is allowed. */
void line_reader_stop(line_reader *reader);

#endif
