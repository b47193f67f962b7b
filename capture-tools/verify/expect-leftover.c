/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What has no pair by content: the generated and the observed packet of one place that are most alike and
 * near in order are one that was changed. Spec: man/catshark-verify.1 (EXPECT). */
#include "expect-window-private.h"

/* Packets that are compared with one that is left over. */
enum { NEAR = 64, LOOKED_AT = 4096 };

#define NO_COST UINT64_MAX

void expect_free_pending(expect_window *w, pending_packet *o)
{
    g_queue_unlink(&w->pending, &o->in_all);
    g_queue_unlink(&w->observed[o->place].pending, &o->in_place);
    w->held -= o->captured;
    g_free(o->octets);
    g_free(o);
}

/* ---- how far apart ---- */

/* What is near in order is compared first; one field that differs is as near as can be. */
static uint64_t distance(expect_window *w, uint32_t slot, const pending_packet *o, bool *nearest)
{
    enum { ORDER_BITS = 24, ORDER_MAX = (1 << ORDER_BITS) - 1 };
    const expected_packet *e = &w->ring[slot];
    const frame_octets expected = expect_generated_view(e).octets, observed = expect_observed_view(o).octets;
    *nearest = false;
    if (e->octets == NULL)
        return NO_COST;
    expect_skip_port(w, &e->identity, &o->identity);
    const packet_differences *d = packet_compare(w->comparer, &expected, &observed,
                                                 w->observed[o->place].generated == EXPECT_ANYWHERE, false);
    if (!packet_differences_alike(d))
        return NO_COST;
    *nearest = d->independent <= 1;
    uint64_t number = expect_number(w, slot),
             apart = number > o->front ? number - o->front : o->front - number;
    return (uint64_t)d->cost << ORDER_BITS | MIN(apart, ORDER_MAX);
}

static bool is_open(const expect_window *w, uint32_t slot, uint32_t place)
{
    const expected_packet *e = &w->ring[slot];
    return !expect_is_seen(w, e, place) && !e->secondary;
}

/* The next slot that may be the observed packet's, from one or (NONE) from the beginning. */
static uint32_t next_open(const expect_window *w, const pending_packet *o, uint32_t slot)
{
    uint32_t generated = w->observed[o->place].generated;
    if (generated != EXPECT_ANYWHERE)
        return slot == EXPECT_NONE ? w->generated[generated].first : w->ring[slot].after;
    uint64_t from = o->front > w->oldest + NEAR ? o->front - NEAR : w->oldest;
    uint64_t number = slot == EXPECT_NONE ? from : expect_number(w, slot) + 1;
    for (unsigned i = 0; i < LOOKED_AT && number < w->next; i++, number++)
        if (is_open(w, expect_slot(w, number), o->place))
            return expect_slot(w, number);
    return EXPECT_NONE;
}

/* The generated packet that is most like the observed one, or NONE. */
static uint32_t best_generated(expect_window *w, const pending_packet *o, uint64_t *cost)
{
    uint32_t best = EXPECT_NONE, slot = next_open(w, o, EXPECT_NONE);
    bool nearest = false;
    *cost = NO_COST;
    for (unsigned i = 0; i < NEAR && slot != EXPECT_NONE && !nearest; i++, slot = next_open(w, o, slot)) {
        uint64_t apart = distance(w, slot, o, &nearest);
        if (apart >= *cost)
            continue;
        *cost = apart;
        best = slot;
    }
    return best;
}

/* The observed packet of a place that is most like the generated one, or NULL. */
static pending_packet *best_observed(expect_window *w, uint32_t slot, uint32_t place, uint64_t *cost)
{
    pending_packet *best = NULL;
    bool nearest = false;
    GList *link = w->observed[place].pending.head;
    for (unsigned i = 0; i < NEAR && link != NULL && !nearest; i++, link = link->next) {
        uint64_t apart = distance(w, slot, link->data, &nearest);
        if (apart >= *cost)
            continue;
        *cost = apart;
        best = link->data;
    }
    return best;
}

/* ---- what becomes of it ---- */

static void pair_changed(expect_window *w, uint32_t slot, pending_packet *o)
{
    observed_frame frame = expect_observed_view(o);
    generated_frame generated = expect_generated_view(&w->ring[slot]);
    bool inner = w->observed[o->place].generated == EXPECT_ANYWHERE;
    expect_skip_port(w, &w->ring[slot].identity, &o->identity);
    const packet_differences *fields =
        packet_compare(w->comparer, &generated.octets, &frame.octets, inner, true);
    const expect_difference difference = { .kind = DIFFERENCE_CHANGED,
                                           .generated = &generated,
                                           .observed = &frame,
                                           .fields = fields,
                                           .inner = inner };
    if (fields->cost > 0)
        expect_tell(w, &difference);
    expect_note_pair(w, slot, &frame);
    w->front = MAX(w->front, expect_number(w, slot) + 1);
    expect_free_pending(w, o);
}

