/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Redirect sessions: followed on the first pass over a capture, shown on every pass. */
#ifndef PLUGINS_AFFINITY_SESSION_H
#define PLUGINS_AFFINITY_SESSION_H

#include "compat.h"
#include "epan-cats/affinity-tracker.h"

/* What is kept of one frame that belongs to a session, or with which a session's rule became known. */
typedef struct session_note {
    bool in_session;     /* connection, redirects and reconnects are valid */
    uint32_t connection; /* its number */
    bool redirects, reconnects;
    const cats_findings *findings; /* or NULL */
} session_note;

/* The tracker starts anew with every file and every new dissection of it. */
void affinity_session_register(void);

/* First pass: hands the segment to the tracker; later passes read what was kept then. False when there is
 * nothing to note. The frame, the time and the key come from pinfo. */
bool affinity_session_note(packet_info *pinfo, affinity_sight *sight, session_note *note);

/* Adds the fields of the session and the broken rules. `tree` is TCP's. */
void affinity_session_show(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, const session_note *note);

#endif
