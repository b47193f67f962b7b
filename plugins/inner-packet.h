/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A look into what SRv6 encapsulates, before it is dissected. Spec: RFC 8986 s4 and s9. */
#ifndef PLUGINS_INNER_PACKET_H
#define PLUGINS_INNER_PACKET_H

#include "compat.h"
#include "epan-cats/address.h"

/* The destination of the IP packet that begins at offset `at`, or behind the Ethernet header there with its
 * VLAN tags; family 0 when there is no IP packet or its header is not captured whole. */
cats_address inner_packet_destination(tvbuff_t *tvb, int at, uint8_t next_header);

#endif
