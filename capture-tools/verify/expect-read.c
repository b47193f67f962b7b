/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads GENERATED as far as an observed packet needs, and holds what waits for its observation. Spec:
 * man/catshark-verify.1 (EXPECT). */
#include "expect-window-private.h"

/* ---- what waits ---- */

static void wait_for(expect_window *w, uint32_t slot)
{
    expected_packet *e = &w->ring[slot];
    expected_place *place = &w->generated[e->place];
    e->before = place->last;
    e->after = EXPECT_NONE;
    if (place->last == EXPECT_NONE)
        place->first = slot;
    else
        w->ring[place->last].after = slot;
    place->last = slot;
    e->waits = true;
    packet_copies_add(w->same, slot, expect_same_key(&e->identity, e->place));
}

void expect_stop_waiting(expect_window *w, uint32_t slot)
{
    expected_packet *e = &w->ring[slot];
    expected_place *place = &w->generated[e->place];
    if (!e->waits)
        return;
    *(e->before == EXPECT_NONE ? &place->first : &w->ring[e->before].after) = e->after;
    *(e->after == EXPECT_NONE ? &place->last : &w->ring[e->after].before) = e->before;
    e->waits = false;
    packet_copies_remove(w->same, slot);
}

uint8_t *expect_keep_octets(expect_window *w, const frame_octets *octets)
{
    w->held += octets->captured;
    w->count.held_most = MAX(w->count.held_most, w->held);
    return g_memdup2(octets->data, MAX(octets->captured, 1));
}

void expect_drop_octets(expect_window *w, expected_packet *e)
{
    if (e->octets == NULL)
        return;
    w->held -= e->captured;
    g_clear_pointer(&e->octets, g_free);
}

/* The same packet, as often, was generated at another place before. */
static bool is_secondary(const expect_window *w, uint32_t slot)
{
    const expected_packet *e = &w->ring[slot];
    uint16_t copies[EXPECT_PLACES_MAX] = { 0 };
    uint32_t other = packet_copies_first(w->inner, e->identity.head);
    for (; other != EXPECT_NONE; other = packet_copies_next(w->inner, other))
        if (w->ring[other].identity.body == e->identity.body)
            copies[w->ring[other].place]++;
    other = packet_copies_first(w->inner, e->identity.head);
    for (; other != EXPECT_NONE; other = packet_copies_next(w->inner, other))
        if (copies[w->ring[other].place] > copies[e->place])
            return true;
    return false;
}

void expect_index_inner(expect_window *w, uint32_t slot)
{
    w->ring[slot].secondary = is_secondary(w, slot);
    packet_copies_add(w->inner, slot, w->ring[slot].identity.head);
}

/* ---- reading ahead ---- */

/* What has the same octets, but for MAC addresses, is digested once. */
static bool has_octets_of(const expect_window *w, const frame_octets *a, const frame_octets *b)
{
    enum { MACS = 12 };
    bool macs = a->link_type == PACKET_LINK_ETHERNET && w->settings.ignored->group[IGNORED_MAC];
    uint32_t from = macs && a->captured > MACS ? MACS : 0;
    return a->captured == b->captured && a->wire == b->wire && a->link_type == b->link_type &&
           memcmp(a->data + from, b->data + from, a->captured - from) == 0;
}

static void identify(const expect_window *w, const frame_octets *octets, const expect_sought *sought,
                     packet_identity *id)
{
    packet p;
    if (sought != NULL && has_octets_of(w, octets, &sought->frame->octets)) {
        *id = *sought->id;
        return;
    }
    packet_walk(octets->link_type, octets->data, octets->captured, octets->wire, &p);
    packet_identity_read(&p, octets->link_type, w->settings.ignored, w->settings.topology, id);
}

/* Reads one more generated packet, perhaps the one that is sought (NULL: none is). Its octets are not kept
 * yet: *octets are those that were read. */
static bool read_generated(expect_window *w, const expect_sought *sought, uint32_t *slot,
                           frame_octets *octets)
{
    generated_frame frame;
    if (w->ended || !w->settings.read(w->settings.context, &frame)) {
        w->ended = true;
        return false;
    }
    *slot = expect_slot(w, w->next++);
    *octets = frame.octets;
    expected_packet *e = &w->ring[*slot];
    e->seen = 0;
    e->number = frame.number;
    e->time_ns = frame.time_ns;
    e->octets = NULL;
    e->captured = frame.octets.captured;
    e->wire = frame.octets.wire;
    e->link_type = frame.octets.link_type;
    e->place = (uint16_t)frame.place;
    e->waits = false;
    e->secondary = false;
    identify(w, &frame.octets, sought, &e->identity);
    w->count.generated++;
    w->generated[frame.place].read++;
    if (w->flows != NULL)
        g_hash_table_add(w->flows, GUINT_TO_POINTER(e->identity.flow));
    if (w->inner != NULL)
        expect_index_inner(w, *slot);
    return true;
}

/* A packet that was read and has no pair yet. */
static void keep_generated(expect_window *w, uint32_t slot, const frame_octets *octets)
{
    w->ring[slot].octets = expect_keep_octets(w, octets);
    wait_for(w, slot);
}

static bool may_read(const expect_window *w, uint64_t ahead)
{
    return !w->ended && w->next - w->front < ahead && w->next - w->oldest < w->slots;
}

/* Reads until the observed packet is found. It is often the next one, which then never waits, and whose
 * octets are not needed. */
uint32_t expect_read_until_found(expect_window *w, const expect_sought *sought, uint64_t ahead)
{
    uint32_t slot;
    frame_octets octets;
    while (may_read(w, ahead) && read_generated(w, sought, &slot, &octets)) {
        bool found = expect_is_pair(w, slot, sought->id, sought->frame->place);
        if (!found || w->inner != NULL || w->next <= EXPECT_KEPT_FIRST)
            keep_generated(w, slot, &octets);
        if (found)
            return slot;
    }
    return EXPECT_NONE;
}

bool expect_read_on(expect_window *w)
{
    uint32_t slot;
    frame_octets octets;
    if (w->next - w->oldest == w->slots)
        expect_forget_oldest(w, false);
    if (!read_generated(w, NULL, &slot, &octets))
        return false;
    keep_generated(w, slot, &octets);
    return true;
}
