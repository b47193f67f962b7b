/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames in, packets of the role out. Spec: RFC 894, RFC 2464, RFC 1812 s4-5; IEEE 802.1Q. */
#include "driver.h"
#include "arrival-clock.h"
#include "driver-ports.h"
#include "epan-cats/packet.h"
#include <string.h>

/* Frames that one link may hand over before the others have their turn. */
#define BATCH 256
#define ETHERTYPE_ARP 0x0806
/* Of an address's first octet. */
#define GROUP_BIT 1
#define IPV4_DESTINATION 16
#define IPV4_HEADER 20
#define IPV6_NEXT_HEADER 6
#define IPV6_DESTINATION 24
#define IPV6_HEADER 40
/* Neighbour discovery without router and redirect messages. Spec: RFC 4861 s4.3-4.4. */
#define NEIGHBOR_SOLICITATION 135
#define NEIGHBOR_ADVERTISEMENT 136

/* No driver_drop. */
enum { DRIVER_TAKES = -1 };

typedef enum driver_drop {
#define X(symbol, word) DROP_##symbol,
    DRIVER_DROPS(X)
#undef X
} driver_drop;

static const char *const drop_words[] = {
#define X(symbol, word) [DROP_##symbol] = word,
    DRIVER_DROPS(X)
#undef X
};

struct driver {
    live_loop *loop;
    live_events *events;
    next_hops *hops;
    GPtrArray *attachments; /* of driver_attachment */
    GArray *ports;          /* of driver_port */
    driver_take take;
    driver_deadline role_deadline; /* NULL: the role has none */
    driver_expire role_expire;
    void *role;
    role_sink sink;
    arrival_clock clock;
    int64_t now;      /* of the frame, or of what else is done */
    uint64_t waiting; /* packets in all queues */
    uint64_t answered, ignored;
    live_drops drops;
    GError *failure;
};

static driver_port *port_at(const driver *d, unsigned port)
{
    return &g_array_index(d->ports, driver_port, port);
}

static void drop(driver *d, driver_drop reason)
{
    live_drops_add(&d->drops, drop_words[reason]);
}

/* ---- packets out ---- */

static void send_packet(driver *d, driver_port *port, int family, const uint8_t *mac, const uint8_t *octets,
                        size_t length)
{
    frame_header header = { .vlan = port->vlan,
                            .ethertype =
                                family == FAMILY_IPV4 ? PACKET_ETHERTYPE_IPV4 : PACKET_ETHERTYPE_IPV6 };
    memcpy(header.destination, mac, FRAME_ADDRESS);
    memcpy(header.source, port->at->interface->mac, FRAME_ADDRESS);
    if (!live_link_send_packet(port->at->link, &header, octets, length))
        drop(d, DROP_NOT_SENT);
}

static void sink_packet(void *context, unsigned number, const uint8_t *octets, size_t length,
                        const char *comment)
{
    driver *d = context;
    driver_port *port = port_at(d, number);
    int family = octets[0] >> 4 == 4 ? FAMILY_IPV4 : FAMILY_IPV6;
    (void)comment;
    if (length > port->at->interface->mtu) {
        drop(d, DROP_LINK_MTU);
        return;
    }
    if (port->hops[family] == NULL) {
        drop(d, DROP_NO_NEXT_HOP);
        return;
    }
    const uint8_t *mac = next_hop_mac(port->hops[family]);
    if (mac != NULL)
        send_packet(d, port, family, mac, octets, length);
    else if (waiting_add(port->queues[family], d->now, octets, length))
        d->waiting++;
    else
        drop(d, DROP_NEXT_HOP_UNKNOWN);
}

static void sink_event(void *context, const char *name, const role_field *fields, size_t count)
{
    driver *d = context;
    live_events_write(d->events, name, fields, count);
}

static void sink_drop(void *context, const char *reason)
{
    driver *d = context;
    live_drops_add(&d->drops, reason);
}

/* Sends what waited for this next hop, once its address is known. */
static void send_waiting(driver *d, driver_port *port, int family)
{
    if (port->hops[family] == NULL || waiting_count(port->queues[family]) == 0)
        return;
    const uint8_t *mac = next_hop_mac(port->hops[family]);
    for (GBytes *each = mac == NULL ? NULL : waiting_take(port->queues[family]); each != NULL;
         each = waiting_take(port->queues[family])) {
        size_t length;
        const uint8_t *octets = g_bytes_get_data(each, &length);
        send_packet(d, port, family, mac, octets, length);
        g_bytes_unref(each);
        d->waiting--;
    }
}

static void expire_waiting(driver *d, driver_port *port, int family, int64_t now)
{
    for (unsigned gone = waiting_expire(port->queues[family], now); gone > 0; gone--) {
        drop(d, DROP_NEXT_HOP_UNKNOWN);
        d->waiting--;
    }
}

