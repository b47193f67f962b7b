/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ring of generated packets: read as far as an observed one needs, judged when the observation has left
 * them behind. Spec: man/catshark-verify.1 (EXPECT). */
#include "expect-window-private.h"

#include "epan-cats/hash-mix.h"

/* How far GENERATED is read for an observed packet that may just have been doubled. */
enum { COPY_AHEAD = 256 };

static const char *const kind_names[DIFFERENCE_KIND_COUNT] = {
    [DIFFERENCE_LOST] = "lost",
    [DIFFERENCE_DOUBLED] = "doubled",
    [DIFFERENCE_REORDERED] = "reordered",
    [DIFFERENCE_CHANGED] = "changed",
    [DIFFERENCE_UNEXPECTED] = "unexpected",
};

const char *difference_kind_name(difference_kind kind)
{
    return kind_names[kind];
}

/* ---- life ---- */

expect_window *expect_window_new(const expect_settings *settings)
{
    expect_window *w = g_new0(expect_window, 1);
    w->settings = *settings;
    w->comparer = packet_comparer_new(settings->ignored, &settings->numbers);
    /* As many behind the front as before it. */
    for (w->slots = EXPECT_WAYS; w->slots < 2 * settings->window;)
        w->slots *= 2;
    w->ring = g_new0(expected_packet, w->slots);
    w->same = packet_copies_new(w->slots);
    w->orders = g_new0(flow_order, w->slots);
    w->paths = g_new0(packet_path, w->slots);
    w->paired = g_new0(uint64_t, w->slots);
    w->ports = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    if (settings->ignored->group[IGNORED_OTHER_FLOWS])
        w->flows = g_hash_table_new(NULL, NULL);
    for (unsigned i = 0; i < EXPECT_PLACES_MAX; i++)
        w->generated[i] =
            (expected_place){ .observed = EXPECT_NONE, .first = EXPECT_NONE, .last = EXPECT_NONE };
    return w;
}

void expect_window_free(expect_window *w)
{
    if (w == NULL)
        return;
    for (uint64_t i = w->oldest; i < w->next; i++)
        g_free(w->ring[expect_slot(w, i)].octets);
    while (w->pending.head != NULL)
        expect_free_pending(w, w->pending.head->data);
    packet_comparer_free(w->comparer);
    packet_copies_free(w->same);
    packet_copies_free(w->inner);
    g_hash_table_unref(w->ports);
    g_clear_pointer(&w->flows, g_hash_table_unref);
    g_free(w->ring);
    g_free(w->orders);
    g_free(w->paths);
    g_free(w->paired);
    g_free(w->periods);
    g_free(w);
}

/* ---- views ---- */

generated_frame expect_generated_view(const expected_packet *e)
{
    return (generated_frame){ .number = e->number,
                              .time_ns = e->time_ns,
                              .place = e->place,
                              .octets = { e->octets, e->captured, e->wire, e->link_type } };
}

observed_frame expect_observed_view(const pending_packet *o)
{
    return (observed_frame){ .id = o->id,
                             .time_ns = o->time_ns,
                             .place = o->place,
                             .octets = { o->octets, o->captured, o->wire, o->link_type } };
}

void expect_tell(expect_window *w, const expect_difference *difference)
{
    const bool *ignored = w->settings.ignored->group;
    if (difference->kind == DIFFERENCE_REORDERED && ignored[IGNORED_ORDER])
        return;
    if (difference->kind == DIFFERENCE_LOST && difference->outside) {
        w->count.outside++;
        if (ignored[IGNORED_OUTSIDE])
            return;
    }
    w->count.differences[difference->kind]++;
    w->settings.differs(w->settings.context, difference);
}

/* ---- what the observation leaves behind ---- */

void expect_forget_oldest(expect_window *w, bool last)
{
    enum { SOON = 8 };
    uint32_t slot = expect_slot(w, w->oldest);
    __builtin_prefetch(&w->ring[expect_slot(w, w->oldest + SOON)].octets);
    expect_settle_generated(w, slot, last);
    expect_stop_waiting(w, slot);
    if (w->inner != NULL)
        packet_copies_remove(w->inner, slot);
    expect_drop_octets(w, &w->ring[slot]);
    w->oldest++;
}

void expect_advance(expect_window *w, uint64_t front)
{
    uint64_t window = w->settings.window;
    w->front = MAX(w->front, front);
    while (w->oldest + window < w->front)
        expect_forget_oldest(w, false);
    while (w->pending.head != NULL && ((pending_packet *)w->pending.head->data)->front + window < w->front)
        expect_settle_observed(w);
}

static void make_room(expect_window *w)
{
    if (g_queue_get_length(&w->pending) <= w->settings.window)
        return;
    expect_seek(w);
    while (g_queue_get_length(&w->pending) > w->settings.window)
        expect_settle_observed(w);
}

/* ---- places ---- */

/* The window has let packets of the place go before it was known that it is observed. */
static void count_early(expect_window *w, const expected_place *place)
{
    w->count.outside += place->unjudged;
    if (!w->settings.ignored->group[IGNORED_OUTSIDE])
        w->count.differences[DIFFERENCE_LOST] += place->unjudged;
}

