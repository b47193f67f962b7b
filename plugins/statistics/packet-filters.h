/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Conversation filters: what Wireshark offers of the packet in view under View > Colorize Conversation and
 * Conversation Filter. They are asked for with nothing but the packet at hand, so its dissection notes what
 * they need. */
#ifndef PLUGINS_STATISTICS_PACKET_FILTERS_H
#define PLUGINS_STATISTICS_PACKET_FILTERS_H

#include "plugins/compat.h"

/* Notes of the packet that is being shown; of a frame with several the outermost counts. */
void packet_filters_note_session(packet_info *pinfo, uint32_t session);
void packet_filters_note_flow(packet_info *pinfo, uint32_t flow);
void packet_filters_note_sid(packet_info *pinfo, const uint8_t sid[16]);

#endif
