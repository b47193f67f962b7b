/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A walk over BGP messages and the contents of UPDATEs. Spec: RFC 4271 s4, RFC 4760 s3-4, RFC 7606 s5. */
#include "bgp-update.h"

#include "wire.h"
#include <stdio.h>
#include <string.h>

enum { MARKER_LENGTH = 16, DISTINGUISHER_LENGTH = 8, LABEL_LENGTH = 3, PATH_ID_LENGTH = 4 };

bgp_message_result bgp_message_next(const uint8_t *octets, size_t available, size_t *next,
                                    bgp_message *message, cats_defect *defect)
{
    size_t at = *next, left = available - at;
    for (size_t i = 0; i < MARKER_LENGTH && i < left; i++) {
        if (octets[at + i] != 0xff) {
            *defect =
                (cats_defect){ "BGP message: octet of the marker", octets[at + i], "255", .at = at + i };
            return BGP_MESSAGE_BAD;
        }
    }
    if (left < BGP_HEADER_LENGTH)
        return BGP_MESSAGE_END;
    size_t length = wire_get(octets + at + MARKER_LENGTH, 2);
    if (length < BGP_HEADER_LENGTH) {
        *defect = (cats_defect){ "BGP message: length", length, "19-65535", .at = at + MARKER_LENGTH };
        return BGP_MESSAGE_BAD;
    }
    if (length > left)
        return BGP_MESSAGE_END;
    *message = (bgp_message){ .at = at,
                              .length = length,
                              .type = octets[at + MARKER_LENGTH + 2],
                              .body = octets + at + BGP_HEADER_LENGTH };
    *next = at + length;
    return BGP_MESSAGE;
}

size_t bgp_message_first(const uint8_t *octets, size_t available)
{
    size_t run = 0;
    for (size_t at = 0; at < available; at++) {
        run = octets[at] == 0xff ? run + 1 : 0;
        if (run == MARKER_LENGTH)
            return at + 1 - MARKER_LENGTH;
    }
    return available - run;
}

static bool refuse(cats_defect *defect, const char *subject, uint64_t found, const char *expected, size_t at)
{
    *defect = (cats_defect){ subject, found, expected, .at = at };
    return false;
}

/* True with the attribute at *next; false at the end of the attributes, with a subject in *defect when there
 * stands no whole attribute. */
static bool step(const bgp_update *update, size_t *next, bgp_attribute *attribute, cats_defect *defect)
{
    size_t end = update->attributes_at + update->attributes_length, at = update->attributes_at + *next;
    defect->subject = NULL;
    if (at == end)
        return false;
    size_t header = end - at > 0 && (update->body[at] & BGP_FLAG_EXTENDED_LENGTH) != 0 ? 4 : 3;
    if (end - at < header)
        return refuse(defect, "BGP attribute: octets left", end - at, "flags, type code and length", at);
    size_t length = wire_get(update->body + at + 2, header - 2);
    if (length > end - at - header)
        return refuse(defect, "BGP attribute: length", length, "no more than the attributes have left",
                      at + 2);
    *attribute = (bgp_attribute){ .at = at,
                                  .flags = update->body[at],
                                  .code = update->body[at + 1],
                                  .value_at = at + header,
                                  .length = length };
    *next += header + length;
    return true;
}

bool bgp_attribute_next(const bgp_update *update, size_t *next, bgp_attribute *attribute)
{
    cats_defect unused;
    return step(update, next, attribute, &unused);
}

static bool is_known(uint16_t afi, uint8_t safi)
{
    return (afi == BGP_AFI_IPV4 || afi == BGP_AFI_IPV6) && (safi == BGP_SAFI_UNICAST || safi == BGP_SAFI_VPN);
}

/* A next hop may stand behind a distinguisher, and have a link-local address behind it. */
static bool read_next_hop(const uint8_t *octets, size_t length, cats_address *next_hop)
{
    switch (length) {
    case 4:
        *next_hop = cats_address_ipv4(octets);
        return true;
    case 16:
    case 32:
        *next_hop = cats_address_ipv6(octets);
        return true;
    case 12:
        *next_hop = cats_address_ipv4(octets + DISTINGUISHER_LENGTH);
        return true;
    case 24:
    case 48:
        *next_hop = cats_address_ipv6(octets + DISTINGUISHER_LENGTH);
        return true;
    default:
        return false;
    }
}

static void add(bgp_update *update, bgp_prefixes prefixes)
{
    if (prefixes.length == 0 || !is_known(prefixes.afi, prefixes.safi) || update->count == BGP_PREFIXES_MAX)
        return;
    update->prefixes[update->count++] = prefixes;
}

