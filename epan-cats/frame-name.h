/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What texts call a frame, and the capture point: a reader of one capture counts frames, a reader of several
 * names the capture too.
 * Spec: docs/rules.md (texts of findings). */
#ifndef EPAN_CATS_FRAME_NAME_H
#define EPAN_CATS_FRAME_NAME_H

#include <stdint.h>

/* Room for a name with its NUL. */
#define CATS_FRAME_NAME 64

/* Writes what the frame, a number as it was handed in, is called: "frame 12", "frame 12 of site1". */
typedef void (*cats_frame_namer)(void *context, uint32_t frame, char text[CATS_FRAME_NAME]);

typedef struct cats_frame_name {
    char text[CATS_FRAME_NAME];
} cats_frame_name;

/* `namer` may be NULL. */
cats_frame_name cats_frame_name_of(cats_frame_namer namer, void *context, uint32_t frame);

/* Asked for the name of a capture point, of its site or interface. Valid until the next call. */
typedef const char *(*cats_point_namer)(void *context, uint32_t point);

#define CATS_POINT_NAME 64
typedef struct cats_point_name {
    char text[CATS_POINT_NAME];
} cats_point_name;

/* `namer` may be NULL: "capture point 2". Longer names are cut. */
cats_point_name cats_point_name_of(cats_point_namer namer, void *context, uint32_t point);

#endif
