/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A service site: hands each flow for the CS-ID to one of its service nodes by their capacity, packets for a
 * node's own address to that node, and merges what the nodes report. Spec:
 * draft-du-cats-aggregated-metrics-on-egress s2. */
#ifndef CATSHARK_SIMULATION_SITE_H
#define CATSHARK_SIMULATION_SITE_H

#include "capture-tools/roles/service-node.h"
#include "epan-cats/cats-metric.h"
#include "station.h"

typedef struct site site;

/* Joins the network under the site's name; its port 0 leads to the egress. `index` is in the topology; its
 * nodes start with `service` as a model, which gets each node's name, addresses, ports and seed. */
site *site_new(const simulation *sim, size_t index, const service_node_config *model, uint64_t seed);
void site_free(site *s);
unsigned site_node(const site *s);
/* What the site reports to its egress: its nodes' capacity and load, merged. Loads are moving averages over
 * the calls, so this is called once a period. */
cats_merged site_report(site *s, int64_t now);

/* Counts of all its nodes. */
service_node_counts site_count(const site *s);
/* Connections that its nodes took on the CS-ID: flows steered to this site. */
uint64_t site_flows(const site *s);
/* Packets for an address that no node here has. */
uint64_t site_dropped(const site *s);

#endif
