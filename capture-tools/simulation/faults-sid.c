/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faults of the outer headers: SRH, SID, argument, flow label. Where a forwarder would drop what a fault
 * breaks, the packet is mended again behind the capture point, as if that forwarder did not look: nothing
 * else follows then. Spec: docs/rules.md; RFC 8754 s2; RFC 8986 s3-4. */
#include "epan-cats/numbers.h"
#include "fault-match.h"
#include "fault-table.h"
#include "capture-tools/forwarders/sids.h"
#include <string.h>

/* Added to Last Entry: more than any header here has room for. */
#define ENTRIES_TOO_MANY 64
/* Functions tried to find one that no SID has. */
#define FUNCTIONS_TRIED 255
#define ARGUMENT_BITS 32
#define AGGREGATE_ID_MAX UINT32_C(0xffffff)

enum { IPV6_FLOW_LABEL = 0 };

/* ---- the SRH and what lies behind it ---- */

static fault_verdict last_entry_too_large(const faults *f, fault_packet *p)
{
    (void)f;
    uint8_t *srh = fault_srh(p);
    if (srh == NULL)
        return FAULT_UNTOUCHED;
    srh[FAULT_SRH_LAST_ENTRY] = (uint8_t)(srh[FAULT_SRH_LAST_ENTRY] + ENTRIES_TOO_MANY);
    return FAULT_CHANGED;
}

static fault_verdict last_entry_mended(const faults *f, fault_packet *p)
{
    (void)f;
    uint8_t *srh = fault_srh(p);
    if (srh == NULL || srh[FAULT_SRH_LAST_ENTRY] < ENTRIES_TOO_MANY)
        return FAULT_UNTOUCHED;
    srh[FAULT_SRH_LAST_ENTRY] = (uint8_t)(srh[FAULT_SRH_LAST_ENTRY] - ENTRIES_TOO_MANY);
    return FAULT_CHANGED;
}
const fault fault_CATS_SRH_MALFORMED = {
    .what = "between core and egress Last Entry is larger than the SRH has room for",
    .needs = FAULT_NEEDS_SRH,
    .hooks = { [FAULT_CORE_OUT] = last_entry_too_large, [FAULT_EGRESS_IN] = last_entry_mended },
};

static fault_verdict segments_left_one(const faults *f, fault_packet *p)
{
    (void)f;
    uint8_t *srh = fault_srh(p);
    if (srh == NULL)
        return FAULT_UNTOUCHED;
    srh[FAULT_SRH_SEGMENTS_LEFT] = 1;
    return FAULT_CHANGED;
}

static fault_verdict segments_left_zero(const faults *f, fault_packet *p)
{
    (void)f;
    uint8_t *srh = fault_srh(p);
    if (srh == NULL || srh[FAULT_SRH_SEGMENTS_LEFT] == 0)
        return FAULT_UNTOUCHED;
    srh[FAULT_SRH_SEGMENTS_LEFT] = 0;
    return FAULT_CHANGED;
}
const fault fault_CATS_SEGMENTS_LEFT = {
    .what = "the core puts the last segment in force without lowering Segments Left; the egress does not "
            "look at it",
    .needs = FAULT_NEEDS_SRH,
    .hooks = { [FAULT_CORE_OUT] = segments_left_one, [FAULT_EGRESS_IN] = segments_left_zero },
};

static fault_verdict sid_of_nobody(const faults *f, fault_packet *p)
{
    uint8_t sid[16];
    if (!fault_is_steered(f, p))
        return FAULT_UNTOUCHED;
    fault_get_sid(p, sid);
    faults_alias_sid(sid);
    return fault_replace_sid(p, sid);
}

static fault_verdict sid_of_egress(const faults *f, fault_packet *p)
{
    uint8_t sid[16];
    fault_get_sid(p, sid);
    faults_alias_sid(sid);
    return cats_sid_table_match(faults_topology(f)->sids, sid) == NULL ? FAULT_UNTOUCHED
                                                                       : fault_replace_sid(p, sid);
}
const fault fault_CATS_LAST_SID_NOT_EGRESS = {
    .what = "an ingress steers to a SID in a block that no egress announces, and the network takes it to the "
            "egress",
    .settings = FAULT_ALIAS_SIDS,
    .hooks = { [FAULT_INGRESS_OUT] = sid_of_nobody, [FAULT_EGRESS_IN] = sid_of_egress },
};

