/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the taps "affinity" and "cats" hand to their listeners: statistics, conversation tables, and whoever
 * else registers one. Queued only while somebody listens. Pointers are valid during the call. */
#ifndef PLUGINS_TAPS_H
#define PLUGINS_TAPS_H

#include "compat.h"
#include "epan-cats/affinity-tracker.h"
#include "epan-cats/cats-route-update.h"
#include "epan-cats/cats-rules.h"
#include "epan-cats/steering-tracker.h"

/* A verdict that became known with this segment, of whatever session. */
typedef struct affinity_settled {
    uint32_t session;
    affinity_verdict now;
} affinity_settled;

#define AFFINITY_SETTLED_MAX 4

/* One TCP segment that is of a session, settles one, or breaks a rule. The same on every pass: it says what
 * was known when the capture had been read so far. But for the number of the session: where the capture has a
 * SYN before the redirect that it follows, later passes give the one that its connection came to. */
typedef struct affinity_tap {
    cats_address source, destination;
    uint16_t source_port, destination_port;
    bool in_session; /* connection is valid */
    affinity_connection connection;
    /* The first sight of the connection's redirect, no copy of it: node is valid, and reconnect_* where the
     * capture has the SYN that follows it before. */
    bool redirects;
    /* The first sight of the SYN that follows a redirect (without one, of its answer), cause_* are valid; not
     * of one that the capture has before the redirect. */
    bool reconnects;
    cats_address node;
    uint16_t node_port;
    unsigned settled_count;
    affinity_settled settled[AFFINITY_SETTLED_MAX];
    const cats_findings *segment_findings; /* of the segment alone; may be NULL */
    const cats_findings *session_findings; /* of the session; may be NULL */
} affinity_tap;

/* One packet that is SRv6 with an encapsulated packet or an SRH, or is of a steered flow. Not what an ICMP
 * error quotes. The same on every pass: of a flow it says what was known with this packet. */
typedef struct cats_tap {
    const cats_packet *outer;      /* NULL: the packet is in no encapsulation, so it is of a flow */
    const cats_steering *steering; /* NULL with it */
    bool in_flow;                  /* flow is valid */
    steering_flow flow;
    const char *site;                     /* name of the flow's site, or NULL */
    const cats_findings *packet_findings; /* of the packet alone; may be NULL */
    const cats_findings *flow_findings;   /* of the flow; may be NULL */
} cats_tap;

/* One UPDATE with routes of ours, or that withdraws such. */
typedef struct cats_routes_tap {
    cats_address speaker;
    const cats_route_update *update;
} cats_routes_tap;

extern int affinity_tap_id, cats_tap_id, cats_routes_tap_id;

void taps_register(void);

/* Hands a copy to the listeners: to be asked for only when there are any. What it points to is copied where
 * it is not of the frame or of the settings. */
void cats_tap_queue(packet_info *pinfo, const cats_tap *tap);

/* Asks by itself whether there is a listener. The octets of the UPDATE are of the frame. */
void cats_routes_tap_queue(packet_info *pinfo, const cats_route_update *update);

#endif