/* Mostly nothing waits, and then a round costs the same with one port or a thousand. */
static void for_each_queue(driver *d, int64_t now, bool expire)
{
    for (unsigned i = 0; d->waiting > 0 && i < d->ports->len; i++)
        for (int family = 0; family < FAMILIES; family++) {
            send_waiting(d, port_at(d, i), family);
            if (expire)
                expire_waiting(d, port_at(d, i), family, now);
        }
}

/* ---- frames in ---- */

static bool find_port(const driver_attachment *at, const frame_header *header, unsigned *port)
{
    *port = at->ports[header->vlan];
    return header->tags <= 1 && *port != DRIVER_NO_PORT;
}

/* ARP, and neighbour solicitations and advertisements. */
static bool is_neighbor_talk(const frame_header *header, const uint8_t *ip, size_t length)
{
    if (header->ethertype == ETHERTYPE_ARP)
        return true;
    return header->ethertype == PACKET_ETHERTYPE_IPV6 && length > IPV6_HEADER &&
           ip[IPV6_NEXT_HEADER] == PACKET_PROTOCOL_ICMPV6 &&
           (ip[IPV6_HEADER] == NEIGHBOR_SOLICITATION || ip[IPV6_HEADER] == NEIGHBOR_ADVERTISEMENT);
}

static void take_neighbor_talk(driver *d, const driver_port *port, const uint8_t *octets, size_t length)
{
    uint8_t answer[NEIGHBOR_ANSWER_MAX];
    size_t answered = neighbor_answers_to(port->answers, octets, length, answer);
    if (answered > 0 && live_link_send(port->at->link, answer, answered))
        d->answered++;
    next_hops_see(d->hops, port->at->link, octets, length);
}

/* False for what is no IPv4 or IPv6 header. */
static bool read_destination(const frame_header *header, const uint8_t *ip, size_t length,
                             cats_address *destination)
{
    bool ipv4 = header->ethertype == PACKET_ETHERTYPE_IPV4 && length >= IPV4_HEADER && ip[0] >> 4 == 4;
    bool ipv6 = header->ethertype == PACKET_ETHERTYPE_IPV6 && length >= IPV6_HEADER && ip[0] >> 4 == 6;
    if (ipv4)
        *destination = cats_address_ipv4(ip + IPV4_DESTINATION);
    else if (ipv6)
        *destination = cats_address_ipv6(ip + IPV6_DESTINATION);
    return ipv4 || ipv6;
}

static bool is_own(const driver_port *port, const cats_address *address)
{
    return cats_address_equal(address, &port->own[FAMILY_IPV4]) ||
           cats_address_equal(address, &port->own[FAMILY_IPV6]);
}

/* Why a packet to this address does not reach the role; DRIVER_TAKES: it does. */
static int refuse_destination(const driver_port *port, const cats_address *destination)
{
    if (live_interface_owns(port->at->interface, destination))
        return DROP_TO_HOST;
    if (port->end_point)
        return neighbor_answers_own(port->answers, destination) ? DRIVER_TAKES : DROP_NOT_OURS;
    return is_own(port, destination) ? DROP_TO_ROUTER : DRIVER_TAKES;
}

static void take_packet(driver *d, unsigned number, const frame_header *header, const uint8_t *ip,
                        size_t length)
{
    const driver_port *port = port_at(d, number);
    cats_address destination;
    int refused;
    if ((header->destination[0] & GROUP_BIT) != 0)
        d->ignored++;
    else if (memcmp(header->destination, port->at->interface->mac, FRAME_ADDRESS) != 0)
        drop(d, DROP_NOT_TO_US);
    else if (!read_destination(header, ip, length, &destination))
        drop(d, DROP_NOT_IP);
    else if ((refused = refuse_destination(port, &destination)) != DRIVER_TAKES)
        drop(d, (driver_drop)refused);
    else
        d->take(d->role, d->now, number, ip, length, &d->sink);
}

static void take_frame(void *context, int64_t time_ns, const uint8_t *octets, uint32_t captured,
                       uint32_t wire)
{
    driver_attachment *at = context;
    driver *d = at->owner;
    frame_header header;
    unsigned port;
    d->now = arrival_clock_frame(&d->clock, time_ns);
    if (!frame_read(octets, captured, &header))
        drop(d, DROP_NO_FRAME);
    else if (captured < wire)
        drop(d, DROP_CUT_SHORT);
    else if (!find_port(at, &header, &port))
        drop(d, DROP_OTHER_VLAN);
    else if (memcmp(header.source, at->interface->mac, FRAME_ADDRESS) == 0)
        drop(d, DROP_OWN_FRAME);
    else if (is_neighbor_talk(&header, octets + header.length, captured - header.length))
        take_neighbor_talk(d, port_at(d, port), octets, captured);
    else
        take_packet(d, port, &header, octets + header.length, captured - header.length);
}

/* ---- the loop ---- */

static void link_ready(void *context, int64_t now)
{
    driver_attachment *at = context;
    driver *d = at->owner;
    (void)now;
    arrival_clock_compare(&d->clock);
    if (live_link_receive(at->link, BATCH, take_frame, at, d->failure == NULL ? &d->failure : NULL) < 0)
        live_loop_stop(d->loop);
}

