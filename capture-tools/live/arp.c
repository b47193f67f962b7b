/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ARP for IPv4 over Ethernet, read and written. Spec: RFC 826, RFC 5227 s1.1 (probe). */
#include "neighbor-message.h"

#include "epan-cats/packet.h"
#include <string.h>

/* Offsets in the packet. */
enum { HARDWARE = 0, PROTOCOL = 2, HARDWARE_LENGTH = 4, PROTOCOL_LENGTH = 5, OPERATION = 6 };
enum { SENDER_MAC = 8, SENDER_ADDRESS = 14, TARGET_MAC = 18, TARGET_ADDRESS = 24 };
enum { HARDWARE_ETHERNET = 1, OPERATION_REQUEST = 1, OPERATION_REPLY = 2 };
enum { IPV4_LENGTH = 4 };

static const uint8_t for_ipv4_over_ethernet[] = {
    0, HARDWARE_ETHERNET, 0x08, 0x00, FRAME_ADDRESS, IPV4_LENGTH
};

static cats_address address_at(const uint8_t *octets)
{
    static const uint8_t none[IPV4_LENGTH];
    return memcmp(octets, none, sizeof none) == 0 ? (cats_address){ 0 } : cats_address_ipv4(octets);
}

static bool is_multicast(const cats_address *address)
{
    return address->octets[0] >= 224;
}

bool arp_read(const uint8_t *octets, size_t length, neighbor_message *message)
{
    if (length < ARP_LENGTH ||
        memcmp(octets + HARDWARE, for_ipv4_over_ethernet, sizeof for_ipv4_over_ethernet) != 0)
        return false;
    uint16_t operation = packet_get16(octets + OPERATION);
    cats_address sender = address_at(octets + SENDER_ADDRESS), target = address_at(octets + TARGET_ADDRESS);
    message->answer = operation == OPERATION_REPLY;
    message->about = message->answer ? sender : target;
    message->asker = message->answer ? target : sender;
    message->says_mac = true;
    memcpy(message->mac, octets + SENDER_MAC, FRAME_ADDRESS);
    return (message->answer || operation == OPERATION_REQUEST) && message->about.family == 4 &&
           !is_multicast(&message->about) && (message->mac[0] & 1) == 0;
}

size_t arp_write(const neighbor_message *message, const uint8_t peer[FRAME_ADDRESS], uint8_t *octets)
{
    const cats_address *sender = message->answer ? &message->about : &message->asker;
    const cats_address *target = message->answer ? &message->asker : &message->about;
    memset(octets, 0, ARP_LENGTH);
    memcpy(octets + HARDWARE, for_ipv4_over_ethernet, sizeof for_ipv4_over_ethernet);
    packet_put16(octets + OPERATION, message->answer ? OPERATION_REPLY : OPERATION_REQUEST);
    memcpy(octets + SENDER_MAC, message->mac, FRAME_ADDRESS);
    memcpy(octets + SENDER_ADDRESS, sender->octets, IPV4_LENGTH);
    if (message->answer)
        memcpy(octets + TARGET_MAC, peer, FRAME_ADDRESS);
    memcpy(octets + TARGET_ADDRESS, target->octets, IPV4_LENGTH);
    return ARP_LENGTH;
}
