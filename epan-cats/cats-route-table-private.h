/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the table of routes share: records, and the keys that they are found by. Private to
 * cats-route-table.c (how routes come and go), cats-route-sids.c (what they say of SIDs),
 * cats-route-session.c (what is not known), cats-route-known.c (what is) and cats-route-keys.c. */
#ifndef EPAN_CATS_CATS_ROUTE_TABLE_PRIVATE_H
#define EPAN_CATS_CATS_ROUTE_TABLE_PRIVATE_H

#include "cats-route-table.h"
#include "prefix-history.h"

/* Whose SIDs these are: a next hop by name, or a locator. */
typedef struct route_owner {
    uint32_t with_metrics;        /* frame from which on metrics were announced of it; 0: never */
    char text[CATS_ADDRESS_TEXT]; /* the name; of a locator that of whom announced a SID in it first */
} route_owner;

/* GLib's lists by links that lie in the record. */
typedef struct route_record {
    cats_route route;
    prefix_entry *sid_entry;                    /* NULL without a SID */
    prefix_entry *service_entry;                /* NULL without a metric */
    route_owner *owner, *locator;               /* NULL where there was no room, or none is told */
    GQueue *behind;                             /* NULL unless it has both */
    GQueue *of_peer;                            /* while it is in force */
    GList in_order, in_sid, in_behind, in_peer; /* data: the record */
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

/* One row, as it is while its owner is taken for no egress, and for one. */
typedef struct route_row {
    cats_sid_row as[2];      /* first: what rows are found by */
    const route_owner *sign; /* which of the two: the locator, or the next hop where none is told */
} route_row;

/* A direction that is known from its OPEN on. */
typedef struct heard_direction {
    cats_route_peer peer;
    unsigned opens; /* connections that are open; several when both peers connect (RFC 4271 s6.8) */
} heard_direction;

struct cats_route_table {
    size_t limit;
    GHashTable *in_force;      /* route_record by peer and prefix */
    GHashTable *peers;         /* peer_routes */
    GHashTable *behind;        /* behind_key */
    GHashTable *rows;          /* route_row by content */
    GHashTable *owners;        /* route_owner by text */
    GPtrArray *locator_owners; /* route_owner, the values of locators */
    GHashTable *heard;         /* heard_direction */
    prefix_history *sids;      /* of route_row */
    prefix_history *locators;  /* of route_owner */
    prefix_history *services;  /* of is_service */
    uint32_t with_metrics;     /* frame of the first announcement with metrics; 0: none yet */
    cats_route_gap gap;
    uint32_t
        block_since[129]; /* frame of the first SID whose structure has a block of so many bits; 0: none */
    GQueue held[2];       /* in force, ended: oldest first */
    cats_route_table_count count;
};

/* cats-route-table.c: NULL when there is no room, which is counted, and known from `frame` on. */
prefix_entry *route_entry_need(cats_route_table *table, prefix_history *history, const cats_address *address,
                               uint8_t length, uint32_t frame);
void route_end(cats_route_table *table, route_record *record, route_record *heir, cats_route_end how,
               cats_moment now);

/* cats-route-sids.c: a new record's owner, locator and entry of its SID, which it does not join yet. */
void route_sid_enter(cats_route_table *table, route_record *record);
/* What the SID is known by changes with the record. Its place goes to `heir`, which may be NULL, where both
 * have the same SID: the next hop of a route that is announced again stays the owner. `ends`: the
 * announcement does, it is not only forgotten. */
void route_sid_join(cats_route_table *table, route_record *record, uint32_t frame);
void route_sid_leave(cats_route_table *table, route_record *record, route_record *heir, bool ends,
                     uint32_t frame);

/* cats-route-session.c */
void route_partial(cats_route_table *table, uint32_t frame, cats_route_gap_cause cause);
/* A message of this direction. */
void route_hear(cats_route_table *table, const cats_route_peer *peer, uint32_t frame);

/* Of records by peer and prefix; of peer_routes, heard_direction, or any cats_route_peer; of behind_key; of
 * route_row by content. */
guint route_record_hash(gconstpointer record);
gboolean route_record_equal(gconstpointer a, gconstpointer b);
guint route_peer_hash(gconstpointer peer);
gboolean route_peer_equal(gconstpointer a, gconstpointer b);
guint route_behind_hash(gconstpointer key);
gboolean route_behind_equal(gconstpointer a, gconstpointer b);
guint route_row_hash(gconstpointer row);
gboolean route_row_equal(gconstpointer a, gconstpointer b);

#endif
