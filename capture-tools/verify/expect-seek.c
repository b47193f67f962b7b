/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A capture that begins far behind the beginning of GENERATED, or has a gap wider than the window: GENERATED
 * is searched ahead, without losing the place in it when nothing is found. Spec: man/catshark-verify.1
 * (EXPECT). */
#include "expect-window-private.h"

static uint64_t anywhere_key(const packet_identity *id)
{
    return id->head + 1;
}

static void want(expect_window *w, const pending_packet *o)
{
    uint32_t generated = w->observed[o->place].generated;
    uint64_t key =
        generated == EXPECT_ANYWHERE ? anywhere_key(&o->identity) : expect_same_key(&o->identity, generated);
    /* Copies would lead to where they are sent again. */
    if (o->copy || o->identity.link_control)
        return;
    g_hash_table_add(w->wanted, g_memdup2(&key, sizeof key));
}

bool expect_window_wants(const expect_window *w, const generated_frame *frame)
{
    packet p;
    packet_identity id;
    packet_walk(frame->octets.link_type, frame->octets.data, frame->octets.captured, frame->octets.wire, &p);
    packet_identity_read(&p, frame->octets.link_type, w->settings.ignored, w->settings.topology, &id);
    uint64_t same = expect_same_key(&id, frame->place), anywhere = anywhere_key(&id);
    return g_hash_table_contains(w->wanted, &same) ||
           (w->anywhere > 0 && g_hash_table_contains(w->wanted, &anywhere));
}

static bool find_ahead(expect_window *w, uint64_t *frames)
{
    w->wanted = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    for (const GList *link = w->pending.head; link != NULL; link = link->next)
        want(w, link->data);
    bool found = w->settings.seek(w->settings.context, frames);
    g_clear_pointer(&w->wanted, g_hash_table_unref);
    return found;
}

/* Reads as far, and as much further as a window allows. */
static void go_ahead(expect_window *w, uint64_t frames)
{
    uint64_t to = w->next + frames;
    while (w->next <= to && expect_read_on(w))
        ;
    /* What waits was observed here. */
    for (const GList *link = w->pending.head; link != NULL; link = link->next)
        ((pending_packet *)link->data)->front = w->next;
    expect_advance(w, w->next);
    for (uint32_t i = 1; i < w->settings.window && expect_read_on(w); i++)
        ;
}

void expect_seek(expect_window *w)
{
    uint64_t frames;
    if (w->ended || w->settings.seek == NULL || w->count.observed < w->seek_at ||
        w->count.observed - w->paired_at < w->settings.window)
        return;
    /* Each search takes as long as GENERATED is: there are few of them, however much of a capture is foreign.
     */
    w->seek_at = w->count.observed * 2;
    if (!find_ahead(w, &frames))
        return;
    w->skipping = true;
    go_ahead(w, frames);
    /* In the order in which they came. Nothing else leaves the queue meanwhile: they do not lead beyond a
     * window, and while skipping no other pairs are looked for. */
    for (GList *link = w->pending.head, *next; link != NULL; link = next) {
        next = link->next;
        expect_pair_late(w, link->data, true);
    }
    w->skipping = false;
    w->seek_at = 0;
}
