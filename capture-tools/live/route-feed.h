/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Routes as they come from ExaBGP, a line of JSON each, or stand in a capture. Spec:
 * man/catshark-egress.1 (--routes). */
#ifndef CATSHARK_LIVE_ROUTE_FEED_H
#define CATSHARK_LIVE_ROUTE_FEED_H

#include "capture-tools/routes/route-offers.h"
#include "loop.h"

typedef struct route_feed route_feed;

/* `path`: a file, a pipe, or "-". What stands in a regular file, JSON or a capture, holds; when a pipe ends
 * ExaBGP is gone, and all routes with it. Path identifiers (codes->add_path) stand in captures and raw
 * packets. What is wrong in a line is told on standard error. NULL and a G_FILE_ERROR when it cannot be
 * opened. */
route_feed *route_feed_open(live_loop *loop, const char *path, const cats_route_codes *codes,
                            const route_offers_sink *sink, GError **error);
void route_feed_close(route_feed *feed); /* NULL is allowed */
route_offers *route_feed_offers(const route_feed *feed);

#endif
