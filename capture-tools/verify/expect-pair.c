/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pairs by content: which packet is whose, and what is judged of a pair: checksums, ports, order, delays.
 * Spec: man/catshark-verify.1 (EXPECT); RFC 4737 s3 (reordering). */
#include "expect-window-private.h"

#include "epan-cats/capture-time.h"
#include "epan-cats/checksum.h"
#include "epan-cats/hash-mix.h"
#include "epan-cats/octet-digest.h"

enum { PORTS_MAX = 1000000, COPIES_LOOKED_AT = 4096 };

uint64_t expect_same_key(const packet_identity *id, uint32_t generated_place)
{
    return id->head ^ hash_mix(id->outer + generated_place);
}

/* ---- the client's port ---- */

static uint64_t port_key(const packet_identity *generated)
{
    return hash_mix((uint64_t)generated->ends << 16 | generated->client_port);
}

/* True when the observed port is what the flow's became before, or the flow is new. */
static bool port_agrees(const expect_window *w, const packet_identity *generated,
                        const packet_identity *observed)
{
    if (!generated->ported || !observed->ported)
        return true;
    uint64_t key = port_key(generated);
    gpointer known = g_hash_table_lookup(w->ports, &key);
    return known == NULL || GPOINTER_TO_UINT(known) == observed->client_port + 1u;
}

void expect_skip_port(expect_window *w, const packet_identity *generated, const packet_identity *observed)
{
    bool skip = generated->ported && observed->ported && generated->client_sends == observed->client_sends &&
                port_agrees(w, generated, observed);
    packet_comparer_skip_port(w->comparer, !skip ? -1 : generated->client_sends ? 0 : 1);
}

static void keep_port(expect_window *w, const packet_identity *generated, const packet_identity *observed)
{
    uint64_t key = port_key(generated);
    if (!generated->ported || !observed->ported || g_hash_table_contains(w->ports, &key))
        return;
    if (g_hash_table_size(w->ports) >= PORTS_MAX)
        w->count.ports_let_go++;
    else
        g_hash_table_insert(w->ports, g_memdup2(&key, sizeof key),
                            GUINT_TO_POINTER(observed->client_port + 1u));
}

/* ---- who is whose pair ---- */

bool expect_is_pair(const expect_window *w, uint32_t slot, const packet_identity *id, uint32_t place)
{
    const expected_packet *e = &w->ring[slot];
    const packet_identity *of = &e->identity;
    uint32_t generated = w->observed[place].generated;
    if (of->head != id->head || (of->body != id->body && !of->cut && !id->cut) ||
        expect_is_seen(w, e, place) || !port_agrees(w, of, id))
        return false;
    if (generated == EXPECT_ANYWHERE)
        return !e->secondary;
    return e->place == generated && of->outer == id->outer;
}

static uint32_t order_key(const packet_identity *id, uint32_t place)
{
    return (uint32_t)hash_mix((uint64_t)id->flow << 16 | place);
}

static packet_path *path_of(const expect_window *w, uint64_t key)
{
    return &w->paths[hash_mix(key) & (w->slots - 1)];
}

/* Where a flow is kept: flows that were not seen for a whole window cannot come out of order any more, and
 * their place is free. */
static flow_order *order_of(const expect_window *w, const packet_identity *id, uint32_t place, bool *known)
{
    uint32_t flow = order_key(id, place);
    flow_order *row = &w->orders[expect_row(w, flow)], *oldest = row;
    for (unsigned i = 0; i < EXPECT_WAYS; i++) {
        *known = row[i].last != 0 && row[i].flow == flow;
        if (*known)
            return &row[i];
        if (row[i].last < oldest->last)
            oldest = &row[i];
    }
    return oldest;
}

bool expect_is_in_order(const expect_window *w, uint32_t slot, const packet_identity *id, uint32_t place)
{
    bool known;
    const flow_order *order = order_of(w, id, place, &known);
    return !known || expect_number(w, slot) >= order->last;
}

uint32_t expect_find(const expect_window *w, const packet_identity *id, uint32_t place)
{
    uint32_t generated = w->observed[place].generated, found = EXPECT_NONE;
    const packet_copies *copies = generated == EXPECT_ANYWHERE ? w->inner : w->same;
    uint64_t key = generated == EXPECT_ANYWHERE ? id->head : expect_same_key(id, generated);
    uint32_t slot = packet_copies_first(copies, key);
    for (unsigned i = 0; slot != EXPECT_NONE && i < COPIES_LOOKED_AT; i++) {
        if (expect_is_pair(w, slot, id, place)) {
            if (expect_is_in_order(w, slot, id, place))
                return slot;
            found = found == EXPECT_NONE ? slot : found;
        }
        slot = packet_copies_next(copies, slot);
    }
    return found;
}

static uint64_t paired_key(const packet_identity *id, uint32_t place)
{
    return hash_mix(id->head ^
                    hash_mix(id->body ^ hash_mix(id->outer + ((uint64_t)place << 16 | id->client_port))));
}

