/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps the kernel from packets that the tool forwards: blackhole routes, said aloud, written down under
 * /run/catshark before they are made, and undone at the end or, after a crash, at the next start. Without
 * them the kernel would answer such packets, with "no route" for IPv6 even where it forwards nothing. Spec:
 * rtnetlink(7); flock(2). */
#ifndef CATSHARK_LIVE_TAKEOVER_H
#define CATSHARK_LIVE_TAKEOVER_H

#include "capture-tools/forwarders/links.h"
#include <glib.h>

typedef struct takeover takeover;

/* Adds a route for each setup_prefix (CAP_NET_ADMIN) and prints the `ip` line that does the same. A route
 * that is there already stays as it is. NULL and *error (LIVE_ERROR) on failure. */
takeover *takeover_begin(const char *name, const GArray *prefixes, GError **error);
/* Adds routes to those of them that it has not added yet; what it has added besides stays. False and *error:
 * none is added; what this call had added is taken back. */
bool takeover_add(takeover *t, const GArray *prefixes, GError **error);
/* Takes them back. NULL is allowed. */
void takeover_end(takeover *t);
/* Takes back what a process of this name left behind when it crashed; does nothing while it runs. */
void takeover_mend(const char *name);

#endif
