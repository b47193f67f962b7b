/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A place where a role runs in the virtual network: what its packets, events and drops have in common.
 * Spec: man/catshark-simulate.1 (NETWORK). */
#ifndef CATSHARK_SIMULATION_STATION_H
#define CATSHARK_SIMULATION_STATION_H

#include "capture-tools/roles/role.h"
#include "event-queue.h"
#include "faults.h"
#include "network.h"
#include "recorder.h"

/* The parts that all stations share; borrowed. */
typedef struct simulation {
    const cats_topology *topology;
    event_queue *queue;
    recorder *rec;
    network *net;
    faults *faults;
} simulation;

/* First member of whatever owns a role, so that it can be the context of the role's sink. */
typedef struct station {
    const simulation *sim;
    const char *name;
    unsigned node;    /* in the network */
    uint64_t dropped; /* packets that the role did not pass on */
} station;

/* Sends by a port of the station's node. When a fault is wanted at `point`, `about` (may be NULL) tells it
 * about the packet: egress, node. */
void station_send(const station *at, unsigned port, const uint8_t *octets, size_t length, const char *comment,
                  fault_point point, const fault_packet *about);

/* Takes a frame in: lets faults change it, then hands it to `take`. */
typedef void (*station_take)(void *context, int64_t now, unsigned port, const uint8_t *octets, size_t length);
void station_receive(const station *at, int64_t now, unsigned port, network_frame *frame, fault_point point,
                     const fault_packet *about, station_take take, void *context);

/* For role_sink: event and drop; the context begins with a station. */
void station_event(void *context, const char *name, const role_field *fields, size_t count);
void station_drop(void *context, const char *reason);

#endif
