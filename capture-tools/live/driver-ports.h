/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a driver is on this host: interfaces with their links, and ports on them by VLAN. For driver.c alone.
 * Spec: IEEE 802.1Q. */
#ifndef CATSHARK_LIVE_DRIVER_PORTS_H
#define CATSHARK_LIVE_DRIVER_PORTS_H

#include "driver.h"
#include "waiting.h"

enum { FAMILY_IPV4, FAMILY_IPV6, FAMILIES };

/* VLAN identifiers, FRAME_NO_VLAN too. */
#define DRIVER_VLANS 4096
#define DRIVER_NO_PORT UINT16_MAX

/* An interface of the host, and its link. */
typedef struct driver_attachment {
    driver *owner;
    live_interface *interface;
    live_link *link;
    uint16_t ports[DRIVER_VLANS]; /* by VLAN, DRIVER_NO_PORT: none */
} driver_attachment;

typedef struct driver_port {
    driver_attachment *at;
    uint16_t vlan;
    cats_address own[FAMILIES];
    next_hop *hops[FAMILIES]; /* NULL: none of this family */
    waiting *queues[FAMILIES];
    neighbor_answers *answers;
    bool end_point;
} driver_port;

/* Of driver_attachment, owned. */
GPtrArray *driver_attachments_new(void);
/* The one on that interface, opened by the first call; NULL and *error when it cannot be used. */
driver_attachment *driver_attach(GPtrArray *attachments, const char *name, GError **error);
/* Of driver_port. */
GArray *driver_ports_new(void);
/* False and *error when there is another port of this VLAN. */
bool driver_ports_add(GArray *ports, driver_attachment *at, const driver_port_spec *spec, next_hops *hops,
                      GError **error);

#endif
