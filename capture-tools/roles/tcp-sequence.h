/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Comparison in the space of sequence numbers, which wraps. Spec: RFC 9293 s3.4. */
#ifndef CATSHARK_ROLES_TCP_SEQUENCE_H
#define CATSHARK_ROLES_TCP_SEQUENCE_H

#include <stdbool.h>
#include <stdint.h>

static inline bool seq_before(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) < 0;
}
static inline bool seq_after(uint32_t a, uint32_t b)
{
    return seq_before(b, a);
}
static inline uint32_t seq_later(uint32_t a, uint32_t b)
{
    return seq_before(a, b) ? b : a;
}

#endif
