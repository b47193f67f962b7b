/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TCP segments of BGP sessions put together to messages, a direction at a time. Bounded. A message is of the
 * segment that completes it; octets that come again, in a retransmission or as a copy on another link, are
 * none. Total: any octets, sequence numbers and lengths. Spec: RFC 4271 s4, RFC 9293 s3.4. */
#ifndef EPAN_CATS_BGP_STREAM_H
#define EPAN_CATS_BGP_STREAM_H

#include "bgp-update.h"
#include "packet.h"

/* Directions followed, and octets of messages whose rest is awaited, of all directions. */
#define BGP_STREAM_DIRECTIONS_DEFAULT 4096
#define BGP_STREAM_OCTETS_DEFAULT (16u << 20)

/* One direction of a connection. */
typedef struct bgp_direction {
    cats_address source, destination;
    uint16_t source_port, destination_port;
} bgp_direction;

typedef struct bgp_segment {
    const bgp_direction *of;
    uint32_t sequence; /* of its first octet; with `opens`, of the SYN */
    bool opens; /* SYN: another connection begins, unless it is a copy of the SYN. Octets do not count */
    const uint8_t *octets;
    uint32_t length; /* octets that are there */
    uint32_t
        missing; /* those behind them that the capture lacks: what lies around a hole is not put together */
} bgp_segment;

/* The segment of a walked frame; `of` is where its direction is kept: its destination is the last segment of
 * an SRH that has segments left. False when it is none of BGP's, has nothing to take, or is quoted in an ICMP
 * error. A fragment has a hole behind it. */
bool bgp_segment_of(const packet *p, bgp_direction *of, bgp_segment *segment);

typedef struct bgp_stream_count {
    size_t directions, octets; /* held now */
    uint64_t let_go;           /* directions forgotten for want of room, the one silent longest first */
} bgp_stream_count;

typedef struct bgp_stream bgp_stream;
/* At most so many directions, at least 1, and octets of incomplete messages. */
bgp_stream *bgp_stream_new(size_t directions, size_t octets);
void bgp_stream_free(bgp_stream *stream); /* NULL is allowed */
bgp_stream_count bgp_stream_count_get(const bgp_stream *stream);

/* Takes what is new of the segment. Behind a gap, and where the capture begins within a message, a direction
 * goes on at the next marker; so it does in the next segment behind what is no
 * message. A segment that comes late is passed over: it counts as lost. */
void bgp_stream_take(bgp_stream *stream, const bgp_segment *segment);
/* The messages that it completed, in order; false when there are no more. Their octets are valid until the
 * next segment is taken, `at` counts from the first octet of the first message. */
bool bgp_stream_next(bgp_stream *stream, bgp_message *message);

/* What was missed with it, of several the first. */
typedef enum bgp_stream_miss {
    BGP_STREAM_WHOLE,
    BGP_STREAM_LACKS,      /* octets of its direction, in front of it or in it */
    BGP_STREAM_NO_MESSAGE, /* octets are none */
    BGP_STREAM_ROOM        /* there was none for another direction, or its octets */
} bgp_stream_miss;
/* When there are no more messages. */
bgp_stream_miss bgp_stream_missed(const bgp_stream *stream);

/* Takes the segment of a walked frame, and hands out the messages that it completes. Returns
 * bgp_stream_missed(); nothing is missed with a frame that has no segment of BGP. */
typedef void (*bgp_stream_message)(void *context, const bgp_direction *of, const bgp_message *message);
bgp_stream_miss bgp_stream_frame(bgp_stream *stream, const packet *p, bgp_stream_message take, void *context);

#endif
