/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A walk over TLVs whose type and length fields have one or two octets each, as BGP's path attributes nest
 * them. Spec: RFC 8669 s3, RFC 9252 s2-3; docs/wire-formats.md s6. */
#ifndef EPAN_CATS_TLV_H
#define EPAN_CATS_TLV_H

#include "defect.h"
#include <stdbool.h>

typedef struct tlv_walk {
    const uint8_t *octets;
    size_t length;
    size_t base; /* added to every offset that a defect tells */
    size_t next; /* first octet not yet looked at */
    uint8_t type_size, length_size;
    /* Of the TLV just found: */
    size_t at; /* its first octet */
    uint16_t type;
    size_t value_at;
    size_t value_length;
    bool bad; /* at `at` there is no whole TLV */
} tlv_walk;

void tlv_walk_start(tlv_walk *walk, const uint8_t *octets, size_t length, uint8_t type_size,
                    uint8_t length_size);
/* Goes into the value of the TLV just found, behind its first `skip` octets (at most value_length). */
tlv_walk tlv_walk_into(const tlv_walk *outer, size_t skip, uint8_t type_size, uint8_t length_size);
/* False at the end, and at a TLV that is not whole: then `bad` is set and *defect tells why, under the name
 * `subject` ("CATS attribute: TLV length"). Total. */
bool tlv_walk_next(tlv_walk *walk, const char *subject, cats_defect *defect);

static inline const uint8_t *tlv_value(const tlv_walk *walk)
{
    return walk->octets + walk->value_at;
}

#endif
