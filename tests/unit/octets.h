/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Comparison of octets for unit tests that says where they differ. */
#ifndef TESTS_UNIT_OCTETS_H
#define TESTS_UNIT_OCTETS_H

#include <glib.h>
#include <stdint.h>

static inline void assert_octets(const uint8_t *found, size_t found_length, const uint8_t *expected,
                                 size_t expected_length)
{
    for (size_t i = 0; i < MIN(found_length, expected_length); i++) {
        if (found[i] != expected[i])
            g_error("octet %zu is 0x%02x, expected 0x%02x", i, found[i], expected[i]);
    }
    g_assert_cmpuint(found_length, ==, expected_length);
}

#endif
