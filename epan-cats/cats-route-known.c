/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the table of routes knows, of now and of an earlier frame. Spec: docs/wire-formats.md s4-6. */
#include "cats-route-table-private.h"

bool cats_route_table_is_empty(const cats_route_table *table)
{
    return table == NULL || table->count.learned == 0;
}

void cats_route_table_each(const cats_route_table *table,
                           void (*visit)(void *context, const cats_route *route), void *context)
{
    for (const GList *link = table->held[0].head; link != NULL; link = link->next)
        visit(context, &((const route_record *)link->data)->route);
}

const cats_sid_row *cats_route_table_row(const cats_route_table *table, const uint8_t sid[16], uint32_t frame)
{
    if (cats_route_table_is_empty(table))
        return NULL;
    const cats_address address = cats_address_ipv6(sid);
    unsigned shorter_than = PREFIX_HISTORY_ANY;
    const prefix_entry *entry = prefix_history_match(table->sids, &address, frame, false, &shorter_than);
    return entry == NULL ? NULL : prefix_history_get(entry, frame);
}

bool cats_route_table_is_service(const cats_route_table *table, const cats_address *address, uint32_t frame)
{
    unsigned shorter_than = PREFIX_HISTORY_ANY;
    return !cats_route_table_is_empty(table) &&
           prefix_history_match(table->services, address, frame, false, &shorter_than) != NULL;
}

/* Of announcements that say the same: a is the better answer at the frame. */
static bool is_better(const cats_route *a, const cats_route *b, uint32_t frame)
{
    bool a_ended = a->ended.frame != 0 && a->ended.frame <= frame;
    bool b_ended = b->ended.frame != 0 && b->ended.frame <= frame;
    if (a_ended != b_ended)
        return b_ended;
    return a_ended && a->ended.frame > b->ended.frame;
}

static bool choose_behind(const GQueue *records, uint32_t frame, cats_route_behind *behind)
{
    const cats_route *best = NULL;
    for (const GList *link = records->head; link != NULL; link = link->next) {
        const cats_route *route = &((const route_record *)link->data)->route;
        if (route->announced.frame <= frame && (best == NULL || is_better(route, best, frame)))
            best = route;
    }
    if (best == NULL)
        return false;
    *behind = (cats_route_behind){ .route = best,
                                   .was_in_force = best->ended.frame == 0 || best->ended.frame > frame };
    if (!behind->was_in_force)
        behind->ended = best->ended;
    return true;
}

bool cats_route_table_find_behind(const cats_route_table *table, const uint8_t sid[16], uint32_t aggregate_id,
                                  const cats_address *service, uint32_t frame, cats_route_behind *behind)
{
    if (cats_route_table_is_empty(table))
        return false;
    const cats_address address = cats_address_ipv6(sid);
    behind_key key = { .aggregate_id = aggregate_id };
    for (unsigned sid_bits = PREFIX_HISTORY_ANY;
         (key.sid = prefix_history_match(table->sids, &address, frame, true, &sid_bits)) != NULL;) {
        for (unsigned bits = PREFIX_HISTORY_ANY;
             (key.service = prefix_history_match(table->services, service, frame, true, &bits)) != NULL;) {
            const behind_key *found = g_hash_table_lookup(table->behind, &key);
            if (found != NULL && choose_behind(&found->records, frame, behind))
                return true;
        }
    }
    return false;
}
