/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faults of where a flow goes and of what comes out of the tunnel. Spec: docs/rules.md; RFC 8986 s4; RFC
 * 10053. */
#include "capture-tools/roles/egress.h"
#include "fault-match.h"
#include "fault-table.h"
#include "capture-tools/forwarders/sids.h"

enum { IPV4_TTL = 8, IPV6_HOP_LIMIT = 7 };

/* The first packet with payload of a flow to a CS-ID: the request. When it comes again it goes where it
 * should. */
static bool is_first_request(const faults *f, const fault_packet *p, cats_rule_id id)
{
    fault_tcp tcp;
    return fault_is_steered(f, p) && fault_tcp_read(p, &tcp) && tcp.payload_length > 0 &&
           faults_first_of_flow(f, p, id);
}

/* Nodes that get a packet of a flow that they do not know answer with RST: nobody shall hear it. */
static fault_verdict silence_reset(const faults *f, fault_packet *p)
{
    fault_tcp tcp;
    bool reset = cats_topology_service_at(faults_topology(f), &p->source) != NULL &&
                 fault_tcp_read(p, &tcp) && fault_tcp_is(&tcp, TCP_FLAG_RST, 0);
    return reset ? FAULT_DROPPED : FAULT_UNTOUCHED;
}

static bool serves(const cats_topology *t, size_t index, const cats_address *service)
{
    for (size_t i = 0; i < t->node_count; i++)
        if (&t->services[t->nodes[i].service] == cats_topology_service_at(t, service) &&
            t->sites[t->nodes[i].site].egress == index)
            return true;
    return false;
}

/* The next egress that serves this CS-ID. */
static size_t next_egress(const cats_topology *t, const char *name, const cats_address *service)
{
    size_t at = 0;
    while (at < t->egress_count && g_strcmp0(t->egresses[at].name, name) != 0)
        at++;
    size_t first = at;
    do
        at = (at + 1) % t->egress_count;
    while (at != first && !serves(t, at, service));
    return at;
}

static fault_verdict to_another_egress(const faults *f, fault_packet *p)
{
    const cats_topology *t = faults_topology(f);
    uint8_t sid[16];
    cats_sid_parts from, to;
    if (!is_first_request(f, p, CATS_RULE_CATS_FLOW_CHANGED_EGRESS))
        return FAULT_UNTOUCHED;
    fault_get_sid(p, sid);
    const cats_sid_row *row = cats_sid_table_match(t->sids, sid);
    if (row == NULL)
        return FAULT_UNTOUCHED;
    const cats_sid_row *other = setup_second_round(t, next_egress(t, row->owner, &p->destination));
    cats_sid_split(&row->structure, sid, &from);
    cats_sid_split(&other->structure, other->prefix, &to);
    to.argument = from.argument;
    return cats_sid_join(&other->structure, &to, sid) ? fault_replace_sid(p, sid) : FAULT_UNTOUCHED;
}
const fault fault_CATS_FLOW_CHANGED_EGRESS = {
    .what = "an ingress sends the first request of a flow to another egress",
    .needs = FAULT_NEEDS_EGRESSES,
    .hooks = { [FAULT_INGRESS_OUT] = to_another_egress, [FAULT_NODE_OUT] = silence_reset },
    .consequences = { "cats/flow-changed-site" },
};

static fault_verdict to_another_site(const faults *f, fault_packet *p)
{
    if (!is_first_request(f, p, CATS_RULE_CATS_FLOW_CHANGED_SITE))
        return FAULT_UNTOUCHED;
    unsigned sites = (unsigned)faults_topology(f)->egresses[p->egress].site_count;
    p->port = EGRESS_PORT_FIRST_SITE + (p->port - EGRESS_PORT_FIRST_SITE + 1) % sites;
    return FAULT_CHANGED;
}
const fault fault_CATS_FLOW_CHANGED_SITE = {
    .what = "an egress sends the first request of a flow to another of its sites",
    .needs = FAULT_NEEDS_SITES,
    .hooks = { [FAULT_EGRESS_OUT] = to_another_site, [FAULT_NODE_OUT] = silence_reset },
};

static fault_verdict to_the_core(const faults *f, fault_packet *p)
{
    if (!is_first_request(f, p, CATS_RULE_CATS_NOT_LOCAL))
        return FAULT_UNTOUCHED;
    p->port = EGRESS_PORT_CORE;
    return FAULT_CHANGED;
}
const fault fault_CATS_NOT_LOCAL = {
    .what = "an egress sends the first request of a flow, decapsulated, back to the core",
    .hooks = { [FAULT_EGRESS_OUT] = to_the_core },
};

static fault_verdict nowhere(const faults *f, fault_packet *p)
{
    return is_first_request(f, p, CATS_RULE_CATS_LOST) ? FAULT_DROPPED : FAULT_UNTOUCHED;
}
const fault fault_CATS_LOST = {
    .what = "an egress loses the first request of a flow",
    .hooks = { [FAULT_EGRESS_OUT] = nowhere },
};

/* ---- what comes out of the tunnel ---- */

static fault_verdict change_payload(const faults *f, fault_packet *p)
{
    fault_tcp tcp;
    if (!fault_is_steered(f, p) || !fault_tcp_read(p, &tcp) || tcp.payload_length == 0)
        return FAULT_UNTOUCHED;
    tcp.payload[0] ^= 0x20;
    return fault_mend(p);
}
const fault fault_CATS_INNER_CHANGED = {
    .what = "an egress changes an octet of the request, and the checksum with it",
    .hooks = { [FAULT_EGRESS_OUT] = change_payload },
};

static fault_verdict hop_not_counted(const faults *f, fault_packet *p)
{
    (void)f;
    p->octets[p->octets[0] >> 4 == 4 ? IPV4_TTL : IPV6_HOP_LIMIT]++;
    return fault_mend(p);
}
const fault fault_CATS_HOP_LIMIT = {
    .what = "an egress does not lower TTL and hop limit",
    .hooks = { [FAULT_EGRESS_OUT] = hop_not_counted },
};

const fault fault_CATS_SPREAD = {
    .what = "all egresses give their first site four times as much as all others together",
    .settings = FAULT_WEIGHTS_SKEWED,
    .needs = FAULT_NEEDS_SITES,
};

const fault fault_CATS_STALE_AGGREGATE = {
    .what = "the first ingress keeps the first announcement of each egress, while scores swing every second",
    .settings = FAULT_OFFERS_FROZEN | FAULT_SCORES_SWING,
    .needs = FAULT_NEEDS_ARGUMENT,
    .takes_s = 15, /* the limit, and until scores have swung and another flow shows it */
};
