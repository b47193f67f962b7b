/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values by IPv4 or IPv6 prefix, found by the longest match: routes, SIDs, locators. Spec: RFC 1812 s5.2.4.3.
 */
#ifndef CATSHARK_ROLES_PREFIX_TABLE_H
#define CATSHARK_ROLES_PREFIX_TABLE_H

#include "epan-cats/address.h"
#include <glib.h>

typedef struct prefix_table prefix_table;

/* `release` (may be NULL) is called for a value that is replaced or still there at the end. */
prefix_table *prefix_table_new(GDestroyNotify release);
void prefix_table_free(prefix_table *table);
/* Adds the value or replaces that of the same prefix; bits behind `length` are ignored. False, and the value
 * stays the caller's, when the family has no such length or the value is NULL. */
bool prefix_table_set(prefix_table *table, const cats_address *prefix, unsigned length, void *value);
/* The value of the longest prefix that holds the address, or NULL; cost is one hash look-up per distinct
 * length. */
void *prefix_table_match(const prefix_table *table, const cats_address *address);

#endif
