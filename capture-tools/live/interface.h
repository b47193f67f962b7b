/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel says of a network interface. Nothing is changed. Spec: netdevice(7), packet(7),
 * linux/ethtool.h. */
#ifndef CATSHARK_LIVE_INTERFACE_H
#define CATSHARK_LIVE_INTERFACE_H

#include "epan-cats/address.h"
#include "frame.h"
#include <glib.h>

#define LIVE_ERROR live_error_quark()
GQuark live_error_quark(void);
typedef enum live_error {
    LIVE_ERROR_INTERFACE,  /* no such interface, not up, no Ethernet */
    LIVE_ERROR_PERMISSION, /* the message has the setcap line */
    LIVE_ERROR_OFFLOAD,    /* the message has the ethtool line */
    LIVE_ERROR_NEXT_HOP,   /* not resolved */
    LIVE_ERROR_FILTER,
    LIVE_ERROR_IO
} live_error;

typedef struct live_interface {
    char *name;
    unsigned index;
    uint8_t mac[FRAME_ADDRESS];
    uint32_t mtu;
    bool up;
    GArray *addresses;   /* of cats_address: its own */
    GPtrArray *offloads; /* of static char: features that are on and change frames between here and the wire,
                          * by ethtool's short name: "tx", "tso", "gso", "gro", "lro" */
} live_interface;

/* NULL and *error (LIVE_ERROR_INTERFACE) when there is none of this name or it is no Ethernet. */
live_interface *live_interface_read(const char *name, GError **error);
void live_interface_free(live_interface *interface);
bool live_interface_owns(const live_interface *interface, const cats_address *address);
/* "eth0: tx, tso are on: ...; mend it with: ethtool -K eth0 tx off tso off"; NULL when none is on. To be
 * freed. */
char *live_interface_offload_advice(const live_interface *interface);

#endif
