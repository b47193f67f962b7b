/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sessions of the table of routes: what ends with them, and from which frame on it is not known what was
 * announced. Spec: RFC 4271 s4.2, s4.5, s6.8, s8.2. */
#include "bgp-stream.h"
#include "cats-route-table-private.h"

void route_partial(cats_route_table *table, uint32_t frame, cats_route_gap_cause cause)
{
    if (table->gap.cause == CATS_ROUTE_NO_GAP)
        table->gap = (cats_route_gap){ cause, frame };
}

const char *cats_route_gap_text(cats_route_gap_cause cause)
{
    static const char *const texts[] = {
        [CATS_ROUTE_NO_GAP] = "nothing is missing",
        [CATS_ROUTE_GAP_OPEN] = "the OPEN of a BGP session was not seen",
        [CATS_ROUTE_GAP_SEGMENT] = "a BGP segment is missing, late or cut short",
        [CATS_ROUTE_GAP_MESSAGE] = "octets of a BGP session are no message or no UPDATE",
        [CATS_ROUTE_GAP_UPDATE] = "a BGP UPDATE cannot be used",
        [CATS_ROUTE_GAP_FAMILY] = "a BGP UPDATE has SIDs of an address family that is not read",
        [CATS_ROUTE_GAP_ROOM] = "there is no room for more BGP sessions or routes",
    };
    return texts[cause];
}

static heard_direction *heard_of(cats_route_table *table, const cats_route_peer *peer)
{
    return g_hash_table_lookup(table->heard, peer);
}

static unsigned opens_of(cats_route_table *table, const cats_route_peer *peer)
{
    const heard_direction *heard = heard_of(table, peer);
    return heard == NULL ? 0 : heard->opens;
}

void route_hear(cats_route_table *table, const cats_route_peer *peer, uint32_t frame)
{
    if (table->gap.cause == CATS_ROUTE_NO_GAP && heard_of(table, peer) == NULL)
        route_partial(table, frame, CATS_ROUTE_GAP_OPEN);
}

static void set_opens(cats_route_table *table, const cats_route_peer *peer, unsigned opens, uint32_t frame)
{
    heard_direction *heard = heard_of(table, peer);
    if (heard == NULL && opens > 0) {
        if (g_hash_table_size(table->heard) >= table->limit) {
            route_partial(table, frame, CATS_ROUTE_GAP_ROOM);
            return;
        }
        heard = g_new(heard_direction, 1);
        heard->peer = *peer;
        g_hash_table_add(table->heard, heard);
    }
    if (opens > 0)
        heard->opens = opens;
    else
        g_hash_table_remove(table->heard, peer);
}

static void end_direction(cats_route_table *table, const cats_route_peer *peer, cats_moment now)
{
    /* The entry of the peer goes with its last route. */
    for (const peer_routes *routes; (routes = g_hash_table_lookup(table->peers, peer)) != NULL;)
        route_end(table, routes->records.head->data, NULL, CATS_ROUTE_SESSION_ENDED, now);
}

void cats_route_table_hear(cats_route_table *table, const cats_route_peer *peer, cats_moment now,
                           uint8_t type)
{
    const cats_route_peer back = { .speaker = peer->receiver, .receiver = peer->speaker };
    unsigned here = opens_of(table, peer), there = opens_of(table, &back);
    if (type != BGP_OPEN && type != BGP_NOTIFICATION) {
        route_hear(table, peer, now.frame);
        return;
    }
    end_direction(table, peer, now);
    end_direction(table, &back, now);
    if (type == BGP_OPEN) {
        set_opens(table, peer, here + 1, now.frame);
        return;
    }
    /* Of two connections one ends, perhaps before both have sent their OPEN on it. */
    unsigned left = MAX(here, there) > 1 ? MAX(here, there) - 1 : 0;
    set_opens(table, peer, MIN(here, left), now.frame);
    set_opens(table, &back, MIN(there, left), now.frame);
}

void cats_route_table_miss(cats_route_table *table, cats_moment now, cats_route_gap_cause cause)
{
    route_partial(table, now.frame, cause);
}

void cats_route_table_miss_stream(cats_route_table *table, const struct bgp_stream *stream, cats_moment now)
{
    static const cats_route_gap_cause causes[] = { [BGP_STREAM_LACKS] = CATS_ROUTE_GAP_SEGMENT,
                                                   [BGP_STREAM_NO_MESSAGE] = CATS_ROUTE_GAP_MESSAGE,
                                                   [BGP_STREAM_ROOM] = CATS_ROUTE_GAP_ROOM };
    bgp_stream_miss missed = bgp_stream_missed(stream);
    if (missed != BGP_STREAM_WHOLE)
        cats_route_table_miss(table, now, causes[missed]);
}

bool cats_route_table_take(cats_route_table *table, const cats_route_codes *codes,
                           const cats_route_peer *peer, cats_moment now, const bgp_message *message,
                           cats_route_update *update, bool *changed)
{
    cats_defect defect;
    *changed = false;
    if (message->type != BGP_UPDATE) {
        cats_route_table_hear(table, peer, now, message->type);
        return false;
    }
    if (!cats_route_update_read(codes, message->body, message->length - BGP_HEADER_LENGTH, update, &defect)) {
        cats_route_table_miss(table, now, CATS_ROUTE_GAP_MESSAGE); /* no UPDATE of any kind */
        return false;
    }
    *changed = cats_route_table_learn(table, peer, now, update, codes->add_path) > 0;
    return *changed || cats_route_update_matters(update) || update->metadata_at.at != 0;
}

bool cats_route_table_is_complete(const cats_route_table *table, uint32_t frame)
{
    return table == NULL || table->gap.cause == CATS_ROUTE_NO_GAP || table->gap.frame > frame;
}

cats_route_gap cats_route_table_gap(const cats_route_table *table)
{
    return table == NULL ? (cats_route_gap){ CATS_ROUTE_NO_GAP, 0 } : table->gap;
}

uint32_t cats_route_table_with_metrics(const cats_route_table *table)
{
    return table == NULL ? 0 : table->with_metrics;
}
