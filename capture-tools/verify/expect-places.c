/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Places are numbered as their points are first seen; the same name or the same place of the network is the
 * same point. Spec: expect-places.h. */
#include "expect-places.h"

#include "epan-cats/steering-tracker.h"

typedef struct known_place {
    uint32_t point; /* of the capture_points, or STEERING_POINT_NONE */
    bool observed;  /* of GENERATED: a point of the captures is it */
} known_place;

typedef struct place_list {
    GArray *places; /* of known_place */
    GArray *of;     /* of uint32_t: place + 1, by point + 1; 0: none yet */
} place_list;

struct expect_places {
    capture_points *points; /* of GENERATED */
    place_list generated, observed;
};

static place_list new_list(void)
{
    return (place_list){ g_array_new(FALSE, TRUE, sizeof(known_place)),
                         g_array_new(FALSE, TRUE, sizeof(uint32_t)) };
}

static void free_list(place_list *l)
{
    g_array_free(l->places, TRUE);
    g_array_free(l->of, TRUE);
}

expect_places *expect_places_new(capture_points *generated)
{
    expect_places *p = g_new0(expect_places, 1);
    p->points = generated;
    p->generated = new_list();
    p->observed = new_list();
    return p;
}

void expect_places_free(expect_places *p)
{
    if (p == NULL)
        return;
    free_list(&p->generated);
    free_list(&p->observed);
    g_free(p);
}

static known_place *place_at(const place_list *l, uint32_t place)
{
    return &g_array_index(l->places, known_place, place);
}

static bool place_of(place_list *l, uint32_t point, uint32_t *place, bool *added)
{
    guint index = point == STEERING_POINT_NONE ? 0 : point + 1;
    if (index >= l->of->len)
        g_array_set_size(l->of, index + 1);
    uint32_t *known = &g_array_index(l->of, uint32_t, index);
    *added = *known == 0;
    if (*added && l->places->len == EXPECT_PLACES_MAX)
        return false;
    if (*added) {
        const known_place new_place = { .point = point };
        g_array_append_val(l->places, new_place);
        *known = l->places->len;
    }
    *place = *known - 1;
    return true;
}

bool expect_places_generated(expect_places *p, uint32_t point, uint32_t *place)
{
    bool added;
    return place_of(&p->generated, point, place, &added);
}

bool expect_places_observed(expect_places *p, uint32_t point, uint32_t *place, bool *added)
{
    return place_of(&p->observed, point, place, added);
}

bool expect_places_describe(expect_places *p)
{
    uint32_t place;
    bool fits = true;
    capture_points_describe(p->points, 0);
    if (capture_points_interfaces(p->points, 0) == 0)
        fits = expect_places_generated(p, STEERING_POINT_NONE, &place);
    for (uint32_t i = 0; i < capture_points_count(p->points) && fits; i++)
        fits = expect_places_generated(p, i, &place);
    return fits;
}

/* A point of which the capture tells nothing but that it is one. */
static bool is_nameless(const capture_point *point)
{
    return point == NULL || (point->interface == NULL && point->place.kind == CATS_PLACE_UNKNOWN);
}

static bool is_same_place(const cats_place *a, const cats_place *b)
{
    return a->kind != CATS_PLACE_UNKNOWN && a->kind == b->kind && a->ingress == b->ingress &&
           a->egress == b->egress && a->site == b->site &&
           (a->ingress != NULL || a->egress != NULL || a->site != NULL);
}

/* Two captures without names may have been taken anywhere. */
static bool is_same_point(const capture_point *generated, const capture_point *observed, bool alone)
{
    if (is_nameless(generated) || is_nameless(observed))
        return is_nameless(generated) && is_nameless(observed) && alone;
    return g_strcmp0(generated->name, observed->name) == 0 ||
           g_strcmp0(generated->interface, observed->name) == 0 ||
           is_same_place(&generated->place, &observed->place);
}

uint32_t expect_places_bind(expect_places *p, const capture_point *observed, bool alone)
{
    for (uint32_t i = 0; i < p->generated.places->len; i++) {
        known_place *place = place_at(&p->generated, i);
        if (place->observed || !is_same_point(capture_points_get(p->points, place->point), observed, alone))
            continue;
        place->observed = true;
        return i;
    }
    return EXPECT_ANYWHERE;
}

bool expect_places_bind_interface(expect_places *p, const char *interface, uint32_t *place)
{
    for (*place = 0; *place < p->generated.places->len; ++*place) {
        known_place *of = place_at(&p->generated, *place);
        const capture_point *point = capture_points_get(p->points, of->point);
        if (of->observed || point == NULL || g_strcmp0(point->interface, interface) != 0)
            continue;
        of->observed = true;
        return true;
    }
    return false;
}

uint32_t expect_places_count(const expect_places *p)
{
    return p->generated.places->len;
}

const char *expect_places_name(const expect_places *p, uint32_t place)
{
    return capture_points_name(p->points, place_at(&p->generated, place)->point);
}

bool expect_places_is_observed(const expect_places *p, uint32_t place)
{
    return place_at(&p->generated, place)->observed;
}

bool expect_places_named(const expect_places *p, const char *name, uint32_t *place)
{
    for (*place = 0; *place < p->generated.places->len; ++*place)
        if (g_strcmp0(expect_places_name(p, *place), name) == 0)
            return true;
    return false;
}

uint32_t expect_places_point(const expect_places *p, uint32_t observed)
{
    return place_at(&p->observed, observed)->point;
}
