/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Redirect sessions: followed on the first pass over a capture, known on every pass. */
#ifndef PLUGINS_AFFINITY_SESSION_H
#define PLUGINS_AFFINITY_SESSION_H

#include "session-store.h"

/* With every file, and every new dissection of it, the tracker starts anew. */
void affinity_session_begin(void);
void affinity_session_end(void);

/* The session's verdict, as far as it is known: on later passes, what is pending at the end of the capture.
 * False before the session is redirected. */
bool affinity_session_verdict(const packet_info *pinfo, uint32_t session, affinity_verdict *verdict);

/* False, at small cost, for most segments of captures without sessions: those that affinity_session_note()
 * need not be asked about. */
bool affinity_session_matters(const packet_info *pinfo, const affinity_segment *segment,
                              const affinity_seen *seen);

/* First pass: hands the segment to the tracker; later passes read what was kept then. False when there is
 * nothing to note. The frame, the time and the key come from pinfo. */
bool affinity_session_note(packet_info *pinfo, uint32_t place, affinity_sight *sight, session_note *note);

#endif
