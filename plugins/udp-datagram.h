/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands in front of UDP: the steered flow of a datagram. */
#ifndef PLUGINS_UDP_DATAGRAM_H
#define PLUGINS_UDP_DATAGRAM_H

void udp_datagram_register(void);
void udp_datagram_handoff(void);

#endif
