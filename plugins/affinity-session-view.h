/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known of a redirect session, as fields and for the tap. */
#ifndef PLUGINS_AFFINITY_SESSION_VIEW_H
#define PLUGINS_AFFINITY_SESSION_VIEW_H

#include "session-store.h"

/* Adds the fields of the session and the broken rules. `tree` is TCP's. */
void affinity_session_show(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, const session_note *note);

/* Hands the segment to who listens to the tap "affinity", if anyone does. `note` (NULL: none) is of the
 * session, `findings` of the segment alone. */
void affinity_session_tap(packet_info *pinfo, const affinity_segment *segment, const affinity_seen *seen,
                          const session_note *note, const cats_findings *findings);

#endif
