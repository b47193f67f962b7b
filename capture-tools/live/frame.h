/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Ethernet header of a frame on a live link, with its VLAN tags. Spec: IEEE 802.3, IEEE 802.1Q. */
#ifndef CATSHARK_LIVE_FRAME_H
#define CATSHARK_LIVE_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_ADDRESS 6
/* The longest header that is written: one 802.1Q tag. */
#define FRAME_HEADER_MAX 18
#define FRAME_NO_VLAN 0
/* More tags than this is no frame of ours. */
#define FRAME_TAGS_MAX 8

typedef struct frame_header {
    uint8_t destination[FRAME_ADDRESS], source[FRAME_ADDRESS];
    uint16_t vlan;      /* VID of the outermost tag, 1-4094; FRAME_NO_VLAN (also a priority tag): none */
    uint8_t tags;       /* how many, priority tags included */
    uint16_t ethertype; /* behind all tags, host byte order */
    size_t length;      /* of the header: what lies behind is the packet */
} frame_header;

/* False, and nothing of the header to be used, when the octets end within it or it has more tags than
 * FRAME_TAGS_MAX. Total. */
bool frame_read(const uint8_t *octets, size_t length, frame_header *header);
/* Writes destination, source, an 802.1Q tag of priority 0 where vlan is one, and ethertype into at most
 * FRAME_HEADER_MAX octets; returns how many. tags and length are not read. */
size_t frame_write(const frame_header *header, uint8_t *octets);

#endif
