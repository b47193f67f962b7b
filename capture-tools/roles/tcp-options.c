/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options of a TCP header, read and written as a whole. */
#include "capture-tools/roles/tcp-options.h"

#include "epan-cats/packet.h"
#include <string.h>

enum { KIND_MSS = 2, KIND_SCALE = 3, KIND_SACK_PERMITTED = 4, KIND_SACK = 5, KIND_TIMESTAMPS = 8 };
enum {
    LENGTH_MSS = 4,
    LENGTH_SCALE = 3,
    LENGTH_SACK_PERMITTED = 2,
    LENGTH_TIMESTAMPS = 10,
    LENGTH_BLOCK = 8
};

static void read_affinity(const affinity_numbers *numbers, const uint8_t *octets, size_t available,
                          tcp_options *o)
{
    affinity_option found;
    cats_defect defect;
    switch (affinity_option_parse(numbers, octets, available, &found, &defect)) {
    case AFFINITY_FOREIGN:
        break;
    case AFFINITY_DEFECT:
        o->affinity_defective = true;
        break;
    case AFFINITY_PARSED:
        if (found.permit && found.kind == numbers->kind) {
            o->permit_raw = true;
        } else if (found.permit) {
            if (!o->permit_exid)
                o->permit_exid = found.kind;
        } else if (!o->has_affinity) {
            o->has_affinity = true;
            o->affinity = found;
        } else if (!cats_address_equal(&o->affinity.address, &found.address) ||
                   o->affinity.port != found.port) {
            o->affinity_differs = true;
        }
        break;
    }
}

static void read_sack(const uint8_t *octets, size_t length, tcp_options *o)
{
    if (o->sack_count || (length - 2) % LENGTH_BLOCK != 0)
        return;
    for (size_t at = 2; at < length && o->sack_count < TCP_SACK_BLOCKS_MAX; at += LENGTH_BLOCK)
        o->sack[o->sack_count++] =
            (tcp_sack_block){ .left = packet_get32(octets + at), .right = packet_get32(octets + at + 4) };
}

void tcp_options_read(const affinity_numbers *numbers, const uint8_t *octets, size_t length, tcp_options *o)
{
    affinity_option_walk walk;
    *o = (tcp_options){ 0 };

    affinity_option_walk_start(&walk, octets, length);
    while (affinity_option_walk_next(&walk)) {
        const uint8_t *at = octets + walk.at;
        if (walk.bad || walk.kind == numbers->kind) {
            /* A length that is illegal for the list is a defect of the option only if it is ours. */
            read_affinity(numbers, at, length - walk.at, o);
            continue;
        }
        switch (walk.kind) {
        case KIND_MSS:
            if (walk.option_length == LENGTH_MSS && !o->has_mss) {
                o->has_mss = true;
                o->mss = packet_get16(at + 2);
            }
            break;
        case KIND_SCALE:
            if (walk.option_length == LENGTH_SCALE && !o->has_scale) {
                o->has_scale = true;
                o->scale = at[2] < TCP_SCALE_MAX ? at[2] : TCP_SCALE_MAX;
            }
            break;
        case KIND_SACK_PERMITTED:
            o->sack_permitted |= walk.option_length == LENGTH_SACK_PERMITTED;
            break;
        case KIND_SACK:
            read_sack(at, walk.option_length, o);
            break;
        case KIND_TIMESTAMPS:
            if (walk.option_length == LENGTH_TIMESTAMPS && !o->has_timestamps) {
                o->has_timestamps = true;
                o->ts_value = packet_get32(at + 2);
                o->ts_echo = packet_get32(at + 6);
            }
            break;
        case TCP_OPTION_EXPERIMENT_1:
        case TCP_OPTION_EXPERIMENT_2:
            read_affinity(numbers, at, length - walk.at, o);
            break;
        default:
            break;
        }
    }
}

static uint8_t *put_nops(uint8_t *at, unsigned count)
{
    memset(at, TCP_OPTION_NOP, count);
    return at + count;
}

/* The order and padding of Linux: MSS, SACK permitted in the two octets that align timestamps, NOP and scale.
 */
static uint8_t *put_common(const tcp_options_spec *spec, uint8_t *at)
{
    if (spec->mss) {
        at[0] = KIND_MSS;
        at[1] = LENGTH_MSS;
        packet_put16(at + 2, spec->mss);
        at += LENGTH_MSS;
    }
    if (spec->sack_permitted) {
        if (!spec->timestamps)
            at = put_nops(at, 2);
        at[0] = KIND_SACK_PERMITTED;
        at[1] = LENGTH_SACK_PERMITTED;
        at += LENGTH_SACK_PERMITTED;
    }
    if (spec->timestamps) {
        if (!spec->sack_permitted)
            at = put_nops(at, 2);
        at[0] = KIND_TIMESTAMPS;
        at[1] = LENGTH_TIMESTAMPS;
        packet_put32(at + 2, spec->ts_value);
        packet_put32(at + 6, spec->ts_echo);
        at += LENGTH_TIMESTAMPS;
    }
    if (spec->scale >= 0) {
        at = put_nops(at, 1);
        at[0] = KIND_SCALE;
        at[1] = LENGTH_SCALE;
        at[2] = (uint8_t)spec->scale;
        at += LENGTH_SCALE;
    }
    return at;
}

static uint8_t *put_sack(const tcp_options_spec *spec, unsigned count, uint8_t *at)
{
    at = put_nops(at, 2);
    at[0] = KIND_SACK;
    at[1] = (uint8_t)(2 + count * LENGTH_BLOCK);
    at += 2;
    for (unsigned i = 0; i < count; i++, at += LENGTH_BLOCK) {
        packet_put32(at, spec->sack[i].left);
        packet_put32(at + 4, spec->sack[i].right);
    }
    return at;
}

/* How many of the SACK blocks fit into `room` octets. */
static unsigned sack_fit(const tcp_options_spec *spec, ptrdiff_t room)
{
    if (room < 4 + LENGTH_BLOCK)
        return 0;
    const unsigned fit = (unsigned)(room - 4) / LENGTH_BLOCK;
    return spec->sack_count < fit ? spec->sack_count : fit;
}

tcp_options_written tcp_options_build(const tcp_options_spec *spec, uint8_t octets[TCP_OPTIONS_MAX])
{
    tcp_options_written written = { 0 };
    uint8_t *const end = octets + TCP_OPTIONS_MAX;
    uint8_t *at = put_common(spec, octets);

    if (spec->other_length && spec->other_length <= (size_t)(end - at)) {
        memcpy(at, spec->other, spec->other_length);
        at += spec->other_length;
    }
    at = put_nops(at, (unsigned)(4 - (at - octets) % 4) % 4);
    const unsigned wanted = sack_fit(spec, end - at);
    if (spec->affinity) {
        const size_t length = affinity_option_build(spec->affinity, at, (size_t)(end - at));
        written.affinity = length > 0;
        at += length;
    }
    at = put_nops(at, (unsigned)(4 - (at - octets) % 4) % 4);
    written.sack_count = sack_fit(spec, end - at);
    written.sack_displaced = wanted - written.sack_count;
    if (written.sack_count)
        at = put_sack(spec, written.sack_count, at);
    written.length = (size_t)(at - octets);
    return written;
}
