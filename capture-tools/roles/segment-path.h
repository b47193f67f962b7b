/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A segment list with what is known of it, shared by the offer or route it came from and the flows pinned to
 * it: a flow keeps its path, SID argument included, when the offer changes. Spec: RFC 8986 s3.1, s5.1. */
#ifndef CATSHARK_ROLES_SEGMENT_PATH_H
#define CATSHARK_ROLES_SEGMENT_PATH_H

#include <stdint.h>

#define SEGMENT_PATH_MAX 8

typedef struct segment_path {
    unsigned references;
    uint32_t aggregate_id;  /* of the announcement behind it; 0 for a route */
    uint8_t score;          /* when it was announced */
    uint8_t count;          /* 1 to SEGMENT_PATH_MAX */
    char *egress;           /* name; NULL for a route */
    char *comment;          /* what the role says on a packet that takes this path */
    uint8_t segments[][16]; /* travel order, the last is the decapsulating SID */
} segment_path;

/* One reference is the caller's. NULL when there is no segment or more than SEGMENT_PATH_MAX. `egress` may be
 * NULL and is copied; `comment` is taken over (g_free). */
segment_path *segment_path_new(const uint8_t (*segments)[16], unsigned count, const char *egress,
                               char *comment);
segment_path *segment_path_ref(segment_path *path);
/* Takes a segment_path; void for use as a GDestroyNotify. */
void segment_path_unref(void *path);
/* The last segment: the SID that decapsulates. */
const uint8_t *segment_path_sid(const segment_path *path);

#endif
