/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The frames of a capture in samples/, for unit tests that hold the code against what real kernels did.
 * Reads little-endian microsecond pcap, which all samples are. */
#ifndef TESTS_UNIT_SAMPLE_FRAMES_H
#define TESTS_UNIT_SAMPLE_FRAMES_H

#include <glib.h>
#include <stdbool.h>
#include <string.h>

typedef struct sample_frames {
    char *file;
    size_t length;
    size_t next;
    int link_type;
} sample_frames;

static inline guint32 sample_get32(const sample_frames *frames, size_t at)
{
    guint32 value;

    memcpy(&value, frames->file + at, sizeof value);
    return GUINT32_FROM_LE(value);
}

static inline void sample_frames_open(sample_frames *frames, const char *name)
{
    enum { FILE_HEADER = 24, LINK_TYPE_AT = 20 };
    char *path = g_strdup_printf("%s/%s.pcap", CATSHARK_SAMPLES, name);
    GError *error = NULL;

    g_file_get_contents(path, &frames->file, &frames->length, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(frames->length, >=, FILE_HEADER);
    g_assert_cmphex(sample_get32(frames, 0), ==, 0xA1B2C3D4);
    frames->link_type = (int)sample_get32(frames, LINK_TYPE_AT);
    frames->next = FILE_HEADER;
    g_free(path);
}

/* False at the end of the file. The octets live as long as the file is open. */
static inline bool sample_frames_next(sample_frames *frames, guint8 **data, guint32 *captured, guint32 *wire)
{
    enum { RECORD_HEADER = 16 };

    if (frames->next == frames->length)
        return false;
    *captured = sample_get32(frames, frames->next + 8);
    *wire = sample_get32(frames, frames->next + 12);
    *data = (guint8 *)frames->file + frames->next + RECORD_HEADER;
    frames->next += RECORD_HEADER + *captured;
    g_assert_cmpuint(frames->next, <=, frames->length);
    return true;
}

static inline void sample_frames_close(sample_frames *frames)
{
    g_free(frames->file);
}

static const char *const sample_names[] = {
    "bgp-ebgp",
    "cats-encap-2sid-client",
    "cats-encap-2sid-pe",
    "cats-encap-2sid-site1",
    "cats-encap-2sid-site2",
    "cats-encap-2sid-site3",
    "sa-200-100-client",
    "sa-200-100-pe",
    "sa-200-100-site",
    "srv6-encap-2sid-cl-c0",
    "srv6-encap-2sid-eg-e0",
    "srv6-encap-2sid-eg-e2",
    "srv6-encap-2sid-in-i1",
    "srv6-red-1sid-cl-c0",
    "srv6-red-1sid-eg-e0",
    "srv6-red-1sid-eg-e2",
    "srv6-red-1sid-in-i1",
    "srv6-vpn-frr",
};

#endif
