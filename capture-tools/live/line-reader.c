/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gathering octets to lines. Spec: read(2). */
#include "line-reader.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

#define READ_OCTETS 65536

/* Hands out the first line that is whole. */
static bool take_line(line_reader *r, int64_t now)
{
    char *end = memchr(r->text->str, '\n', r->text->len);
    if (end == NULL)
        return false;
    *end = '\0';
    gssize length = end - r->text->str + 1;
    r->line(r->context, now, r->too_long ? NULL : r->text->str);
    r->too_long = false;
    g_string_erase(r->text, 0, length);
    return true;
}

static void ready(void *context, int64_t now)
{
    line_reader *r = context;
    char octets[READ_OCTETS];
    ssize_t got = read(r->fd, octets, sizeof octets);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        live_loop_unwatch(r->loop, r->fd);
        r->end(r->context, now);
        return;
    }
    g_string_append_len(r->text, octets, got);
    while (take_line(r, now))
        ;
    if (r->text->len > LINE_READER_MAX) {
        r->too_long = true;
        g_string_truncate(r->text, 0);
    }
}

void line_reader_start(line_reader *reader, live_loop *loop, int fd)
{
    reader->loop = loop;
    reader->fd = fd;
    reader->too_long = false;
    reader->text = g_string_new(NULL);
    live_loop_watch(loop, fd, ready, reader);
}

void line_reader_stop(line_reader *reader)
{
    if (reader->text == NULL)
        return;
    live_loop_unwatch(reader->loop, reader->fd);
    g_string_free(reader->text, TRUE);
    reader->text = NULL;
}
