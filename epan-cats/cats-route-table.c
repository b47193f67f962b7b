/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was learned from UPDATEs: how it gets into the table and out of it. Every announcement is a record:
 * found by peer and prefix while it is in force, by SID, prefix and aggregate ID as long as it is held. Spec:
 * RFC 4271 s3.1, s9.1. */
#include "cats-route-table-private.h"

#include <string.h>

/* Announcements held of one SID, prefix and aggregate ID: an egress whose generation stands still says
 * nothing about which one a packet means. */
#define BEHIND_MAX 64u

static const char is_service;

cats_route_table *cats_route_table_new(size_t routes)
{
    cats_route_table *table = g_new0(cats_route_table, 1);
    table->limit = MAX(routes, 1);
    table->in_force = g_hash_table_new(route_record_hash, route_record_equal);
    table->peers = g_hash_table_new_full(route_peer_hash, route_peer_equal, NULL, g_free);
    table->behind = g_hash_table_new_full(route_behind_hash, route_behind_equal, NULL, g_free);
    table->rows = g_hash_table_new_full(route_row_hash, route_row_equal, g_free, NULL);
    table->owners = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    table->locator_owners = g_ptr_array_new_with_free_func(g_free);
    table->heard = g_hash_table_new_full(route_peer_hash, route_peer_equal, NULL, g_free);
    table->sids = prefix_history_new(table->limit);
    table->locators = prefix_history_new(table->limit);
    table->services = prefix_history_new(table->limit);
    return table;
}

void cats_route_table_free(cats_route_table *table)
{
    if (table == NULL)
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(table->held); i++)
        for (GList *link = table->held[i].head, *next; link != NULL; link = next) {
            next = link->next;
            g_free(link->data);
        }
    g_hash_table_destroy(table->in_force);
    g_hash_table_destroy(table->peers);
    g_hash_table_destroy(table->behind);
    g_hash_table_destroy(table->rows);
    g_hash_table_destroy(table->owners);
    g_ptr_array_free(table->locator_owners, TRUE);
    g_hash_table_destroy(table->heard);
    /* The links of users lay in the records. */
    prefix_history_free(table->sids);
    prefix_history_free(table->locators);
    prefix_history_free(table->services);
    g_free(table);
}

cats_route_table_count cats_route_table_count_get(const cats_route_table *table)
{
    cats_route_table_count count = table->count;
    count.in_force = table->held[0].length;
    count.ended = table->held[1].length;
    return count;
}

prefix_entry *route_entry_need(cats_route_table *table, prefix_history *history, const cats_address *address,
                               uint8_t length, uint32_t frame)
{
    prefix_entry *entry = prefix_history_need(history, address, length);
    if (entry == NULL) {
        table->count.refused++;
        route_partial(table, frame, CATS_ROUTE_GAP_ROOM);
    }
    return entry;
}

static void join_peer(cats_route_table *table, route_record *record)
{
    peer_routes *routes = g_hash_table_lookup(table->peers, &record->route.peer);
    if (routes == NULL) {
        routes = g_new0(peer_routes, 1);
        routes->peer = record->route.peer;
        g_hash_table_add(table->peers, routes);
    }
    record->of_peer = &routes->records;
    g_queue_push_tail_link(record->of_peer, &record->in_peer);
}

static void leave_peer(cats_route_table *table, route_record *record)
{
    g_queue_unlink(record->of_peer, &record->in_peer);
    if (g_queue_is_empty(record->of_peer))
        g_hash_table_remove(table->peers, &record->route.peer);
    record->of_peer = NULL;
}

static void join_behind(cats_route_table *table, route_record *record)
{
    behind_key key = { .sid = record->sid_entry,
                       .service = record->service_entry,
                       .aggregate_id = record->route.aggregate.aggregate_id };
    if (key.sid == NULL || key.service == NULL)
        return;
    behind_key *kept = g_hash_table_lookup(table->behind, &key);
    if (kept == NULL) {
        kept = g_new0(behind_key, 1);
        *kept = key;
        g_hash_table_add(table->behind, kept);
    }
    record->behind = &kept->records;
    g_queue_push_tail_link(record->behind, &record->in_behind);
}

static void leave_behind(cats_route_table *table, route_record *record)
{
    if (record->behind == NULL)
        return;
    behind_key key = { .sid = record->sid_entry,
                       .service = record->service_entry,
                       .aggregate_id = record->route.aggregate.aggregate_id };
    g_queue_unlink(record->behind, &record->in_behind);
    if (g_queue_is_empty(record->behind))
        g_hash_table_remove(table->behind, &key);
    record->behind = NULL;
}

/* One that has ended. */
static void let_go(cats_route_table *table, route_record *record)
{
    leave_behind(table, record);
    g_queue_unlink(&table->held[1], &record->in_order);
    table->count.let_go++;
    g_free(record);
}

/* Out of what is in force, to those that have ended. */
static void leave_force(cats_route_table *table, route_record *record)
{
    g_hash_table_remove(table->in_force, record);
    leave_peer(table, record);
    g_queue_unlink(&table->held[0], &record->in_order);
    g_queue_push_tail_link(&table->held[1], &record->in_order);
}

void route_end(cats_route_table *table, route_record *record, route_record *heir, cats_route_end how,
               cats_moment now)
{
    leave_force(table, record);
    if (record->sid_entry != NULL)
        route_sid_leave(table, record, heir, true, now.frame);
    record->route.end = how;
    record->route.ended = now;
    if (heir == NULL)
        table->count.withdrawn++;
}

