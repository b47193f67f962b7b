/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's table of neighbours by netlink: ask it to resolve, hear what it knows. Spec: rtnetlink(7),
 * linux/neighbour.h. */
#ifndef CATSHARK_LIVE_NEIGHBOR_TABLE_H
#define CATSHARK_LIVE_NEIGHBOR_TABLE_H

#include "epan-cats/address.h"
#include "frame.h"
#include <glib.h>

typedef struct neighbor_table neighbor_table;

/* What the kernel said of a neighbour. `mac` NULL: it tried and no one answered. */
typedef void (*neighbor_heard)(void *context, unsigned interface_index, const cats_address *address,
                               const uint8_t *mac);

neighbor_table *neighbor_table_open(GError **error);
void neighbor_table_close(neighbor_table *table); /* NULL is allowed */
int neighbor_table_fd(const neighbor_table *table);
/* Asks the kernel to use the neighbour, which resolves it or proves that it is still there, and to say what
 * it knows already. */
void neighbor_table_resolve(neighbor_table *table, unsigned interface_index, const cats_address *address);
/* Takes all that waits. */
void neighbor_table_read(neighbor_table *table, neighbor_heard heard, void *context);
/* The kernel refused to resolve for want of CAP_NET_ADMIN. */
bool neighbor_table_refused(const neighbor_table *table);
/* Messages were lost since this was asked last: resolve all anew. */
bool neighbor_table_lost(neighbor_table *table);

#endif
