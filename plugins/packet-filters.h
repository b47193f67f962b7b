/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Conversation filters: what Wireshark offers of the packet in view under View > Colorize Conversation and
 * Conversation Filter. They are asked for with nothing but the packet at hand, so its dissection notes what
 * they need. */
#ifndef PLUGINS_PACKET_FILTERS_H
#define PLUGINS_PACKET_FILTERS_H

#include "compat.h"

/* Notes of the packet that is being shown. Of a frame with several the first one noted counts: of tunnels the
 * outermost, of TCP and UDP, which are shown when all above them is, the innermost. */
void packet_filters_note_session(packet_info *pinfo, uint32_t session);
void packet_filters_note_flow(packet_info *pinfo, uint32_t flow);
void packet_filters_note_sid(packet_info *pinfo, const uint8_t sid[16]);

/* After fields_register(). */
void packet_filters_register(void);

#endif
