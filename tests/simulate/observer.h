/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads a simulated capture and says which rules are broken in it: those of a packet by epan-cats, those of
 * sessions, flows, links and the whole capture by plain means of its own, as an oracle for the faults. */
#ifndef CATSHARK_TESTS_SIMULATE_OBSERVER_H
#define CATSHARK_TESTS_SIMULATE_OBSERVER_H

#include "epan-cats/rules.h"
#include "epan-cats/topology.h"

typedef struct observation {
    uint64_t frames;
    uint64_t broken[CATS_RULE_COUNT]; /* how often each rule was seen broken */
    uint64_t flows, redirects;        /* first connections, and those of them that were redirected */
    uint64_t updates;                 /* of BGP, each where its speaker sent it */
    uint64_t unannounced;             /* with BGP: flows steered by what no UPDATE in force said */
    uint64_t faulty_flows;            /* flows with at least one broken rule of a packet, session or flow */
} observation;

/* Capture and events must come from a simulation of this topology, with the links that it names. */
void observe(const char *capture_path, const char *events_path, const cats_topology *topology,
             observation *seen);

#endif
