/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A frame read by the tool's own walker and judged by the rules: what `inspect` shows of it. */
#ifndef CATSHARK_INSPECT_DECODE_H
#define CATSHARK_INSPECT_DECODE_H

#include "points.h"
#include "route-reader.h"

#include "epan-cats/affinity-tracker.h"
#include "epan-cats/cats-rules.h"
#include "epan-cats/packet.h"
#include "epan-cats/steering-tracker.h"

/* How octets are understood. */
typedef struct decoder {
    affinity_numbers numbers;
    cats_context cats;            /* its topology, which may be NULL, also serves the affinity rules */
    affinity_tracker *tracker;    /* of sessions; NULL: none are followed */
    steering_tracker *flows;      /* of steered flows; NULL: none are followed */
    route_reader *routes;         /* of BGP, and what `cats` knows of routes; NULL: none is read */
    const capture_points *points; /* names of those that frames tell; may be NULL */
} decoder;

/* One SRv6 header of the frame. */
typedef struct decoded_steering {
    const packet_ip *ip;
    cats_steering steering;
    uint32_t replaced_in;  /* frame that ended the announcement behind its aggregate ID, or else that of its
                              SID; 0: none, or in force */
    bool has_announcement; /* one is known behind its aggregate ID: */
    uint32_t announced_in;
    int64_t announced_age_ns;
    steering_sighting flow; /* of what is encapsulated; in_flow is always written */
} decoded_steering;

/* Pointers lead into the frame, the decoder and this struct itself: it is not copied. Only what counts and
 * flags declare valid is written. */
typedef struct decoded {
    packet packet;
    unsigned steering_count; /* outermost first */
    decoded_steering steerings[PACKET_IP_MAX];
    bool has_segment;         /* TCP with its flags captured: segment is valid */
    bool whole_segment;       /* all of the TCP header is captured: seen is valid, rules were judged */
    affinity_segment segment; /* its options end where the capture ends */
    size_t options_claimed;   /* octets of its options by the data offset */
    affinity_seen seen;
    affinity_sighting session; /* in_session is always written */
    steering_sighting flow;    /* of a packet in no encapsulation; in_flow is always written */
    cats_findings findings;    /* none for what an ICMP error quotes, none of UPDATEs */
    unsigned update_count;
    const read_update *updates; /* of BGP, valid until the next frame */
} decoded;

/* A frame of the capture. */
typedef struct decoder_frame {
    uint32_t number; /* number, time and point: for what is followed over frames */
    int64_t time_ns;
    uint32_t point; /* where it was captured, as the steering tracker wants it */
    int link_type;
    const uint8_t *data;
    uint32_t captured, wire;
} decoder_frame;

/* A frame of one capture, known by its number there; `point` may be NULL. */
decoder_frame decoder_frame_of(const capture_frame *capture, const capture_point *point);

/* Frames are handed in once, in the order of the capture, when sessions, flows or routes are followed. */
void decode_frame(const decoder *d, const decoder_frame *frame, decoded *out);

#endif
