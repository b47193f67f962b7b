/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A capture from beginning to end: opens the interfaces, gives up all rights, writes and counts until
 * something ends it. Spec: man/catshark-capture.1. */
#ifndef CATSHARK_CAPTURE_RUN_H
#define CATSHARK_CAPTURE_RUN_H

#include "files.h"
#include "speech.h"

#include "epan-cats/cats-route-update.h"
#include "epan-cats/topology.h"

typedef struct capture_settings {
    const char *verb;       /* for messages */
    char **interfaces;      /* NULL ended, at least one */
    const char *expression; /* of the user; NULL: none */
    bool ours;              /* the filter of our protocols */
    unsigned tags;          /* VLAN tags that it looks behind */
    uint32_t snapshot;      /* octets kept of a frame */
    bool promiscuous;
    uint32_t buffer_octets; /* of the kernel's ring, an interface */
    const char *write;      /* NULL: nothing is written */
    capture_files_limits limits;
    uint64_t packets;    /* ends after so many; UINT64_MAX: no limit */
    int64_t duration_ns; /* ends after so long; INT64_MAX: no limit */
    bool decode;
    const cats_topology *topology; /* for decoding; may be NULL */
    cats_route_codes codes;        /* of routes, likewise */
    capture_manner manner;
    int64_t interval_ns; /* of CAPTURE_JSON */
    const char *application;
} capture_settings;

/* Returns the exit code; has said what is wrong. */
int capture_run(const capture_settings *settings);

#endif
