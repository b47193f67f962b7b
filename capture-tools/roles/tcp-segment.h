/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A TCP segment as a view of the IP packet that carries it. Spec: RFC 9293 s3.1. */
#ifndef CATSHARK_ROLES_TCP_SEGMENT_H
#define CATSHARK_ROLES_TCP_SEGMENT_H

#include "capture-tools/roles/tcp-options.h"
#include "epan-cats/affinity-rules.h"
#include "epan-cats/flow-key.h"

typedef struct tcp_segment {
    cats_flow_key flow;
    uint32_t sequence, acknowledgment;
    uint16_t flags;  /* 12 bits */
    uint16_t window; /* as on the wire */
    bool saf;
    const uint8_t *payload; /* in the packet */
    uint32_t length;        /* of the payload */
    tcp_options options;
} tcp_segment;

/* Reads an IP packet without link header. False, and *reason a static word, for what is no TCP segment that a
 * host would take: "malformed", "not-tcp", "fragment", "checksum". Total. */
bool tcp_segment_read(const affinity_numbers *numbers, const uint8_t *octets, size_t length,
                      tcp_segment *segment, const char **reason);

/* Sequence numbers it takes up: payload, SYN and FIN. */
uint32_t tcp_segment_span(const tcp_segment *segment);

#endif
