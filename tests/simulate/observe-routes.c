/* SPDX-License-Identifier: GPL-2.0-or-later */
/* BGP as the links show it: rules of UPDATEs where they leave their speaker, what is announced to each
 * ingress where it arrives, and whether the ingress steers by that. Spec: RFC 4271 s4; RFC 7606 s2. */
#include "observer-private.h"
#include "epan-cats/cats-route-update.h"
#include <string.h>

/* One direction of a connection on a link. */
typedef struct stream {
    bool begun;
    uint32_t next;      /* sequence number */
    GHashTable *pieces; /* sequence number -> GByteArray: not yet in order */
    GByteArray *octets; /* in order, not yet a whole message */
} stream;

/* What an ingress was told of a CS-ID by a peer. */
typedef struct told {
    uint8_t sid[16];
    uint32_t aggregate_id;
} told;

static void stream_free(void *data)
{
    stream *s = data;
    g_hash_table_destroy(s->pieces);
    g_byte_array_unref(s->octets);
    g_free(s);
}

static void octets_free(void *data)
{
    g_byte_array_unref(data);
}

static stream *stream_of(observer *o, const sighting *s)
{
    g_autofree char *key = g_strdup_printf("%d %zu %s", s->at->kind, s->at->index, s->flow);
    stream *known = g_hash_table_lookup(o->streams, key);
    if (known != NULL)
        return known;
    stream *added = g_new0(stream, 1);
    added->pieces = g_hash_table_new_full(NULL, NULL, NULL, octets_free);
    added->octets = g_byte_array_new();
    g_hash_table_insert(o->streams, g_steal_pointer(&key), added);
    return added;
}

/* Takes of some piece what comes next; forgets pieces that say nothing new. */
static bool take_piece(stream *to)
{
    GHashTableIter each;
    gpointer sequence, value;
    g_hash_table_iter_init(&each, to->pieces);
    while (g_hash_table_iter_next(&each, &sequence, &value)) {
        const GByteArray *piece = value;
        const int32_t before = (int32_t)(to->next - GPOINTER_TO_UINT(sequence));
        if (before < 0)
            continue;
        bool more = (uint32_t)before < piece->len;
        if (more) {
            g_byte_array_append(to->octets, piece->data + before, piece->len - (guint)before);
            to->next += piece->len - (guint)before;
        }
        g_hash_table_iter_remove(&each);
        if (more)
            return true;
    }
    return false;
}

static void take_segment(stream *to, const sighting *s)
{
    if ((s->frame->segment.flags & TCP_FLAG_SYN) != 0) {
        to->begun = true;
        to->next = s->sequence + 1;
    }
    g_assert_true(to->begun);
    if (s->payload > 0) {
        const packet *p = &s->frame->packet;
        GByteArray *payload = g_byte_array_new();
        g_byte_array_append(payload, s->header + p->transport_length, s->payload);
        g_hash_table_replace(to->pieces, GUINT_TO_POINTER(s->sequence), payload);
    }
    while (take_piece(to))
        ;
}

static char *told_key(size_t ingress, const cats_address *peer, const cats_address *service)
{
    char from[CATS_ADDRESS_TEXT], prefix[CATS_ADDRESS_TEXT];
    cats_address_format(peer, from);
    cats_address_format(service, prefix);
    return g_strdup_printf("%zu %s %s", ingress, from, prefix);
}

/* Of a prefix in an UPDATE that arrives at an ingress. */
static void note_prefix(observer *o, const sighting *s, const cats_route_update *update,
                        const bgp_nlri_walk *walk)
{
    char *key = told_key(s->at->index, &s->frame->segment.source, &walk->prefix.address);
    if (walk->withdrawn || update->handling != BGP_ACCEPT || !update->has_announcement) {
        g_hash_table_remove(o->told, key);
        g_free(key);
        return;
    }
    told noted = { .aggregate_id = update->announcement.aggregate.aggregate_id };
    memcpy(noted.sid, update->announcement.sid.sid, 16);
    g_assert_true(cats_address_equal(&update->update.prefixes[0].next_hop, &s->frame->segment.source));
    g_hash_table_replace(o->told, key, g_memdup2(&noted, sizeof noted));
}

static void take_update(observer *o, const sighting *s, const bgp_message *message)
{
    cats_route_update update;
    cats_defect defect;
    g_assert_true(cats_route_update_read(&cats_route_codes_default, message->body,
                                         message->length - BGP_HEADER_LENGTH, &update, &defect));
    for (unsigned i = 0; s->at->kind == CORE_TO_INGRESS && i < update.update.count; i++) {
        bgp_nlri_walk walk;
        bgp_nlri_walk_start(&walk, &update.update, &update.update.prefixes[i], false);
        while (bgp_nlri_walk_next(&walk))
            note_prefix(o, s, &update, &walk);
        g_assert_false(walk.bad);
    }
    if (s->at->kind != EGRESS_TO_CORE && s->at->kind != INGRESS_TO_CORE)
        return;
    cats_findings findings = { 0 };
    o->seen->updates++;
    cats_route_update_judge(&update, &findings);
    for (unsigned i = 0; i < findings.count; i++)
        observer_break(o, findings.list[i].rule, NULL);
}

void observe_bgp(observer *o, const sighting *s)
{
    const affinity_segment *segment = &s->frame->segment;
    if (segment->source_port != BGP_PORT && segment->destination_port != BGP_PORT)
        return;
    stream *of = stream_of(o, s);
    bgp_message message;
    cats_defect defect;
    size_t next = 0;
    bgp_message_result result;
    take_segment(of, s);
    while ((result = bgp_message_next(of->octets->data, of->octets->len, &next, &message, &defect)) ==
           BGP_MESSAGE)
        if (message.type == BGP_UPDATE)
            take_update(o, s, &message);
    g_assert_cmpint(result, ==, BGP_MESSAGE_END);
    g_byte_array_remove_range(of->octets, 0, (guint)next);
}

void observe_choice(observer *o, const sighting *s, const cats_steering *steering)
{
    const uint8_t *source = NULL;
    for (size_t i = 0; i < o->topology->egress_count; i++)
        if (cats_address_equal(&o->topology->egresses[i].locator, &steering->parts.locator))
            source = o->topology->egresses[i].source;
    if (source == NULL || g_hash_table_size(o->streams) == 0)
        return;
    const cats_address peer = cats_address_ipv6(source);
    g_autofree char *key = told_key(s->at->index, &peer, &s->frame->segment.destination);
    const told *known = g_hash_table_lookup(o->told, key);
    cats_sid_parts parts = steering->parts;
    uint8_t sid[16];
    parts.argument = 0;
    cats_sid_join(&steering->structure, &parts, sid);
    if (known == NULL || memcmp(known->sid, sid, 16) != 0 ||
        (steering->has_argument && known->aggregate_id != steering->argument.aggregate_id))
        o->seen->unannounced++;
}

void observe_routes_begin(observer *o)
{
    o->streams = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, stream_free);
    o->told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

void observe_routes_end(observer *o)
{
    g_hash_table_destroy(o->streams);
    g_hash_table_destroy(o->told);
}
