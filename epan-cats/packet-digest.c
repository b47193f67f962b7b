/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Digests of packets. Spec: RFC 791 s3.1, RFC 8200 s3, RFC 9293 s3.1, RFC 792. */
#include "packet-digest.h"

#include "hash-mix.h"
#include "octet-digest.h"

enum { IPV4_ID = 4, IPV4_TTL = 8, IPV4_CHECKSUM = 10, IPV4_ADDRESSES = 12, IPV4_HEADER = 20 };
enum { IPV6_HOP_LIMIT = 7, IPV6_ADDRESSES = 8, IPV6_HEADER = 40, PORTS = 4 };
enum { TCP_SEQUENCE = 4, TCP_FLAGS = 12, TCP_NUMBERED = 14, TCP_FLAG_BITS = 0x0FFF, TCP_ACK = 0x010 };
enum {
    ICMP_NUMBERS = 4,
    ICMP_HEADER = 8,
    ICMP_ECHO_REPLY = 0,
    ICMP_ECHO = 8,
    ICMPV6_ECHO = 128,
    ICMPV6_ECHO_REPLY = 129
};

/* The first words of an IP header without what forwarders change. */
static uint64_t digest_start(const uint8_t *header, uint64_t hash)
{
    uint8_t start[16];
    memcpy(start, header, sizeof start);
    if (header[0] >> 4 == 4) {
        start[IPV4_TTL] = 0;
        start[IPV4_CHECKSUM] = start[IPV4_CHECKSUM + 1] = 0;
    } else {
        start[IPV6_HOP_LIMIT] = 0;
    }
    return octet_digest_join(octet_digest_join(hash, octet_digest_word(start)), octet_digest_word(start + 8));
}

/* Acknowledgments without data may be alike in all that numbers them. */
static uint64_t number_segment(const uint8_t *header, uint32_t length)
{
    uint16_t flags = packet_get16(header + TCP_FLAGS) & TCP_FLAG_BITS;
    uint32_t header_length = (uint32_t)(header[TCP_FLAGS] >> 4) * 4u;
    if (flags == TCP_ACK && length <= header_length)
        return 0;
    return hash_mix(octet_digest_word(header + TCP_SEQUENCE)) ^ ((uint64_t)length << 16 | flags);
}

/* What numbers the packet, or 0. The header of the upper layer is of this packet when it is not a tunnel. */
static uint64_t number_of(const packet *p, const packet_ip *ip, const uint8_t *captured_end)
{
    const uint8_t *upper = p->data + ip->payload;
    bool upper_here = !ip->later_fragment && upper + TCP_NUMBERED <= captured_end;
    if (ip->fragment)
        return (uint64_t)ip->fragment_id << 32 | (ip->later_fragment ? ip->end - ip->payload : 1);
    if (ip->protocol == PACKET_PROTOCOL_TCP && upper_here)
        return number_segment(upper, ip->end - ip->payload);
    bool echo = (ip->protocol == PACKET_PROTOCOL_ICMP || ip->protocol == PACKET_PROTOCOL_ICMPV6) &&
                upper_here &&
                (upper[0] == ICMP_ECHO_REPLY || upper[0] == ICMP_ECHO || upper[0] == ICMPV6_ECHO ||
                 upper[0] == ICMPV6_ECHO_REPLY);
    if (echo)
        return (uint64_t)upper[0] << 32 | packet_get32(upper + ICMP_NUMBERS);
    return ip->version == 4 ? packet_get16(p->data + ip->offset + IPV4_ID) : 0;
}

/* Of what the numbers count in: addresses and protocol, and ports where the packet shows them. */
static uint64_t digest_flow(const packet *p, const packet_ip *ip, const uint8_t *captured_end)
{
    const uint8_t *header = p->data + ip->offset, *upper = p->data + ip->payload;
    uint64_t hash = ip->version == 4
                        ? octet_digest_join(ip->version, octet_digest_word(header + IPV4_ADDRESSES))
                        : ip->version;
    for (unsigned at = IPV6_ADDRESSES; ip->version == 6 && at < IPV6_HEADER; at += sizeof hash)
        hash = octet_digest_join(hash, octet_digest_word(header + at));
    bool has_ports = !ip->fragment && upper + PORTS <= captured_end &&
                     (ip->protocol == PACKET_PROTOCOL_TCP || ip->protocol == PACKET_PROTOCOL_UDP);
    uint8_t protocol = ip->fragment ? ip->fragment_protocol : ip->protocol;
    return octet_digest_join(hash, (uint64_t)protocol << 32 | (has_ports ? packet_get32(upper) : 0));
}

void packet_digest_identify(const packet *p, const packet_ip *ip, packet_digest *digest)
{
    const uint8_t *captured_end = p->data + (ip->end < p->captured ? ip->end : p->captured);
    uint64_t number = number_of(p, ip, captured_end);
    if (number == 0)
        return;
    uint32_t identity = (uint32_t)hash_mix(octet_digest_join(digest_flow(p, ip, captured_end), number));
    digest->identity = identity != 0 ? identity : 1;
}

bool packet_digest_read(const packet *p, const packet_ip *ip, packet_digest *digest)
{
    const uint8_t *octets = p->data + ip->offset;
    uint32_t length = ip->end - ip->offset;
    uint32_t captured = (ip->end < p->captured ? ip->end : p->captured) - ip->offset;
    uint32_t head = length < PACKET_DIGEST_HEAD ? length : PACKET_DIGEST_HEAD;
    if (captured < head || head < IPV4_HEADER)
        return false;
    digest->length = length;
    digest->head = hash_mix(octet_digest(digest_start(octets, length), octets + 16, head - 16));
    digest->whole = captured == length;
    digest->rest =
        digest->whole && length > head ? (uint32_t)octet_digest(length, octets + head, length - head) : 0;
    digest->identity = 0;
    return true;
}

size_t packet_digest_differs(const uint8_t *a, const uint8_t *b, size_t length)
{
    bool ipv4 = a[0] >> 4 == 4;
    for (size_t i = 0; i < length; i++) {
        bool forwarded =
            ipv4 ? i == IPV4_TTL || i == IPV4_CHECKSUM || i == IPV4_CHECKSUM + 1 : i == IPV6_HOP_LIMIT;
        if (!forwarded && a[i] != b[i])
            return i;
    }
    return SIZE_MAX;
}