static void hops_ready(void *context, int64_t now)
{
    driver *d = context;
    next_hops_read(d->hops);
    for_each_queue(d, now, false);
}

static int64_t own_deadline(void *context)
{
    const driver *d = context;
    int64_t due = next_hops_deadline(d->hops);
    for (unsigned i = 0; d->waiting > 0 && i < d->ports->len; i++)
        for (int family = 0; family < FAMILIES; family++)
            due = MIN(due, waiting_deadline(port_at(d, i)->queues[family]));
    return due;
}

static void own_expire(void *context, int64_t now)
{
    driver *d = context;
    d->now = arrival_clock_event(&d->clock, now);
    next_hops_expire(d->hops, now);
    for_each_queue(d, now, true);
}

static int64_t role_deadline(void *context)
{
    const driver *d = context;
    return d->role_deadline(d->role);
}

static void role_expire(void *context, int64_t now)
{
    driver *d = context;
    d->now = arrival_clock_event(&d->clock, now);
    d->role_expire(d->role, d->now, &d->sink);
}

/* An answer that the tool itself asked for may have come in this round. */
static void round_ends(void *context, int64_t now)
{
    driver *d = context;
    for_each_queue(d, now, false);
    for (unsigned i = 0; i < d->attachments->len; i++)
        live_link_flush(((driver_attachment *)g_ptr_array_index(d->attachments, i))->link);
}

/* ---- putting it together ---- */

driver *driver_new(live_loop *loop, live_events *events, GError **error)
{
    next_hops *hops = next_hops_new(error);
    if (hops == NULL)
        return NULL;
    driver *d = g_new0(driver, 1);
    d->loop = loop;
    d->events = events;
    d->hops = hops;
    d->attachments = driver_attachments_new();
    d->ports = driver_ports_new();
    d->sink = (role_sink){ .context = d, .packet = sink_packet, .event = sink_event, .drop = sink_drop };
    return d;
}

void driver_free(driver *d)
{
    if (d == NULL)
        return;
    next_hops_free(d->hops);
    g_array_free(d->ports, TRUE);
    g_ptr_array_free(d->attachments, TRUE);
    g_clear_error(&d->failure);
    g_free(d);
}

bool driver_add_port(driver *d, const driver_port_spec *spec, GError **error)
{
    driver_attachment *at = driver_attach(d->attachments, spec->interface, error);
    if (at == NULL)
        return false;
    at->owner = d;
    return driver_ports_add(d->ports, at, spec, d->hops, error);
}

void driver_answer(driver *d, unsigned port, const cats_address *prefix, unsigned length)
{
    neighbor_answers_add(port_at(d, port)->answers, prefix, length);
}

void driver_set_timer(driver *d, driver_deadline deadline, driver_expire expire)
{
    d->role_deadline = deadline;
    d->role_expire = expire;
}

void driver_start(driver *d, driver_take take, void *role)
{
    d->take = take;
    d->role = role;
    d->now = arrival_clock_event(&d->clock, live_loop_now());
    next_hops_expire(d->hops, d->now);
    for (unsigned i = 0; i < d->attachments->len; i++) {
        driver_attachment *at = g_ptr_array_index(d->attachments, i);
        live_link_flush(at->link);
        live_link_watch(at->link, d->loop, link_ready, at);
    }
    live_loop_watch(d->loop, next_hops_fd(d->hops), hops_ready, d);
    live_loop_timer(d->loop, own_deadline, own_expire, d);
    if (d->role_deadline != NULL)
        live_loop_timer(d->loop, role_deadline, role_expire, d);
    live_loop_after(d->loop, round_ends, d);
}

/* ---- what it says of itself ---- */

const role_sink *driver_sink(const driver *d)
{
    return &d->sink;
}

unsigned driver_ports(const driver *d)
{
    return d->ports->len;
}

const live_interface *driver_interface(const driver *d, unsigned port)
{
    return port_at(d, port)->at->interface;
}

char *driver_offload_advice(const driver *d)
{
    char *advice = NULL;
    for (unsigned i = 0; advice == NULL && i < d->attachments->len; i++)
        advice = live_interface_offload_advice(
            ((driver_attachment *)g_ptr_array_index(d->attachments, i))->interface);
    return advice;
}

char *driver_unresolved(const driver *d)
{
    return next_hops_missing(d->hops);
}

const GError *driver_failure(const driver *d)
{
    return d->failure;
}

driver_counts driver_count(const driver *d)
{
    driver_counts sum = { .answered = d->answered, .ignored = d->ignored, .waiting = d->waiting };
    for (unsigned i = 0; i < d->attachments->len; i++) {
        live_link_counts one =
            live_link_count(((driver_attachment *)g_ptr_array_index(d->attachments, i))->link);
        sum.received += one.received;
        sum.sent += one.sent;
        sum.lost += one.dropped;
    }
    return sum;
}

const live_drops *driver_drops(const driver *d)
{
    return &d->drops;
}
