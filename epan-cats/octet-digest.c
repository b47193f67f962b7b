/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Four words at a time, independent of each other: multiplications need not wait for one another. */
#include "octet-digest.h"

uint64_t octet_digest(uint64_t digest, const uint8_t *octets, size_t length)
{
    enum { WORD = sizeof digest, STEP = 4 * WORD };
    size_t at = 0;
    if (length >= STEP) {
        uint64_t a = digest, b = ~digest, c = digest << 1, d = digest >> 1;
        for (; at + STEP <= length; at += STEP) {
            a = octet_digest_join(a, octet_digest_word(octets + at));
            b = octet_digest_join(b, octet_digest_word(octets + at + WORD));
            c = octet_digest_join(c, octet_digest_word(octets + at + 2 * WORD));
            d = octet_digest_join(d, octet_digest_word(octets + at + 3 * WORD));
        }
        digest = octet_digest_join(octet_digest_join(a, b), octet_digest_join(c, d));
    }
    for (; at + WORD <= length; at += WORD)
        digest = octet_digest_join(digest, octet_digest_word(octets + at));
    if (at == length)
        return digest;
    uint64_t last = 0;
    memcpy(&last, octets + at, length - at);
    return octet_digest_join(digest, last);
}
