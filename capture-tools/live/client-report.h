/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What came of the flows of `catshark client`: the summary. Spec: man/catshark-client.1 (SUMMARY). */
#ifndef CATSHARK_LIVE_CLIENT_REPORT_H
#define CATSHARK_LIVE_CLIENT_REPORT_H

#include "capture-tools/roles/client.h"
#include "drops.h"
#include <json-glib/json-glib.h>
#include <stdio.h>

typedef struct client_tally {
    client *role;
    const client_config *config; /* of the role */
    uint64_t busy;               /* flows that were not started: all addresses and ports tried were in use */
    live_drops failed;           /* connections, by reason */
} client_tally;

/* Takes an event of the role. */
void client_tally_event(client_tally *t, const char *name, const role_field *fields, size_t count);
/* All flows were started and all connections finished. */
bool client_tally_all_finished(const client_tally *t);
/* For live_run: `context` is a client_tally. */
void client_tally_describe(const void *context, JsonBuilder *builder);
void client_tally_print(const void *context, FILE *out);

#endif
