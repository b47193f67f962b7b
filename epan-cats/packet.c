/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One pass over a captured frame: from layer to layer, and the transport header at the end.
 * Spec: RFC 9293 s3.1, RFC 768, RFC 792, RFC 4443 s2.1, RFC 8986 s9. */
#include "packet-walk.h"

#include <string.h>

enum { TCP_HEADER_MIN = 20, UDP_HEADER = 8, ICMP_HEADER = 8 };

void packet_clear_transport(packet *p)
{
    p->transport = PACKET_NO_TRANSPORT;
    p->transport_offset = 0;
    p->transport_length = 0;
    p->transport_payload = 0;
    p->transport_captured = false;
    p->source_port = 0;
    p->destination_port = 0;
    p->tcp_flags = 0;
}

/* The header at w->at is `length` octets long: set if the packet holds them. */
static void set_transport_length(packet_walker *w, uint32_t length)
{
    uint32_t left = w->limit - w->at;

    if (left < length)
        return;
    w->p->transport_length = length;
    w->p->transport_payload = left - length;
}

static void begin_transport(packet_walker *w, packet_transport transport)
{
    w->p->transport = transport;
    w->p->transport_offset = w->at;
}

static void read_ports(packet_walker *w)
{
    const uint8_t *header = w->p->data + w->at;

    if (packet_reach(w) < 4)
        return;
    w->p->source_port = packet_get16(header);
    w->p->destination_port = packet_get16(header + 2);
}

static void walk_tcp(packet_walker *w)
{
    packet *p = w->p;
    uint32_t here = packet_reach(w), length = TCP_HEADER_MIN;

    begin_transport(w, PACKET_TCP);
    read_ports(w);
    if (here >= 14) {
        p->tcp_flags = packet_get16(p->data + w->at + 12) & 0x0FFF;
        length = (p->data[w->at + 12] >> 4) * 4u;
        if (length < TCP_HEADER_MIN) {
            packet_note(w, PACKET_MALFORMED, "TCP header: length", length, "20 or more", w->at + 12);
            return;
        }
        set_transport_length(w, length);
    }
    p->transport_captured =
        packet_need(w, length, "TCP header: octets", "20 or as many as its data offset says");
}

static void walk_udp(packet_walker *w)
{
    uint32_t length;

    begin_transport(w, PACKET_UDP);
    read_ports(w);
    set_transport_length(w, UDP_HEADER);
    w->p->transport_captured = packet_need(w, UDP_HEADER, "UDP header: octets", "8 or more");
    if (!w->p->transport_captured)
        return;
    length = packet_get16(w->p->data + w->at + 4);
    if (length != 0 && length < UDP_HEADER)
        packet_note(w, PACKET_MALFORMED, "UDP header: length", length, "8 or more", w->at + 4);
    else if (length > w->limit - w->at && !w->partial)
        packet_note(w, PACKET_MALFORMED, "UDP header: length", length, "no more than the IP packet holds",
                    w->at + 4);
}

/* Messages that quote the packet that they are about. */
static bool is_icmp_error(packet_transport transport, uint8_t type)
{
    if (transport == PACKET_ICMPV6)
        return type >= 1 && type <= 4;
    return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

static packet_layer walk_icmp(packet_walker *w, packet_transport transport)
{
    begin_transport(w, transport);
    set_transport_length(w, ICMP_HEADER);
    w->p->transport_captured = packet_need(w, ICMP_HEADER, "ICMP header: octets", "8 or more");
    if (!w->p->transport_captured || !is_icmp_error(transport, w->p->data[w->at]))
        return PACKET_LAYER_NONE;
    w->at += ICMP_HEADER;
    w->quoted = true;
    w->partial = true;
    return transport == PACKET_ICMPV6 ? PACKET_LAYER_IPV6 : PACKET_LAYER_IPV4;
}

static packet_layer walk_upper(packet_walker *w)
{
    switch (packet_innermost(w->p)->protocol) {
    case PACKET_PROTOCOL_TCP:
        walk_tcp(w);
        return PACKET_LAYER_NONE;
    case PACKET_PROTOCOL_UDP:
        walk_udp(w);
        return PACKET_LAYER_NONE;
    case PACKET_PROTOCOL_ICMP:
        return walk_icmp(w, PACKET_ICMP);
    case PACKET_PROTOCOL_ICMPV6:
        return walk_icmp(w, PACKET_ICMPV6);
    case PACKET_PROTOCOL_IPV4:
        return PACKET_LAYER_IPV4;
    case PACKET_PROTOCOL_IPV6:
        return PACKET_LAYER_IPV6;
    case PACKET_PROTOCOL_ETHERNET:
        return PACKET_LAYER_ETHERNET;
    default:
        return PACKET_LAYER_NONE;
    }
}

/* One layer further. The limit on IP headers bounds the tunnels; every other layer uses up octets. */
static packet_layer walk_layer(packet_walker *w, packet_layer layer)
{
    if (layer == PACKET_LAYER_UPPER)
        return walk_upper(w);
    if (layer == PACKET_LAYER_ETHERNET)
        return packet_walk_ethernet(w);
    if (w->p->ip_count == PACKET_IP_MAX) {
        if (w->p->end == PACKET_COMPLETE)
            w->p->end = PACKET_TOO_DEEP;
        return PACKET_LAYER_NONE;
    }
    return layer == PACKET_LAYER_IPV4 ? packet_walk_ipv4(w) : packet_walk_ipv6(w);
}

void packet_walk(int link_type, const uint8_t *data, uint32_t captured, uint32_t wire, packet *out)
{
    packet_walker w = { .p = out, .limit = wire < captured ? captured : wire };
    packet_layer layer;

    out->data = data;
    out->captured = captured;
    out->wire = w.limit;
    out->vlan_count = 0;
    out->ethertype = 0;
    out->ip_count = 0;
    out->end = PACKET_COMPLETE;
    packet_clear_transport(out);
    layer = packet_walk_link(&w, link_type);
    while (layer != PACKET_LAYER_NONE)
        layer = walk_layer(&w, layer);
}
