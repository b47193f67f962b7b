/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builders of IP packets with TCP or UDP, and encapsulation into and decapsulation out of SRv6.
 * Spec: RFC 791, RFC 8200, RFC 9293 s3.1, RFC 768, RFC 8986 s4 and s5.1-5.2, RFC 8754 s4.1, RFC 2473. */
#include "packet-build.h"

#include "checksum.h"
#include <string.h>

enum {
    IPV4_HEADER = 20,
    IPV6_HEADER = 40,
    TCP_HEADER = 20,
    TCP_OPTIONS_MAX = 40,
    UDP_HEADER = 8,
    LENGTH_MAX = 65535,
    HOP_LIMIT_OF_IPV4 = 63, /* Linux gives 64 and forwards once */
    SEGMENTS_MAX = 127
};

size_t packet_ip_header_length(const packet_ip_spec *spec)
{
    return spec->source.family == 4 ? IPV4_HEADER : IPV6_HEADER;
}

static void write_ipv6(uint8_t *octets, uint32_t class_and_label, size_t payload_length, uint8_t next_header,
                       uint8_t hop_limit, const uint8_t source[16], const uint8_t destination[16])
{
    packet_put32(octets, 6u << 28 | (class_and_label & 0x0FFFFFFF));
    packet_put16(octets + 4, (uint16_t)payload_length);
    octets[6] = next_header;
    octets[7] = hop_limit;
    memcpy(octets + 8, source, 16);
    memcpy(octets + 24, destination, 16);
}

static void write_ipv4(const packet_ip_spec *spec, size_t total_length, uint8_t *octets)
{
    enum { VERSION_AND_LENGTH = 0x45, DONT_FRAGMENT = 0x4000 };

    octets[0] = VERSION_AND_LENGTH;
    octets[1] = spec->traffic_class;
    packet_put16(octets + 2, (uint16_t)total_length);
    packet_put16(octets + 4, spec->identification);
    packet_put16(octets + 6, DONT_FRAGMENT);
    octets[8] = spec->hop_limit;
    octets[9] = spec->protocol;
    packet_put16(octets + 10, 0);
    memcpy(octets + 12, spec->source.octets, 4);
    memcpy(octets + 16, spec->destination.octets, 4);
    packet_put16(octets + 10, checksum_finish(checksum_add(octets, IPV4_HEADER, 0)));
}

bool packet_ip_build(const packet_ip_spec *spec, size_t payload_length, uint8_t *octets, size_t size)
{
    size_t header = packet_ip_header_length(spec), counted = spec->source.family == 4 ? header : 0;

    if (spec->source.family == 0 || spec->source.family != spec->destination.family || size < header ||
        payload_length > LENGTH_MAX - counted)
        return false;
    if (spec->source.family == 4)
        write_ipv4(spec, header + payload_length, octets);
    else
        write_ipv6(octets, (uint32_t)spec->traffic_class << 20 | (spec->flow_label & 0xFFFFF), payload_length,
                   spec->protocol, spec->hop_limit, spec->source.octets, spec->destination.octets);
    return true;
}

/* Writes the IP header in front of `length` octets of transport header and payload; NULL when it cannot be,
 * else where the transport header belongs. */
static uint8_t *begin_upper(const packet_ip_spec *ip, uint8_t protocol, size_t length, uint8_t *octets,
                            size_t size)
{
    packet_ip_spec with_protocol = *ip;
    size_t header = packet_ip_header_length(ip);

    with_protocol.protocol = protocol;
    if (length > size || header > size - length || !packet_ip_build(&with_protocol, length, octets, size))
        return NULL;
    return octets + header;
}

static uint16_t upper_checksum(const packet_ip_spec *ip, uint8_t protocol, const uint8_t *upper,
                               size_t length)
{
    uint32_t pseudo = checksum_pseudo(&ip->source, &ip->destination, protocol, (uint32_t)length);

    return checksum_finish(checksum_add(upper, length, pseudo));
}

