/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Digests a frame piece by piece: headers that a table describes through its mask, all else as it is. Spec:
 * packet-identity.h. */
#include "packet-identity.h"

#include "epan-cats/hash-mix.h"
#include "epan-cats/octet-digest.h"
#include "packet-layout.h"

/* Where digests begin. */
#define SEED_HEAD UINT64_C(0x9E3779B97F4A7C15)
#define SEED_BODY UINT64_C(0xC2B2AE3D27D4EB4F)
#define SEED_LINK UINT64_C(0x165667B19E3779F9)

/* The words of a header under a mask; headers have an even number of half words. What the mask leaves out
 * goes on with *left_out. */
static inline uint64_t digest_masked(uint64_t digest, const uint8_t *header, const uint8_t *mask,
                                     unsigned octets, uint64_t *left_out)
{
    for (; octets >= 8; octets -= 8, header += 8, mask += 8) {
        uint64_t word = octet_digest_word(header), wanted = octet_digest_word(mask);
        digest = octet_digest_join(digest, word & wanted);
        *left_out = octet_digest_join(*left_out, word & ~wanted);
    }
    if (octets > 0) {
        uint64_t word = packet_get32(header), wanted = packet_get32(mask);
        digest = octet_digest_join(digest, word & wanted);
        *left_out = octet_digest_join(*left_out, word & ~wanted);
    }
    return digest;
}

/* What is digested. */
typedef struct reader {
    const packet *p;
    const expect_ignored *ignored;
    packet_identity *id;
    int carrier;
} reader;

static uint32_t shown(const reader *r, uint32_t end)
{
    return MIN(end, r->p->captured);
}

static uint64_t digest_range(const reader *r, uint64_t seed, uint32_t from, uint32_t to)
{
    return to > from ? octet_digest(seed ^ (to - from), r->p->data + from, to - from) : seed;
}

/* An IP header with all up to what it carries. */
static uint64_t digest_ip(const reader *r, uint64_t seed, const packet_ip *ip)
{
    header_kind kind = ip->version == 4 ? HEADER_IPV4 : HEADER_IPV6;
    unsigned octets = kind == HEADER_IPV4 ? 20 : 40;
    const uint8_t *header = r->p->data + ip->offset;
    uint64_t left_out = r->id->headers, none = 0;
    seed = digest_masked(seed, header, r->ignored->mask[kind], octets,
                         kind == HEADER_IPV4 && !ip->quoted ? &left_out : &none);
    r->id->headers = (uint32_t)left_out;
    /* The checksum of a quoted header is not verified when packets are paired. */
    if (kind == HEADER_IPV4 && ip->quoted)
        seed = octet_digest_join(seed, packet_get16(header + 10));
    return digest_range(r, seed, ip->offset + octets, ip->payload);
}

/* ---- the client's port ---- */

/* False when it cannot be told. */
static bool client_sends(const reader *r, const cats_topology *topology, const packet_ip *ip, uint16_t source,
                         uint16_t destination, bool *sends)
{
    if (topology != NULL) {
        cats_address to = packet_destination(r->p, ip), from = packet_source(r->p, ip);
        bool to_service = cats_topology_service_at(topology, &to) != NULL;
        *sends = to_service;
        if (to_service != (cats_topology_service_at(topology, &from) != NULL))
            return true;
    }
    *sends = source > destination;
    return source != destination;
}

/* Offset of the client's port in a TCP or UDP header, or -1. */
static int client_port(const reader *r, const cats_topology *topology, const packet_ip *ip,
                       const uint8_t *header)
{
    packet_identity *id = r->id;
    uint16_t source = packet_get16(header), destination = packet_get16(header + 2);
    id->ported = client_sends(r, topology, ip, source, destination, &id->client_sends);
    if (!id->ported)
        return -1;
    id->client_port = id->client_sends ? source : destination;
    return id->client_sends ? 0 : 2;
}

/* ---- the innermost packet ---- */

static uint32_t checksum_at(header_kind kind)
{
    return kind == HEADER_TCP ? 16 : kind == HEADER_UDP ? 6 : 2;
}

static uint32_t transport_length(const uint8_t *header, header_kind kind)
{
    return kind == HEADER_TCP ? MAX(20u, (header[12] >> 4) * 4u) : header_shape_get(kind)->octets;
}

/* Without the port at an offset, or (-1) with both. */
static uint64_t digest_transport(const reader *r, header_kind kind, const uint8_t *header, int port)
{
    uint64_t none = 0;
    uint8_t octets[HEADER_OCTETS_MAX];
    unsigned length = header_shape_get(kind)->octets;
    if (port < 0)
        return digest_masked(r->id->head, header, r->ignored->mask[kind], length, &none);
    memcpy(octets, header, length);
    packet_put16(octets + port, 0);
    return digest_masked(r->id->head, octets, r->ignored->mask[kind], length, &none);
}

/* The transport header joins the head; returns where the body begins. */
static uint32_t read_transport(reader *r, const cats_topology *topology, const packet_ip *ip, uint32_t end)
{
    header_kind kind = ip->later_fragment ? HEADER_NONE : header_kind_of_transport(ip->protocol);
    if (kind == HEADER_NONE || ip->payload + header_shape_get(kind)->octets > end)
        return ip->payload;
    const uint8_t *header = r->p->data + ip->payload;
    uint32_t fixed = ip->payload + header_shape_get(kind)->octets;
    uint32_t body = MIN(end, ip->payload + transport_length(header, kind));
    int port = -1;
    if (r->ignored->group[IGNORED_CLIENT_PORT] && (kind == HEADER_TCP || kind == HEADER_UDP))
        port = client_port(r, topology, ip, header);
    r->id->checksum = packet_get16(header + checksum_at(kind));
    r->id->covers_ignored = port >= 0;
    r->id->head = digest_transport(r, kind, header, port);
    r->id->head = digest_range(r, r->id->head, fixed, body);
    return body;
}

