/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Internet checksums: sums, verification on a walked packet, writing in place.
 * Spec: RFC 1071, RFC 1624, RFC 8200 s8.1, RFC 8754 s2. */
#include "checksum.h"

#include "srh.h"
#include <string.h>

enum { IPV4_CHECKSUM_AT = 10 };

static uint32_t fold(uint64_t sum)
{
    while (sum > 0xFFFF)
        sum = (sum >> 16) + (sum & 0xFFFF);
    return (uint32_t)sum;
}

/* Sums in the machine's byte order and reads the result in network order: the sum does not mind (RFC 1071 s2
 * B). */
uint32_t checksum_add(const uint8_t *octets, size_t length, uint32_t sum)
{
    uint64_t total = 0;
    uint32_t word;
    uint16_t folded;
    uint8_t rest[4] = { 0 };

    for (; length >= sizeof word; length -= sizeof word, octets += sizeof word) {
        memcpy(&word, octets, sizeof word);
        total += word;
    }
    if (length > 0) {
        memcpy(rest, octets, length);
        memcpy(&word, rest, sizeof word);
        total += word;
    }
    folded = (uint16_t)fold(total);
    memcpy(rest, &folded, sizeof folded);
    return fold((uint64_t)sum + packet_get16(rest));
}

uint16_t checksum_finish(uint32_t sum)
{
    return (uint16_t)~fold(sum);
}

uint16_t checksum_adjust(uint16_t checksum, uint16_t before, uint16_t after)
{
    return checksum_finish((uint32_t)(uint16_t)~checksum + (uint16_t)~before + after);
}

uint32_t checksum_pseudo(const cats_address *source, const cats_address *destination, uint8_t protocol,
                         uint32_t length)
{
    size_t octets = cats_address_length(source);
    uint32_t sum = checksum_add(source->octets, octets, protocol);

    sum = checksum_add(destination->octets, octets, sum);
    return fold((uint64_t)sum + length);
}

/* Octets of an IPv4 header with its options, or 0 for IPv6 and when not all of them are here: a first
 * fragment or a quote may end among them. */
static uint32_t whole_ipv4_header(const packet *p, const packet_ip *ip)
{
    uint32_t length = (p->data[ip->offset] & 0x0Fu) * 4;

    return ip->version == 4 && ip->offset + length <= ip->end && ip->offset + length <= p->captured ? length
                                                                                                    : 0;
}

checksum_state checksum_verify_ip(const packet *p, const packet_ip *ip)
{
    uint32_t length = whole_ipv4_header(p, ip);

    if (length == 0)
        return CHECKSUM_NOT_CHECKED;
    return checksum_finish(checksum_add(p->data + ip->offset, length, 0)) == 0 ? CHECKSUM_GOOD : CHECKSUM_BAD;
}

/* Where the destination lies that the sender summed: behind a routing header with Segments Left above 0 its
 * last address. 0 when the header's type does not tell. */
static uint32_t final_destination(const packet *p, const packet_ip *ip)
{
    enum { TYPE_0 = 0, TYPE_MOBILE = 2, ADDRESS = 16, IPV4_AT = 16, IPV6_AT = 24 };
    uint32_t at = ip->srh != 0 ? ip->srh : ip->routing;
    const uint8_t *header = p->data + at;
    unsigned addresses;

    if (at == 0 || header[3] == 0)
        return ip->offset + (ip->version == 4 ? IPV4_AT : IPV6_AT);
    addresses = header[1] / 2;
    if (addresses == 0)
        return 0;
    switch (header[2]) {
    case SRH_ROUTING_TYPE: /* Segment List[0] is the last segment, in the reduced form too */
    case TYPE_MOBILE:
        return at + SRH_FIXED_LENGTH;
    case TYPE_0:
        return at + SRH_FIXED_LENGTH + (addresses - 1) * ADDRESS;
    default:
        return 0;
    }
}

static uint32_t source_of(const packet_ip *ip)
{
    enum { IPV4_AT = 12, IPV6_AT = 8 };

    return ip->offset + (ip->version == 4 ? IPV4_AT : IPV6_AT);
}

/* Protocols with a checksum that this file knows, and where it is in their header. */
static const struct summed {
    uint8_t protocol, field;
    bool pseudo;
} summed[] = {
    { PACKET_PROTOCOL_TCP, 16, true },
    { PACKET_PROTOCOL_UDP, 6, true },
    { PACKET_PROTOCOL_ICMP, 2, false },
    { PACKET_PROTOCOL_ICMPV6, 2, true },
};

static const struct summed *find_summed(uint8_t protocol)
{
    for (size_t i = 0; i < sizeof summed / sizeof summed[0]; i++) {
        if (summed[i].protocol == protocol)
            return &summed[i];
    }
    return NULL;
}

