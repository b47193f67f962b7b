/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading, encapsulating and decapsulating, shared by both forwarders. Spec: RFC 8986 s4-5; RFC 8754 s4; RFC
 * 1812 s5. */
#include "forwarding.h"

#include "epan-cats/cats-behavior.h"
#include "epan-cats/checksum.h"
#include "epan-cats/flow-key.h"
#include <glib.h>
#include <string.h>

#define IPV4_HEADER 20
#define IPV6_HEADER 40
#define FLOW_LABEL_MASK 0xfffffu

static const char *const drop_words[] = { [FORWARDING_PASSED] = "passed",
#define X(symbol, word) [FORWARDING_##symbol] = word,
                                          FORWARDING_DROPS(X)
#undef X
};
G_STATIC_ASSERT(G_N_ELEMENTS(drop_words) == FORWARDING_DROP_COUNT);

static const forwarding_drop decap_drops[] = {
    [PACKET_DECAPSULATED] = FORWARDING_PASSED,
    [PACKET_DECAP_NOT_IPV6] = FORWARDING_MALFORMED,
    [PACKET_DECAP_SEGMENTS_LEFT] = FORWARDING_SEGMENTS_LEFT,
    [PACKET_DECAP_UPPER_LAYER] = FORWARDING_UPPER_LAYER,
    [PACKET_DECAP_FRAGMENT] = FORWARDING_FRAGMENT,
    [PACKET_DECAP_MALFORMED] = FORWARDING_MALFORMED,
    [PACKET_DECAP_HOP_LIMIT] = FORWARDING_HOP_LIMIT,
};

const char *forwarding_drop_word(forwarding_drop drop)
{
    return drop_words[drop];
}

static forwarding_drop read_ipv4(const uint8_t *octets, size_t length, forwarding_packet *ip)
{
    size_t header = (size_t)(octets[0] & 0x0f) * 4;
    if (length < IPV4_HEADER || header < IPV4_HEADER) {
        return FORWARDING_MALFORMED;
    }
    size_t total = packet_get16(octets + 2);
    if (total < header || total > length) {
        return FORWARDING_MALFORMED;
    }
    *ip = (forwarding_packet){ octets, total, cats_address_ipv4(octets + 12), cats_address_ipv4(octets + 16),
                               octets[8] };
    return FORWARDING_PASSED;
}

static forwarding_drop read_ipv6(const uint8_t *octets, size_t length, forwarding_packet *ip)
{
    if (length < IPV6_HEADER) {
        return FORWARDING_MALFORMED;
    }
    size_t total = IPV6_HEADER + (size_t)packet_get16(octets + 4);
    if (total > length) {
        return FORWARDING_MALFORMED;
    }
    *ip = (forwarding_packet){ octets, total, cats_address_ipv6(octets + 8), cats_address_ipv6(octets + 24),
                               octets[7] };
    return FORWARDING_PASSED;
}

forwarding_drop forwarding_read(const uint8_t *octets, size_t length, forwarding_packet *ip)
{
    switch (length > 0 ? octets[0] >> 4 : 0) {
    case 4:
        return read_ipv4(octets, length, ip);
    case 6:
        return read_ipv6(octets, length, ip);
    default:
        return FORWARDING_MALFORMED;
    }
}

forwarding_drop forwarding_admit(const forwarding_packet *ip)
{
    if (ip->source.family == 4) {
        size_t header = (size_t)(ip->octets[0] & 0x0f) * 4;
        if (checksum_finish(checksum_add(ip->octets, header, 0)) != 0) {
            return FORWARDING_MALFORMED;
        }
    }
    if (cats_address_not_unicast(&ip->destination) != NULL || cats_address_not_unicast(&ip->source) != NULL) {
        return FORWARDING_NOT_UNICAST;
    }
    if (ip->source.family == 6 && ip->hop_limit <= 1) {
        return FORWARDING_HOP_LIMIT;
    }
    return FORWARDING_PASSED;
}

/* 20 bits of the flow's hash, never 0; 0 when no flow can be read. RFC 6437 s3, RFC 6438 s3. */
static uint32_t flow_label_of(const forwarding_packet *ip)
{
    cats_flow_key key;
    if (!cats_flow_key_read_ip(ip->octets, ip->length, &key)) {
        return 0;
    }
    uint64_t hash = cats_flow_key_hash(&key);
    uint32_t label = (uint32_t)(hash ^ (hash >> 20) ^ (hash >> 40)) & FLOW_LABEL_MASK;
    return label != 0 ? label : 1;
}

forwarding_drop forwarding_encapsulate(const forwarding_encapsulation *how, const segment_path *path,
                                       const forwarding_packet *ip, uint8_t *buffer, size_t *length)
{
    packet_encap_spec spec = { .segments = path->segments, .count = path->count, .mode = how->mode };
    memcpy(spec.source, how->source, sizeof spec.source);
    if (how->flow_label_from_flow) {
        spec.flow_label = flow_label_of(ip);
    }
    *length = packet_encapsulate(&spec, ip->octets, ip->length, buffer, FORWARDING_PACKET_MAX);
    return *length > 0 ? FORWARDING_PASSED : FORWARDING_TOO_BIG;
}

forwarding_drop forwarding_decapsulate(const forwarding_packet *ip, uint8_t *buffer, forwarding_packet *inner)
{
    uint8_t *octets;
    size_t length;
    memcpy(buffer, ip->octets, ip->length);
    packet_decap_result result = packet_decapsulate(buffer, ip->length, &octets, &length);
    if (result != PACKET_DECAPSULATED && result != PACKET_DECAP_HOP_LIMIT) {
        return decap_drops[result];
    }
    forwarding_drop drop = forwarding_read(octets, length, inner);
    return drop != FORWARDING_PASSED ? drop : decap_drops[result];
}

bool forwarding_accepts(uint16_t behavior, const forwarding_packet *inner)
{
    return cats_behavior_accepts(behavior,
                                 inner->source.family == 4 ? PACKET_PROTOCOL_IPV4 : PACKET_PROTOCOL_IPV6);
}
