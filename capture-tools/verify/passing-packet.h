/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which packet of a frame is followed from capture point to capture point. */
#ifndef CATSHARK_VERIFY_PASSING_PACKET_H
#define CATSHARK_VERIFY_PASSING_PACKET_H

#include "capture-tools/inspect/decode.h"

/* What the innermost SRv6 encapsulation holds, which is *around then, else the outermost IP packet (*around
 * is NULL). NULL: none, or only a part of it. */
const packet_ip *passing_packet(const decoded *frame, const decoded_steering **around);

#endif
