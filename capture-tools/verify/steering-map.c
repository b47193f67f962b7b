/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lays out the steering map. Spec: man/catshark-verify.1 (REPORT). */
#include "steering-map.h"

#include <string.h>

#define SPACE 14.0         /* between nodes of a column */
#define FLOWS_HEIGHT 260.0 /* of all flows together */
#define TOP 24.0           /* headings stand there */

static const char no_site[] = "no site seen", others[] = "others";

static const char *name_in(const recorded_steering *s, unsigned column)
{
    return column == 0 ? s->ingress : column == 1 ? s->egress : s->site != NULL ? s->site : no_site;
}

static map_node *node_at(const steering_map *map, unsigned index)
{
    return &g_array_index(map->nodes, map_node, index);
}

static unsigned find_node(const steering_map *map, unsigned column, const char *name)
{
    for (guint i = 0; i < map->nodes->len; i++)
        if (node_at(map, i)->column == column && strcmp(node_at(map, i)->name, name) == 0)
            return i;
    return map->nodes->len;
}

static int by_flows(gconstpointer a, gconstpointer b)
{
    const map_node *one = a, *other = b;
    if (one->column != other->column)
        return one->column < other->column ? -1 : 1;
    return one->flows != other->flows ? (one->flows > other->flows ? -1 : 1) : strcmp(one->name, other->name);
}

static int by_name(gconstpointer a, gconstpointer b)
{
    const map_node *one = a, *other = b;
    bool last = one->name == others || one->name == no_site,
         other_last = other->name == others || other->name == no_site;
    if (one->column != other->column)
        return one->column < other->column ? -1 : 1;
    return last != other_last ? (last ? 1 : -1) : strcmp(one->name, other->name);
}

static void add_nodes(steering_map *map, const GArray *steering)
{
    for (guint i = 0; i < steering->len * MAP_COLUMNS; i++) {
        const recorded_steering *s = &g_array_index(steering, recorded_steering, i / MAP_COLUMNS);
        unsigned column = i % MAP_COLUMNS, index = find_node(map, column, name_in(s, column));
        if (index == map->nodes->len) {
            const map_node node = { .name = name_in(s, column), .column = column };
            g_array_append_val(map->nodes, node);
        }
        node_at(map, index)->flows += s->flows;
    }
}

/* Keeps the greatest of each column. */
static void merge_small(steering_map *map)
{
    unsigned kept = 0, in_column = 0;
    g_array_sort(map->nodes, by_flows);
    for (guint i = 0; i < map->nodes->len; i++) {
        map_node node = *node_at(map, i);
        in_column = i > 0 && kept > 0 && node_at(map, kept - 1)->column == node.column ? in_column + 1 : 1;
        if (in_column > MAP_NODES_MAX) {
            map_node *last = node_at(map, kept - 1);
            map->merged += last->name != others ? 2 : 1;
            last->name = others;
            last->flows += node.flows;
        } else {
            *node_at(map, kept++) = node;
        }
    }
    g_array_set_size(map->nodes, kept);
    g_array_sort(map->nodes, by_name);
}

static void place_nodes(steering_map *map, uint64_t flows)
{
    double y = TOP;
    for (guint i = 0; i < map->nodes->len; i++) {
        map_node *node = node_at(map, i);
        if (i > 0 && node_at(map, i - 1)->column != node->column)
            y = TOP;
        node->y = y;
        node->height = MAX(1.0, (double)node->flows / (double)flows * FLOWS_HEIGHT);
        y += node->height + SPACE;
        map->height = MAX(map->height, y);
    }
}

static unsigned node_of(const steering_map *map, const recorded_steering *s, unsigned column)
{
    unsigned index = find_node(map, column, name_in(s, column));
    return index < map->nodes->len ? index : find_node(map, column, others);
}

static void add_ribbon(steering_map *map, unsigned from, unsigned to, unsigned egress, uint64_t flows)
{
    for (guint i = 0; i < map->ribbons->len; i++) {
        map_ribbon *ribbon = &g_array_index(map->ribbons, map_ribbon, i);
        if (ribbon->from == from && ribbon->to == to) {
            ribbon->flows += flows;
            return;
        }
    }
    const map_ribbon ribbon = { .from = from, .to = to, .flows = flows, .color = egress };
    g_array_append_val(map->ribbons, ribbon);
}

static int by_ends(gconstpointer a, gconstpointer b)
{
    const map_ribbon *one = a, *other = b;
    return one->from != other->from ? (one->from < other->from ? -1 : 1)
                                    : (one->to > other->to) - (one->to < other->to);
}

/* Ribbons lie side by side at each node, in the order of the nodes at their other ends. */
static void place_ribbons(steering_map *map, uint64_t flows)
{
    g_autofree double *out = g_new0(double, map->nodes->len), *in = g_new0(double, map->nodes->len);
    g_array_sort(map->ribbons, by_ends);
    for (guint i = 0; i < map->ribbons->len; i++) {
        map_ribbon *ribbon = &g_array_index(map->ribbons, map_ribbon, i);
        ribbon->height = (double)ribbon->flows / (double)flows * FLOWS_HEIGHT;
        ribbon->from_y = node_at(map, ribbon->from)->y + out[ribbon->from];
        ribbon->to_y = node_at(map, ribbon->to)->y + in[ribbon->to];
        out[ribbon->from] += ribbon->height;
        in[ribbon->to] += ribbon->height;
    }
}

void steering_map_lay_out(steering_map *map, const GArray *steering)
{
    uint64_t flows = 0;
    *map = (steering_map){ .nodes = g_array_new(FALSE, FALSE, sizeof(map_node)),
                           .ribbons = g_array_new(FALSE, FALSE, sizeof(map_ribbon)),
                           .height = TOP };
    for (guint i = 0; i < steering->len; i++)
        flows += g_array_index(steering, recorded_steering, i).flows;
    add_nodes(map, steering);
    merge_small(map);
    place_nodes(map, flows);
    unsigned first_egress = 0;
    while (first_egress < map->nodes->len && node_at(map, first_egress)->column == 0)
        first_egress++;
    for (guint i = 0; i < steering->len; i++) {
        const recorded_steering *s = &g_array_index(steering, recorded_steering, i);
        unsigned ingress = node_of(map, s, 0), egress = node_of(map, s, 1), site = node_of(map, s, 2);
        add_ribbon(map, ingress, egress, egress - first_egress, s->flows);
        add_ribbon(map, egress, site, egress - first_egress, s->flows);
    }
    place_ribbons(map, flows);
}

void steering_map_clear(steering_map *map)
{
    g_array_free(map->nodes, TRUE);
    g_array_free(map->ribbons, TRUE);
}
