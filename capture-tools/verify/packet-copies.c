/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A hash table of groups of copies, chained; each group is a queue of slots. Spec: packet-copies.h. */
#include "packet-copies.h"

#include "epan-cats/hash-mix.h"

#include <glib.h>

#define NONE PACKET_COPIES_NONE

typedef struct group {
    uint64_t key;
    uint32_t next;        /* group of the same bucket, or of the free ones */
    uint32_t first, last; /* slots; NONE in a new one */
} group;

typedef struct member {
    uint32_t group; /* NONE: not in use */
    uint32_t next;  /* of its group; NONE */
} member;

struct packet_copies {
    uint32_t mask;     /* of buckets */
    uint32_t *buckets; /* first group */
    group *groups;     /* as many as slots */
    member *members;   /* by slot */
    uint32_t free;     /* first free group that was in use, */
    uint32_t unused;   /* and from here on all */
};

packet_copies *packet_copies_new(uint32_t slots)
{
    packet_copies *c = g_new0(packet_copies, 1);
    uint32_t buckets = 1;
    while (buckets < slots)
        buckets *= 2;
    c->mask = buckets - 1;
    c->buckets = g_new(uint32_t, buckets);
    for (uint32_t i = 0; i < buckets; i++)
        c->buckets[i] = NONE;
    c->groups = g_new(group, slots);
    c->members = g_new(member, slots);
    for (uint32_t i = 0; i < slots; i++)
        c->members[i] = (member){ .group = NONE, .next = NONE };
    c->free = NONE;
    return c;
}

void packet_copies_free(packet_copies *c)
{
    if (c == NULL)
        return;
    g_free(c->buckets);
    g_free(c->groups);
    g_free(c->members);
    g_free(c);
}

static uint32_t find(const packet_copies *c, uint64_t key)
{
    uint32_t g = c->buckets[hash_mix(key) & c->mask];
    while (g != NONE && c->groups[g].key != key)
        g = c->groups[g].next;
    return g;
}

static uint32_t new_group(packet_copies *c, uint64_t key)
{
    uint32_t g = c->free, *bucket = &c->buckets[hash_mix(key) & c->mask];
    if (g != NONE)
        c->free = c->groups[g].next;
    else
        g = c->unused++;
    c->groups[g] = (group){ .key = key, .next = *bucket, .first = NONE, .last = NONE };
    *bucket = g;
    return g;
}

void packet_copies_add(packet_copies *c, uint32_t slot, uint64_t key)
{
    uint32_t g = find(c, key);
    if (g == NONE)
        g = new_group(c, key);
    group *of = &c->groups[g];
    c->members[slot] = (member){ .group = g, .next = NONE };
    if (of->last == NONE)
        of->first = slot;
    else
        c->members[of->last].next = slot;
    of->last = slot;
}

uint32_t packet_copies_first(const packet_copies *c, uint64_t key)
{
    uint32_t g = find(c, key);
    return g == NONE ? NONE : c->groups[g].first;
}

uint32_t packet_copies_next(const packet_copies *c, uint32_t slot)
{
    return c->members[slot].next;
}

/* Mostly it is the first of its group. */
static void unlink_slot(packet_copies *c, group *of, uint32_t slot)
{
    uint32_t before = NONE, at = of->first;
    for (; at != slot; at = c->members[at].next)
        before = at;
    if (before == NONE)
        of->first = c->members[slot].next;
    else
        c->members[before].next = c->members[slot].next;
    if (of->last == slot)
        of->last = before;
}

void packet_copies_remove(packet_copies *c, uint32_t slot)
{
    uint32_t g = c->members[slot].group;
    if (g == NONE)
        return;
    group *of = &c->groups[g];
    unlink_slot(c, of, slot);
    c->members[slot] = (member){ .group = NONE, .next = NONE };
    if (of->first != NONE)
        return;
    uint32_t *at = &c->buckets[hash_mix(of->key) & c->mask];
    while (*at != g)
        at = &c->groups[*at].next;
    *at = of->next;
    of->next = c->free;
    c->free = g;
}