/* What an ICMP error quotes has a TTL too. */
static uint64_t digest_body(reader *r, uint32_t from, uint32_t end)
{
    uint64_t seed = SEED_BODY;
    for (int i = r->carrier + 1; i < r->p->ip_count; i++) {
        const packet_ip *ip = &r->p->ip[i];
        r->id->covers_ignored = true;
        seed = digest_range(r, seed, from, ip->offset);
        seed = digest_ip(r, seed, ip);
        from = ip->payload;
    }
    return digest_range(r, seed, from, end);
}

/* One end of a flow: an address and, of whole TCP and UDP packets, a port. */
static uint64_t digest_end(const reader *r, const packet_ip *ip, bool source, uint16_t port)
{
    const uint8_t *header = r->p->data + ip->offset;
    if (ip->version == 4)
        return hash_mix((uint64_t)packet_get32(header + (source ? 12 : 16)) << 16 | port);
    const uint8_t *address = header + (source ? 8 : 24);
    return hash_mix(octet_digest_join(octet_digest_word(address), octet_digest_word(address + 8)) + port);
}

static void read_flow(reader *r, const packet_ip *ip)
{
    packet_identity *id = r->id;
    bool ports =
        !ip->fragment && (ip->protocol == PACKET_PROTOCOL_TCP || ip->protocol == PACKET_PROTOCOL_UDP);
    uint16_t from = ports ? r->p->source_port : 0, to = ports ? r->p->destination_port : 0;
    if (id->ported && id->client_sends)
        from = 0;
    else if (id->ported)
        to = 0;
    uint64_t source = digest_end(r, ip, true, from), destination = digest_end(r, ip, false, to);
    id->flow = (uint32_t)(octet_digest_join(source, destination) + ip->protocol);
    id->ends = (uint32_t)(source + destination);
}

/* ---- the frame ---- */

static uint64_t digest_link(const reader *r, int link_type, uint32_t end)
{
    uint64_t seed = SEED_LINK;
    if (link_type != PACKET_LINK_ETHERNET || end < 14)
        return seed;
    if (!r->ignored->group[IGNORED_MAC])
        seed = digest_range(r, seed, 0, 12);
    return r->ignored->group[IGNORED_VLAN] ? seed : digest_range(r, seed, 14, end);
}

static void read_outer(reader *r, int link_type)
{
    const packet *p = r->p;
    const packet_ip *first = &p->ip[0], *inner = &p->ip[r->carrier];
    uint32_t end = shown(r, first->end);
    uint64_t seed = digest_link(r, link_type, first->offset);
    for (int i = 0; i < r->carrier; i++) {
        seed = digest_ip(r, seed, &p->ip[i]);
        seed = digest_range(r, seed, p->ip[i].payload, p->ip[i + 1].offset);
    }
    seed = digest_range(r, seed, shown(r, inner->end), end);
    if (!r->ignored->group[IGNORED_PADDING])
        seed = digest_range(r, seed, end, p->captured);
    r->id->outer = seed;
}

/* Group membership, neighbour and router discovery, IGMP: never forwarded. */
static bool is_link_control(const reader *r, const packet_ip *ip)
{
    enum { IGMP = 2, MLD_FIRST = 130, DISCOVERY_LAST = 137, MLD_2 = 143 };
    if (ip->protocol == IGMP)
        return true;
    if (ip->protocol != PACKET_PROTOCOL_ICMPV6 || ip->later_fragment || ip->payload >= shown(r, ip->end))
        return false;
    uint8_t type = r->p->data[ip->payload];
    return (type >= MLD_FIRST && type <= DISCOVERY_LAST) || type == MLD_2;
}

/* Protocols of a link by their EtherTypes: ARP, RARP, LLDP, EAPOL, MACsec, slow protocols, loop test, and
 * what has an 802.3 length (spanning tree, CDP). */
static bool is_link_protocol(uint16_t ethertype)
{
    static const uint16_t known[] = { 0x0806, 0x8035, 0x88CC, 0x888E, 0x88E5, 0x8809, 0x9000 };
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
        if (known[i] == ethertype)
            return true;
    return ethertype == 0;
}

void packet_identity_read(const packet *p, int link_type, const expect_ignored *ignored,
                          const cats_topology *topology, packet_identity *id)
{
    reader r = { p, ignored, id, packet_carrier(p) };
    *id = (packet_identity){ .has_ip = r.carrier >= 0 };
    if (!id->has_ip) {
        uint32_t content = packet_content(p, link_type);
        id->outer = digest_link(&r, link_type, content);
        id->head = digest_range(&r, SEED_HEAD ^ p->ethertype, content, p->captured);
        id->cut = p->captured < p->wire;
        id->link_control = link_type != PACKET_LINK_RAW && is_link_protocol(p->ethertype);
        return;
    }
    const packet_ip *inner = &p->ip[r.carrier];
    uint32_t end = shown(&r, inner->end);
    read_outer(&r, link_type);
    id->head = digest_ip(&r, SEED_HEAD, inner);
    uint32_t body = read_transport(&r, topology, inner, end);
    id->body = digest_body(&r, body, end);
    id->cut = end < inner->end;
    id->link_control = is_link_control(&r, inner);
    read_flow(&r, inner);
}
