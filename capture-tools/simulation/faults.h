/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faults: for each rule of the rules table, a way of breaking it and, as far as can be, no other. A fault
 * changes packets where they pass a point of the network, or how a part of it is configured. It affects one
 * client in four, those whose address ends in a multiple of four, unless its text says otherwise. Spec:
 * docs/rules.md. */
#ifndef CATSHARK_SIMULATION_FAULTS_H
#define CATSHARK_SIMULATION_FAULTS_H

#include "epan-cats/cats-route.h"
#include "epan-cats/packet.h"
#include "epan-cats/rules.h"
#include "epan-cats/topology.h"

/* Where a packet can be changed, on its way from client to service node and back. At an OUT point the change
 * is seen at the capture point of the link behind it; at an IN point the capture point has been passed. */
typedef enum fault_point {
    FAULT_CLIENT_OUT,
    FAULT_CLIENT_IN,
    FAULT_INGRESS_OUT, /* towards the core, encapsulated */
    FAULT_CORE_OUT,    /* towards an egress, encapsulated */
    FAULT_EGRESS_IN,   /* from the core, encapsulated */
    FAULT_EGRESS_OUT,  /* towards a site */
    FAULT_SITE_IN,     /* before the site chooses a node */
    FAULT_NODE_OUT,
    FAULT_POINT_COUNT
} fault_point;

/* What a fault changes in the parts of the network. */
enum {
    FAULT_CLIENT_IGNORES = 1 << 0,   /* affected clients announce SAF and ignore the redirect */
    FAULT_CLIENT_INCAPABLE = 1 << 1, /* affected clients announce nothing */
    FAULT_CLIENT_SAF = 1 << 2,       /* affected clients announce SAF, whatever the others do */
    FAULT_WEIGHTS_SKEWED = 1 << 3,   /* egresses split by other weights than the topology's */
    FAULT_OFFERS_FROZEN = 1 << 4,    /* the first ingress keeps the first announcement it gets of an egress */
    FAULT_SCORES_SWING = 1 << 5,     /* sites report half their capacity as in use every other time */
    FAULT_ALIAS_ROUTES = 1 << 6,     /* nodes are reached by faults_alias() of their addresses too */
    FAULT_ALIAS_SIDS = 1 << 7        /* the core passes on faults_alias_sid() of SIDs too */
};

/* What a fault cannot do without. */
enum {
    FAULT_NEEDS_REDIRECT = 1 << 0, /* clients that announce a capability */
    FAULT_NEEDS_SRH = 1 << 1,
    FAULT_NEEDS_ARGUMENT = 1 << 2, /* End.CATS SIDs with a 32-bit argument */
    FAULT_NEEDS_EGRESSES = 1 << 3, /* two egresses for a service */
    FAULT_NEEDS_SITES = 1 << 4,    /* an egress with two sites for a service */
    FAULT_NEEDS_NODES = 1 << 5,    /* two nodes for each service */
    FAULT_NEEDS_FAMILIES = 1 << 6, /* nodes with an address of each family */
    FAULT_NEEDS_BGP = 1 << 7       /* announcements in BGP (scenario_options.bgp) */
};

typedef struct faults faults;

/* A packet at a point. */
typedef struct fault_packet {
    fault_point point;
    uint8_t *octets; /* an IP packet that may be changed in place, grown up to `capacity` */
    size_t length, capacity;
    unsigned port;         /* FAULT_EGRESS_OUT: of the egress; may be changed */
    unsigned egress;       /* FAULT_CORE_OUT, FAULT_EGRESS_*: index in the topology */
    const cats_node *node; /* FAULT_NODE_OUT: the service node */
    const char *comment;   /* of faults_apply(), with FAULT_CHANGED: "fault ID" */
    /* A second packet that a fault sends: `extra_length` octets, 0: none. */
    uint8_t *extra; /* `capacity` octets */
    size_t extra_length;
    bool extra_first; /* it goes before the packet itself */
    /* What faults_apply() found in the packet. */
    packet walk;
    cats_address source, destination; /* of the innermost IP header */
    bool to_service;                  /* from a client to a service or node */
} fault_packet;

typedef enum fault_verdict { FAULT_UNTOUCHED, FAULT_CHANGED, FAULT_DROPPED } fault_verdict;
typedef fault_verdict (*fault_hook)(const faults *f, fault_packet *p);

/* What an egress is about to announce of a CS-ID in BGP. */
typedef struct fault_announcement {
    size_t egress; /* index in the topology */
    size_t offer;  /* which of its CS-IDs it is, from 0 */
    cats_announcement metrics;
    srv6_service service;
    size_t cut;          /* octets that are cut off the end of the attribute of metrics */
    const char *comment; /* of faults_apply_announcement(): "fault ID", or NULL */
} fault_announcement;
typedef void (*fault_announcement_hook)(fault_announcement *said);

#define FAULT_CONSEQUENCES_MAX 3

typedef struct fault {
    const char *what;  /* what it changes and where, one sentence without a full stop */
    unsigned settings; /* FAULT_CLIENT_IGNORES ... */
    unsigned needs;    /* FAULT_NEEDS_REDIRECT ... */
    fault_hook hooks[FAULT_POINT_COUNT];
    fault_announcement_hook announcement;
    unsigned takes_s; /* flows must start for so long before the rule is broken; 0: it is at once */
    /* Other rules that break by it, by their ids; NULL ended. */
    const char *consequences[FAULT_CONSEQUENCES_MAX + 1];
} fault;

/* The fault of a rule. */
const fault *fault_get(cats_rule_id id);
/* The first of these needs in words, "two egresses"; NULL: none is left. *needs loses it. */
const char *fault_next_need(unsigned *needs);

/* None at first. The topology is borrowed. */
faults *faults_new(const cats_topology *topology);
void faults_free(faults *f);
/* `offered` is what the scenario has, a set of FAULT_NEEDS_*. False when it lacks what the fault needs:
 * *reason is then a static phrase, "two egresses". */
bool faults_add(faults *f, cats_rule_id id, unsigned offered, const char **reason);
bool faults_setting(const faults *f, unsigned setting);
const cats_topology *faults_topology(const faults *f);

/* Too few clients for one in four: all are affected. */
void faults_affect_all(faults *f);
bool faults_affect(const faults *f, const cats_address *client);

/* Another address of a node, one that the topology does not know; its own inverse. */
cats_address faults_alias(const cats_address *node);
/* Puts the SID into another block, that of no locator of the topology, or back. */
void faults_alias_sid(uint8_t sid[16]);

/* True at the first call for the packet's flow and fault, false at the next, and so on: a packet that does
 * not arrive comes again, and is then left alone. */
bool faults_first_of_flow(const faults *f, const fault_packet *p, cats_rule_id id);

/* True when some fault wants to see packets at the point. */
bool faults_at(const faults *f, fault_point point);
/* Lets the faults of p->point change the packet. */
fault_verdict faults_apply(const faults *f, fault_packet *p);
/* Lets faults change what is announced. They change what the first egress says of its first CS-ID, every
 * other time: what it says of others, and others say of that, stands. */
void faults_apply_announcement(const faults *f, fault_announcement *said);

/* After a run in which flows started for `flows_ns`: says of each fault that changed none of the packets or
 * announcements that it is there for, or was not given the time that it takes, why nothing is broken by it.
 * `text` is one line without its end, valid during the call. */
void faults_each_idle(const faults *f, int64_t flows_ns, void (*say)(const char *text));

#endif
