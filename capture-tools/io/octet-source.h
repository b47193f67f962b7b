/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The octets of a file or of standard input, unpacked when gzip or zstd packed them, as a window that moves
 * on. Spec: RFC 1952 (gzip), RFC 8878 (zstd). */
#ifndef CATSHARK_IO_OCTET_SOURCE_H
#define CATSHARK_IO_OCTET_SOURCE_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct packed_octets packed_octets;

/* Only octet_source_look() and octet_source_take() are to look into it. */
typedef struct octet_source {
    uint8_t *octets; /* [at, end) are there and not taken */
    size_t at, end, room;
    int file;
    bool ended;            /* no more can be read */
    packed_octets *packed; /* NULL: as they are */
    char *trouble;         /* why it ended early, owned; NULL: it did not */
} octet_source;

/* `path` is "-" for standard input. False and *error, a G_FILE_ERROR whose message is the reason alone, when
 * it cannot be opened or read. */
bool octet_source_open(octet_source *source, const char *path, GError **error);
void octet_source_close(octet_source *source);

/* Reads until `wanted` octets are there, or as many as there are; their number. */
size_t octet_source_fill(octet_source *source, size_t wanted);

/* The next octets, and how many of them are there: fewer than wanted only at the end. Valid until the next
 * call. */
static inline const uint8_t *octet_source_look(octet_source *source, size_t wanted, size_t *available)
{
    *available = source->end - source->at;
    if (G_UNLIKELY(*available < wanted))
        *available = octet_source_fill(source, wanted);
    return source->octets + source->at;
}

/* Passes over octets that were looked at. */
static inline void octet_source_take(octet_source *source, size_t count)
{
    source->at += count;
}

/* Octets as read(2) gives them: what was looked at and not taken first. */
ssize_t octet_source_read(octet_source *source, void *octets, size_t room);

#endif
