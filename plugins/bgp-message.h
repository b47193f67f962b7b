/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stands in front of BGP over TCP: shows the UPDATEs that are of the frame. */
#ifndef PLUGINS_BGP_MESSAGE_H
#define PLUGINS_BGP_MESSAGE_H

#include "compat.h"
#include "route-view.h"

void bgp_message_register(void);
void bgp_message_handoff(void);

/* Whether BGP is not disabled, and its port not given to another protocol. */
bool bgp_message_is_enabled(void);
/* An UPDATE; nothing when it is none that can be read. `changed`: it changed what is known. */
void bgp_message_show(packet_info *pinfo, const bgp_place *place, const bgp_message *message, bool changed);

#endif
