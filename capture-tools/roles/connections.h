/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The connections of a role: found by their flow, woken by their deadlines, described in events. */
#ifndef CATSHARK_ROLES_CONNECTIONS_H
#define CATSHARK_ROLES_CONNECTIONS_H

#include "capture-tools/roles/tcp-endpoint.h"
#include "capture-tools/roles/timers.h"
#include <glib.h>

typedef struct connection_key {
    const cats_flow_key *flow;
    guint hash; /* mixed with the role's seed: peers cannot choose it */
} connection_key;

/* A role's own record of a connection begins with it. */
typedef struct connection {
    connection_key key;
    timer wake;
    int64_t due; /* when the role itself wants to be called for it; ROLE_NEVER: it does not */
    tcp_endpoint tcp;
} connection;

typedef struct connections {
    GHashTable *by_flow; /* of connection */
    timers *queue;
    tcp_settings settings;
    uint64_t seed;
    size_t peak;                    /* the most that were held at once */
    void (*release)(connection *c); /* frees what the role's record owns; NULL: nothing */
} connections;

/* What a role's configuration says about its TCP; `base` may be NULL, mss 0 leaves the base's value. */
typedef struct connections_config {
    const tcp_settings *base;
    affinity_numbers numbers;
    uint64_t seed;
    uint16_t mss_ipv4, mss_ipv6;
} connections_config;

void connections_init(connections *all, const connections_config *config);
/* Frees every connection by g_free(). */
void connections_clear(connections *all);

connection *connections_find(const connections *all, const cats_flow_key *flow);
/* Takes a connection in whose end point has begun; its flow must not be in use. */
void connections_add(connections *all, connection *c);
/* Takes it out and frees it by g_free(). */
void connections_remove(connections *all, connection *c);
size_t connections_count(const connections *all);

/* Hands an ICMP error to the end point that it is about; *happened is what came of it. NULL when the packet
 * is no such error or is about no connection. */
connection *connections_icmp(connections *all, const uint8_t *octets, size_t length, unsigned *happened);

/* To be called after whatever may have moved the end point's deadline or the role's own. */
void connections_schedule(connections *all, connection *c);
int64_t connections_deadline(const connections *all);
/* The next connection one of whose deadlines has come, or NULL; the caller expires and schedules (or removes)
 * it. */
connection *connections_due(connections *all, int64_t now);

/* Fields that every event of a connection has, client and server being told apart by `active` (we are the
 * client). */
#define CONNECTION_FIELDS 4
/* The most further fields of an event. */
#define CONNECTION_FIELDS_MORE 6
void connection_event(const connection *c, const role_sink *sink, const char *name, const role_field *more,
                      size_t count);
/* affinity.ipv4 or affinity.ipv6 and affinity.port. */
void connection_affinity_fields(const affinity_option *option, role_field fields[2]);

#endif
