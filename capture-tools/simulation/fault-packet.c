/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changes to packets in place. Spec: RFC 9293 s3.1; RFC 8754 s2; RFC 791 s3.1; RFC 8200 s3. */
#include "fault-packet.h"
#include "epan-cats/checksum.h"
#include "epan-cats/srh.h"
#include <string.h>

enum { IPV4_TOTAL_LENGTH = 2, IPV4_SOURCE = 12, IPV4_DESTINATION = 16 };
enum { IPV6_HEADER = 40, IPV6_PAYLOAD_LENGTH = 4, IPV6_SOURCE = 8 };
enum { TCP_HEADER = 20, TCP_OPTIONS_ROOM = 40, TCP_FLAGS_AT = 12 };

/* ---- TCP ---- */

bool fault_tcp_read(const fault_packet *p, fault_tcp *tcp)
{
    if (p->walk.transport != PACKET_TCP || !p->walk.transport_captured)
        return false;
    tcp->header = p->octets + p->walk.transport_offset;
    tcp->header_length = p->walk.transport_length;
    tcp->options = tcp->header + TCP_HEADER;
    tcp->options_length = tcp->header_length - TCP_HEADER;
    tcp->payload = tcp->header + tcp->header_length;
    tcp->payload_length = p->walk.transport_payload;
    tcp->flags = p->walk.tcp_flags;
    return true;
}

bool fault_tcp_is(const fault_tcp *tcp, unsigned set, unsigned clear)
{
    return (tcp->flags & set) == set && (tcp->flags & clear) == 0;
}

void fault_tcp_set_flags(fault_tcp *tcp, uint16_t flags)
{
    uint16_t word = packet_get16(tcp->header + TCP_FLAGS_AT);
    tcp->flags = flags;
    packet_put16(tcp->header + TCP_FLAGS_AT, (uint16_t)((word & 0xf000) | flags));
}

bool fault_tcp_option(const affinity_numbers *numbers, const fault_tcp *tcp, affinity_option *option,
                      size_t *at)
{
    affinity_option_walk walk;
    cats_defect defect;
    affinity_option_walk_start(&walk, tcp->options, tcp->options_length);
    while (affinity_option_walk_next(&walk)) {
        if (affinity_option_parse(numbers, tcp->options + walk.at, tcp->options_length - walk.at, option,
                                  &defect) != AFFINITY_PARSED ||
            option->permit)
            continue;
        *at = walk.at;
        return true;
    }
    return false;
}

/* Copies the options that are not ours, without padding; returns their length. */
static size_t copy_others(const affinity_numbers *numbers, const fault_tcp *tcp, uint8_t *to)
{
    affinity_option_walk walk;
    affinity_option option;
    cats_defect defect;
    size_t length = 0;
    affinity_option_walk_start(&walk, tcp->options, tcp->options_length);
    while (affinity_option_walk_next(&walk)) {
        if (walk.bad || affinity_option_parse(numbers, tcp->options + walk.at, tcp->options_length - walk.at,
                                              &option, &defect) != AFFINITY_FOREIGN)
            continue;
        memcpy(to + length, tcp->options + walk.at, walk.option_length);
        length += walk.option_length;
    }
    return length;
}

static size_t padded(size_t length)
{
    return (length + 3) & ~(size_t)3;
}

/* Gives the TCP header these options, padded; moves the payload and mends the lengths. */
static void replace_options(fault_packet *p, fault_tcp *tcp, const uint8_t *options, size_t length)
{
    size_t whole = padded(length);
    memmove(tcp->options + whole, tcp->payload, tcp->payload_length);
    memcpy(tcp->options, options, length);
    memset(tcp->options + length, TCP_OPTION_EOL, whole - length);
    uint16_t word = packet_get16(tcp->header + TCP_FLAGS_AT);
    packet_put16(tcp->header + TCP_FLAGS_AT, (uint16_t)((word & 0x0fff) | ((TCP_HEADER + whole) / 4) << 12));
    p->length = p->length + whole - tcp->options_length;
    if (p->octets[0] >> 4 == 4)
        packet_put16(p->octets + IPV4_TOTAL_LENGTH, (uint16_t)p->length);
    else
        packet_put16(p->octets + IPV6_PAYLOAD_LENGTH, (uint16_t)(p->length - IPV6_HEADER));
}

bool fault_put_options(fault_packet *p, const affinity_numbers *numbers, const affinity_option *options,
                       unsigned count)
{
    fault_tcp tcp;
    uint8_t list[2 * TCP_OPTIONS_ROOM];
    if (!fault_tcp_read(p, &tcp))
        return false;
    size_t length = copy_others(numbers, &tcp, list), ours = 0;
    for (unsigned i = 0; i < count; i++)
        ours += affinity_option_length(&options[i]);
    size_t grown = p->length + padded(length + ours) - tcp.options_length;
    if (length + ours > TCP_OPTIONS_ROOM || grown > p->capacity)
        return false;
    for (unsigned i = 0; i < count; i++)
        length += affinity_option_build(&options[i], list + length, sizeof(list) - length);
    replace_options(p, &tcp, list, length);
    return true;
}

/* ---- addresses ---- */

static void set_address(fault_packet *p, const cats_address *address, size_t ipv4_at, size_t ipv6_at)
{
    memcpy(p->octets + (address->family == 4 ? ipv4_at : ipv6_at), address->octets,
           cats_address_length(address));
}

void fault_set_source(fault_packet *p, const cats_address *address)
{
    set_address(p, address, IPV4_SOURCE, IPV6_SOURCE);
}

void fault_set_destination(fault_packet *p, const cats_address *address)
{
    set_address(p, address, IPV4_DESTINATION, FAULT_IPV6_DESTINATION);
}

fault_verdict fault_mend(fault_packet *p)
{
    checksum_write(p->octets, p->length);
    if (p->extra_length > 0)
        checksum_write(p->extra, p->extra_length);
    return FAULT_CHANGED;
}

/* ---- encapsulated packets ---- */

uint8_t *fault_srh(const fault_packet *p)
{
    bool there = p->length >= IPV6_HEADER + FAULT_SRH_SEGMENT_0 + 16 && p->octets[0] >> 4 == 6 &&
                 p->octets[FAULT_IPV6_NEXT_HEADER] == PACKET_PROTOCOL_ROUTING;
    return there ? p->octets + IPV6_HEADER : NULL;
}

void fault_get_sid(const fault_packet *p, uint8_t sid[16])
{
    const uint8_t *srh = fault_srh(p);
    bool listed = srh != NULL && srh[FAULT_SRH_SEGMENTS_LEFT] > 0;
    memcpy(sid, listed ? srh + FAULT_SRH_SEGMENT_0 : p->octets + FAULT_IPV6_DESTINATION, 16);
}

fault_verdict fault_replace_sid(fault_packet *p, const uint8_t sid[16])
{
    uint8_t *srh = fault_srh(p);
    if (srh == NULL || srh[FAULT_SRH_SEGMENTS_LEFT] == 0)
        memcpy(p->octets + FAULT_IPV6_DESTINATION, sid, 16);
    if (srh != NULL)
        memcpy(srh + FAULT_SRH_SEGMENT_0, sid, 16);
    return FAULT_CHANGED;
}
