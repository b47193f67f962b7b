/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Neighbour solicitations and advertisements, read and written.
 * Spec: RFC 4861 s4.3, s4.4, s4.6.1, s7.1 (what must be dropped), s7.2.4. */
#include "neighbor-message.h"

#include "epan-cats/checksum.h"
#include <string.h>

enum { IPV6_HEADER = 40, IPV6_LENGTH = 4, IPV6_NEXT = 6, IPV6_HOP_LIMIT = 7, IPV6_SOURCE = 8 };
enum { IPV6_DESTINATION = 24 };
/* Offsets in the ICMPv6 message. */
enum { TYPE = 0, CODE = 1, CHECKSUM = 2, FLAGS = 4, TARGET = 8, OPTIONS = 24 };
enum { SOLICITATION = 135, ADVERTISEMENT = 136 };
enum { FLAG_SOLICITED = 0x40, FLAG_OVERRIDE = 0x20 };
enum { OPTION_SOURCE = 1, OPTION_TARGET = 2, OPTION_UNIT = 8, OPTION_LINK_LAYER = 1 /* units */ };
enum { HOP_LIMIT = 255 }; /* no router has been between */

static const cats_address all_nodes = { 6, { 0xFF, 0x02, [15] = 1 } };

cats_address neighbor_solicited_node(const cats_address *about)
{
    cats_address group = { 6, { 0xFF, 0x02, [11] = 1, [12] = 0xFF } };
    memcpy(group.octets + 13, about->octets + 13, 3);
    return group;
}

static bool is_multicast(const cats_address *address)
{
    return address->octets[0] == 0xFF;
}

static bool is_unspecified(const cats_address *address)
{
    static const uint8_t none[16];
    return memcmp(address->octets, none, sizeof none) == 0;
}

/* ---- reading ---- */

/* Takes the link-layer address from the option of type `wanted`. False when an option breaks the message. */
static bool read_options(const uint8_t *options, size_t length, uint8_t wanted, neighbor_message *message)
{
    while (length > 0) {
        if (length < OPTION_UNIT || options[1] == 0 || (size_t)options[1] * OPTION_UNIT > length)
            return false;
        if (options[0] == wanted && options[1] == OPTION_LINK_LAYER) {
            message->says_mac = true;
            memcpy(message->mac, options + 2, FRAME_ADDRESS);
        }
        length -= (size_t)options[1] * OPTION_UNIT;
        options += (size_t)options[1] * OPTION_UNIT;
    }
    return !message->says_mac || (message->mac[0] & 1) == 0;
}

/* RFC 4861 s7.1.1, and the two places that a question can rightly go to. */
static bool solicitation_stands(const neighbor_message *message, const cats_address *destination)
{
    cats_address group = neighbor_solicited_node(&message->about);
    bool to_group = cats_address_equal(destination, &group);
    if (message->asker.family == 0)
        return to_group && !message->says_mac;
    return to_group || cats_address_equal(destination, &message->about);
}

bool neighbor_discovery_read(const uint8_t *octets, size_t length, neighbor_message *message)
{
    if (length < IPV6_HEADER + OPTIONS || octets[0] >> 4 != 6 ||
        octets[IPV6_NEXT] != PACKET_PROTOCOL_ICMPV6 || octets[IPV6_HOP_LIMIT] != HOP_LIMIT)
        return false;
    const uint8_t *icmp = octets + IPV6_HEADER;
    size_t size = packet_get16(octets + IPV6_LENGTH);
    if (size < OPTIONS || size > length - IPV6_HEADER || icmp[CODE] != 0 ||
        (icmp[TYPE] != SOLICITATION && icmp[TYPE] != ADVERTISEMENT))
        return false;

    cats_address source = cats_address_ipv6(octets + IPV6_SOURCE);
    cats_address destination = cats_address_ipv6(octets + IPV6_DESTINATION);
    uint32_t sum = checksum_pseudo(&source, &destination, PACKET_PROTOCOL_ICMPV6, (uint32_t)size);
    if (checksum_finish(checksum_add(icmp, size, sum)) != 0 || is_multicast(&source))
        return false;

    *message = (neighbor_message){ .answer = icmp[TYPE] == ADVERTISEMENT,
                                   .about = cats_address_ipv6(icmp + TARGET) };
    if (is_multicast(&message->about) || is_unspecified(&message->about) ||
        !read_options(icmp + OPTIONS, size - OPTIONS, message->answer ? OPTION_TARGET : OPTION_SOURCE,
                      message))
        return false;
    if (message->answer) {
        if (!is_multicast(&destination))
            message->asker = destination;
        return message->asker.family != 0 || (icmp[FLAGS] & FLAG_SOLICITED) == 0;
    }
    if (!is_unspecified(&source))
        message->asker = source;
    return solicitation_stands(message, &destination);
}

/* ---- writing ---- */

size_t neighbor_discovery_write(const neighbor_message *message, uint8_t *octets)
{
    const size_t size = NEIGHBOR_DISCOVERY_LENGTH - IPV6_HEADER;
    bool to_asker = message->asker.family != 0;
    cats_address source = message->answer ? message->about : message->asker;
    cats_address destination = !message->answer ? neighbor_solicited_node(&message->about)
                               : to_asker       ? message->asker
                                                : all_nodes;
    memset(octets, 0, NEIGHBOR_DISCOVERY_LENGTH);
    octets[0] = 6 << 4;
    packet_put16(octets + IPV6_LENGTH, (uint16_t)size);
    octets[IPV6_NEXT] = PACKET_PROTOCOL_ICMPV6;
    octets[IPV6_HOP_LIMIT] = HOP_LIMIT;
    memcpy(octets + IPV6_SOURCE, source.octets, sizeof source.octets);
    memcpy(octets + IPV6_DESTINATION, destination.octets, sizeof destination.octets);

    uint8_t *icmp = octets + IPV6_HEADER;
    icmp[TYPE] = message->answer ? ADVERTISEMENT : SOLICITATION;
    if (message->answer)
        icmp[FLAGS] = to_asker ? FLAG_SOLICITED | FLAG_OVERRIDE : FLAG_OVERRIDE;
    memcpy(icmp + TARGET, message->about.octets, sizeof message->about.octets);
    icmp[OPTIONS] = message->answer ? OPTION_TARGET : OPTION_SOURCE;
    icmp[OPTIONS + 1] = OPTION_LINK_LAYER;
    memcpy(icmp + OPTIONS + 2, message->mac, FRAME_ADDRESS);
    uint32_t sum = checksum_pseudo(&source, &destination, PACKET_PROTOCOL_ICMPV6, (uint32_t)size);
    packet_put16(icmp + CHECKSUM, checksum_finish(checksum_add(icmp, size, sum)));
    return NEIGHBOR_DISCOVERY_LENGTH;
}
