/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Longest-prefix match by one hash table and the list of lengths in use. Spec: RFC 1812 s5.2.4.3. */
#include "prefix-table.h"

#include "epan-cats/hash-mix.h"
#include "epan-cats/packet.h"
#include <string.h>

#define IPV6_BITS 128

/* The address as two numbers, bits behind the length zero. */
typedef struct prefix_key {
    uint64_t high, low;
    uint8_t family, length;
} prefix_key;

/* Prefix lengths of one family in use, the longest first. */
typedef struct length_list {
    uint8_t list[IPV6_BITS + 1];
    unsigned count;
} length_list;

struct prefix_table {
    GHashTable *values; /* prefix_key -> value */
    length_list ipv4, ipv6;
};

static guint key_hash(gconstpointer pointer)
{
    const prefix_key *key = pointer;
    uint64_t kind = (uint64_t)key->family << 8 | key->length;
    return (guint)hash_mix(key->high ^ hash_mix(key->low ^ kind));
}

static gboolean key_equal(gconstpointer a, gconstpointer b)
{
    const prefix_key *one = a, *other = b;
    return one->high == other->high && one->low == other->low && one->family == other->family &&
           one->length == other->length;
}

static uint64_t number_at(const uint8_t *octets)
{
    return (uint64_t)packet_get32(octets) << 32 | packet_get32(octets + 4);
}

/* The first `bits` of 64, at most all. */
static uint64_t mask_of(unsigned bits)
{
    return bits == 0 ? 0 : bits < 64 ? ~(UINT64_MAX >> bits) : UINT64_MAX;
}

static prefix_key key_of(const cats_address *address, unsigned length)
{
    return (prefix_key){ .high = number_at(address->octets) & mask_of(length),
                         .low = number_at(address->octets + 8) & mask_of(length < 64 ? 0 : length - 64),
                         .family = address->family,
                         .length = (uint8_t)length };
}

static void length_list_add(length_list *lengths, uint8_t length)
{
    unsigned at = 0;
    while (at < lengths->count && lengths->list[at] > length) {
        at++;
    }
    if (at < lengths->count && lengths->list[at] == length) {
        return;
    }
    memmove(&lengths->list[at + 1], &lengths->list[at], lengths->count - at);
    lengths->list[at] = length;
    lengths->count++;
}

prefix_table *prefix_table_new(GDestroyNotify release)
{
    prefix_table *table = g_new0(prefix_table, 1);
    table->values = g_hash_table_new_full(key_hash, key_equal, g_free, release);
    return table;
}

void prefix_table_free(prefix_table *table)
{
    if (table == NULL) {
        return;
    }
    g_hash_table_destroy(table->values);
    g_free(table);
}

bool prefix_table_set(prefix_table *table, const cats_address *prefix, unsigned length, void *value)
{
    size_t octets = cats_address_length(prefix);
    if (octets == 0 || length > octets * 8 || value == NULL) {
        return false;
    }
    prefix_key key = key_of(prefix, length);
    length_list_add(prefix->family == 4 ? &table->ipv4 : &table->ipv6, key.length);
    g_hash_table_replace(table->values, g_memdup2(&key, sizeof key), value);
    return true;
}

void *prefix_table_match(const prefix_table *table, const cats_address *address)
{
    const length_list *lengths = address->family == 4 ? &table->ipv4 : &table->ipv6;
    for (unsigned i = 0; i < lengths->count; i++) {
        prefix_key key = key_of(address, lengths->list[i]);
        void *value = g_hash_table_lookup(table->values, &key);
        if (value != NULL) {
            return value;
        }
    }
    return NULL;
}
