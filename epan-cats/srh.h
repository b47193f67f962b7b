/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The IPv6 Segment Routing Header. Spec: RFC 8754 s2; reduced form s4.1.1; O-flag RFC 9259 s2.1. */
#ifndef EPAN_CATS_SRH_H
#define EPAN_CATS_SRH_H

#include "defect.h"
#include <stdbool.h>

#define SRH_ROUTING_TYPE 4
#define SRH_FIXED_LENGTH 8
#define SRH_FLAG_OAM 0x20

enum { SRH_TLV_PAD1 = 0, SRH_TLV_PADN = 4, SRH_TLV_HMAC = 5 };

/* A view: pointers lie in the octets given to the parser and live as long as they do. */
typedef struct srh_view {
    const uint8_t *octets;
    size_t length;          /* of the whole header, 8 + 8 * Hdr Ext Len */
    uint8_t next_header;
    uint8_t segments_left;
    uint8_t last_entry;
    uint8_t flags;
    uint16_t tag;           /* host byte order */
    unsigned segment_count; /* last_entry + 1, or 0 for a header with no room for a segment list */
    const uint8_t *tlvs;    /* first octet behind the segment list */
    size_t tlvs_length;
} srh_view;

/* Reads the header at octets[0]. True when all of it lies within `available` and holds what it claims: Last Entry
 * within Hdr Ext Len, Segments Left at most Last Entry + 1 (the reduced form), TLVs within the header.
 * On false, *defect says what is wrong. Total. */
bool srh_parse(const uint8_t *octets, size_t available, srh_view *srh, cats_defect *defect);

/* Segment List[index], 16 octets, index < segment_count. Segment List[0] is the last segment. */
const uint8_t *srh_segment(const srh_view *srh, unsigned index);
/* The segment in force as the header tells it: Segment List[Segments Left], or NULL for the reduced form's first
 * segment (Segments Left = Last Entry + 1), which is only in the destination address. */
const uint8_t *srh_active_segment(const srh_view *srh);

typedef struct srh_tlv {
    size_t at;            /* offset from the first octet of the header */
    uint8_t type;
    uint8_t length;       /* of the value; 0 for Pad1 */
    const uint8_t *value;
} srh_tlv;

/* Iterates over the TLVs of a parsed header: *next starts at 0; false at the end. */
bool srh_tlv_next(const srh_view *srh, size_t *next, srh_tlv *tlv);

/* "Pad1", "PadN", "HMAC", or NULL. RFC 8754 s2.1 and IANA. */
const char *srh_tlv_name(uint8_t type);

/* What to build. `segments` is in travel order (first segment first), `count` of them from 1 to 127. `reduced` leaves
 * the first segment out of the list (RFC 8754 s4.1.1); with one segment that leaves no header and length 0.
 * `tlvs` (may be NULL) is copied behind the list and must be a multiple of 8 octets. */
typedef struct srh_spec {
    uint8_t next_header;
    uint8_t flags;
    uint16_t tag;
    const uint8_t (*segments)[16];
    unsigned count;
    bool reduced;
    const uint8_t *tlvs;
    size_t tlvs_length;
} srh_spec;

size_t srh_length(const srh_spec *spec);
/* Writes the header with Segments Left at its first value, count - 1; returns srh_length(), or 0 if `size` is too
 * small or the spec impossible. */
size_t srh_build(const srh_spec *spec, uint8_t *octets, size_t size);

#endif
