/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all verbs that run a role on links do alike: options, links, privileges, the warning about offloads,
 * the ready line, the loop and its end. Spec: man/catshark-egress.1, man/catshark-client.1. */
#ifndef CATSHARK_LIVE_RUN_H
#define CATSHARK_LIVE_RUN_H

#include "capture-tools/forwarders/links.h"
#include "driver.h"
#include <stdio.h>

/* The options that all have, as they stand on the command line; texts are owned. */
typedef struct live_options {
    char *events, *duration;
    char **interfaces;
    gboolean json, quiet;
} live_options;

/* Rows of a GOptionEntry table. A verb's own --interface has its own words. */
/* clang-format off */
#define LIVE_OPTION_ENTRIES(o) \
    { "events", 0, 0, G_OPTION_ARG_FILENAME, &(o)->events, "append NDJSON events; - is standard output", \
      "FILE" }, \
    { "duration", 0, 0, G_OPTION_ARG_STRING, &(o)->duration, "end after so long", "TIME" }, \
    { "json", 0, 0, G_OPTION_ARG_NONE, &(o)->json, "the summary as one JSON object", NULL }, \
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &(o)->quiet, "no summary", NULL }
/* clang-format on */

void live_options_clear(live_options *o);

/* A role that runs. Zeroed memory with verb, name and options is one that has not begun. */
typedef struct live_run {
    const char *verb, *name; /* name: in events, the ready line and the summary */
    const live_options *options;
    int64_t duration_ns; /* INT64_MAX: no end */
    int64_t started;     /* of the loop */
    live_loop *loop;
    live_events *events;
    driver *driver;
    GArray *labels; /* of static char *, by port: the link's name, "" */
    GArray *vlans;  /* of uint16_t, by port */
    /* What the role says of itself at the end: members of the object under construction, lines for people. */
    void (*describe)(const void *context, JsonBuilder *builder);
    void (*print)(const void *context, FILE *out);
    const void *context;
    /* Called when the loop has ended, before the summary; NULL: nothing is to be done. */
    void (*stopped)(void *context);
    void *stopped_context;
} live_run;

/* Takes --duration and makes the loop. False and *error (G_OPTION_ERROR: usage). */
bool live_run_begin(live_run *r, GError **error);
/* Checks for PRIVILEGE_RAW and `rights`, opens events and driver. */
bool live_run_open(live_run *r, unsigned rights, GError **error);
/* driver_add_port(), remembered for the ready line; `label` is borrowed. */
bool live_run_add_port(live_run *r, const driver_port_spec *spec, const char *label, GError **error);
/* Warns of offloads, says that it is ready, runs until the end and prints the summary. The driver has
 * started. Returns the exit code: CLI_OK, or CLI_TROUBLE when a link broke. */
int live_run_loop(live_run *r);
/* Frees what the functions above made. */
void live_run_end(live_run *r);
/* Says why it did not run, as a usage error or as trouble; returns the exit code. */
int live_run_refused(const char *verb, const GError *error);

/* ---- links of a topology ---- */

/* The interface of a link: what --interface LINK=IF says, or the topology. */
const char *live_interface_of_link(const live_options *o, const cats_link *link);
/* Every --interface names one of these links (of setup_port), which are those of `name`. */
bool live_check_interfaces(const live_options *o, const GArray *ports, const char *name, GError **error);
/* The port of a role at this end of the link. */
driver_port_spec live_port_of_link(const live_options *o, const setup_port *port);

#endif
