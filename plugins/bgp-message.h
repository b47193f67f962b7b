/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stands in front of BGP over TCP. */
#ifndef PLUGINS_BGP_MESSAGE_H
#define PLUGINS_BGP_MESSAGE_H

void bgp_message_register(void);
void bgp_message_handoff(void);

#endif
