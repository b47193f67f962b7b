/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faults of TCP Service Affinity, in the order of the rules. Spec: docs/rules.md; RFC 9293; RFC 6994. */
#include "fault-packet.h"
#include "fault-table.h"
#include <string.h>

/* Nobody listens on a port that differs from a node's by this. */
#define CLOSED_PORT_BIT 0x4000
/* Far outside any window. */
#define SEQUENCE_SHIFT UINT32_C(0x40000000)

#define TCP_OPTION_TIMESTAMPS 8

enum { TCP_SOURCE_PORT = 0, TCP_DESTINATION_PORT = 2, TCP_SEQUENCE = 4 };

static const affinity_numbers *numbers_of(const faults *f)
{
    return &faults_topology(f)->numbers;
}

/* ---- which packets ---- */

static bool is_service(const faults *f, const cats_address *address)
{
    return cats_topology_service_at(faults_topology(f), address) != NULL;
}

/* A segment whose flags, SYN and ACK looked at, are these. */
static bool is_segment(const fault_packet *p, unsigned flags, fault_tcp *tcp)
{
    return fault_tcp_read(p, tcp) && (tcp->flags & (TCP_FLAG_SYN | TCP_FLAG_ACK)) == flags;
}

/* A node's FIN with the option. */
static bool is_redirect(const faults *f, const fault_packet *p, fault_tcp *tcp, affinity_option *option,
                        size_t *at)
{
    return fault_tcp_read(p, tcp) && fault_tcp_is(tcp, TCP_FLAG_FIN, TCP_FLAG_SYN) &&
           fault_tcp_option(numbers_of(f), tcp, option, at);
}

/* The node's address of the same family as `like`, or of the other. */
static const cats_address *node_address(const cats_node *node, const cats_address *like, bool other_family)
{
    return (like->family == 4) != other_family ? &node->ipv4 : &node->ipv6;
}

/* The next node of the same service in a ring of all with an address of this family; backwards: the one
 * before. */
static const cats_node *next_node(const faults *f, const cats_node *node, const cats_address *like,
                                  bool backwards)
{
    const cats_topology *t = faults_topology(f);
    size_t at = (size_t)(node - t->nodes);
    do {
        at = (at + (backwards ? t->node_count - 1 : 1)) % t->node_count;
    } while (&t->nodes[at] != node && (t->nodes[at].service != node->service ||
                                       node_address(&t->nodes[at], like, false)->family == 0));
    return &t->nodes[at];
}

/* ---- what is done to a redirect ---- */

static fault_verdict put_option(const faults *f, fault_packet *p, const affinity_option *option)
{
    return fault_put_options(p, numbers_of(f), option, 1) ? fault_mend(p) : FAULT_UNTOUCHED;
}

static fault_verdict option_length(const faults *f, fault_packet *p)
{
    fault_tcp tcp;
    affinity_option option;
    size_t at;
    if (!is_redirect(f, p, &tcp, &option, &at))
        return FAULT_UNTOUCHED;
    uint8_t *wire = tcp.options + at;
    wire[wire[1] - 1] = TCP_OPTION_NOP;
    wire[1]--;
    return fault_mend(p);
}
const fault fault_AFFINITY_OPTION_LENGTH = {
    .what = "a node's redirect has an option that is one octet short",
    .needs = FAULT_NEEDS_REDIRECT,
    .hooks = { [FAULT_NODE_OUT] = option_length },
};

static fault_verdict option_on_syn_ack(const faults *f, fault_packet *p)
{
    fault_tcp tcp;
    if (!is_segment(p, TCP_FLAG_SYN | TCP_FLAG_ACK, &tcp) || !is_service(f, &p->source))
        return FAULT_UNTOUCHED;
    affinity_option option = { .kind = numbers_of(f)->kind,
                               .address = *node_address(p->node, &p->source, false),
                               .port = p->node->port };
    return option.address.family == 0 ? FAULT_UNTOUCHED : put_option(f, p, &option);
}
const fault fault_AFFINITY_NOT_ON_FIN = {
    .what = "a node puts the option on its SYN-ACK too",
    .needs = FAULT_NEEDS_REDIRECT,
    .hooks = { [FAULT_NODE_OUT] = option_on_syn_ack },
};

