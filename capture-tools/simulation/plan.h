/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a simulation takes from a topology: which link joins what, which SID does what, and what is missing.
 * Spec: docs/topology.md; man/catshark-simulate.1 (NETWORK). */
#ifndef CATSHARK_SIMULATION_PLAN_H
#define CATSHARK_SIMULATION_PLAN_H

#include "epan-cats/topology.h"

/* A link is of one of four kinds, and leads to the ingress, egress or site of this index. */
typedef enum plan_link_kind {
    PLAN_CLIENTS_INGRESS,
    PLAN_INGRESS_CORE,
    PLAN_CORE_EGRESS,
    PLAN_EGRESS_SITE,
    PLAN_LINK_KINDS
} plan_link_kind;

typedef struct plan_link {
    plan_link_kind kind;
    size_t index;
    char *name;
    int64_t delay_ns;
    double loss;
    uint32_t mtu;
} plan_link;

typedef struct plan {
    const cats_topology *topology; /* borrowed */
    GArray *links; /* of plan_link: those of the topology in its order, then those it does not name */
    size_t *links_of[PLAN_LINK_KINDS]; /* by index of ingress, egress or site: place in `links` */
} plan;

/* NULL and *error (SCENARIO_ERROR) when the topology lacks what a simulation of these families needs. */
plan *plan_new(const cats_topology *topology, bool ipv4, bool ipv6, GError **error);
void plan_free(plan *p);
const plan_link *plan_link_of(const plan *p, plan_link_kind kind, size_t index);

/* The largest IP packet that all links pass when `overhead` octets are put in front of it in the core. */
uint32_t plan_mtu(const plan *p, uint32_t overhead);
/* One way from the egress of index `from` through the core to the ingress of index `to`, or back. */
int64_t plan_core_delay(const plan *p, size_t from, size_t to);

#endif
