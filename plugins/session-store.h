/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known of redirect sessions, kept from the first pass on until the file is closed: connections and
 * sessions in tables that later segments go on to fill, and a note of each frame that belongs to one. */
#ifndef PLUGINS_SESSION_STORE_H
#define PLUGINS_SESSION_STORE_H

#include "taps.h"

typedef struct session_state {
    int64_t since_ns;    /* what is pending was begun then: the redirect, or the SYN that answers it */
    uint8_t verdict;     /* affinity_verdict + 1; 0 before a redirect */
    bool is_reconnected; /* the SYN came */
} session_state;

/* What is kept of one frame that belongs to a session, or with which something of one became known. */
typedef struct session_note {
    bool in_session;     /* connection, redirects and reconnects are valid */
    bool is_late;        /* the connection became known only after this frame; the rest is not set */
    uint32_t connection; /* its number */
    bool redirects;
    bool reconnects;    /* it is a SYN: where the connection has a cause, the one that it follows */
    bool is_redirected; /* the connection's redirect became known with this frame; */
    bool is_follower;   /* or that the connection follows one */
    unsigned settled_count;
    affinity_settled settled[AFFINITY_SETTLED_MAX];
    const cats_findings *findings; /* or NULL; valid as long as the packet */
} session_note;

void session_store_begin(void);
void session_store_end(void);
bool session_store_is_empty(void);

/* False when there is no such connection. */
bool session_store_connection_get(uint32_t number, affinity_connection *connection);
void session_store_connection_set(const affinity_connection *connection);
session_state *session_store_session_need(uint32_t number);

/* Notes of one frame differ by place, see frame_place(). */
void session_store_note_add(const packet_info *pinfo, uint32_t place, const session_note *note);
bool session_store_note_get(const packet_info *pinfo, uint32_t place, session_note *note);

#endif
