/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What flows are steered by, held once for all flows that are steered so, as long as there is one: flows are
 * many, SIDs few. Spec: RFC 8986 s3.1; docs/rules.md (what is followed, and for how long). */
#include "steering-tracker-private.h"

#include "hash-mix.h"
#include <string.h>

static guint hash_steering(gconstpointer of)
{
    const tracked_steering *s = of;
    uint64_t words[2];
    memcpy(words, s->sid, sizeof words);
    return (guint)hash_mix(hash_mix(words[0]) ^ words[1]);
}

static gboolean same_steering(gconstpointer one, gconstpointer other)
{
    const tracked_steering *a = one, *b = other;
    return memcmp(a->sid, b->sid, sizeof a->sid) == 0 && a->owner_row == b->owner_row &&
           memcmp(&a->structure, &b->structure, sizeof a->structure) == 0 && a->structured == b->structured &&
           a->from_ingress == b->from_ingress && a->learned == b->learned &&
           a->owner_learned == b->owner_learned;
}

void steering_shared_init(steering_tracker *t)
{
    record_pool_init(&t->steerings, sizeof(tracked_steering));
    t->known_steerings = g_hash_table_new(hash_steering, same_steering);
}

void steering_shared_clear(steering_tracker *t)
{
    g_hash_table_destroy(t->known_steerings);
    record_pool_clear(&t->steerings);
}

uint32_t steering_shared_take(steering_tracker *t, const cats_steering *steering)
{
    tracked_steering wanted = { .structured = steering->structured,
                                .from_ingress = steering->from_ingress,
                                .structure = steering->structure,
                                .owner_row = steering->owner_row,
                                .learned = steering->learned,
                                .owner_learned = steering->owner_learned };
    memcpy(wanted.sid, steering->sid, sizeof wanted.sid);
    tracked_steering *known = g_hash_table_lookup(t->known_steerings, &wanted);
    if (known == NULL) {
        wanted.number = record_pool_add(&t->steerings);
        known = record_pool_at(&t->steerings, wanted.number);
        *known = wanted;
        g_hash_table_add(t->known_steerings, known);
    }
    known->users++;
    return known->number;
}

void steering_shared_leave(steering_tracker *t, uint32_t number)
{
    tracked_steering *known = record_pool_at(&t->steerings, number);
    if (number == 0 || --known->users > 0)
        return;
    g_hash_table_remove(t->known_steerings, known);
    record_pool_free(&t->steerings, number);
}
