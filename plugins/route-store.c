/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Routes learned from the UPDATEs of a capture. */
#include "route-store.h"

#include "capture-end.h"
#include "frame-notes.h"
#include "preferences.h"

static cats_route_table *table;
static frame_notes *changes; /* how many routes began or ended with an UPDATE */

void route_store_end(void)
{
    preferences_set_routes(NULL);
    cats_route_table_free(table);
    frame_notes_free(changes);
    table = NULL;
    changes = NULL;
}

void route_store_begin(void)
{
    route_store_end();
    table = cats_route_table_new(CATS_ROUTE_TABLE_ROUTES_DEFAULT);
    changes = frame_notes_new();
    preferences_set_routes(table);
}

const cats_route_table *route_store_table(void)
{
    return table;
}

static cats_moment now(const packet_info *pinfo)
{
    return (cats_moment){ .frame = pinfo->num, .time_ns = packet_time_ns(pinfo) };
}

bool route_store_update(const packet_info *pinfo, uint32_t place, const cats_route_peer *peer,
                        const cats_route_update *update)
{
    uint32_t changed;
    if (PINFO_FD_VISITED(pinfo))
        return frame_notes_get(changes, pinfo->num, place, &changed);
    changed = cats_route_table_learn(table, peer, now(pinfo), update, route_settings()->add_path);
    if (changed > 0)
        frame_notes_add(changes, pinfo->num, place, changed);
    return changed > 0;
}

void route_store_hear(const packet_info *pinfo, const cats_route_peer *peer, uint8_t type)
{
    if (!PINFO_FD_VISITED(pinfo))
        cats_route_table_hear(table, peer, now(pinfo), type);
}

void route_store_miss(const packet_info *pinfo)
{
    if (!PINFO_FD_VISITED(pinfo))
        cats_route_table_miss(table, now(pinfo), CATS_ROUTE_GAP_SEGMENT);
}
