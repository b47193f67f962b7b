/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UPDATEs by number, no two alike: each announces another host prefix with another SID and another aggregate
 * ID, what fills the memory of routes fastest. Spec: docs/wire-formats.md s6; RFC 4271 s4.3. */
#ifndef CATSHARK_BENCH_NUMBERED_UPDATE_H
#define CATSHARK_BENCH_NUMBERED_UPDATE_H

#include "tests/unit/update-builder.h"

#include <string.h>

enum {
    NUMBERED_UPDATE_MAX = 1 << 24,                    /* as many hosts as 10.0.0.0/8 has */
    NUMBERED_UPDATE_VALUE_AT = BGP_HEADER_LENGTH + 7, /* of our attribute, the first one */
    NUMBERED_UPDATE_ID_AT = NUMBERED_UPDATE_VALUE_AT + 4 + 1,
    NUMBERED_UPDATE_SID_AT = NUMBERED_UPDATE_VALUE_AT + 12 + 4
};

typedef struct numbered_update {
    uint8_t octets[128]; /* the message, BGP header included */
    size_t length;
} numbered_update;

static inline numbered_update numbered_update_begin(void)
{
    numbered_update made = { .length = 0 };
    const cats_announcement announcement = sample_announcement();
    update_builder builder = update_begin();
    update_announcement(&builder, &announcement);
    update_attribute(&builder, 0x40, 1, 0);                /* ORIGIN: IGP */
    update_attribute(&builder, 0x40, 2, 2, 1, 0xfd, 0xe9); /* AS_PATH: 65001 */
    update_attribute(&builder, 0x40, BGP_ATTRIBUTE_NEXT_HOP, 10, 9, 1, 1);
    append_octets(builder.nlri, 32, 10, 0, 0, 0);
    update_body(&builder);
    made.length = BGP_HEADER_LENGTH + builder.body->len;
    memset(made.octets, 0xff, 16);
    wire_put(made.octets + 16, 2, (uint32_t)made.length);
    made.octets[18] = BGP_UPDATE;
    memcpy(made.octets + BGP_HEADER_LENGTH, builder.body->data, builder.body->len);
    update_free(&builder);
    return made;
}

/* `number` is below NUMBERED_UPDATE_MAX. Node and function of the SID, aggregate ID and prefix follow from
 * it. */
static inline void numbered_update_set(numbered_update *update, uint32_t number)
{
    wire_put(update->octets + NUMBERED_UPDATE_SID_AT + 4, 4, number);
    wire_put(update->octets + NUMBERED_UPDATE_ID_AT, 3, number);
    wire_put(update->octets + update->length - 3, 3, number);
}

#endif
