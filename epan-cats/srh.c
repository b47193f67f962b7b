/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The IPv6 Segment Routing Header: read as a view, walk its TLVs, build it full or reduced. Spec: RFC 8754
 * s2, s4.1. */
#include "srh.h"

#include <string.h>

#define SEGMENT_LENGTH 16
#define SEGMENTS_MAX 127 /* what Hdr Ext Len 255 has room for */
#define HEADER_MAX 2048
#define TLV_HEADER_LENGTH 2 /* type and length; Pad1 is its type alone */
#define PADN_MAX 5          /* RFC 8754 s2.1.1.2: longer gaps do not occur before an 8n boundary */
#define HMAC_FIXED_LENGTH 6 /* D, reserved and key ID */
#define HMAC_UNIT 8
#define HMAC_MAX 32

/* Octets of the header, RFC 8754 s2. */
enum {
    AT_NEXT_HEADER = 0,
    AT_HDR_EXT_LEN = 1,
    AT_ROUTING_TYPE = 2,
    AT_SEGMENTS_LEFT = 3,
    AT_LAST_ENTRY = 4,
    AT_FLAGS = 5,
    AT_TAG = 6
};

static bool fail(cats_defect *defect, const char *subject, uint64_t found, const char *expected, size_t at)
{
    *defect = (cats_defect){ .subject = subject, .found = found, .expected = expected, .at = at };
    return false;
}

static uint16_t get16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t get32(const uint8_t *at)
{
    return (uint32_t)get16(at) << 16 | get16(at + 2);
}

static bool hmac_length_is_valid(uint8_t length)
{
    if (length <= HMAC_FIXED_LENGTH || length > HMAC_FIXED_LENGTH + HMAC_MAX)
        return false;
    return (length - HMAC_FIXED_LENGTH) % HMAC_UNIT == 0;
}

/* One TLV at offset `at` of a header that is `length` octets long. */
static bool tlv_check(const uint8_t *octets, size_t length, size_t at, cats_defect *defect)
{
    if (octets[at] == SRH_TLV_PAD1)
        return true;
    if (length - at < TLV_HEADER_LENGTH)
        return fail(defect, "SRH: octets left for a TLV", length - at, "2 or more", at);
    uint8_t claimed = octets[at + 1];
    if (claimed > length - at - TLV_HEADER_LENGTH)
        return fail(defect, "SRH: TLV length", claimed, "at most the octets left in the header", at + 1);
    if (octets[at] == SRH_TLV_PADN && claimed > PADN_MAX)
        return fail(defect, "SRH: PadN TLV length", claimed, "0-5", at + 1);
    if (octets[at] == SRH_TLV_HMAC && !hmac_length_is_valid(claimed))
        return fail(defect, "SRH: HMAC TLV length", claimed, "14, 22, 30 or 38", at + 1);
    return true;
}

static size_t tlv_step(const uint8_t *tlv)
{
    return tlv[0] == SRH_TLV_PAD1 ? 1 : TLV_HEADER_LENGTH + (size_t)tlv[1];
}

bool srh_parse(const uint8_t *octets, size_t available, srh_view *srh, cats_defect *defect)
{
    if (available < SRH_FIXED_LENGTH)
        return fail(defect, "SRH: octets", available, "8 or more", 0);
    if (octets[AT_ROUTING_TYPE] != SRH_ROUTING_TYPE)
        return fail(defect, "SRH: routing type", octets[AT_ROUTING_TYPE], "4", AT_ROUTING_TYPE);
    size_t length = SRH_FIXED_LENGTH + 8 * (size_t)octets[AT_HDR_EXT_LEN];
    if (length > available)
        return fail(defect, "SRH: Hdr Ext Len", octets[AT_HDR_EXT_LEN], "at most the octets of the packet",
                    AT_HDR_EXT_LEN);

    unsigned room = (unsigned)((length - SRH_FIXED_LENGTH) / SEGMENT_LENGTH);
    unsigned last_entry = octets[AT_LAST_ENTRY];
    unsigned count = room == 0 && last_entry == 0 ? 0 : last_entry + 1;
    if (count > room)
        return fail(defect, "SRH: Last Entry", last_entry, "an index within Hdr Ext Len", AT_LAST_ENTRY);
    if (octets[AT_SEGMENTS_LEFT] > count)
        return fail(defect, "SRH: Segments Left", octets[AT_SEGMENTS_LEFT],
                    count == 0 ? "0 without a segment list" : "at most Last Entry + 1", AT_SEGMENTS_LEFT);

    size_t list_end = SRH_FIXED_LENGTH + SEGMENT_LENGTH * (size_t)count;
    for (size_t at = list_end; at < length; at += tlv_step(octets + at))
        if (!tlv_check(octets, length, at, defect))
            return false;

    *srh = (srh_view){
        .octets = octets,
        .length = length,
        .next_header = octets[AT_NEXT_HEADER],
        .segments_left = octets[AT_SEGMENTS_LEFT],
        .last_entry = octets[AT_LAST_ENTRY],
        .flags = octets[AT_FLAGS],
        .tag = get16(octets + AT_TAG),
        .segment_count = count,
        .tlvs = octets + list_end,
        .tlvs_length = length - list_end,
    };
    return true;
}

