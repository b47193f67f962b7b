/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which addresses and ports become which: rules OLD=NEW. Spec: man/catshark-inject.1 (REWRITING). */
#ifndef CATSHARK_INJECT_ADDRESS_MAP_H
#define CATSHARK_INJECT_ADDRESS_MAP_H

#include "epan-cats/address.h"
#include <glib.h>

typedef struct address_map address_map;

address_map *address_map_new(void);
void address_map_free(address_map *map); /* NULL is allowed */
bool address_map_is_empty(const address_map *map);

/* "192.0.2.1=198.51.100.1", "2001:db8::/32=2001:db9::/32": two addresses, or two prefixes of equal length. On
 * false *message (to be freed) quotes the text and says what was expected: also for an OLD that is there. */
bool address_map_add(address_map *map, const char *text, char **message);
/* "443=8443": TCP and UDP ports. */
bool address_map_add_port(address_map *map, const char *text, char **message);

/* The rule with the longest OLD applies, once. False, and nothing changes, where there is none. */
bool address_map_apply(const address_map *map, cats_address *address);
bool address_map_apply_port(const address_map *map, uint16_t *port);

#endif
