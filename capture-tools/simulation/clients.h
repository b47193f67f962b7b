/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The clients: who they are, when they open connections, and one client role for all behind an ingress.
 * Spec: man/catshark-simulate.1 (CLIENTS). */
#ifndef CATSHARK_SIMULATION_CLIENTS_H
#define CATSHARK_SIMULATION_CLIENTS_H

#include "capture-tools/roles/client.h"
#include "station.h"

#define CLIENTS_UNLIMITED UINT64_MAX

typedef struct clients_plan {
    bool ipv4, ipv6;
    uint64_t flows;      /* CLIENTS_UNLIMITED: as many as start before `until` */
    int64_t interval_ns; /* mean time from one flow's start to the next's */
    int64_t duration_ns; /* no flow starts so long after the first; EVENT_NEVER: no bound */
    uint64_t seed;
} clients_plan;

typedef struct clients clients;

/* Joins the network as node "clients"; its port i leads to the topology's ingress i. `model` is the
 * configuration of every client; faults change that of affected ones. NULL when no ingress has clients that
 * could reach a service by a wanted family: *reason is then a phrase. */
clients *clients_new(const simulation *sim, const clients_plan *plan, const client_config *model,
                     const char **reason);
void clients_free(clients *c);
unsigned clients_node(const clients *c);

/* The first flow starts then. */
void clients_start(clients *c, int64_t first);
/* No further flow starts. */
void clients_stop(clients *c);
/* True when no flow will start and no connection is held any more. */
bool clients_done(const clients *c);

typedef struct clients_counts {
    client_counts roles; /* of all client roles */
    uint64_t started;    /* flows */
    uint64_t busy;       /* starts that had to wait because all addresses and ports tried were in use */
    uint64_t dropped;
    int64_t start_ns; /* from the first flow's start to the last one's */
} clients_counts;
clients_counts clients_count(const clients *c);

#endif
