/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fields of the headers of fixed length, bit by bit, under Wireshark's names, and what of them a network
 * may change. Spec: RFC 791, 8200, 8754 s2, 9293 s3.1, 768, 792, 4443, 4302 s2; IEEE 802.1Q. */
#ifndef CATSHARK_VERIFY_HEADER_FIELDS_H
#define CATSHARK_VERIFY_HEADER_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a comparison may ignore. Names and defaults: expect-ignored.h. */
typedef enum ignored_group {
    IGNORED_NONE, /* what is always compared */
    IGNORED_TTL,
    IGNORED_MAC,
    IGNORED_VLAN,
    IGNORED_PADDING,
    IGNORED_IP_ID,
    IGNORED_OUTER,
    IGNORED_CHECKSUM_OFFLOAD,
    IGNORED_TIME,
    IGNORED_LINK_CONTROL,
    IGNORED_CLIENT_PORT,
    IGNORED_OTHER_FLOWS,
    IGNORED_OUTSIDE,
    IGNORED_ORDER,
    IGNORED_SILENT_POINTS
} ignored_group;
#define IGNORED_GROUP_COUNT (IGNORED_SILENT_POINTS + 1)

typedef enum field_show {
    FIELD_SHOW_DECIMAL,
    FIELD_SHOW_HEX,
    FIELD_SHOW_ADDRESS, /* 32 or 128 bits */
    FIELD_SHOW_OCTETS
} field_show;

/* How much a field says about which packet it is. */
typedef enum field_role {
    FIELD_PLAIN,
    FIELD_IDENTIFIES, /* address, port, protocol, sequence number */
    FIELD_FOLLOWS,    /* from others: lengths, checksums */
    FIELD_CHECKSUM    /* follows too, and is judged by whether it is right */
} field_role;

typedef struct header_field {
    const char *name; /* Wireshark's filter name, or the plugin's */
    uint16_t bits;
    field_show show;
    field_role role;
    ignored_group as; /* its value is ignored with this group; checksums are never masked so */
} header_field;

typedef enum header_kind {
    HEADER_ETHERNET,
    HEADER_VLAN,
    HEADER_SLL,
    HEADER_SLL2,
    HEADER_NULL,
    HEADER_IPV4,
    HEADER_IPV6,
    HEADER_HOP_BY_HOP,
    HEADER_DESTINATION,
    HEADER_ROUTING,
    HEADER_SRH,
    HEADER_FRAGMENT,
    HEADER_AUTHENTICATION,
    HEADER_TCP,
    HEADER_UDP,
    HEADER_ICMP,
    HEADER_ICMPV6,
    HEADER_NONE /* octets that no table describes: options, payload, padding */
} header_kind;
#define HEADER_KIND_COUNT HEADER_NONE
#define HEADER_OCTETS_MAX 40
#define HEADER_FIELDS_MAX 24

typedef struct header_shape {
    const header_field *fields; /* in order, without gaps */
    unsigned count;
    unsigned octets;
} header_shape;

const header_shape *header_shape_get(header_kind kind);
/* The header behind an IP header's protocol number, HEADER_NONE for none that is known. */
header_kind header_kind_of_transport(uint8_t protocol);

#endif
