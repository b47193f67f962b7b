/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The walk over one IP header: IPv4 with options, IPv6 with extension headers, fragments, AH.
 * Spec: RFC 791 s3.1, RFC 8200 s4, RFC 2675 s2, RFC 4302 s2, RFC 6946, RFC 8754 s2. */
#include "packet-walk.h"

#include "srh.h"

enum { IPV4_HEADER_MIN = 20, IPV6_HEADER = 40, EXTENSION_HEADER_MIN = 8 };

/* Takes the next place in p->ip for the header at w->at. A packet in a quote takes the place of the ICMP
 * error as the owner of the transport header. */
static packet_ip *begin_ip(packet_walker *w, uint8_t version)
{
    packet_ip *ip = &w->p->ip[w->p->ip_count++];

    if (w->quoted)
        packet_clear_transport(w->p);
    ip->offset = w->at;
    ip->version = version;
    ip->quoted = w->quoted;
    ip->fragment = false;
    ip->later_fragment = false;
    ip->fragment_protocol = 0;
    ip->fragment_id = 0;
    ip->flow_label = 0;
    ip->srh = 0;
    ip->routing = 0;
    return ip;
}

/* One past the last octet of a packet of `length` octets that starts at w->at. */
static uint32_t end_of_packet(packet_walker *w, uint64_t length, const char *subject, size_t field)
{
    if (length <= w->limit - w->at)
        return w->at + (uint32_t)length;
    if (!w->partial)
        packet_note(w, PACKET_MALFORMED, subject, length, "no more than what carries it", field);
    return w->limit;
}

static void mark_fragment(packet_walker *w, packet_ip *ip, uint8_t protocol, uint32_t id, bool later)
{
    ip->fragment = true;
    ip->later_fragment = later;
    ip->fragment_protocol = protocol;
    ip->fragment_id = id;
    w->partial = true;
}

/* Passes one extension header of `length` octets that names the next one in its first octet. */
static bool pass_extension(packet_walker *w, packet_ip *ip, uint32_t length, const char *subject)
{
    if (!packet_need(w, length, subject, "as many as its length field says"))
        return false;
    ip->protocol = w->p->data[w->at];
    w->at += length;
    ip->payload = w->at;
    return true;
}

/* RFC 4302 s2.2: the length counts 32-bit words, minus 2. */
static bool pass_authentication(packet_walker *w, packet_ip *ip)
{
    if (!packet_need(w, EXTENSION_HEADER_MIN, "authentication header: octets", "8 or more"))
        return false;
    return pass_extension(w, ip, (w->p->data[w->at + 1] + 2u) * 4, "authentication header: octets");
}

packet_layer packet_walk_ipv4(packet_walker *w)
{
    const uint8_t *header;
    packet_ip *ip;
    uint32_t header_length, total, fragment;

    if (!packet_need(w, IPV4_HEADER_MIN, "IPv4 header: octets", "20 or more"))
        return PACKET_LAYER_NONE;
    header = w->p->data + w->at;
    header_length = (header[0] & 0x0Fu) * 4;
    total = packet_get16(header + 2);
    if (header[0] >> 4 != 4) {
        packet_note(w, PACKET_MALFORMED, "IPv4 header: version", header[0] >> 4, "4", w->at);
        return PACKET_LAYER_NONE;
    }
    if (header_length < IPV4_HEADER_MIN) {
        packet_note(w, PACKET_MALFORMED, "IPv4 header: length", header_length, "20 or more", w->at);
        return PACKET_LAYER_NONE;
    }
    if (total != 0 && total < header_length) {
        packet_note(w, PACKET_MALFORMED, "IPv4 header: total length", total, "the header length or more",
                    w->at + 2);
        return PACKET_LAYER_NONE;
    }
    ip = begin_ip(w, 4);
    ip->protocol = header[9];
    ip->hop_limit = header[8];
    ip->payload = w->at;
    ip->end = total == 0 ? w->limit : end_of_packet(w, total, "IPv4 header: total length", w->at + 2);
    w->limit = ip->end;
    fragment = packet_get16(header + 6) & 0x3FFF;
    if (fragment != 0)
        mark_fragment(w, ip, ip->protocol, packet_get16(header + 4), (fragment & 0x1FFF) != 0);
    if (!packet_need(w, header_length, "IPv4 header: octets", "as many as its length field says"))
        return PACKET_LAYER_NONE;
    w->at += header_length;
    ip->payload = w->at;
    while (ip->protocol == PACKET_PROTOCOL_AH && !ip->later_fragment) {
        if (!pass_authentication(w, ip))
            return PACKET_LAYER_NONE;
    }
    return ip->later_fragment ? PACKET_LAYER_NONE : PACKET_LAYER_UPPER;
}

