/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets through an egress: what came from the core against what went to a site; and how flows are spread.
 * Spec: docs/rules.md; RFC 8986 s4. */
#include "observer-private.h"
#include <string.h>

/* A packet that came to an egress and was not yet seen behind it, by what identifies it. */
typedef struct waiting_packet {
    size_t length;
    uint8_t octets[2048];
    char client[CATS_ADDRESS_TEXT];
} waiting_packet;

enum { IPV4_TTL = 8, IPV4_CHECKSUM = 10, IPV6_HOP_LIMIT = 7 };

/* What the packet is, but for its payload: flow, sequence numbers, flags, window and options. */
static char *identity(const sighting *s)
{
    GString *text = g_string_new(s->flow);
    const packet *p = &s->frame->packet;
    g_string_append_printf(text, " %u %u %u", s->sequence, s->acknowledgment, s->payload);
    for (uint32_t i = 12; i < p->transport_length; i++)
        if (i != 16 && i != 17)
            g_string_append_printf(text, "%02x", s->header[i]);
    return g_string_free(text, FALSE);
}

static void remember(observer *o, const sighting *s, const uint8_t *inner, size_t length)
{
    waiting_packet *w = g_new0(waiting_packet, 1);
    g_assert_cmpuint(length, <=, sizeof w->octets);
    w->length = length;
    memcpy(w->octets, inner, length);
    g_strlcpy(w->client, s->client, sizeof w->client);
    g_hash_table_replace(o->waiting, identity(s), w);
}

/* Compares what came out with what went in. */
static void judge_inner(observer *o, const sighting *s, waiting_packet *in, const uint8_t *out, size_t length)
{
    bool ipv4 = in->octets[0] >> 4 == 4;
    size_t hops_at = ipv4 ? IPV4_TTL : IPV6_HOP_LIMIT;
    if (out[hops_at] + 1 != in->octets[hops_at])
        observer_break(o, CATS_RULE_CATS_HOP_LIMIT, s->client);
    in->octets[hops_at] = out[hops_at];
    if (ipv4)
        memcpy(in->octets + IPV4_CHECKSUM, out + IPV4_CHECKSUM, 2);
    if (length != in->length || memcmp(in->octets, out, length) != 0)
        observer_break(o, CATS_RULE_CATS_INNER_CHANGED, s->client);
}

static void count_flow(observer *o, const sighting *s)
{
    g_autofree char *known = g_strdup_printf("%zu", s->at->index);
    const char *first = g_hash_table_lookup(o->sites, s->flow);
    if (first == NULL) {
        o->site_flows[s->at->index]++;
        g_hash_table_insert(o->sites, g_strdup(s->flow), g_strdup(known));
    } else if (!g_str_equal(first, known)) {
        observer_break(o, CATS_RULE_CATS_FLOW_CHANGED_SITE, s->client);
    }
}

void observe_links(observer *o, const sighting *s)
{
    const packet *p = &s->frame->packet;
    const packet_ip *inner = packet_innermost(p);
    const uint8_t *octets = p->data + inner->offset;
    size_t length = inner->end - inner->offset;
    bool to_service = cats_topology_service_at(o->topology, &s->frame->segment.destination) != NULL;
    if (s->at->kind == CORE_TO_EGRESS && p->ip_count == 2) {
        remember(o, s, octets, length);
    } else if (s->at->kind == EGRESS_TO_SITE) {
        g_autofree char *key = identity(s);
        waiting_packet *in = g_hash_table_lookup(o->waiting, key);
        if (in != NULL)
            judge_inner(o, s, in, octets, length);
        g_hash_table_remove(o->waiting, key);
        if (to_service)
            count_flow(o, s);
    } else if (s->at->kind == EGRESS_TO_CORE && to_service) {
        g_autofree char *key = identity(s);
        g_hash_table_remove(o->waiting, key);
        observer_break(o, CATS_RULE_CATS_NOT_LOCAL, s->client);
    }
}

/* Chi-square of the flows of an egress over its sites against the weights; 0.1 % of fair splits are above the
 * bound. */
static void judge_spread(observer *o, const cats_egress *e)
{
    static const double bounds[] = { 0, 10.828, 13.816, 16.266, 18.467, 20.515 };
    const cats_site *sites = o->topology->sites + e->first_site;
    const uint64_t *counts = o->site_flows + e->first_site;
    double weights = 0, flows = 0, chi = 0;
    for (size_t i = 0; i < e->site_count; i++) {
        weights += sites[i].weight;
        flows += (double)counts[i];
    }
    for (size_t i = 0; i < e->site_count; i++) {
        double expected = flows * sites[i].weight / weights, off = (double)counts[i] - expected;
        chi += expected > 0 ? off * off / expected : 0;
    }
    g_assert_cmpuint(e->site_count, <=, G_N_ELEMENTS(bounds));
    if (chi > bounds[e->site_count - 1])
        observer_break(o, CATS_RULE_CATS_SPREAD, NULL);
}

void observe_links_end(observer *o)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, o->waiting);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        observer_break(o, CATS_RULE_CATS_LOST, ((waiting_packet *)value)->client);
    for (size_t i = 0; i < o->topology->egress_count; i++)
        judge_spread(o, &o->topology->egresses[i]);
}
