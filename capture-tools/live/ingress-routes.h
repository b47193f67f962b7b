/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An ingress whose offers come from routes: the feed, the names of egresses, what is said of it. Spec:
 * man/catshark-egress.1 (--routes). */
#ifndef CATSHARK_LIVE_INGRESS_ROUTES_H
#define CATSHARK_LIVE_INGRESS_ROUTES_H

#include "forwarder.h"

typedef struct ingress_routes ingress_routes;

/* Opens f->routes, read with f->codes; offers go to the role as they come. Borrows both. NULL and *error. */
ingress_routes *ingress_routes_open(const forwarder *f, ingress *role, GError **error);
void ingress_routes_close(ingress_routes *r); /* NULL is allowed */
size_t ingress_routes_count(const ingress_routes *r);
/* All offers anew, by the topology that the forwarder has now: its core may have another SID, an egress
 * another name. */
void ingress_routes_repeat(ingress_routes *r);
/* Members of the object under construction. */
void ingress_routes_describe(const ingress_routes *r, JsonBuilder *builder);

#endif
