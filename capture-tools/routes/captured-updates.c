/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TCP payloads put together to messages, a direction at a time. Spec: RFC 4271 s4; RFC 9293 s3.4. */
#include "captured-updates.h"
#include "capture-tools/io/capture-reader.h"
#include "epan-cats/packet.h"
#include <string.h>

enum { TCP_SEQUENCE_AT = 4 };
/* Room for the rest of one message; a direction with more octets and no message in them is none of BGP. */
#define PENDING_MAX 65535u

typedef struct direction_key {
    cats_address source, destination;
    uint16_t source_port, destination_port;
} direction_key;

typedef struct direction {
    uint32_t next;       /* sequence number */
    GByteArray *pending; /* the beginning of a message */
} direction;

typedef struct reading {
    GHashTable *directions; /* direction_key -> direction */
    captured_message take;
    void *context;
} reading;

static guint key_hash(gconstpointer pointer)
{
    const direction_key *key = pointer;
    return cats_address_hash(&key->source) * 31 + cats_address_hash(&key->destination) +
           key->source_port * 7u + key->destination_port;
}

static gboolean key_same(gconstpointer a, gconstpointer b)
{
    const direction_key *x = a, *y = b;
    return cats_address_equal(&x->source, &y->source) &&
           cats_address_equal(&x->destination, &y->destination) && x->source_port == y->source_port &&
           x->destination_port == y->destination_port;
}

static void direction_free(void *pointer)
{
    direction *d = pointer;
    g_byte_array_unref(d->pending);
    g_free(d);
}

/* Hands out what is whole; false when the octets are no messages. */
static bool take_messages(const reading *r, const direction_key *key, GByteArray *pending)
{
    bgp_message message;
    bgp_message_result result;
    cats_defect defect;
    size_t next = 0;
    char source[CATS_ADDRESS_TEXT], destination[CATS_ADDRESS_TEXT];
    cats_address_format(&key->source, source);
    cats_address_format(&key->destination, destination);
    g_autofree char *sender = g_strdup_printf("%s to %s", source, destination);
    while ((result = bgp_message_next(pending->data, pending->len, &next, &message, &defect)) == BGP_MESSAGE)
        r->take(r->context, sender, &message);
    g_byte_array_remove_range(pending, 0, (guint)MIN(next, pending->len));
    return result == BGP_MESSAGE_END && pending->len <= PENDING_MAX;
}

/* Of a segment the part that is new. A gap, and what is no message, end what was pending. */
static void take_segment(const reading *r, const direction_key *key, uint32_t sequence, const uint8_t *octets,
                         size_t length)
{
    direction *d = g_hash_table_lookup(r->directions, key);
    if (d == NULL) {
        d = g_new0(direction, 1);
        *d = (direction){ .next = sequence, .pending = g_byte_array_new() };
        g_hash_table_insert(r->directions, g_memdup2(key, sizeof *key), d);
    }
    uint32_t old = d->next - sequence; /* octets that were there before, when it is no gap */
    bool gap = old > INT32_MAX;
    if (!gap && old >= length)
        return;
    if (gap)
        g_byte_array_set_size(d->pending, 0);
    size_t skipped = gap ? 0 : old;
    d->next = sequence + (uint32_t)length;
    g_byte_array_append(d->pending, octets + skipped, (guint)(length - skipped));
    if (!take_messages(r, key, d->pending))
        g_byte_array_set_size(d->pending, 0);
}

static void take_frame(const reading *r, const capture_frame *frame)
{
    packet p;
    packet_walk(frame->link_type, frame->data, frame->captured, frame->wire, &p);
    if (p.transport != PACKET_TCP || !p.transport_captured || p.ip_count == 0 ||
        (p.source_port != BGP_PORT && p.destination_port != BGP_PORT))
        return;
    const packet_ip *ip = packet_innermost(&p);
    size_t at = (size_t)p.transport_offset + p.transport_length;
    if (p.transport_payload == 0 || at + p.transport_payload > p.captured)
        return; /* a segment that is not all there is a gap */
    direction_key key = { packet_source(&p, ip), packet_destination(&p, ip), p.source_port,
                          p.destination_port };
    take_segment(r, &key, packet_get32(p.data + p.transport_offset + TCP_SEQUENCE_AT), p.data + at,
                 p.transport_payload);
}

bool captured_updates_read(const char *path, captured_message take, void *context, GError **error)
{
    capture_reader *reader = capture_reader_open(path, NULL, error);
    if (reader == NULL)
        return false;
    reading r = { g_hash_table_new_full(key_hash, key_same, g_free, direction_free), take, context };
    capture_frame frame;
    capture_status status;
    while ((status = capture_reader_next(reader, &frame)) == CAPTURE_FRAME)
        take_frame(&r, &frame);
    if (status == CAPTURE_BROKEN)
        g_set_error_literal(error, CAPTURE_ERROR, CAPTURE_ERROR_OPEN, capture_reader_message(reader));
    g_hash_table_destroy(r.directions);
    capture_reader_close(reader);
    return status == CAPTURE_END;
}
