/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SIDs split and joined by their structure, and the aggregated-metric identifier in the argument.
 * Spec: RFC 8986 s3.1, RFC 9252 s3.2.1, RFC 9800 s4.1; docs/wire-formats.md s3-4. */
#include "cats-sid.h"

#include <glib.h>
#include <string.h>

#define SID_BITS 128
#define PART_BITS_MAX 64 /* of function and argument */

const cats_sid_structure cats_sid_structure_default = {
    .block = 32, .node = 16, .function = 16, .argument = 32
};

bool cats_sid_structure_valid(const cats_sid_structure *structure)
{
    unsigned sum = (unsigned)structure->block + structure->node + structure->function + structure->argument;
    return sum <= SID_BITS && structure->function <= PART_BITS_MAX && structure->argument <= PART_BITS_MAX;
}

bool cats_sid_structure_parse(const char *text, cats_sid_structure *structure, const char **error)
{
    uint8_t lengths[4];
    for (size_t i = 0; i < G_N_ELEMENTS(lengths); i++) {
        char *end = (char *)text;
        guint64 length = g_ascii_isdigit(*text) ? g_ascii_strtoull(text, &end, 10) : 0;
        char separator = i + 1 < G_N_ELEMENTS(lengths) ? '/' : '\0';
        if (end == text || *end != separator) {
            *error = "expected block/node/function/argument in bits such as 32/16/16/32";
            return false;
        }
        if (length > SID_BITS) {
            *error = "expected lengths of 0-128 bits";
            return false;
        }
        lengths[i] = (uint8_t)length;
        text = end + 1;
    }
    cats_sid_structure parsed = { lengths[0], lengths[1], lengths[2], lengths[3] };
    if (!cats_sid_structure_valid(&parsed)) {
        *error = "expected at most 128 bits in all, and 64 each for function and argument";
        return false;
    }
    *structure = parsed;
    return true;
}

size_t cats_sid_structure_format(const cats_sid_structure *structure, char *text)
{
    return (size_t)g_snprintf(text, CATS_SID_STRUCTURE_TEXT, "%u/%u/%u/%u", structure->block, structure->node,
                              structure->function, structure->argument);
}

/* A SID as two halves in host byte order. */
typedef struct sid_bits {
    uint64_t high, low;
} sid_bits;

static sid_bits bits_load(const uint8_t sid[16])
{
    sid_bits bits;
    memcpy(&bits.high, sid, sizeof bits.high);
    memcpy(&bits.low, sid + sizeof bits.high, sizeof bits.low);
    return (sid_bits){ GUINT64_FROM_BE(bits.high), GUINT64_FROM_BE(bits.low) };
}

static void bits_store(sid_bits bits, uint8_t sid[16])
{
    bits.high = GUINT64_TO_BE(bits.high);
    bits.low = GUINT64_TO_BE(bits.low);
    memcpy(sid, &bits.high, sizeof bits.high);
    memcpy(sid + sizeof bits.high, &bits.low, sizeof bits.low);
}

/* The lowest `width` bits set, width 0-64. */
static uint64_t ones(unsigned width)
{
    return width == 0 ? 0 : UINT64_MAX >> (64 - width);
}

static sid_bits bits_shift_right(sid_bits bits, unsigned by)
{
    if (by >= SID_BITS)
        return (sid_bits){ 0, 0 };
    if (by >= 64)
        return (sid_bits){ 0, bits.high >> (by - 64) };
    if (by == 0)
        return bits;
    return (sid_bits){ bits.high >> by, bits.low >> by | bits.high << (64 - by) };
}

static sid_bits bits_shift_left(sid_bits bits, unsigned by)
{
    if (by >= SID_BITS)
        return (sid_bits){ 0, 0 };
    if (by >= 64)
        return (sid_bits){ bits.low << (by - 64), 0 };
    if (by == 0)
        return bits;
    return (sid_bits){ bits.high << by | bits.low >> (64 - by), bits.low << by };
}

/* Only the first `length` bits. */
static sid_bits bits_prefix(sid_bits bits, unsigned length)
{
    return (sid_bits){ bits.high & ~ones(64 - MIN(length, 64)),
                       bits.low & ~ones(length > 64 ? SID_BITS - length : 64) };
}

