/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Of each place the two spreads that were last added to are at hand: they are mostly the next ones. Spec:
 * expect-delays.h. */
#include "expect-delays.h"

#include "epan-cats/capture-time.h"
#include "expect-window.h"

typedef struct recent_delays {
    delay_record *passed, *since; /* from another place; from GENERATED; NULL */
} recent_delays;

struct expect_delays {
    GPtrArray *list;   /* of delay_record */
    GHashTable *known; /* by from and to */
    recent_delays recent[EXPECT_PLACES_MAX];
};

expect_delays *expect_delays_new(void)
{
    expect_delays *d = g_new0(expect_delays, 1);
    d->list = g_ptr_array_new_with_free_func(g_free);
    d->known = g_hash_table_new(NULL, NULL);
    return d;
}

void expect_delays_free(expect_delays *d)
{
    if (d == NULL)
        return;
    g_hash_table_unref(d->known);
    g_ptr_array_free(d->list, TRUE);
    g_free(d);
}

static delay_record *find(expect_delays *d, uint32_t from, uint32_t to, int64_t first_ns)
{
    uint32_t key = (from == EXPECT_ANYWHERE ? EXPECT_PLACES_MAX : from) * EXPECT_PLACES_MAX + to + 1;
    delay_record *delay = g_hash_table_lookup(d->known, GUINT_TO_POINTER(key));
    if (delay != NULL)
        return delay;
    delay = g_new0(delay_record, 1);
    delay->from = from;
    delay->to = to;
    delay->base_ns = from == EXPECT_ANYWHERE ? first_ns : 0;
    g_ptr_array_add(d->list, delay);
    g_hash_table_insert(d->known, GUINT_TO_POINTER(key), delay);
    return delay;
}

void expect_delays_add(expect_delays *d, uint32_t from, uint32_t to, int64_t ns)
{
    delay_record **recent = from == EXPECT_ANYWHERE ? &d->recent[to].since : &d->recent[to].passed;
    if (*recent == NULL || (*recent)->from != from)
        *recent = find(d, from, to, ns);
    time_spread_add(&(*recent)->spread, capture_time_less(ns, (*recent)->base_ns));
}

guint expect_delays_count(const expect_delays *d)
{
    return d->list->len;
}

const delay_record *expect_delays_get(const expect_delays *d, guint index)
{
    return g_ptr_array_index(d->list, index);
}
