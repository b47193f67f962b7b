/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of header fields. Spec: header-fields.h. */
#include "header-fields.h"

#include "epan-cats/packet.h"

#define DECIMAL(name, bits)                                       \
    {                                                             \
        name, bits, FIELD_SHOW_DECIMAL, FIELD_PLAIN, IGNORED_NONE \
    }
#define HEX(name, bits)                                       \
    {                                                         \
        name, bits, FIELD_SHOW_HEX, FIELD_PLAIN, IGNORED_NONE \
    }
#define OCTETS(name, bits, as)                         \
    {                                                  \
        name, bits, FIELD_SHOW_OCTETS, FIELD_PLAIN, as \
    }
#define IDENTIFIES(name, bits, show)                     \
    {                                                    \
        name, bits, show, FIELD_IDENTIFIES, IGNORED_NONE \
    }
#define LENGTH(name, bits)                                          \
    {                                                               \
        name, bits, FIELD_SHOW_DECIMAL, FIELD_FOLLOWS, IGNORED_NONE \
    }
#define CHECKSUM(name)                                         \
    {                                                          \
        name, 16, FIELD_SHOW_HEX, FIELD_CHECKSUM, IGNORED_NONE \
    }
#define IGNORED(name, bits, show, as)     \
    {                                     \
        name, bits, show, FIELD_PLAIN, as \
    }

static const header_field ethernet[] = {
    OCTETS("eth.dst", 48, IGNORED_MAC),
    OCTETS("eth.src", 48, IGNORED_MAC),
    HEX("eth.type", 16),
};
/* Behind an EtherType that announces a tag. */
static const header_field vlan[] = {
    IGNORED("vlan.priority", 3, FIELD_SHOW_DECIMAL, IGNORED_VLAN),
    IGNORED("vlan.dei", 1, FIELD_SHOW_DECIMAL, IGNORED_VLAN),
    IGNORED("vlan.id", 12, FIELD_SHOW_DECIMAL, IGNORED_VLAN),
    HEX("vlan.etype", 16),
};
static const header_field sll[] = {
    IGNORED("sll.pkttype", 16, FIELD_SHOW_DECIMAL, IGNORED_MAC),
    IGNORED("sll.hatype", 16, FIELD_SHOW_DECIMAL, IGNORED_MAC),
    IGNORED("sll.halen", 16, FIELD_SHOW_DECIMAL, IGNORED_MAC),
    OCTETS("sll.src.other", 64, IGNORED_MAC),
    HEX("sll.etype", 16),
};
static const header_field sll2[] = {
    HEX("sll.etype", 16),
    OCTETS("sll.unused", 16, IGNORED_MAC),
    IGNORED("sll.ifindex", 32, FIELD_SHOW_DECIMAL, IGNORED_MAC),
    IGNORED("sll.hatype", 16, FIELD_SHOW_DECIMAL, IGNORED_MAC),
    IGNORED("sll.pkttype", 8, FIELD_SHOW_DECIMAL, IGNORED_MAC),
    IGNORED("sll.halen", 8, FIELD_SHOW_DECIMAL, IGNORED_MAC),
    OCTETS("sll.src.other", 64, IGNORED_MAC),
};
static const header_field null[] = { HEX("null.type", 32) };
static const header_field ipv4[] = {
    DECIMAL("ip.version", 4),
    LENGTH("ip.hdr_len", 4),
    DECIMAL("ip.dsfield.dscp", 6),
    DECIMAL("ip.dsfield.ecn", 2),
    LENGTH("ip.len", 16),
    IGNORED("ip.id", 16, FIELD_SHOW_HEX, IGNORED_IP_ID),
    DECIMAL("ip.flags.rb", 1),
    DECIMAL("ip.flags.df", 1),
    DECIMAL("ip.flags.mf", 1),
    DECIMAL("ip.frag_offset", 13),
    IGNORED("ip.ttl", 8, FIELD_SHOW_DECIMAL, IGNORED_TTL),
    IDENTIFIES("ip.proto", 8, FIELD_SHOW_DECIMAL),
    CHECKSUM("ip.checksum"),
    IDENTIFIES("ip.src", 32, FIELD_SHOW_ADDRESS),
    IDENTIFIES("ip.dst", 32, FIELD_SHOW_ADDRESS),
};
static const header_field ipv6[] = {
    DECIMAL("ipv6.version", 4),
    DECIMAL("ipv6.tclass.dscp", 6),
    DECIMAL("ipv6.tclass.ecn", 2),
    HEX("ipv6.flow", 20),
    LENGTH("ipv6.plen", 16),
    IDENTIFIES("ipv6.nxt", 8, FIELD_SHOW_DECIMAL),
    IGNORED("ipv6.hlim", 8, FIELD_SHOW_DECIMAL, IGNORED_TTL),
    IDENTIFIES("ipv6.src", 128, FIELD_SHOW_ADDRESS),
    IDENTIFIES("ipv6.dst", 128, FIELD_SHOW_ADDRESS),
};
static const header_field hop_by_hop[] = {
    DECIMAL("ipv6.hopopts.nxt", 8),
    LENGTH("ipv6.hopopts.len", 8),
};
static const header_field destination[] = {
    DECIMAL("ipv6.dstopts.nxt", 8),
    LENGTH("ipv6.dstopts.len", 8),
};
static const header_field routing[] = {
    DECIMAL("ipv6.routing.nxt", 8),
    LENGTH("ipv6.routing.len", 8),
    DECIMAL("ipv6.routing.type", 8),
    DECIMAL("ipv6.routing.segleft", 8),
};
static const header_field srh[] = {
    DECIMAL("ipv6.routing.nxt", 8),
    LENGTH("ipv6.routing.len", 8),
    DECIMAL("ipv6.routing.type", 8),
    DECIMAL("ipv6.routing.segleft", 8),
    DECIMAL("ipv6.routing.srh.last_entry", 8),
    HEX("ipv6.routing.srh.flags", 8),
    HEX("ipv6.routing.srh.tag", 16),
};
static const header_field fragment[] = {
    DECIMAL("ipv6.fraghdr.nxt", 8),     HEX("ipv6.fraghdr.reserved_octet", 8),
    DECIMAL("ipv6.fraghdr.offset", 13), DECIMAL("ipv6.fraghdr.reserved_bits", 2),
    DECIMAL("ipv6.fraghdr.more", 1),    HEX("ipv6.fraghdr.ident", 32),
};
static const header_field authentication[] = {
    DECIMAL("ah.next_header", 8), LENGTH("ah.length", 8), HEX("ah.reserved", 16), HEX("ah.spi", 32),
    DECIMAL("ah.sequence", 32),
};
static const header_field tcp[] = {
    IDENTIFIES("tcp.srcport", 16, FIELD_SHOW_DECIMAL),
    IDENTIFIES("tcp.dstport", 16, FIELD_SHOW_DECIMAL),
    IDENTIFIES("tcp.seq_raw", 32, FIELD_SHOW_DECIMAL),
    DECIMAL("tcp.ack_raw", 32),
    LENGTH("tcp.hdr_len", 4),
    /* Offsets 4, 5 and 6; one of them is affinity.saf. */
    DECIMAL("tcp.flags.res", 1),
    DECIMAL("tcp.flags.res", 1),
    DECIMAL("tcp.flags.res", 1),
    DECIMAL("tcp.flags.ae", 1),
    DECIMAL("tcp.flags.cwr", 1),
    DECIMAL("tcp.flags.ece", 1),
    DECIMAL("tcp.flags.urg", 1),
    DECIMAL("tcp.flags.ack", 1),
    DECIMAL("tcp.flags.push", 1),
    DECIMAL("tcp.flags.reset", 1),
    DECIMAL("tcp.flags.syn", 1),
    DECIMAL("tcp.flags.fin", 1),
    DECIMAL("tcp.window_size_value", 16),
    CHECKSUM("tcp.checksum"),
    DECIMAL("tcp.urgent_pointer", 16),
};
static const header_field udp[] = {
    IDENTIFIES("udp.srcport", 16, FIELD_SHOW_DECIMAL),
    IDENTIFIES("udp.dstport", 16, FIELD_SHOW_DECIMAL),
    LENGTH("udp.length", 16),
    CHECKSUM("udp.checksum"),
};
static const header_field icmp[] = {
    IDENTIFIES("icmp.type", 8, FIELD_SHOW_DECIMAL),
    DECIMAL("icmp.code", 8),
    CHECKSUM("icmp.checksum"),
    /* What an echo has there, whatever the type. */
    IDENTIFIES("icmp.ident", 16, FIELD_SHOW_DECIMAL),
    IDENTIFIES("icmp.seq", 16, FIELD_SHOW_DECIMAL),
};
static const header_field icmpv6[] = {
    IDENTIFIES("icmpv6.type", 8, FIELD_SHOW_DECIMAL),
    DECIMAL("icmpv6.code", 8),
    CHECKSUM("icmpv6.checksum"),
    IDENTIFIES("icmpv6.echo.identifier", 16, FIELD_SHOW_HEX),
    IDENTIFIES("icmpv6.echo.sequence_number", 16, FIELD_SHOW_DECIMAL),
};

