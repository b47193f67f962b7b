/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A shared segment list, counted by reference. Spec: RFC 8986 s3.1, s5.1. */
#include "segment-path.h"

#include <glib.h>
#include <string.h>

segment_path *segment_path_new(const uint8_t (*segments)[16], unsigned count, const char *egress,
                               char *comment)
{
    if (count == 0 || count > SEGMENT_PATH_MAX) {
        g_free(comment);
        return NULL;
    }
    segment_path *path = g_malloc0(sizeof *path + count * sizeof path->segments[0]);
    path->references = 1;
    path->count = (uint8_t)count;
    path->egress = g_strdup(egress);
    path->comment = comment;
    memcpy(path->segments, segments, count * sizeof path->segments[0]);
    return path;
}

segment_path *segment_path_ref(segment_path *path)
{
    path->references++;
    return path;
}

void segment_path_unref(void *pointer)
{
    segment_path *path = pointer;
    if (path == NULL || --path->references > 0) {
        return;
    }
    g_free(path->egress);
    g_free(path->comment);
    g_free(path);
}

const uint8_t *segment_path_sid(const segment_path *path)
{
    return path->segments[path->count - 1];
}
