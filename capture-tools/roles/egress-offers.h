/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What egresses offer for each CS-ID, and the choice among them for a new flow: weighted by the merged score,
 * the same for the same flow and offers, with the least movement when a score changes. Spec:
 * draft-du-cats-aggregated-metrics-on-egress s3. */
#ifndef CATSHARK_ROLES_EGRESS_OFFERS_H
#define CATSHARK_ROLES_EGRESS_OFFERS_H

#include "epan-cats/address.h"
#include "segment-path.h"

typedef struct egress_offers egress_offers;
/* The offers for one CS-ID. */
typedef struct service_offers service_offers;

egress_offers *egress_offers_new(void);
void egress_offers_free(egress_offers *offers);

/* Adds or replaces the offer of path->egress; path->score is its weight. Takes the reference over. `service`
 * is an IPv4 or IPv6 address. False when there are too many egresses. */
bool egress_offers_set(egress_offers *offers, const cats_address *service, segment_path *path);
/* False when there was none. */
bool egress_offers_withdraw(egress_offers *offers, const cats_address *service, const char *egress);

/* NULL for what is no CS-ID. A CS-ID stays known when its last offer is withdrawn. */
service_offers *egress_offers_find(const egress_offers *offers, const cats_address *service);
size_t service_offers_count(const service_offers *service);
/* Borrowed; NULL when no offer has a score above 0. `flow_hash` is cats_flow_key_hash(). */
segment_path *service_offers_choose(service_offers *service, uint64_t flow_hash);

#endif
