/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Link type, name and clock of an interface. Spec: draft-ietf-opsawg-pcapng s4.2. */
#include "pcapng-interface.h"

#include "epan-cats/capture-time.h"

#include <string.h>

enum { SNAPSHOT_AT = 4, OPTIONS_AT = 8, OPTION_HEAD = 4 };
enum {
    OPTION_END = 0,
    OPTION_NAME = 2,
    OPTION_DESCRIPTION = 3,
    OPTION_TIME_UNITS = 9,
    OPTION_TIME_OFFSET = 14,
    OPTION_HARDWARE = 15
};
enum { BINARY = 0x80, BINARY_MAX = 63, DECIMAL_MAX = 19, DECIMAL_DEFAULT = 6 };
#define NANOSECONDS UINT64_C(1000000000)

/* What options were there. */
typedef struct options_seen {
    unsigned name_rank;
    bool units, offset;
} options_seen;

/* Names in the order in which they are preferred, as Wireshark does. */
static unsigned rank(uint16_t option)
{
    switch (option) {
    case OPTION_NAME:
        return 3;
    case OPTION_DESCRIPTION:
        return 2;
    case OPTION_HARDWARE:
        return 1;
    default:
        return 0;
    }
}

static uint64_t power_of_ten(unsigned exponent)
{
    uint64_t power = 1;
    while (exponent-- > 0)
        power *= 10;
    return power;
}

static const char *read_units(const uint8_t *value, uint16_t length, capture_interface *interface)
{
    unsigned exponent = length == 1 ? *value & (BINARY - 1u) : 0;
    if (length != 1)
        return "if_tsresol is not one octet long";
    interface->binary_units = (*value & BINARY) != 0;
    if (exponent > (interface->binary_units ? BINARY_MAX : DECIMAL_MAX))
        return "if_tsresol is finer than 64 bits hold";
    interface->units = interface->binary_units ? UINT64_C(1) << exponent : power_of_ten(exponent);
    return NULL;
}

static const char *read_offset(const capture_reader *reader, const uint8_t *value, uint16_t length,
                               capture_interface *interface)
{
    if (length != sizeof interface->offset_s)
        return "if_tsoffset is not eight octets long";
    uint64_t offset;
    memcpy(&offset, value, sizeof offset);
    interface->offset_s = (int64_t)(reader->swapped ? GUINT64_SWAP_LE_BE(offset) : offset);
    return NULL;
}

static const char *read_option(const capture_reader *reader, uint16_t option, const uint8_t *value,
                               uint16_t length, capture_interface *interface, options_seen *seen)
{
    if (rank(option) > seen->name_rank) {
        seen->name_rank = rank(option);
        g_free(interface->name);
        interface->name = g_strndup((const char *)value, length);
    } else if (option == OPTION_TIME_UNITS) {
        if (seen->units)
            return "two options if_tsresol";
        seen->units = true;
        return read_units(value, length, interface);
    } else if (option == OPTION_TIME_OFFSET) {
        if (seen->offset)
            return "two options if_tsoffset";
        seen->offset = true;
        return read_offset(reader, value, length, interface);
    }
    return NULL;
}

/* Most clocks count from 1970 in a decimal part of a second: their times need no division. */
static void set_plain(capture_interface *interface)
{
    interface->plain_max = 0;
    if (interface->binary_units || interface->offset_s != 0 || interface->units > NANOSECONDS)
        return;
    interface->plain_factor = NANOSECONDS / interface->units;
    interface->plain_max = (uint64_t)CAPTURE_SECONDS_MAX * NANOSECONDS / interface->plain_factor;
}

static const char *read_options(const capture_reader *reader, const uint8_t *body, size_t length,
                                capture_interface *interface)
{
    options_seen seen = { 0 };
    for (size_t at = OPTIONS_AT; at < length;) {
        if (length - at < OPTION_HEAD)
            return "an interface option that is cut short";
        uint16_t option = capture_get16(reader, body + at), size = capture_get16(reader, body + at + 2);
        size_t padded = (size + 3u) & ~(size_t)3;
        if (length - at - OPTION_HEAD < padded)
            return "an interface option beyond the end of its block";
        if (option == OPTION_END)
            return size == 0 ? NULL : "an end of options that has a length";
        const char *wrong = read_option(reader, option, body + at + OPTION_HEAD, size, interface, &seen);
        if (wrong != NULL)
            return wrong;
        at += OPTION_HEAD + padded;
    }
    return NULL;
}

const char *pcapng_interface_read(const capture_reader *reader, const uint8_t *body, size_t length,
                                  capture_interface *interface)
{
    *interface = (capture_interface){ .units = power_of_ten(DECIMAL_DEFAULT) };
    if (length < OPTIONS_AT)
        return "an interface description that is too short";
    interface->link_type = capture_link_type(capture_get16(reader, body));
    uint32_t snapshot = capture_get32(reader, body + SNAPSHOT_AT);
    interface->snapshot = snapshot == 0 || snapshot > INT32_MAX ? CAPTURE_OCTETS_MAX : snapshot;
    const char *wrong = read_options(reader, body, length, interface);
    set_plain(interface);
    return wrong;
}

void pcapng_interface_clear(capture_interface *interface)
{
    g_clear_pointer(&interface->name, g_free);
}

int64_t pcapng_interface_time(const capture_interface *interface, uint64_t units)
{
    if (G_LIKELY(units <= interface->plain_max))
        return (int64_t)(units * interface->plain_factor);
    uint64_t seconds = units / interface->units + (uint64_t)interface->offset_s;
    uint64_t fraction = units % interface->units;
    if (interface->binary_units)
        fraction = fraction * NANOSECONDS / interface->units;
    else if (interface->units > NANOSECONDS)
        fraction /= interface->units / NANOSECONDS;
    else
        fraction *= NANOSECONDS / interface->units;
    return capture_time_of((int64_t)seconds, (int64_t)fraction);
}
