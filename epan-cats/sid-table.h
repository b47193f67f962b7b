/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The SID table: which prefix is which SID, by longest-prefix match. Rows come from the topology file or from
 * Wireshark's `cats_sids` table. Spec: docs/wire-formats.md s5. */
#ifndef EPAN_CATS_SID_TABLE_H
#define EPAN_CATS_SID_TABLE_H

#include "cats-sid.h"

/* A row with behavior 0 is a locator without a SID of its own: it gives the structure and the owner. */
typedef struct cats_sid_row {
    uint8_t prefix[16];
    uint8_t prefix_length; /* 0-128 */
    cats_sid_structure structure;
    uint16_t behavior;            /* 0: not stated */
    cats_granularity granularity; /* not stated: the argument may state it */
    const char *owner; /* name of the egress (or ingress) that announces it; borrowed, may be NULL */
    bool owner_is_egress;
} cats_sid_row;

typedef struct cats_sid_table cats_sid_table;

cats_sid_table *cats_sid_table_new(void);
void cats_sid_table_free(cats_sid_table *table);
/* Copies the row (`owner` included); prefix bits beyond the length are cleared. False when a row with the
 * same prefix and length is there already, the length is above 128, or the structure is invalid. Rows keep
 * their place in memory until the table is freed. */
bool cats_sid_table_add(cats_sid_table *table, const cats_sid_row *row);
size_t cats_sid_table_size(const cats_sid_table *table);
/* In the order they were added; NULL past the end. */
const cats_sid_row *cats_sid_table_row(const cats_sid_table *table, size_t index);
/* Longest match or NULL; cost is one hash look-up per distinct prefix length in the table. `table` may be
 * NULL. */
const cats_sid_row *cats_sid_table_match(const cats_sid_table *table, const uint8_t sid[16]);

/* "192.0.2.0/24", "5f00::/16": address and length, with no address bit set behind the length. On false *error
 * is a static sentence that says what is expected, and nothing is written. */
bool cats_prefix_parse(const char *text, cats_address *prefix, unsigned *length, const char **error);

#endif
