/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two parties and a link between them under a virtual clock: delay, loss, duplication and reordering from a
 * seed. */
#ifndef TESTS_ROLES_VIRTUAL_LINK_H
#define TESTS_ROLES_VIRTUAL_LINK_H

#include "capture-tools/roles/role.h"
#include "capture-tools/roles/timers.h"
#include <glib.h>

#define MS INT64_C(1000000)
#define SECOND (1000 * MS)

/* One of the two: a role or a bare end point behind three functions. */
typedef struct party {
    void *self;
    void (*packet)(void *self, int64_t now, const uint8_t *octets, size_t length, const role_sink *sink);
    int64_t (*deadline)(const void *self);
    void (*expire)(void *self, int64_t now, const role_sink *sink);
} party;

typedef struct virtual_link virtual_link;

/* Sees each packet before it travels, and may change it (room is 10,000 octets): false loses it. */
typedef bool (*link_tap)(virtual_link *link, unsigned from, uint8_t *octets, size_t *length,
                         const char *comment);

typedef struct link_event {
    unsigned from;
    int64_t time;
    char *name;
    char *text; /* "key=value key=value" */
} link_event;

struct virtual_link {
    party parties[2];
    role_sink sinks[2];
    GRand *random;
    int64_t now;
    int64_t delay, jitter; /* of one way; jitter reorders */
    double loss, duplication;
    link_tap tap;
    void *tap_data;
    timers *queue;  /* of packets on their way */
    GArray *events; /* of link_event */
    bool keep_events;
    uint64_t sent[2], lost[2], delivered[2], drops[2];
    bool keep_digest;
    uint64_t digest;       /* of all octets sent and their times */
    const char *last_drop; /* reason */
};

virtual_link *virtual_link_new(uint32_t seed);
void virtual_link_free(virtual_link *link);
/* Puts a packet on its way to party `to`, bypassing tap and loss. */
void virtual_link_inject(virtual_link *link, unsigned to, const uint8_t *octets, size_t length,
                         int64_t delay);
/* Runs until nothing is pending or the time is `until`. Fails the test when more than `steps` things happen.
 */
void virtual_link_run(virtual_link *link, int64_t until, uint64_t steps);
/* The n-th event (from 0) of this name, or NULL. */
const link_event *virtual_link_event(const virtual_link *link, const char *name, unsigned n);
unsigned virtual_link_event_count(const virtual_link *link, const char *name);

#endif
