/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ICMP errors. Spec: RFC 792, RFC 1191 s4, RFC 1812 s4.3.2; RFC 4443 s2.4, s3. */
#include "icmp-error.h"

#include "epan-cats/checksum.h"

#define HEADER 8
/* RFC 1812 s4.3.2.3; RFC 4443 s3: as much of the packet as fits. */
#define IPV4_ERROR_MAX 576
/* Internetwork control (RFC 1812 s4.3.2.5). */
#define TRAFFIC_CLASS 0xc0
#define HOP_LIMIT_DEFAULT 64
#define SECOND_NS INT64_C(1000000000)
#define TOKEN_NS (SECOND_NS / ICMP_ERROR_PER_SECOND)

/* Type and code by error, in both families. */
static const struct {
    uint8_t type4, code4, type6, code6;
} codes[] = {
    [ICMP_TIME_EXCEEDED] = { 11, 0, 3, 0 },
    [ICMP_TOO_BIG] = { 3, 4, 2, 0 },
    [ICMP_NO_ROUTE] = { 3, 0, 1, 0 },
};

static const cats_address *address_of(const router_port *port, uint8_t family)
{
    const cats_address *address = family == 4 ? &port->ipv4 : &port->ipv6;
    return address->family == family ? address : NULL;
}

const cats_address *router_address(const GArray *ports, unsigned port, uint8_t family)
{
    const cats_address *found =
        port < ports->len ? address_of(&g_array_index(ports, router_port, port), family) : NULL;
    for (unsigned i = 0; found == NULL && i < ports->len; i++) {
        found = address_of(&g_array_index(ports, router_port, i), family);
    }
    return found;
}

uint32_t router_mtu(const GArray *ports, unsigned port)
{
    return port < ports->len ? g_array_index(ports, router_port, port).mtu : 0;
}

void router_set_port(GArray *ports, unsigned port, const router_port *set)
{
    if (port >= ports->len) {
        g_array_set_size(ports, port + 1);
    }
    g_array_index(ports, router_port, port) = *set;
}

/* ICMP types that are errors, and redirects: nothing is said about these. */
static bool is_error_type(uint8_t family, uint8_t type)
{
    return family == 4 ? type == 3 || type == 4 || type == 5 || type == 11 || type == 12
                       : type < 128 || type == 137;
}

static bool may_be_answered(const forwarding_packet *about)
{
    packet p;
    if (cats_address_not_unicast(&about->source) != NULL ||
        cats_address_not_unicast(&about->destination) != NULL)
        return false;
    packet_walk(PACKET_LINK_RAW, about->octets, (uint32_t)about->length, (uint32_t)about->length, &p);
    if (p.ip_count == 0 || p.ip[0].later_fragment)
        return false;
    /* Only its own ICMP counts, not that of a packet which it carries. */
    const packet_ip *own = &p.ip[0];
    uint8_t protocol = about->source.family == 4 ? PACKET_PROTOCOL_ICMP : PACKET_PROTOCOL_ICMPV6;
    if (own->protocol != protocol)
        return true;
    return own->payload < own->end && !is_error_type(about->source.family, about->octets[own->payload]);
}

size_t icmp_error_build(icmp_error error, const cats_address *source, const forwarding_packet *about,
                        uint32_t mtu, uint8_t octets[ICMP_ERROR_MAX])
{
    bool ipv4 = about->source.family == 4;
    if (source->family != about->source.family || !may_be_answered(about))
        return 0;
    packet_ip_spec ip = { .source = *source,
                          .destination = about->source,
                          .protocol = ipv4 ? PACKET_PROTOCOL_ICMP : PACKET_PROTOCOL_ICMPV6,
                          .hop_limit = HOP_LIMIT_DEFAULT,
                          .traffic_class = TRAFFIC_CLASS };
    size_t ip_header = packet_ip_header_length(&ip);
    size_t room = (ipv4 ? IPV4_ERROR_MAX : ICMP_ERROR_MAX) - ip_header - HEADER;
    size_t quoted = about->length < room ? about->length : room;
    if (!packet_ip_build(&ip, HEADER + quoted, octets, ICMP_ERROR_MAX))
        return 0;
    uint8_t *icmp = octets + ip_header;
    memset(icmp, 0, HEADER);
    icmp[0] = ipv4 ? codes[error].type4 : codes[error].type6;
    icmp[1] = ipv4 ? codes[error].code4 : codes[error].code6;
    if (error == ICMP_TOO_BIG)
        packet_put32(icmp + 4, ipv4 && mtu > UINT16_MAX ? UINT16_MAX : mtu);
    memcpy(icmp + HEADER, about->octets, quoted);
    uint32_t sum =
        ipv4 ? 0
             : checksum_pseudo(source, &about->source, PACKET_PROTOCOL_ICMPV6, (uint32_t)(HEADER + quoted));
    packet_put16(icmp + 2, checksum_finish(checksum_add(icmp, HEADER + quoted, sum)));
    return ip_header + HEADER + quoted;
}

bool icmp_limit_take(icmp_limit *limit, int64_t now)
{
    int64_t owed = limit->owed_until > now ? limit->owed_until - now : 0;
    if (owed + TOKEN_NS > ICMP_ERROR_BURST * TOKEN_NS)
        return false;
    limit->owed_until = now + owed + TOKEN_NS;
    return true;
}
