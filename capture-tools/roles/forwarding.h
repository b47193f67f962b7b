/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ingress and egress do alike: read an IP packet, encapsulate it into a segment list, decapsulate it, or
 * say in one word why not. Spec: RFC 8986 s4-5; RFC 8754 s4, s5.1; RFC 1812 s5. */
#ifndef CATSHARK_ROLES_FORWARDING_H
#define CATSHARK_ROLES_FORWARDING_H

#include "epan-cats/packet-build.h"
#include "segment-path.h"

/* X(symbol, word): why a forwarder does not pass a packet on. */
/* clang-format off */
#define FORWARDING_DROPS(X) \
    X(MALFORMED, "malformed")             /* no IP packet, or a length or checksum contradicts the octets */ \
    X(NOT_UNICAST, "not-unicast")         /* a source or destination that no router passes on */ \
    X(NOT_FROM_DOMAIN, "not-from-domain") /* addressed to a SID from outside the SR domain (RFC 8754 s5.1) */ \
    X(NO_ROUTE, "no-route")               /* nothing is known of the destination */ \
    X(NO_EGRESS, "no-egress")             /* offers for the CS-ID, none with a score above 0 */ \
    X(NO_SITE, "no-site")                 /* no local site has weight */ \
    X(NOT_A_SERVICE, "not-a-service")     /* End.CATS, and the inner destination is no CS-ID */ \
    X(SEGMENTS_LEFT, "segments-left")     /* a decapsulating SID with Segments Left above 0 */ \
    X(UPPER_LAYER, "upper-layer")         /* the behaviour does not take what is inside */ \
    X(FRAGMENT, "fragment")               /* the outer packet is a fragment */ \
    X(HOP_LIMIT, "hop-limit")             /* TTL or hop limit used up */ \
    X(TOO_BIG, "too-big")                 /* above 65535 octets or the MTU with the headers in front */
/* clang-format on */

typedef enum forwarding_drop {
    FORWARDING_PASSED,
#define X(symbol, word) FORWARDING_##symbol,
    FORWARDING_DROPS(X)
#undef X
        FORWARDING_DROP_COUNT
} forwarding_drop;

/* The static word; "passed" for FORWARDING_PASSED. */
const char *forwarding_drop_word(forwarding_drop drop);

/* Octets of the longest IP packet: an IPv6 header and a full payload. */
#define FORWARDING_PACKET_MAX (40 + 65535)

/* An IP packet; octets are the caller's. */
typedef struct forwarding_packet {
    const uint8_t *octets;
    size_t length; /* by its own length field: what lies behind is padding of the link */
    cats_address source, destination;
    uint8_t hop_limit; /* TTL or Hop Limit */
} forwarding_packet;

/* MALFORMED when the octets hold no whole IP packet. Total. */
forwarding_drop forwarding_read(const uint8_t *octets, size_t length, forwarding_packet *ip);
/* What the encapsulating node asks of a packet from a link: the IPv4 header's checksum, addresses that may be
 * passed on, and an IPv6 hop limit of 2 or more. As in Linux, an IPv4 packet's TTL is not looked at: only the
 * decapsulating node counts as its hop. */
forwarding_drop forwarding_admit(const forwarding_packet *ip);

/* How a forwarder encapsulates. */
typedef struct forwarding_encapsulation {
    uint8_t source[16]; /* outer source address */
    packet_encapsulation mode;
    bool flow_label_from_flow; /* the outer flow label from the flow's hash where the inner packet has none */
} forwarding_encapsulation;

/* Writes an admitted packet as it leaves the node; `buffer` holds FORWARDING_PACKET_MAX octets. */
forwarding_drop forwarding_encapsulate(const forwarding_encapsulation *how, const segment_path *path,
                                       const forwarding_packet *ip, uint8_t *buffer, size_t *length);
/* Copies the packet into `buffer` (FORWARDING_PACKET_MAX octets) and takes the outer headers off there:
 * *inner is what leaves the node, TTL or hop limit lowered by one; with HOP_LIMIT it is the packet as it
 * came. */
forwarding_drop forwarding_decapsulate(const forwarding_packet *ip, uint8_t *buffer,
                                       forwarding_packet *inner);
/* Whether a SID of this behaviour takes what was inside. */
bool forwarding_accepts(uint16_t behavior, const forwarding_packet *inner);

#endif