/* Changes the function of the SID by `change`. */
static bool change_function(const cats_sid_structure *structure, uint8_t sid[16], unsigned change)
{
    cats_sid_parts parts;
    cats_sid_split(structure, sid, &parts);
    parts.function ^= change;
    return cats_sid_join(structure, &parts, sid);
}

/* Changes the function of the SID until the row that it matches has this behaviour. */
static bool find_function(const faults *f, uint8_t sid[16], uint16_t behavior)
{
    const cats_sid_table *sids = faults_topology(f)->sids;
    const cats_sid_row *row = cats_sid_table_match(sids, sid);
    for (unsigned change = 1; row != NULL && change <= FUNCTIONS_TRIED; change++) {
        uint8_t other[16];
        memcpy(other, sid, 16);
        if (!change_function(&row->structure, other, change))
            return false;
        const cats_sid_row *found = cats_sid_table_match(sids, other);
        if (found == NULL || found->behavior != behavior)
            continue;
        memcpy(sid, other, 16);
        return true;
    }
    return false;
}

static fault_verdict unknown_function(const faults *f, fault_packet *p)
{
    uint8_t sid[16];
    if (!fault_is_steered(f, p))
        return FAULT_UNTOUCHED;
    fault_get_sid(p, sid);
    return find_function(f, sid, 0) ? fault_replace_sid(p, sid) : FAULT_UNTOUCHED;
}

static fault_verdict known_function(const faults *f, fault_packet *p)
{
    uint8_t sid[16];
    fault_get_sid(p, sid);
    const cats_sid_row *row = cats_sid_table_match(faults_topology(f)->sids, sid);
    if (row == NULL || row->behavior != 0 || !find_function(f, sid, CATS_BEHAVIOR_END_CATS))
        return FAULT_UNTOUCHED;
    return fault_replace_sid(p, sid);
}
const fault fault_CATS_SID_UNKNOWN = {
    .what = "an ingress steers to a function in the egress's locator that is no SID; the egress takes it as "
            "End.CATS",
    .hooks = { [FAULT_INGRESS_OUT] = unknown_function, [FAULT_EGRESS_IN] = known_function },
};

/* The octet that says what follows the last header in front of the inner packet. */
static uint8_t *upper_layer_at(fault_packet *p)
{
    uint8_t *srh = fault_srh(p);
    return srh != NULL ? srh + FAULT_SRH_NEXT_HEADER : p->octets + FAULT_IPV6_NEXT_HEADER;
}

static fault_verdict upper_layer_none(const faults *f, fault_packet *p)
{
    (void)f;
    *upper_layer_at(p) = PACKET_PROTOCOL_NO_NEXT;
    return FAULT_CHANGED;
}

static fault_verdict upper_layer_ip(const faults *f, fault_packet *p)
{
    (void)f;
    uint8_t *at = upper_layer_at(p);
    if (*at != PACKET_PROTOCOL_NO_NEXT)
        return FAULT_UNTOUCHED;
    const uint8_t *srh = fault_srh(p);
    size_t inner = 40 + (srh == NULL ? 0 : 8 * (size_t)srh[1] + 8);
    if (inner >= p->length)
        return FAULT_UNTOUCHED;
    *at = p->octets[inner] >> 4 == 4 ? PACKET_PROTOCOL_IPV4 : PACKET_PROTOCOL_IPV6;
    return FAULT_CHANGED;
}
const fault fault_CATS_UPPER_LAYER = {
    .what = "between core and egress the Next Header in front of the inner packet says that nothing follows",
    .hooks = { [FAULT_CORE_OUT] = upper_layer_none, [FAULT_EGRESS_IN] = upper_layer_ip },
};

/* ---- the choice of SID and argument ---- */

static fault_verdict second_round_for_node(const faults *f, fault_packet *p)
{
    const cats_topology *t = faults_topology(f);
    const cats_node *node = cats_topology_node_at(t, &p->destination);
    if (!p->to_service || node == NULL)
        return FAULT_UNTOUCHED;
    return fault_replace_sid(p, setup_second_round(t, t->sites[node->site].egress)->prefix);
}

