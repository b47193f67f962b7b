/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers capture points as they are seen, whatever the capture; an interface that was said or is named as a
 * link of the topology stands at that place. */
#include "points.h"

#include "epan-cats/steering-tracker.h"

#include <string.h>

/* Where the user says that an interface is. */
typedef struct said_place {
    char *interface; /* owned; NULL: the capture */
    char *name;      /* owned */
    cats_place place;
} said_place;

typedef struct point_capture {
    const capture_reader *reader;
    char *name;     /* owned, may be NULL */
    GArray *said;   /* of said_place */
    GArray *points; /* by interface of the reader: number of the point */
    uint32_t alone; /* the point of frames without interface, or NONE */
} point_capture;

typedef struct known_point {
    capture_point view;
    char *name;      /* owned: view.name */
    char *interface; /* owned, may be NULL */
} known_point;

struct capture_points {
    const cats_topology *topology;
    GArray *captures; /* of point_capture */
    GPtrArray *list;  /* of known_point */
};

static void clear_said(gpointer data)
{
    g_free(((said_place *)data)->interface);
    g_free(((said_place *)data)->name);
}

static void clear_capture(gpointer data)
{
    point_capture *capture = data;
    g_free(capture->name);
    g_array_free(capture->said, TRUE);
    g_array_free(capture->points, TRUE);
}

static void free_point(gpointer data)
{
    known_point *point = data;
    g_free(point->name);
    g_free(point->interface);
    g_free(point);
}

capture_points *capture_points_new(const cats_topology *topology)
{
    capture_points *p = g_new0(capture_points, 1);
    p->topology = topology;
    p->captures = g_array_new(FALSE, FALSE, sizeof(point_capture));
    g_array_set_clear_func(p->captures, clear_capture);
    p->list = g_ptr_array_new_with_free_func(free_point);
    return p;
}

void capture_points_free(capture_points *p)
{
    if (p == NULL)
        return;
    g_array_free(p->captures, TRUE);
    g_ptr_array_free(p->list, TRUE);
    g_free(p);
}

static point_capture *capture_of(const capture_points *p, unsigned capture)
{
    return &g_array_index(p->captures, point_capture, capture);
}

unsigned capture_points_add(capture_points *p, const char *name)
{
    point_capture added = { .name = g_strdup(name), .alone = STEERING_POINT_NONE };
    added.said = g_array_new(FALSE, FALSE, sizeof(said_place));
    g_array_set_clear_func(added.said, clear_said);
    added.points = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    g_array_append_val(p->captures, added);
    return p->captures->len - 1;
}

bool capture_points_say(capture_points *p, unsigned capture, const char *interface, const char *place)
{
    said_place said = { .name = NULL };
    if (!cats_place_find(p->topology, place, &said.place))
        return false;
    said.interface = g_strdup(interface);
    said.name = g_strdup(place);
    g_array_append_val(capture_of(p, capture)->said, said);
    return true;
}

void capture_points_read(capture_points *p, unsigned capture, const capture_reader *reader)
{
    capture_of(p, capture)->reader = reader;
    g_array_set_size(capture_of(p, capture)->points, 0);
}

/* The place of an interface, or of the whole capture, as the user said it; NULL: he did not. */
static const said_place *said_of(const point_capture *capture, const char *interface)
{
    for (guint i = 0; i < capture->said->len; i++) {
        const said_place *said = &g_array_index(capture->said, said_place, i);
        if (said->interface == NULL || g_strcmp0(said->interface, interface) == 0)
            return said;
    }
    return NULL;
}

static uint32_t find_point(const capture_points *p, unsigned capture, const char *interface)
{
    for (uint32_t i = 0; interface != NULL && i < p->list->len; i++) {
        const known_point *point = g_ptr_array_index(p->list, i);
        if (point->view.capture == capture && g_strcmp0(point->interface, interface) == 0)
            return i;
    }
    return STEERING_POINT_NONE;
}

