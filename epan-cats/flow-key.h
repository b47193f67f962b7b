/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which flow a packet belongs to: its addresses, protocol and ports, fragments included.
 * Spec: RFC 10053 (a flow stays with its instance); RFC 6438 s3. */
#ifndef EPAN_CATS_FLOW_KEY_H
#define EPAN_CATS_FLOW_KEY_H

#include "address.h"

struct packet; /* of packet.h; who gives keys only need not know it */
struct packet_ip;

/* Directional. All octets are set (no padding garbage): compare with memcmp, hash as octets.
 *
 * Only TCP and UDP give ports. Every fragment of a packet, the first one included though it shows the ports,
 * gives the 3-tuple of addresses and protocol: else the parts of one packet would go to two sites. So a flow
 * some of whose packets are fragmented has two keys, and its fragmented packets may be sent elsewhere than
 * its whole ones; nothing in a later fragment, of IPv4 or IPv6, could prevent that without memory. The
 * protocol of a fragment is what all fragments name (IPv4 Protocol; Next Header of the IPv6 Fragment header),
 * so a destination options header behind the Fragment header makes it 60. An atomic fragment (RFC 6946) is a
 * whole packet. */
typedef struct cats_flow_key {
    cats_address source, destination;
    uint8_t protocol;
    uint8_t ports_known;                    /* 0 or 1 */
    uint16_t source_port, destination_port; /* host byte order; 0 when not known */
} cats_flow_key;

/* The flow of the innermost IP packet that is not quoted in an ICMP error, or of the outermost fragment when
 * a tunnel's outer packet is fragmented (its later fragments show no inner packet); false if none. */
bool cats_flow_key_read(const struct packet *p, cats_flow_key *key);
/* The same of one header of p->ip, no tunnels looked into. */
void cats_flow_key_read_at(const struct packet *p, const struct packet_ip *ip, cats_flow_key *key);
/* The same of an IP packet without link header: the packet itself, no tunnels looked into. */
bool cats_flow_key_read_ip(const uint8_t *octets, size_t length, cats_flow_key *key);

/* The flow of the packets that go the other way. */
static inline cats_flow_key cats_flow_key_reversed(const cats_flow_key *key)
{
    cats_flow_key back = *key;
    back.source = key->destination;
    back.destination = key->source;
    back.source_port = key->destination_port;
    back.destination_port = key->source_port;
    return back;
}

bool cats_flow_key_equal(const cats_flow_key *a, const cats_flow_key *b);
/* 64 well-mixed bits: the same on every machine and run, for table look-up and for choosing a site. */
uint64_t cats_flow_key_hash(const cats_flow_key *key);

#endif
