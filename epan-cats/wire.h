/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers as the wire has them: network byte order, at any octet. The caller has looked that they are there.
 */
#ifndef EPAN_CATS_WIRE_H
#define EPAN_CATS_WIRE_H

#include <stddef.h>
#include <stdint.h>

/* Of 1 to 4 octets. */
static inline uint32_t wire_get(const uint8_t *octets, size_t count)
{
    uint32_t value = 0;
    for (size_t i = 0; i < count; i++)
        value = value << 8 | octets[i];
    return value;
}

static inline void wire_put(uint8_t *octets, size_t count, uint32_t value)
{
    for (size_t i = count; i > 0; i--, value >>= 8)
        octets[i - 1] = (uint8_t)value;
}

#endif
