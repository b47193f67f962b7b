/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers below a count, each once a round, in an order that no cache foresees. */
#ifndef CATSHARK_BENCH_SCATTER_H
#define CATSHARK_BENCH_SCATTER_H

#include <stdint.h>

typedef struct scatter {
    uint32_t count, turn; /* 1 to 2^31; the count of calls and of numbers passed over */
} scatter;

/* A bijection of as many bits as the count needs; what is not below the count is passed over. */
static inline uint32_t scatter_next(scatter *s)
{
    unsigned bits = 1;
    while (s->count > UINT32_C(1) << bits)
        bits++;
    uint32_t mask = (UINT32_C(1) << bits) - 1, number;
    do {
        number = s->turn++ & mask;
        for (int round = 0; round < 3; round++) {
            number = (number * UINT32_C(0x9E3779B1)) & mask;
            number ^= number >> (bits / 2 + 1);
        }
    } while (number >= s->count);
    return number;
}

#endif
