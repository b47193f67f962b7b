/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets that are alike, by a key, in the order in which they came: the k-th copy can be asked for whatever
 * their number. Packets are slots of their owner's. */
#ifndef CATSHARK_VERIFY_PACKET_COPIES_H
#define CATSHARK_VERIFY_PACKET_COPIES_H

#include <stdbool.h>
#include <stdint.h>

#define PACKET_COPIES_NONE UINT32_MAX

typedef struct packet_copies packet_copies;

/* For slots [0, slots). */
packet_copies *packet_copies_new(uint32_t slots);
void packet_copies_free(packet_copies *copies); /* NULL is allowed */

/* The slot, not in use, becomes the last copy of its key. */
void packet_copies_add(packet_copies *copies, uint32_t slot, uint64_t key);
/* The first copy, or NONE. */
uint32_t packet_copies_first(const packet_copies *copies, uint64_t key);
/* The next behind one, or NONE. */
uint32_t packet_copies_next(const packet_copies *copies, uint32_t slot);
/* The slot is not in use any more; nothing when it was not. */
void packet_copies_remove(packet_copies *copies, uint32_t slot);

#endif