bool expect_pair_late(expect_window *w, pending_packet *o, bool ordered)
{
    uint32_t slot = expect_find(w, &o->identity, o->place);
    if (slot == EXPECT_NONE)
        return false;
    observed_frame frame = expect_observed_view(o);
    packet p;
    packet_walk(o->link_type, o->octets, o->captured, o->wire, &p);
    packet_identity id = o->identity;
    /* Out of the queues first: pairing settles what has become old. */
    g_queue_unlink(&w->pending, &o->in_all);
    g_queue_unlink(&w->observed[o->place].pending, &o->in_place);
    expect_pair(w, slot, &frame, &id, &p, ordered);
    w->held -= o->captured;
    g_free(o->octets);
    g_free(o);
    return true;
}

static bool is_ignored(const expect_window *w, const pending_packet *o)
{
    const bool *ignored = w->settings.ignored->group;
    if (o->identity.link_control && ignored[IGNORED_LINK_CONTROL])
        return true;
    return w->flows != NULL && !g_hash_table_contains(w->flows, GUINT_TO_POINTER(o->identity.flow));
}

static void tell_unpaired(expect_window *w, const pending_packet *o)
{
    observed_frame frame = expect_observed_view(o);
    const expect_difference difference = { .kind = o->copy ? DIFFERENCE_DOUBLED : DIFFERENCE_UNEXPECTED,
                                           .observed = &frame };
    if (o->beyond && w->broken)
        w->count.beyond++;
    else if (!o->copy && is_ignored(w, o))
        w->count.ignored++;
    else
        expect_tell(w, &difference);
}

void expect_settle_observed(expect_window *w)
{
    pending_packet *o = w->pending.head->data;
    uint64_t cost;
    if (expect_pair_late(w, o, false))
        return;
    uint32_t slot = o->copy ? EXPECT_NONE : best_generated(w, o, &cost);
    if (slot != EXPECT_NONE) {
        pair_changed(w, slot, o);
        return;
    }
    tell_unpaired(w, o);
    expect_free_pending(w, o);
}

/* Generated before the first or after the last packet that the capture showed of it. */
static bool is_outside(const expect_window *w, const expected_packet *e, unsigned capture)
{
    const capture_period *period = &w->periods[capture];
    return !period->known || e->number < period->first || e->number > period->last;
}

static void tell_lost(expect_window *w, uint32_t slot, uint32_t place)
{
    const expected_packet *e = &w->ring[slot];
    generated_frame frame = expect_generated_view(e);
    expect_difference difference = { .kind = DIFFERENCE_LOST, .generated = &frame };
    if (place != EXPECT_NONE) {
        unsigned capture = w->observed[place].capture;
        difference.outside = is_outside(w, e, capture);
        /* Behind the cut of a capture nothing can be seen. */
        if (difference.outside && w->periods[capture].broken && w->periods[capture].known &&
            e->number > w->periods[capture].last) {
            w->count.outside++;
            return;
        }
    }
    expect_tell(w, &difference);
}

/* True when it was paired with a packet of the place, and all that are more alike before it. */
static bool pair_with_place(expect_window *w, uint32_t slot, uint32_t place)
{
    for (unsigned i = 0; i < NEAR; i++) {
        uint64_t cost = NO_COST, other_cost;
        pending_packet *o = best_observed(w, slot, place, &cost);
        if (o == NULL)
            return false;
        uint32_t other = best_generated(w, o, &other_cost);
        bool mutual = other == EXPECT_NONE || other == slot || other_cost >= cost;
        pair_changed(w, mutual ? slot : other, o);
        if (mutual)
            return true;
    }
    return false;
}

static void settle_anywhere(expect_window *w, uint32_t slot)
{
    const expected_packet *e = &w->ring[slot];
    if (w->somewhere || e->secondary || e->seen != 0)
        return;
    for (uint32_t place = 0; place < w->observed_count && !w->skipping; place++)
        if (pair_with_place(w, slot, place))
            return;
    tell_lost(w, slot, w->observed_count == 1 ? 0 : EXPECT_NONE);
}

void expect_settle_generated(expect_window *w, uint32_t slot, bool last)
{
    expected_packet *e = &w->ring[slot];
    expected_place *place = &w->generated[e->place];
    if (!e->waits)
        return;
    w->count.passed += !last;
    if (place->observed != EXPECT_NONE) {
        if (w->skipping || !pair_with_place(w, slot, place->observed))
            tell_lost(w, slot, place->observed);
    } else if (place->silent && last) {
        tell_lost(w, slot, EXPECT_NONE);
    } else if (w->anywhere > 0 && !w->somewhere) {
        settle_anywhere(w, slot);
    } else {
        place->unjudged++;
    }
}
