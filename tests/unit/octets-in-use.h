/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much memory the allocator has given out; a sanitizer's allocator shows 0. */
#ifndef TESTS_UNIT_OCTETS_IN_USE_H
#define TESTS_UNIT_OCTETS_IN_USE_H

#include <malloc.h>
#include <stddef.h>

static inline size_t octets_in_use(void)
{
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

#endif
