/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a packet was captured. An interface whose name is that of a topology's link to or from a site stands
 * for the site, and all such interfaces of a site are one point; any other interface is a point of its own.
 */
#ifndef PLUGINS_CAPTURE_POINT_H
#define PLUGINS_CAPTURE_POINT_H

#include "compat.h"

void capture_points_begin(void);
void capture_points_end(void);

/* Its number; STEERING_POINT_NONE when the capture names no interfaces. First pass only. */
uint32_t capture_point_of(const packet_info *pinfo);
/* Of the site, else of the interface, else "interface N"; NULL when there is no such point. */
const char *capture_point_name(uint32_t point);

#endif
