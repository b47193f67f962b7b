/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A simulation put together: the roles and links of a topology, clients that come at a rate, and the clock.
 * Spec: man/catshark-simulate.1. */
#ifndef CATSHARK_SIMULATION_SCENARIO_H
#define CATSHARK_SIMULATION_SCENARIO_H

#include "capture-tools/forwarders/setup.h"
#include "bgp-mesh.h"
#include "clients.h"
#include "faults.h"
#include "site.h"
#include "recorder.h"

/* 2026-01-01T00:00:00Z: virtual time starts here, so that the same seed gives the same octets. */
#define SCENARIO_EPOCH_NS (INT64_C(1767225600) * 1000000000)

typedef struct scenario_options {
    const cats_topology *topology; /* borrowed */
    uint64_t seed;
    uint64_t flows;      /* CLIENTS_UNLIMITED with a duration */
    int64_t duration_ns; /* flows start for so long; EVENT_NEVER: no bound */
    int64_t interval_ns; /* mean time between the starts of two flows */
    bool ipv4, ipv6;
    client_capability capability;
    uint32_t response; /* octets that a node answers with on its own address */
    setup_encapsulation encapsulation;
    bool kernel_flow_label; /* outer flow label as Linux writes it: 0 for inner IPv4 */
    bool bgp;               /* announcements travel as BGP */
    bool faulty[CATS_RULE_COUNT];
} scenario_options;

#define SCENARIO_ERROR scenario_error_quark()
GQuark scenario_error_quark(void);
typedef enum scenario_error {
    SCENARIO_ERROR_TOPOLOGY, /* the topology lacks what a simulation needs */
    SCENARIO_ERROR_FAULT     /* ... or what a fault needs */
} scenario_error;

typedef struct scenario scenario;

/* `rec` is borrowed; its interfaces are the links, in the topology's order. NULL and *error on failure. */
scenario *scenario_new(const scenario_options *options, recorder *rec, GError **error);
void scenario_free(scenario *s);

/* Runs one event. False when all flows have ended and nothing is under way. */
bool scenario_step(scenario *s);
/* No further flow starts: scenario_step() goes on until those that run have ended. */
void scenario_stop(scenario *s);
uint64_t scenario_started(const scenario *s);
/* Virtual time since the start. */
int64_t scenario_elapsed(const scenario *s);

/* Of faults that broke nothing in this run, as faults_each_idle(). */
void scenario_each_idle_fault(const scenario *s, void (*say)(const char *text));

/* What happened, for the summary. */
typedef struct scenario_totals {
    clients_counts clients;
    service_node_counts nodes;
    uint64_t packets, lost, too_big; /* over all links */
    uint64_t dropped;                /* by roles, sites and the core */
    uint64_t no_egress;              /* of these, because no egress had a score above 0 */
    uint64_t announced;
    bgp_mesh_counts bgp;
} scenario_totals;
scenario_totals scenario_count(const scenario *s);
const network *scenario_network(const scenario *s);
/* Flows that were steered to the site of this index in the topology. */
uint64_t scenario_site_flows(const scenario *s, size_t site);

#endif
