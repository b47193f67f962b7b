/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Flows by key: open addressing with linear probing, and a list from the one seen longest ago to the newest.
 * A flow is looked up with every packet of a capture, so slots keep hashes, both directions have one, and the
 * list is changed only where the order matters. Spec: docs/rules.md (what is followed, and for how long). */
#include "flow-table.h"

#include <glib.h>
#include <string.h>

#define SLOTS_MIN 64u
#define SLOTS_WIDE (1u << 17) /* 1 MiB */

struct flow_slot {
    uint32_t hash;
    uint32_t number; /* 0: free */
};

flow_table *flow_table_new(size_t entry_size, uint32_t limit, int64_t age_ns,
                           void (*leaves)(void *context, flow_entry *entry), void *context)
{
    flow_table *t = g_new0(flow_table, 1);
    record_pool_init(&t->entries, MAX(entry_size, sizeof(flow_entry)));
    t->limit = MAX(limit, 1);
    t->age_ns = age_ns;
    t->leaves = leaves;
    t->context = context;
    t->slots = g_new0(flow_slot, SLOTS_MIN);
    t->slot_mask = SLOTS_MIN - 1;
    t->seed = (uint64_t)g_random_int() << 32 | g_random_int();
    return t;
}

void flow_table_free(flow_table *t)
{
    if (t == NULL)
        return;
    for (uint32_t number = t->oldest; number != 0 && t->leaves != NULL;) {
        flow_entry *entry = flow_table_at(t, number);
        number = entry->newer;
        t->leaves(t->context, entry);
    }
    record_pool_clear(&t->entries);
    g_free(t->slots);
    g_free(t);
}

/* --- keys --- */

_Static_assert(sizeof(cats_address) == 17, "an address is two words and an octet");

/* Words begin where the address begins, as it is copied: a word across two stores just made would wait. */
static inline uint64_t word_of(const cats_address *address, size_t index)
{
    uint64_t word;
    memcpy(&word, (const uint8_t *)address + index * sizeof word, sizeof word);
    return word;
}

static inline uint64_t hash_end(uint64_t seed, const cats_address *address, uint16_t port)
{
    uint64_t hash = (word_of(address, 0) ^ seed) * UINT64_C(0x87C37B91114253D5);
    uint64_t rest = (uint64_t)address->octets[15] << 16 | port;
    hash ^= hash >> 32;
    hash = (hash + word_of(address, 1) + rest * UINT64_C(0x9E3779B97F4A7C15)) * UINT64_C(0x4CF5AD432745937F);
    return hash ^ hash >> 29;
}

uint32_t flow_table_hash(const flow_table *t, const cats_flow_key *key)
{
    uint64_t hash = hash_end(t->seed, &key->source, key->source_port) +
                    hash_end(t->seed, &key->destination, key->destination_port) + key->protocol;
    return (uint32_t)(hash ^ hash >> 32);
}

static inline uint64_t difference(const cats_address *a, const cats_address *b)
{
    return (word_of(a, 0) ^ word_of(b, 0)) | (word_of(a, 1) ^ word_of(b, 1)) |
           (uint64_t)(a->octets[15] ^ b->octets[15]);
}

/* With one branch, which ports alike take: which direction it is nobody can foresee. */
static inline bool is_found(const cats_flow_key *a, const cats_flow_key *b, bool *reversed)
{
    bool turned = a->source_port != b->source_port;
    if (b->source_port == b->destination_port)
        turned = difference(&a->source, &b->source) != 0;
    const cats_address *source = turned ? &b->destination : &b->source;
    const cats_address *destination = turned ? &b->source : &b->destination;
    uint16_t source_port = turned ? b->destination_port : b->source_port;
    uint16_t destination_port = turned ? b->source_port : b->destination_port;
    *reversed = turned;
    return (difference(&a->source, source) | difference(&a->destination, destination) |
            (uint64_t)(a->source_port ^ source_port) | (uint64_t)(a->destination_port ^ destination_port) |
            (uint64_t)(a->protocol ^ b->protocol) | (uint64_t)(a->ports_known ^ b->ports_known)) == 0;
}

/* --- slots --- */

static uint32_t number_of(const flow_table *t, const flow_entry *entry)
{
    return entry->older == 0 ? t->oldest : flow_table_at(t, entry->older)->newer;
}

bool flow_table_is_wide(const flow_table *t)
{
    return t->slot_mask >= SLOTS_WIDE;
}

void flow_table_fetch(const flow_table *t, uint32_t hash)
{
    __builtin_prefetch(&t->slots[hash & t->slot_mask]);
}

