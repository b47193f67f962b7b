/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The virtual network: nodes joined by links that delay, lose and bound frames, and a capture point on each
 * link. Frames are Ethernet with locally administered addresses (IEEE 802 s8.4). Spec:
 * man/catshark-simulate.1 (NETWORK). */
#ifndef CATSHARK_SIMULATION_NETWORK_H
#define CATSHARK_SIMULATION_NETWORK_H

#include "event-queue.h"
#include "recorder.h"

#define NETWORK_LINK_HEADER 14

/* A frame under way: link header, IP packet, and what the sender said about it. */
typedef struct network_frame {
    int64_t arrival;
    uint32_t length;   /* of the IP packet */
    uint32_t capacity; /* octets at `octets` behind the link header */
    char comment[RECORDER_COMMENT_MAX];
    uint8_t octets[]; /* link header, then the IP packet */
} network_frame;

static inline uint8_t *network_frame_packet(network_frame *frame)
{
    return frame->octets + NETWORK_LINK_HEADER;
}

/* A node takes a frame that arrived at one of its ports. True: it keeps the frame and hands it on with
 * network_forward() or gives it back with network_release(); false: the network takes it back. */
typedef bool (*network_receive)(void *context, int64_t now, unsigned port, network_frame *frame);

typedef struct network network;

network *network_new(event_queue *queue, recorder *recorder, uint64_t seed);
void network_free(network *net);

/* Returns the node's number. `name` is borrowed; addresses of its ports derive from it and the link's name.
 */
unsigned network_add_node(network *net, const char *name, network_receive receive, void *context);

typedef struct network_link_spec {
    const char *name; /* borrowed; the capture interface's name */
    unsigned node[2], port[2];
    unsigned capture_end; /* 0 or 1: the end where the capture point is: a frame lost on its way there is not
                             seen */
    int64_t delay_ns;
    double loss;  /* 0.0-1.0, each way */
    uint32_t mtu; /* of the IP packet */
} network_link_spec;

/* The locally administered address of a node on a link, from their names (FNV-1a). */
void network_mac(const char *node_name, const char *link_name, uint8_t mac[6]);

/* Returns the link's number. Each port of a node has one link at most; ports count from 0. */
unsigned network_add_link(network *net, const network_link_spec *spec);

/* Copies an IP packet and puts it on the node's link. `comment` may be "". */
void network_send(network *net, int64_t now, unsigned node, unsigned port, const uint8_t *octets,
                  size_t length, const char *comment);
/* Puts a frame that the node kept on its link; the network owns it again. */
void network_forward(network *net, int64_t now, unsigned node, unsigned port, network_frame *frame,
                     const char *comment);
/* Gives back a frame that the node kept. */
void network_release(network *net, network_frame *frame);

typedef struct network_link_counts {
    uint64_t packets; /* seen at the capture point */
    uint64_t lost;    /* by the link's loss */
    uint64_t too_big; /* longer than the MTU */
} network_link_counts;

unsigned network_link_count(const network *net);
const char *network_link_name(const network *net, unsigned link);
network_link_counts network_link_counters(const network *net, unsigned link);
/* The link at a port of a node, or UINT_MAX. */
unsigned network_link_at(const network *net, unsigned node, unsigned port);
/* Frames under way now. */
uint64_t network_in_flight(const network *net);

#endif
