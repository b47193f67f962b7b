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
    size_t length; /* of the whole header, 8 + 8 * Hdr Ext Len */
    uint8_t next_header;
    uint8_t segments_left;
    uint8_t last_entry;
    uint8_t flags;
    uint16_t tag;           /* host byte order */
    unsigned segment_count; /* last_entry + 1, or 0 for a header with no room for a segment list */
    const uint8_t *tlvs;    /* first octet behind the segment list */
    size_t tlvs_length;
} srh_view;

/* Reads the header at octets[0]. True when all of it lies within `available` and holds what it claims: Last
 * Entry within Hdr Ext Len, Segments Left at most Last Entry + 1 (the reduced form), TLVs within the header
 * and, for PadN and HMAC, of a length that RFC 8754 s2.1 gives them. A header without room for one segment
 * has no list: then Last Entry and Segments Left are 0. On false, *defect says what is wrong and *srh is not
 * to be used. Total. */
bool srh_parse(const uint8_t *octets, size_t available, srh_view *srh, cats_defect *defect);

/* Segment List[index], 16 octets, index < segment_count. Segment List[0] is the last segment. */
const uint8_t *srh_segment(const srh_view *srh, unsigned index);
/* The segment in force as the header tells it: Segment List[Segments Left], or NULL where it is only in the
 * destination address: the reduced form's first segment (Segments Left = Last Entry + 1), and a header
 * without a list. */
const uint8_t *srh_active_segment(const srh_view *srh);
/* Where a packet with segments left goes in the end, which its destination address does not tell (RFC 8754
 * s4.3.1); NULL without segments left. */
const uint8_t *srh_final_destination(const srh_view *srh);

typedef struct srh_tlv {
    size_t at; /* offset from the first octet of the header */
    uint8_t type;
    uint8_t length; /* of the value; 0 for Pad1 */
    const uint8_t *value;
} srh_tlv;

/* Iterates over the TLVs of a parsed header: *next starts at 0; false at the end. */
bool srh_tlv_next(const srh_view *srh, size_t *next, srh_tlv *tlv);

/* "Pad1", "PadN", "HMAC", or NULL. RFC 8754 s2.1 and IANA. */
const char *srh_tlv_name(uint8_t type);

/* The value of an HMAC TLV: D bit 1, reserved 15, key ID 32, HMAC of 8, 16, 24 or 32 octets. */
typedef struct srh_hmac {
    bool d;          /* the destination address is not part of what was hashed */
    uint32_t key_id; /* host byte order */
    const uint8_t *value;
    size_t length; /* of value */
} srh_hmac;

/* False when the TLV is no HMAC TLV or too short for one. */
bool srh_tlv_hmac(const srh_tlv *tlv, srh_hmac *hmac);

/* What to build. `segments` is in travel order (first segment first), `count` of them from 1 to 127.
 * `reduced` leaves the first segment out of the list (RFC 8754 s4.1.1); with one segment that leaves no
 * header and length 0, unless there are TLVs: an SRH cannot say that its list is empty, so the one segment
 * then stays in it. `tlvs` (may be NULL) is copied behind the list and must be a multiple of 8 octets; all of
 * it at most 2048 octets. */
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

/* Octets that srh_build() writes; 0 for no header and for an impossible spec. */
size_t srh_length(const srh_spec *spec);
/* Writes the header with Segments Left at its first value, count - 1; returns srh_length(), or 0 if `size` is
 * too small or the spec impossible. */
size_t srh_build(const srh_spec *spec, uint8_t *octets, size_t size);

#endif
