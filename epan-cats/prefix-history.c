/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prefixes in one hash, with a count of those of each length, which are asked from the longest down. */
#include "prefix-history.h"

#include <string.h>

enum { LENGTHS = PREFIX_HISTORY_ANY };

typedef struct change {
    uint32_t frame;
    const void *value;
} change;

typedef struct kept_entry {
    prefix_entry entry; /* first: the key of the hash */
    GArray *changes;    /* of change, oldest first */
    uint32_t since;     /* of the first change, kept or forgotten */
} kept_entry;

struct prefix_history {
    GHashTable *entries; /* prefix_entry -> itself */
    size_t limit;
    uint32_t of_length[2][LENGTHS]; /* IPv4, IPv6 */
};

static guint entry_hash(gconstpointer key)
{
    const prefix_entry *entry = key;
    guint hash = entry->address.family * 131u + entry->length;
    for (size_t i = 0; i < sizeof entry->address.octets; i++)
        hash = (hash ^ entry->address.octets[i]) * 16777619u;
    return hash;
}

static gboolean entry_equal(gconstpointer a, gconstpointer b)
{
    const prefix_entry *one = a, *other = b;
    return one->length == other->length && cats_address_equal(&one->address, &other->address);
}

static void entry_free(gpointer data)
{
    kept_entry *kept = data;
    g_array_free(kept->changes, TRUE);
    g_free(kept);
}

prefix_history *prefix_history_new(size_t limit)
{
    prefix_history *history = g_new0(prefix_history, 1);
    history->entries = g_hash_table_new_full(entry_hash, entry_equal, NULL, entry_free);
    history->limit = limit;
    return history;
}

void prefix_history_free(prefix_history *history)
{
    if (history == NULL)
        return;
    g_hash_table_destroy(history->entries);
    g_free(history);
}

static prefix_entry key_of(const cats_address *address, unsigned length)
{
    prefix_entry key = { .address.family = address->family, .length = (uint8_t)length };
    memcpy(key.address.octets, address->octets, length / 8);
    if (length % 8 != 0)
        key.address.octets[length / 8] = address->octets[length / 8] & (uint8_t)(0xff00u >> length % 8);
    return key;
}

prefix_entry *prefix_history_need(prefix_history *history, const cats_address *address, uint8_t length)
{
    if (length > 8 * cats_address_length(address))
        return NULL;
    prefix_entry key = key_of(address, length);
    prefix_entry *found = g_hash_table_lookup(history->entries, &key);
    if (found != NULL || g_hash_table_size(history->entries) >= history->limit)
        return found;
    kept_entry *kept = g_new0(kept_entry, 1);
    kept->entry = key;
    g_queue_init(&kept->entry.users);
    kept->changes = g_array_new(FALSE, FALSE, sizeof(change));
    g_hash_table_add(history->entries, kept);
    history->of_length[address->family == 6][length]++;
    return &kept->entry;
}

static const kept_entry *kept_of(const prefix_entry *entry)
{
    return (const kept_entry *)(const void *)entry;
}

static GArray *changes_of(const prefix_entry *entry)
{
    return kept_of(entry)->changes;
}

void prefix_history_set(prefix_entry *entry, uint32_t frame, const void *value)
{
    GArray *changes = changes_of(entry);
    change *last = changes->len == 0 ? NULL : &g_array_index(changes, change, changes->len - 1);
    if (last == NULL ? value == NULL : last->value == value)
        return;
    if (last != NULL && last->frame == frame) {
        last->value = value;
        return;
    }
    if (last == NULL)
        ((kept_entry *)(void *)entry)->since = frame;
    if (changes->len == PREFIX_HISTORY_CHANGES)
        g_array_remove_index(changes, 0);
    change next = { frame, value };
    g_array_append_val(changes, next);
}

const void *prefix_history_get(const prefix_entry *entry, uint32_t frame)
{
    const GArray *changes = changes_of(entry);
    for (guint i = changes->len; i > 0; i--) {
        const change *known = &g_array_index(changes, change, i - 1);
        if (known->frame <= frame)
            return known->value;
    }
    return NULL;
}

const void *prefix_history_last(const prefix_entry *entry, uint32_t frame, uint32_t *ended)
{
    const GArray *changes = changes_of(entry);
    *ended = 0;
    for (guint i = changes->len; i > 0; i--) {
        const change *known = &g_array_index(changes, change, i - 1);
        if (known->frame > frame)
            continue;
        if (known->value != NULL)
            return known->value;
        *ended = known->frame;
    }
    *ended = 0;
    return NULL;
}

static bool known_by(const prefix_entry *entry, uint32_t frame)
{
    return changes_of(entry)->len > 0 && kept_of(entry)->since <= frame;
}

const prefix_entry *prefix_history_match(const prefix_history *history, const cats_address *address,
                                         uint32_t frame, bool or_before, unsigned *shorter_than)
{
    if (address->family == 0)
        return NULL;
    const uint32_t *of_length = history->of_length[address->family == 6];
    unsigned bits = 8 * (unsigned)cats_address_length(address);
    for (unsigned length = MIN(*shorter_than, bits + 1); length-- > 0;) {
        if (of_length[length] == 0)
            continue;
        prefix_entry key = key_of(address, length);
        const prefix_entry *found = g_hash_table_lookup(history->entries, &key);
        if (found == NULL || !(or_before ? known_by(found, frame) : prefix_history_get(found, frame) != NULL))
            continue;
        *shorter_than = length;
        return found;
    }
    *shorter_than = 0;
    return NULL;
}
