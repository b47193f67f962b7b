/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets under way, in the order in which they were seen first, and found by what is known of them. Chains
 * lead from newer to older ones, so those that are gone are at their ends. Spec: docs/rules.md. */
#include "passage-tracker-private.h"

#include <glib.h>
#include <string.h>

#define ROOM_FIRST 1024u

const passage_settings passage_settings_default = {
    .packets = PASSAGE_TRACKER_PACKETS_DEFAULT,
    .limit_ns = PASSAGE_TRACKER_LIMIT_NS_DEFAULT,
};

passage_tracker *passage_tracker_new(const passage_settings *settings)
{
    passage_tracker *t = g_new0(passage_tracker, 1);
    t->settings = *settings;
    t->ways = g_new0(passage_way, PASSAGE_FLOWS);
    return t;
}

void passage_tracker_free(passage_tracker *t)
{
    if (t == NULL)
        return;
    g_free(t->ways);
    g_free(t->ring);
    g_free(t->by_head);
    g_free(t->by_identity);
    g_free(t);
}

static void chain(passage_tracker *t, uint64_t number)
{
    tracked_packet *p = passage_at(t, number);
    uint64_t *head = &t->by_head[p->head & (t->room - 1)];
    uint64_t *identity = &t->by_identity[p->identity & (t->room - 1)];
    p->next_head = *head;
    *head = number + 1;
    if (p->identity == 0)
        return;
    p->next_identity = *identity;
    *identity = number + 1;
}

/* Twice the room, as long as the settings allow it; all chains anew. */
static void grow(passage_tracker *t)
{
    uint32_t room = t->room == 0 ? ROOM_FIRST : t->room * 2;
    tracked_packet *ring = g_new(tracked_packet, room);
    for (uint64_t number = t->first; number < t->next; number++)
        ring[number & (room - 1)] = *passage_at(t, number);
    g_free(t->ring);
    g_free(t->by_head);
    g_free(t->by_identity);
    t->ring = ring;
    t->room = room;
    t->by_head = g_new0(uint64_t, room);
    t->by_identity = g_new0(uint64_t, room);
    for (uint64_t number = t->first; number < t->next; number++)
        chain(t, number);
}

static void let_go(passage_tracker *t)
{
    const tracked_packet *oldest = passage_at(t, t->first++);
    if (oldest->before_frame != 0 && !oldest->done)
        t->count.let_go++;
}

tracked_packet *passage_add(passage_tracker *t, const packet_digest *digest)
{
    if (t->next - t->first == t->room) {
        if (t->room < t->settings.packets)
            grow(t);
        else
            let_go(t);
    }
    tracked_packet *p = passage_at(t, t->next);
    memset(p, 0, offsetof(tracked_packet, octets));
    p->head = digest->head;
    p->rest = digest->rest;
    p->whole = digest->whole;
    p->identity = digest->identity;
    p->length = digest->length;
    p->hop = PASSAGE_NO_HOP;
    chain(t, t->next++);
    return p;
}

static bool was_shown(const tracked_packet *p, uint32_t point, bool encapsulated)
{
    return (p->points[encapsulated] >> point & 1) != 0;
}

tracked_packet *passage_find(const passage_tracker *t, const packet_digest *digest, uint32_t point,
                             bool encapsulated)
{
    if (t->room == 0)
        return NULL;
    for (uint64_t at = t->by_head[digest->head & (t->room - 1)]; at > t->first;) {
        tracked_packet *p = passage_at(t, at - 1);
        if (p->head == digest->head && p->length == digest->length && !was_shown(p, point, encapsulated))
            return p;
        at = p->next_head;
    }
    return NULL;
}

tracked_packet *passage_find_waiting(const passage_tracker *t, const packet_digest *digest, uint32_t point,
                                     uint8_t hop_limit)
{
    if (t->room == 0)
        return NULL;
    for (uint64_t at = t->by_head[digest->head & (t->room - 1)]; at > t->first;) {
        tracked_packet *p = passage_at(t, at - 1);
        if (p->head == digest->head && p->length == digest->length && p->before_frame != 0 && !p->done &&
            !was_shown(p, point, false) && passage_is_behind(t, p, point, hop_limit))
            return p;
        at = p->next_head;
    }
    return NULL;
}

tracked_packet *passage_find_changed(const passage_tracker *t, const packet_digest *digest, uint32_t point,
                                     bool encapsulated)
{
    if (t->room == 0 || digest->identity == 0)
        return NULL;
    for (uint64_t at = t->by_identity[digest->identity & (t->room - 1)]; at > t->first;) {
        tracked_packet *p = passage_at(t, at - 1);
        if (p->identity == digest->identity && p->before_frame != 0 && !p->done &&
            !was_shown(p, point, encapsulated))
            return p;
        at = p->next_identity;
    }
    return NULL;
}
