/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Flow keys: read off a walked packet, compared, hashed.
 * Spec: RFC 10053 (a flow stays with its instance); RFC 8200 s4.5 and RFC 791 s3.2 for what fragments share.
 */
#include "flow-key.h"

#include "hash-mix.h"
#include "packet.h"
#include <string.h>

_Static_assert(sizeof(cats_flow_key) == 40, "a flow key has no padding");

static bool has_ports(uint8_t protocol)
{
    return protocol == PACKET_PROTOCOL_TCP || protocol == PACKET_PROTOCOL_UDP;
}

/* Behind TCP and UDP comes no other IP header, so p's ports are those of an ip with these protocols. */
void cats_flow_key_read_at(const packet *p, const packet_ip *ip, cats_flow_key *key)
{
    memset(key, 0, sizeof *key);
    key->source = packet_source(p, ip);
    key->destination = packet_destination(p, ip);
    if (ip->fragment) {
        key->protocol = ip->fragment_protocol;
        return;
    }
    key->protocol = ip->protocol;
    if (!has_ports(ip->protocol) || ip->end - ip->payload < 4 || p->captured < ip->payload + 4)
        return;
    key->ports_known = 1;
    key->source_port = p->source_port;
    key->destination_port = p->destination_port;
}

bool cats_flow_key_read(const packet *p, cats_flow_key *key)
{
    const packet_ip *ip = NULL;

    for (unsigned i = 0; i < p->ip_count && !p->ip[i].quoted; i++) {
        ip = &p->ip[i];
        if (ip->fragment)
            break;
    }
    if (ip == NULL)
        return false;
    cats_flow_key_read_at(p, ip, key);
    return true;
}

bool cats_flow_key_read_ip(const uint8_t *octets, size_t length, cats_flow_key *key)
{
    packet p;

    if (length > UINT32_MAX)
        return false;
    packet_walk(PACKET_LINK_RAW, octets, (uint32_t)length, (uint32_t)length, &p);
    if (p.ip_count == 0)
        return false;
    cats_flow_key_read_at(&p, &p.ip[0], key);
    return true;
}

bool cats_flow_key_equal(const cats_flow_key *a, const cats_flow_key *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

/* Eight octets as a number, in the same order on every machine. */
static uint64_t word_at(const uint8_t *at)
{
    return (uint64_t)packet_get32(at) << 32 | packet_get32(at + 4);
}

/* The words are multiplied independently of each other and joined in order, as MurmurHash3 does. */
static uint64_t join(uint64_t hash, uint64_t word)
{
    word *= UINT64_C(0x87C37B91114253D5);
    word = word << 31 | word >> 33;
    word *= UINT64_C(0x4CF5AD432745937F);
    hash ^= word;
    hash = hash << 27 | hash >> 37;
    return hash * 5 + 0x52DCE729;
}

uint64_t cats_flow_key_hash(const cats_flow_key *key)
{
    uint64_t rest = (uint64_t)key->source.family << 48 | (uint64_t)key->ports_known << 40 |
                    (uint64_t)key->protocol << 32 | (uint64_t)key->source_port << 16 | key->destination_port;
    uint64_t hash = join(0, rest);

    hash = join(hash, word_at(key->source.octets));
    hash = join(hash, word_at(key->source.octets + 8));
    hash = join(hash, word_at(key->destination.octets));
    hash = join(hash, word_at(key->destination.octets + 8));
    return hash_mix(hash);
}