static fault_verdict lookup_for_node(const faults *f, fault_packet *p)
{
    const cats_topology *t = faults_topology(f);
    uint8_t sid[16];
    fault_get_sid(p, sid);
    const cats_sid_row *row = cats_sid_table_match(t->sids, sid);
    if (row == NULL || row->behavior != CATS_BEHAVIOR_END_CATS || fault_is_steered(f, p))
        return FAULT_UNTOUCHED;
    row = setup_lookup(t, t->egresses[p->egress].name,
                       p->destination.family == 4 ? PACKET_PROTOCOL_IPV4 : PACKET_PROTOCOL_IPV6);
    return row == NULL ? FAULT_UNTOUCHED : fault_replace_sid(p, row->prefix);
}
const fault fault_CATS_NOT_A_SERVICE = {
    .what = "an ingress sends re-established connections, to a node's own address, to the End.CATS SID; the "
            "egress looks "
            "the address up",
    .needs = FAULT_NEEDS_REDIRECT,
    .hooks = { [FAULT_INGRESS_OUT] = second_round_for_node, [FAULT_EGRESS_IN] = lookup_for_node },
};

/* Changes the argument of a steered packet's SID. */
static fault_verdict change_argument(const faults *f, fault_packet *p,
                                     void (*change)(cats_argument *argument))
{
    uint8_t sid[16];
    cats_sid_parts parts;
    if (!fault_is_steered(f, p))
        return FAULT_UNTOUCHED;
    fault_get_sid(p, sid);
    const cats_sid_row *row = cats_sid_table_match(faults_topology(f)->sids, sid);
    if (row == NULL || row->structure.argument != ARGUMENT_BITS)
        return FAULT_UNTOUCHED;
    cats_sid_split(&row->structure, sid, &parts);
    cats_argument argument = cats_argument_split((uint32_t)parts.argument);
    change(&argument);
    parts.argument = cats_argument_join(&argument);
    cats_sid_join(&row->structure, &parts, sid);
    return fault_replace_sid(p, sid);
}

static void merge_at_site(cats_argument *argument)
{
    argument->granularity = CATS_GRANULARITY_SERVICE_SITE;
}

static fault_verdict other_granularity(const faults *f, fault_packet *p)
{
    return change_argument(f, p, merge_at_site);
}
const fault fault_CATS_GRANULARITY_CONFLICT = {
    .what = "an ingress writes granularity service site into the argument of an End.CATS SID",
    .needs = FAULT_NEEDS_ARGUMENT,
    .hooks = { [FAULT_INGRESS_OUT] = other_granularity },
};

static void next_aggregate(cats_argument *argument)
{
    argument->aggregate_id = argument->aggregate_id % AGGREGATE_ID_MAX + 1;
}

static fault_verdict argument_moves_on(const faults *f, fault_packet *p)
{
    fault_tcp tcp;
    if (!fault_tcp_read(p, &tcp) || !fault_tcp_is(&tcp, TCP_FLAG_ACK, TCP_FLAG_SYN))
        return FAULT_UNTOUCHED;
    return change_argument(f, p, next_aggregate);
}
const fault fault_CATS_ARGUMENT_CHANGED = {
    .what = "an ingress writes another aggregate ID into all packets of a flow behind the SYN",
    .needs = FAULT_NEEDS_ARGUMENT,
    .hooks = { [FAULT_INGRESS_OUT] = argument_moves_on },
};

static fault_verdict flow_label_zero(const faults *f, fault_packet *p)
{
    fault_tcp tcp;
    (void)f;
    if (!fault_tcp_read(p, &tcp) || !fault_tcp_is(&tcp, TCP_FLAG_SYN, 0))
        return FAULT_UNTOUCHED;
    uint8_t *word = p->octets + IPV6_FLOW_LABEL;
    packet_put32(word, packet_get32(word) & ~UINT32_C(0xfffff));
    return FAULT_CHANGED;
}
const fault fault_CATS_FLOW_LABEL = {
    .what =
        "an ingress writes outer flow label 0 into the SYN of a flow, and its label into the packets behind",
    .hooks = { [FAULT_INGRESS_OUT] = flow_label_zero },
};
