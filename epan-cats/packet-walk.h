/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the walker share: where the walk stands, and the question whether a header is there.
 * Private to packet.c, packet-link.c and packet-ip.c. */
#ifndef EPAN_CATS_PACKET_WALK_H
#define EPAN_CATS_PACKET_WALK_H

#include "packet.h"

typedef enum packet_layer {
    PACKET_LAYER_NONE,
    PACKET_LAYER_ETHERNET,
    PACKET_LAYER_IPV4,
    PACKET_LAYER_IPV6,
    PACKET_LAYER_UPPER /* what p->ip[p->ip_count - 1].protocol says */
} packet_layer;

/* at <= limit <= p->wire holds all the time; p->captured may lie before `at`. */
typedef struct packet_walker {
    packet *p;
    uint32_t at;    /* first octet of the next header */
    uint32_t limit; /* one past the last octet that the headers walked so far leave to the next one */
    bool quoted;    /* inside an ICMP error */
    bool partial;   /* inside a quote or a fragment: a length may exceed what is here */
} packet_walker;

/* The header in front of the first network layer, and Ethernet in a tunnel. */
packet_layer packet_walk_link(packet_walker *w, int link_type);
packet_layer packet_walk_ethernet(packet_walker *w);
/* One IP header with options and extension headers; p->ip has room for it. */
packet_layer packet_walk_ipv4(packet_walker *w);
packet_layer packet_walk_ipv6(packet_walker *w);

void packet_clear_transport(packet *p);

/* Says why the walk ends. The first defect stands. */
static inline void packet_note(packet_walker *w, packet_end end, const char *subject, uint64_t found,
                               const char *expected, size_t at)
{
    if (w->p->end != PACKET_COMPLETE)
        return;
    w->p->end = end;
    w->p->defect = (cats_defect){ .subject = subject, .found = found, .expected = expected, .at = at };
}

/* Octets of the layer at hand that are in the capture. */
static inline uint32_t packet_reach(const packet_walker *w)
{
    uint32_t end = w->limit < w->p->captured ? w->limit : w->p->captured;

    return end > w->at ? end - w->at : 0;
}

/* True when `octets` from here on are captured. If not, says whether the capture or the packet is too short.
 */
static inline bool packet_need(packet_walker *w, uint32_t octets, const char *subject, const char *expected)
{
    uint32_t here = packet_reach(w), left = w->limit - w->at;

    if (here >= octets)
        return true;
    if (left >= octets)
        packet_note(w, PACKET_CUT, subject, here, expected, w->at);
    else if (!w->partial)
        packet_note(w, PACKET_MALFORMED, subject, left, expected, w->at);
    return false;
}

#endif
