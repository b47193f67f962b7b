/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames to the decoder and both trackers, and packets by SID. Spec: docs/rules.md. */
#include "counters.h"

#include "capture-tools/inspect/trackers.h"
#include "epan-cats/hash-mix.h"
#include "epan-cats/numbers.h"
#include <string.h>

struct capture_counters {
    decoder decoder;
    const cats_topology *topology;
    capture_points *points;
    GArray *link_types; /* of int, by interface */
    summary total;
    GHashTable *sids; /* set of capture_sid, by `sid` */
    uint64_t to_others;
    uint32_t frame;
};

static guint hash_sid(gconstpointer key)
{
    uint64_t halves[2];
    memcpy(halves, ((const cats_address *)key)->octets, sizeof halves);
    return (guint)hash_mix(halves[0] ^ hash_mix(halves[1]));
}

static gboolean equal_sids(gconstpointer a, gconstpointer b)
{
    return cats_address_equal(a, b);
}

capture_counters *capture_counters_new(const cats_topology *topology, const cats_route_codes *codes)
{
    capture_counters *c = g_new0(capture_counters, 1);
    c->topology = topology;
    c->points = capture_points_new(topology);
    c->link_types = g_array_new(FALSE, FALSE, sizeof(int));
    c->sids = g_hash_table_new_full(hash_sid, equal_sids, NULL, g_free);
    cats_context_init(&c->decoder.cats);
    c->decoder.cats.topology = topology;
    c->decoder.numbers = topology != NULL ? topology->numbers : affinity_numbers_default;
    decoder_follow_routes(&c->decoder, codes);
    decoder_follow_sessions(&c->decoder, topology != NULL ? topology->reconnect_limit_ms
                                                          : AFFINITY_RECONNECT_LIMIT_DEFAULT_MS);
    decoder_follow_flows(&c->decoder, c->points);
    return c;
}

void capture_counters_free(capture_counters *c)
{
    if (c == NULL)
        return;
    decoder_follow_none(&c->decoder);
    capture_points_free(c->points);
    g_hash_table_destroy(c->sids);
    g_array_free(c->link_types, TRUE);
    g_free(c);
}

void capture_counters_add_interface(capture_counters *c, const char *name, int link_type)
{
    cats_place place;
    unsigned number = capture_points_add(c->points, name);
    if (c->topology != NULL && cats_place_find_link(c->topology, name, &place))
        capture_points_say(c->points, number, NULL, name);
    g_array_append_val(c->link_types, link_type);
}

bool capture_counters_decodes(const capture_counters *c, uint32_t interface)
{
    return packet_link_supported(g_array_index(c->link_types, int, interface));
}

static void count_sid(capture_counters *c, const decoded_steering *here)
{
    cats_address sid = cats_address_ipv6(here->steering.sid);
    capture_sid *row = g_hash_table_lookup(c->sids, &sid);
    if (row == NULL && g_hash_table_size(c->sids) == CAPTURE_SIDS_MAX) {
        c->to_others++;
        return;
    }
    if (row == NULL) {
        row = g_new0(capture_sid, 1);
        row->sid = sid;
        g_hash_table_insert(c->sids, &row->sid, row);
    }
    if (row->name[0] == '\0') /* an UPDATE may have told it since */
        cats_steering_sid_name(&here->steering, row->name);
    row->packets++;
    row->flows += here->flow.in_flow && here->flow.begins;
}

void capture_counters_frame(capture_counters *c, uint32_t interface, int64_t time_ns, const uint8_t *data,
                            uint32_t captured, uint32_t wire)
{
    static const capture_frame unmarked = { .has_interface = false };
    const capture_point *point =
        capture_points_get(c->points, capture_points_of(c->points, interface, &unmarked));
    const decoder_frame frame = { .number = ++c->frame,
                                  .time_ns = time_ns,
                                  .point = point->site_point,
                                  .link_type = g_array_index(c->link_types, int, interface),
                                  .data = data,
                                  .captured = captured,
                                  .wire = wire };
    decoded seen;
    decode_frame(&c->decoder, &frame, &seen);
    summary_add(&c->total, &seen, time_ns);
    for (unsigned i = 0; i < seen.steering_count; i++)
        if (seen.steerings[i].steering.encapsulated)
            count_sid(c, &seen.steerings[i]);
}

const summary *capture_counters_summary(capture_counters *c)
{
    summary_add_tracked(&c->total, &c->decoder);
    return &c->total;
}

static int by_use(gconstpointer a, gconstpointer b)
{
    const capture_sid *one = a, *other = b;
    if (one->flows != other->flows)
        return one->flows > other->flows ? -1 : 1;
    if (one->packets != other->packets)
        return one->packets > other->packets ? -1 : 1;
    return memcmp(one->sid.octets, other->sid.octets, sizeof one->sid.octets);
}

size_t capture_counters_top(const capture_counters *c, const capture_sid **top, size_t room)
{
    size_t count = 0;
    GList *rows = g_list_sort(g_hash_table_get_values(c->sids), by_use);
    for (const GList *each = rows; each != NULL && count < room; each = each->next)
        top[count++] = each->data;
    g_list_free(rows);
    return count;
}

size_t capture_counters_sids(const capture_counters *c)
{
    return g_hash_table_size(c->sids);
}

uint64_t capture_counters_to_others(const capture_counters *c)
{
    return c->to_others;
}
