/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The topology file: services, ingresses, egresses, sites, nodes, SIDs and links, as a GLib key file.
 * Spec: docs/topology.md. */
#ifndef EPAN_CATS_TOPOLOGY_H
#define EPAN_CATS_TOPOLOGY_H

#include "affinity-option.h"
#include "sid-table.h"
#include <glib.h>

/* All names and arrays are owned by the topology and live as long as it. Family 0 means "not given". Index
 * fields point into the arrays of the topology. */

typedef struct cats_service { /* [service NAME] */
    const char *name;
    cats_address ipv4, ipv6; /* ipv4=, ipv6=: the CS-ID, the anycast addresses */
    uint16_t port;           /* port= */
} cats_service;

typedef struct cats_client_prefix { /* one of an ingress's clients= */
    cats_address prefix;
    unsigned length;
} cats_client_prefix;

typedef struct cats_ingress { /* [ingress NAME] */
    const char *name;
    uint8_t source[16];                /* source=: outer source address of its encapsulation */
    cats_address locator;              /* locator=5f00:0:1::/48 */
    unsigned locator_length;           /* block + node of the structure */
    cats_sid_structure structure;      /* structure=32/16/16/32 */
    const cats_client_prefix *clients; /* clients=10.1.0.0/16;2001:db8:1::/48 */
    size_t client_count;
    const char *encapsulation; /* encapsulation=full|reduced */
} cats_ingress;

typedef struct cats_egress { /* [egress NAME] */
    const char *name;
    uint8_t source[16]; /* source= */
    cats_address locator;
    unsigned locator_length;       /* block + node of the structure */
    cats_sid_structure structure;  /* structure= */
    size_t first_site, site_count; /* sites[first_site .. +site_count) */
    uint32_t interval_ms;          /* announce_interval=, default 1000: least time between announcements */
    uint32_t hysteresis;           /* announce_hysteresis=, default 2: per cent of the capacity */
} cats_egress;

typedef struct cats_site { /* [site NAME] */
    const char *name;
    size_t egress;   /* egress=NAME */
    uint32_t weight; /* weight=, default 1 */
    size_t first_node, node_count;
} cats_site;

typedef struct cats_node { /* [node NAME] */
    const char *name;
    size_t site;             /* site=NAME */
    cats_address ipv4, ipv6; /* its own unicast addresses */
    uint16_t port;           /* port= where it takes re-established connections; default the service's */
    uint32_t capacity;       /* capacity=, default 100 */
    size_t service;          /* service=NAME; default the only one */
} cats_node;

/* One end of a link as a live forwarder needs it: the router there. */
typedef struct cats_link_end {
    cats_address ipv4, ipv6; /* from_address=, to_address=IPv4;IPv6: the next hop of the other end */
    uint8_t mac[6];          /* from_mac=, to_mac= */
    bool has_mac;
} cats_link_end;

/* [link NAME]: name of a capture interface, what the simulation does on it, and where it is on this host. */
typedef struct cats_link {
    const char *name;
    const char *from, *to;          /* from=, to=: names of an ingress, egress, site, "clients" or "core" */
    uint32_t delay_us;              /* delay=, microseconds */
    double loss;                    /* loss=, 0.0-1.0 */
    uint32_t mtu;                   /* mtu=, default 1500 (core links 9000) */
    const char *interface;          /* interface=, default the link's name */
    uint16_t vlan;                  /* vlan=, 1-4094; 0: untagged */
    cats_link_end from_end, to_end; /* routers at `from` and `to` */
} cats_link;

typedef struct cats_topology {
    const cats_service *services;
    size_t service_count;
    const cats_ingress *ingresses;
    size_t ingress_count;
    const cats_egress *egresses;
    size_t egress_count;
    const cats_site *sites;
    size_t site_count;
    const cats_node *nodes;
    size_t node_count;
    const cats_link *links;
    size_t link_count;
    const cats_sid_table *sids;  /* [sid NAME] rows and the locators of ingresses and egresses */
    cats_address core_sid;       /* [core] sid=: a transit End SID in front of the egress's; family 0: none */
    affinity_numbers numbers;    /* [affinity] kind=, exid=, saf_bit= */
    unsigned reconnect_limit_ms; /* [affinity] reconnect_limit= */
} cats_topology;

#define CATS_TOPOLOGY_ERROR cats_topology_error_quark()
GQuark cats_topology_error_quark(void);
typedef enum cats_topology_error {
    CATS_TOPOLOGY_ERROR_SYNTAX,    /* not a key file, unknown group or key, a key twice */
    CATS_TOPOLOGY_ERROR_VALUE,     /* a value out of range or not of its form */
    CATS_TOPOLOGY_ERROR_REFERENCE, /* a name that no group has */
    CATS_TOPOLOGY_ERROR_OVERLAP    /* two SIDs, locators or addresses that claim the same */
} cats_topology_error;

/* Reads a topology from text. `name` (a file name) and the line begin every message:
 * "net.conf:12: [egress e1] locator: 5f00::/200, expected a prefix length of 0-128". NULL and *error on
 * failure. */
cats_topology *cats_topology_parse(const char *text, size_t length, const char *name, GError **error);
/* The same from a file; a file that cannot be read is a G_FILE_ERROR with the reason. */
cats_topology *cats_topology_load(const char *path, GError **error);
/* The built-in scenario: 2 ingresses, 2 egresses, 3 sites each, 2 nodes each, both families. */
cats_topology *cats_topology_builtin(void);
/* Its text, a valid topology file. */
const char *cats_topology_builtin_text(void);
void cats_topology_free(cats_topology *topology);

/* The service with this CS-ID address, or NULL. */
const cats_service *cats_topology_service_at(const cats_topology *topology, const cats_address *address);
/* The node that owns this unicast address, or NULL. */
const cats_node *cats_topology_node_at(const cats_topology *topology, const cats_address *address);
/* The ingress that has this client address behind it, or NULL. */
const cats_ingress *cats_topology_ingress_of(const cats_topology *topology, const cats_address *client);

#endif
