/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What routes are found by: peer and prefix; SID, service and aggregate ID; and rows of SIDs by what they
 * say. */
#include "cats-route-table-private.h"

#include <string.h>

static guint hash_octets(guint hash, const void *data, size_t length)
{
    const uint8_t *octets = data;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ octets[i]) * 16777619u;
    return hash;
}

guint route_peer_hash(gconstpointer key)
{
    const cats_route_peer *peer = key;
    guint hash = hash_octets(2166136261u, peer->speaker.octets, sizeof peer->speaker.octets);
    return hash_octets(hash, peer->receiver.octets, sizeof peer->receiver.octets);
}

gboolean route_peer_equal(gconstpointer a, gconstpointer b)
{
    const cats_route_peer *one = a, *other = b;
    return cats_address_equal(&one->speaker, &other->speaker) &&
           cats_address_equal(&one->receiver, &other->receiver);
}

guint route_record_hash(gconstpointer key)
{
    const cats_route *route = &((const route_record *)key)->route;
    const bgp_prefix *prefix = &route->prefix;
    guint hash = route_peer_hash(&route->peer);
    hash = hash_octets(hash, prefix->address.octets, sizeof prefix->address.octets);
    hash = hash_octets(hash, prefix->distinguisher, sizeof prefix->distinguisher);
    return (hash ^ prefix->path_id) * 16777619u ^ prefix->length;
}

gboolean route_record_equal(gconstpointer a, gconstpointer b)
{
    const cats_route *one = &((const route_record *)a)->route, *other = &((const route_record *)b)->route;
    return route_peer_equal(&one->peer, &other->peer) && one->prefix.length == other->prefix.length &&
           one->prefix.safi == other->prefix.safi && one->prefix.path_id == other->prefix.path_id &&
           cats_address_equal(&one->prefix.address, &other->prefix.address) &&
           memcmp(one->prefix.distinguisher, other->prefix.distinguisher, sizeof one->prefix.distinguisher) ==
               0;
}

guint route_behind_hash(gconstpointer key)
{
    const behind_key *behind = key;
    return (g_direct_hash(behind->sid) * 31u + g_direct_hash(behind->service)) * 16777619u ^
           behind->aggregate_id;
}

gboolean route_behind_equal(gconstpointer a, gconstpointer b)
{
    const behind_key *one = a, *other = b;
    return one->sid == other->sid && one->service == other->service &&
           one->aggregate_id == other->aggregate_id;
}

guint route_row_hash(gconstpointer key)
{
    const route_row *kept = key;
    const cats_sid_row *row = &kept->as[0];
    return hash_octets(row->behavior + row->granularity * 7u, row->prefix, sizeof row->prefix) ^
           g_direct_hash(row->owner) ^ g_direct_hash(kept->sign);
}

gboolean route_row_equal(gconstpointer a, gconstpointer b)
{
    const route_row *one_kept = a, *other_kept = b;
    const cats_sid_row *one = &one_kept->as[0], *other = &other_kept->as[0];
    return memcmp(one->prefix, other->prefix, sizeof one->prefix) == 0 &&
           one->prefix_length == other->prefix_length && one->behavior == other->behavior &&
           one->granularity == other->granularity && one->owner == other->owner &&
           one_kept->sign == other_kept->sign &&
           memcmp(&one->structure, &other->structure, sizeof one->structure) == 0;
}
