/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Links as queues of frames: each direction is one source of events, so the clock's heap stays small.
 * Spec: man/catshark-simulate.1 (NETWORK); IEEE 802 s8.4 (locally administered addresses). */
#include "network.h"
#include "epan-cats/packet.h"
#include "capture-tools/endpoints/seeded-random.h"
#include <string.h>

#define NO_LINK G_MAXUINT
/* Octets of IP packet in a frame of the pool; longer packets get a frame of their own. */
#define POOLED_CAPACITY 2048
#define QUEUE_SIZE_FIRST 16

/* One direction of a link. Delay is the same for all frames, so they arrive in the order they were sent. */
typedef struct direction {
    network *net;
    unsigned link, to_end;
    unsigned source; /* of events */
    seeded_random random;
    network_frame **queue; /* a ring of `size`, a power of two */
    unsigned size, first, count;
} direction;

typedef struct network_link {
    network_link_spec spec;
    uint64_t loss_below; /* a random number below this loses the frame */
    uint8_t mac[2][6];
    network_link_counts counts;
    direction ways[2]; /* [end it leads to] */
} network_link;

typedef struct node {
    const char *name;
    network_receive receive;
    void *context;
    GArray *links; /* unsigned: by port, NO_LINK where there is none */
} node;

struct network {
    event_queue *queue;
    recorder *rec;
    uint64_t seed;
    GArray *nodes;    /* of node */
    GPtrArray *links; /* of network_link, owned */
    GPtrArray *pool;  /* of network_frame, owned: not under way */
    uint64_t in_flight;
};

static void link_free(void *data)
{
    network_link *l = data;
    for (unsigned end = 0; end < 2; end++) {
        direction *way = &l->ways[end];
        for (unsigned i = 0; i < way->count; i++)
            g_free(way->queue[(way->first + i) & (way->size - 1)]);
        g_free(way->queue);
    }
    g_free(l);
}

network *network_new(event_queue *queue, recorder *rec, uint64_t seed)
{
    network *net = g_new0(network, 1);
    net->queue = queue;
    net->rec = rec;
    net->seed = seed;
    net->nodes = g_array_new(FALSE, TRUE, sizeof(node));
    net->links = g_ptr_array_new_with_free_func(link_free);
    net->pool = g_ptr_array_new_with_free_func(g_free);
    return net;
}

void network_free(network *net)
{
    if (net == NULL)
        return;
    for (unsigned i = 0; i < net->nodes->len; i++)
        g_array_free(g_array_index(net->nodes, node, i).links, TRUE);
    g_array_free(net->nodes, TRUE);
    g_ptr_array_free(net->links, TRUE);
    g_ptr_array_free(net->pool, TRUE);
    g_free(net);
}

static node *node_at(const network *net, unsigned number)
{
    return &g_array_index(net->nodes, node, number);
}

unsigned network_add_node(network *net, const char *name, network_receive receive, void *context)
{
    node added = { .name = name,
                   .receive = receive,
                   .context = context,
                   .links = g_array_new(FALSE, FALSE, sizeof(unsigned)) };
    g_array_append_val(net->nodes, added);
    return net->nodes->len - 1;
}

void network_mac(const char *node_name, const char *link_name, uint8_t mac[6])
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    const char *names[] = { node_name, "/", link_name };
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        for (const char *c = names[i]; *c != '\0'; c++)
            hash = (hash ^ (uint8_t)*c) * UINT64_C(0x100000001b3);
    mac[0] = 0x02;
    for (unsigned i = 1; i < 6; i++)
        mac[i] = (uint8_t)(hash >> (8 * i));
}

static void port_set_link(node *n, unsigned port, unsigned number)
{
    unsigned none = NO_LINK;
    while (n->links->len <= port)
        g_array_append_val(n->links, none);
    g_array_index(n->links, unsigned, port) = number;
}

/* The threshold that a 64-bit random number is below with this probability. */
static uint64_t loss_threshold(double loss)
{
    return loss >= 1.0 ? UINT64_MAX : (uint64_t)(loss * 18446744073709551616.0);
}

static network_frame *direction_pop(direction *way)
{
    network_frame *frame = way->queue[way->first];
    way->first = (way->first + 1) & (way->size - 1);
    way->count--;
    return frame;
}

static void direction_push(direction *way, network_frame *frame)
{
    if (way->count == way->size) {
        unsigned size = way->size == 0 ? QUEUE_SIZE_FIRST : 2 * way->size;
        network_frame **queue = g_new(network_frame *, size);
        for (unsigned i = 0; i < way->count; i++)
            queue[i] = way->queue[(way->first + i) & (way->size - 1)];
        g_free(way->queue);
        way->queue = queue;
        way->size = size;
        way->first = 0;
    }
    way->queue[(way->first + way->count++) & (way->size - 1)] = frame;
}

static void capture(network *net, network_link *l, unsigned number, int64_t now, const network_frame *frame,
                    const char *comment)
{
    l->counts.packets++;
    recorder_packet(net->rec, number, now, frame->octets, NETWORK_LINK_HEADER + (size_t)frame->length,
                    comment);
}

