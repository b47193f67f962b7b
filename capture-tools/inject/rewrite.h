/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a captured frame to one that is sent: link header, VLAN tags, addresses, ports, and checksums that
 * stay as right or as wrong as they were. Opens nothing. Spec: man/catshark-inject.1 (REWRITING); RFC 1624.
 */
#ifndef CATSHARK_INJECT_REWRITE_H
#define CATSHARK_INJECT_REWRITE_H

#include "address-map.h"
#include "capture-tools/live/frame.h"
#include "epan-cats/affinity-option.h"

typedef struct rewrite_rules {
    const address_map *map;   /* borrowed; NULL: none */
    affinity_numbers numbers; /* which option has an address that is mapped */
    bool has_source, has_destination;
    uint8_t source[FRAME_ADDRESS], destination[FRAME_ADDRESS];
    bool untag;    /* all tags are taken off, first */
    uint16_t vlan; /* the outermost tag's VID, a tag is added where there is none; FRAME_NO_VLAN: no change */
    bool fix_checksums;
} rewrite_rules;

/* A frame becomes longer by this at most: an Ethernet header, or a tag. */
#define REWRITE_GROWTH FRAME_HEADER_MAX

typedef enum rewrite_result {
    REWRITE_DONE,
    REWRITE_SHORT, /* shorter than an Ethernet header */
    REWRITE_NOT_IP /* of another link type than Ethernet, and no IP packet in it */
} rewrite_result;

/* Writes the frame into `out`, room for `length` + REWRITE_GROWTH octets, which `data` does not overlap.
 * `own` is the source of an Ethernet header that the capture has not and the rules do not give; the
 * destination is then the rules'. Total: a frame whose headers end early, or contradict each other, has
 * changed what could be found. */
rewrite_result rewrite_frame(const rewrite_rules *rules, int link_type, const uint8_t own[FRAME_ADDRESS],
                             const uint8_t *data, uint32_t length, uint8_t *out, uint32_t *out_length);

/* Addresses, ports and checksums of an Ethernet frame, in place. */
void rewrite_packet(const rewrite_rules *rules, uint8_t *data, uint32_t length);

#endif
