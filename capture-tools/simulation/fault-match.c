/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which segments faults look for. Spec: draft-wang-tcpm-tcp-service-affinity-option. */
#include "fault-match.h"

const affinity_numbers *fault_numbers(const faults *f)
{
    return &faults_topology(f)->numbers;
}

bool fault_is_service(const faults *f, const cats_address *address)
{
    return cats_topology_service_at(faults_topology(f), address) != NULL;
}

bool fault_is_segment(const fault_packet *p, unsigned flags, fault_tcp *tcp)
{
    return fault_tcp_read(p, tcp) && (tcp->flags & (TCP_FLAG_SYN | TCP_FLAG_ACK)) == flags;
}

bool fault_is_redirect(const faults *f, const fault_packet *p, fault_tcp *tcp, affinity_option *option,
                       size_t *at)
{
    return fault_tcp_read(p, tcp) && fault_tcp_is(tcp, TCP_FLAG_FIN, TCP_FLAG_SYN) &&
           fault_tcp_option(fault_numbers(f), tcp, option, at);
}

const cats_address *fault_node_address(const cats_node *node, const cats_address *like, bool other_family)
{
    return (like->family == 4) != other_family ? &node->ipv4 : &node->ipv6;
}

const cats_node *fault_next_node(const faults *f, const cats_node *node, const cats_address *like,
                                 bool backwards)
{
    const cats_topology *t = faults_topology(f);
    size_t at = (size_t)(node - t->nodes);
    do {
        at = (at + (backwards ? t->node_count - 1 : 1)) % t->node_count;
    } while (&t->nodes[at] != node && (t->nodes[at].service != node->service ||
                                       fault_node_address(&t->nodes[at], like, false)->family == 0));
    return &t->nodes[at];
}

fault_verdict fault_put_option(const faults *f, fault_packet *p, const affinity_option *option)
{
    return fault_put_options(p, fault_numbers(f), option, 1) ? fault_mend(p) : FAULT_UNTOUCHED;
}

bool fault_is_steered(const faults *f, const fault_packet *p)
{
    return p->to_service && fault_is_service(f, &p->destination);
}
