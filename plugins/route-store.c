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

/* Whether it has something to show. */
static bool take_update(const packet_info *pinfo, const cats_route_peer *peer, cats_moment now,
                        const bgp_message *message)
{
    cats_route_update update;
    cats_defect defect;
    if (!cats_route_update_read(route_settings(), message->body, message->length - BGP_HEADER_LENGTH, &update,
                                &defect)) {
        cats_route_table_miss(table, now, CATS_ROUTE_GAP_MESSAGE); /* no UPDATE of any kind */
        return false;
    }
    bool changed = cats_route_table_learn(table, peer, now, &update, route_settings()->add_path) > 0;
    if (!changed && !cats_route_update_matters(&update) && update.metadata_at.at == 0)
        return false;
    frame_updates_add(pinfo, message, changed);
    return true;
}

bool route_store_take(const packet_info *pinfo, const bgp_segment *segment)
{
    const cats_route_peer peer = { .speaker = segment->of->source, .receiver = segment->of->destination };
    const cats_moment now = { .frame = pinfo->num, .time_ns = packet_time_ns(pinfo) };
    bgp_message message;
    bool shows = false;
    bgp_stream_take(stream, segment);
    while (bgp_stream_next(stream, &message)) {
        if (message.type == BGP_UPDATE)
            shows |= take_update(pinfo, &peer, now, &message);
        else
            cats_route_table_hear(table, &peer, now, message.type);
    }
    cats_route_table_miss_stream(table, stream, now);
    return shows;
}
