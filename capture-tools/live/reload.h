/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The topology file read again while the forwarder runs: what ingress and egress do alike. Spec:
 * man/catshark-ctl.1 (reload). */
#ifndef CATSHARK_LIVE_RELOAD_H
#define CATSHARK_LIVE_RELOAD_H

#include "forwarder.h"

/* The command "reload" of both. A file that cannot be read or asks for what only a new start can do is
 * refused, and nothing is changed. */
bool forwarder_reload(void *context, int64_t now, const char *const *arguments, JsonBuilder *answer,
                      GError **error);
/* `same`; else *error says that `what` has changed. For forwarder_kind.same. */
bool forwarder_same(const forwarder *f, bool same, const char *what, GError **error);

#endif
