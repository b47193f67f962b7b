/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts flows by ingress, egress and site. Spec: draft-du-cats-aggregated-metrics-on-egress s3. */
#include "report-record-steering.h"

#include <string.h>

/* Four octets hold a pair, a point, and whether the flow is one to a CS-ID. */
#define SITES 65535
#define PAIRS 32767
#define TO_SERVICE 0x80000000u

/* Ingress and egress. */
typedef struct steering_pair {
    char *ingress, *egress; /* owned */
} steering_pair;

struct steering_record {
    const cats_topology *topology;
    const capture_points *points;
    GArray *flows;       /* by number: of pair_of() and site_of(), each 0: not known yet */
    GPtrArray *pairs;    /* of steering_pair */
    GHashTable *by_name; /* "ingress\tegress", owned -> number of the pair and 1 */
    GArray *sum;         /* of recorded_steering */
    uint64_t beyond;     /* the number of the last flow that had no room, less those that had */
};

static void free_pair(gpointer data)
{
    steering_pair *pair = data;
    g_free(pair->ingress);
    g_free(pair->egress);
    g_free(pair);
}

steering_record *steering_record_new(const cats_topology *topology, const capture_points *points)
{
    steering_record *r = g_new0(steering_record, 1);
    r->topology = topology;
    r->points = points;
    r->flows = g_array_new(FALSE, TRUE, sizeof(uint32_t));
    r->pairs = g_ptr_array_new_with_free_func(free_pair);
    r->by_name = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    r->sum = g_array_new(FALSE, FALSE, sizeof(recorded_steering));
    return r;
}

void steering_record_free(steering_record *r)
{
    g_array_free(r->flows, TRUE);
    g_ptr_array_free(r->pairs, TRUE);
    g_hash_table_destroy(r->by_name);
    g_array_free(r->sum, TRUE);
    g_free(r);
}

/* NULL: beyond what there is room for. */
static uint32_t *flow_at(steering_record *r, uint32_t number)
{
    if (number >= RECORD_FLOWS_MAX) {
        r->beyond = MAX(r->beyond, number - RECORD_FLOWS_MAX + UINT64_C(1));
        return NULL;
    }
    if (number >= r->flows->len)
        g_array_set_size(r->flows, number + 1);
    return &g_array_index(r->flows, uint32_t, number);
}

static uint32_t pair_of(uint32_t flow)
{
    return flow >> 16 & PAIRS;
}

static uint32_t site_of(uint32_t flow)
{
    return flow & SITES;
}

static char *ingress_name(const steering_record *r, const uint8_t source[16])
{
    char text[CATS_ADDRESS_TEXT];
    for (size_t i = 0; r->topology != NULL && i < r->topology->ingress_count; i++)
        if (memcmp(r->topology->ingresses[i].source, source, 16) == 0)
            return g_strdup(r->topology->ingresses[i].name);
    cats_address address = cats_address_ipv6(source);
    cats_address_format(&address, text);
    return g_strdup(text);
}

static uint32_t find_pair(steering_record *r, const decoded_steering *here, const uint8_t *data)
{
    char egress[CATS_SID_NAME_TEXT];
    g_autofree char *ingress = ingress_name(r, data + here->ip->offset + 8);
    if (cats_steering_egress(&here->steering, egress) == 0)
        g_strlcpy(egress, "unknown egress", sizeof egress);
    g_autofree char *key = g_strconcat(ingress, "\t", egress, NULL);
    uint32_t number = GPOINTER_TO_UINT(g_hash_table_lookup(r->by_name, key));
    if (number != 0 || r->pairs->len == PAIRS)
        return number;
    steering_pair *pair = g_new0(steering_pair, 1);
    pair->ingress = g_steal_pointer(&ingress);
    pair->egress = g_strdup(egress);
    g_ptr_array_add(r->pairs, pair);
    g_hash_table_insert(r->by_name, g_steal_pointer(&key), GUINT_TO_POINTER(r->pairs->len));
    return r->pairs->len;
}

void steering_record_frame(steering_record *r, const decoded *frame)
{
    for (unsigned i = 0; i < frame->steering_count; i++) {
        const decoded_steering *here = &frame->steerings[i];
        if (!here->flow.in_flow || !here->steering.from_ingress)
            continue;
        uint32_t *flow = flow_at(r, here->flow.flow.number);
        if (flow != NULL && pair_of(*flow) == 0)
            *flow |= find_pair(r, here, frame->packet.data) << 16 |
                     (here->steering.toward_service ? TO_SERVICE : 0);
    }
}

void steering_record_flow(steering_record *r, const steering_flow *told)
{
    uint32_t *flow = flow_at(r, told->number);
    if (flow != NULL && told->site_point < SITES && site_of(*flow) == 0)
        *flow |= told->site_point + 1;
}

/* ---- the sum ---- */

static int by_names(gconstpointer a, gconstpointer b)
{
    const recorded_steering *one = a, *other = b;
    int order = strcmp(one->egress, other->egress);
    if (order == 0)
        order = strcmp(one->ingress, other->ingress);
    return order != 0 ? order : g_strcmp0(one->site, other->site);
}

static void add(steering_record *r, uint32_t flow, uint64_t count)
{
    const steering_pair *pair = r->pairs->pdata[pair_of(flow) - 1];
    const recorded_steering of = { .ingress = pair->ingress,
                                   .egress = pair->egress,
                                   .site = site_of(flow) != 0
                                               ? capture_points_name(r->points, site_of(flow) - 1)
                                               : NULL,
                                   .flows = count,
                                   .to_service = (flow & TO_SERVICE) != 0 ? count : 0 };
    g_array_append_val(r->sum, of);
}

/* Rows of the same names stand behind each other. */
static void merge_equal(GArray *sum)
{
    guint kept = 0;
    for (guint i = 0; i < sum->len; i++) {
        recorded_steering row = g_array_index(sum, recorded_steering, i);
        recorded_steering *last = kept > 0 ? &g_array_index(sum, recorded_steering, kept - 1) : NULL;
        if (last != NULL && by_names(last, &row) == 0) {
            last->flows += row.flows;
            last->to_service += row.to_service;
        } else {
            g_array_index(sum, recorded_steering, kept++) = row;
        }
    }
    g_array_set_size(sum, kept);
}

static int by_number(gconstpointer a, gconstpointer b)
{
    uint32_t one = *(const uint32_t *)a, other = *(const uint32_t *)b;
    return (one > other) - (one < other);
}

/* Flows in whose encapsulations no ingress was seen are on no map. */
const GArray *steering_record_sum(steering_record *r, uint64_t *beyond)
{
    g_autoptr(GArray) sorted = g_array_copy(r->flows);
    g_array_sort(sorted, by_number);
    g_array_set_size(r->sum, 0);
    for (guint i = 0, begin = 0; i < sorted->len; i++) {
        uint32_t flow = g_array_index(sorted, uint32_t, i);
        if (i + 1 < sorted->len && g_array_index(sorted, uint32_t, i + 1) == flow)
            continue;
        if (pair_of(flow) != 0)
            add(r, flow, i + 1 - begin);
        begin = i + 1;
    }
    g_array_sort(r->sum, by_names);
    merge_equal(r->sum);
    *beyond = r->beyond;
    return r->sum;
}
