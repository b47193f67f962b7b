/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How far a capture was read. Wireshark tells a plugin neither the last frame's time nor of frames that it
 * has no dissector for: this is the latest time of the packets that our dissectors stand in front of. */
#ifndef PLUGINS_CAPTURE_END_H
#define PLUGINS_CAPTURE_END_H

#include "compat.h"
#include "epan-cats/capture-time.h"

/* For every file, and every new dissection of it. */
void capture_end_begin(void);
/* By whatever dissector of ours gets the packet; later passes tell nothing new. */
void capture_end_saw(const packet_info *pinfo);
/* INT64_MIN as long as nothing was seen. */
int64_t capture_end_ns(void);

/* Of this packet, in nanoseconds since the epoch. */
static inline int64_t packet_time_ns(const packet_info *pinfo)
{
    return capture_time_of(pinfo->abs_ts.secs, pinfo->abs_ts.nsecs);
}

#endif
