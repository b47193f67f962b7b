/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses, ports and start times of many flows: they follow from a flow's number and a seed. Simulated and
 * live clients have them alike. Spec: man/catshark-simulate.1 (CLIENTS), man/catshark-client.1 (FLOWS). */
#ifndef CATSHARK_ENDPOINTS_FLOW_PLAN_H
#define CATSHARK_ENDPOINTS_FLOW_PLAN_H

#include "epan-cats/address.h"
#include <glib.h>

/* Addresses used of one prefix at most, a multiple of 4. */
#define FLOW_PLAN_HOSTS_MAX 248

/* Clients in one prefix, and the service they ask for. */
typedef struct flow_population {
    size_t owner; /* of the caller's choice: its ingress, say */
    cats_address prefix;
    uint32_t first_host, hosts;
    cats_address service;
    uint16_t service_port;
} flow_population;

typedef struct flow_plan {
    GArray *populations; /* of flow_population */
    uint64_t seed;
    uint64_t random;      /* state of the pauses */
    int64_t interval_ns;  /* mean time from one flow's start to the next's */
    uint64_t next_number; /* of the flow that is tried next */
} flow_plan;

typedef struct planned_flow {
    size_t owner;
    cats_address source, service;
    uint16_t source_port; /* even: the port behind it is for the re-established connection */
    uint16_t service_port;
} planned_flow;

void flow_plan_init(flow_plan *plan, uint64_t seed, int64_t interval_ns);
void flow_plan_clear(flow_plan *plan);
/* Adds clients of the prefix: up to FLOW_PLAN_HOSTS_MAX, from its host 4 on, so that each fourth address ends
 * in a multiple of four. False when the prefix is too small for that; then it has all that can be hosts. */
bool flow_plan_add(flow_plan *plan, size_t owner, const cats_address *prefix, unsigned length,
                   const cats_address *service, uint16_t service_port);
/* The address of a population's client, below its `hosts`. */
cats_address flow_plan_host(const flow_population *population, uint32_t index);

/* Opens the flow; false when its address and port are in use. */
typedef bool (*flow_plan_open)(void *context, const planned_flow *flow);
/* Tries flows in the order of their numbers until one opens; false when all that were tried are in use. The
 * plan has a population. */
bool flow_plan_start(flow_plan *plan, flow_plan_open open, void *context);
/* From this flow's start to the next one's: half an interval to one and a half. */
int64_t flow_plan_pause(flow_plan *plan);

#endif