void cats_sid_split(const cats_sid_structure *structure, const uint8_t sid[16], cats_sid_parts *parts)
{
    *parts = (cats_sid_parts){ .locator = { .family = 6 } };
    if (!cats_sid_structure_valid(structure))
        return;
    sid_bits bits = bits_load(sid);
    unsigned locator = (unsigned)structure->block + structure->node;
    unsigned function_end = locator + structure->function;
    unsigned argument_end = function_end + structure->argument;
    bits_store(bits_prefix(bits, locator), parts->locator.octets);
    parts->function = bits_shift_right(bits, SID_BITS - function_end).low & ones(structure->function);
    parts->argument = bits_shift_right(bits, SID_BITS - argument_end).low & ones(structure->argument);
}

bool cats_sid_join(const cats_sid_structure *structure, const cats_sid_parts *parts, uint8_t sid[16])
{
    if (!cats_sid_structure_valid(structure) || (parts->function & ~ones(structure->function)) != 0 ||
        (parts->argument & ~ones(structure->argument)) != 0)
        return false;
    unsigned locator = (unsigned)structure->block + structure->node;
    unsigned function_end = locator + structure->function;
    unsigned argument_end = function_end + structure->argument;
    sid_bits bits = bits_load(parts->locator.octets);
    sid_bits kept = bits_prefix(bits, locator);
    if (kept.high != bits.high || kept.low != bits.low)
        return false;
    sid_bits function = bits_shift_left((sid_bits){ 0, parts->function }, SID_BITS - function_end);
    sid_bits argument = bits_shift_left((sid_bits){ 0, parts->argument }, SID_BITS - argument_end);
    bits_store(
        (sid_bits){ bits.high | function.high | argument.high, bits.low | function.low | argument.low }, sid);
    return true;
}

bool cats_sid_container_next(const cats_sid_structure *structure, uint8_t container[16])
{
    unsigned block = structure->block;
    unsigned width = (unsigned)structure->node + structure->function;
    if (!cats_sid_structure_valid(structure) || width == 0 || block + width >= SID_BITS)
        return false;
    sid_bits bits = bits_load(container);
    sid_bits rest = bits_shift_left(bits, block + width);
    sid_bits next = bits_prefix(rest, width);
    if ((next.high | next.low) == 0)
        return false;
    sid_bits head = bits_prefix(bits, block);
    sid_bits moved = bits_shift_right(rest, block);
    bits_store((sid_bits){ head.high | moved.high, head.low | moved.low }, container);
    return true;
}

static const char *const granularity_names[] = {
    [CATS_GRANULARITY_NOT_STATED] = "not stated",
    [CATS_GRANULARITY_SERVICE_POINT] = "service point",
    [CATS_GRANULARITY_SERVICE_SITE] = "service site",
    [CATS_GRANULARITY_EGRESS_NODE] = "egress node",
};

const char *cats_granularity_name(unsigned granularity)
{
    return granularity < G_N_ELEMENTS(granularity_names) ? granularity_names[granularity] : NULL;
}

bool cats_granularity_parse(const char *text, cats_granularity *granularity)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(granularity_names); i++) {
        bool is_number = text[0] == (char)('0' + i) && text[1] == '\0';
        if (is_number || g_ascii_strcasecmp(text, granularity_names[i]) == 0) {
            *granularity = (cats_granularity)i;
            return true;
        }
    }
    return false;
}

/* | granularity 4 | level 2 | reserved 2 | aggregate ID 24 | */
#define AGGREGATE_ID_MASK 0xFFFFFFu

cats_argument cats_argument_split(uint32_t argument)
{
    return (cats_argument){
        .granularity = (uint8_t)(argument >> 28),
        .level = (uint8_t)(argument >> 26 & 3),
        .reserved = (uint8_t)(argument >> 24 & 3),
        .aggregate_id = argument & AGGREGATE_ID_MASK,
    };
}

uint32_t cats_argument_join(const cats_argument *argument)
{
    return (argument->granularity & 0xFu) << 28 | (argument->level & 3u) << 26 |
           (argument->reserved & 3u) << 24 | (argument->aggregate_id & AGGREGATE_ID_MASK);
}
