/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a parser says about octets that are not what they claim. Parsers never print: they fill this in. */
#ifndef EPAN_CATS_DEFECT_H
#define EPAN_CATS_DEFECT_H

#include <stddef.h>
#include <stdint.h>

/* A named defect. All text is static. `found` is the offending value, `expected` what the source allows
 * ("8 or 20"; "at most #, the octets left": `limit` takes the place of the #), `at` the octet offset of the
 * value from the first octet given to the parser. */
typedef struct cats_defect {
    const char *subject; /* "affinity option: length" */
    uint64_t found;
    const char *expected; /* "8 or 20" */
    size_t at;
    uint64_t limit;
} cats_defect;

/* Room for any formatted defect. */
#define CATS_DEFECT_TEXT 192

/* "affinity option: length 9, expected 8 or 20 (octet 1)"; returns the length written, cut at `size` - 1. */
size_t cats_defect_format(const cats_defect *defect, char *text, size_t size);

#endif
