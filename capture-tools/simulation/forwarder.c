/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames in, packets of the role out: the same for both forwarders but for their ports.
 * Spec: draft-du-cats-aggregated-metrics-on-egress s3. */
#include "forwarder.h"

static bool is_local(const forwarder_local *local, const station *at, int64_t now, network_frame *frame)
{
    return local->take != NULL &&
           local->take(local->context, at->node, now, network_frame_packet(frame), frame->length);
}

static void ingress_sends(void *context, unsigned port, const uint8_t *octets, size_t length,
                          const char *comment)
{
    ingress_station *in = context;
    /* Towards the clients nothing is changed here: what clients get is changed behind the capture point. */
    if (port == INGRESS_PORT_CORE)
        station_send(&in->at, port, octets, length, comment, FAULT_INGRESS_OUT, NULL);
    else
        network_send(in->at.sim->net, event_queue_now(in->at.sim->queue), in->at.node, port, octets, length,
                     comment);
}

static bool ingress_receive(void *context, int64_t now, unsigned port, network_frame *frame)
{
    ingress_station *in = context;
    if (port == INGRESS_PORT_CORE && is_local(&in->local, &in->at, now, frame))
        return false;
    ingress_packet(in->role, now, port, network_frame_packet(frame), frame->length, &in->sink);
    return false;
}

ingress_station *ingress_station_new(const simulation *sim, const ingress_config *config)
{
    ingress_station *in = g_new0(ingress_station, 1);
    in->at = (station){ .sim = sim, .name = config->name };
    in->at.node = network_add_node(sim->net, config->name, ingress_receive, in);
    in->role = ingress_new(config);
    in->sink =
        (role_sink){ .context = in, .packet = ingress_sends, .event = station_event, .drop = station_drop };
    return in;
}

void ingress_station_free(ingress_station *in)
{
    ingress_free(in->role);
    g_free(in);
}

static void egress_sends(void *context, unsigned port, const uint8_t *octets, size_t length,
                         const char *comment)
{
    egress_station *e = context;
    fault_packet about = { .egress = e->index };
    if (port >= EGRESS_PORT_FIRST_SITE)
        station_send(&e->at, port, octets, length, comment, FAULT_EGRESS_OUT, &about);
    else
        network_send(e->at.sim->net, event_queue_now(e->at.sim->queue), e->at.node, port, octets, length,
                     comment);
}

static void egress_take(void *context, int64_t now, unsigned port, const uint8_t *octets, size_t length)
{
    egress_station *e = context;
    egress_packet(e->role, now, port, octets, length, &e->sink);
}

static bool egress_receive(void *context, int64_t now, unsigned port, network_frame *frame)
{
    egress_station *e = context;
    if (port == EGRESS_PORT_CORE && is_local(&e->local, &e->at, now, frame))
        return false;
    if (port == EGRESS_PORT_CORE) {
        fault_packet about = { .egress = e->index };
        station_receive(&e->at, now, port, frame, FAULT_EGRESS_IN, &about, egress_take, e);
    } else {
        egress_take(e, now, port, network_frame_packet(frame), frame->length);
    }
    return false;
}

egress_station *egress_station_new(const simulation *sim, unsigned index, const egress_config *config)
{
    egress_station *e = g_new0(egress_station, 1);
    e->at = (station){ .sim = sim, .name = config->name };
    e->index = index;
    e->at.node = network_add_node(sim->net, config->name, egress_receive, e);
    e->role = egress_new(config);
    e->sink =
        (role_sink){ .context = e, .packet = egress_sends, .event = station_event, .drop = station_drop };
    return e;
}

void egress_station_free(egress_station *e)
{
    egress_free(e->role);
    g_free(e);
}
