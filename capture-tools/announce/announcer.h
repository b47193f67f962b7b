/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A forwarder's announcements towards ExaBGP: what an egress has merged, what stands behind it or behind an
 * ingress, what was said of both, and the answers. Spec: man/catshark-announce.1; ExaBGP 4's text API. */
#ifndef CATSHARK_ANNOUNCE_ANNOUNCER_H
#define CATSHARK_ANNOUNCE_ANNOUNCER_H

#include "route-line.h"
#include <stdio.h>

typedef struct announcer_options {
    const char *topology, *name; /* file, and egress or ingress in it */
    bool follows; /* what is merged comes by announcer_hear(); else it is the capacity of the topology's sites
                   */
    bool nodes;   /* an egress's nodes too; an ingress has nothing but its clients */
    route_how how;
    damping damping;     /* of what is announced here */
    bool topology_damps; /* the topology's damping in its place */
    FILE *out;           /* to ExaBGP */
    FILE *messages;      /* for people */
} announcer_options;

typedef struct announcer announcer;

/* Borrows the texts. NULL and *error when the topology cannot be read, has no such egress or ingress, or the
 * egress has no SID of End.CATS; of an ingress, when an egress alone could be followed or has nodes. Nothing
 * is said yet. */
announcer *announcer_new(const announcer_options *options, GError **error);
void announcer_free(announcer *a);

/* Reads the topology again when its file has changed. What cannot be read is told once, and the one before
 * holds. */
void announcer_look(announcer *a);
/* What the running egress has merged, or NULL: it is gone. */
void announcer_hear(announcer *a, const cats_merged *merged, uint32_t aggregate_id);
/* Says what is to be said now. False when nobody reads it. */
bool announcer_say(announcer *a, int64_t now);
/* When to call that again, without anything new; DAMPING_NOTHING_DUE. */
int64_t announcer_due(const announcer *a);
/* A line of ExaBGP: "done", "error", or something else, which is passed over. */
void announcer_answer(announcer *a, const char *line);
/* Withdraws all that was announced. */
bool announcer_withdraw(announcer *a);

#endif
