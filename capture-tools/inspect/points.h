/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Capture points: the interfaces of a capture, those of one site as one. An interface whose name is that of a
 * link of the topology stands for the site at an end of it. */
#ifndef CATSHARK_INSPECT_POINTS_H
#define CATSHARK_INSPECT_POINTS_H

#include "capture-tools/io/capture-reader.h"
#include "epan-cats/topology.h"

typedef struct capture_points capture_points;

/* Both are borrowed; either may be NULL: without a reader all interfaces are told by capture_points_add(). */
capture_points *capture_points_new(const capture_reader *reader, const cats_topology *topology);
void capture_points_free(capture_points *points); /* NULL is allowed */

/* The next interface: its name, which may be NULL where there is a reader. */
void capture_points_add(capture_points *points, const char *name);
/* STEERING_POINT_NONE when the frame tells no interface. */
uint32_t capture_points_of(capture_points *points, const capture_frame *frame);
/* The site's name, else the interface's, else "interface N"; NULL for STEERING_POINT_NONE. */
const char *capture_points_name(const capture_points *points, uint32_t point);

#endif
