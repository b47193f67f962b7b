/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Puts segments together. What a segment completes is handed out from one buffer; of a direction only the
 * beginning of a message is kept. Spec: RFC 4271 s4, RFC 9293 s3.4. */
#include "bgp-stream.h"

#include "srh.h"

#include "affinity-rules.h"
#include <glib.h>

enum { TCP_SEQUENCE_AT = 4 };

typedef struct direction {
    bgp_direction key;
    GList in_use;      /* link of by_use; its data is this direction */
    bool opened;       /* its SYN was seen: first is valid */
    uint32_t first;    /* sequence number behind the SYN */
    uint32_t next;     /* sequence number behind the last octet taken */
    uint8_t *awaiting; /* the beginning of a message, or NULL */
    size_t length;     /* octets of it */
} direction;

struct bgp_stream {
    GHashTable *directions; /* direction, by its key */
    GQueue by_use;          /* the one used longest ago first */
    size_t limit, octets_limit;
    bgp_stream_count count;
    GByteArray *work;       /* what awaited its rest, and the segment's new octets */
    size_t taken;           /* octets of it that were handed out */
    direction *current;     /* whose they are; NULL: nothing is to be kept of them */
    bgp_stream_miss missed; /* but for: */
    bool bad;               /* what stands behind `taken` is no message */
};

static cats_address final_destination(const packet *p, const packet_ip *ip)
{
    srh_view srh;
    cats_defect defect;
    const uint8_t *final = NULL;
    uint32_t limit = MIN(ip->end, p->captured);
    if (ip->srh != 0 && ip->srh < limit && srh_parse(p->data + ip->srh, limit - ip->srh, &srh, &defect))
        final = srh_final_destination(&srh);
    return final != NULL ? cats_address_ipv6(final) : packet_destination(p, ip);
}

bool bgp_segment_of(const packet *p, bgp_direction *of, bgp_segment *segment)
{
    if (p->transport != PACKET_TCP || (p->source_port != BGP_PORT && p->destination_port != BGP_PORT) ||
        !p->transport_captured || p->transport_length == 0)
        return false;
    const packet_ip *ip = packet_innermost(p);
    bool opens = (p->tcp_flags & TCP_FLAG_SYN) != 0;
    if (ip->quoted || (!opens && (p->transport_payload == 0 || (p->tcp_flags & TCP_FLAG_RST) != 0)))
        return false;
    uint32_t at = p->transport_offset + p->transport_length;
    uint32_t there = at < p->captured ? MIN(p->transport_payload, p->captured - at) : 0;
    *of = (bgp_direction){ packet_source(p, ip), final_destination(p, ip), p->source_port,
                           p->destination_port };
    *segment = (bgp_segment){ .of = of,
                              .sequence = packet_get32(p->data + p->transport_offset + TCP_SEQUENCE_AT),
                              .opens = opens,
                              .octets = p->data + at,
                              .length = there,
                              .missing = MAX(p->transport_payload - there, ip->fragment) };
    return true;
}

static guint key_hash(gconstpointer pointer)
{
    const bgp_direction *key = pointer;
    return cats_address_hash(&key->source) * 31 + cats_address_hash(&key->destination) +
           key->source_port * 7u + key->destination_port;
}

static gboolean key_same(gconstpointer a, gconstpointer b)
{
    const bgp_direction *x = a, *y = b;
    return x->source_port == y->source_port && x->destination_port == y->destination_port &&
           cats_address_equal(&x->source, &y->source) && cats_address_equal(&x->destination, &y->destination);
}

bgp_stream *bgp_stream_new(size_t directions, size_t octets)
{
    bgp_stream *s = g_new0(bgp_stream, 1);
    s->limit = MAX(directions, 1);
    s->octets_limit = octets;
    s->directions = g_hash_table_new(key_hash, key_same);
    s->work = g_byte_array_new();
    g_queue_init(&s->by_use);
    return s;
}

/* What awaits its rest waits no longer. */
static void drop_awaiting(bgp_stream *s, direction *d)
{
    s->count.octets -= d->length;
    g_free(d->awaiting);
    d->awaiting = NULL;
    d->length = 0;
}

static void forget(bgp_stream *s, direction *d)
{
    drop_awaiting(s, d);
    g_hash_table_remove(s->directions, d);
    g_queue_unlink(&s->by_use, &d->in_use);
    g_free(d);
}

