/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Ethernet header of a frame that is sent: the captured one with other addresses and tags, or a new one.
 * Spec: IEEE 802.3, IEEE 802.1Q; man/catshark-inject.1 (REWRITING). */
#include "rewrite.h"

#include "epan-cats/packet.h"
#include <string.h>

enum { TAG = 4, ADDRESSES = 2 * FRAME_ADDRESS, ETHERNET = ADDRESSES + 2, VID = 0x0FFF };
static const uint8_t TPID[2] = { 0x81, 0x00 };

/* What the capture had in front of the IP packet is left out. */
static rewrite_result add_header(const rewrite_rules *rules, int link_type, const uint8_t own[FRAME_ADDRESS],
                                 const uint8_t *data, uint32_t length, uint8_t *out, uint32_t *out_length)
{
    packet p;
    packet_walk(link_type, data, length, length, &p);
    if (p.ip_count == 0)
        return REWRITE_NOT_IP;
    frame_header header = { .vlan = rules->vlan,
                            .ethertype =
                                p.ip[0].version == 4 ? PACKET_ETHERTYPE_IPV4 : PACKET_ETHERTYPE_IPV6 };
    memcpy(header.destination, rules->destination, FRAME_ADDRESS);
    memcpy(header.source, rules->has_source ? rules->source : own, FRAME_ADDRESS);
    size_t head = frame_write(&header, out);
    memcpy(out + head, data + p.ip[0].offset, length - p.ip[0].offset);
    *out_length = (uint32_t)head + length - p.ip[0].offset;
    return REWRITE_DONE;
}

/* The tags lie between the addresses and the EtherType, in [ADDRESSES, end). */
static uint32_t end_of_tags(const uint8_t *data, uint32_t length)
{
    frame_header header;
    return frame_read(data, length, &header) ? (uint32_t)header.length - 2 : ADDRESSES;
}

static rewrite_result copy_frame(const rewrite_rules *rules, const uint8_t *data, uint32_t length,
                                 uint8_t *out, uint32_t *out_length)
{
    if (length < ETHERNET)
        return REWRITE_SHORT;
    uint32_t tags_end = end_of_tags(data, length), from = rules->untag ? tags_end : ADDRESSES;
    bool tagged = tags_end > from;
    uint8_t *to = out + ADDRESSES;
    memcpy(out, data, ADDRESSES);
    if (rules->vlan != FRAME_NO_VLAN && !tagged) {
        memcpy(to, TPID, sizeof TPID);
        packet_put16(to + 2, rules->vlan);
        to += TAG;
    }
    memcpy(to, data + from, length - from);
    if (rules->vlan != FRAME_NO_VLAN && tagged) /* its priority stays */
        packet_put16(to + 2, (uint16_t)((packet_get16(to + 2) & ~VID) | rules->vlan));
    if (rules->has_destination)
        memcpy(out, rules->destination, FRAME_ADDRESS);
    if (rules->has_source)
        memcpy(out + FRAME_ADDRESS, rules->source, FRAME_ADDRESS);
    *out_length = (uint32_t)(to - out) + length - from;
    return REWRITE_DONE;
}

rewrite_result rewrite_frame(const rewrite_rules *rules, int link_type, const uint8_t own[FRAME_ADDRESS],
                             const uint8_t *data, uint32_t length, uint8_t *out, uint32_t *out_length)
{
    rewrite_result result = link_type == PACKET_LINK_ETHERNET
                                ? copy_frame(rules, data, length, out, out_length)
                                : add_header(rules, link_type, own, data, length, out, out_length);
    if (result == REWRITE_DONE && (rules->map != NULL || rules->fix_checksums))
        rewrite_packet(rules, out, *out_length);
    return result;
}
