/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options that say what is simulated, for the verbs that simulate. Spec: man/catshark-simulate.1. */
#ifndef CATSHARK_SCENARIO_ARGUMENTS_H
#define CATSHARK_SCENARIO_ARGUMENTS_H

#include "capture-tools/simulation/scenario.h"

/* The command line as it stands; texts are owned. Zeroed memory: nothing was given. */
typedef struct scenario_arguments {
    char *topology, *seed, *flows, *rate, *capability, *response, *encapsulation;
    char **faults;
    gboolean ipv4, ipv6, both, kernel_flow_label, bgp;
} scenario_arguments;

/* Rows of a GOption table for a variable `a` of this type. */
#define SCENARIO_ARGUMENTS_ENTRIES(a)                                                                            \
    {                                                                                                            \
        "topology", 0, 0, G_OPTION_ARG_FILENAME, &(a).topology, "topology file (the built-in scenario)",         \
        "FILE"                                                                                                   \
    },                                                                                                           \
        { "seed", 0, 0, G_OPTION_ARG_STRING, &(a).seed, "the same seed gives the same octets (1)", "N" },        \
        { "flows", 0, 0, G_OPTION_ARG_STRING, &(a).flows, "flows to start (100; with --duration no bound)",      \
          "N" },                                                                                                 \
        { "rate", 0, 0, G_OPTION_ARG_STRING, &(a).rate, "new flows a second of virtual time (5)", "N" },         \
        { "ipv4", 0, 0, G_OPTION_ARG_NONE, &(a).ipv4, "IPv4 clients only", NULL },                               \
        { "ipv6", 0, 0, G_OPTION_ARG_NONE, &(a).ipv6, "IPv6 clients only", NULL },                               \
        { "both", 0, 0, G_OPTION_ARG_NONE, &(a).both, "clients of both families (the default)", NULL },          \
        { "capability",                                                                                          \
          0,                                                                                                     \
          0,                                                                                                     \
          G_OPTION_ARG_STRING,                                                                                   \
          &(a).capability,                                                                                       \
          "what clients announce on their SYN: saf (default), permit, raw or none",                              \
          "WORD" },                                                                                              \
        { "response", 0, 0, G_OPTION_ARG_STRING, &(a).response, "octets that a node answers with (4000)", "N" }, \
        { "encapsulation",                                                                                       \
          0,                                                                                                     \
          0,                                                                                                     \
          G_OPTION_ARG_STRING,                                                                                   \
          &(a).encapsulation,                                                                                    \
          "topology (default), full, reduced or bare: one segment without SRH",                                  \
          "WORD" },                                                                                              \
        { "kernel-flow-label",                                                                                   \
          0,                                                                                                     \
          0,                                                                                                     \
          G_OPTION_ARG_NONE,                                                                                     \
          &(a).kernel_flow_label,                                                                                \
          "outer flow label as Linux writes it: 0 for IPv4",                                                     \
          NULL },                                                                                                \
        { "bgp", 0, 0, G_OPTION_ARG_NONE, &(a).bgp, "announcements travel in BGP sessions through the core",     \
          NULL },                                                                                                \
    {                                                                                                            \
        "fault", 0, 0, G_OPTION_ARG_STRING_ARRAY, &(a).faults, "break this rule; may be given again", "ID"       \
    }

void scenario_arguments_clear(scenario_arguments *a);
/* The first of them that was given ("--seed"), or NULL. */
const char *scenario_arguments_given(const scenario_arguments *a);

/* What they mean, with the topology, loaded. `bounded`: something else ends the run, so that without --flows
 * there is no bound. False after a usage error or trouble, printed for the verb; else *options is to be
 * dropped. duration_ns is EVENT_NEVER. */
bool scenario_arguments_take(const char *verb, const scenario_arguments *a, bool bounded,
                             scenario_options *options);
/* Frees what scenario_arguments_take() put there; returns CLI_TROUBLE. */
int scenario_arguments_drop(scenario_options *options);
/* scenario_new(), whose errors name the topology file. */
scenario *scenario_arguments_start(const scenario_arguments *a, const scenario_options *options,
                                   recorder *rec, GError **error);

#endif
