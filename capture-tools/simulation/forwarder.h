/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An ingress or egress CATS-Forwarder of the topology as a node of the virtual network.
 * Spec: draft-du-cats-aggregated-metrics-on-egress s3. */
#ifndef CATSHARK_SIMULATION_FORWARDER_H
#define CATSHARK_SIMULATION_FORWARDER_H

#include "capture-tools/roles/egress.h"
#include "capture-tools/roles/ingress.h"
#include "station.h"

/* Who takes packets from the core that are for the forwarder itself, and not for its role. False: it is none
 * of them. */
typedef struct forwarder_local {
    bool (*take)(void *context, unsigned node, int64_t now, const uint8_t *octets, size_t length);
    void *context;
} forwarder_local;

typedef struct ingress_station {
    station at; /* first: context of the role's sink */
    ingress *role;
    role_sink sink;
    forwarder_local local; /* zeroed: nobody */
} ingress_station;

typedef struct egress_station {
    station at;     /* first: context of the role's sink */
    unsigned index; /* in the topology */
    egress *role;
    role_sink sink;
    forwarder_local local;
} egress_station;

/* Joins the network under the name in `config`; ports are those of the role. */
ingress_station *ingress_station_new(const simulation *sim, const ingress_config *config);
void ingress_station_free(ingress_station *in);
egress_station *egress_station_new(const simulation *sim, unsigned index, const egress_config *config);
void egress_station_free(egress_station *e);

#endif
