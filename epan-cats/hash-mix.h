/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A mixer of 64 bits: every input bit reaches every output bit. The finalizer of MurmurHash3 (public domain),
 * variant 13 of D. Stafford. The same on every machine: choices of sites rest on it, so its values never
 * change. */
#ifndef EPAN_CATS_HASH_MIX_H
#define EPAN_CATS_HASH_MIX_H

#include <stdint.h>

static inline uint64_t hash_mix(uint64_t value)
{
    value = (value ^ value >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    value = (value ^ value >> 27) * UINT64_C(0x94D049BB133111EB);
    return value ^ value >> 31;
}

#endif