#define SHAPE(table, octets)                          \
    {                                                 \
        table, sizeof table / sizeof table[0], octets \
    }
static const header_shape shapes[HEADER_KIND_COUNT] = {
    [HEADER_ETHERNET] = SHAPE(ethernet, 14),
    [HEADER_VLAN] = SHAPE(vlan, 4),
    [HEADER_SLL] = SHAPE(sll, 16),
    [HEADER_SLL2] = SHAPE(sll2, 20),
    [HEADER_NULL] = SHAPE(null, 4),
    [HEADER_IPV4] = SHAPE(ipv4, 20),
    [HEADER_IPV6] = SHAPE(ipv6, 40),
    [HEADER_HOP_BY_HOP] = SHAPE(hop_by_hop, 2),
    [HEADER_DESTINATION] = SHAPE(destination, 2),
    [HEADER_ROUTING] = SHAPE(routing, 4),
    [HEADER_SRH] = SHAPE(srh, 8),
    [HEADER_FRAGMENT] = SHAPE(fragment, 8),
    [HEADER_AUTHENTICATION] = SHAPE(authentication, 12),
    [HEADER_TCP] = SHAPE(tcp, 20),
    [HEADER_UDP] = SHAPE(udp, 8),
    [HEADER_ICMP] = SHAPE(icmp, 8),
    [HEADER_ICMPV6] = SHAPE(icmpv6, 8),
};

const header_shape *header_shape_get(header_kind kind)
{
    return &shapes[kind];
}

header_kind header_kind_of_transport(uint8_t protocol)
{
    switch (protocol) {
    case PACKET_PROTOCOL_TCP:
        return HEADER_TCP;
    case PACKET_PROTOCOL_UDP:
        return HEADER_UDP;
    case PACKET_PROTOCOL_ICMP:
        return HEADER_ICMP;
    case PACKET_PROTOCOL_ICMPV6:
        return HEADER_ICMPV6;
    default:
        return HEADER_NONE;
    }
}
