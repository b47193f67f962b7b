/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of `catshark client`, and the flows that it asks for. Spec: man/catshark-client.1. */
#ifndef CATSHARK_LIVE_CLIENT_OPTIONS_H
#define CATSHARK_LIVE_CLIENT_OPTIONS_H

#include "capture-tools/endpoints/flow-plan.h"
#include "capture-tools/roles/client.h"
#include "endpoint.h"

/* As it stands; texts are owned. */
typedef struct client_options {
    endpoint_options place;
    char *service, *flows, *rate, *parallel, *capability, *request, *http, *hold, *timeout;
    char **sources, **targets;
    gboolean ipv4, ipv6, both;
} client_options;

void client_options_clear(client_options *o);
/* Parses argv; false: *status is what to exit with. */
bool client_options_parse(client_options *o, int *argc, char ***argv, int *status);

/* What it means. */
typedef struct client_plan {
    client_config config; /* without seed and MSS */
    uint64_t flows, parallel;
    int64_t interval_ns;
    bool families[ENDPOINT_FAMILIES]; /* wanted; then: those that the plan has */
} client_plan;
#define CLIENT_UNLIMITED UINT64_MAX

bool client_options_read(const client_options *o, client_plan *plan, GError **error);
/* The ingress that the clients are behind (--name; the only one), SIZE_MAX and *error when there is none. */
size_t client_options_ingress(const client_options *o, const cats_topology *topology, GError **error);
/* Adds the populations: prefixes of clients times addresses of services, by family; `e` has its topology, or
 * none. Sets plan->families to what there is. */
bool client_options_populate(const client_options *o, const endpoint *e, size_t ingress, client_plan *plan,
                             flow_plan *flows, GError **error);

#endif