static fault_verdict option_on_client_fin(const faults *f, fault_packet *p)
{
    fault_tcp tcp;
    const cats_node *node = cats_topology_node_at(faults_topology(f), &p->destination);
    if (node == NULL || !fault_tcp_read(p, &tcp) || !fault_tcp_is(&tcp, TCP_FLAG_FIN, TCP_FLAG_SYN))
        return FAULT_UNTOUCHED;
    affinity_option option = { .kind = numbers_of(f)->kind, .address = p->destination, .port = node->port };
    return put_option(f, p, &option);
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
    if (!is_segment(p, TCP_FLAG_SYN, &tcp) || !is_service(f, &p->destination))
        return FAULT_UNTOUCHED;
    fault_tcp_set_flags(&tcp, (uint16_t)(tcp.flags | affinity_saf_mask(numbers_of(f))));
    return fault_mend(p);
}

static fault_verdict saf_not_echoed(const faults *f, fault_packet *p)
{
    fault_tcp tcp;
    if (!is_segment(p, TCP_FLAG_SYN | TCP_FLAG_ACK, &tcp) ||
        (tcp.flags & affinity_saf_mask(numbers_of(f))) == 0)
        return FAULT_UNTOUCHED;
    fault_tcp_set_flags(&tcp, (uint16_t)(tcp.flags & ~affinity_saf_mask(numbers_of(f))));
    return fault_mend(p);
}
const fault fault_AFFINITY_NO_CAPABILITY = {
    .what = "a node redirects clients that announce nothing",
    .settings = FAULT_CLIENT_INCAPABLE,
    .hooks = { [FAULT_SITE_IN] = saf_for_node, [FAULT_NODE_OUT] = saf_not_echoed },
};

static fault_verdict experimental_form(const faults *f, fault_packet *p)
{
    fault_tcp tcp;
    affinity_option option;
    size_t at;
    if (!is_redirect(f, p, &tcp, &option, &at))
        return FAULT_UNTOUCHED;
    option.kind = TCP_OPTION_EXPERIMENT_1;
    option.exid = numbers_of(f)->exid;
    return put_option(f, p, &option);
}
const fault fault_AFFINITY_EXID_NOT_IN_SYN = {
    .what = "a node redirects by the experimental form clients that announce SAF",
    .settings = FAULT_CLIENT_SAF,
    .hooks = { [FAULT_NODE_OUT] = experimental_form },
    .consequences = { "affinity/no-reconnect" },
};

static fault_verdict redirect_to_multicast(const faults *f, fault_packet *p)
{
    static const uint8_t ipv4[4] = { 224, 0, 0, 80 };
    static const uint8_t ipv6[16] = { 0xff, 0x0e, [15] = 0x80 };
    fault_tcp tcp;
    affinity_option option;
    size_t at;
    if (!is_redirect(f, p, &tcp, &option, &at))
        return FAULT_UNTOUCHED;
    option.address = option.address.family == 4 ? cats_address_ipv4(ipv4) : cats_address_ipv6(ipv6);
    return put_option(f, p, &option);
}
const fault fault_AFFINITY_NOT_UNICAST = {
    .what = "a node redirects to a multicast address",
    .needs = FAULT_NEEDS_REDIRECT,
    .hooks = { [FAULT_NODE_OUT] = redirect_to_multicast },
    .consequences = { "affinity/no-reconnect" },
};

