/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of the observer: for its files only. */
#ifndef CATSHARK_TESTS_SIMULATE_OBSERVER_PRIVATE_H
#define CATSHARK_TESTS_SIMULATE_OBSERVER_PRIVATE_H

#include "capture-tools/inspect/decode.h"
#include "observer.h"
#include <glib.h>

/* Where a frame was seen: its link and the end that it goes to. */
typedef enum observed_place {
    FROM_CLIENT, /* at the ingress */
    TO_CLIENT,
    INGRESS_TO_CORE,
    CORE_TO_INGRESS,
    CORE_TO_EGRESS, /* at the egress, as are all that follow */
    EGRESS_TO_CORE,
    EGRESS_TO_SITE,
    SITE_TO_EGRESS
} observed_place;

typedef struct place {
    observed_place kind;
    size_t index; /* in the topology: of the ingress, egress or site */
} place;

/* One frame with what was read of it. */
typedef struct sighting {
    const place *at;
    int64_t time_ns;
    const decoded *frame;
    bool tcp;              /* flow, tcp and payload are valid */
    char *flow;            /* text of the inner packet's addresses and ports, directional */
    char *client;          /* the client's address and, of a pair of ports, the even one */
    const uint8_t *header; /* of TCP */
    uint32_t sequence, acknowledgment;
    uint32_t payload; /* octets */
} sighting;

/* An aggregate that an egress announced. */
typedef struct announcement {
    const cats_egress *egress;
    uint32_t aggregate_id;
    int64_t time_ns;
} announcement;

typedef struct observer {
    const cats_topology *topology;
    decoder decoder;
    observation *seen;
    GHashTable *places;      /* destination MAC, as text -> place */
    GHashTable *faulty;      /* set of sighting.client */
    GHashTable *connections; /* observe-sessions.c */
    GHashTable *redirects;
    GHashTable *flows;          /* observe-steering.c */
    GArray *announcements;      /* of announcement, in their order */
    GHashTable *streams, *told; /* observe-routes.c */
    GHashTable *sites;
    GHashTable *waiting;  /* observe-links.c */
    uint64_t *site_flows; /* by site */
} observer;

/* Notes that the rule is broken in what the client of this sighting (may be NULL) does or gets. */
void observer_break(observer *o, cats_rule_id rule, const char *client);

/* Rules of TCP connections and redirect sessions, on the links to clients. */
void observe_session(observer *o, const sighting *s);
void observe_sessions_end(observer *o);
void observe_announcements(observer *o, const char *events_path);
/* Rules of steered flows, on the ingresses' links to the core. */
void observe_steering(observer *o, const sighting *s);
/* Rules of UPDATEs, and what they announce. */
void observe_routes_begin(observer *o);
void observe_bgp(observer *o, const sighting *s);
/* A flow begins with this: was it announced to its ingress? Only where there is BGP. */
void observe_choice(observer *o, const sighting *s, const cats_steering *steering);
void observe_routes_end(observer *o);
/* Rules of packets through an egress, and of the spread. */
void observe_links(observer *o, const sighting *s);
void observe_links_end(observer *o);

#endif
