/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `catshark ingress` and `catshark egress` do alike beyond what every live role does: the topology,
 * takeover, control socket. Spec: man/catshark-egress.1, man/catshark-ingress.1. */
#ifndef CATSHARK_LIVE_FORWARDER_H
#define CATSHARK_LIVE_FORWARDER_H

#include "capture-tools/forwarders/setup.h"
#include "control.h"
#include "epan-cats/cats-route-update.h"
#include "live-run.h"
#include "takeover.h"
#include <stdio.h>

typedef struct forwarder_kind forwarder_kind;

/* A forwarder that runs. */
typedef struct forwarder {
    live_run run; /* its name is what the role borrows: a topology may be replaced */
    const forwarder_kind *kind;
    const char *topology_path;
    cats_topology *topology;
    setup setup;
    size_t index;           /* in the topology */
    int64_t flow_idle_ns;   /* pins of flows that are silent for so long are let go */
    GArray *ports;          /* of setup_port, by the role's ports */
    const char *routes;     /* where offers come from; NULL: the topology */
    cats_route_codes codes; /* of those routes */
    takeover *taken;        /* NULL: the kernel is not kept from anything */
    control *control;       /* NULL: none was asked for */
    void *role;
} forwarder;

/* The two kinds, as a row each. */
struct forwarder_kind {
    const char *verb, *summary;
    bool takes_routes; /* --routes */
    /* Index of the forwarder with this name, SIZE_MAX when there is none. */
    size_t (*find)(const cats_topology *topology, const char *name);
    GArray *(*ports)(const cats_topology *topology, size_t index, GError **error);
    /* Of setup_prefix: what --takeover keeps the kernel from. */
    GArray *(*prefixes)(const cats_topology *topology, size_t index);
    /* Makes and sets up f->role. False and *error for routes that cannot be read. */
    bool (*create)(forwarder *f, GError **error);
    void (*destroy)(void *role);
    /* What only a new start could change is as before; else *error says what differs. */
    bool (*same)(const forwarder *f, const cats_topology *fresh, size_t index, GError **error);
    /* Takes over what f->topology says otherwise than before->topology; returns how many weights or egresses
     * have changed. */
    unsigned (*reload)(forwarder *f, const forwarder *before, int64_t now);
    driver_take take;
    /* Members of the object under construction: counts, sites or offers. */
    void (*describe)(const forwarder *f, JsonBuilder *builder);
    /* Lines of the summary for people. */
    void (*print)(const forwarder *f, FILE *out);
    const control_command *commands; /* context: the forwarder; the last row has no name */
};

/* The port as a router's interface: the MTU is the lesser of the interface's and the topology's. */
router_port forwarder_router_port(const forwarder *f, unsigned port);

/* The verb; returns the exit code. */
int forwarder_verb(const forwarder_kind *kind, int argc, char **argv);

#endif