static fault_verdict redirect_to_anycast(const faults *f, fault_packet *p)
{
    fault_tcp tcp;
    affinity_option option;
    size_t at;
    if (!is_redirect(f, p, &tcp, &option, &at))
        return FAULT_UNTOUCHED;
    option.address = p->source;
    return put_option(f, p, &option);
}
const fault fault_AFFINITY_IS_ANYCAST = {
    .what = "a node redirects to the anycast address",
    .needs = FAULT_NEEDS_REDIRECT,
    .hooks = { [FAULT_NODE_OUT] = redirect_to_anycast },
    .consequences = { "affinity/no-reconnect" },
};

/* A node redirects to, and answers from, an address of its own that the topology does not know. */
static fault_verdict node_has_alias(const faults *f, fault_packet *p)
{
    fault_tcp tcp;
    affinity_option option;
    size_t at;
    if (is_redirect(f, p, &tcp, &option, &at)) {
        option.address = faults_alias(&option.address);
        return put_option(f, p, &option);
    }
    if (is_service(f, &p->source))
        return FAULT_UNTOUCHED;
    cats_address alias = faults_alias(&p->source);
    fault_set_source(p, &alias);
    return fault_mend(p);
}

static fault_verdict alias_to_node(const faults *f, fault_packet *p)
{
    cats_address own = faults_alias(&p->destination);
    if (cats_topology_node_at(faults_topology(f), &own) == NULL)
        return FAULT_UNTOUCHED;
    fault_set_destination(p, &own);
    return fault_mend(p);
}
const fault fault_AFFINITY_NOT_OWNED = {
    .what = "a node redirects to an address of its own that the topology does not know",
    .settings = FAULT_ALIAS_ROUTES,
    .needs = FAULT_NEEDS_REDIRECT,
    .hooks = { [FAULT_SITE_IN] = alias_to_node, [FAULT_NODE_OUT] = node_has_alias },
};

static fault_verdict redirect_to_port_zero(const faults *f, fault_packet *p)
{
    fault_tcp tcp;
    affinity_option option;
    size_t at;
    if (!is_redirect(f, p, &tcp, &option, &at))
        return FAULT_UNTOUCHED;
    option.port = 0;
    return put_option(f, p, &option);
}
const fault fault_AFFINITY_PORT_ZERO = {
    .what = "a node redirects to port 0",
    .needs = FAULT_NEEDS_REDIRECT,
    .hooks = { [FAULT_NODE_OUT] = redirect_to_port_zero },
    .consequences = { "affinity/no-reconnect" },
};

static fault_verdict two_options(const faults *f, fault_packet *p)
{
    fault_tcp tcp;
    affinity_option options[2];
    size_t at;
    if (!is_redirect(f, p, &tcp, &options[0], &at))
        return FAULT_UNTOUCHED;
    options[1] = options[0];
    options[1].port = (uint16_t)(options[0].port ^ CLOSED_PORT_BIT);
    return fault_put_options(p, numbers_of(f), options, 2) ? fault_mend(p) : FAULT_UNTOUCHED;
}
/* Two IPv6 options leave no room for timestamps: such a connection does without from its SYN on. */
static fault_verdict no_timestamps(const faults *f, fault_packet *p)
{
    fault_tcp tcp;
    if (p->source.family != 6 || !is_service(f, &p->destination) || !is_segment(p, TCP_FLAG_SYN, &tcp))
        return FAULT_UNTOUCHED;
    affinity_option_walk walk;
    affinity_option_walk_start(&walk, tcp.options, tcp.options_length);
    while (affinity_option_walk_next(&walk))
        if (walk.kind == TCP_OPTION_TIMESTAMPS && !walk.bad)
            memset(tcp.options + walk.at, TCP_OPTION_NOP, walk.option_length);
    return fault_mend(p);
}
const fault fault_AFFINITY_DUPLICATE = {
    .what = "a node's redirect has two options with different ports",
    .needs = FAULT_NEEDS_REDIRECT,
    .hooks = { [FAULT_CLIENT_OUT] = no_timestamps, [FAULT_NODE_OUT] = two_options },
    .consequences = { "affinity/no-reconnect" },
};