/* The tables are larger than a cache near the processor, and a frame of GENERATED is read before they are
 * asked. */
void expect_prefetch(const expect_window *w, const packet_identity *id, uint32_t place)
{
    __builtin_prefetch(&w->paired[expect_row(w, paired_key(id, place))], 1);
    __builtin_prefetch(&w->orders[expect_row(w, order_key(id, place))], 1);
    if (w->observed_count > 1)
        __builtin_prefetch(path_of(w, expect_inner_key(id)), 1);
}

bool expect_is_copy(const expect_window *w, const packet_identity *id, uint32_t place)
{
    uint64_t key = paired_key(id, place);
    const uint64_t *row = &w->paired[expect_row(w, key)];
    for (unsigned i = 0; i < EXPECT_WAYS; i++)
        if (row[i] == key)
            return true;
    return false;
}

static void note_copy(expect_window *w, const packet_identity *id, uint32_t place)
{
    uint64_t key = paired_key(id, place), *row = &w->paired[expect_row(w, key)];
    for (unsigned i = EXPECT_WAYS - 1; i > 0; i--)
        row[i] = row[i - 1];
    row[0] = key;
}

/* The same packet was generated at other places: there too it has been seen. */
static void mark_others(expect_window *w, uint32_t slot, uint64_t bit)
{
    const expected_packet *e = &w->ring[slot];
    bool marked[EXPECT_PLACES_MAX] = { false };
    marked[e->place] = true;
    uint32_t other = packet_copies_next(w->inner, slot);
    for (unsigned i = 0; other != EXPECT_NONE && i < COPIES_LOOKED_AT; i++) {
        expected_packet *o = &w->ring[other];
        if (!marked[o->place] && o->identity.body == e->identity.body && (o->seen & bit) == 0) {
            marked[o->place] = true;
            o->seen |= bit;
        }
        other = packet_copies_next(w->inner, other);
    }
}

/* ---- what is judged of a pair ---- */

static bool offloaded(const expect_window *w, checksum_state state, uint16_t value)
{
    return (state == CHECKSUM_PARTIAL || value == 0) && w->settings.ignored->group[IGNORED_CHECKSUM_OFFLOAD];
}

/* An IPv4 header around or of the packet has a checksum that is wrong. */
static bool headers_wrong(const expect_window *w, const packet *p)
{
    for (int i = 0; i < p->ip_count && !p->ip[i].quoted; i++) {
        const packet_ip *ip = &p->ip[i];
        if (checksum_verify_ip(p, ip) == CHECKSUM_BAD &&
            !offloaded(w, CHECKSUM_BAD, packet_get16(p->data + ip->offset + 10)))
            return true;
    }
    return false;
}

/* Checksums are no part of what makes a pair. What is as it was generated is not asked to be right. */
static bool checksums_differ(const expect_window *w, const packet_identity *generated,
                             const packet_identity *observed, const packet *p)
{
    if (observed->headers != generated->headers && headers_wrong(w, p))
        return true;
    if (observed->checksum == generated->checksum && !observed->covers_ignored)
        return false;
    checksum_state state = checksum_verify_transport(p);
    if (state == CHECKSUM_GOOD || offloaded(w, state, observed->checksum))
        return false;
    return observed->checksum != generated->checksum || state == CHECKSUM_BAD;
}

static void tell_changed(expect_window *w, const generated_frame *generated, const observed_frame *frame,
                         const packet_differences *fields)
{
    const expect_difference difference = { .kind = DIFFERENCE_CHANGED,
                                           .generated = generated,
                                           .observed = frame,
                                           .fields = fields,
                                           .inner = w->observed[frame->place].generated == EXPECT_ANYWHERE };
    expect_tell(w, &difference);
}

/* Of a fragment nothing tells what would be right. */
static void tell_fragment_checksum(expect_window *w, const expected_packet *e, const observed_frame *frame,
                                   const packet_identity *observed, const packet *p)
{
    int carrier = packet_carrier(p);
    header_kind kind = carrier < 0 ? HEADER_NONE : header_kind_of_transport(p->ip[carrier].protocol);
    if (kind == HEADER_NONE)
        return;
    const header_shape *shape = header_shape_get(kind);
    unsigned i = 0;
    while (shape->fields[i].role != FIELD_CHECKSUM)
        i++;
    char value[8], expected[8];
    g_snprintf(value, sizeof value, "0x%04x", observed->checksum);
    g_snprintf(expected, sizeof expected, "0x%04x", e->identity.checksum);
    g_autoptr(GArray) fields = g_array_new(FALSE, FALSE, sizeof(field_difference));
    const field_difference field = { shape->fields[i].name, value, expected };
    g_array_append_val(fields, field);
    const packet_differences differences = { .fields = fields, .cost = 1 };
    generated_frame generated = expect_generated_view(e);
    tell_changed(w, &generated, frame, &differences);
}

