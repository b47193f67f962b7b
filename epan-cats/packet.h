/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One pass over a captured frame: where each header lies and what the innermost one is. Nothing is copied.
 * Spec: IEEE 802.1Q, RFC 791, RFC 8200, RFC 8754, RFC 2473, RFC 8986 s9 (Ethernet behind next header 143). */
#ifndef EPAN_CATS_PACKET_H
#define EPAN_CATS_PACKET_H

#include "address.h"
#include "defect.h"

#include <string.h>

/* Link types by their DLT values as libpcap knows them. */
enum {
    PACKET_LINK_NULL = 0,
    PACKET_LINK_ETHERNET = 1,
    PACKET_LINK_RAW = 101, /* LINKTYPE_RAW; DLT_RAW is 12 on Linux and 14 elsewhere, both accepted */
    PACKET_LINK_LOOP = 108,
    PACKET_LINK_LINUX_SLL = 113,
    PACKET_LINK_IPV4 = 228,
    PACKET_LINK_IPV6 = 229,
    PACKET_LINK_LINUX_SLL2 = 276
};
bool packet_link_supported(int link_type);

enum { PACKET_ETHERTYPE_IPV4 = 0x0800, PACKET_ETHERTYPE_IPV6 = 0x86DD };

/* IP headers in one frame, tunnels and the packet quoted in an ICMP error included. */
#define PACKET_IP_MAX 6
#define PACKET_VLAN_MAX 2

enum {
    PACKET_PROTOCOL_HOP_BY_HOP = 0,
    PACKET_PROTOCOL_ICMP = 1,
    PACKET_PROTOCOL_IPV4 = 4,
    PACKET_PROTOCOL_TCP = 6,
    PACKET_PROTOCOL_UDP = 17,
    PACKET_PROTOCOL_IPV6 = 41,
    PACKET_PROTOCOL_ROUTING = 43,
    PACKET_PROTOCOL_FRAGMENT = 44,
    PACKET_PROTOCOL_AH = 51,
    PACKET_PROTOCOL_ICMPV6 = 58,
    PACKET_PROTOCOL_NO_NEXT = 59,
    PACKET_PROTOCOL_DESTINATION = 60,
    PACKET_PROTOCOL_ETHERNET = 143
};

/* One IPv4 or IPv6 header. Offsets count from the first octet of the frame. */
typedef struct packet_ip {
    uint32_t offset;  /* of the IP header */
    uint32_t payload; /* of the upper layer, behind options and extension headers */
    uint32_t end;     /* one past the packet's last octet by its own length, at most the octets on the wire */
    uint8_t version;  /* 4 or 6 */
    uint8_t protocol; /* upper layer, behind all extension headers; where the walk stopped, that header */
    uint8_t fragment_protocol; /* of a fragment, as every fragment of the packet names it: IPv4 Protocol, or
                                * the Next Header of the Fragment header */
    uint8_t hop_limit;         /* TTL or Hop Limit */
    bool quoted;               /* inside an ICMP error */
    bool fragment;             /* a fragment that is not the whole packet */
    bool later_fragment;       /* fragment offset above 0: the upper layer header is not here */
    uint32_t fragment_id;      /* 0 unless it is a fragment */
    uint32_t flow_label;       /* IPv6 */
    uint32_t srh;              /* offset of the SRH, 0 when there is none */
    uint32_t routing;          /* offset of the first routing header of any type, 0 when there is none */
} packet_ip;

typedef enum packet_end {
    PACKET_COMPLETE,  /* walked to a transport header, or to a payload that this walker does not know */
    PACKET_CUT,       /* the capture ends inside a header (snap length) */
    PACKET_MALFORMED, /* a field contradicts another: defect says which */
    PACKET_TOO_DEEP   /* more than PACKET_IP_MAX IP headers */
} packet_end;

typedef enum packet_transport {
    PACKET_NO_TRANSPORT,
    PACKET_TCP,
    PACKET_UDP,
    PACKET_ICMP,
    PACKET_ICMPV6
} packet_transport;

typedef struct packet {
    const uint8_t *data;
    uint32_t captured;              /* octets at data */
    uint32_t wire;                  /* octets on the wire, >= captured */
    uint8_t vlan_count;             /* at most PACKET_VLAN_MAX are kept, all are walked */
    uint16_t vlan[PACKET_VLAN_MAX]; /* TCI of the frame's own tags, outermost first */
    uint16_t ethertype; /* of the frame, behind its tags; 0 for raw IP and for 802.3 length frames */
    uint8_t ip_count;
    packet_end end;
    cats_defect defect;         /* valid with PACKET_MALFORMED and PACKET_CUT */
    packet_transport transport; /* behind ip[ip_count - 1]; none for a later fragment */
    uint32_t transport_offset;
    uint32_t transport_length;  /* TCP: header with options; UDP 8; ICMP 8; 0 when not known or not so long */
    uint32_t transport_payload; /* octets behind that header, by the IP length; 0 with transport_length 0 */
    bool transport_captured;    /* the header is wholly in the capture */
    uint16_t source_port, destination_port; /* TCP, UDP; valid once their 4 octets are captured, else 0 */
    uint16_t tcp_flags;                     /* the 12 bits; valid when octets 12-13 are captured, else 0 */
    packet_ip ip[PACKET_IP_MAX];            /* outermost first; only [0, ip_count) is written */
} packet;

/* Walks the frame. Total: any octets, any lengths (wire below captured counts as captured). Unused parts of
 * *out are not cleared. As Wireshark reads it: octets behind the IP length are padding; a length beyond the
 * frame is a defect and the walk goes on with what is there; IPv4 length 0 (segmentation offload) is the rest
 * of the frame. Whatever was found before the walk ended stands, with any `end`. Quotes in ICMP errors and
 * first fragments end where they end: that is no defect. */
void packet_walk(int link_type, const uint8_t *data, uint32_t captured, uint32_t wire, packet *out);

/* The address that an IPv4 header has at one offset and an IPv6 header at another. */
static inline cats_address packet_address(const packet *p, const packet_ip *ip, uint32_t ipv4_at,
                                          uint32_t ipv6_at)
{
    cats_address address = { .family = ip->version };
    if (ip->version == 4)
        memcpy(address.octets, p->data + ip->offset + ipv4_at, 4);
    else
        memcpy(address.octets, p->data + ip->offset + ipv6_at, 16);
    return address;
}
static inline cats_address packet_source(const packet *p, const packet_ip *ip)
{
    return packet_address(p, ip, 12, 8);
}
static inline cats_address packet_destination(const packet *p, const packet_ip *ip)
{
    return packet_address(p, ip, 16, 24);
}
/* True for the extension headers that the walk passes: ip->protocol is one only where the walk stopped at it.
 */
bool packet_is_ipv6_extension(uint8_t protocol);
/* The innermost IP header, or NULL. */
static inline const packet_ip *packet_innermost(const packet *p)
{
    return p->ip_count == 0 ? NULL : &p->ip[p->ip_count - 1];
}

/* Field readers, network byte order in, host byte order out. */
static inline uint16_t packet_get16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}
static inline uint32_t packet_get32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}
static inline void packet_put16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}
static inline void packet_put32(uint8_t *at, uint32_t value)
{
    packet_put16(at, (uint16_t)(value >> 16));
    packet_put16(at + 2, (uint16_t)value);
}

#endif
