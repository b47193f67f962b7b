/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers the places where packets were captured, in the order in which they come. */
#include "capture-point.h"

#include "preferences.h"
#include "epan-cats/network-place.h"
#include "epan-cats/steering-tracker.h"

typedef struct point {
    const cats_site *site; /* or NULL */
    char *name;
} point;

static GArray *points;
static GHashTable *numbers;  /* of interfaces, by section and interface */
static guint64 last_key;     /* the one that was asked for last, */
static uint32_t last_number; /* and its point */

static void clear_point(gpointer data)
{
    point *p = data;
    g_free(p->name);
}

void capture_points_begin(void)
{
    capture_points_end();
    points = g_array_new(FALSE, FALSE, sizeof(point));
    g_array_set_clear_func(points, clear_point);
    numbers = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
}

void capture_points_end(void)
{
    if (points == NULL)
        return;
    g_array_free(points, TRUE);
    g_hash_table_destroy(numbers);
    points = NULL;
    numbers = NULL;
}

static uint32_t point_of_site(const cats_site *site)
{
    for (uint32_t i = 0; i < points->len; i++)
        if (g_array_index(points, point, i).site == site)
            return i;
    return points->len;
}

/* Wireshark's name for an interface that has none is the word "unknown". */
static uint32_t point_of_interface(const packet_info *pinfo, guint32 interface, guint section)
{
    const char *name = compat_interface_name(pinfo->epan, interface, section);
    bool has_name = name != NULL && strcmp(name, "unknown") != 0;
    const cats_topology *topology = topology_settings();
    cats_place place = { .site = NULL };
    if (has_name && topology != NULL)
        cats_place_find_link(topology, name, &place);
    const cats_site *site = place.site;
    uint32_t number = site == NULL ? points->len : point_of_site(site);
    if (number < points->len)
        return number;
    if (site != NULL)
        name = site->name;
    const point new = { site, has_name ? g_strdup(name) : g_strdup_printf("interface %u", interface) };
    g_array_append_val(points, new);
    return number;
}

uint32_t capture_point_of(const packet_info *pinfo)
{
    const wtap_rec *rec = pinfo->rec;
    if (rec->rec_type != REC_TYPE_PACKET || (rec->presence_flags & WTAP_HAS_INTERFACE_ID) == 0)
        return STEERING_POINT_NONE;
    guint32 interface = rec->rec_header.packet_header.interface_id;
    guint section = (rec->presence_flags & WTAP_HAS_SECTION_NUMBER) != 0 ? rec->section_number : 0;
    guint64 key = (guint64)section << 32 | interface;
    if (key == last_key && points->len > 0)
        return last_number;
    gpointer number;
    if (!g_hash_table_lookup_extended(numbers, &key, NULL, &number)) {
        number = GUINT_TO_POINTER(point_of_interface(pinfo, interface, section));
        guint64 *kept_key = g_new(guint64, 1);
        *kept_key = key;
        g_hash_table_insert(numbers, kept_key, number);
    }
    last_key = key;
    last_number = GPOINTER_TO_UINT(number);
    return last_number;
}

const char *capture_point_name(uint32_t number)
{
    return points != NULL && number < points->len ? g_array_index(points, point, number).name : NULL;
}
