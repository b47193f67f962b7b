/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the table of routes knows, of now and of an earlier frame. Spec: docs/wire-formats.md s4-6. */
#include "cats-route-table-private.h"

#include <string.h>

bool cats_route_table_is_empty(const cats_route_table *table)
{
    return table == NULL || table->count.learned == 0;
}

/* One that is in force before one that is longer and is not. */
static const prefix_entry *sid_entry_at(const cats_route_table *table, const uint8_t sid[16], uint32_t frame)
{
    if (cats_route_table_is_empty(table))
        return NULL;
    const cats_address address = cats_address_ipv6(sid);
    const prefix_entry *entry = NULL;
    for (int or_before = 0; or_before < 2 && entry == NULL; or_before++) {
        unsigned shorter_than = PREFIX_HISTORY_ANY;
        entry = prefix_history_match(table->sids, &address, frame, or_before, &shorter_than);
    }
    return entry;
}

static bool is_egress(const cats_route_table *table, const route_owner *sign, uint32_t frame)
{
    if (table->with_metrics == 0 || table->with_metrics > frame || sign == NULL)
        return true;
    return sign->with_metrics != 0 && sign->with_metrics <= frame;
}

const cats_sid_row *cats_route_table_row(const cats_route_table *table, const uint8_t sid[16], uint32_t frame)
{
    uint32_t ended;
    const prefix_entry *entry = sid_entry_at(table, sid, frame);
    const route_row *row = entry == NULL ? NULL : prefix_history_last(entry, frame, &ended);
    return row == NULL ? NULL : &row->as[is_egress(table, row->sign, frame)];
}

uint32_t cats_route_table_sid_ended(const cats_route_table *table, const uint8_t sid[16], uint32_t frame)
{
    uint32_t ended = 0;
    const prefix_entry *entry = sid_entry_at(table, sid, frame);
    if (entry != NULL)
        prefix_history_last(entry, frame, &ended);
    return ended;
}

bool cats_route_table_knows_sid(const cats_route_table *table, const uint8_t sid[16], uint32_t frame)
{
    return sid_entry_at(table, sid, frame) != NULL;
}

bool cats_route_table_in_container(const cats_route_table *table, const uint8_t sid[16], uint32_t frame)
{
    static const uint8_t lengths[] = { 16, 32 };
    for (uint8_t block = 0; table != NULL && block < G_N_ELEMENTS(table->block_since); block++) {
        if (table->block_since[block] == 0 || table->block_since[block] > frame)
            continue;
        for (size_t i = 0; i < G_N_ELEMENTS(lengths) && block + lengths[i] < 128; i++) {
            const cats_sid_structure head = { .block = block, .node = lengths[i] };
            uint8_t container[16];
            memcpy(container, sid, sizeof container);
            while (cats_sid_container_next(&head, container))
                if (cats_route_table_knows_sid(table, container, frame))
                    return true;
        }
    }
    return false;
}

bool cats_route_table_find_locator(const cats_route_table *table, const uint8_t sid[16], uint32_t frame,
                                   cats_route_locator *locator)
{
    if (cats_route_table_is_empty(table))
        return false;
    const cats_address address = cats_address_ipv6(sid);
    unsigned shorter_than = PREFIX_HISTORY_ANY;
    const prefix_entry *entry = prefix_history_match(table->locators, &address, frame, true, &shorter_than);
    if (entry == NULL)
        return false;
    uint32_t ended;
    const route_owner *owner = prefix_history_last(entry, frame, &ended);
    *locator =
        (cats_route_locator){ .prefix = entry->address,
                              .length = entry->length,
                              .announcer = owner == NULL || owner->text[0] == '\0' ? NULL : owner->text };
    return true;
}

bool cats_route_table_is_service(const cats_route_table *table, const cats_address *address, uint32_t frame)
{
    unsigned shorter_than = PREFIX_HISTORY_ANY;
    return !cats_route_table_is_empty(table) &&
           prefix_history_match(table->services, address, frame, true, &shorter_than) != NULL;
}

static bool is_in_force(const cats_route *route, uint32_t frame)
{
    return route->ended.frame == 0 || route->ended.frame > frame;
}

/* How well the announcement answers for a packet of this ingress: what the ingress itself was told before
 * what others were, and of either one in force. */
enum { RANK_IN_FORCE = 1, RANK_TOLD = 2, RANK_BEST = RANK_IN_FORCE | RANK_TOLD };

static unsigned rank_of(const cats_route *route, const cats_address *ingress, uint32_t frame)
{
    return (is_in_force(route, frame) ? RANK_IN_FORCE : 0) |
           (cats_address_equal(&route->peer.receiver, ingress) ? RANK_TOLD : 0);
}

/* Of announcements that say the same: the first of the highest rank, of ended ones the last to end. */
static const cats_route *choose_behind(const GQueue *records, const cats_address *ingress, uint32_t frame,
                                       unsigned *rank)
{
    const cats_route *best = NULL;
    for (const GList *link = records->head; link != NULL; link = link->next) {
        const cats_route *route = &((const route_record *)link->data)->route;
        if (route->announced.frame > frame)
            continue;
        unsigned here = rank_of(route, ingress, frame);
        if (best != NULL && (here < *rank || (here == *rank && ((here & RANK_IN_FORCE) != 0 ||
                                                                route->ended.frame <= best->ended.frame))))
            continue;
        best = route;
        *rank = here;
    }
    return best;
}

bool cats_route_table_find_behind(const cats_route_table *table, const uint8_t sid[16], uint32_t aggregate_id,
                                  const cats_address *service, const uint8_t ingress[16], uint32_t frame,
                                  cats_route_behind *behind)
{
    if (cats_route_table_is_empty(table))
        return false;
    const cats_address address = cats_address_ipv6(sid), receiver = cats_address_ipv6(ingress);
    behind_key key = { .aggregate_id = aggregate_id };
    const cats_route *best = NULL;
    unsigned best_rank = 0;
    for (unsigned sid_bits = PREFIX_HISTORY_ANY;
         best_rank < RANK_BEST &&
         (key.sid = prefix_history_match(table->sids, &address, frame, true, &sid_bits)) != NULL;) {
        for (unsigned bits = PREFIX_HISTORY_ANY;
             (key.service = prefix_history_match(table->services, service, frame, true, &bits)) != NULL;) {
            const behind_key *found = g_hash_table_lookup(table->behind, &key);
            unsigned rank = 0;
            const cats_route *route =
                found == NULL ? NULL : choose_behind(&found->records, &receiver, frame, &rank);
            if (route == NULL || (best != NULL && rank <= best_rank))
                continue;
            best = route;
            best_rank = rank;
        }
    }
    if (best == NULL)
        return false;
    *behind = (cats_route_behind){ .route = best, .was_in_force = is_in_force(best, frame) };
    if (!behind->was_in_force)
        behind->ended = best->ended;
    return true;
}
