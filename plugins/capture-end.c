/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How far a capture was read. */
#include "capture-end.h"

static int64_t latest_ns;

void capture_end_begin(void)
{
    latest_ns = INT64_MIN;
}

void capture_end_saw(const packet_info *pinfo)
{
    if (PINFO_FD_VISITED(pinfo))
        return;
    int64_t now = packet_time_ns(pinfo);
    if (now > latest_ns)
        latest_ns = now;
}

int64_t capture_end_ns(void)
{
    return latest_ns;
}