/* RFC 2675 s2: the length behind the IPv6 header at w->at by the Jumbo Payload option of the hop-by-hop
 * header behind it, or 0 when it has none. */
static uint32_t jumbo_length(const packet_walker *w)
{
    enum { OPTION_PAD1 = 0, OPTION_JUMBO = 0xC2, JUMBO_MIN = 65536 };
    const uint8_t *header = w->p->data + w->at;
    uint32_t here = packet_reach(w), at = IPV6_HEADER, end;

    if (here < IPV6_HEADER + EXTENSION_HEADER_MIN)
        return 0;
    end = at + (header[at + 1] + 1u) * 8;
    if (end > here)
        end = here;
    at += 2;
    while (at + 2 <= end) {
        if (header[at] == OPTION_PAD1) {
            at++;
        } else if (header[at] == OPTION_JUMBO && header[at + 1] == 4 && at + 6 <= end) {
            uint32_t length = packet_get32(header + at + 2);

            return length >= JUMBO_MIN ? length : 0;
        } else {
            at += 2u + header[at + 1];
        }
    }
    return 0;
}

bool packet_is_ipv6_extension(uint8_t protocol)
{
    return protocol == PACKET_PROTOCOL_HOP_BY_HOP || protocol == PACKET_PROTOCOL_ROUTING ||
           protocol == PACKET_PROTOCOL_FRAGMENT || protocol == PACKET_PROTOCOL_DESTINATION ||
           protocol == PACKET_PROTOCOL_AH;
}

/* Notes where a routing header lies. False for an SRH whose segment list does not fit into it: where the
 * header ends, and so what follows, is then not known. */
static bool note_routing(packet_walker *w, packet_ip *ip, const uint8_t *header)
{
    uint32_t room = header[1] / 2u, last_entry = header[4];

    if (ip->routing == 0)
        ip->routing = w->at;
    if (header[2] != SRH_ROUTING_TYPE)
        return true;
    if (ip->srh == 0)
        ip->srh = w->at;
    if (last_entry < room)
        return true;
    packet_note(w, PACKET_MALFORMED, "SRH: Last Entry", last_entry,
                "less than the segments that Hdr Ext Len leaves room for", w->at + 4);
    return false;
}

/* Passes the extension header of type ip->protocol. False where the capture ends or a length is wrong. */
static bool pass_ipv6_extension(packet_walker *w, packet_ip *ip)
{
    const uint8_t *header;

    if (ip->protocol == PACKET_PROTOCOL_AH)
        return pass_authentication(w, ip);
    if (!packet_need(w, EXTENSION_HEADER_MIN, "IPv6 extension header: octets", "8 or more"))
        return false;
    header = w->p->data + w->at;
    if (ip->protocol == PACKET_PROTOCOL_FRAGMENT) {
        uint32_t fragment = packet_get16(header + 2);

        /* RFC 6946: offset 0 and no more to come is a whole packet. */
        if ((fragment & 0xFFF9) != 0)
            mark_fragment(w, ip, header[0], packet_get32(header + 4), (fragment & 0xFFF8) != 0);
        return pass_extension(w, ip, EXTENSION_HEADER_MIN, "IPv6 fragment header: octets");
    }
    if (ip->protocol == PACKET_PROTOCOL_ROUTING && !note_routing(w, ip, header))
        return false;
    return pass_extension(w, ip, (header[1] + 1u) * 8, "IPv6 extension header: octets");
}

packet_layer packet_walk_ipv6(packet_walker *w)
{
    const uint8_t *header;
    packet_ip *ip;
    uint64_t length;

    if (!packet_need(w, IPV6_HEADER, "IPv6 header: octets", "40 or more"))
        return PACKET_LAYER_NONE;
    header = w->p->data + w->at;
    if (header[0] >> 4 != 6) {
        packet_note(w, PACKET_MALFORMED, "IPv6 header: version", header[0] >> 4, "6", w->at);
        return PACKET_LAYER_NONE;
    }
    ip = begin_ip(w, 6);
    ip->flow_label = packet_get32(header) & 0xFFFFF;
    ip->protocol = header[6];
    ip->hop_limit = header[7];
    length = packet_get16(header + 4);
    if (length == 0 && ip->protocol == PACKET_PROTOCOL_HOP_BY_HOP)
        length = jumbo_length(w);
    ip->end = end_of_packet(w, IPV6_HEADER + length, "IPv6 packet: octets by its payload length", w->at + 4);
    w->limit = ip->end;
    w->at += IPV6_HEADER;
    ip->payload = w->at;
    while (!ip->later_fragment && packet_is_ipv6_extension(ip->protocol)) {
        if (!pass_ipv6_extension(w, ip))
            return PACKET_LAYER_NONE;
    }
    return ip->later_fragment ? PACKET_LAYER_NONE : PACKET_LAYER_UPPER;
}