static void put(flow_slot *slots, uint32_t mask, flow_slot slot)
{
    uint32_t at = slot.hash & mask;
    while (slots[at].number != 0)
        at = (at + 1) & mask;
    slots[at] = slot;
}

/* At most three quarters of the slots are in use. */
static void index_entry(flow_table *t, uint32_t number, uint32_t hash)
{
    if (t->findable >= t->slot_mask / 4 * 3) {
        uint32_t mask = t->slot_mask * 2 + 1;
        flow_slot *slots = g_new0(flow_slot, (size_t)mask + 1);
        for (uint32_t at = 0; at <= t->slot_mask; at++)
            if (t->slots[at].number != 0)
                put(slots, mask, t->slots[at]);
        g_free(t->slots);
        t->slots = slots;
        t->slot_mask = mask;
    }
    put(t->slots, t->slot_mask, (flow_slot){ hash, number });
    t->findable++;
}

/* What was pushed beyond the slot comes back: no look-up ends too early. */
void flow_table_retire(flow_table *t, flow_entry *entry)
{
    if (!entry->findable)
        return;
    entry->findable = 0;
    t->findable--;
    uint32_t number = number_of(t, entry);
    uint32_t mask = t->slot_mask, hole = flow_table_hash(t, &entry->key) & mask;
    while (t->slots[hole].number != number)
        hole = (hole + 1) & mask;
    for (uint32_t at = (hole + 1) & mask; t->slots[at].number != 0; at = (at + 1) & mask) {
        uint32_t wanted = t->slots[at].hash & mask;
        if (((at - wanted) & mask) < ((at - hole) & mask))
            continue; /* its way does not lead over the hole */
        t->slots[hole] = t->slots[at];
        hole = at;
    }
    t->slots[hole].number = 0;
}

flow_entry *flow_table_find(flow_table *t, const cats_flow_key *key, uint32_t hash, int64_t now,
                            bool *reversed)
{
    const flow_slot *slots = t->slots;
    uint32_t mask = t->slot_mask;
    for (uint32_t at = hash & mask; slots[at].number != 0; at = (at + 1) & mask) {
        if (slots[at].hash != hash)
            continue;
        flow_entry *entry = flow_table_at(t, slots[at].number);
        if (!is_found(&entry->key, key, reversed))
            continue;
        if (flow_table_is_aged(t, entry, now)) {
            t->let_go++;
            flow_table_drop(t, entry);
            return NULL;
        }
        return entry;
    }
    return NULL;
}

/* --- order --- */

static void unlink_entry(flow_table *t, flow_entry *entry)
{
    *(entry->older == 0 ? &t->oldest : &flow_table_at(t, entry->older)->newer) = entry->newer;
    *(entry->newer == 0 ? &t->newest : &flow_table_at(t, entry->newer)->older) = entry->older;
}

static void append(flow_table *t, flow_entry *entry, uint32_t number)
{
    entry->older = t->newest;
    entry->newer = 0;
    *(t->newest == 0 ? &t->oldest : &flow_table_at(t, t->newest)->newer) = number;
    t->newest = number;
    t->moves++;
    entry->moved = t->moves & FLOW_TABLE_MOVES;
}

void flow_table_make_newest(flow_table *t, flow_entry *entry)
{
    if (entry->newer == 0)
        return;
    uint32_t number = number_of(t, entry);
    unlink_entry(t, entry);
    append(t, entry, number);
}

void flow_table_drop(flow_table *t, flow_entry *entry)
{
    if (t->leaves != NULL)
        t->leaves(t->context, entry);
    flow_table_retire(t, entry);
    uint32_t number = number_of(t, entry);
    unlink_entry(t, entry);
    t->held--;
    record_pool_free(&t->entries, number);
}

static void let_oldest_go(flow_table *t)
{
    t->let_go++;
    flow_table_drop(t, flow_table_at(t, t->oldest));
}

void flow_table_let_go_aged(flow_table *t, int64_t now)
{
    while (t->oldest != 0 && flow_table_is_aged(t, flow_table_at(t, t->oldest), now))
        let_oldest_go(t);
}

flow_entry *flow_table_add(flow_table *t, const cats_flow_key *key, uint32_t hash, int64_t now)
{
    if (t->held >= t->limit)
        let_oldest_go(t);
    uint32_t number = record_pool_add(&t->entries);
    flow_entry *entry = flow_table_at(t, number);
    entry->key = *key;
    entry->seen_ns = now;
    entry->findable = 1;
    append(t, entry, number);
    index_entry(t, number, hash);
    t->held++;
    return entry;
}
