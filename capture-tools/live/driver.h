/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A role on real links: frames in are checked and handed to the role as IP packets, its packets leave with
 * the link-layer address of the next hop, questions for addresses that no host owns are answered, what is
 * dropped is counted by reason. Spec: RFC 894, RFC 2464, RFC 1812 s4-5; IEEE 802.1Q. */
#ifndef CATSHARK_LIVE_DRIVER_H
#define CATSHARK_LIVE_DRIVER_H

#include "capture-tools/roles/role.h"
#include "drops.h"
#include "events.h"
#include "link.h"
#include "loop.h"
#include "next-hop.h"

/* X(symbol, word): why a driver does not hand a frame to the role, or a packet to a link. */
/* clang-format off */
#define DRIVER_DROPS(X) \
    X(NO_FRAME, "no-frame")                 /* the octets end within the Ethernet header */ \
    X(CUT_SHORT, "cut-short")               /* not all of the frame was captured */ \
    X(OTHER_VLAN, "other-vlan")             /* of no port of ours */ \
    X(OWN_FRAME, "own-frame")               /* sent by the interface's own address: a loop of the link */ \
    X(NOT_TO_US, "not-to-us")               /* to another station */ \
    X(NOT_IP, "not-ip")                     /* neither IPv4 nor IPv6, nor a question that is answered */ \
    X(TO_HOST, "to-host")                   /* to an address of the host itself: the kernel's business */ \
    X(NOT_OURS, "not-ours")                 /* to an address that this end point does not answer for */ \
    X(TO_ROUTER, "to-router")               /* to a router address that is ours, and nothing we answer */ \
    X(NO_NEXT_HOP, "no-next-hop")           /* the port has no next hop of this family */ \
    X(NEXT_HOP_UNKNOWN, "next-hop-unknown") /* its link-layer address was not found in time */ \
    X(LINK_MTU, "link-mtu")                 /* longer than the interface takes */ \
    X(NOT_SENT, "not-sent")                 /* the kernel refused the frame */
/* clang-format on */

/* Packets that wait for one next hop, and for how long. */
#define DRIVER_WAITING_MAX 64
#define DRIVER_WAITING_NS (INT64_C(3) * 1000000000)

/* What a port of the role is on this host. */
typedef struct driver_port_spec {
    const char *interface;
    uint16_t vlan;           /* FRAME_NO_VLAN: untagged frames */
    cats_address own[2];     /* IPv4, IPv6 router address here, family 0: none */
    cats_address peer[2];    /* IPv4, IPv6 next hop, family 0: none */
    const uint8_t *peer_mac; /* static; NULL: asked for */
    bool end_point;          /* the role gets what is for addresses that are answered for, its own too, and
                              * nothing else; false: a router's port */
} driver_port_spec;

typedef struct driver driver;

/* Takes an IP packet that arrived by this port. */
typedef void (*driver_take)(void *role, int64_t now, unsigned port, const uint8_t *octets, size_t length,
                            const role_sink *sink);

/* `loop` and `events` are borrowed and outlive the driver. */
driver *driver_new(live_loop *loop, live_events *events, GError **error);
void driver_free(driver *d);
/* Ports are numbered from 0 in the order of the calls. Two ports on one interface have different VLANs. False
 * and *error when the interface cannot be used. */
bool driver_add_port(driver *d, const driver_port_spec *spec, GError **error);
/* An address or prefix on the far side of nobody: questions for it at this port are answered. */
void driver_answer(driver *d, unsigned port, const cats_address *prefix, unsigned length);
/* Of a role with deadlines: when it wants to be called next (ROLE_NEVER: not), asked after each round, and
 * the call. To be set before driver_start(). */
typedef int64_t (*driver_deadline)(const void *role);
typedef void (*driver_expire)(void *role, int64_t now, const role_sink *sink);
void driver_set_timer(driver *d, driver_deadline deadline, driver_expire expire);
/* From now on frames reach the role. */
void driver_start(driver *d, driver_take take, void *role);

/* What the role is given. */
const role_sink *driver_sink(const driver *d);
unsigned driver_ports(const driver *d);
const live_interface *driver_interface(const driver *d, unsigned port);
/* "eth0: ..." with the ethtool line for the first interface that changes frames; NULL: none. To be freed. */
char *driver_offload_advice(const driver *d);
/* What is not resolved yet, NULL: all is. To be freed. */
char *driver_unresolved(const driver *d);
/* NULL, or why a link broke and the loop was stopped. */
const GError *driver_failure(const driver *d);

typedef struct driver_counts {
    uint64_t received, sent, answered; /* frames in and out of the links; questions answered */
    uint64_t ignored;                  /* to groups and to all, no question for us: others' business */
    uint64_t lost;                     /* by the kernel, for want of room */
    uint64_t waiting;                  /* packets that wait for a next hop, now */
} driver_counts;
driver_counts driver_count(const driver *d);
const live_drops *driver_drops(const driver *d);

#endif