void expect_window_place(expect_window *w, uint32_t observed, uint32_t generated, unsigned capture)
{
    w->observed[observed].generated = generated;
    w->observed[observed].capture = capture;
    w->observed_count = MAX(w->observed_count, observed + 1);
    if (capture >= w->captures) {
        w->periods = g_renew(capture_period, w->periods, capture + 1);
        memset(w->periods + w->captures, 0, (capture + 1 - w->captures) * sizeof *w->periods);
        w->captures = capture + 1;
    }
    w->observed[observed].bit = UINT64_C(1) << EXPECT_ANYWHERE_MAX;
    if (generated != EXPECT_ANYWHERE) {
        w->generated[generated].observed = observed;
        count_early(w, &w->generated[generated]);
        w->somewhere = true;
        return;
    }
    w->observed[observed].bit = UINT64_C(1) << w->anywhere++;
    if (w->inner == NULL) {
        w->inner = packet_copies_new(w->slots);
        for (uint64_t i = w->oldest; i < w->next; i++)
            expect_index_inner(w, expect_slot(w, i));
    }
}

void expect_window_silent(expect_window *w, uint32_t generated)
{
    w->generated[generated].silent = true;
    count_early(w, &w->generated[generated]);
    w->somewhere = true;
}

void expect_window_broken_capture(expect_window *w, unsigned capture)
{
    if (capture < w->captures)
        w->periods[capture].broken = true;
}

void expect_window_broken_generated(expect_window *w)
{
    w->broken = true;
}

/* ---- what is observed ---- */

static void keep_pending(expect_window *w, const observed_frame *frame, const packet_identity *id, bool copy)
{
    pending_packet *o = g_new0(pending_packet, 1);
    *o = (pending_packet){ .identity = *id,
                           .id = frame->id,
                           .time_ns = frame->time_ns,
                           .octets = expect_keep_octets(w, &frame->octets),
                           .captured = frame->octets.captured,
                           .wire = frame->octets.wire,
                           .link_type = frame->octets.link_type,
                           .front = w->front,
                           .place = (uint16_t)frame->place,
                           .copy = copy,
                           .beyond = w->ended };
    o->in_all.data = o->in_place.data = o;
    g_queue_push_tail_link(&w->pending, &o->in_all);
    g_queue_push_tail_link(&w->observed[frame->place].pending, &o->in_place);
}

static bool may_be_found(const expect_window *w, uint32_t place)
{
    uint32_t generated = w->observed[place].generated;
    return generated == EXPECT_ANYWHERE || w->generated[generated].first != EXPECT_NONE;
}

/* The generated packet that the observed one is, or NONE; *copy says that another like it has its pair. */
static uint32_t find_generated(expect_window *w, const expect_sought *sought, bool *copy)
{
    const packet_identity *id = sought->id;
    uint32_t place = sought->frame->place;
    bool own = id->link_control && w->settings.ignored->group[IGNORED_LINK_CONTROL];
    uint32_t slot = may_be_found(w, place) ? expect_find(w, id, place) : EXPECT_NONE;
    *copy = false;
    if (slot == EXPECT_NONE && w->next == w->front) {
        slot = expect_read_until_found(w, sought, 1);
        if (slot != EXPECT_NONE)
            return slot;
    }
    if (slot == EXPECT_NONE) {
        *copy = expect_is_copy(w, id, place);
        return expect_read_until_found(w, sought, *copy || own ? COPY_AHEAD : w->settings.window);
    }
    if (!id->has_ip || expect_is_in_order(w, slot, id, place))
        return slot;
    /* It may be another copy of the same, in its order. */
    uint32_t other = expect_read_until_found(w, sought, COPY_AHEAD);
    return other != EXPECT_NONE ? other : slot;
}

void expect_window_see(expect_window *w, const observed_frame *frame, const packet *p)
{
    packet_identity id;
    bool copy;
    packet_identity_read(p, frame->octets.link_type, w->settings.ignored, w->settings.topology, &id);
    w->count.observed++;
    expect_prefetch(w, &id, frame->place);
    uint32_t slot = find_generated(w, &(expect_sought){ frame, &id }, &copy);
    if (slot != EXPECT_NONE) {
        expect_pair(w, slot, frame, &id, p, true);
        return;
    }
    keep_pending(w, frame, &id, copy);
    make_room(w);
}

/* ---- the end ---- */

/* What is left on both sides, in the order in which it would have come. */
void expect_window_end(expect_window *w)
{
    for (;;) {
        while (w->next - w->oldest < w->slots && expect_read_on(w))
            ;
        const pending_packet *o = w->pending.head != NULL ? w->pending.head->data : NULL;
        if (o != NULL && (w->oldest == w->next || o->front <= w->oldest))
            expect_settle_observed(w);
        else if (w->oldest < w->next)
            expect_forget_oldest(w, true);
        else
            return;
    }
}

expect_count expect_window_count(const expect_window *w)
{
    return w->count;
}

uint64_t expect_window_generated(const expect_window *w, uint32_t place)
{
    return w->generated[place].read;
}

uint64_t expect_window_unjudged(const expect_window *w, uint32_t place)
{
    return w->generated[place].unjudged;
}
