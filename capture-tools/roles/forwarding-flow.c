/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Flags beside flow keys. Spec: RFC 9293 s3.1, s3.5-3.6. */
#include "forwarding-flow.h"

#include "epan-cats/affinity-rules.h"
#include "epan-cats/packet.h"

enum { IPV4_PROTOCOL_AT = 9, IPV6_NEXT_HEADER_AT = 6, IPV6_HEADER = 40, TCP_FLAGS_AT = 13 };

/* The key and the TCP flags, 0 of other packets and of fragments. */
static bool read_packet(const forwarding_packet *ip, cats_flow_key *key, uint16_t *flags)
{
    packet p;
    packet_walk(PACKET_LINK_RAW, ip->octets, (uint32_t)ip->length, (uint32_t)ip->length, &p);
    if (p.ip_count == 0) {
        return false;
    }
    cats_flow_key_read_at(&p, &p.ip[0], key);
    *flags = key->ports_known && key->protocol == PACKET_PROTOCOL_TCP ? p.tcp_flags : 0;
    return true;
}

bool forwarding_flow_read(const forwarding_packet *ip, forwarding_flow *flow)
{
    uint16_t flags;
    if (!read_packet(ip, &flow->key, &flags)) {
        return false;
    }
    flow->hash = cats_flow_key_hash(&flow->key);
    flow->begins = (flags & (TCP_FLAG_SYN | TCP_FLAG_ACK | TCP_FLAG_RST)) == TCP_FLAG_SYN;
    return true;
}

/* Most packets need no second look. */
static bool may_end(const forwarding_packet *ip)
{
    bool ipv4 = ip->source.family == 4;
    uint8_t protocol = ip->octets[ipv4 ? IPV4_PROTOCOL_AT : IPV6_NEXT_HEADER_AT];
    size_t at = (ipv4 ? (size_t)(ip->octets[0] & 0x0f) * 4 : IPV6_HEADER) + TCP_FLAGS_AT;
    if (protocol == PACKET_PROTOCOL_TCP) {
        return at < ip->length && (ip->octets[at] & (TCP_FLAG_FIN | TCP_FLAG_RST)) != 0;
    }
    return !ipv4 && packet_is_ipv6_extension(protocol);
}

bool forwarding_flow_ends(const forwarding_packet *ip, forwarding_flow *flow)
{
    cats_flow_key key;
    uint16_t flags;
    if (!may_end(ip) || !read_packet(ip, &key, &flags) || (flags & (TCP_FLAG_FIN | TCP_FLAG_RST)) == 0) {
        return false;
    }
    flow->key = cats_flow_key_reversed(&key);
    flow->hash = cats_flow_key_hash(&flow->key);
    flow->begins = false;
    return true;
}
