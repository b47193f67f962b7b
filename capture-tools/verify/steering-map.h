/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the nodes and ribbons of the steering map lie: three columns, ingresses, egresses and sites, each
 * node as high as it has flows. */
#ifndef CATSHARK_VERIFY_STEERING_MAP_H
#define CATSHARK_VERIFY_STEERING_MAP_H

#include "report-record.h"

#define MAP_COLUMNS 3
/* Nodes of a column; the ones with the fewest flows beyond it are one: "others". */
#define MAP_NODES_MAX 16
#define MAP_NODE_WIDTH 12.0
#define MAP_WIDTH 640.0

typedef struct map_node {
    const char *name; /* borrowed, or static */
    unsigned column;
    uint64_t flows;
    double y, height;
} map_node;

/* From node to node, between y and y + height on either side. */
typedef struct map_ribbon {
    unsigned from, to; /* indexes of nodes */
    uint64_t flows;
    double from_y, to_y, height;
    unsigned color; /* counts the egresses */
} map_ribbon;

typedef struct steering_map {
    GArray *nodes, *ribbons; /* of map_node, map_ribbon */
    double height;
    unsigned merged; /* nodes that stand behind "others" */
} steering_map;

/* Of recorded_steering; names are borrowed. */
void steering_map_lay_out(steering_map *map, const GArray *steering);
void steering_map_clear(steering_map *map);

#endif