const uint8_t *srh_segment(const srh_view *srh, unsigned index)
{
    return srh->octets + SRH_FIXED_LENGTH + SEGMENT_LENGTH * (size_t)index;
}

const uint8_t *srh_active_segment(const srh_view *srh)
{
    return srh->segments_left < srh->segment_count ? srh_segment(srh, srh->segments_left) : NULL;
}

const uint8_t *srh_final_destination(const srh_view *srh)
{
    return srh->segments_left > 0 && srh->segment_count > 0 ? srh_segment(srh, 0) : NULL;
}

bool srh_tlv_next(const srh_view *srh, size_t *next, srh_tlv *tlv)
{
    if (*next >= srh->tlvs_length)
        return false;
    const uint8_t *at = srh->tlvs + *next;
    bool pad1 = at[0] == SRH_TLV_PAD1;
    *tlv = (srh_tlv){
        .at = (size_t)(at - srh->octets),
        .type = at[0],
        .length = pad1 ? 0 : at[1],
        .value = at + (pad1 ? 1 : TLV_HEADER_LENGTH),
    };
    *next += tlv_step(at);
    return true;
}

const char *srh_tlv_name(uint8_t type)
{
    static const char *const names[] = {
        [SRH_TLV_PAD1] = "Pad1",
        [SRH_TLV_PADN] = "PadN",
        [SRH_TLV_HMAC] = "HMAC",
    };
    return type < sizeof names / sizeof names[0] ? names[type] : NULL;
}

bool srh_tlv_hmac(const srh_tlv *tlv, srh_hmac *hmac)
{
    if (tlv->type != SRH_TLV_HMAC || tlv->length < HMAC_FIXED_LENGTH)
        return false;
    *hmac = (srh_hmac){
        .d = (tlv->value[0] & 0x80) != 0,
        .key_id = get32(tlv->value + 2),
        .value = tlv->value + HMAC_FIXED_LENGTH,
        .length = (size_t)tlv->length - HMAC_FIXED_LENGTH,
    };
    return true;
}

/* Segments that go into the list. */
static unsigned listed(const srh_spec *spec)
{
    bool drop_first = spec->reduced && (spec->count > 1 || spec->tlvs_length == 0);
    return drop_first ? spec->count - 1 : spec->count;
}

size_t srh_length(const srh_spec *spec)
{
    if (spec->count < 1 || spec->count > SEGMENTS_MAX || spec->tlvs_length % 8 != 0)
        return 0;
    unsigned list = listed(spec);
    if (list == 0)
        return 0;
    size_t room = HEADER_MAX - SRH_FIXED_LENGTH - SEGMENT_LENGTH * (size_t)list;
    if (spec->tlvs_length > room)
        return 0;
    return HEADER_MAX - room + spec->tlvs_length;
}

size_t srh_build(const srh_spec *spec, uint8_t *octets, size_t size)
{
    size_t length = srh_length(spec);
    if (length == 0 || length > size)
        return 0;
    unsigned list = listed(spec);
    octets[AT_NEXT_HEADER] = spec->next_header;
    octets[AT_HDR_EXT_LEN] = (uint8_t)((length - SRH_FIXED_LENGTH) / 8);
    octets[AT_ROUTING_TYPE] = SRH_ROUTING_TYPE;
    octets[AT_SEGMENTS_LEFT] = (uint8_t)(spec->count - 1);
    octets[AT_LAST_ENTRY] = (uint8_t)(list - 1);
    octets[AT_FLAGS] = spec->flags;
    octets[AT_TAG] = (uint8_t)(spec->tag >> 8);
    octets[AT_TAG + 1] = (uint8_t)spec->tag;
    uint8_t *at = octets + SRH_FIXED_LENGTH;
    for (unsigned i = 0; i < list; i++, at += SEGMENT_LENGTH)
        memcpy(at, spec->segments[spec->count - 1 - i], SEGMENT_LENGTH);
    if (spec->tlvs_length != 0)
        memcpy(at, spec->tlvs, spec->tlvs_length);
    return length;
}
