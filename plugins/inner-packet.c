/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A look into what SRv6 encapsulates. Spec: RFC 791 s3.1, RFC 8200 s4, RFC 4302 s2, RFC 6946, RFC 9293 s3.1,
 * IEEE 802.1Q. */
#include "inner-packet.h"
#include "epan-cats/cats-behavior.h"

#include <epan/etypes.h>

enum { ETHERTYPE_AT = 12, VLAN_TAG = 4 };

enum {
    IPV4_HEADER_MIN = 20,
    IPV4_LENGTH_AT = 2,
    IPV4_FRAGMENT_AT = 6,
    IPV4_TTL_AT = 8,
    IPV4_PROTOCOL_AT = 9,
    IPV4_SOURCE_AT = 12,
    IPV4_DESTINATION_AT = 16
};

enum {
    IPV6_HEADER = 40,
    IPV6_LENGTH_AT = 4,
    IPV6_NEXT_HEADER_AT = 6,
    IPV6_HOP_LIMIT_AT = 7,
    IPV6_SOURCE_AT = 8,
    IPV6_DESTINATION_AT = 24,
    EXTENSION_MIN = 8,
    FRAGMENT_AT = 2
};

enum {
    PORTS_LENGTH = 4,
    TCP_SEQUENCE_AT = 4,
    TCP_FLAGS_AT = 12,
    TCP_FLAGS_END = 14,
    TCP_SYN = 0x002,
    TCP_ACK = 0x010
};

/* What is left to read of a packet. */
typedef struct remainder {
    const uint8_t *octets;
    size_t captured;
    size_t length; /* by the IP header */
} remainder;

static uint16_t get16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

/* False where the capture or the packet ends. */
static bool pass(remainder *rest, size_t octets)
{
    if (rest->captured < octets || rest->length < octets)
        return false;
    rest->octets += octets;
    rest->captured -= octets;
    rest->length -= octets;
    return true;
}