/* The first frame of this direction has arrived. */
static void deliver(void *context, int64_t now)
{
    direction *way = context;
    network *net = way->net;
    network_link *l = g_ptr_array_index(net->links, way->link);
    network_frame *frame = direction_pop(way);
    if (way->count > 0)
        event_queue_set(net->queue, way->source, way->queue[way->first]->arrival);
    if (l->spec.capture_end == way->to_end)
        capture(net, l, way->link, now, frame, frame->comment);
    node *to = node_at(net, l->spec.node[way->to_end]);
    if (!to->receive(to->context, now, l->spec.port[way->to_end], frame))
        network_release(net, frame);
}

unsigned network_add_link(network *net, const network_link_spec *spec)
{
    unsigned number = net->links->len;
    network_link *l = g_new0(network_link, 1);
    l->spec = *spec;
    l->loss_below = loss_threshold(spec->loss);
    for (unsigned end = 0; end < 2; end++) {
        node *n = node_at(net, spec->node[end]);
        port_set_link(n, spec->port[end], number);
        network_mac(n->name, spec->name, l->mac[end]);
        direction *way = &l->ways[end];
        way->net = net;
        way->link = number;
        way->to_end = end;
        way->random.state = seeded_random_derive(net->seed, 2 * (uint64_t)number + end);
        way->source = event_queue_add(net->queue, deliver, way);
    }
    g_ptr_array_add(net->links, l);
    recorder_add_interface(net->rec, spec->name);
    return number;
}

static network_frame *frame_get(network *net, size_t length)
{
    net->in_flight++;
    if (length <= POOLED_CAPACITY && net->pool->len > 0)
        return g_ptr_array_steal_index_fast(net->pool, net->pool->len - 1);
    size_t capacity = MAX(length, POOLED_CAPACITY);
    network_frame *frame = g_malloc(sizeof(network_frame) + NETWORK_LINK_HEADER + capacity);
    frame->capacity = (uint32_t)capacity;
    return frame;
}

void network_release(network *net, network_frame *frame)
{
    net->in_flight--;
    if (frame->capacity == POOLED_CAPACITY)
        g_ptr_array_add(net->pool, frame);
    else
        g_free(frame);
}

/* Copies a comment, cut where there is no room. */
static void comment_copy(char *to, const char *from)
{
    size_t length = strnlen(from, RECORDER_COMMENT_MAX - 1);
    memcpy(to, from, length);
    to[length] = '\0';
}

void network_forward(network *net, int64_t now, unsigned node_number, unsigned port, network_frame *frame,
                     const char *comment)
{
    unsigned number = network_link_at(net, node_number, port);
    if (number == NO_LINK) {
        network_release(net, frame);
        return;
    }
    network_link *l = g_ptr_array_index(net->links, number);
    unsigned from = l->spec.node[0] == node_number && l->spec.port[0] == port ? 0 : 1;
    unsigned to = 1 - from;
    if (frame->length > l->spec.mtu) {
        l->counts.too_big++;
        network_release(net, frame);
        return;
    }
    memcpy(frame->octets, l->mac[to], 6);
    memcpy(frame->octets + 6, l->mac[from], 6);
    packet_put16(frame->octets + 12,
                 network_frame_packet(frame)[0] >> 4 == 4 ? PACKET_ETHERTYPE_IPV4 : PACKET_ETHERTYPE_IPV6);
    if (l->spec.capture_end == from)
        capture(net, l, number, now, frame, comment);
    direction *way = &l->ways[to];
    if (l->loss_below > 0 && seeded_random_next(&way->random) < l->loss_below) {
        l->counts.lost++;
        network_release(net, frame);
        return;
    }
    if (l->spec.capture_end == to)
        comment_copy(frame->comment, comment);
    frame->arrival = now + l->spec.delay_ns;
    direction_push(way, frame);
    if (way->count == 1)
        event_queue_set(net->queue, way->source, frame->arrival);
}

void network_send(network *net, int64_t now, unsigned node_number, unsigned port, const uint8_t *octets,
                  size_t length, const char *comment)
{
    network_frame *frame = frame_get(net, length);
    frame->length = (uint32_t)length;
    memcpy(network_frame_packet(frame), octets, length);
    network_forward(net, now, node_number, port, frame, comment);
}

unsigned network_link_count(const network *net)
{
    return net->links->len;
}

const char *network_link_name(const network *net, unsigned number)
{
    const network_link *l = g_ptr_array_index(net->links, number);
    return l->spec.name;
}

network_link_counts network_link_counters(const network *net, unsigned number)
{
    const network_link *l = g_ptr_array_index(net->links, number);
    return l->counts;
}

unsigned network_link_at(const network *net, unsigned node_number, unsigned port)
{
    const node *n = node_at(net, node_number);
    return port < n->links->len ? g_array_index(n->links, unsigned, port) : NO_LINK;
}

uint64_t network_in_flight(const network *net)
{
    return net->in_flight;
}
