/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads sights: which packet it is, what it says of the hop. Spec: RFC 8986 s4; docs/rules.md. */
#include "passage-tracker-private.h"

#include "numbers.h"
#include <string.h>

/* A point that was captured for so long shows what is under way at the points behind it. */
#define SETTLED_NS INT64_C(200000000)

static void expire_oldest(passage_tracker *t)
{
    tracked_packet *p = passage_at(t, t->first);
    if (p->before_frame != 0 && !p->done) {
        if (passage_is_due(t, p))
            passage_judge_lost(t, p);
        else
            t->count.unjudged++;
    }
    t->first++;
}

void passage_tracker_expire(passage_tracker *t, int64_t now)
{
    while (t->first < t->next &&
           capture_time_passed(passage_at(t, t->first)->seen_ns, t->settings.limit_ns, now))
        expire_oldest(t);
}

static tracked_packet *begin(passage_tracker *t, const passage_sight *sight, const packet_digest *digest)
{
    tracked_packet *p = passage_add(t, digest);
    uint32_t length = digest->length < PACKET_DIGEST_HEAD ? digest->length : PACKET_DIGEST_HEAD;
    p->seen_ns = sight->time_ns;
    p->flow = PASSAGE_NO_FLOW;
    memcpy(p->octets, sight->packet->data + sight->ip->offset, length);
    return p;
}

/* A packet that was captured from its beginning may be compared with one that is known by its numbers only.
 */
static bool is_settled(const passage_tracker *t, const tracked_packet *p, int64_t now)
{
    const passage_listener *listener = &t->settings.listener;
    return listener->covers == NULL ||
           listener->covers(listener->context, p->before_point, p->seen_ns - SETTLED_NS, now);
}

/* A packet that is not to be compared is not to be judged at all. Of the digest of a packet that is not
 * found, this makes the identity. */
static tracked_packet *find_changed(passage_tracker *t, const passage_sight *sight, packet_digest *digest)
{
    packet_digest_identify(sight->packet, sight->ip, digest);
    bool encapsulated = sight->steering != NULL;
    tracked_packet *p = passage_find_changed(t, digest, sight->point, encapsulated);
    if (p == NULL || (!encapsulated && !passage_is_behind(t, p, sight->point, sight->ip->hop_limit)))
        return NULL;
    p->done = true;
    if (is_settled(t, p, sight->time_ns))
        return p;
    t->count.unjudged++;
    return NULL;
}

static void see_encapsulated(passage_tracker *t, const passage_sight *sight, packet_digest *digest)
{
    tracked_packet *p = passage_find(t, digest, sight->point, true);
    if (p == NULL) {
        tracked_packet *changed = find_changed(t, sight, digest);
        if (changed != NULL)
            passage_judge_changed(t, changed, sight, digest);
        p = begin(t, sight, digest);
    } else if (p->before_frame != 0) {
        passage_judge_rest(t, p, sight, digest);
    }
    if (p->before_frame == 0)
        t->count.packets++;
    p->points[1] |= UINT64_C(1) << sight->point;
    p->before_frame = sight->frame;
    p->before_point = sight->point;
    p->before_ns = sight->time_ns;
    p->before_hop_limit = sight->ip->hop_limit;
    p->rest = digest->rest;
    p->whole = digest->whole;
    p->hop = passage_hop_of(t, sight->steering);
    p->end_cats = sight->steering->behavior == CATS_BEHAVIOR_END_CATS;
    p->flow = sight->flow;
    if (p->plain_frame != 0 && !p->done && passage_is_behind(t, p, p->plain_point, p->plain_hop_limit))
        passage_judge_passed(t, p, p->plain_frame, p->plain_point, p->plain_ns, p->plain_hop_limit);
}

static bool is_back_in_core(const passage_tracker *t, const tracked_packet *p, const passage_sight *sight)
{
    return p->end_cats && cats_place_is_core(t->places[sight->point].kind) &&
           sight->ip->hop_limit < p->before_hop_limit;
}

/* Of sightings before the one in the encapsulation that counts which is farther on its way. */
static void note_plain(tracked_packet *p, const passage_sight *sight)
{
    if (p->plain_frame != 0 && sight->ip->hop_limit > p->plain_hop_limit)
        return;
    p->plain_frame = sight->frame;
    p->plain_point = sight->point;
    p->plain_ns = sight->time_ns;
    p->plain_hop_limit = sight->ip->hop_limit;
}

static void see_behind(passage_tracker *t, tracked_packet *p, const passage_sight *sight,
                       const packet_digest *digest)
{
    p->points[0] |= UINT64_C(1) << sight->point;
    passage_judge_rest(t, p, sight, digest);
    passage_judge_passed(t, p, sight->frame, sight->point, sight->time_ns, sight->ip->hop_limit);
}

static void see_plain(passage_tracker *t, const passage_sight *sight, packet_digest *digest)
{
    tracked_packet *p = passage_find_waiting(t, digest, sight->point, sight->ip->hop_limit);
    if (p != NULL) {
        see_behind(t, p, sight, digest);
        return;
    }
    p = passage_find(t, digest, sight->point, false);
    tracked_packet *changed = p == NULL ? find_changed(t, sight, digest) : NULL;
    if (changed != NULL) {
        changed->points[0] |= UINT64_C(1) << sight->point;
        t->count.passed++;
        passage_judge_changed(t, changed, sight, digest);
        return;
    }
    if (p == NULL)
        p = begin(t, sight, digest);
    p->points[0] |= UINT64_C(1) << sight->point;
    if (p->before_frame == 0)
        note_plain(p, sight);
    else if (!p->done && is_back_in_core(t, p, sight))
        passage_judge_not_local(t, p, sight);
}

void passage_tracker_see(passage_tracker *t, const passage_sight *sight)
{
    packet_digest digest;
    passage_tracker_expire(t, sight->time_ns);
    if (sight->point >= PASSAGE_POINTS_MAX || !packet_digest_read(sight->packet, sight->ip, &digest))
        return;
    if (sight->steering != NULL)
        see_encapsulated(t, sight, &digest);
    else
        see_plain(t, sight, &digest);
}

passage_count passage_tracker_count_get(const passage_tracker *t)
{
    return t->count;
}