/* ---- what is done to a session ---- */

static fault_verdict repeat_without_option(const faults *f, fault_packet *p)
{
    fault_tcp tcp;
    affinity_option option;
    size_t at;
    if (!is_redirect(f, p, &tcp, &option, &at))
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
    const cats_node *other = next_node(f, node, &p->destination, false);
    fault_set_destination(p, node_address(other, &p->destination, false));
    packet_put16(tcp.header + TCP_DESTINATION_PORT, other->port);
    return fault_mend(p);
}

static fault_verdict from_another_node(const faults *f, fault_packet *p)
{
    fault_tcp tcp;
    const cats_node *node = cats_topology_node_at(faults_topology(f), &p->source);
    if (node == NULL || !fault_tcp_read(p, &tcp))
        return FAULT_UNTOUCHED;
    const cats_node *meant = next_node(f, node, &p->source, true);
    fault_set_source(p, node_address(meant, &p->source, false));
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
    if (is_service(f, &p->destination) || !fault_tcp_read(p, &tcp))
        return FAULT_UNTOUCHED;
    packet_put16(tcp.header + TCP_DESTINATION_PORT, p->walk.destination_port ^ CLOSED_PORT_BIT);
    return fault_mend(p);
}

static fault_verdict from_closed_port(const faults *f, fault_packet *p)
{
    fault_tcp tcp;
    if (is_service(f, &p->source) || !fault_tcp_read(p, &tcp))
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
    if (is_service(f, &p->source) || !fault_tcp_read(p, &tcp) ||
        !fault_tcp_is(&tcp, TCP_FLAG_FIN, TCP_FLAG_SYN))
        return FAULT_UNTOUCHED;
    const cats_node *other = next_node(f, p->node, &p->source, false);
    affinity_option option = { .kind = numbers_of(f)->kind,
                               .address = *node_address(other, &p->source, false),
                               .port = other->port };
    return put_option(f, p, &option);
}
const fault fault_AFFINITY_REDIRECT_LOOP = {
    .what = "a node redirects re-established connections again, to another node",
    .settings = FAULT_CLIENT_SAF,
    .needs = FAULT_NEEDS_NODES,
    .hooks = { [FAULT_NODE_OUT] = redirect_again },
};

static fault_verdict forge_redirect(const faults *f, fault_packet *p)
{
    fault_tcp tcp;
    affinity_option option;
    size_t at;
    if (!is_redirect(f, p, &tcp, &option, &at))
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

static fault_verdict redirect_to_other_family(const faults *f, fault_packet *p)
{
    fault_tcp tcp;
    affinity_option option;
    size_t at;
    if (!is_redirect(f, p, &tcp, &option, &at))
        return FAULT_UNTOUCHED;
    option.address = *node_address(p->node, &option.address, true);
    return put_option(f, p, &option);
}
const fault fault_AFFINITY_FAMILY_DIFFERS = {
    .what = "a node redirects to its address of the other family",
    .needs = FAULT_NEEDS_REDIRECT | FAULT_NEEDS_FAMILIES,
    .hooks = { [FAULT_NODE_OUT] = redirect_to_other_family },
    .consequences = { "affinity/no-reconnect" },
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
    unsigned others = TCP_FLAGS_RESERVED & ~(unsigned)affinity_saf_mask(numbers_of(f));
    fault_tcp_set_flags(&tcp, (uint16_t)(tcp.flags | (others & (0u - others)))); /* the lowest of them */
    return fault_mend(p);
}
const fault fault_AFFINITY_RESERVED_BITS = {
    .what = "clients set a reserved header bit other than SAF on all segments behind the SYN",
    .hooks = { [FAULT_CLIENT_OUT] = set_reserved_bit },
};
