/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faults of a redirect session, from the client's SYN to its re-established connection, in the order of the
 * rules. Spec: docs/rules.md; RFC 9293. */
#include "fault-match.h"
#include "fault-table.h"
#include <string.h>

/* Nobody listens on a port that differs from a node's by this. */
#define CLOSED_PORT_BIT 0x4000
/* Far outside any window. */
#define SEQUENCE_SHIFT UINT32_C(0x40000000)

enum { TCP_SOURCE_PORT = 0, TCP_DESTINATION_PORT = 2, TCP_SEQUENCE = 4 };

static fault_verdict option_on_client_fin(const faults *f, fault_packet *p)
{
    fault_tcp tcp;
    const cats_node *node = cats_topology_node_at(faults_topology(f), &p->destination);
    if (node == NULL || !fault_tcp_read(p, &tcp) || !fault_tcp_is(&tcp, TCP_FLAG_FIN, TCP_FLAG_SYN))
        return FAULT_UNTOUCHED;
    affinity_option option = { .kind = fault_numbers(f)->kind,
                               .address = p->destination,
                               .port = node->port };
    return fault_put_option(f, p, &option);
}
const fault fault_AFFINITY_FROM_CLIENT = {
    .what = "a client puts the option on the FIN of its re-established connection",
    .needs = FAULT_NEEDS_REDIRECT,
    .hooks = { [FAULT_CLIENT_OUT] = option_on_client_fin },
};

/* The node is made to believe in a flag that the client did not set. */
static fault_verdict saf_for_node(const faults *f, fault_packet *p)
{
    fault_tcp tcp;
    if (!fault_is_segment(p, TCP_FLAG_SYN, &tcp) || !fault_is_service(f, &p->destination))
        return FAULT_UNTOUCHED;
    fault_tcp_set_flags(&tcp, (uint16_t)(tcp.flags | affinity_saf_mask(fault_numbers(f))));
    return fault_mend(p);
}

static fault_verdict saf_not_echoed(const faults *f, fault_packet *p)
{
    fault_tcp tcp;
    if (!fault_is_segment(p, TCP_FLAG_SYN | TCP_FLAG_ACK, &tcp) ||
        (tcp.flags & affinity_saf_mask(fault_numbers(f))) == 0)
        return FAULT_UNTOUCHED;
    fault_tcp_set_flags(&tcp, (uint16_t)(tcp.flags & ~affinity_saf_mask(fault_numbers(f))));
    return fault_mend(p);
}
const fault fault_AFFINITY_NO_CAPABILITY = {
    .what = "a node redirects clients that announce nothing",
    .settings = FAULT_CLIENT_INCAPABLE,
    .hooks = { [FAULT_SITE_IN] = saf_for_node, [FAULT_NODE_OUT] = saf_not_echoed },
};

static fault_verdict repeat_without_option(const faults *f, fault_packet *p)
{
    fault_tcp tcp;
    affinity_option option;
    size_t at;
    if (!fault_is_redirect(f, p, &tcp, &option, &at))
        return FAULT_UNTOUCHED;
    memcpy(p->extra, p->octets, p->length);
    p->extra_length = p->length;
    p->extra_first = false;
    memset(p->extra + (tcp.options - p->octets) + at, TCP_OPTION_NOP, affinity_option_length(&option));
    return fault_mend(p);
}
const fault fault_AFFINITY_RETRANSMISSION_DIFFERS = {
    .what = "a node repeats its redirect at once, without the option",
    .needs = FAULT_NEEDS_REDIRECT,
    .hooks = { [FAULT_NODE_OUT] = repeat_without_option },
};

const fault fault_AFFINITY_NO_RECONNECT = {
    .what = "clients ignore the redirect",
    .settings = FAULT_CLIENT_IGNORES,
    .needs = FAULT_NEEDS_REDIRECT,
};

/* The client is made to speak to another node than the one it means. */
static fault_verdict to_another_node(const faults *f, fault_packet *p)
{
    fault_tcp tcp;
    const cats_node *node = cats_topology_node_at(faults_topology(f), &p->destination);
    if (node == NULL || !fault_tcp_read(p, &tcp))
        return FAULT_UNTOUCHED;
    const cats_node *other = fault_next_node(f, node, &p->destination, false);
    fault_set_destination(p, fault_node_address(other, &p->destination, false));
    packet_put16(tcp.header + TCP_DESTINATION_PORT, other->port);
    return fault_mend(p);
}

