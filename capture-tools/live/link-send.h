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
/* The same for a whole frame that is not copied: it stays where it is until the next flush. */
bool link_sender_borrow(link_sender *sender, const uint8_t *octets, size_t length, live_link_counts *counts);
void link_sender_flush(link_sender *sender, live_link_counts *counts); /* NULL is allowed */
/* How long a flush waits for a slow interface (50) before it gives up what is gathered. Then a full queue of
 * the interface ("No buffer space available") is waited for too. */
void link_sender_set_patience(link_sender *sender, unsigned milliseconds);
const char *link_sender_error(const link_sender *sender); /* NULL is allowed */

typedef struct link_failure {
    int error; /* errno */
    uint64_t count;
} link_failure;
/* What the kernel refused, by reason, in the order in which each came first: of link_failure, the sender's.
 */
const GArray *link_sender_failures(const link_sender *sender);
/* The interface is there no more. */
bool link_sender_gone(const link_sender *sender);

#endif
