/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Payload by position: eight octets at a time out of a mixing function. */
#include "capture-tools/roles/tcp-payload.h"

#include <string.h>

enum { WORD = 8 };

uint64_t tcp_mix(uint64_t value)
{
    value += UINT64_C(0x9e3779b97f4a7c15);
    value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
    return value ^ value >> 31;
}

uint64_t tcp_payload_seed(const cats_flow_key *flow)
{
    return tcp_mix(cats_flow_key_hash(flow));
}

/* Six random bits above the space: 0x20-0x5f. Lowest octet first, on every machine. */
static void word_at(uint64_t seed, uint64_t index, uint8_t octets[WORD])
{
    const uint64_t word =
        (tcp_mix(seed + index) & UINT64_C(0x3f3f3f3f3f3f3f3f)) + UINT64_C(0x2020202020202020);
    for (unsigned i = 0; i < WORD; i++)
        octets[i] = (uint8_t)(word >> 8 * i);
}

void tcp_payload_fill(uint64_t seed, uint64_t position, uint8_t *octets, size_t length)
{
    while (length > 0) {
        const size_t skip = (size_t)(position % WORD);
        const size_t take = length < WORD - skip ? length : WORD - skip;
        if (take == WORD) {
            word_at(seed, position / WORD, octets);
        } else {
            uint8_t word[WORD];
            word_at(seed, position / WORD, word);
            memcpy(octets, word + skip, take);
        }
        octets += take;
        position += take;
        length -= take;
    }
}

size_t tcp_payload_check(uint64_t seed, uint64_t position, const uint8_t *octets, size_t length)
{
    size_t done = 0;
    while (done < length) {
        uint8_t word[WORD];
        const size_t skip = (size_t)((position + done) % WORD);
        word_at(seed, (position + done) / WORD, word);
        for (size_t i = skip; i < WORD && done < length; i++, done++) {
            if (octets[done] != word[i])
                return done;
        }
    }
    return length;
}
