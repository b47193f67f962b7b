/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a comparison with --expect ignores: groups of what a network may change, and single fields by name.
 * Spec: man/catshark-verify.1 (EXPECT). */
#ifndef CATSHARK_VERIFY_EXPECT_IGNORED_H
#define CATSHARK_VERIFY_EXPECT_IGNORED_H

#include "header-fields.h"

#include <stdio.h>

typedef struct expect_ignored {
    bool group[IGNORED_GROUP_COUNT];
    bool field[HEADER_KIND_COUNT][HEADER_FIELDS_MAX];
    /* A header ANDed with these octets holds what identifies its packet: ignored fields and checksums are 0.
     */
    _Alignas(8) uint8_t mask[HEADER_KIND_COUNT][HEADER_OCTETS_MAX];
} expect_ignored;

/* The defaults. */
void expect_ignored_init(expect_ignored *ignored);
/* "client-port,ip.dsfield.dscp": these groups and fields are ignored too (or, with `value` false, are not).
 * On false *message says what is wrong and what was expected; to be freed. */
bool expect_ignored_set(expect_ignored *ignored, const char *names, bool value, char **message);

/* A line each: name, whether it is ignored, what it is. */
bool expect_ignored_list(const expect_ignored *ignored, FILE *out);

#endif