size_t packet_tcp_build(const packet_ip_spec *ip, const packet_tcp_spec *tcp, uint8_t *octets, size_t size)
{
    size_t options = (tcp->options_length + 3) & ~(size_t)3;
    size_t header = TCP_HEADER + options, length = header + tcp->payload_length;
    uint8_t *at;

    if (tcp->options_length > TCP_OPTIONS_MAX || tcp->payload_length > LENGTH_MAX)
        return 0;
    at = begin_upper(ip, PACKET_PROTOCOL_TCP, length, octets, size);
    if (at == NULL)
        return 0;
    packet_put16(at, tcp->source_port);
    packet_put16(at + 2, tcp->destination_port);
    packet_put32(at + 4, tcp->sequence);
    packet_put32(at + 8, tcp->acknowledgment);
    packet_put16(at + 12, (uint16_t)(header / 4 << 12 | (tcp->flags & 0x0FFF)));
    packet_put16(at + 14, tcp->window);
    packet_put16(at + 16, 0);
    packet_put16(at + 18, tcp->urgent);
    memset(at + TCP_HEADER, 0, options);
    if (tcp->options_length > 0)
        memcpy(at + TCP_HEADER, tcp->options, tcp->options_length);
    if (tcp->payload_length > 0)
        memcpy(at + header, tcp->payload, tcp->payload_length);
    packet_put16(at + 16, upper_checksum(ip, PACKET_PROTOCOL_TCP, at, length));
    return packet_ip_header_length(ip) + length;
}

size_t packet_udp_build(const packet_ip_spec *ip, uint16_t source_port, uint16_t destination_port,
                        const uint8_t *payload, size_t payload_length, uint8_t *octets, size_t size)
{
    size_t length = UDP_HEADER + payload_length;
    uint8_t *at;
    uint16_t checksum;

    if (payload_length > LENGTH_MAX - UDP_HEADER)
        return 0;
    at = begin_upper(ip, PACKET_PROTOCOL_UDP, length, octets, size);
    if (at == NULL)
        return 0;
    packet_put16(at, source_port);
    packet_put16(at + 2, destination_port);
    packet_put16(at + 4, (uint16_t)length);
    packet_put16(at + 6, 0);
    if (payload_length > 0)
        memcpy(at + UDP_HEADER, payload, payload_length);
    checksum = upper_checksum(ip, PACKET_PROTOCOL_UDP, at, length);
    packet_put16(at + 6, checksum == 0 ? 0xFFFF : checksum);
    return packet_ip_header_length(ip) + length;
}

/* The length of the IP packet at `octets` by its own header, or 0 when there is no whole one in `available`
 * octets. */
static size_t own_length(const uint8_t *octets, size_t available)
{
    size_t header, length;

    if (available >= IPV4_HEADER && octets[0] >> 4 == 4) {
        header = (octets[0] & 0x0Fu) * 4;
        length = packet_get16(octets + 2);
        return header >= IPV4_HEADER && header <= length && length <= available ? length : 0;
    }
    if (available >= IPV6_HEADER && octets[0] >> 4 == 6) {
        length = IPV6_HEADER + (size_t)packet_get16(octets + 4);
        return length <= available ? length : 0;
    }
    return 0;
}

static srh_spec srh_of(const packet_encap_spec *spec, uint8_t next_header)
{
    return (srh_spec){ .next_header = next_header,
                       .segments = spec->segments,
                       .count = spec->count,
                       .reduced = spec->mode == PACKET_ENCAP_REDUCED };
}

size_t packet_encap_overhead(const packet_encap_spec *spec)
{
    srh_spec srh = srh_of(spec, PACKET_PROTOCOL_NO_NEXT);

    return IPV6_HEADER + srh_length(&srh);
}

/* First word of the outer header, the version aside: traffic class and flow label of the inner packet. */
static uint32_t class_and_label_of(const packet_encap_spec *spec, const uint8_t *inner)
{
    uint32_t word = inner[0] >> 4 == 6 ? packet_get32(inner) : 0;

    return (word & 0xFFFFF) != 0 ? word : word | (spec->flow_label & 0xFFFFF);
}

