/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions for a link-layer address and answers to them, the same in both families: ARP and neighbour
 * discovery read and written. `octets` are what follows the Ethernet header. Spec: RFC 826, RFC 4861
 * s4.3-4.4.
 */
#ifndef CATSHARK_LIVE_NEIGHBOR_MESSAGE_H
#define CATSHARK_LIVE_NEIGHBOR_MESSAGE_H

#include "epan-cats/address.h"
#include "frame.h"

typedef struct neighbor_message {
    bool answer;                /* false: a question */
    cats_address about;         /* whose link-layer address is asked for or given; never multicast */
    cats_address asker;         /* family 0: a probe, of one who has no address yet, or an answer to all */
    bool says_mac;              /* always in ARP */
    uint8_t mac[FRAME_ADDRESS]; /* of the one who sends the message, as the message says; never multicast */
} neighbor_message;

/* False when it is no such message or one that must be dropped. Padding behind it is allowed. Total.
 */
bool arp_read(const uint8_t *octets, size_t length, neighbor_message *message);
bool neighbor_discovery_read(const uint8_t *octets, size_t length, neighbor_message *message);

enum { ARP_LENGTH = 28, NEIGHBOR_DISCOVERY_LENGTH = 40 + 32 };
/* Octets written: ARP_LENGTH, to `peer` (who asked; of a question not read), or NEIGHBOR_DISCOVERY_LENGTH,
 * with a link-layer address option. */
size_t arp_write(const neighbor_message *message, const uint8_t peer[FRAME_ADDRESS], uint8_t *octets);
size_t neighbor_discovery_write(const neighbor_message *message, uint8_t *octets);

/* The group that a question for `about` goes to (RFC 4291 s2.7.1). */
cats_address neighbor_solicited_node(const cats_address *about);

#endif
