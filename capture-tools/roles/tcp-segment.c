/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A TCP segment as a view of the IP packet that carries it. */
#include "capture-tools/roles/tcp-segment.h"

#include "epan-cats/checksum.h"
#include <string.h>

static bool refuse(const char **reason, const char *word)
{
    *reason = word;
    return false;
}

bool tcp_segment_read(const affinity_numbers *numbers, const uint8_t *octets, size_t length,
                      tcp_segment *segment, const char **reason)
{
    packet p;
    if (length > UINT16_MAX + 40u)
        return refuse(reason, "malformed");
    packet_walk(PACKET_LINK_RAW, octets, (uint32_t)length, (uint32_t)length, &p);
    if (p.end != PACKET_COMPLETE)
        return refuse(reason, "malformed");
    if (p.ip_count != 1)
        return refuse(reason, "not-tcp");
    if (p.ip[0].fragment)
        return refuse(reason, "fragment");
    if (p.transport != PACKET_TCP)
        return refuse(reason, "not-tcp");
    if (!p.transport_captured ||
        (uint64_t)p.transport_offset + p.transport_length + p.transport_payload > length)
        return refuse(reason, "malformed");
    /* A sum of the pseudo-header alone is what a neighbour on this machine leaves to its network card. */
    if (checksum_verify_transport(&p) == CHECKSUM_BAD || checksum_verify_ip(&p, &p.ip[0]) == CHECKSUM_BAD)
        return refuse(reason, "checksum");

    const uint8_t *tcp = octets + p.transport_offset;
    /* A key is compared octet by octet: no padding may hold garbage. */
    memset(&segment->flow, 0, sizeof segment->flow);
    segment->flow.source = packet_source(&p, &p.ip[0]);
    segment->flow.destination = packet_destination(&p, &p.ip[0]);
    segment->flow.protocol = PACKET_PROTOCOL_TCP;
    segment->flow.ports_known = 1;
    segment->flow.source_port = p.source_port;
    segment->flow.destination_port = p.destination_port;
    segment->sequence = packet_get32(tcp + 4);
    segment->acknowledgment = packet_get32(tcp + 8);
    segment->flags = p.tcp_flags;
    segment->window = packet_get16(tcp + 14);
    segment->saf = (p.tcp_flags & affinity_saf_mask(numbers)) != 0;
    segment->payload = tcp + p.transport_length;
    segment->length = p.transport_payload;
    tcp_options_read(numbers, tcp + 20, p.transport_length - 20, &segment->options);
    return true;
}

uint32_t tcp_segment_span(const tcp_segment *segment)
{
    return segment->length + ((segment->flags & TCP_FLAG_SYN) != 0) + ((segment->flags & TCP_FLAG_FIN) != 0);
}
