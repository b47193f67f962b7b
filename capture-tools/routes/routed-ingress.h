/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From offers of routes to those of an ingress role: which egress of the topology it is, and what its SID
 * becomes. Spec: man/catshark-egress.1 (--routes). */
#ifndef CATSHARK_ROUTES_ROUTED_INGRESS_H
#define CATSHARK_ROUTES_ROUTED_INGRESS_H

#include "capture-tools/forwarders/setup.h"
#include "route-offers.h"

typedef struct routed_ingress routed_ingress;

/* Borrows both; the setup's topology may be another later. */
routed_ingress *routed_ingress_new(const setup *s, ingress *role);
void routed_ingress_free(routed_ingress *r); /* NULL is allowed */

void routed_ingress_offer(routed_ingress *r, int64_t now, const route_offer *of, const role_sink *sink);
void routed_ingress_withdraw(routed_ingress *r, int64_t now, const route_offer *of, const role_sink *sink);

/* The topology's name for the egress with this locator, or the locator. It stays what it was first, until the
 * names are forgotten: the role knows the offer by it. */
const char *routed_ingress_name(routed_ingress *r, const route_offer *of);
/* The topology that the setup has now calls it otherwise. */
bool routed_ingress_is_renamed(routed_ingress *r, const route_offer *of);
void routed_ingress_forget_names(routed_ingress *r);

#endif
