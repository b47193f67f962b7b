/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The egress CATS-Forwarder: decapsulates, chooses a local site by the local computing forwarding table for
 * End.CATS, merges what its sites report and announces it. Encapsulates what comes back from the sites. Spec:
 * draft-du-cats-aggregated-metrics-on-egress s2-3; RFC 8986 s4; RFC 10053. */
#ifndef CATSHARK_ROLES_EGRESS_H
#define CATSHARK_ROLES_EGRESS_H

#include "capture-tools/roles/damping.h"
#include "capture-tools/roles/icmp-error.h"
#include "capture-tools/roles/ingress.h"
#include "capture-tools/roles/role.h"

/* Port 0 is the core; site i (in the order of egress_add_site()) is port 1 + i. */
enum { EGRESS_PORT_CORE = 0, EGRESS_PORT_FIRST_SITE = 1 };

typedef struct egress_config {
    const char *name;                   /* borrowed */
    uint8_t source[16];                 /* outer source of return traffic */
    packet_encapsulation encapsulation; /* of return traffic */
    bool flow_label_from_flow; /* outer flow label from the flow's hash where the inner packet has none (RFC
                                * 6437 s3, RFC 6438), never 0; false: as Linux */
    int64_t report_max_age_ns; /* reports older than this do not count; 0: 30 s */
    damping damping;           /* of announcements */
    size_t flows_max;     /* flows behind End.CATS that are remembered, so that they stay with their site when
                           * weights change; 0: none is, the table alone decides */
    int64_t flow_idle_ns; /* a flow that is silent for so long is forgotten; 0: 300 s */
} egress_config;

/* What the egress does with a SID of its own. The behaviour also decides which inner protocols it takes. */
typedef enum egress_action {
    EGRESS_SECOND_ROUND, /* End.CATS: local computing forwarding table */
    EGRESS_TO_SITE,      /* End.DX4, End.DX6: this site */
    EGRESS_LOOKUP,       /* End.DT4, DT6, DT46: the inner destination's site, by route */
    EGRESS_ACTION_COUNT
} egress_action;

typedef struct egress_sid {
    uint8_t prefix[16];
    unsigned prefix_length; /* argument bits are outside the prefix */
    egress_action action;
    uint16_t behavior; /* code point */
    unsigned site;     /* EGRESS_TO_SITE */
} egress_sid;

/* A merged metric to announce, per CS-ID set of the egress: one aggregate at a time. */
typedef struct egress_announcement {
    cats_merged merged;
    uint32_t aggregate_id; /* generation: 1 to 2^24 - 1 and round again, one on with each new merged score */
    bool withdrawn;        /* nothing available any more: aggregate_id is the one that ends */
} egress_announcement;

/* What the event "announced" says of it. */
#define EGRESS_ANNOUNCEMENT_FIELDS 5
void egress_announcement_fields(const egress_announcement *announcement,
                                role_field fields[EGRESS_ANNOUNCEMENT_FIELDS]);

typedef struct egress egress;

egress *egress_new(const egress_config *config);
void egress_free(egress *e);
/* Returns the site's index: its port is EGRESS_PORT_FIRST_SITE + index. EGRESS_NO_SITE when the name is
 * taken, the weight too large, or COMPUTING_TABLE_SITES_MAX sites are there. */
#define EGRESS_NO_SITE UINT32_MAX
unsigned egress_add_site(egress *e, const char *name, uint32_t weight);
/* Weight 0 drains the site: no new flow by End.CATS, and its reports do not count. Flows that are remembered
 * stay where they are. False for no such site or weight. */
bool egress_set_weight(egress *e, unsigned site, uint32_t weight);
/* 0 for no such site. */
uint32_t egress_site_weight(const egress *e, unsigned site);
/* Adds or replaces; false for an impossible prefix or no such site. */
bool egress_add_sid(egress *e, const egress_sid *sid);
/* A CS-ID that End.CATS serves; other inner destinations behind End.CATS are dropped ("not-a-service"). */
void egress_add_service(egress *e, const cats_address *service);
/* Inner destinations of EGRESS_LOOKUP. Adds or replaces; false for an impossible prefix or no such site. */
bool egress_add_site_route(egress *e, const cats_address *prefix, unsigned prefix_length, unsigned site);
/* The SR domain: once there is one prefix, packets from the core whose outer source lies in none are dropped
 * ("not-from-domain"; RFC 8754 s5.1). False for an impossible prefix. */
bool egress_add_domain(egress *e, const cats_address *prefix, unsigned prefix_length);
/* Return traffic: client prefix -> segment list to the ingress. False as ingress_set_route(). */
bool egress_add_return_route(egress *e, const ingress_route *route);
/* Forgets SIDs, CS-IDs, routes and the SR domain; sites and remembered flows stay. */
void egress_forget_routes(egress *e);

/* The port as a router's interface: packets that are too long for it are dropped ("too-big"), and the sources
 * of packets that are dropped for their length, their hop limit or want of a route are told by ICMP. */
void egress_set_port(egress *e, unsigned port, const router_port *set);

/* A site's merged report. True when the egress's own announcement changes by it: *announcement is what to
 * announce. */
bool egress_report(egress *e, int64_t now, unsigned site, const cats_report *report,
                   egress_announcement *announcement);
/* The same without a report: time has passed (reports grow stale, a change was held back) or a weight has
 * changed. */
bool egress_review(egress *e, int64_t now, egress_announcement *announcement);
/* When a change that is held back is to be reviewed; DAMPING_NOTHING_DUE: none is. */
int64_t egress_due(const egress *e);
void egress_set_damping(egress *e, const damping *how);
/* What is announced now: zeroed before the first time. */
egress_announcement egress_announced(const egress *e);

/* An IP packet that arrived by this port. From the core: decapsulated by the SID in its destination, to a
 * local site only. From a site: encapsulated to the ingress by return route. Anything else is dropped with a
 * word of FORWARDING_DROPS. Fragments of a flow choose their site without ports, all of them the same. */
void egress_packet(egress *e, int64_t now, unsigned port, const uint8_t *octets, size_t length,
                   const role_sink *sink);

typedef struct egress_counts {
    uint64_t decapsulated, encapsulated, dropped;
    uint64_t errors;                       /* ICMP errors sent */
    uint64_t drops[FORWARDING_DROP_COUNT]; /* by reason; their sum is `dropped` */
} egress_counts;
egress_counts egress_count(const egress *e);
/* Packets that went to this site; 0 for no such site. */
uint64_t egress_site_packets(const egress *e, unsigned site);
/* Flows behind End.CATS that are remembered to be with this site; 0 for no such site. Those that are silent
 * for longer than config.flow_idle_ns at `now` are let go first. */
uint64_t egress_site_flows(egress *e, int64_t now, unsigned site);

#endif
