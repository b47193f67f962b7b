/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads in large parts into one buffer, which the reader of a format looks into. Spec: read(2). */
#include "octet-source.h"

#include "octet-unpacker.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define ROOM_FIRST ((size_t)256 * 1024)
#define PACKED_ROOM ((size_t)128 * 1024)
#define MAGIC 6 /* octets that tell what packed the others */

/* What is packed, on its way to the unpacker. */
struct packed_octets {
    octet_unpacker *unpacker;
    size_t at, end;
    bool ended;
    uint8_t octets[PACKED_ROOM];
};

static ssize_t read_file(octet_source *s, uint8_t *to, size_t room)
{
    ssize_t got;
    do
        got = read(s->file, to, room);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        s->trouble = g_strdup(g_strerror(errno));
    return got;
}

static void read_plain(octet_source *s)
{
    ssize_t got = read_file(s, s->octets + s->end, s->room - s->end);
    s->ended = got <= 0;
    s->end += got > 0 ? (size_t)got : 0;
}

static void read_packed(octet_source *s)
{
    packed_octets *p = s->packed;
    if (p->at == p->end && !p->ended) {
        ssize_t got = read_file(s, p->octets, sizeof p->octets);
        p->ended = got <= 0;
        p->at = 0;
        p->end = got > 0 ? (size_t)got : 0;
    }
    const char *trouble = NULL;
    size_t taken;
    size_t made = octet_unpack(p->unpacker, p->octets + p->at, p->end - p->at, p->ended, &taken,
                               s->octets + s->end, s->room - s->end, &trouble);
    p->at += taken;
    if (trouble != NULL) {
        if (s->trouble == NULL)
            s->trouble = g_strdup(trouble);
        s->ended = true;
        return;
    }
    s->end += made;
    s->ended = made == 0 && p->ended && p->at == p->end;
}

size_t octet_source_fill(octet_source *s, size_t wanted)
{
    if (s->at > 0) {
        memmove(s->octets, s->octets + s->at, s->end - s->at);
        s->end -= s->at;
        s->at = 0;
    }
    if (wanted > s->room) {
        s->room = MAX(wanted, s->room * 2);
        s->octets = g_realloc(s->octets, s->room);
    }
    while (s->end < wanted && !s->ended) {
        if (s->packed != NULL)
            read_packed(s);
        else
            read_plain(s);
    }
    return s->end;
}

/* What was read so far is packed. */
static void unpack(octet_source *s, octet_unpacker *unpacker)
{
    packed_octets *p = g_new0(packed_octets, 1);
    p->unpacker = unpacker;
    p->end = MIN(s->end, sizeof p->octets);
    memcpy(p->octets, s->octets, p->end);
    p->ended = s->ended;
    s->packed = p;
    s->end = 0;
    s->ended = false;
}

bool octet_source_open(octet_source *s, const char *path, GError **error)
{
    *s = (octet_source){ .file =
                             strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC) };
    if (s->file < 0) {
        g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(errno), "%s", g_strerror(errno));
        return false;
    }
    s->room = PACKED_ROOM;
    s->octets = g_malloc(s->room);
    octet_source_fill(s, MAGIC);
    octet_unpacker *unpacker = octet_unpacker_new(s->octets, s->end);
    if (unpacker != NULL)
        unpack(s, unpacker);
    s->room = ROOM_FIRST;
    s->octets = g_realloc(s->octets, s->room);
    if (s->trouble == NULL)
        return true;
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_IO, "%s", s->trouble);
    octet_source_close(s);
    return false;
}

void octet_source_close(octet_source *s)
{
    packed_octets *p = s->packed;
    if (p != NULL)
        octet_unpacker_free(p->unpacker);
    g_free(p);
    g_free(s->octets);
    g_free(s->trouble);
    if (s->file >= 0)
        close(s->file);
    *s = (octet_source){ .file = -1 };
}

ssize_t octet_source_read(octet_source *s, void *octets, size_t room)
{
    size_t available;
    const uint8_t *from = octet_source_look(s, 1, &available);
    size_t count = MIN(room, available);
    memcpy(octets, from, count);
    octet_source_take(s, count);
    return count == 0 && s->trouble != NULL ? -1 : (ssize_t)count;
}
