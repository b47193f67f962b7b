/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the table of routes share: records, and the keys that they are found by. Private to
 * cats-route-table.c, cats-route-known.c and cats-route-keys.c. */
#ifndef EPAN_CATS_CATS_ROUTE_TABLE_PRIVATE_H
#define EPAN_CATS_CATS_ROUTE_TABLE_PRIVATE_H

#include "cats-route-table.h"
#include "prefix-history.h"

/* GLib's lists by links that lie in the record. */
typedef struct route_record {
    cats_route route;
    prefix_entry *sid_entry;                                /* NULL without a SID */
    prefix_entry *service_entry;                            /* NULL without a metric */
    GQueue *behind;                                         /* NULL unless it has both */
    GQueue *of_peer;                                        /* while it is in force */
    GList in_order, in_sid, in_service, in_behind, in_peer; /* data: the record */
} route_record;

typedef struct behind_key {
    const prefix_entry *sid, *service;
    uint32_t aggregate_id;
    GQueue records; /* oldest first */
} behind_key;

typedef struct peer_routes {
    cats_route_peer peer;
    GQueue records;
} peer_routes;

struct cats_route_table {
    size_t limit;
    GHashTable *in_force;     /* route_record by peer and prefix */
    GHashTable *peers;        /* peer_routes */
    GHashTable *behind;       /* behind_key */
    GHashTable *rows;         /* cats_sid_row by content */
    GHashTable *owners;       /* texts */
    prefix_history *sids;     /* of cats_sid_row */
    prefix_history *services; /* of is_service */
    GQueue held[2];           /* in force, ended: oldest first */
    cats_route_table_count count;
};

/* Of records by peer and prefix; of peer_routes, or any cats_route_peer; of behind_key; of cats_sid_row by
 * content. */
guint route_record_hash(gconstpointer record);
gboolean route_record_equal(gconstpointer a, gconstpointer b);
guint route_peer_hash(gconstpointer peer);
gboolean route_peer_equal(gconstpointer a, gconstpointer b);
guint route_behind_hash(gconstpointer key);
gboolean route_behind_equal(gconstpointer a, gconstpointer b);
guint route_row_hash(gconstpointer row);
gboolean route_row_equal(gconstpointer a, gconstpointer b);

#endif
