/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The forwarders that take encapsulations off, and which points lie behind them. Spec: docs/rules.md (capture
 * points). */
#include "passage-tracker-private.h"

#include "hash-mix.h"
#include "numbers.h"
#include <string.h>

static passage_side side_of(const cats_steering *steering)
{
    cats_owner_side side = cats_steering_owner_side(steering);
    if (side != CATS_OWNER_NOT_KNOWN)
        return side == CATS_OWNER_EGRESS ? PASSAGE_SIDE_EGRESS : PASSAGE_SIDE_INGRESS;
    return steering->behavior == CATS_BEHAVIOR_END_CATS ? PASSAGE_SIDE_EGRESS : PASSAGE_SIDE_UNKNOWN;
}

/* Names that were learned are next hops: they change, and several forwarders may have one. */
static const char *owner_of(const cats_steering *steering)
{
    return steering->owner_row != NULL && !steering->owner_learned ? steering->owner_row->owner : NULL;
}

/* Names of owners are those of the table's rows: equal ones are one text. */
static bool is_hop(const passage_hop *hop, const char *owner, const cats_steering *steering)
{
    if (owner != NULL || hop->owner != NULL)
        return owner == hop->owner || (owner != NULL && hop->owner != NULL && strcmp(owner, hop->owner) == 0);
    return cats_address_equal(&hop->locator, &steering->parts.locator);
}

uint8_t passage_hop_of(passage_tracker *t, const cats_steering *steering)
{
    const char *owner = owner_of(steering);
    if (owner == NULL && !steering->structured)
        return PASSAGE_NO_HOP;
    passage_side side = side_of(steering);
    for (unsigned i = 0; i < t->hop_count; i++) {
        passage_hop *hop = &t->hops[i];
        if (!is_hop(hop, owner, steering))
            continue;
        if (hop->side == PASSAGE_SIDE_UNKNOWN)
            hop->side = side;
        return (uint8_t)i;
    }
    if (t->hop_count == PASSAGE_HOPS_MAX)
        return PASSAGE_NO_HOP;
    t->hops[t->hop_count] = (passage_hop){ .owner = owner, .side = side };
    if (owner == NULL)
        t->hops[t->hop_count].locator = steering->parts.locator;
    return (uint8_t)t->hop_count++;
}

void passage_tracker_place(passage_tracker *t, uint32_t point, const cats_place *place)
{
    if (point < PASSAGE_POINTS_MAX)
        t->places[point] = *place;
}

static passage_side side_of_hop(const passage_tracker *t, uint8_t hop)
{
    return hop != PASSAGE_NO_HOP ? t->hops[hop].side : PASSAGE_SIDE_UNKNOWN;
}

bool passage_point_is_behind(const passage_tracker *t, uint8_t hop, uint32_t point)
{
    passage_side side = side_of_hop(t, hop);
    cats_place_kind kind = t->places[point].kind;
    if (kind == CATS_PLACE_SITE && side == PASSAGE_SIDE_EGRESS)
        return true;
    if (kind == CATS_PLACE_CLIENTS && side == PASSAGE_SIDE_INGRESS)
        return true;
    bool may_be = kind == CATS_PLACE_UNKNOWN || (!cats_place_is_core(kind) && side == PASSAGE_SIDE_UNKNOWN);
    return may_be && hop != PASSAGE_NO_HOP && t->hops[hop].shown[point] >= PASSAGE_LEARNT;
}

bool passage_is_behind(const passage_tracker *t, const tracked_packet *p, uint32_t point, uint8_t hop_limit)
{
    if (passage_point_is_behind(t, p->hop, point))
        return true;
    cats_place_kind kind = t->places[point].kind;
    bool may_be = kind == CATS_PLACE_UNKNOWN ||
                  (!cats_place_is_core(kind) && side_of_hop(t, p->hop) == PASSAGE_SIDE_UNKNOWN);
    return may_be && hop_limit + 1 == p->before_hop_limit;
}

/* ---- what should be seen ---- */

static passage_way *way_of(const passage_tracker *t, uint32_t flow, uint8_t hop)
{
    return &t->ways[hash_mix((uint64_t)flow << 8 | hop) & (PASSAGE_FLOWS - 1)];
}

void passage_hop_learn(passage_tracker *t, const tracked_packet *p, uint32_t point)
{
    if (p->hop == PASSAGE_NO_HOP)
        return;
    uint8_t *shown = &t->hops[p->hop].shown[point];
    if (*shown < PASSAGE_LEARNT)
        (*shown)++;
    if (p->flow != PASSAGE_NO_FLOW)
        *way_of(t, p->flow, p->hop) = (passage_way){ .flow = p->flow + 1, .point = point, .hop = p->hop };
}

static bool covers(const passage_tracker *t, const tracked_packet *p, uint32_t point)
{
    const passage_listener *listener = &t->settings.listener;
    return listener->covers == NULL || listener->covers(listener->context, point, p->seen_ns,
                                                        capture_time_after(p->seen_ns, t->settings.limit_ns));
}

/* Some point of this place was captured meanwhile. */
static bool is_covered(const passage_tracker *t, const tracked_packet *p, const cats_site *site,
                       const cats_ingress *ingress)
{
    for (uint32_t point = 0; point < PASSAGE_POINTS_MAX; point++) {
        const cats_place *place = &t->places[point];
        bool is_it = site != NULL ? place->kind == CATS_PLACE_SITE && place->site == site
                                  : place->kind == CATS_PLACE_CLIENTS && place->ingress == ingress;
        if (is_it && covers(t, p, point))
            return true;
    }
    return false;
}

/* All links of the hop's owner on that side are captured. */
static bool is_surrounded(const passage_tracker *t, const tracked_packet *p)
{
    const cats_topology *topology = t->settings.topology;
    const passage_hop *hop = &t->hops[p->hop];
    if (topology == NULL || hop->owner == NULL)
        return false;
    for (size_t i = 0; hop->side == PASSAGE_SIDE_INGRESS && i < topology->ingress_count; i++)
        if (strcmp(topology->ingresses[i].name, hop->owner) == 0)
            return is_covered(t, p, NULL, &topology->ingresses[i]);
    for (size_t i = 0; i < topology->egress_count; i++) {
        const cats_egress *egress = &topology->egresses[i];
        if (strcmp(egress->name, hop->owner) != 0)
            continue;
        for (size_t site = 0; site < egress->site_count; site++)
            if (!is_covered(t, p, &topology->sites[egress->first_site + site], NULL))
                return false;
        return egress->site_count > 0;
    }
    return false;
}

bool passage_is_due(const passage_tracker *t, const tracked_packet *p)
{
    if (p->hop == PASSAGE_NO_HOP || p->before_hop_limit <= 1)
        return false;
    if (p->flow != PASSAGE_NO_FLOW) {
        const passage_way *way = way_of(t, p->flow, p->hop);
        if (way->flow == p->flow + 1 && way->hop == p->hop && covers(t, p, way->point))
            return true;
    }
    return is_surrounded(t, p);
}
