/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Places of a network at which packets are captured: links between clients, ingresses, core, egresses and
 * sites, by name. Spec: docs/topology.md; docs/rules.md (capture points). */
#ifndef EPAN_CATS_NETWORK_PLACE_H
#define EPAN_CATS_NETWORK_PLACE_H

#include "topology.h"

typedef enum cats_place_kind {
    CATS_PLACE_UNKNOWN,
    CATS_PLACE_CLIENTS, /* between clients and an ingress */
    CATS_PLACE_INGRESS, /* between an ingress and the core */
    CATS_PLACE_CORE,    /* inside the core */
    CATS_PLACE_EGRESS,  /* between the core and an egress */
    CATS_PLACE_SITE     /* between an egress and a site */
} cats_place_kind;
#define CATS_PLACE_KIND_COUNT (CATS_PLACE_SITE + 1)
/* "unknown", "clients", "ingress", "core", "egress", "site" */
const char *cats_place_kind_name(cats_place_kind kind);

/* Who stands at its ends, as far as the name tells; pointers lead into the topology and may be NULL. */
typedef struct cats_place {
    cats_place_kind kind;
    const cats_ingress *ingress; /* CLIENTS, INGRESS */
    const cats_egress *egress;   /* EGRESS, SITE */
    const cats_site *site;       /* SITE */
} cats_place;

/* The place with this name; false (and CATS_PLACE_UNKNOWN) when the name is none. Names are, with a topology
 * (which may be NULL): a link of it, or the interface that only one link is on; "FROM-TO" of two of its ends;
 * an ingress or egress (its link to the core) or a site (its link). Without: "clients", "ingress", "core",
 * "egress", and whatever begins with "site"; with "client" for "clients". */
bool cats_place_find(const cats_topology *topology, const char *name, cats_place *place);
/* The same of a link alone, or "FROM-TO": what an interface of a capture may be called. */
bool cats_place_find_link(const cats_topology *topology, const char *name, cats_place *place);

/* The packets that the place shows are in the core: encapsulated when they are steered. */
static inline bool cats_place_is_core(cats_place_kind kind)
{
    return kind == CATS_PLACE_INGRESS || kind == CATS_PLACE_CORE || kind == CATS_PLACE_EGRESS;
}

#endif
