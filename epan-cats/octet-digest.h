/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Digests of octets, 64 bits: fast, and not against an adversary. They never leave the program, so they need
 * not be the same on every machine. Octets that differ within one word of eight never give the same digest.
 */
#ifndef EPAN_CATS_OCTET_DIGEST_H
#define EPAN_CATS_OCTET_DIGEST_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t octet_digest_word(const uint8_t *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

static inline uint64_t octet_digest_join(uint64_t digest, uint64_t word)
{
    digest ^= word;
    digest *= UINT64_C(0x9E3779B97F4A7C15);
    return digest ^ digest >> 32;
}

/* Goes on from a digest, or from any seed. Its length is not part of it but by whole words. */
uint64_t octet_digest(uint64_t digest, const uint8_t *octets, size_t length);

#endif
