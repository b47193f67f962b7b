/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Echo replies. Spec: RFC 792; RFC 4443 s4.2. */
#include "capture-tools/roles/icmp-echo.h"

#include "epan-cats/checksum.h"
#include "epan-cats/packet-build.h"

enum { HEADER = 8, HOP_LIMIT = 64 };
enum { IPV4_REQUEST = 8, IPV4_REPLY = 0, IPV6_REQUEST = 128, IPV6_REPLY = 129 };

static uint32_t pseudo_sum(const cats_address *source, const cats_address *destination, uint32_t size)
{
    return source->family == 4 ? 0 : checksum_pseudo(source, destination, PACKET_PROTOCOL_ICMPV6, size);
}

size_t icmp_echo_reply(const uint8_t *octets, size_t length, uint8_t reply[ICMP_ECHO_MAX])
{
    packet p;
    if (length > ICMP_ECHO_MAX)
        return 0;
    packet_walk(PACKET_LINK_RAW, octets, (uint32_t)length, (uint32_t)length, &p);
    if (p.end != PACKET_COMPLETE || p.ip_count != 1 || p.ip[0].fragment || p.ip[0].end > length ||
        p.ip[0].end < p.ip[0].payload + HEADER)
        return 0;
    const bool ipv4 = p.ip[0].version == 4;
    const uint8_t *request = octets + p.ip[0].payload;
    const uint32_t size = p.ip[0].end - p.ip[0].payload;
    const cats_address source = packet_source(&p, &p.ip[0]), destination = packet_destination(&p, &p.ip[0]);
    if (p.ip[0].protocol != (ipv4 ? PACKET_PROTOCOL_ICMP : PACKET_PROTOCOL_ICMPV6) ||
        request[0] != (ipv4 ? IPV4_REQUEST : IPV6_REQUEST) || request[1] != 0 ||
        cats_address_not_unicast(&source) != NULL || cats_address_not_unicast(&destination) != NULL ||
        checksum_finish(checksum_add(request, size, pseudo_sum(&source, &destination, size))) != 0)
        return 0;

    const packet_ip_spec ip = {
        .source = destination, .destination = source, .protocol = p.ip[0].protocol, .hop_limit = HOP_LIMIT
    };
    const size_t head = packet_ip_header_length(&ip);
    if (!packet_ip_build(&ip, size, reply, ICMP_ECHO_MAX))
        return 0;
    uint8_t *message = reply + head;
    memcpy(message, request, size);
    message[0] = ipv4 ? IPV4_REPLY : IPV6_REPLY;
    packet_put16(message + 2, 0);
    packet_put16(message + 2,
                 checksum_finish(checksum_add(message, size, pseudo_sum(&destination, &source, size))));
    return head + size;
}
