/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads names of places: those of links, of their ends, and words. Spec: docs/topology.md. */
#include "network-place.h"

#include <string.h>

static const char *const kind_names[CATS_PLACE_KIND_COUNT] = {
    [CATS_PLACE_UNKNOWN] = "unknown", [CATS_PLACE_CLIENTS] = "clients", [CATS_PLACE_INGRESS] = "ingress",
    [CATS_PLACE_CORE] = "core",       [CATS_PLACE_EGRESS] = "egress",   [CATS_PLACE_SITE] = "site",
};

const char *cats_place_kind_name(cats_place_kind kind)
{
    return kind_names[kind];
}

/* What may stand at an end of a link. */
typedef struct place_end {
    bool clients, core;
    const cats_ingress *ingress;
    const cats_egress *egress;
    const cats_site *site;
} place_end;

static bool find_end(const cats_topology *t, const char *name, place_end *end)
{
    *end = (place_end){ .clients = strcmp(name, "clients") == 0, .core = strcmp(name, "core") == 0 };
    for (size_t i = 0; i < t->ingress_count; i++)
        if (strcmp(t->ingresses[i].name, name) == 0)
            end->ingress = &t->ingresses[i];
    for (size_t i = 0; i < t->egress_count; i++)
        if (strcmp(t->egresses[i].name, name) == 0)
            end->egress = &t->egresses[i];
    for (size_t i = 0; i < t->site_count; i++)
        if (strcmp(t->sites[i].name, name) == 0)
            end->site = &t->sites[i];
    return end->clients || end->core || end->ingress != NULL || end->egress != NULL || end->site != NULL;
}

static bool join_ends(const cats_topology *t, const place_end *a, const place_end *b, cats_place *place)
{
    *place = (cats_place){ .ingress = a->ingress != NULL ? a->ingress : b->ingress,
                           .egress = a->egress != NULL ? a->egress : b->egress,
                           .site = a->site != NULL ? a->site : b->site };
    bool core = a->core || b->core;
    if (place->site != NULL) {
        place->kind = CATS_PLACE_SITE;
        place->egress = &t->egresses[place->site->egress];
    } else if (place->ingress != NULL && (a->clients || b->clients)) {
        place->kind = CATS_PLACE_CLIENTS;
    } else if (place->ingress != NULL && place->egress != NULL) {
        place->kind = CATS_PLACE_CORE;
    } else if (place->ingress != NULL && core) {
        place->kind = CATS_PLACE_INGRESS;
    } else if (place->egress != NULL && core) {
        place->kind = CATS_PLACE_EGRESS;
    } else {
        place->kind = CATS_PLACE_UNKNOWN;
    }
    return place->kind != CATS_PLACE_UNKNOWN;
}

/* By its own name; else the only one on this interface. */
static const cats_link *link_captured_as(const cats_topology *t, const char *name)
{
    const cats_link *on_interface = NULL;
    size_t count = 0;
    for (size_t i = 0; i < t->link_count; i++) {
        const cats_link *link = &t->links[i];
        if (strcmp(link->name, name) == 0)
            return link;
        if (strcmp(link->interface, name) == 0) {
            on_interface = link;
            count++;
        }
    }
    return count == 1 ? on_interface : NULL;
}

static bool find_link(const cats_topology *t, const char *name, cats_place *place)
{
    place_end from, to;
    const cats_link *link = link_captured_as(t, name);
    return link != NULL && find_end(t, link->from, &from) && find_end(t, link->to, &to) &&
           join_ends(t, &from, &to, place);
}

/* Names may hold dashes: every one is tried. */
static bool find_ends(const cats_topology *t, const char *name, cats_place *place)
{
    for (const char *dash = strchr(name, '-'); dash != NULL; dash = strchr(dash + 1, '-')) {
        g_autofree char *first = g_strndup(name, (size_t)(dash - name));
        place_end from, to;
        if (find_end(t, first, &from) && find_end(t, dash + 1, &to) && join_ends(t, &from, &to, place))
            return true;
    }
    return false;
}

/* A forwarder stands for its link to the core, a site for its link. */
static bool find_node(const cats_topology *t, const char *name, cats_place *place)
{
    place_end node;
    const place_end core = { .core = true };
    return find_end(t, name, &node) && !node.clients && !node.core && join_ends(t, &node, &core, place);
}

static bool find_word(const char *name, cats_place *place)
{
    static const struct {
        const char *word;
        cats_place_kind kind;
    } words[] = { { "client", CATS_PLACE_CLIENTS },
                  { "clients", CATS_PLACE_CLIENTS },
                  { "ingress", CATS_PLACE_INGRESS },
                  { "core", CATS_PLACE_CORE },
                  { "egress", CATS_PLACE_EGRESS } };
    *place = (cats_place){ .kind = g_str_has_prefix(name, "site") ? CATS_PLACE_SITE : CATS_PLACE_UNKNOWN };
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (strcmp(name, words[i].word) == 0)
            place->kind = words[i].kind;
    return place->kind != CATS_PLACE_UNKNOWN;
}

bool cats_place_find_link(const cats_topology *topology, const char *name, cats_place *place)
{
    if (find_link(topology, name, place) || find_ends(topology, name, place))
        return true;
    *place = (cats_place){ .kind = CATS_PLACE_UNKNOWN };
    return false;
}

bool cats_place_find(const cats_topology *topology, const char *name, cats_place *place)
{
    if (topology != NULL && (cats_place_find_link(topology, name, place) || find_node(topology, name, place)))
        return true;
    return find_word(name, place);
}
