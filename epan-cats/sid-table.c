/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The SID table: rows in one small open-addressing hash per distinct prefix length, asked from the longest
 * length down. Spec: docs/wire-formats.md s5. */
#include "sid-table.h"

#include <glib.h>
#include <string.h>

#define SID_BITS 128

/* A prefix as two halves; only compared and hashed, so the byte order is the machine's own. */
typedef struct sid_key {
    uint64_t first, second;
} sid_key;

typedef struct slot {
    sid_key key;
    const cats_sid_row *row; /* NULL: empty */
} slot;

/* All rows of one prefix length. At most half of the slots are taken, so that a probe ends soon. */
typedef struct length_group {
    unsigned length;
    sid_key mask;
    slot *slots;
    size_t slot_count; /* a power of two */
    size_t used;
} length_group;

struct cats_sid_table {
    GPtrArray *rows;     /* of cats_sid_row */
    GStringChunk *names; /* owners */
    GArray *groups;      /* of length_group, longest first */
};

static sid_key key_load(const uint8_t octets[16])
{
    sid_key key;
    memcpy(&key.first, octets, sizeof key.first);
    memcpy(&key.second, octets + sizeof key.first, sizeof key.second);
    return key;
}

static sid_key key_mask(sid_key key, sid_key mask)
{
    return (sid_key){ key.first & mask.first, key.second & mask.second };
}

static bool key_equal(sid_key a, sid_key b)
{
    return a.first == b.first && a.second == b.second;
}

static size_t key_hash(sid_key key)
{
    uint64_t mixed = (key.first * 0x9E3779B97F4A7C15u) ^ (key.second * 0xC2B2AE3D27D4EB4Fu);
    mixed ^= mixed >> 32;
    mixed *= 0xD6E8FEB86659FD93u;
    return (size_t)(mixed ^ mixed >> 32);
}

static sid_key mask_of(unsigned length)
{
    uint8_t octets[16] = { 0 };
    memset(octets, 0xFF, length / 8);
    if (length % 8 != 0)
        octets[length / 8] = (uint8_t)(0xFF00u >> length % 8);
    return key_load(octets);
}

/* The slot that holds the key, or the empty one where it belongs. */
static slot *group_slot(const length_group *group, sid_key key)
{
    size_t last = group->slot_count - 1;
    size_t at = key_hash(key) & last;
    while (group->slots[at].row != NULL && !key_equal(group->slots[at].key, key))
        at = (at + 1) & last;
    return &group->slots[at];
}

static void group_grow(length_group *group)
{
    length_group grown = *group;
    grown.slot_count = group->slot_count == 0 ? 8 : group->slot_count * 2;
    grown.slots = g_new0(slot, grown.slot_count);
    for (size_t i = 0; i < group->slot_count; i++) {
        if (group->slots[i].row != NULL)
            *group_slot(&grown, group->slots[i].key) = group->slots[i];
    }
    g_free(group->slots);
    *group = grown;
}

/* The group of this prefix length, made in its place when there is none yet. */
static length_group *table_group(cats_sid_table *table, unsigned length)
{
    guint at = 0;
    while (at < table->groups->len && g_array_index(table->groups, length_group, at).length > length)
        at++;
    if (at == table->groups->len || g_array_index(table->groups, length_group, at).length != length) {
        length_group group = { .length = length, .mask = mask_of(length) };
        group_grow(&group);
        g_array_insert_val(table->groups, at, group);
    }
    return &g_array_index(table->groups, length_group, at);
}

static void group_clear(gpointer group)
{
    g_free(((length_group *)group)->slots);
}

cats_sid_table *cats_sid_table_new(void)
{
    cats_sid_table *table = g_new0(cats_sid_table, 1);
    table->rows = g_ptr_array_new_with_free_func(g_free);
    table->names = g_string_chunk_new(256);
    table->groups = g_array_new(FALSE, FALSE, sizeof(length_group));
    g_array_set_clear_func(table->groups, group_clear);
    return table;
}

void cats_sid_table_free(cats_sid_table *table)
{
    if (table == NULL)
        return;
    g_ptr_array_free(table->rows, TRUE);
    g_string_chunk_free(table->names);
    g_array_free(table->groups, TRUE);
    g_free(table);
}

bool cats_sid_table_add(cats_sid_table *table, const cats_sid_row *row)
{
    if (row->prefix_length > SID_BITS || !cats_sid_structure_valid(&row->structure))
        return false;
    length_group *group = table_group(table, row->prefix_length);
    sid_key key = key_mask(key_load(row->prefix), group->mask);
    if (group_slot(group, key)->row != NULL)
        return false;
    if (2 * (group->used + 1) > group->slot_count)
        group_grow(group);

    cats_sid_row *copy = g_new(cats_sid_row, 1);
    *copy = *row;
    memcpy(copy->prefix, &key.first, sizeof key.first);
    memcpy(copy->prefix + sizeof key.first, &key.second, sizeof key.second);
    if (row->owner != NULL)
        copy->owner = g_string_chunk_insert_const(table->names, row->owner);
    g_ptr_array_add(table->rows, copy);
    *group_slot(group, key) = (slot){ .key = key, .row = copy };
    group->used++;
    return true;
}

size_t cats_sid_table_size(const cats_sid_table *table)
{
    return table->rows->len;
}

const cats_sid_row *cats_sid_table_row(const cats_sid_table *table, size_t index)
{
    return index < table->rows->len ? g_ptr_array_index(table->rows, index) : NULL;
}

const cats_sid_row *cats_sid_table_match(const cats_sid_table *table, const uint8_t sid[16])
{
    if (table == NULL)
        return NULL;
    sid_key key = key_load(sid);
    for (guint i = 0; i < table->groups->len; i++) {
        const length_group *group = &g_array_index(table->groups, length_group, i);
        const cats_sid_row *row = group_slot(group, key_mask(key, group->mask))->row;
        if (row != NULL)
            return row;
    }
    return NULL;
}

bool cats_prefix_parse(const char *text, cats_address *prefix, unsigned *length, const char **error)
{
    const char *slash = strchr(text, '/');
    char address_text[CATS_ADDRESS_TEXT];
    cats_address address;
    if (slash == NULL || (size_t)(slash - text) >= sizeof address_text) {
        *error = "expected an address and a length such as 5f00::/16 or 192.0.2.0/24";
        return false;
    }
    memcpy(address_text, text, (size_t)(slash - text));
    address_text[slash - text] = '\0';
    if (!cats_address_parse(address_text, &address)) {
        *error = "expected an IPv4 or IPv6 address before the slash";
        return false;
    }
    unsigned bits = 8 * (unsigned)cats_address_length(&address);
    guint64 parsed;
    if (!g_ascii_string_to_unsigned(slash + 1, 10, 0, bits, &parsed, NULL)) {
        *error = bits == SID_BITS ? "expected a prefix length of 0-128" : "expected a prefix length of 0-32";
        return false;
    }
    sid_key key = key_load(address.octets);
    if (!key_equal(key, key_mask(key, mask_of((unsigned)parsed)))) {
        *error = "expected no address bits behind the prefix length";
        return false;
    }
    *prefix = address;
    *length = (unsigned)parsed;
    return true;
}
