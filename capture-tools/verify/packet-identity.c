/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Digests a frame piece by piece: headers that a table describes through its mask, all else as it is. Spec:
 * packet-identity.h. */
#include "packet-identity.h"

#include "epan-cats/checksum.h"
#include "epan-cats/flow-key.h"
#include "epan-cats/hash-mix.h"
#include "packet-layout.h"

#define ODD_1 UINT64_C(0x9E3779B97F4A7C15)
#define ODD_2 UINT64_C(0xC2B2AE3D27D4EB4F)

static inline uint64_t rotate(uint64_t value)
{
    return value << 29 | value >> 35;
}

/* Two lanes, each a bijection of every word that it takes: octets that differ in one place never give the
 * same digest. Its values are not kept anywhere. */
static uint64_t digest(uint64_t seed, const uint8_t *octets, size_t length)
{
    uint64_t a = seed ^ length * ODD_2, b = rotate(seed) + ODD_1, word[2];
    for (; length >= sizeof word; length -= sizeof word, octets += sizeof word) {
        memcpy(word, octets, sizeof word);
        a = rotate((a ^ word[0]) * ODD_1);
        b = rotate((b ^ word[1]) * ODD_2);
    }
    if (length > 0) {
        memset(word, 0, sizeof word);
        memcpy(word, octets, length);
        a = rotate((a ^ word[0]) * ODD_1);
        b = rotate((b ^ word[1]) * ODD_2);
    }
    return hash_mix(a + rotate(b * ODD_1));
}

/* A header without what is ignored of it; `port` is the offset of one more 16-bit field to leave out, or -1.
 */
static uint64_t digest_header(uint64_t seed, const expect_ignored *ignored, header_kind kind,
                              const uint8_t *header, int port)
{
    uint8_t octets[HEADER_OCTETS_MAX];
    unsigned length = header_shape_get(kind)->octets;
    for (unsigned i = 0; i < length; i++)
        octets[i] = header[i] & ignored->mask[kind][i];
    if (port >= 0)
        memset(octets + port, 0, 2);
    return digest(seed, octets, length);
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
    return to > from ? digest(seed, r->p->data + from, to - from) : seed;
}

static void note_header_checksum(const reader *r, const packet_ip *ip)
{
    if (checksum_verify_ip(r->p, ip) != CHECKSUM_BAD)
        return;
    if (packet_get16(r->p->data + ip->offset + 10) == 0)
        r->id->headers_left_out = true;
    else
        r->id->headers_wrong = true;
}

/* An IP header with all up to what it carries. */
static uint64_t digest_ip(const reader *r, uint64_t seed, const packet_ip *ip)
{
    header_kind kind = ip->version == 4 ? HEADER_IPV4 : HEADER_IPV6;
    uint32_t fixed = ip->offset + header_shape_get(kind)->octets;
    if (ip->version == 4 && !ip->quoted)
        note_header_checksum(r, ip);
    seed = digest_header(seed, r->ignored, kind, r->p->data + ip->offset, -1);
    /* That of a quoted header is not verified when packets are paired. */
    if (ip->version == 4 && ip->quoted)
        seed = digest_range(r, seed, ip->offset + 10, ip->offset + 12);
    return digest_range(r, seed, fixed, ip->payload);
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
    r->id->head = digest_header(r->id->head, r->ignored, kind, header, port);
    r->id->head = digest_range(r, r->id->head, fixed, body);
    return body;
}

/* What an ICMP error quotes has a TTL too. */
static uint64_t digest_body(reader *r, uint32_t from, uint32_t end)
{
    uint64_t seed = ODD_1;
    for (int i = r->carrier + 1; i < r->p->ip_count; i++) {
        const packet_ip *ip = &r->p->ip[i];
        r->id->covers_ignored = true;
        seed = digest_range(r, seed, from, ip->offset);
        seed = digest_ip(r, seed, ip);
        from = ip->payload;
    }
    return digest_range(r, seed, from, end);
}

static void read_flow(reader *r, const packet_ip *ip)
{
    cats_flow_key key;
    cats_flow_key_read_at(r->p, ip, &key);
    if (r->id->ported && r->id->client_sends)
        key.source_port = 0;
    else if (r->id->ported)
        key.destination_port = 0;
    r->id->flow = (uint32_t)cats_flow_key_hash(&key);
    if (!r->id->ported)
        return;
    const cats_flow_key back = { .source = key.destination,
                                 .destination = key.source,
                                 .protocol = key.protocol,
                                 .ports_known = key.ports_known,
                                 .source_port = key.destination_port,
                                 .destination_port = key.source_port };
    r->id->ends = r->id->flow ^ (uint32_t)cats_flow_key_hash(&back);
}

/* ---- the frame ---- */

static uint64_t digest_link(const reader *r, int link_type, uint32_t end)
{
    uint64_t seed = ODD_2;
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
        id->head = digest_range(&r, ODD_1 ^ p->ethertype, content, p->captured);
        id->cut = p->captured < p->wire;
        id->link_control = link_type != PACKET_LINK_RAW && is_link_protocol(p->ethertype);
        return;
    }
    const packet_ip *inner = &p->ip[r.carrier];
    uint32_t end = shown(&r, inner->end);
    read_outer(&r, link_type);
    id->head = digest_ip(&r, ODD_1, inner);
    uint32_t body = read_transport(&r, topology, inner, end);
    id->body = digest_body(&r, body, end);
    id->cut = end < inner->end;
    id->link_control = is_link_control(&r, inner);
    read_flow(&r, inner);
}
