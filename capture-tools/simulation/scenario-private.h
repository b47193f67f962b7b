/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of a scenario, and the steps that put it together: for the files of the scenario only. */
#ifndef CATSHARK_SIMULATION_SCENARIO_PRIVATE_H
#define CATSHARK_SIMULATION_SCENARIO_PRIVATE_H

#include "core.h"
#include "metrics.h"
#include "plan.h"
#include "scenario.h"

struct scenario {
    scenario_options options;
    simulation sim;
    setup setup;
    plan *plan;
    core_router *core;
    ingress_station **ingresses; /* by index in the topology, as are all that follow */
    egress_station **egresses;
    site **sites;
    int64_t *site_delay;
    GArray **offers; /* by egress: of setup_offer */
    metrics *metrics;
    clients *clients;
    bgp_mesh *mesh;        /* NULL without BGP */
    unsigned start_source; /* of events: whether the first flow may start */
};

/* scenario-forwarders.c: ingresses and egresses with their SIDs, routes and offers. */
void scenario_add_forwarders(scenario *s);
/* scenario-links.c: the core's routes, and all links. */
void scenario_add_links(scenario *s);

#endif