/* Both MP attributes begin with AFI and SAFI. */
static bool read_family(const bgp_update *update, const bgp_attribute *attribute, bgp_prefixes *prefixes,
                        cats_defect *defect)
{
    if (attribute->length < 3)
        return refuse(defect, "BGP MP attribute: length", attribute->length, "at least 3", attribute->at);
    const uint8_t *value = bgp_attribute_value(update, attribute);
    *prefixes = (bgp_prefixes){ .afi = (uint16_t)wire_get(value, 2),
                                .safi = value[2],
                                .at = attribute->value_at + 3,
                                .length = attribute->length - 3 };
    return true;
}

static bool read_unreach(bgp_update *update, const bgp_attribute *attribute, cats_defect *defect)
{
    bgp_prefixes prefixes;
    if (!read_family(update, attribute, &prefixes, defect))
        return false;
    prefixes.withdrawn = true;
    add(update, prefixes);
    return true;
}

static bool read_reach(bgp_update *update, const bgp_attribute *attribute, cats_defect *defect)
{
    bgp_prefixes prefixes;
    if (!read_family(update, attribute, &prefixes, defect))
        return false;
    const uint8_t *value = update->body + prefixes.at;
    size_t hop = prefixes.length > 0 ? value[0] : 0;
    if (prefixes.length < 1 + hop + 1)
        return refuse(defect, "MP_REACH_NLRI: octets behind AFI and SAFI", prefixes.length,
                      "a next hop and a reserved octet", prefixes.at);
    if (is_known(prefixes.afi, prefixes.safi) && !read_next_hop(value + 1, hop, &prefixes.next_hop))
        return refuse(defect, "MP_REACH_NLRI: length of next hop", hop, "4, 12, 16, 24, 32 or 48",
                      prefixes.at);
    prefixes.at += 1 + hop + 1;
    prefixes.length -= 1 + hop + 1;
    add(update, prefixes);
    return true;
}

static bool read_attributes(bgp_update *update, cats_address *next_hop, cats_defect *defect)
{
    bgp_attribute attribute, unreach = { .at = 0 }, reach = { .at = 0 };
    for (size_t next = 0; step(update, &next, &attribute, defect);) {
        if (attribute.code == BGP_ATTRIBUTE_MP_UNREACH && unreach.at == 0)
            unreach = attribute;
        else if (attribute.code == BGP_ATTRIBUTE_MP_REACH && reach.at == 0)
            reach = attribute;
        else if (attribute.code == BGP_ATTRIBUTE_NEXT_HOP && attribute.length == 4)
            *next_hop = cats_address_ipv4(bgp_attribute_value(update, &attribute));
    }
    return defect->subject == NULL && (unreach.at == 0 || read_unreach(update, &unreach, defect)) &&
           (reach.at == 0 || read_reach(update, &reach, defect));
}

bool bgp_update_parse(const uint8_t *body, size_t length, bgp_update *update, cats_defect *defect)
{
    if (length < 4)
        return refuse(defect, "BGP UPDATE: length", length, "at least 4 octets", 0);
    size_t withdrawn = wire_get(body, 2);
    if (withdrawn > length - 4)
        return refuse(defect, "BGP UPDATE: length of withdrawn routes", withdrawn,
                      "no more than the message has left", 0);
    size_t attributes = wire_get(body + 2 + withdrawn, 2);
    if (attributes > length - 4 - withdrawn)
        return refuse(defect, "BGP UPDATE: length of path attributes", attributes,
                      "no more than the message has left", 2 + withdrawn);
    *update = (bgp_update){
        .body = body, .length = length, .attributes_at = 4 + withdrawn, .attributes_length = attributes
    };
    bgp_prefixes unicast = {
        .withdrawn = true, .afi = BGP_AFI_IPV4, .safi = BGP_SAFI_UNICAST, .at = 2, .length = withdrawn
    };
    add(update, unicast);
    unicast = (bgp_prefixes){ .afi = BGP_AFI_IPV4, .safi = BGP_SAFI_UNICAST };
    if (!read_attributes(update, &unicast.next_hop, defect))
        return false;
    unicast.at = update->attributes_at + attributes;
    unicast.length = length - unicast.at;
    add(update, unicast);
    return true;
}

size_t bgp_prefix_format(const bgp_prefix *prefix, char *text)
{
    size_t length = cats_address_format(&prefix->address, text);
    return length + (size_t)snprintf(text + length, BGP_PREFIX_TEXT - length, "/%u", prefix->length);
}