static fault_verdict from_another_node(const faults *f, fault_packet *p)
{
    fault_tcp tcp;
    const cats_node *node = cats_topology_node_at(faults_topology(f), &p->source);
    if (node == NULL || !fault_tcp_read(p, &tcp))
        return FAULT_UNTOUCHED;
    const cats_node *meant = fault_next_node(f, node, &p->source, true);
    fault_set_source(p, fault_node_address(meant, &p->source, false));
    packet_put16(tcp.header + TCP_SOURCE_PORT, meant->port);
    return fault_mend(p);
}
const fault fault_AFFINITY_RECONNECT_ELSEWHERE = {
    .what = "clients connect again, to another node than they were sent to",
    .needs = FAULT_NEEDS_REDIRECT | FAULT_NEEDS_NODES,
    .hooks = { [FAULT_CLIENT_OUT] = to_another_node, [FAULT_CLIENT_IN] = from_another_node },
};

/* Behind the capture point the port becomes one on which nobody listens. */
static fault_verdict to_closed_port(const faults *f, fault_packet *p)
{
    fault_tcp tcp;
    if (fault_is_service(f, &p->destination) || !fault_tcp_read(p, &tcp))
        return FAULT_UNTOUCHED;
    packet_put16(tcp.header + TCP_DESTINATION_PORT, p->walk.destination_port ^ CLOSED_PORT_BIT);
    return fault_mend(p);
}

static fault_verdict from_closed_port(const faults *f, fault_packet *p)
{
    fault_tcp tcp;
    if (fault_is_service(f, &p->source) || !fault_tcp_read(p, &tcp))
        return FAULT_UNTOUCHED;
    packet_put16(tcp.header + TCP_SOURCE_PORT, p->walk.source_port ^ CLOSED_PORT_BIT);
    return fault_mend(p);
}
const fault fault_AFFINITY_RECONNECT_REFUSED = {
    .what = "a node answers re-established connections with RST",
    .needs = FAULT_NEEDS_REDIRECT,
    .hooks = { [FAULT_SITE_IN] = to_closed_port, [FAULT_NODE_OUT] = from_closed_port },
};

static fault_verdict redirect_again(const faults *f, fault_packet *p)
{
    fault_tcp tcp;
    if (fault_is_service(f, &p->source) || !fault_tcp_read(p, &tcp) ||
        !fault_tcp_is(&tcp, TCP_FLAG_FIN, TCP_FLAG_SYN))
        return FAULT_UNTOUCHED;
    const cats_node *other = fault_next_node(f, p->node, &p->source, false);
    affinity_option option = { .kind = fault_numbers(f)->kind,
                               .address = *fault_node_address(other, &p->source, false),
                               .port = other->port };
    return fault_put_option(f, p, &option);
}
const fault fault_AFFINITY_REDIRECT_LOOP = {
    .what = "a node redirects re-established connections again, to another node",
    .settings = FAULT_CLIENT_SAF,
    .needs = FAULT_NEEDS_NODES,
    .hooks = { [FAULT_NODE_OUT] = redirect_again },
    .consequences = { "affinity/no-reconnect" },
};

static fault_verdict forge_redirect(const faults *f, fault_packet *p)
{
    fault_tcp tcp;
    affinity_option option;
    size_t at;
    if (!fault_is_redirect(f, p, &tcp, &option, &at))
        return FAULT_UNTOUCHED;
    memcpy(p->extra, p->octets, p->length);
    p->extra_length = p->length;
    p->extra_first = true;
    uint8_t *sequence = p->extra + (tcp.header - p->octets) + TCP_SEQUENCE;
    packet_put32(sequence, packet_get32(sequence) + SEQUENCE_SHIFT);
    return fault_mend(p);
}
const fault fault_AFFINITY_OUT_OF_WINDOW = {
    .what = "a copy of a node's redirect with a sequence number far outside the window comes before it",
    .needs = FAULT_NEEDS_REDIRECT,
    .hooks = { [FAULT_NODE_OUT] = forge_redirect },
};

const fault fault_AFFINITY_SAF_NOT_ECHOED = {
    .what = "a node redirects without having set SAF on its SYN-ACK",
    .settings = FAULT_CLIENT_SAF,
    .hooks = { [FAULT_NODE_OUT] = saf_not_echoed },
};

static fault_verdict set_reserved_bit(const faults *f, fault_packet *p)
{
    fault_tcp tcp;
    if (!fault_tcp_read(p, &tcp) || !fault_tcp_is(&tcp, TCP_FLAG_ACK, TCP_FLAG_SYN))
        return FAULT_UNTOUCHED;
    unsigned others = TCP_FLAGS_RESERVED & ~(unsigned)affinity_saf_mask(fault_numbers(f));
    fault_tcp_set_flags(&tcp, (uint16_t)(tcp.flags | (others & (0u - others)))); /* the lowest of them */
    return fault_mend(p);
}
const fault fault_AFFINITY_RESERVED_BITS = {
    .what = "clients set a reserved header bit other than SAF on all segments behind the SYN",
    .hooks = { [FAULT_CLIENT_OUT] = set_reserved_bit },
};
