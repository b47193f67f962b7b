/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A walk over TLVs. Spec: RFC 8669 s3, RFC 9252 s2-3; docs/wire-formats.md s6. */
#include "tlv.h"

#include "wire.h"

void tlv_walk_start(tlv_walk *walk, const uint8_t *octets, size_t length, uint8_t type_size,
                    uint8_t length_size)
{
    *walk =
        (tlv_walk){ .octets = octets, .length = length, .type_size = type_size, .length_size = length_size };
}

tlv_walk tlv_walk_into(const tlv_walk *outer, size_t skip, uint8_t type_size, uint8_t length_size)
{
    return (tlv_walk){ .octets = outer->octets + outer->value_at + skip,
                       .length = outer->value_length - skip,
                       .base = outer->base + outer->value_at + skip,
                       .type_size = type_size,
                       .length_size = length_size };
}

bool tlv_walk_next(tlv_walk *walk, const char *subject, cats_defect *defect)
{
    size_t header = (size_t)walk->type_size + walk->length_size;
    size_t left = walk->length - walk->next;
    if (left == 0 || walk->bad)
        return false;
    walk->at = walk->next;
    if (left < header) {
        walk->bad = true;
        *defect = (cats_defect){ subject, left, "type and length of a TLV in the octets left",
                                 .at = walk->base + walk->at };
        return false;
    }
    const uint8_t *octets = walk->octets + walk->at;
    walk->type = (uint16_t)wire_get(octets, walk->type_size);
    walk->value_at = walk->at + header;
    walk->value_length = wire_get(octets + walk->type_size, walk->length_size);
    if (walk->value_length > left - header) {
        walk->bad = true;
        *defect = (cats_defect){ subject, walk->value_length, "at most #, the octets left",
                                 .at = walk->base + walk->at + walk->type_size, .limit = left - header };
        return false;
    }
    walk->next = walk->value_at + walk->value_length;
    return true;
}