size_t packet_encapsulate(const packet_encap_spec *spec, const uint8_t *inner, size_t inner_length,
                          uint8_t *octets, size_t size)
{
    size_t length = own_length(inner, inner_length), overhead, srh_octets;
    uint8_t protocol = PACKET_PROTOCOL_IPV4, hop_limit = HOP_LIMIT_OF_IPV4;
    srh_spec srh;

    if (length == 0 || spec->count == 0 || spec->count > SEGMENTS_MAX)
        return 0;
    if (inner[0] >> 4 == 6) {
        if (inner[7] <= 1)
            return 0;
        protocol = PACKET_PROTOCOL_IPV6;
        hop_limit = (uint8_t)(inner[7] - 1);
    }
    overhead = packet_encap_overhead(spec);
    srh_octets = overhead - IPV6_HEADER;
    if (overhead + length > size || srh_octets + length > LENGTH_MAX)
        return 0;
    srh = srh_of(spec, protocol);
    if (srh_octets > 0 && srh_build(&srh, octets + IPV6_HEADER, srh_octets) != srh_octets)
        return 0;
    write_ipv6(octets, class_and_label_of(spec, inner), srh_octets + length,
               srh_octets > 0 ? PACKET_PROTOCOL_ROUTING : protocol, hop_limit, spec->source,
               spec->segments[0]);
    memcpy(octets + overhead, inner, length);
    return overhead + length;
}

/* Lowers the TTL or hop limit of a whole IP packet by one. False when it would reach 0. */
static bool lower_hop_limit(uint8_t *octets)
{
    uint16_t before;

    if (octets[0] >> 4 == 6) {
        if (octets[7] <= 1)
            return false;
        octets[7]--;
        return true;
    }
    if (octets[8] <= 1)
        return false;
    before = packet_get16(octets + 8);
    octets[8]--;
    packet_put16(octets + 10, checksum_adjust(packet_get16(octets + 10), before, packet_get16(octets + 8)));
    return true;
}

/* Whether the outer packet may be taken off: its routing headers and its upper layer. */
static packet_decap_result judge_outer(const packet *p, size_t length)
{
    const packet_ip *outer = &p->ip[0];
    srh_view srh;
    cats_defect defect;

    if (IPV6_HEADER + (size_t)packet_get16(p->data + 4) > length)
        return PACKET_DECAP_MALFORMED;
    if (outer->fragment)
        return PACKET_DECAP_FRAGMENT;
    if (outer->srh != 0 && !srh_parse(p->data + outer->srh, outer->end - outer->srh, &srh, &defect))
        return PACKET_DECAP_MALFORMED;
    if ((outer->srh != 0 && p->data[outer->srh + 3] != 0) ||
        (outer->routing != 0 && p->data[outer->routing + 3] != 0))
        return PACKET_DECAP_SEGMENTS_LEFT;
    if (outer->protocol == PACKET_PROTOCOL_IPV4 || outer->protocol == PACKET_PROTOCOL_IPV6)
        return PACKET_DECAPSULATED;
    /* The walk passes every extension header but one whose length is wrong. */
    return packet_is_ipv6_extension(outer->protocol) ? PACKET_DECAP_MALFORMED : PACKET_DECAP_UPPER_LAYER;
}

packet_decap_result packet_decapsulate(uint8_t *octets, size_t length, uint8_t **inner, size_t *inner_length)
{
    packet p;
    packet_decap_result result;
    uint8_t *at;
    size_t own;

    if (length < IPV6_HEADER || octets[0] >> 4 != 6)
        return PACKET_DECAP_NOT_IPV6;
    if (length > UINT32_MAX)
        return PACKET_DECAP_MALFORMED;
    packet_walk(PACKET_LINK_IPV6, octets, (uint32_t)length, (uint32_t)length, &p);
    result = judge_outer(&p, length);
    if (result != PACKET_DECAPSULATED)
        return result;
    at = octets + p.ip[0].payload;
    own = own_length(at, p.ip[0].end - p.ip[0].payload);
    if (own == 0 || (at[0] >> 4 == 6) != (p.ip[0].protocol == PACKET_PROTOCOL_IPV6))
        return PACKET_DECAP_MALFORMED;
    *inner = at;
    *inner_length = own;
    return lower_hop_limit(at) ? PACKET_DECAPSULATED : PACKET_DECAP_HOP_LIMIT;
}
