/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random numbers of the simulation: the same on every machine for the same seed. Spec: splitmix64 (Steele et
 * al. 2014). */
#ifndef CATSHARK_SIMULATION_RANDOM_H
#define CATSHARK_SIMULATION_RANDOM_H

#include "epan-cats/hash-mix.h"

typedef struct simulation_random {
    uint64_t state;
} simulation_random;

static inline uint64_t simulation_random_next(simulation_random *random)
{
    return hash_mix(random->state += UINT64_C(0x9e3779b97f4a7c15));
}

/* A seed of its own for each user of random numbers, so that one's use does not shift another's. */
static inline uint64_t simulation_random_derive(uint64_t seed, uint64_t user)
{
    simulation_random random = { seed ^ (user * UINT64_C(0xd6e8feb86659fd93)) };
    simulation_random_next(&random);
    return simulation_random_next(&random);
}

#endif
