/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the command line of verify asks for. Spec: man/catshark-verify.1. */
#ifndef CATSHARK_VERIFY_ARGUMENTS_H
#define CATSHARK_VERIFY_ARGUMENTS_H

#include "capture-tools/verify/expectation.h"
#include "capture-tools/verify/verification.h"
#include "route-arguments.h"

/* The command line as it stands; texts are owned. */
typedef struct verify_options {
    char *topology, *rules, *limit, *fail_on, *reconnect_limit, *lost_limit, *flows;
    char *expect, *window, *report;
    char **ignore, **strict;
    char **at;
    route_arguments routes;
    gboolean json, list_rules, list_ignored, quiet, keep_times, with_tshark;
} verify_options;

void verify_options_clear(verify_options *o);
/* Tells it and frees it; false. */
bool verify_trouble(GError *error);

/* What it means; the options outlive it. Zeroed memory asks for nothing. */
typedef struct verify_asked {
    verification_settings settings;
    expectation_settings expect;
    cats_severity fail_on;
    bool keep_times;
    cats_topology *topology; /* owned, may be NULL */
    capture_points *points;
    capture_sources *sources;
} verify_asked;

void verify_asked_clear(verify_asked *asked);

/* All but the captures. False after a usage error or trouble was told. */
bool verify_take_options(const verify_options *o, verify_asked *asked);
/* Opens them: paths, and what --at says; compares their clocks unless times are kept. The same on false. */
bool verify_take_captures(verify_asked *asked, char **paths, char **at);

#endif
