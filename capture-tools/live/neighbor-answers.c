/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ARP and neighbour discovery for addresses that no host owns: which are ours, and the frames around the
 * messages. Spec: RFC 826, RFC 5227 s2.4, RFC 4861 s7.2, RFC 2464 s7. */
#include "neighbor-answers.h"

#include "epan-cats/packet.h"
#include "neighbor-message.h"
#include <glib.h>
#include <string.h>

enum { ETHERTYPE_ARP = 0x0806, ETHERNET_IPV6_MULTICAST = 0x33 };

typedef struct owned_prefix {
    cats_address prefix;
    unsigned length;
} owned_prefix;

struct neighbor_answers {
    uint8_t mac[FRAME_ADDRESS];
    GHashTable *addresses; /* of cats_address */
    GArray *prefixes;
};

/* ---- which addresses ---- */

neighbor_answers *neighbor_answers_new(const uint8_t mac[FRAME_ADDRESS])
{
    neighbor_answers *answers = g_new0(neighbor_answers, 1);
    memcpy(answers->mac, mac, FRAME_ADDRESS);
    answers->addresses = g_hash_table_new_full(cats_address_hash, cats_address_same, g_free, NULL);
    answers->prefixes = g_array_new(FALSE, FALSE, sizeof(owned_prefix));
    return answers;
}

void neighbor_answers_free(neighbor_answers *answers)
{
    if (answers == NULL)
        return;
    g_hash_table_destroy(answers->addresses);
    g_array_free(answers->prefixes, TRUE);
    g_free(answers);
}

void neighbor_answers_add(neighbor_answers *answers, const cats_address *prefix, unsigned length)
{
    if (prefix->family == 0)
        return;
    if (length == 8 * cats_address_length(prefix))
        g_hash_table_add(answers->addresses, g_memdup2(prefix, sizeof *prefix));
    else
        g_array_append_val(answers->prefixes, ((owned_prefix){ *prefix, length }));
}

bool neighbor_answers_own(const neighbor_answers *answers, const cats_address *address)
{
    if (g_hash_table_contains(answers->addresses, address))
        return true;
    for (guint i = 0; i < answers->prefixes->len; i++) {
        const owned_prefix *each = &g_array_index(answers->prefixes, owned_prefix, i);
        if (cats_address_in_prefix(address, &each->prefix, each->length))
            return true;
    }
    return false;
}

/* ---- frames ---- */

static bool read_message(const uint8_t *frame, size_t length, frame_header *header, neighbor_message *message)
{
    if (!frame_read(frame, length, header))
        return false;
    const uint8_t *octets = frame + header->length;
    size_t left = length - header->length;
    if (header->ethertype == ETHERTYPE_ARP)
        return arp_read(octets, left, message);
    return header->ethertype == PACKET_ETHERTYPE_IPV6 && neighbor_discovery_read(octets, left, message);
}

/* The whole frame: `header` lacks the ethertype only. */
static size_t write_message(frame_header *header, const neighbor_message *message, uint8_t *frame)
{
    bool ipv4 = message->about.family == 4;
    header->ethertype = ipv4 ? ETHERTYPE_ARP : PACKET_ETHERTYPE_IPV6;
    size_t length = frame_write(header, frame);
    return length + (ipv4 ? arp_write(message, header->destination, frame + length)
                          : neighbor_discovery_write(message, frame + length));
}

static void multicast_mac(const cats_address *group, uint8_t mac[FRAME_ADDRESS])
{
    mac[0] = mac[1] = ETHERNET_IPV6_MULTICAST;
    memcpy(mac + 2, group->octets + 12, 4);
}

/* Sent to many or to us, by another one, with a tag that an answer can bear. */
static bool may_answer(const neighbor_answers *answers, const frame_header *header)
{
    bool to_many = (header->destination[0] & 1) != 0;
    return (to_many || memcmp(header->destination, answers->mac, FRAME_ADDRESS) == 0) &&
           (header->source[0] & 1) == 0 && memcmp(header->source, answers->mac, FRAME_ADDRESS) != 0 &&
           header->tags <= 1;
}

size_t neighbor_answers_to(const neighbor_answers *answers, const uint8_t *frame, size_t length,
                           uint8_t *answer)
{
    frame_header header;
    neighbor_message message;
    if (!read_message(frame, length, &header, &message) || message.answer || !may_answer(answers, &header) ||
        cats_address_equal(&message.about, &message.asker) /* gratuitous: it tells, it does not ask */ ||
        !neighbor_answers_own(answers, &message.about))
        return 0;

    frame_header out = { .vlan = header.vlan };
    memcpy(out.destination, header.source, FRAME_ADDRESS);
    memcpy(out.source, answers->mac, FRAME_ADDRESS);
    if (message.about.family == 6 && message.asker.family == 0)
        multicast_mac(&(const cats_address){ 6, { 0xFF, 0x02, [15] = 1 } }, out.destination); /* all nodes */
    message.answer = true;
    memcpy(message.mac, answers->mac, FRAME_ADDRESS);
    return write_message(&out, &message, answer);
}

size_t neighbor_question(const uint8_t mac[FRAME_ADDRESS], uint16_t vlan, const cats_address *source,
                         const cats_address *target, uint8_t *frame)
{
    neighbor_message message = { .about = *target, .asker = *source };
    frame_header header = { .vlan = vlan };
    memcpy(message.mac, mac, FRAME_ADDRESS);
    memcpy(header.source, mac, FRAME_ADDRESS);
    if (target->family == 4) {
        memset(header.destination, 0xFF, FRAME_ADDRESS);
    } else {
        cats_address group = neighbor_solicited_node(target);
        multicast_mac(&group, header.destination);
    }
    return write_message(&header, &message, frame);
}

bool neighbor_answered(const uint8_t *frame, size_t length, const cats_address *target,
                       uint8_t mac[FRAME_ADDRESS])
{
    frame_header header;
    neighbor_message message;
    if (!read_message(frame, length, &header, &message) || !message.answer ||
        !cats_address_equal(&message.about, target) || (header.source[0] & 1) != 0)
        return false;
    memcpy(mac, message.says_mac ? message.mac : header.source, FRAME_ADDRESS);
    return true;
}
