/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of faults, one for every rule, and which of them are on. Spec: docs/rules.md. */
#include "faults.h"
#include "epan-cats/flow-key.h"
#include "fault-table.h"
#include "capture-tools/endpoints/seeded-random.h"
#include <glib.h>

/* A rule without a fault does not link. */
static const fault *const table[CATS_RULE_COUNT] = {
#define X(symbol, ...) [CATS_RULE_##symbol] = &fault_##symbol,
    CATS_RULES(X)
#undef X
};

/* Flows whose packet has not come again: forgotten when there are more. */
#define FLOWS_REMEMBERED_MAX 65536

#define NANOSECONDS INT64_C(1000000000)

typedef struct active_fault {
    const fault *fault;
    char *comment;
    bool changed; /* a packet or an announcement */
} active_fault;

struct faults {
    const cats_topology *topology;
    GArray *active; /* of active_fault */
    unsigned settings;
    bool all; /* every client is affected */
    bool wanted[FAULT_POINT_COUNT];
    GHashTable *flows; /* set of hashes of flow and rule: see faults_first_of_flow() */
};

const fault *fault_get(cats_rule_id id)
{
    return table[id];
}

static void active_clear(void *data)
{
    g_free(((active_fault *)data)->comment);
}

faults *faults_new(const cats_topology *topology)
{
    faults *f = g_new0(faults, 1);
    f->topology = topology;
    f->active = g_array_new(FALSE, FALSE, sizeof(active_fault));
    g_array_set_clear_func(f->active, active_clear);
    f->flows = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    return f;
}

void faults_free(faults *f)
{
    if (f == NULL)
        return;
    g_array_free(f->active, TRUE);
    g_hash_table_destroy(f->flows);
    g_free(f);
}

