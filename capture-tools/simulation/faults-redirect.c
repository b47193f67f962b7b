/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faults of the option: what it says and where it is, in the order of the rules. Spec: docs/rules.md; RFC
 * 6994. */
#include "fault-match.h"
#include "fault-table.h"
#include <string.h>

/* Added to a port: another one, and never 0. */
#define OTHER_PORT_BIT 0x4000

#define TCP_OPTION_TIMESTAMPS 8

static fault_verdict option_length(const faults *f, fault_packet *p)
{
    fault_tcp tcp;
    affinity_option option;
    size_t at;
    if (!fault_is_redirect(f, p, &tcp, &option, &at))
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
    if (!fault_is_segment(p, TCP_FLAG_SYN | TCP_FLAG_ACK, &tcp) || !fault_is_service(f, &p->source))
        return FAULT_UNTOUCHED;
    affinity_option option = { .kind = fault_numbers(f)->kind,
                               .address = *fault_node_address(p->node, &p->source, false),
                               .port = p->node->port };
    return option.address.family == 0 ? FAULT_UNTOUCHED : fault_put_option(f, p, &option);
}
const fault fault_AFFINITY_NOT_ON_FIN = {
    .what = "a node puts the option on its SYN-ACK too",
    .needs = FAULT_NEEDS_REDIRECT,
    .hooks = { [FAULT_NODE_OUT] = option_on_syn_ack },
};

static fault_verdict experimental_form(const faults *f, fault_packet *p)
{
    fault_tcp tcp;
    affinity_option option;
    size_t at;
    if (!fault_is_redirect(f, p, &tcp, &option, &at))
        return FAULT_UNTOUCHED;
    option.kind = TCP_OPTION_EXPERIMENT_1;
    option.exid = fault_numbers(f)->exid;
    return fault_put_option(f, p, &option);
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
    if (!fault_is_redirect(f, p, &tcp, &option, &at))
        return FAULT_UNTOUCHED;
    option.address = option.address.family == 4 ? cats_address_ipv4(ipv4) : cats_address_ipv6(ipv6);
    return fault_put_option(f, p, &option);
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
    if (!fault_is_redirect(f, p, &tcp, &option, &at))
        return FAULT_UNTOUCHED;
    option.address = p->source;
    return fault_put_option(f, p, &option);
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
    if (fault_is_redirect(f, p, &tcp, &option, &at)) {
        option.address = faults_alias(&option.address);
        return fault_put_option(f, p, &option);
    }
    if (fault_is_service(f, &p->source))
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
    if (!fault_is_redirect(f, p, &tcp, &option, &at))
        return FAULT_UNTOUCHED;
    option.port = 0;
    return fault_put_option(f, p, &option);
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
    if (!fault_is_redirect(f, p, &tcp, &options[0], &at))
        return FAULT_UNTOUCHED;
    options[1] = options[0];
    options[1].port = (uint16_t)(options[0].port ^ OTHER_PORT_BIT);
    return fault_put_options(p, fault_numbers(f), options, 2) ? fault_mend(p) : FAULT_UNTOUCHED;
}
/* Two IPv6 options leave no room for timestamps: such a connection does without from its SYN on. */
static fault_verdict no_timestamps(const faults *f, fault_packet *p)
{
    fault_tcp tcp;
    if (p->source.family != 6 || !fault_is_service(f, &p->destination) ||
        !fault_is_segment(p, TCP_FLAG_SYN, &tcp))
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

static fault_verdict redirect_to_other_family(const faults *f, fault_packet *p)
{
    fault_tcp tcp;
    affinity_option option;
    size_t at;
    if (!fault_is_redirect(f, p, &tcp, &option, &at))
        return FAULT_UNTOUCHED;
    option.address = *fault_node_address(p->node, &option.address, true);
    return fault_put_option(f, p, &option);
}
const fault fault_AFFINITY_FAMILY_DIFFERS = {
    .what = "a node redirects to its address of the other family",
    .needs = FAULT_NEEDS_REDIRECT | FAULT_NEEDS_FAMILIES,
    .hooks = { [FAULT_NODE_OUT] = redirect_to_other_family },
    .consequences = { "affinity/no-reconnect" },
};