static uint32_t first_of_site(const capture_points *p, const cats_site *site)
{
    for (uint32_t i = 0; site != NULL && i < p->list->len; i++) {
        const known_point *point = g_ptr_array_index(p->list, i);
        if (point->view.place.site == site)
            return i;
    }
    return p->list->len;
}

/* `fallback` is owned by the point when nothing else names it. */
static uint32_t add_point(capture_points *p, unsigned number, const char *interface, char *fallback)
{
    const point_capture *capture = capture_of(p, number);
    const said_place *said = said_of(capture, interface);
    known_point *point = g_new0(known_point, 1);
    point->view.capture = number;
    point->interface = g_strdup(interface);
    point->view.interface = point->interface;
    if (said != NULL)
        point->view.place = said->place;
    else if (interface != NULL && p->topology != NULL)
        cats_place_find_link(p->topology, interface, &point->view.place);
    if (point->view.place.site != NULL)
        point->name = g_strdup(point->view.place.site->name);
    else if (said != NULL)
        point->name = g_strdup(said->name);
    else if (interface != NULL)
        point->name = g_strdup(interface);
    else
        point->name = g_steal_pointer(&fallback);
    g_free(fallback);
    point->view.name = point->name;
    point->view.site_point = first_of_site(p, point->view.place.site);
    g_ptr_array_add(p->list, point);
    return p->list->len - 1;
}

static char *unnamed(const point_capture *capture, uint32_t interface)
{
    return g_strdup_printf("%s%sinterface %u", capture->name != NULL ? capture->name : "",
                           capture->name != NULL ? " " : "",
                           capture_reader_interface_index(capture->reader, interface));
}

/* An interface that is described and shows no frame may have been filtered out: it is no point. */
static uint32_t point_of_interface(capture_points *p, unsigned number, uint32_t interface)
{
    point_capture *capture = capture_of(p, number);
    static const uint32_t none = STEERING_POINT_NONE;
    while (capture->points->len <= interface)
        g_array_append_val(capture->points, none);
    uint32_t *point = &g_array_index(capture->points, uint32_t, interface);
    if (*point != STEERING_POINT_NONE)
        return *point;
    const char *name = capture_reader_interface_name(capture->reader, interface);
    *point = find_point(p, number, name);
    if (*point == STEERING_POINT_NONE)
        *point = add_point(p, number, name, unnamed(capture, interface));
    return *point;
}

void capture_points_describe(capture_points *p, unsigned number)
{
    for (uint32_t i = 0; i < capture_points_interfaces(p, number); i++)
        point_of_interface(p, number, i);
}

const char *capture_points_interface(const capture_points *p, unsigned capture, uint32_t interface)
{
    return capture_reader_interface_name(capture_of(p, capture)->reader, interface);
}

uint32_t capture_points_interfaces(const capture_points *p, unsigned capture)
{
    return capture_reader_interface_count(capture_of(p, capture)->reader);
}

uint32_t capture_points_of(capture_points *p, unsigned number, const capture_frame *frame)
{
    if (frame->has_interface)
        return point_of_interface(p, number, frame->interface);
    point_capture *capture = capture_of(p, number);
    if (capture->alone == STEERING_POINT_NONE && (capture->name != NULL || said_of(capture, NULL) != NULL))
        capture->alone = add_point(p, number, NULL, g_strdup(capture->name));
    return capture->alone;
}

uint32_t capture_points_count(const capture_points *p)
{
    return p->list->len;
}

const capture_point *capture_points_get(const capture_points *p, uint32_t point)
{
    return point < p->list->len ? &((const known_point *)g_ptr_array_index(p->list, point))->view : NULL;
}

const char *capture_points_name(const capture_points *p, uint32_t point)
{
    const capture_point *found = capture_points_get(p, point);
    return found != NULL ? found->name : NULL;
}
