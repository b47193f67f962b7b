/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From segments to messages, from messages to the table of routes. Spec: RFC 4271 s4, s6, s8. */
#include "route-reader.h"

#include "epan-cats/bgp-stream.h"

#include <glib.h>

struct route_reader {
    cats_route_codes codes;
    bgp_stream *stream;
    cats_route_table *table;
    uint64_t updates;
    GArray *shown; /* of read_update, those of the frame */
};

route_reader *route_reader_new(const cats_route_codes *codes)
{
    route_reader *r = g_new0(route_reader, 1);
    r->codes = *codes;
    r->stream = bgp_stream_new(BGP_STREAM_DIRECTIONS_DEFAULT, BGP_STREAM_OCTETS_DEFAULT);
    r->table = cats_route_table_new(CATS_ROUTE_TABLE_ROUTES_DEFAULT);
    r->shown = g_array_sized_new(FALSE, FALSE, sizeof(read_update), 1);
    return r;
}

void route_reader_free(route_reader *r)
{
    if (r == NULL)
        return;
    bgp_stream_free(r->stream);
    cats_route_table_free(r->table);
    g_array_free(r->shown, TRUE);
    g_free(r);
}

const cats_route_table *route_reader_table(const route_reader *r)
{
    return r->table;
}

route_reader_count route_reader_count_get(const route_reader *r)
{
    const bgp_stream_count stream = bgp_stream_count_get(r->stream);
    return (route_reader_count){ .seen = stream.directions > 0 || stream.let_go > 0,
                                 .updates = r->updates,
                                 .sessions_let_go = stream.let_go,
                                 .routes = cats_route_table_count_get(r->table),
                                 .gap = cats_route_table_gap(r->table) };
}

/* The frame's moment, for its messages. */
typedef struct frame_messages {
    route_reader *reader;
    cats_moment now;
} frame_messages;

static void take_message(void *context, const bgp_direction *of, const bgp_message *message)
{
    const frame_messages *in = context;
    route_reader *r = in->reader;
    const cats_route_peer peer = { .speaker = of->source, .receiver = of->destination };
    guint at = r->shown->len;
    r->updates += message->type == BGP_UPDATE;
    g_array_set_size(r->shown, at + 1);
    read_update *read = &g_array_index(r->shown, read_update, at);
    read->add_path = r->codes.add_path;
    if (!cats_route_table_take(r->table, &r->codes, &peer, in->now, message, &read->update, &read->changed)) {
        g_array_set_size(r->shown, at);
        return;
    }
    cats_findings_clear(&read->findings);
    cats_route_update_judge(&read->update, &read->findings);
}

unsigned route_reader_take(route_reader *r, const packet *p, cats_moment now, const read_update **updates)
{
    frame_messages in = { r, now };
    g_array_set_size(r->shown, 0);
    if (bgp_stream_frame(r->stream, p, take_message, &in) != BGP_STREAM_WHOLE)
        cats_route_table_miss_stream(r->table, r->stream, now);
    *updates = &g_array_index(r->shown, read_update, 0);
    return r->shown->len;
}