size_t bgp_distinguisher_format(const uint8_t distinguisher[8], char *text)
{
    const uint8_t *value = distinguisher + 2;
    int length;
    switch (wire_get(distinguisher, 2)) {
    case 0:
        length = snprintf(text, BGP_DISTINGUISHER_TEXT, "%u:%u", wire_get(value, 2), wire_get(value + 2, 4));
        break;
    case 1:
        length = snprintf(text, BGP_DISTINGUISHER_TEXT, "%u.%u.%u.%u:%u", value[0], value[1], value[2],
                          value[3], wire_get(value + 4, 2));
        break;
    case 2:
        length = snprintf(text, BGP_DISTINGUISHER_TEXT, "%u:%u", wire_get(value, 4), wire_get(value + 4, 2));
        break;
    default:
        length = snprintf(text, BGP_DISTINGUISHER_TEXT, "0x%08x%08x", wire_get(distinguisher, 4),
                          wire_get(distinguisher + 4, 4));
    }
    return (size_t)length;
}

void bgp_nlri_walk_start(bgp_nlri_walk *walk, const bgp_update *update, const bgp_prefixes *prefixes,
                         bool add_path)
{
    *walk = (bgp_nlri_walk){ .body = update->body,
                             .next = prefixes->at,
                             .end = prefixes->at + prefixes->length,
                             .afi = prefixes->afi,
                             .safi = prefixes->safi,
                             .withdrawn = prefixes->withdrawn,
                             .add_path = add_path };
}

static bool walk_ends(bgp_nlri_walk *walk, const char *subject, uint64_t found, const char *expected,
                      size_t at)
{
    walk->bad = true;
    return refuse(&walk->defect, subject, found, expected, at);
}

/* Labels up to the one with the bottom-of-stack bit. A withdrawn prefix has one, whatever it holds: 0x800000
 * and 0 have no such bit (RFC 8277 s2.4). */
static bool read_labels(bgp_nlri_walk *walk, size_t *at, size_t *bits)
{
    bool first = true, last = false;
    while (!last) {
        if (*bits < 8 * LABEL_LENGTH || walk->end - *at < LABEL_LENGTH)
            return walk_ends(walk, "BGP NLRI: length in bits", *bits, "a label of 24 bits", walk->at);
        uint32_t field = wire_get(walk->body + *at, LABEL_LENGTH);
        if (first)
            walk->label = field >> 4;
        last = walk->withdrawn || (field & 1) != 0;
        first = false;
        *at += LABEL_LENGTH;
        *bits -= 8 * (size_t)LABEL_LENGTH;
    }
    return true;
}

static bool read_distinguisher(bgp_nlri_walk *walk, size_t *at, size_t *bits)
{
    if (*bits < 8 * DISTINGUISHER_LENGTH || walk->end - *at < DISTINGUISHER_LENGTH)
        return walk_ends(walk, "BGP NLRI: length in bits", *bits, "a route distinguisher of 64 bits",
                         walk->at);
    memcpy(walk->prefix.distinguisher, walk->body + *at, DISTINGUISHER_LENGTH);
    *at += DISTINGUISHER_LENGTH;
    *bits -= 8 * (size_t)DISTINGUISHER_LENGTH;
    return true;
}

static bool read_address(bgp_nlri_walk *walk, size_t at, size_t bits)
{
    cats_address *address = &walk->prefix.address;
    address->family = walk->afi == BGP_AFI_IPV4 ? 4 : 6;
    if (bits > 8 * cats_address_length(address))
        return walk_ends(walk, "BGP NLRI: bits of the prefix", bits,
                         walk->afi == BGP_AFI_IPV4 ? "0-32" : "0-128", walk->at);
    size_t octets = (bits + 7) / 8;
    if (walk->end - at < octets)
        return walk_ends(walk, "BGP NLRI: bits of the prefix", bits, "no more than the octets left",
                         walk->at);
    memcpy(address->octets, walk->body + at, octets);
    if (bits % 8 != 0)
        address->octets[octets - 1] &= (uint8_t)(0xff00u >> bits % 8);
    walk->prefix.length = (uint8_t)bits;
    walk->octets = at + octets - walk->at;
    walk->next = at + octets;
    return true;
}

bool bgp_nlri_walk_next(bgp_nlri_walk *walk)
{
    size_t at = walk->next;
    if (walk->bad || at >= walk->end)
        return false;
    walk->at = at;
    walk->label = 0;
    memset(&walk->prefix, 0, sizeof walk->prefix);
    walk->prefix.safi = walk->safi;
    if (walk->add_path) {
        if (walk->end - at <= PATH_ID_LENGTH)
            return walk_ends(walk, "BGP NLRI: octets left", walk->end - at, "a path identifier and a prefix",
                             at);
        walk->prefix.path_id = wire_get(walk->body + at, PATH_ID_LENGTH);
        at += PATH_ID_LENGTH;
    }
    size_t bits = walk->body[at++];
    if (walk->safi == BGP_SAFI_VPN &&
        (!read_labels(walk, &at, &bits) || !read_distinguisher(walk, &at, &bits)))
        return false;
    return read_address(walk, at, bits);
}
