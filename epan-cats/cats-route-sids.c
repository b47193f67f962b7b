/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What routes say of their SIDs: rows as a SID table has them, owners, locators. Spec: RFC 8986 s3.1,
 * RFC 9252 s3.2.1. */
#include "cats-route-table-private.h"

#include <string.h>

/* --- owners --- */

/* FRR writes next hop 0.0.0.0 in IPv4 routes by way of IPv6. An IPv4-mapped one is the IPv4 address within
 * (RFC 4798 s2). */
cats_address cats_route_owner(const cats_route *route)
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
static route_owner *owner_of(cats_route_table *table, const cats_route *route)
{
    char text[CATS_ADDRESS_TEXT] = "";
    const cats_address address = cats_route_owner(route);
    if (address.family == 0)
        return NULL;
    cats_address_format(&address, text);
    route_owner *owner = g_hash_table_lookup(table->owners, text);
    if (owner == NULL && g_hash_table_size(table->owners) < table->limit) {
        owner = g_new0(route_owner, 1);
        memcpy(owner->text, text, sizeof owner->text);
        g_hash_table_insert(table->owners, owner->text, owner);
    }
    return owner;
}

/* --- locators --- */

/* A structure without a locator would make a row that every address matches. */
static bool has_locator(const srv6_service *sid)
{
    return sid->has_structure && sid->structure.block + sid->structure.node > 0;
}

/* That which the route's SID lies in; NULL when none is told. */
static route_owner *locator_of(cats_route_table *table, const cats_route *route, const route_owner *owner)
{
    if (!route->has_sid || !has_locator(&route->sid))
        return NULL;
    const cats_sid_structure *structure = &route->sid.structure;
    const cats_address sid = cats_address_ipv6(route->sid.sid);
    uint32_t frame = route->announced.frame;
    prefix_entry *entry =
        route_entry_need(table, table->locators, &sid, (uint8_t)(structure->block + structure->node), frame);
    if (entry == NULL)
        return NULL;
    if (table->block_since[structure->block] == 0)
        table->block_since[structure->block] = frame;
    uint32_t ended;
    route_owner *locator = (route_owner *)prefix_history_last(entry, frame, &ended);
    if (locator == NULL) {
        locator = g_new0(route_owner, 1);
        if (owner != NULL)
            memcpy(locator->text, owner->text, sizeof locator->text);
        g_ptr_array_add(table->locator_owners, locator);
        prefix_history_set(entry, frame, locator);
    }
    return locator;
}

static void note_metrics(uint32_t *with_metrics, uint32_t frame)
{
    if (*with_metrics == 0)
        *with_metrics = frame;
}

/* --- rows --- */

/* What all announcements of the SID that are in force say; one SID may serve several prefixes. */
static cats_granularity granularity_of(const prefix_entry *entry)
{
    cats_granularity said = CATS_GRANULARITY_NOT_STATED;
    for (unsigned i = CATS_GRANULARITY_SERVICE_POINT; i < G_N_ELEMENTS(entry->tally); i++) {
        if (entry->tally[i] == 0)
            continue;
        if (said != CATS_GRANULARITY_NOT_STATED)
            return CATS_GRANULARITY_NOT_STATED;
        said = (cats_granularity)i;
    }
    return said;
}

static const route_row *row_of(cats_route_table *table, const route_record *record)
{
    const cats_route *route = &record->route;
    cats_sid_row row = { .prefix_length = record->sid_entry->length,
                         .structure =
                             route->sid.has_structure ? route->sid.structure : cats_sid_structure_default,
                         .behavior = route->sid.behavior,
                         .granularity = granularity_of(record->sid_entry),
                         .owner = record->owner == NULL ? NULL : record->owner->text };
    memcpy(row.prefix, record->sid_entry->address.octets, sizeof row.prefix);
    route_row wanted = { .as = { row, row },
                         .sign = record->locator != NULL ? record->locator : record->owner };
    wanted.as[1].owner_is_egress = true;
    route_row *kept = g_hash_table_lookup(table->rows, &wanted);
    if (kept == NULL && g_hash_table_size(table->rows) < table->limit) {
        kept = g_new(route_row, 1);
        *kept = wanted;
        g_hash_table_add(table->rows, kept);
    }
    return kept;
}

/* The oldest announcement in force says what the SID is. */
static void refresh(cats_route_table *table, prefix_entry *entry, uint32_t frame)
{
    const route_record *oldest = g_queue_peek_head(&entry->users);
    const route_row *row = oldest == NULL ? NULL : row_of(table, oldest);
    if (oldest != NULL && row == NULL)
        route_partial(table, frame, CATS_ROUTE_GAP_ROOM);
    prefix_history_set(entry, frame, row);
}

static uint8_t sid_prefix_length(const srv6_service *sid)
{
    const cats_sid_structure *structure = &sid->structure;
    return has_locator(sid) ? (uint8_t)(structure->block + structure->node + structure->function) : 128;
}

void route_sid_enter(cats_route_table *table, route_record *record)
{
    const cats_route *route = &record->route;
    const uint32_t frame = route->announced.frame;
    const cats_address sid = cats_address_ipv6(route->sid.sid);
    record->owner = owner_of(table, route);
    record->locator = locator_of(table, route, record->owner);
    if (route->has_sid)
        record->sid_entry = route_entry_need(table, table->sids, &sid, sid_prefix_length(&route->sid), frame);
    if (!route->has_aggregate)
        return;
    note_metrics(&table->with_metrics, frame);
    if (record->owner != NULL)
        note_metrics(&record->owner->with_metrics, frame);
    if (record->locator != NULL)
        note_metrics(&record->locator->with_metrics, frame);
}

static uint32_t *tally_of(const route_record *record)
{
    const cats_route *route = &record->route;
    unsigned said = route->has_aggregate ? route->aggregate.granularity : CATS_GRANULARITY_NOT_STATED;
    return &record->sid_entry->tally[said % G_N_ELEMENTS(record->sid_entry->tally)];
}

void route_sid_join(cats_route_table *table, route_record *record, uint32_t frame)
{
    g_queue_push_tail_link(&record->sid_entry->users, &record->in_sid);
    ++*tally_of(record);
    refresh(table, record->sid_entry, frame);
}

void route_sid_leave(cats_route_table *table, route_record *record, route_record *heir, bool ends,
                     uint32_t frame)
{
    GQueue *users = &record->sid_entry->users;
    if (heir != NULL && heir->sid_entry == record->sid_entry) {
        g_queue_insert_before_link(users, &record->in_sid, &heir->in_sid);
        ++*tally_of(heir);
    }
    g_queue_unlink(users, &record->in_sid);
    --*tally_of(record);
    if (ends || !g_queue_is_empty(users))
        refresh(table, record->sid_entry, frame);
}
