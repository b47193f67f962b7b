/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses and ports of a packet and of the packets that it carries. Each change goes into the checksums
 * that cover it as a difference, so that a wrong checksum stays exactly as wrong. Spec: RFC 1624 eqn 3;
 * man/catshark-inject.1 (REWRITING). */
#include "rewrite.h"

#include "epan-cats/checksum.h"
#include "epan-cats/srh.h"

enum { IPV4_CHECKSUM_AT = 10, IPV4_SOURCE_AT = 12, IPV6_SOURCE_AT = 8, TCP_HEADER_MIN = 20 };

typedef struct rewriting {
    const rewrite_rules *rules;
    uint8_t *data;
    packet p;
    bool summed; /* place is valid */
    checksum_place place;
} rewriting;

/* ---- checksums ---- */

static void adjust_transport(const rewriting *r, uint16_t before, uint16_t after)
{
    bool udp = r->place.protocol == PACKET_PROTOCOL_UDP;
    uint8_t *field = r->data + r->place.field;
    uint16_t checksum = packet_get16(field);
    if (before == after || (udp && checksum == 0)) /* RFC 768: 0 says that there is none */
        return;
    checksum = checksum_adjust(checksum, before, after);
    packet_put16(field, udp && checksum == 0 ? 0xFFFF : checksum);
}

static void adjust_ipv4(const rewriting *r, const packet_ip *ip, uint16_t before, uint16_t after)
{
    uint8_t *field = r->data + ip->offset + IPV4_CHECKSUM_AT;
    if (before != after)
        packet_put16(field, checksum_adjust(packet_get16(field), before, after));
}

/* ---- addresses of IP headers ---- */

static bool in_pseudo_header(const rewriting *r, uint32_t at)
{
    return r->summed && (at == r->place.source || at == r->place.destination);
}

/* `ip` NULL: no header checksum covers it. */
static void map_address(const rewriting *r, const packet_ip *ip, uint8_t family, uint32_t at)
{
    uint8_t *octets = r->data + at;
    cats_address address = family == 4 ? cats_address_ipv4(octets) : cats_address_ipv6(octets);
    if (!address_map_apply(r->rules->map, &address))
        return;
    bool pseudo = in_pseudo_header(r, at);
    for (size_t i = 0; i < cats_address_length(&address); i += 2) {
        uint16_t before = packet_get16(octets + i), after = packet_get16(address.octets + i);
        if (ip != NULL)
            adjust_ipv4(r, ip, before, after);
        if (pseudo)
            adjust_transport(r, before, after);
        packet_put16(octets + i, after);
    }
}

static void map_segments(const rewriting *r, const packet_ip *ip)
{
    srh_view srh;
    cats_defect defect;
    if (ip->srh == 0 || !srh_parse(r->data + ip->srh, r->p.captured - ip->srh, &srh, &defect))
        return;
    for (unsigned i = 0; i < srh.segment_count; i++)
        map_address(r, NULL, 6, (uint32_t)(srh_segment(&srh, i) - r->data));
}

static void map_header(const rewriting *r, const packet_ip *ip)
{
    uint32_t source = ip->offset + (ip->version == 4 ? IPV4_SOURCE_AT : IPV6_SOURCE_AT);
    uint32_t destination = source + (ip->version == 4 ? 4 : 16);
    const packet_ip *checked = ip->version == 4 ? ip : NULL;
    map_address(r, checked, ip->version, source);
    map_address(r, checked, ip->version, destination);
    map_segments(r, ip);
}

/* ---- what lies behind them ---- */

/* Octets behind the transport header's start, which may be at any place in a word of the checksum. */
static void change_transport(const rewriting *r, uint32_t at, const uint8_t *to, uint32_t length)
{
    uint32_t base = r->place.at;
    for (uint32_t i = 0; i < length; i++) {
        uint8_t *word = r->data + base + ((at + i - base) & ~1u);
        uint16_t before = packet_get16(word);
        r->data[at + i] = to[i];
        adjust_transport(r, before, packet_get16(word));
    }
}

static void map_port(const rewriting *r, uint32_t at)
{
    uint16_t port = packet_get16(r->data + at);
    uint8_t octets[2];
    if (!address_map_apply_port(r->rules->map, &port))
        return;
    packet_put16(octets, port);
    change_transport(r, at, octets, sizeof octets);
}

/* The address and the port end the option, whichever its form. */
static void map_option(const rewriting *r, uint32_t at, const affinity_option *option)
{
    cats_address address = option->address;
    uint32_t port_at = at + (uint32_t)affinity_option_length(option) - 2;
    if (address_map_apply(r->rules->map, &address)) {
        uint32_t length = (uint32_t)cats_address_length(&address);
        change_transport(r, port_at - length, address.octets, length);
    }
    map_port(r, port_at);
}

static void map_options(const rewriting *r)
{
    uint32_t at = r->place.at, header = (r->data[at + 12] >> 4) * 4u;
    affinity_option_walk walk;
    if (header < TCP_HEADER_MIN || at + header > r->p.captured)
        return;
    affinity_option_walk_start(&walk, r->data + at + TCP_HEADER_MIN, header - TCP_HEADER_MIN);
    while (affinity_option_walk_next(&walk)) {
        affinity_option option;
        cats_defect defect;
        if (!walk.bad &&
            affinity_option_parse(&r->rules->numbers, walk.octets + walk.at, walk.length - walk.at, &option,
                                  &defect) == AFFINITY_PARSED &&
            !option.permit)
            map_option(r, at + TCP_HEADER_MIN + (uint32_t)walk.at, &option);
    }
}

static void map_transport(const rewriting *r)
{
    if (!r->summed || (r->place.protocol != PACKET_PROTOCOL_TCP && r->place.protocol != PACKET_PROTOCOL_UDP))
        return;
    map_port(r, r->place.at);
    map_port(r, r->place.at + 2);
    if (r->place.protocol == PACKET_PROTOCOL_TCP)
        map_options(r);
}

/* ---- checksums written anew ---- */

static bool any_wrong(const packet *p)
{
    checksum_state state = checksum_verify_transport(p);
    bool wrong = state == CHECKSUM_BAD || state == CHECKSUM_PARTIAL;
    for (unsigned i = 0; i < p->ip_count && !p->ip[i].quoted; i++)
        wrong = wrong || checksum_verify_ip(p, &p->ip[i]) == CHECKSUM_BAD;
    return wrong;
}

/* A UDP datagram over IPv4 that has none keeps none. */
static void fix_checksums(rewriting *r)
{
    uint8_t *field = r->data + r->place.field;
    bool none = r->summed && r->place.protocol == PACKET_PROTOCOL_UDP && packet_get16(field) == 0 &&
                r->place.destination - r->place.source == 4;
    if (!any_wrong(&r->p) || !checksum_write(r->data + r->p.ip[0].offset, r->p.captured - r->p.ip[0].offset))
        return;
    if (none)
        packet_put16(field, 0);
}

void rewrite_packet(const rewrite_rules *rules, uint8_t *data, uint32_t length)
{
    rewriting r = { .rules = rules, .data = data };
    packet_walk(PACKET_LINK_ETHERNET, data, length, length, &r.p);
    if (r.p.ip_count == 0)
        return;
    r.summed = checksum_find(&r.p, &r.place);
    for (unsigned i = 0; rules->map != NULL && i < r.p.ip_count && !r.p.ip[i].quoted; i++)
        map_header(&r, &r.p.ip[i]);
    if (rules->map != NULL)
        map_transport(&r);
    if (rules->fix_checksums)
        fix_checksums(&r);
}
