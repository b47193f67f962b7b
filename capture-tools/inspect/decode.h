/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A frame read by the tool's own walker and judged by the rules: what `inspect` shows of it. */
#ifndef CATSHARK_INSPECT_DECODE_H
#define CATSHARK_INSPECT_DECODE_H

#include "epan-cats/affinity-rules.h"
#include "epan-cats/cats-rules.h"
#include "epan-cats/packet.h"

/* How octets are understood. */
typedef struct decoder {
    int link_type;
    affinity_numbers numbers;
    cats_context cats; /* its topology, which may be NULL, also serves the affinity rules */
} decoder;

/* One SRv6 header of the frame. */
typedef struct decoded_steering {
    const packet_ip *ip;
    cats_steering steering;
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
    cats_findings findings; /* none for what an ICMP error quotes */
} decoded;

void decode_frame(const decoder *d, const uint8_t *data, uint32_t captured, uint32_t wire, decoded *out);

#endif