const char *fault_next_need(unsigned *needs)
{
    static const struct {
        unsigned need;
        const char *phrase;
    } phrases[] = {
        { FAULT_NEEDS_REDIRECT, "clients that announce a capability" },
        { FAULT_NEEDS_SRH, "an SRH in encapsulated packets" },
        { FAULT_NEEDS_ARGUMENT, "End.CATS SIDs with a 32-bit argument" },
        { FAULT_NEEDS_EGRESSES, "two egresses" },
        { FAULT_NEEDS_SITES, "two sites at each egress" },
        { FAULT_NEEDS_NODES, "two nodes" },
        { FAULT_NEEDS_FAMILIES, "nodes with an IPv4 and an IPv6 address" },
        { FAULT_NEEDS_BGP, "announcements in BGP (--bgp)" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(phrases); i++)
        if ((*needs & phrases[i].need) != 0) {
            *needs &= ~phrases[i].need;
            return phrases[i].phrase;
        }
    return NULL;
}

bool faults_add(faults *f, cats_rule_id id, unsigned offered, const char **reason)
{
    const fault *added = table[id];
    unsigned lacking = added->needs & ~offered;
    if (lacking != 0) {
        *reason = fault_next_need(&lacking);
        return false;
    }
    active_fault active = { .fault = added, .comment = g_strdup_printf("fault %s", cats_rule_get(id)->id) };
    g_array_append_val(f->active, active);
    f->settings |= added->settings;
    for (fault_point point = 0; point < FAULT_POINT_COUNT; point++)
        f->wanted[point] = f->wanted[point] || added->hooks[point] != NULL;
    return true;
}

bool faults_setting(const faults *f, unsigned setting)
{
    return (f->settings & setting) != 0;
}

const cats_topology *faults_topology(const faults *f)
{
    return f->topology;
}

void faults_affect_all(faults *f)
{
    f->all = true;
}

bool faults_affect(const faults *f, const cats_address *client)
{
    size_t length = cats_address_length(client);
    return f->all || (length > 0 && client->octets[length - 1] % 4 == 0);
}

cats_address faults_alias(const cats_address *node)
{
    cats_address alias = *node;
    size_t length = cats_address_length(node);
    alias.octets[length - 1] ^= 0x80;
    alias.octets[length - 2] ^= 0x01;
    return alias;
}

void faults_alias_sid(uint8_t sid[16])
{
    sid[2] ^= 0xff;
    sid[3] ^= 0xff;
}

bool faults_first_of_flow(const faults *f, const fault_packet *p, cats_rule_id id)
{
    cats_flow_key key;
    if (!cats_flow_key_read(&p->walk, &key))
        return false;
    uint64_t hash = seeded_random_derive(cats_flow_key_hash(&key), (uint64_t)id);
    if (g_hash_table_remove(f->flows, &hash))
        return false;
    if (g_hash_table_size(f->flows) >= FLOWS_REMEMBERED_MAX)
        g_hash_table_remove_all(f->flows);
    g_hash_table_add(f->flows, g_memdup2(&hash, sizeof(hash)));
    return true;
}

bool faults_at(const faults *f, fault_point point)
{
    return f->wanted[point];
}

/* Reads the packet for the hooks; false when it belongs to no affected client. What comes to an egress may be
 * broken too much to tell: there the hooks know by what they broke. */
static bool look(const faults *f, fault_packet *p)
{
    packet_walk(PACKET_LINK_RAW, p->octets, (uint32_t)p->length, (uint32_t)p->length, &p->walk);
    const packet_ip *inner = packet_innermost(&p->walk);
    if (inner == NULL)
        return p->point == FAULT_EGRESS_IN;
    p->source = packet_source(&p->walk, inner);
    p->destination = packet_destination(&p->walk, inner);
    p->to_service = cats_topology_ingress_of(f->topology, &p->source) != NULL;
    const cats_address *client = p->to_service ? &p->source : &p->destination;
    return p->point == FAULT_EGRESS_IN ||
           (cats_topology_ingress_of(f->topology, client) != NULL && faults_affect(f, client));
}

fault_verdict faults_apply(const faults *f, fault_packet *p)
{
    fault_verdict verdict = FAULT_UNTOUCHED;
    for (unsigned i = 0; i < f->active->len; i++) {
        active_fault *active = &g_array_index(f->active, active_fault, i);
        fault_hook hook = active->fault->hooks[p->point];
        if (hook == NULL || !look(f, p))
            continue;
        fault_verdict here = hook(f, p);
        active->changed = active->changed || here != FAULT_UNTOUCHED;
        if (here == FAULT_DROPPED)
            return FAULT_DROPPED;
        if (here == FAULT_CHANGED) {
            p->comment = active->comment;
            verdict = FAULT_CHANGED;
        }
    }
    return verdict;
}

void faults_apply_announcement(const faults *f, fault_announcement *said)
{
    if (said->egress != 0 || said->offer != 0 || said->metrics.aggregate.aggregate_id % 2 == 0)
        return;
    for (unsigned i = 0; i < f->active->len; i++) {
        active_fault *active = &g_array_index(f->active, active_fault, i);
        if (active->fault->announcement == NULL)
            continue;
        active->fault->announcement(said);
        active->changed = true;
        said->comment = active->comment;
    }
}

static bool has_hook(const fault *of)
{
    for (fault_point point = 0; point < FAULT_POINT_COUNT; point++)
        if (of->hooks[point] != NULL)
            return true;
    return false;
}

/* NULL: it did what it is there for, as far as can be told here. */
static char *why_idle(const active_fault *active, int64_t flows_ns)
{
    const fault *of = active->fault;
    if (flows_ns < of->takes_s * NANOSECONDS)
        return g_strdup_printf(
            "%s: flows start for %.1f s, expected %u s or more: before, it may break nothing",
            active->comment, (double)flows_ns / NANOSECONDS, of->takes_s);
    if (!active->changed && of->announcement != NULL)
        return g_strdup_printf("%s: none of the announcements was one that it changes: it broke nothing",
                               active->comment);
    if (!active->changed && has_hook(of))
        return g_strdup_printf("%s: none of the packets was one that it changes: it broke nothing",
                               active->comment);
    return NULL;
}

void faults_each_idle(const faults *f, int64_t flows_ns, void (*say)(const char *text))
{
    for (unsigned i = 0; i < f->active->len; i++) {
        g_autofree char *why = why_idle(&g_array_index(f->active, active_fault, i), flows_ns);
        if (why != NULL)
            say(why);
    }
}
