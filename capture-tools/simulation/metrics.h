/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compute metrics on their way: nodes to site, site to egress, and the egress's announcement to the
 * ingresses, each as a message with the delay of the links between. Spec:
 * draft-du-cats-aggregated-metrics-on-egress s2-3. */
#ifndef CATSHARK_SIMULATION_METRICS_H
#define CATSHARK_SIMULATION_METRICS_H

#include "capture-tools/forwarders/setup.h"
#include "bgp-mesh.h"
#include "forwarder.h"
#include "site.h"

/* Nodes report this often. */
#define METRICS_PERIOD_NS INT64_C(1000000000)

/* All arrays are by index in the topology and borrowed. */
typedef struct metrics_parts {
    const simulation *sim;
    site *const *sites;
    egress_station *const *egresses;
    ingress_station *const *ingresses;
    const int64_t *site_delay;                                            /* site to its egress */
    int64_t (*delay)(const void *context, size_t egress, size_t ingress); /* of an announcement */
    const void *context;
    bgp_mesh *mesh;              /* takes announcements to the ingresses; NULL: they arrive after the delay */
    const GArray *const *offers; /* by egress: of setup_offer, one per CS-ID it serves */
} metrics_parts;

typedef struct metrics metrics;

/* The first reports are sent at `start`. */
metrics *metrics_new(const metrics_parts *parts, int64_t start);
void metrics_free(metrics *m);
/* Announcements that egresses made. */
uint64_t metrics_announced(const metrics *m);

#endif
