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
    table->owners = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    table->sids = prefix_history_new(table->limit);
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
    /* The links of users lay in the records. */
    prefix_history_free(table->sids);
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

/* The next hop; where that names no host, as FRR's 0.0.0.0 of IPv4 routes by way of IPv6, the speaker. An
 * IPv4-mapped one is the IPv4 address within (RFC 4798 s2). */
static cats_address owner_address(const cats_route *route)
{
    static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
    const cats_address *hop = &route->next_hop;
    if (cats_address_not_unicast(hop) != NULL)
        return route->peer.speaker;
    return hop->family == 6 && memcmp(hop->octets, mapped, sizeof mapped) == 0
               ? cats_address_ipv4(hop->octets + sizeof mapped)
               : *hop;
}

/* NULL when there is no room for more names. */
static const char *owner_of(cats_route_table *table, const cats_route *route)
{
    char text[CATS_ADDRESS_TEXT];
    const cats_address owner = owner_address(route);
    if (owner.family == 0)
        return NULL;
    cats_address_format(&owner, text);
    char *kept = g_hash_table_lookup(table->owners, text);
    if (kept == NULL && g_hash_table_size(table->owners) < table->limit) {
        kept = g_strdup(text);
        g_hash_table_insert(table->owners, kept, kept);
    }
    return kept;
}

static const cats_sid_row *row_of(cats_route_table *table, const route_record *record)
{
    const cats_route *route = &record->route;
    cats_sid_row row = { .prefix_length = record->sid_entry->length,
                         .structure =
                             route->sid.has_structure ? route->sid.structure : cats_sid_structure_default,
                         .behavior = route->sid.behavior,
                         .granularity = route->has_aggregate ? (cats_granularity)route->aggregate.granularity
                                                             : CATS_GRANULARITY_NOT_STATED,
                         .owner = owner_of(table, route),
                         .owner_is_egress = true };
    memcpy(row.prefix, record->sid_entry->address.octets, sizeof row.prefix);
    cats_sid_row *kept = g_hash_table_lookup(table->rows, &row);
    if (kept == NULL && g_hash_table_size(table->rows) < table->limit) {
        kept = g_new(cats_sid_row, 1);
        *kept = row;
        g_hash_table_add(table->rows, kept);
    }
    return kept;
}

/* The oldest announcement in force says what the SID is. */
static void refresh_sid(cats_route_table *table, prefix_entry *entry, uint32_t frame)
{
    const route_record *oldest = g_queue_peek_head(&entry->users);
    prefix_history_set(entry, frame, oldest == NULL ? NULL : row_of(table, oldest));
}

static void refresh_service(prefix_entry *entry, uint32_t frame)
{
    prefix_history_set(entry, frame, g_queue_is_empty(&entry->users) ? NULL : &is_service);
}

/* A structure without a locator would make a row that every address matches. */
static uint8_t sid_prefix_length(const srv6_service *sid)
{
    const cats_sid_structure *structure = &sid->structure;
    if (!sid->has_structure || structure->block + structure->node == 0)
        return 128;
    return (uint8_t)(structure->block + structure->node + structure->function);
}

static prefix_entry *need_entry(cats_route_table *table, prefix_history *history, const cats_address *address,
                                uint8_t length)
{
    prefix_entry *entry = prefix_history_need(history, address, length);
    if (entry == NULL)
        table->count.refused++;
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

/* It is no longer what its SID and its prefix are known by. Its place there goes to `heir`, which may be
 * NULL, where both have the same: the next hop of a route that is announced again stays the owner. */
static void leave_entries(cats_route_table *table, route_record *record, route_record *heir, uint32_t frame)
{
    if (record->sid_entry != NULL) {
        GQueue *users = &record->sid_entry->users;
        if (heir != NULL && heir->sid_entry == record->sid_entry)
            g_queue_insert_before_link(users, &record->in_sid, &heir->in_sid);
        g_queue_unlink(users, &record->in_sid);
        refresh_sid(table, record->sid_entry, frame);
    }
    if (record->service_entry != NULL) {
        GQueue *users = &record->service_entry->users;
        if (heir != NULL && heir->service_entry == record->service_entry)
            g_queue_insert_before_link(users, &record->in_service, &heir->in_service);
        g_queue_unlink(users, &record->in_service);
        refresh_service(record->service_entry, frame);
    }
}

static void end_route(cats_route_table *table, route_record *record, route_record *heir, cats_route_end how,
                      cats_moment now)
{
    g_hash_table_remove(table->in_force, record);
    leave_peer(table, record);
    leave_entries(table, record, heir, now.frame);
    g_queue_unlink(&table->held[0], &record->in_order);
    g_queue_push_tail_link(&table->held[1], &record->in_order);
    record->route.end = how;
    record->route.ended = now;
    if (heir == NULL)
        table->count.withdrawn++;
}

/* The oldest that has ended goes first; where none has, the oldest that is in force. */
static void make_room(cats_route_table *table, cats_moment now)
{
    while (table->held[0].length + table->held[1].length > table->limit) {
        if (g_queue_is_empty(&table->held[1]))
            end_route(table, g_queue_peek_head(&table->held[0]), NULL, CATS_ROUTE_WITHDRAWN, now);
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
    record->in_order.data = record->in_sid.data = record->in_service.data = record->in_behind.data =
        record->in_peer.data = record;
    if (route->has_sid) {
        const cats_address sid = cats_address_ipv6(route->sid.sid);
        record->sid_entry = need_entry(table, table->sids, &sid, sid_prefix_length(&route->sid));
    }
    if (route->has_aggregate)
        record->service_entry =
            need_entry(table, table->services, &route->prefix.address, route->prefix.length);
    return record;
}

static void announce(cats_route_table *table, const cats_route *route, route_record *old, cats_moment now)
{
    route_record *record = record_new(table, route);
    if (old != NULL)
        end_route(table, old, record, CATS_ROUTE_REPLACED, now);
    bool inherits_sid = old != NULL && old->sid_entry == record->sid_entry;
    bool inherits_service = old != NULL && old->service_entry == record->service_entry;
    if (record->sid_entry != NULL && !inherits_sid) {
        g_queue_push_tail_link(&record->sid_entry->users, &record->in_sid);
        refresh_sid(table, record->sid_entry, now.frame);
    }
    if (record->service_entry != NULL && !inherits_service) {
        g_queue_push_tail_link(&record->service_entry->users, &record->in_service);
        refresh_service(record->service_entry, now.frame);
    }
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
            end_route(table, old, NULL, CATS_ROUTE_WITHDRAWN, route->announced);
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
    }
    return changed;
}

static void end_direction(cats_route_table *table, const cats_route_peer *peer, cats_moment now)
{
    /* The entry of the peer goes with its last route. */
    for (const peer_routes *routes; (routes = g_hash_table_lookup(table->peers, peer)) != NULL;)
        end_route(table, routes->records.head->data, NULL, CATS_ROUTE_SESSION_ENDED, now);
}

void cats_route_table_end_session(cats_route_table *table, const cats_route_peer *peer, cats_moment now)
{
    const cats_route_peer back = { .speaker = peer->receiver, .receiver = peer->speaker };
    end_direction(table, peer, now);
    end_direction(table, &back, now);
}
