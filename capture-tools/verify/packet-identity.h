/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What makes two frames the same packet: 64-bit digests of all that is not ignored. Spec:
 * man/catshark-verify.1 (EXPECT). */
#ifndef CATSHARK_VERIFY_PACKET_IDENTITY_H
#define CATSHARK_VERIFY_PACKET_IDENTITY_H

#include "expect-ignored.h"

#include "epan-cats/packet.h"
#include "epan-cats/topology.h"

typedef struct packet_identity {
    uint64_t outer;    /* the headers around the innermost IP packet, and of the frame what is not ignored */
    uint64_t head;     /* the innermost IP and transport headers; a frame without IP: all of it */
    uint64_t body;     /* what is behind them */
    uint32_t flow;     /* of the innermost packet, by direction */
    uint32_t ends;     /* of its flow in both directions, without the client's port when it is `ported` */
    uint32_t headers;  /* of what `outer` and `head` leave out of IPv4 headers, checksums among it */
    uint16_t checksum; /* of the transport header, as it stands; 0 without one */
    uint16_t client_port; /* with `ported` */
    bool ported;          /* the client's port is known and is not in `head` */
    bool client_sends;    /* with `ported` */
    bool cut;             /* the capture ends within the packet: body is of a part */
    bool has_ip;          /* it is an IP packet */
    bool covers_ignored;  /* the transport checksum covers what is ignored: it tells nothing by itself */
    bool link_control;    /* of one link alone */
} packet_identity;

/* Of a walked frame. The topology, which may be NULL, tells clients from services. */
void packet_identity_read(const packet *p, int link_type, const expect_ignored *ignored,
                          const cats_topology *topology, packet_identity *identity);

#endif
