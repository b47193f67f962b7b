/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sending half of a packet link: frames are gathered and leave in one system call. Spec: packet(7),
 * sendmmsg(2). */
#ifndef CATSHARK_LIVE_LINK_SEND_H
#define CATSHARK_LIVE_LINK_SEND_H

#include "link.h"

typedef struct link_sender link_sender;

/* NULL where nothing can be sent: no interface of this index (0), or no right to a packet socket. */
link_sender *link_sender_open(unsigned interface_index);
void link_sender_close(link_sender *sender); /* what is gathered is not sent; NULL is allowed */
/* `header` NULL: `octets` are the whole frame. False: counted in send_failures; `sender` may be NULL. */
bool link_sender_gather(link_sender *sender, const frame_header *header, const uint8_t *octets, size_t length,
                        live_link_counts *counts);
void link_sender_flush(link_sender *sender, live_link_counts *counts); /* NULL is allowed */
const char *link_sender_error(const link_sender *sender);              /* NULL is allowed */

#endif
