/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zlib and libzstd behind one call. Spec: RFC 1952 s2.2, RFC 8878 s3.1. */
#include "octet-unpacker.h"

#include <glib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#define GZIP_ONLY 16 /* added to the window bits */

struct octet_unpacker {
    bool is_gzip;
    bool within;  /* a member or frame began and did not end */
    bool damaged; /* nothing more can be unpacked */
    z_stream gzip;
    ZSTD_DStream *zstd;
};

static const char ends_early[] = "the compressed data end too early";

static bool starts_with(const uint8_t *octets, size_t length, const char *magic)
{
    return length >= strlen(magic) && memcmp(octets, magic, strlen(magic)) == 0;
}

octet_unpacker *octet_unpacker_new(const uint8_t *first, size_t length)
{
    bool is_gzip = starts_with(first, length, "\x1f\x8b"),
         is_zstd = starts_with(first, length, "\x28\xb5\x2f\xfd");
    if (!is_gzip && !is_zstd)
        return NULL;
    octet_unpacker *u = g_new0(octet_unpacker, 1);
    u->is_gzip = is_gzip;
    if (is_gzip)
        inflateInit2(&u->gzip, MAX_WBITS + GZIP_ONLY);
    else
        u->zstd = ZSTD_createDStream();
    return u;
}

void octet_unpacker_free(octet_unpacker *u)
{
    if (u == NULL)
        return;
    if (u->is_gzip)
        inflateEnd(&u->gzip);
    ZSTD_freeDStream(u->zstd);
    g_free(u);
}

/* One step; false when the octets are damaged. */
static bool step_gzip(octet_unpacker *u, const uint8_t *packed, size_t length, size_t *taken, uint8_t *out,
                      size_t room, size_t *made)
{
    z_stream *z = &u->gzip;
    z->next_in = (Bytef *)packed;
    z->avail_in = (uInt)MIN(length, G_MAXINT);
    z->next_out = out;
    z->avail_out = (uInt)MIN(room, G_MAXINT);
    uInt in = z->avail_in, into = z->avail_out;
    int status = inflate(z, Z_NO_FLUSH);
    *taken = in - z->avail_in;
    *made = into - z->avail_out;
    u->within = status != Z_STREAM_END;
    if (status == Z_STREAM_END)
        inflateReset(z);
    return status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR;
}

static bool step_zstd(octet_unpacker *u, const uint8_t *packed, size_t length, size_t *taken, uint8_t *out,
                      size_t room, size_t *made)
{
    ZSTD_inBuffer in = { packed, length, 0 };
    ZSTD_outBuffer into = { out, room, 0 };
    size_t hint = ZSTD_decompressStream(u->zstd, &into, &in);
    *taken = in.pos;
    *made = into.pos;
    if (ZSTD_isError(hint))
        return false;
    u->within = hint != 0;
    return true;
}

size_t octet_unpack(octet_unpacker *u, const uint8_t *packed, size_t length, bool last, size_t *taken,
                    uint8_t *out, size_t room, const char **trouble)
{
    size_t done = 0;
    *taken = 0;
    for (;;) {
        size_t used = 0, made = 0;
        bool good =
            !u->damaged && ((length == *taken && !u->within) ||
                            (u->is_gzip ? step_gzip : step_zstd)(u, packed + *taken, length - *taken, &used,
                                                                 out + done, room - done, &made));
        u->damaged = !good;
        *taken += used;
        done += made;
        if (!good && done == 0) {
            *trouble = "the compressed data are damaged";
            return SIZE_MAX;
        }
        if (!good || done == room || (used == 0 && made == 0))
            break;
    }
    if (done == 0 && last && *taken == length && u->within) {
        *trouble = ends_early;
        return SIZE_MAX;
    }
    return done;
}
