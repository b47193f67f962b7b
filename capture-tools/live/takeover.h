/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps the kernel from a locator that the tool serves: a blackhole route, said aloud, written down under
 * /run/catshark before it is made, and undone at the end or, after a crash, at the next start. Spec:
 * rtnetlink(7); flock(2). */
#ifndef CATSHARK_LIVE_TAKEOVER_H
#define CATSHARK_LIVE_TAKEOVER_H

#include "epan-cats/address.h"
#include <glib.h>

typedef struct takeover takeover;

/* Adds the route (CAP_NET_ADMIN) and prints the `ip` line that does the same. A blackhole route that is there
 * already is used and stays. NULL and *error (LIVE_ERROR) on failure. */
takeover *takeover_begin(const char *name, const cats_address *prefix, unsigned length, GError **error);
/* Takes it back. NULL is allowed. */
void takeover_end(takeover *t);
/* Takes back what a process of this name left behind when it crashed; does nothing while it runs. */
void takeover_mend(const char *name);

#endif
