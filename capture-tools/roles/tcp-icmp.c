/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ICMP errors about segments. Spec: RFC 792; RFC 4443 s3.1-3.2; RFC 1191 s5; RFC 8201 s4. */
#include "capture-tools/roles/tcp-icmp.h"

#include "capture-tools/roles/tcp-internal.h"
#include "epan-cats/checksum.h"
#include <glib.h>

enum { IPV4_UNREACHABLE = 3, IPV4_TOO_BIG_CODE = 4, IPV6_UNREACHABLE = 1, IPV6_TOO_BIG = 2 };
/* Codes of the hard errors, a bit each: protocol and port unreachable, prohibited (RFC 1122 s4.2.3.9, RFC
 * 1812 s5.2.7.1); prohibited and port unreachable (RFC 4443 s3.1). */
enum { IPV4_HARD = 1 << 2 | 1 << 3 | 1 << 9 | 1 << 10 | 1 << 13, IPV6_HARD = 1 << 1 | 1 << 4, CODES = 16 };
enum { TCP_HEADER = 20, IPV4_HEADER = 20, IPV6_HEADER = 40, QUOTED_MIN = 8 };
/* RFC 8200 s5; RFC 1191 s5: what routers that tell no MTU are taken to mean. */
enum { IPV6_MTU_MIN = 1280, IPV4_MTU_UNTOLD = 576 };

static bool checksum_is_right(const packet *p, const packet_ip *ip)
{
    uint32_t size = ip->end - ip->payload, sum = 0;
    if (ip->version == 6) {
        cats_address source = packet_source(p, ip), destination = packet_destination(p, ip);
        sum = checksum_pseudo(&source, &destination, PACKET_PROTOCOL_ICMPV6, size);
    }
    return checksum_finish(checksum_add(p->data + ip->payload, size, sum)) == 0;
}

static bool read_kind(const packet_ip *ip, const uint8_t *message, tcp_icmp *icmp)
{
    bool ipv4 = ip->version == 4;
    bool too_big =
        ipv4 ? message[0] == IPV4_UNREACHABLE && message[1] == IPV4_TOO_BIG_CODE : message[0] == IPV6_TOO_BIG;
    bool hard = message[1] < CODES && ((ipv4 ? IPV4_HARD : IPV6_HARD) >> message[1] & 1) != 0;
    icmp->kind = too_big ? TCP_ICMP_TOO_BIG : hard ? TCP_ICMP_HARD : TCP_ICMP_SOFT;
    icmp->mtu = ipv4 ? packet_get16(message + 6) : packet_get32(message + 4);
    return too_big || message[0] == (ipv4 ? IPV4_UNREACHABLE : IPV6_UNREACHABLE);
}

/* Octets of the packet by its own header. */
static size_t own_length(const packet *p, const packet_ip *ip)
{
    return ip->version == 4 ? packet_get16(p->data + 2) : IPV6_HEADER + (size_t)packet_get16(p->data + 4);
}

bool tcp_icmp_read(const uint8_t *octets, size_t length, tcp_icmp *icmp)
{
    packet p;
    if (length > UINT16_MAX + 40u)
        return false;
    packet_walk(PACKET_LINK_RAW, octets, (uint32_t)length, (uint32_t)length, &p);
    if (p.ip_count != 2 || !p.ip[1].quoted || p.ip[0].fragment || p.ip[1].later_fragment ||
        p.ip[1].version != p.ip[0].version || p.ip[1].protocol != PACKET_PROTOCOL_TCP ||
        length < p.ip[1].payload + QUOTED_MIN || own_length(&p, &p.ip[0]) > length ||
        !checksum_is_right(&p, &p.ip[0]) || !read_kind(&p.ip[0], octets + p.ip[0].payload, icmp))
        return false;
    /* The segment went from us to the peer. */
    icmp->flow = (cats_flow_key){ .source = packet_destination(&p, &p.ip[1]),
                                  .destination = packet_source(&p, &p.ip[1]),
                                  .protocol = PACKET_PROTOCOL_TCP,
                                  .ports_known = 1,
                                  .source_port = p.destination_port,
                                  .destination_port = p.source_port };
    icmp->sequence = packet_get32(octets + p.ip[1].payload + 4);
    cats_address told = packet_destination(&p, &p.ip[0]);
    return cats_address_equal(&told, &icmp->flow.destination);
}

/* The path's MTU as the error tells it. */
static uint32_t told_mtu(const tcp_icmp *icmp)
{
    if (icmp->flow.source.family == 6)
        return MAX(icmp->mtu, IPV6_MTU_MIN);
    return icmp->mtu != 0 ? icmp->mtu : IPV4_MTU_UNTOLD;
}

static void too_big(tcp_endpoint *e, const tcp_icmp *icmp)
{
    uint32_t headers = TCP_HEADER + (icmp->flow.source.family == 4 ? IPV4_HEADER : IPV6_HEADER);
    uint32_t mtu = told_mtu(icmp);
    uint32_t mss = MAX(mtu > headers ? mtu - headers : 0, TCP_SEND_MSS_MIN);
    if (mss >= e->send_mss)
        return;
    e->send_mss = (uint16_t)mss;
    e->settings->counts.path_mtu_lowered++;
    /* What is under way may be as long: all of it goes again, and this is no sign of congestion. */
    if (e->state != TCP_STATE_SYN_SENT && e->state != TCP_STATE_SYN_RECEIVED)
        tcp_send_again(e);
}

unsigned tcp_endpoint_icmp(tcp_endpoint *e, const tcp_icmp *icmp)
{
    bool under_way = !seq_before(icmp->sequence, e->snd_una) && seq_before(icmp->sequence, e->snd_max);
    if (!under_way || e->state == TCP_STATE_CLOSED || e->state == TCP_STATE_TIME_WAIT)
        e->settings->counts.unacceptable++;
    else if (icmp->kind == TCP_ICMP_TOO_BIG)
        too_big(e, icmp);
    else if (e->state == TCP_STATE_SYN_SENT && icmp->kind == TCP_ICMP_HARD)
        tcp_fail(e, "unreachable");
    else
        e->settings->counts.unreachable++;
    const unsigned happened = e->happened;
    e->happened = 0;
    return happened;
}
