/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Routes learned from the UPDATEs of a capture: from segments to messages, from messages to the table. Spec:
 * RFC 4271 s4, s6, s8. */
#include "route-store.h"

#include "capture-end.h"
#include "frame-updates.h"
#include "preferences.h"

#include "epan-cats/bgp-stream.h"

static bgp_stream *stream;
static cats_route_table *table;

void route_store_end(void)
{
    preferences_set_routes(NULL);
    bgp_stream_free(stream);
    cats_route_table_free(table);
    frame_updates_end();
    stream = NULL;
    table = NULL;
}

void route_store_begin(void)
{
    route_store_end();
    stream = bgp_stream_new(BGP_STREAM_DIRECTIONS_DEFAULT, BGP_STREAM_OCTETS_DEFAULT);
    table = cats_route_table_new(CATS_ROUTE_TABLE_ROUTES_DEFAULT);
    frame_updates_begin();
    preferences_set_routes(table);
}

const cats_route_table *route_store_table(void)
{
    return table;
}

bool route_store_take(const packet_info *pinfo, const bgp_segment *segment)
{
    const cats_route_peer peer = { .speaker = segment->of->source, .receiver = segment->of->destination };
    const cats_moment now = { .frame = pinfo->num, .time_ns = packet_time_ns(pinfo) };
    bgp_message message;
    cats_route_update update;
    bool changed, shows = false;
    bgp_stream_take(stream, segment);
    while (bgp_stream_next(stream, &message)) {
        if (!cats_route_table_take(table, route_settings(), &peer, now, &message, &update, &changed))
            continue;
        frame_updates_add(pinfo, &message, changed);
        shows = true;
    }
    cats_route_table_miss_stream(table, stream, now);
    return shows;
}