/* Which checksum of a pair by content is not as it should be: the generated octets are not kept for it. */
static void tell_checksum(expect_window *w, uint32_t slot, const observed_frame *frame,
                          const packet_identity *observed, const packet *p)
{
    const expected_packet *e = &w->ring[slot];
    generated_frame generated = expect_generated_view(e);
    bool inner = w->observed[frame->place].generated == EXPECT_ANYWHERE;
    g_autofree uint8_t *mended = g_memdup2(frame->octets.data, frame->octets.captured);
    if (p->ip_count > 0)
        checksum_write(mended + p->ip[0].offset, MIN(p->ip[0].end, p->captured) - p->ip[0].offset);
    frame_octets right = frame->octets;
    right.data = mended;
    packet_comparer_skip_port(w->comparer, -1);
    const packet_differences *fields = packet_compare(w->comparer, &right, &frame->octets, inner, true);
    if (fields->cost > 0)
        tell_changed(w, &generated, frame, fields);
    else
        tell_fragment_checksum(w, e, frame, observed, p);
}

/* Packets of the flow that were generated behind this one, up to another, and have been observed before it.
 */
static uint32_t overtaken_by(const expect_window *w, uint32_t slot, uint64_t last, uint32_t flow,
                             uint32_t place)
{
    uint32_t count = 0;
    for (uint64_t i = expect_number(w, slot) + 1; i < last; i++) {
        const expected_packet *e = &w->ring[expect_slot(w, i)];
        count += e->identity.flow == flow && expect_is_seen(w, e, place) && !e->secondary &&
                 (w->observed[place].generated == EXPECT_ANYWHERE || e->place == w->ring[slot].place);
    }
    return MAX(count, 1);
}

static void judge_order(expect_window *w, uint32_t slot, const observed_frame *frame)
{
    const expected_packet *e = &w->ring[slot];
    uint64_t number = expect_number(w, slot) + 1;
    bool known;
    flow_order *order = order_of(w, &e->identity, frame->place, &known);
    if (!known || number > order->last) {
        order->flow = order_key(&e->identity, frame->place);
        order->last = number;
        return;
    }
    generated_frame generated = expect_generated_view(e);
    const expect_difference difference = {
        .kind = DIFFERENCE_REORDERED,
        .generated = &generated,
        .observed = frame,
        .late = overtaken_by(w, slot, order->last, e->identity.flow, frame->place),
    };
    expect_tell(w, &difference);
}

/* A packet that comes again to where it was is sent again: its way begins anew. */
static void follow_path(expect_window *w, const observed_frame *frame, const packet_identity *id)
{
    uint64_t key = expect_inner_key(id), place = UINT64_C(1) << frame->place % 64;
    packet_path *path = path_of(w, key);
    if (path->key != key || path->places == 0 || (path->places & place) != 0)
        *path = (packet_path){ .key = key };
    else
        w->settings.passed(w->settings.context, path->place, frame->place,
                           capture_time_between(path->time_ns, frame->time_ns));
    path->places |= place;
    path->place = frame->place;
    path->time_ns = frame->time_ns;
}

static void note_period(expect_window *w, const expected_packet *e, unsigned capture)
{
    capture_period *period = &w->periods[capture];
    if (!period->known || e->number < period->first)
        period->first = e->number;
    if (!period->known || e->number > period->last)
        period->last = e->number;
    period->known = true;
}

void expect_note_pair(expect_window *w, uint32_t slot, const observed_frame *frame)
{
    expected_packet *e = &w->ring[slot];
    uint64_t bit = w->observed[frame->place].bit;
    w->count.paired++;
    e->seen |= bit;
    if (w->observed[frame->place].generated != EXPECT_ANYWHERE)
        expect_stop_waiting(w, slot);
    else
        mark_others(w, slot, bit);
    note_period(w, e, w->observed[frame->place].capture);
    w->settings.delayed(w->settings.context, frame->place, capture_time_between(e->time_ns, frame->time_ns));
}

void expect_pair(expect_window *w, uint32_t slot, const observed_frame *frame, const packet_identity *id,
                 const packet *p, bool ordered)
{
    expected_packet *e = &w->ring[slot];
    expect_note_pair(w, slot, frame);
    note_copy(w, id, frame->place);
    w->paired_at = w->count.observed;
    w->count.cut += e->identity.cut || id->cut;
    if (id->ported)
        keep_port(w, &e->identity, id);
    if (checksums_differ(w, &e->identity, id, p))
        tell_checksum(w, slot, frame, id, p);
    if (ordered && id->has_ip) {
        judge_order(w, slot, frame);
        if (w->observed_count > 1)
            follow_path(w, frame, id);
    }
    uint64_t number = expect_number(w, slot);
    if (w->inner == NULL && number >= EXPECT_KEPT_FIRST)
        expect_drop_octets(w, e);
    expect_advance(w, number + 1);
}
