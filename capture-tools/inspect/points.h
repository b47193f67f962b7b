/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Capture points: where in the network frames were captured. Each interface of each capture is one; which
 * place it is tells its name, when that is a place of the topology, or the user. */
#ifndef CATSHARK_INSPECT_POINTS_H
#define CATSHARK_INSPECT_POINTS_H

#include "capture-tools/io/capture-reader.h"
#include "epan-cats/network-place.h"

typedef struct capture_point {
    const char *name; /* the site's, else what the user called it, else the interface's, else "interface N",
                         else the capture's */
    const char *interface; /* what the capture calls it; NULL: nothing */
    cats_place place;
    unsigned capture;
    uint32_t site_point; /* its own number, or that of an earlier point of the same site: what the steering
                            tracker takes for one place */
} capture_point;

typedef struct capture_points capture_points;

/* The topology is borrowed and may be NULL. */
capture_points *capture_points_new(const cats_topology *topology);
void capture_points_free(capture_points *points); /* NULL is allowed */

/* The next capture, counted from 0. `name`, when not NULL, is what frames without an interface are captured
 * at; with NULL these have no point. */
unsigned capture_points_add(capture_points *points, const char *name);
/* The user says where an interface of the capture is (NULL: all of it is there). False when `place` is the
 * name of none. */
bool capture_points_say(capture_points *points, unsigned capture, const char *interface, const char *place);
/* The file that the capture's frames come from now on; interfaces of the same name stay one point. */
void capture_points_read(capture_points *points, unsigned capture, const capture_reader *reader);

/* Makes points of all interfaces that the capture describes, frames of them or not. */
void capture_points_describe(capture_points *points, unsigned capture);
/* What a capture calls its interface, the first is 0; NULL when it calls it nothing or has not so many. */
const char *capture_points_interface(const capture_points *points, unsigned capture, uint32_t interface);
uint32_t capture_points_interfaces(const capture_points *points, unsigned capture);

/* STEERING_POINT_NONE when the frame tells no interface and its capture has no name. */
uint32_t capture_points_of(capture_points *points, unsigned capture, const capture_frame *frame);

uint32_t capture_points_count(const capture_points *points);
/* Valid until the next point is seen; its name as long as the points. NULL for STEERING_POINT_NONE. */
const capture_point *capture_points_get(const capture_points *points, uint32_t point);
const char *capture_points_name(const capture_points *points, uint32_t point);

#endif
