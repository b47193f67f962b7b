/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which UPDATEs are of a frame: those that its segment completed and that have something to show. The first
 * pass tells, later ones recall; of each 6 octets are kept. Wireshark takes octets apart that come again, and
 * leaves out some that are new: what it left out in the first pass is kept whole, and shown from there. */
#ifndef PLUGINS_FRAME_UPDATES_H
#define PLUGINS_FRAME_UPDATES_H

#include "compat.h"
#include "epan-cats/bgp-update.h"

/* Octets kept of UPDATEs that Wireshark left out; behind them such are learned and not shown. */
#define FRAME_UPDATES_OCTETS_MAX (16u << 20)

/* For every file, and every new dissection of it. */
void frame_updates_begin(void);
void frame_updates_end(void);

/* A segment begins, at this place of the frame. On later passes true when the frame has UPDATEs. */
bool frame_updates_start(const packet_info *pinfo, uint32_t place);
/* First pass: an UPDATE of it. `changed`: it changed what is known. */
void frame_updates_add(const packet_info *pinfo, const bgp_message *message, bool changed);
/* Whether an UPDATE in octets that Wireshark put together is one of the frame's that was not asked for since
 * the segment began. */
bool frame_updates_claim(const packet_info *pinfo, const bgp_message *message, bool *changed);

/* Behind all that Wireshark does with the segment: hands out those that nobody asked for, one a call, as
 * true; *message is valid until the next call. `next` starts at 0. */
bool frame_updates_left(const packet_info *pinfo, uint32_t *next, bgp_message *message, bool *changed);

#endif
