/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets of a role onto links, faults on the way. Spec: man/catshark-simulate.1 (NETWORK). */
#include "station.h"
#include <string.h>

/* What a fault adds to a packet at most: TCP options. */
#define GROWTH 40

/* Room for a packet that faults may change, and for a second one. Not kept: a role that takes a packet sends
 * others. */
static uint8_t *room_for(size_t length)
{
    return g_malloc(2 * (length + GROWTH));
}

/* Copies the packet to where faults may change it. */
static fault_verdict apply(const station *at, fault_point point, const fault_packet *about,
                           const uint8_t *octets, size_t length, unsigned port, uint8_t *room,
                           fault_packet *p)
{
    if (about != NULL)
        *p = *about;
    else
        memset(p, 0, sizeof(*p));
    memcpy(room, octets, length);
    p->point = point;
    p->octets = room;
    p->length = length;
    p->capacity = length + GROWTH;
    p->port = port;
    p->extra = room + p->capacity;
    p->extra_length = 0;
    return faults_apply(at->sim->faults, p);
}

static void send_faulty(const station *at, int64_t now, unsigned port, const uint8_t *octets, size_t length,
                        const char *comment, fault_point point, const fault_packet *about)
{
    uint8_t *room = room_for(length);
    fault_packet p;
    char both[RECORDER_COMMENT_MAX];
    switch (apply(at, point, about, octets, length, port, room, &p)) {
    case FAULT_UNTOUCHED:
        network_send(at->sim->net, now, at->node, port, octets, length, comment);
        break;
    case FAULT_CHANGED:
        g_snprintf(both, sizeof(both), "%s%s%s", comment, *comment == '\0' ? "" : "; ", p.comment);
        if (p.extra_length > 0 && p.extra_first)
            network_send(at->sim->net, now, at->node, p.port, p.extra, p.extra_length, p.comment);
        network_send(at->sim->net, now, at->node, p.port, p.octets, p.length, both);
        if (p.extra_length > 0 && !p.extra_first)
            network_send(at->sim->net, now, at->node, p.port, p.extra, p.extra_length, p.comment);
        break;
    case FAULT_DROPPED:
        break;
    }
    g_free(room);
}

void station_send(const station *at, unsigned port, const uint8_t *octets, size_t length, const char *comment,
                  fault_point point, const fault_packet *about)
{
    int64_t now = event_queue_now(at->sim->queue);
    if (faults_at(at->sim->faults, point))
        send_faulty(at, now, port, octets, length, comment, point, about);
    else
        network_send(at->sim->net, now, at->node, port, octets, length, comment);
}

void station_receive(const station *at, int64_t now, unsigned port, network_frame *frame, fault_point point,
                     const fault_packet *about, station_take take, void *context)
{
    const uint8_t *octets = network_frame_packet(frame);
    if (!faults_at(at->sim->faults, point)) {
        take(context, now, port, octets, frame->length);
        return;
    }
    uint8_t *room = room_for(frame->length);
    fault_packet p;
    if (apply(at, point, about, octets, frame->length, port, room, &p) != FAULT_DROPPED)
        take(context, now, port, p.octets, p.length);
    g_free(room);
}

void station_event(void *context, const char *name, const role_field *fields, size_t count)
{
    const station *at = context;
    recorder_event(at->sim->rec, event_queue_now(at->sim->queue), at->name, name, fields, count);
}

void station_drop(void *context, const char *reason)
{
    station *at = context;
    at->dropped++;
    if (!recorder_wants_events(at->sim->rec))
        return;
    const role_field fields[] = { ROLE_FIELD_TEXT("reason", reason) };
    recorder_event(at->sim->rec, event_queue_now(at->sim->queue), at->name, "dropped", fields,
                   G_N_ELEMENTS(fields));
}
