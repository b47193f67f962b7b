/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers capture points: a point has the number of the first interface that it was seen as. */
#include "points.h"

#include "epan-cats/steering-tracker.h"

typedef struct capture_point {
    uint32_t number; /* its own, or that of an earlier interface of the same site */
    const cats_site *site;
    char *name; /* owned */
} capture_point;

struct capture_points {
    const capture_reader *reader;
    const cats_topology *topology;
    GArray *list; /* by interface */
};

static void clear_point(gpointer data)
{
    g_free(((capture_point *)data)->name);
}

capture_points *capture_points_new(const capture_reader *reader, const cats_topology *topology)
{
    capture_points *p = g_new0(capture_points, 1);
    p->reader = reader;
    p->topology = topology;
    p->list = g_array_new(FALSE, FALSE, sizeof(capture_point));
    g_array_set_clear_func(p->list, clear_point);
    return p;
}

void capture_points_free(capture_points *p)
{
    if (p == NULL)
        return;
    g_array_free(p->list, TRUE);
    g_free(p);
}

void capture_points_add(capture_points *p, const char *name)
{
    uint32_t interface = p->list->len;
    capture_point point = { .number = interface };
    if (name != NULL && p->topology != NULL)
        point.site = cats_topology_site_at_link(p->topology, name);
    for (uint32_t i = 0; point.site != NULL && i < interface; i++)
        if (g_array_index(p->list, capture_point, i).site == point.site)
            point.number = MIN(point.number, i);
    if (point.site != NULL)
        point.name = g_strdup(point.site->name);
    else if (name != NULL)
        point.name = g_strdup(name);
    else
        point.name = g_strdup_printf("interface %u", capture_reader_interface_index(p->reader, interface));
    g_array_append_val(p->list, point);
}

uint32_t capture_points_of(capture_points *p, const capture_frame *frame)
{
    if (!frame->has_interface)
        return STEERING_POINT_NONE;
    while (p->list->len <= frame->interface)
        capture_points_add(p, capture_reader_interface_name(p->reader, p->list->len));
    return g_array_index(p->list, capture_point, frame->interface).number;
}

const char *capture_points_name(const capture_points *p, uint32_t point)
{
    return point < p->list->len ? g_array_index(p->list, capture_point, point).name : NULL;
}
