/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A look into what SRv6 encapsulates. Spec: RFC 791 s3.1, RFC 8200 s3, IEEE 802.1Q. */
#include "inner-packet.h"
#include "epan-cats/cats-behavior.h"

#include <epan/etypes.h>

#define ETHERTYPE_AT 12
#define TAG_LENGTH 4

/* What an IP header of either version looks like from here. */
typedef struct ip_layout {
    uint8_t version;
    int length;
    int destination_at;
} ip_layout;

static const ip_layout layout_ipv4 = { 4, 20, 16 };
static const ip_layout layout_ipv6 = { 6, 40, 24 };

static cats_address ip_destination(tvbuff_t *tvb, int at, const ip_layout *layout)
{
    const cats_address none = { .family = 0 };
    if (!tvb_bytes_exist(tvb, at, layout->length))
        return none;
    const uint8_t *header = tvb_get_ptr(tvb, at, layout->length);
    if (header[0] >> 4 != layout->version)
        return none;
    const uint8_t *destination = header + layout->destination_at;
    return layout->version == 4 ? cats_address_ipv4(destination) : cats_address_ipv6(destination);
}

static cats_address ethernet_destination(tvbuff_t *tvb, int header)
{
    for (int at = header + ETHERTYPE_AT; tvb_bytes_exist(tvb, at, 2); at += TAG_LENGTH) {
        switch (tvb_get_ntohs(tvb, at)) {
        case ETHERTYPE_VLAN:
        case ETHERTYPE_IEEE_802_1AD:
            break;
        case ETHERTYPE_IP:
            return ip_destination(tvb, at + 2, &layout_ipv4);
        case ETHERTYPE_IPv6:
            return ip_destination(tvb, at + 2, &layout_ipv6);
        default:
            return (cats_address){ .family = 0 };
        }
    }
    return (cats_address){ .family = 0 };
}

cats_address inner_packet_destination(tvbuff_t *tvb, int at, uint8_t next_header)
{
    switch (next_header) {
    case CATS_INNER_IPV4:
        return ip_destination(tvb, at, &layout_ipv4);
    case CATS_INNER_IPV6:
        return ip_destination(tvb, at, &layout_ipv6);
    case CATS_INNER_ETHERNET:
        return ethernet_destination(tvb, at);
    default:
        return (cats_address){ .family = 0 };
    }
}
