/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Ethernet header of a frame, with its VLAN tags. Spec: IEEE 802.3 s3.1, IEEE 802.1Q s9. */
#include "frame.h"

#include "epan-cats/packet.h"
#include <string.h>

enum {
    ETHERTYPE_AT = 2 * FRAME_ADDRESS,
    ETHERNET_HEADER = ETHERTYPE_AT + 2,
    TAG = 4,
    ETHERTYPE_VLAN = 0x8100,
    ETHERTYPE_QINQ = 0x88A8,
    ETHERTYPE_QINQ_OLD = 0x9100,
    VLAN_MASK = 0x0FFF,
    VLAN_RESERVED = 0x0FFF
};

static bool is_tag(uint16_t ethertype)
{
    return ethertype == ETHERTYPE_VLAN || ethertype == ETHERTYPE_QINQ || ethertype == ETHERTYPE_QINQ_OLD;
}

bool frame_read(const uint8_t *octets, size_t length, frame_header *header)
{
    size_t at = ETHERNET_HEADER;
    if (length < at)
        return false;
    header->vlan = FRAME_NO_VLAN;
    header->tags = 0;
    header->ethertype = packet_get16(octets + ETHERTYPE_AT);
    while (is_tag(header->ethertype)) {
        if (length - at < TAG || header->tags == FRAME_TAGS_MAX)
            return false;
        uint16_t vlan = packet_get16(octets + at) & VLAN_MASK;
        if (header->tags++ == 0 && vlan != VLAN_RESERVED)
            header->vlan = vlan;
        header->ethertype = packet_get16(octets + at + 2);
        at += TAG;
    }
    memcpy(header->destination, octets, FRAME_ADDRESS);
    memcpy(header->source, octets + FRAME_ADDRESS, FRAME_ADDRESS);
    header->length = at;
    return true;
}

size_t frame_write(const frame_header *header, uint8_t *octets)
{
    size_t at = ETHERTYPE_AT;
    memcpy(octets, header->destination, FRAME_ADDRESS);
    memcpy(octets + FRAME_ADDRESS, header->source, FRAME_ADDRESS);
    if (header->vlan != FRAME_NO_VLAN) {
        packet_put16(octets + at, ETHERTYPE_VLAN);
        packet_put16(octets + at + 2, header->vlan & VLAN_MASK);
        at += TAG;
    }
    packet_put16(octets + at, header->ethertype);
    return at + 2;
}
