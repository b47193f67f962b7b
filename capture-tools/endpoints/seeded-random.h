/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random numbers that are the same on every machine for the same seed. Spec: splitmix64 (Steele et
 * al. 2014). */
#ifndef CATSHARK_ENDPOINTS_SEEDED_RANDOM_H
#define CATSHARK_ENDPOINTS_SEEDED_RANDOM_H

#include "epan-cats/hash-mix.h"

typedef struct seeded_random {
    uint64_t state;
} seeded_random;

static inline uint64_t seeded_random_next(seeded_random *random)
{
    return hash_mix(random->state += UINT64_C(0x9e3779b97f4a7c15));
}

/* A seed of its own for each user of random numbers, so that one's use does not shift another's. */
static inline uint64_t seeded_random_derive(uint64_t seed, uint64_t user)
{
    seeded_random random = { seed ^ (user * UINT64_C(0xd6e8feb86659fd93)) };
    seeded_random_next(&random);
    return seeded_random_next(&random);
}

#endif
