/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An ingress or egress CATS-Forwarder of the topology as a node of the virtual network.
 * Spec: draft-du-cats-aggregated-metrics-on-egress s3. */
#ifndef CATSHARK_SIMULATION_FORWARDER_H
#define CATSHARK_SIMULATION_FORWARDER_H

#include "capture-tools/roles/egress.h"
#include "capture-tools/roles/ingress.h"
#include "station.h"

typedef struct ingress_station {
    station at; /* first: context of the role's sink */
    ingress *role;
    role_sink sink;
} ingress_station;

typedef struct egress_station {
    station at;     /* first: context of the role's sink */
    unsigned index; /* in the topology */
    egress *role;
    role_sink sink;
} egress_station;

/* Joins the network under the name in `config`; ports are those of the role. */
ingress_station *ingress_station_new(const simulation *sim, const ingress_config *config);
void ingress_station_free(ingress_station *in);
egress_station *egress_station_new(const simulation *sim, unsigned index, const egress_config *config);
void egress_station_free(egress_station *e);

#endif
