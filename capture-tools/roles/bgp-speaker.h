/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One end of one internal BGP session as a state machine, on the small TCP: packets and the time go in,
 * packets and events come out. As much of RFC 4271 s8 as two well-behaved speakers need: one of them
 * connects, the other listens; what has failed is tried again. Spec: RFC 4271 s6 and s8, RFC 6793, RFC 8950.
 */
#ifndef CATSHARK_ROLES_BGP_SPEAKER_H
#define CATSHARK_ROLES_BGP_SPEAKER_H

#include "capture-tools/roles/role.h"
#include "epan-cats/bgp-open.h"

typedef struct bgp_speaker bgp_speaker;

typedef struct bgp_speaker_config {
    const char *name; /* in comments; borrowed */
    cats_address own, peer;
    bool connects; /* from `port`, the next time from that behind it, to the peer's port 179; else it listens
                      there */
    uint16_t port;
    bgp_open open;    /* what our OPEN says; the peer must have the same AS */
    uint16_t mss;     /* the path's MTU without IP and TCP headers */
    uint64_t seed;    /* of the TCP end point */
    int64_t retry_ns; /* from a failure to the next try; 0: 120 s */
    /* Takes the body of an UPDATE, valid during the call. It must not call the speaker. */
    void (*update)(void *context, const uint8_t *body, size_t length);
    void *context;
} bgp_speaker_config;

typedef enum bgp_state {
    BGP_STATE_IDLE,
    BGP_STATE_CONNECT,
    BGP_STATE_ACTIVE,
    BGP_STATE_OPEN_SENT,
    BGP_STATE_OPEN_CONFIRM,
    BGP_STATE_ESTABLISHED
} bgp_state;

bgp_speaker *bgp_speaker_new(const bgp_speaker_config *config);
void bgp_speaker_free(bgp_speaker *s);

/* What an input made happen. */
enum {
    BGP_HAPPENED_ESTABLISHED = 1 << 0, /* event "bgp-established"; the owner announces all that it has */
    BGP_HAPPENED_DOWN = 1 << 1         /* event "bgp-down"; what the peer had announced is gone */
};

/* Packets leave by port 0 of the sink; their comments name the messages that begin in them. */
unsigned bgp_speaker_start(bgp_speaker *s, int64_t now, const role_sink *sink);
unsigned bgp_speaker_packet(bgp_speaker *s, int64_t now, const uint8_t *octets, size_t length,
                            const role_sink *sink);
unsigned bgp_speaker_expire(bgp_speaker *s, int64_t now, const role_sink *sink);
/* When bgp_speaker_expire() wants to be called; ROLE_NEVER. */
int64_t bgp_speaker_deadline(const bgp_speaker *s);

/* Sends a whole message, an UPDATE, with what the packet's comment says of it. False unless the session is
 * established. */
bool bgp_speaker_send(bgp_speaker *s, int64_t now, const uint8_t *message, size_t length, const char *comment,
                      const role_sink *sink);

bgp_state bgp_speaker_state(const bgp_speaker *s);
/* Established, and the peer has acknowledged all that was sent. */
bool bgp_speaker_settled(const bgp_speaker *s);

typedef struct bgp_speaker_counts {
    uint64_t sessions; /* that were established */
    uint64_t updates_sent, updates_received, keepalives_sent, retransmissions;
} bgp_speaker_counts;
bgp_speaker_counts bgp_speaker_count(const bgp_speaker *s);

#endif
