/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known of flows, found by flow key whatever the direction, bounded in number and age: the memory of
 * the trackers. Spec: docs/rules.md (what is followed, and for how long). */
#ifndef EPAN_CATS_FLOW_TABLE_H
#define EPAN_CATS_FLOW_TABLE_H

#include "capture-time.h"
#include "flow-key.h"
#include "record-pool.h"

/* The head of what a user keeps of a flow: first member of its struct. Only the table writes to it, but for
 * `more`. Entries call each other by number, 0: none. */
typedef struct flow_entry {
    int64_t seen_ns; /* when it was added or touched last */
    uint32_t older, newer;
    uint32_t moved : 31;   /* count of moves in the table when it became the newest */
    uint32_t findable : 1; /* 0 once retired */
    uint32_t more;         /* the user's: what it keeps of this flow elsewhere */
    cats_flow_key key;     /* in the direction in which it was handed in */
} flow_entry;

typedef struct flow_slot flow_slot;

/* Read `held` and `let_go`; the rest is the table's own. */
typedef struct flow_table {
    uint32_t held;   /* retired ones included */
    uint64_t let_go; /* for want of room or by age */
    uint32_t oldest, newest;
    uint32_t moves;
    uint32_t limit;
    int64_t age_ns;
    record_pool entries;
    void (*leaves)(void *context, flow_entry *entry);
    void *context;
    flow_slot *slots;
    uint32_t slot_mask, findable;
    uint64_t seed; /* no capture can be written that makes look-ups slow */
} flow_table;

#define FLOW_TABLE_MOVES UINT32_C(0x7fffffff)

static inline flow_entry *flow_table_at(const flow_table *table, uint32_t number)
{
    return record_pool_at(&table->entries, number);
}

/* At most `limit` (at least 1) entries of `entry_size` octets; one not touched for longer than `age_ns` goes.
 * `leaves` (may be NULL) is told of every entry before it is freed, also by flow_table_free(). */
flow_table *flow_table_new(size_t entry_size, uint32_t limit, int64_t age_ns,
                           void (*leaves)(void *context, flow_entry *entry), void *context);
void flow_table_free(flow_table *table); /* NULL is allowed */

/* Of the key and of the key turned round the same. Of this table only. */
uint32_t flow_table_hash(const flow_table *table, const cats_flow_key *key);
/* Asks the processor for what flow_table_find() looks at first, to be at hand by then. Worth the while in a
 * table that is wide: caches do not hold it. */
void flow_table_fetch(const flow_table *table, uint32_t hash);
bool flow_table_is_wide(const flow_table *table);
/* The flow of the key in either direction, or NULL; *reversed tells which one with respect to entry->key. One
 * that is too old is let go. `hash` is the key's. Does not touch the entry. */
flow_entry *flow_table_find(flow_table *table, const cats_flow_key *key, uint32_t hash, int64_t now,
                            bool *reversed);
/* A flow that is not there (or is retired); all behind the entry's head is zero. Makes room if need be. */
flow_entry *flow_table_add(flow_table *table, const cats_flow_key *key, uint32_t hash, int64_t now);
/* It is no longer found, another may be added under its key; it lives on until its time comes. */
void flow_table_retire(flow_table *table, flow_entry *entry);
/* Takes it out and frees it. */
void flow_table_drop(flow_table *table, flow_entry *entry);

void flow_table_make_newest(flow_table *table, flow_entry *entry);
void flow_table_let_go_aged(flow_table *table, int64_t now);

/* The entry was seen. An entry near the newest keeps its place: the one that goes for want of room is one
 * since whose last sight at least seven eighths of the others were seen. */
static inline void flow_table_touch(flow_table *table, flow_entry *entry, int64_t now)
{
    entry->seen_ns = now;
    if (((table->moves - entry->moved) & FLOW_TABLE_MOVES) >= table->held / 8)
        flow_table_make_newest(table, entry);
}

static inline bool flow_table_is_aged(const flow_table *table, const flow_entry *entry, int64_t now)
{
    return capture_time_passed(entry->seen_ns, table->age_ns, now);
}

/* To be called now and then, such as with every packet: frees what is too old. */
static inline void flow_table_expire(flow_table *table, int64_t now)
{
    if (table->oldest != 0 && flow_table_is_aged(table, flow_table_at(table, table->oldest), now))
        flow_table_let_go_aged(table, now);
}

#endif
