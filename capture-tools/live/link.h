/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One packet link: frames in and out of an interface through libpcap. Spec: pcap(3PCAP), packet(7). */
#ifndef CATSHARK_LIVE_LINK_H
#define CATSHARK_LIVE_LINK_H

#include "interface.h"
#include "loop.h"

typedef enum link_direction { LINK_INBOUND, LINK_BOTH } link_direction;

typedef struct link_options {
    const char *interface;
    const char *filter; /* of libpcap; NULL: all. The kernel sees VLAN frames untagged: see frame.h */
    link_direction direction;
    bool promiscuous;
    bool all_multicast;     /* groups that the host has not joined too: solicitations for what no host owns */
    bool immediate;         /* each frame at once; false: in blocks, cheaper at flood */
    uint32_t snapshot;      /* octets kept of a frame; 0: all (262144) */
    uint32_t buffer_octets; /* of the kernel's ring; 0: 16 MiB */
    uint32_t block_ms;      /* how long the kernel may keep a block that is not full; 0: 1 */
    bool receive_only;      /* nothing will be sent */
} link_options;

typedef struct live_link live_link;

#define LIVE_LINK_FRAME_MAX 65536

/* NULL and *error; LIVE_ERROR_PERMISSION names the capability and the exact setcap line. */
live_link *live_link_open(const link_options *options, GError **error);
void live_link_close(live_link *link);     /* NULL is allowed */
int live_link_type(const live_link *link); /* DLT */
/* The filter of what comes from now on: for one that depends on live_link_type(). */
bool live_link_set_filter(live_link *link, const char *filter, GError **error);
/* `ready` is called when live_link_receive() has something to say: frames, or that the link broke. */
void live_link_watch(live_link *link, live_loop *loop, live_loop_ready ready, void *context);
void live_link_unwatch(live_link *link, live_loop *loop);

/* `octets` are valid during the call; time is CLOCK_REALTIME nanoseconds. */
typedef void (*live_link_take)(void *context, int64_t time_ns, const uint8_t *octets, uint32_t captured,
                               uint32_t wire);
/* Hands over what waits, at most `limit` frames; returns how many, -1 and *error when the link broke (the
 * interface went away). */
int live_link_receive(live_link *link, unsigned limit, live_link_take take, void *context, GError **error);
/* Sends one whole frame with the next flush (a full batch flushes itself); the octets are copied. False: it
 * can never be sent (no sending on this link, longer than LIVE_LINK_FRAME_MAX). What the kernel refuses at
 * the flush, and what is false here, is counted in send_failures. */
bool live_link_send(live_link *link, const uint8_t *octets, size_t length);
/* The same for a packet that still wants its header: what frame_write() writes, then `octets`. One copy. */
bool live_link_send_packet(live_link *link, const frame_header *header, const uint8_t *octets, size_t length);
/* Sends what is gathered. */
void live_link_flush(live_link *link);

typedef struct live_link_counts {
    uint64_t received; /* handed over */
    uint64_t dropped;  /* by the kernel, for want of room */
    uint64_t sent, send_failures;
    uint64_t sent_octets;
} live_link_counts;
live_link_counts live_link_count(live_link *link);
/* Why the kernel refused a frame last: "Message too long"; NULL when it never did. */
const char *live_link_send_error(const live_link *link);

#endif