/* The innermost IP header that is not quoted, or NULL. */
static const packet_ip *carrier_of(const packet *p)
{
    const packet_ip *carrier = NULL;

    for (unsigned i = 0; i < p->ip_count && !p->ip[i].quoted; i++)
        carrier = &p->ip[i];
    return carrier;
}

bool checksum_find(const packet *p, checksum_place *place)
{
    const packet_ip *ip = carrier_of(p);
    const struct summed *known = ip != NULL ? find_summed(ip->protocol) : NULL;

    /* payload == offset: the IP header itself is cut. */
    if (known == NULL || ip->later_fragment || ip->payload == ip->offset)
        return false;
    *place =
        (checksum_place){ .protocol = ip->protocol, .at = ip->payload, .field = ip->payload + known->field };
    if (known->pseudo) {
        place->source = source_of(ip);
        place->destination = final_destination(p, ip);
    }
    return place->field + 2 <= ip->end && place->field + 2 <= p->captured;
}

/* A transport header with all of its payload at hand, and what its checksum covers. */
typedef struct covered {
    checksum_place place;
    uint32_t length;
    uint32_t pseudo; /* sum of the pseudo-header; 0 where there is none */
} covered;

static bool any_fragment(const packet *p)
{
    for (unsigned i = 0; i < p->ip_count && !p->ip[i].quoted; i++) {
        if (p->ip[i].fragment)
            return true;
    }
    return false;
}

static cats_address address_at(const packet *p, uint8_t version, uint32_t at)
{
    return version == 4 ? cats_address_ipv4(p->data + at) : cats_address_ipv6(p->data + at);
}

static bool find_covered(const packet *p, covered *c)
{
    const packet_ip *ip = carrier_of(p);
    cats_address source, destination;

    if (ip == NULL || any_fragment(p) || p->end != PACKET_COMPLETE || ip->end > p->captured ||
        !checksum_find(p, &c->place))
        return false;
    c->length = ip->end - ip->payload;
    if (ip->protocol == PACKET_PROTOCOL_UDP && packet_get16(p->data + c->place.at + 4) != 0)
        c->length = packet_get16(p->data + c->place.at + 4);
    c->pseudo = 0;
    if (c->place.source == 0)
        return true;
    if (c->place.destination == 0)
        return false;
    source = address_at(p, ip->version, c->place.source);
    destination = address_at(p, ip->version, c->place.destination);
    c->pseudo = checksum_pseudo(&source, &destination, ip->protocol, c->length);
    return true;
}

checksum_state checksum_verify_transport(const packet *p)
{
    covered c;
    uint16_t found;
    bool tcp_or_udp;

    if (!find_covered(p, &c))
        return CHECKSUM_NOT_CHECKED;
    found = packet_get16(p->data + c.place.field);
    if (c.place.protocol == PACKET_PROTOCOL_UDP && found == 0 && p->ip[p->ip_count - 1].version == 4)
        return CHECKSUM_NOT_CHECKED;
    if (checksum_finish(checksum_add(p->data + c.place.at, c.length, c.pseudo)) == 0)
        return CHECKSUM_GOOD;
    tcp_or_udp = c.place.protocol == PACKET_PROTOCOL_TCP || c.place.protocol == PACKET_PROTOCOL_UDP;
    return tcp_or_udp && found == c.pseudo ? CHECKSUM_PARTIAL : CHECKSUM_BAD;
}

static void write_ipv4_checksum(uint8_t *header, uint32_t length)
{
    packet_put16(header + IPV4_CHECKSUM_AT, 0);
    packet_put16(header + IPV4_CHECKSUM_AT, checksum_finish(checksum_add(header, length, 0)));
}

bool checksum_write(uint8_t *ip_packet, size_t length)
{
    packet p;
    covered c;
    uint16_t checksum;

    if (length > UINT32_MAX)
        return false;
    packet_walk(PACKET_LINK_RAW, ip_packet, (uint32_t)length, (uint32_t)length, &p);
    if (p.ip_count == 0 || p.end != PACKET_COMPLETE)
        return false;
    for (unsigned i = 0; i < p.ip_count && !p.ip[i].quoted; i++) {
        uint32_t header_length = whole_ipv4_header(&p, &p.ip[i]);

        if (header_length != 0)
            write_ipv4_checksum(ip_packet + p.ip[i].offset, header_length);
    }
    if (!find_covered(&p, &c))
        return true;
    packet_put16(ip_packet + c.place.field, 0);
    checksum = checksum_finish(checksum_add(ip_packet + c.place.at, c.length, c.pseudo));
    /* RFC 768: 0 says that there is none. */
    if (c.place.protocol == PACKET_PROTOCOL_UDP && checksum == 0)
        checksum = 0xFFFF;
    packet_put16(ip_packet + c.place.field, checksum);
    return true;
}
