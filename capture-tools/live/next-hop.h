/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The link-layer address of a next hop: static, from the kernel by netlink, or asked for on the link where
 * the kernel has no address of that family there. Kept fresh. Spec: rtnetlink(7), linux/neighbour.h
 * (NTF_USE). */
#ifndef CATSHARK_LIVE_NEXT_HOP_H
#define CATSHARK_LIVE_NEXT_HOP_H

#include "link.h"
#include "neighbor-answers.h"

typedef struct next_hops next_hops; /* one netlink socket for all of a process */

next_hops *next_hops_new(GError **error);
void next_hops_free(next_hops *hops);
/* Readable when neighbours changed: next_hops_read(). */
int next_hops_fd(const next_hops *hops);
void next_hops_read(next_hops *hops);

typedef struct next_hop next_hop;
/* Starts to resolve `address` on the link; `own` (family 0: none; NULL too) is the source of the tool's own
 * questions; `mac` NULL: not static. The same link, vlan and address give the same next_hop, which `hops`
 * owns. The kernel is asked where the interface has an address of that family, the frames bear no tag and the
 * process has CAP_NET_ADMIN; else the tool asks, from `own`, or an address of the interface, or 0.0.0.0 (a
 * probe) or the link-local address that belongs to the MAC. `link` is not read for a static one. */
next_hop *next_hops_add(next_hops *hops, live_link *link, const live_interface *interface, uint16_t vlan,
                        const cats_address *address, const cats_address *own, const uint8_t *mac);
/* Its address, or NULL as long as it is not known. */
const uint8_t *next_hop_mac(const next_hop *hop);
/* A frame of the link that may answer one of the tool's own questions. */
void next_hops_see(next_hops *hops, const live_link *link, const uint8_t *frame, size_t length);
/* Asks again where it is time; gives when it wants to be called next, as next_hops_deadline() does at any
 * time (INT64_MAX: never): reading and seeing may bring it forward. */
int64_t next_hops_expire(next_hops *hops, int64_t now);
int64_t next_hops_deadline(next_hops *hops);
/* "10.3.1.2 on eth1: no answer to ARP after 3 questions" of the first that is not known; NULL when all are.
 * To be freed. */
char *next_hops_missing(const next_hops *hops);

#endif
