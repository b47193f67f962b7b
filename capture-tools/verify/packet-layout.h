/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A frame as a row of named fields: every bit that was captured belongs to exactly one. Spec:
 * header-fields.h; options of TCP by RFC 9293 s3.1 and affinity-option.h; TLVs of the SRH by RFC 8754 s2.1.
 */
#ifndef CATSHARK_VERIFY_PACKET_LAYOUT_H
#define CATSHARK_VERIFY_PACKET_LAYOUT_H

#include "header-fields.h"

#include "epan-cats/affinity-option.h"
#include "epan-cats/packet.h"

#include <glib.h>

typedef enum section_kind {
    SECTION_LINK,
    SECTION_IP,
    SECTION_EXTENSION, /* of IPv6 */
    SECTION_TRANSPORT,
    SECTION_PAYLOAD,
    SECTION_REST,   /* of an IP packet, behind what it carries */
    SECTION_TRAILER /* of the frame, behind the IP packet */
} section_kind;

/* A header with its options, a payload. */
typedef struct layout_section {
    section_kind kind;
    uint8_t header;      /* header_kind */
    uint32_t start, end; /* octets of the frame */
} layout_section;

typedef struct layout_field {
    const char *name;
    uint32_t bit, bits;
    field_show show;
    field_role role;
    ignored_group as;
    uint8_t header; /* header_kind, HEADER_NONE: of no table */
    uint8_t index;  /* in its table */
    uint16_t section;
} layout_field;

typedef struct packet_layout {
    GArray *fields;   /* of layout_field, in order, from bit 0 to 8 times captured */
    GArray *sections; /* of layout_section, in order, the same octets */
    uint32_t content; /* first octet behind the link header */
    uint32_t inner;   /* innermost IP header that is not quoted; content when there is none */
    uint32_t end;     /* of the outermost IP packet, at most captured */
} packet_layout;

packet_layout *packet_layout_new(void);
void packet_layout_free(packet_layout *layout); /* NULL is allowed */
/* Lays out a walked frame; the layout's arrays are written anew. */
void packet_layout_read(packet_layout *layout, const packet *p, int link_type,
                        const affinity_numbers *numbers);

/* Octets of the link header, for frames without an IP header too; at most captured. */
uint32_t packet_content(const packet *p, int link_type);
/* Index of the innermost IP header that is not quoted in an ICMP error, or -1. */
int packet_carrier(const packet *p);

/* Of a value that starts at a bit of `octets`: "17", "0x1f", an address, or hexadecimal; to be freed. */
char *layout_field_text(const layout_field *field, const uint8_t *octets, uint32_t bit);

#endif