/* The oldest that has ended goes first; where none has, the oldest that is in force: nobody withdrew it. */
static void make_room(cats_route_table *table, cats_moment now)
{
    while (table->held[0].length + table->held[1].length > table->limit) {
        if (g_queue_is_empty(&table->held[1])) {
            route_record *oldest = g_queue_peek_head(&table->held[0]);
            leave_force(table, oldest);
            if (oldest->sid_entry != NULL)
                route_sid_leave(table, oldest, NULL, false, now.frame);
        }
        let_go(table, g_queue_peek_head(&table->held[1]));
    }
}

static void limit_behind(cats_route_table *table, route_record *record)
{
    if (record->behind == NULL || record->behind->length <= BEHIND_MAX)
        return;
    for (GList *link = record->behind->head; link != NULL; link = link->next) {
        route_record *old = link->data;
        if (old->route.end == CATS_ROUTE_IN_FORCE)
            continue;
        let_go(table, old);
        return;
    }
}

/* Links begin as those of no list. */
static route_record *record_new(cats_route_table *table, const cats_route *route)
{
    route_record *record = g_new0(route_record, 1);
    record->route = *route;
    record->in_order.data = record->in_sid.data = record->in_behind.data = record->in_peer.data = record;
    route_sid_enter(table, record);
    if (!route->has_aggregate)
        return record;
    uint32_t frame = route->announced.frame;
    record->service_entry =
        route_entry_need(table, table->services, &route->prefix.address, route->prefix.length, frame);
    if (record->service_entry != NULL)
        prefix_history_set(record->service_entry, frame, &is_service);
    return record;
}

static void announce(cats_route_table *table, const cats_route *route, route_record *old, cats_moment now)
{
    route_record *record = record_new(table, route);
    if (old != NULL)
        route_end(table, old, record, CATS_ROUTE_REPLACED, now);
    bool inherits_sid = old != NULL && old->sid_entry == record->sid_entry;
    if (record->sid_entry != NULL && !inherits_sid)
        route_sid_join(table, record, now.frame);
    g_hash_table_add(table->in_force, record);
    join_peer(table, record);
    join_behind(table, record);
    g_queue_push_tail_link(&table->held[0], &record->in_order);
    table->count.learned++;
    limit_behind(table, record);
    make_room(table, now);
}

static bool says_the_same(const cats_route *a, const cats_route *b)
{
    const cats_announcement one = { .has_aggregate = a->has_aggregate, .aggregate = a->aggregate };
    const cats_announcement other = { .has_aggregate = b->has_aggregate, .aggregate = b->aggregate };
    return a->has_sid == b->has_sid && (!a->has_sid || srv6_service_equal(&a->sid, &b->sid)) &&
           cats_announcement_equal(&one, &other) && cats_address_equal(&a->next_hop, &b->next_hop);
}

/* Gives false when there is nothing in it for us. */
static bool read_route(const cats_route_update *update, const bgp_nlri_walk *nlri, cats_route *route)
{
    if (bgp_handling_loses_route(update->handling))
        return false;
    route->has_sid = cats_route_update_sid(update, nlri->label, &route->sid);
    route->has_aggregate = update->has_announcement && update->announcement.has_aggregate;
    if (route->has_aggregate)
        route->aggregate = update->announcement.aggregate;
    return route->has_sid || route->has_aggregate;
}

static bool learn_prefix(cats_route_table *table, const cats_route_update *update, const bgp_nlri_walk *nlri,
                         cats_route *route)
{
    route_record key = { .route = { .peer = route->peer, .prefix = nlri->prefix } };
    route_record *old = g_hash_table_lookup(table->in_force, &key);
    route->prefix = nlri->prefix;
    if (nlri->withdrawn || !read_route(update, nlri, route)) {
        if (old != NULL)
            route_end(table, old, NULL, CATS_ROUTE_WITHDRAWN, route->announced);
        return old != NULL;
    }
    if (old != NULL && says_the_same(&old->route, route))
        return false;
    announce(table, route, old, route->announced);
    return true;
}

unsigned cats_route_table_learn(cats_route_table *table, const cats_route_peer *peer, cats_moment now,
                                const cats_route_update *update, bool add_path)
{
    unsigned changed = 0;
    route_hear(table, peer, now.frame);
    /* Others may take what is not taken here, and in address families that are not read. */
    if (update->handling != BGP_ACCEPT)
        route_partial(table, now.frame, CATS_ROUTE_GAP_UPDATE);
    else if (cats_route_update_matters(update) && update->update.count == 0)
        route_partial(table, now.frame, CATS_ROUTE_GAP_FAMILY);
    if (!cats_route_update_matters(update) && g_hash_table_size(table->in_force) == 0)
        return 0;
    for (unsigned i = 0; i < update->update.count; i++) {
        const bgp_prefixes *prefixes = &update->update.prefixes[i];
        bgp_nlri_walk nlri;
        bgp_nlri_walk_start(&nlri, &update->update, prefixes, add_path);
        while (bgp_nlri_walk_next(&nlri)) {
            cats_route route = { .peer = *peer, .next_hop = prefixes->next_hop, .announced = now };
            changed += learn_prefix(table, update, &nlri, &route);
        }
        if (nlri.bad)
            route_partial(table, now.frame, CATS_ROUTE_GAP_UPDATE);
    }
    return changed;
}
