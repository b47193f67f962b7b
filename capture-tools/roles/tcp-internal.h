/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the TCP end point call of each other; no owner of an end point needs it. */
#ifndef CATSHARK_ROLES_TCP_INTERNAL_H
#define CATSHARK_ROLES_TCP_INTERNAL_H

#include "capture-tools/roles/tcp-endpoint.h"
#include "capture-tools/roles/tcp-payload.h"
#include "capture-tools/roles/tcp-sequence.h"

/* The longest packet that an end point builds. */
#define TCP_PACKET_MAX 9216u
/* Below this a peer's or path's MSS would only burn processor time; Linux draws the line near it too. */
#define TCP_SEND_MSS_MIN 88u

/* The timestamp clock: milliseconds, from an offset of the connection's own (RFC 7323 s5.4). */
uint32_t tcp_timestamp(const tcp_endpoint *e, int64_t now);
/* What we advertise, and the most we send. */
uint16_t tcp_own_mss(const tcp_endpoint *e);

/* tcp-endpoint.c: takes what the peer's SYN says. */
void tcp_take_syn(tcp_endpoint *e, int64_t now, const tcp_segment *syn);
void tcp_enter_time_wait(tcp_endpoint *e, int64_t now);
void tcp_enter_closed(tcp_endpoint *e);
void tcp_fail(tcp_endpoint *e, const char *reason);

/* tcp-receive.c: hands over what is in sequence, unless the reader has stopped. */
void tcp_deliver_in_sequence(tcp_endpoint *e);

/* tcp-ack.c: SYN-SENT's and SYN-RECEIVED's handshake ends; the window is the SYN-ACK's or ACK's. */
void tcp_establish(tcp_endpoint *e, int64_t now, const tcp_segment *segment);
/* The acknowledgment field in a synchronised state; false when it is not acceptable. */
bool tcp_take_ack(tcp_endpoint *e, int64_t now, const tcp_segment *segment);

/* One segment to send. */
typedef struct tcp_departure {
    uint32_t sequence, length; /* of the payload */
    uint16_t flags;
    bool affinity; /* a FIN that wants the option */
} tcp_departure;

/* tcp-emit.c: sends it; true when an affinity option was among its options. */
bool tcp_emit(tcp_endpoint *e, int64_t now, const tcp_departure *d, const role_sink *sink);
/* The options it would have: SACK blocks give way to the affinity option, nothing else varies between the
 * copies of a FIN, so all of them carry the option or none. */
tcp_options_written tcp_departure_options(const tcp_endpoint *e, int64_t now, const tcp_departure *d,
                                          uint8_t octets[TCP_OPTIONS_MAX]);
/* Octets from rcv_nxt on that the peer may send, as the next segment will tell it. */
uint32_t tcp_receive_window(const tcp_endpoint *e);
void tcp_send_challenge(tcp_endpoint *e, int64_t now); /* an ACK to what may be forged, not too often */
void tcp_send_reset(const tcp_endpoint *e, uint32_t sequence, const role_sink *sink);

/* tcp-congestion.c */
void tcp_congestion_start(tcp_endpoint *e);
void tcp_congestion_on_ack(tcp_endpoint *e, uint32_t acknowledged);
void tcp_congestion_on_duplicate(tcp_endpoint *e);
void tcp_congestion_on_timeout(tcp_endpoint *e);
/* All that was sent counts as lost, but for what the peer says that it holds. */
void tcp_send_again(tcp_endpoint *e);
void tcp_rtt_sample(tcp_endpoint *e, int64_t rtt);
void tcp_rto_backoff(tcp_endpoint *e);
void tcp_rto_restore(tcp_endpoint *e); /* to what the samples say */

#endif