void inner_packet_read_tcp(const uint8_t *octets, size_t captured, size_t length, inner_packet *inner)
{
    if (captured < TCP_FLAGS_END)
        return;
    size_t header = (octets[TCP_FLAGS_AT] >> 4) * 4u;
    unsigned flags = octets[TCP_FLAGS_AT + 1];
    inner->opens = (flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
    inner->answers = (flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK);
    inner->sequence = (uint32_t)get16(octets + TCP_SEQUENCE_AT) << 16 | get16(octets + TCP_SEQUENCE_AT + 2);
    inner->payload = length > header ? (uint32_t)(length - header) : 0;
}

static void read_transport(const remainder *rest, inner_packet *inner)
{
    uint8_t protocol = inner->key.protocol;
    if ((protocol != IP_PROTO_TCP && protocol != IP_PROTO_UDP) || rest->captured < PORTS_LENGTH ||
        rest->length < PORTS_LENGTH)
        return;
    inner->key.ports_known = 1;
    inner->key.source_port = get16(rest->octets);
    inner->key.destination_port = get16(rest->octets + 2);
    if (protocol == IP_PROTO_TCP)
        inner_packet_read_tcp(rest->octets, MIN(rest->captured, rest->length), rest->length, inner);
}

/* Passes a header that names the next one in its first octet. */
static bool pass_extension(remainder *rest, size_t length, cats_flow_key *key)
{
    const uint8_t *header = rest->octets;
    if (!pass(rest, length))
        return false;
    key->protocol = header[0];
    return true;
}

/* RFC 4302 s2.2: the length counts 32-bit words, minus 2. */
static bool pass_authentication(remainder *rest, cats_flow_key *key)
{
    return rest->captured >= EXTENSION_MIN && pass_extension(rest, (rest->octets[1] + 2u) * 4, key);
}

static void read_ipv4(remainder rest, inner_packet *inner)
{
    const uint8_t *header = rest.octets;
    if (rest.captured < IPV4_HEADER_MIN || header[0] >> 4 != 4)
        return;
    inner->is_ip = true;
    inner->key.source = cats_address_ipv4(header + IPV4_SOURCE_AT);
    inner->key.destination = cats_address_ipv4(header + IPV4_DESTINATION_AT);
    inner->key.protocol = header[IPV4_PROTOCOL_AT];
    inner->hop_limit = header[IPV4_TTL_AT];
    /* Segmentation by the sender's hardware leaves a length of 0. */
    uint16_t total = get16(header + IPV4_LENGTH_AT);
    if (total != 0)
        rest.length = MIN(rest.length, total);
    size_t length = (header[0] & 0xfu) * 4;
    if ((get16(header + IPV4_FRAGMENT_AT) & IPV4_FRAGMENT_MASK) != 0 || length < IPV4_HEADER_MIN ||
        !pass(&rest, length))
        return;
    while (inner->key.protocol == IP_PROTO_AH)
        if (!pass_authentication(&rest, &inner->key))
            return;
    read_transport(&rest, inner);
}

/* True when the extension header, which is there with its first octets, was passed: the packet goes on. */
static bool pass_ipv6_extension(remainder *rest, cats_flow_key *key)
{
    switch (key->protocol) {
    case IP_PROTO_AH:
        return pass_authentication(rest, key);
    case IP_PROTO_FRAGMENT: {
        bool whole = (get16(rest->octets + FRAGMENT_AT) & IPV6_FRAGMENT_MASK) == 0;
        return pass_extension(rest, EXTENSION_MIN, key) && whole;
    }
    default:
        return pass_extension(rest, (rest->octets[1] + 1u) * 8, key);
    }
}

static bool is_ipv6_extension(uint8_t protocol)
{
    return protocol == IP_PROTO_HOPOPTS || protocol == IP_PROTO_ROUTING || protocol == IP_PROTO_FRAGMENT ||
           protocol == IP_PROTO_AH || protocol == IP_PROTO_DSTOPTS;
}

static void read_ipv6(remainder rest, inner_packet *inner)
{
    const uint8_t *header = rest.octets;
    if (rest.captured < IPV6_HEADER || header[0] >> 4 != 6)
        return;
    inner->is_ip = true;
    inner->key.source = cats_address_ipv6(header + IPV6_SOURCE_AT);
    inner->key.destination = cats_address_ipv6(header + IPV6_DESTINATION_AT);
    inner->key.protocol = header[IPV6_NEXT_HEADER_AT];
    inner->hop_limit = header[IPV6_HOP_LIMIT_AT];
    /* A jumbogram has its length in an option, and is all there is. */
    uint16_t length = get16(header + IPV6_LENGTH_AT);
    if (length != 0 || inner->key.protocol != IP_PROTO_HOPOPTS)
        rest.length = MIN(rest.length, (size_t)IPV6_HEADER + length);
    if (!pass(&rest, IPV6_HEADER))
        return;
    while (is_ipv6_extension(inner->key.protocol))
        if (rest.captured < EXTENSION_MIN || !pass_ipv6_extension(&rest, &inner->key))
            return;
    read_transport(&rest, inner);
}

static void read_ethernet(remainder rest, inner_packet *inner)
{
    if (!pass(&rest, ETHERTYPE_AT))
        return;
    while (rest.captured >= 2) {
        uint16_t ethertype = get16(rest.octets);
        bool is_tag = ethertype == ETHERTYPE_VLAN || ethertype == ETHERTYPE_IEEE_802_1AD;
        if (!pass(&rest, is_tag ? VLAN_TAG : 2))
            return;
        if (ethertype == ETHERTYPE_IP)
            read_ipv4(rest, inner);
        else if (ethertype == ETHERTYPE_IPv6)
            read_ipv6(rest, inner);
        if (!is_tag)
            return;
    }
}

void inner_packet_read(tvbuff_t *tvb, int at, uint8_t next_header, inner_packet *inner)
{
    *inner = (inner_packet){ .is_ip = false };
    int captured = tvb_captured_length_remaining(tvb, at);
    if (captured <= 0)
        return;
    const remainder rest = { tvb_get_ptr(tvb, at, captured), (size_t)captured,
                             (size_t)tvb_reported_length_remaining(tvb, at) };
    switch (next_header) {
    case CATS_INNER_IPV4:
        read_ipv4(rest, inner);
        break;
    case CATS_INNER_IPV6:
        read_ipv6(rest, inner);
        break;
    case CATS_INNER_ETHERNET:
        read_ethernet(rest, inner);
        break;
    default:
        break;
    }
}
