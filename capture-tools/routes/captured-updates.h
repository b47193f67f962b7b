/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The BGP messages of a capture: every direction of every connection to or from port 179, in order. Spec: RFC
 * 4271 s4; RFC 9293 s3.4. */
#ifndef CATSHARK_ROUTES_CAPTURED_UPDATES_H
#define CATSHARK_ROUTES_CAPTURED_UPDATES_H

#include "epan-cats/bgp-update.h"
#include <glib.h>

/* A whole message and whose it is: "10.9.1.1 to 10.9.1.2"; behind an SRH to its last segment. */
typedef void (*captured_message)(void *context, const char *sender, const bgp_message *message);

/* Hands out the messages of the file. A segment that comes again, or on another link, counts once; behind a
 * segment that is missing a direction begins anew at the next one that starts with a message: *missed says
 * at how many segments octets lacked (bgp_stream_missed). False and *error when the file cannot be opened, or
 * is cut short or broken: then what stood before that was handed out. */
bool captured_updates_read(const char *path, captured_message take, void *context, uint64_t *missed,
                           GError **error);

#endif