void bgp_stream_free(bgp_stream *s)
{
    if (s == NULL)
        return;
    while (!g_queue_is_empty(&s->by_use))
        forget(s, g_queue_peek_head(&s->by_use));
    g_hash_table_destroy(s->directions);
    g_byte_array_unref(s->work);
    g_free(s);
}

bgp_stream_count bgp_stream_count_get(const bgp_stream *s)
{
    bgp_stream_count count = s->count;
    count.directions = s->by_use.length;
    return count;
}

static void let_go(bgp_stream *s)
{
    forget(s, g_queue_peek_head(&s->by_use));
    s->count.let_go++;
    s->missed = BGP_STREAM_ROOM;
}

/* It is the one used last then. */
static direction *find(bgp_stream *s, const bgp_segment *segment)
{
    direction *d = g_hash_table_lookup(s->directions, segment->of);
    if (d != NULL) {
        g_queue_unlink(&s->by_use, &d->in_use);
    } else {
        if (s->by_use.length == s->limit)
            let_go(s);
        d = g_new0(direction, 1);
        d->key = *segment->of;
        d->in_use.data = d;
        d->next = segment->sequence;
        g_hash_table_add(s->directions, d);
    }
    g_queue_push_tail_link(&s->by_use, &d->in_use);
    return d;
}

/* The rest of what was taken last waits for more. */
static void settle(bgp_stream *s)
{
    bgp_message passed_over;
    while (bgp_stream_next(s, &passed_over))
        ;
    size_t left = s->work->len - s->taken;
    direction *d = s->current;
    s->current = NULL;
    if (d == NULL || s->bad || left == 0 || left > s->octets_limit)
        return;
    while (s->count.octets + left > s->octets_limit && g_queue_peek_head(&s->by_use) != d)
        let_go(s);
    d->awaiting = g_memdup2(s->work->data + s->taken, left);
    d->length = left;
    s->count.octets += left;
}

static void open_direction(bgp_stream *s, direction *d, uint32_t sequence)
{
    if (d->opened && d->first == sequence + 1)
        return;
    drop_awaiting(s, d);
    d->opened = true;
    d->first = d->next = sequence + 1;
}

void bgp_stream_take(bgp_stream *s, const bgp_segment *segment)
{
    s->missed = BGP_STREAM_WHOLE;
    settle(s);
    g_byte_array_set_size(s->work, 0);
    s->taken = 0;
    s->bad = false;
    direction *d = find(s, segment);
    if (segment->opens) {
        open_direction(s, d, segment->sequence);
        return;
    }
    uint32_t old = d->next - segment->sequence; /* octets that were there before, where there is no gap */
    bool gap = old > INT32_MAX;
    if (!gap && old >= (uint64_t)segment->length + segment->missing)
        return;
    size_t skipped = gap ? 0 : MIN(old, segment->length);
    if (gap || segment->missing > 0) {
        s->missed = s->missed == BGP_STREAM_WHOLE ? BGP_STREAM_LACKS : s->missed;
        drop_awaiting(s, d);
    }
    d->next = segment->sequence + segment->length + segment->missing;
    if (d->length > 0)
        g_byte_array_append(s->work, d->awaiting, (guint)d->length);
    drop_awaiting(s, d);
    g_byte_array_append(s->work, segment->octets + skipped, (guint)(segment->length - skipped));
    g_byte_array_remove_range(s->work, 0, (guint)bgp_message_first(s->work->data, s->work->len));
    s->current = segment->missing > 0 ? NULL : d;
}

bgp_stream_miss bgp_stream_missed(const bgp_stream *s)
{
    return s->missed == BGP_STREAM_WHOLE && s->bad ? BGP_STREAM_NO_MESSAGE : s->missed;
}

bool bgp_stream_next(bgp_stream *s, bgp_message *message)
{
    cats_defect defect;
    if (s->bad)
        return false;
    bgp_message_result result = bgp_message_next(s->work->data, s->work->len, &s->taken, message, &defect);
    s->bad = result == BGP_MESSAGE_BAD;
    return result == BGP_MESSAGE;
}

bgp_stream_miss bgp_stream_frame(bgp_stream *s, const packet *p, bgp_stream_message take, void *context)
{
    bgp_direction of;
    bgp_segment segment;
    bgp_message message;
    if (!bgp_segment_of(p, &of, &segment))
        return BGP_STREAM_WHOLE;
    bgp_stream_take(s, &segment);
    while (bgp_stream_next(s, &message))
        take(context, &of, &message);
    return bgp_stream_missed(s);
}
