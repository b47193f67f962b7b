/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The choice of a site for a flow by Maglev hashing with weights.
 * Spec: draft-du-cats-aggregated-metrics-on-egress s3; Eisenbud et al., "Maglev", NSDI 2016, s3.4.
 *
 * Why Maglev, with a table of 65537 entries. Weighted rendezvous, computed per entry, moves exactly the flows
 * that must move, but chance decides how many entries a site gets: of 1,000 equal sites the luckiest had 1.5
 * times its share, and a chi-square test over many flows sees the error with ten sites too. It took 420 ms
 * for 1,000 sites. Maglev gives every site its share to one entry, in 2 to 6 ms for any number of sites, and
 * pays with little movement: with ten sites 10.2 % of the flows move when one leaves (least: 10.0 %) and 8.4
 * % when one weight doubles (least: 8.2 %). Rendezvous per flow instead of per entry would be exact in both,
 * but not of constant cost.
 *
 * Weights: Maglev's sites take turns to claim an entry. Here a site's turns come at equal intervals, 1 /
 * weight long, and the site whose time is next takes its turn. So a change of one weight leaves the order of
 * the others' turns as it is. */
#include "computing-table.h"

#include "hash-mix.h"
#include <glib.h>
#include <string.h>

/* A prime, so that every step passes through all entries. */
enum { ENTRIES = 65537 };
static const uint16_t FREE_ENTRY = UINT16_MAX;
_Static_assert(COMPUTING_TABLE_SITES_MAX < UINT16_MAX, "a site's index fits an entry");

/* The interval of weight 1; ENTRIES of them fit 64 bits. */
static const uint64_t INTERVAL = UINT64_C(1) << 46;

typedef struct site {
    char *name;
    uint64_t key; /* hash of the name */
    uint32_t weight;
} site;

struct computing_table {
    GArray *sites;
    bool current; /* entries belong to these sites and weights */
    bool empty;   /* no site has weight; valid when current */
    uint16_t entries[ENTRIES];
};

/* One site with weight while the entries are handed out. */
typedef struct claimant {
    uint64_t time; /* of its next turn */
    uint64_t interval;
    uint64_t key;
    const char *name;
    uint32_t next; /* the entry to try */
    uint32_t step;
    uint16_t index;
} claimant;

static void clear_site(gpointer element)
{
    g_free(((site *)element)->name);
}

computing_table *computing_table_new(void)
{
    computing_table *table = g_new0(computing_table, 1);

    table->sites = g_array_new(FALSE, FALSE, sizeof(site));
    g_array_set_clear_func(table->sites, clear_site);
    return table;
}

void computing_table_free(computing_table *table)
{
    if (table == NULL)
        return;
    g_array_unref(table->sites);
    g_free(table);
}

static site *site_at(const computing_table *table, size_t index)
{
    return &g_array_index(table->sites, site, index);
}

/* FNV-1a, then mixed: names that differ in one character have keys that have nothing in common. */
static uint64_t key_of_name(const char *name)
{
    uint64_t hash = UINT64_C(0xCBF29CE484222325);

    for (; *name != '\0'; name++)
        hash = (hash ^ (uint8_t)*name) * UINT64_C(0x100000001B3);
    return hash_mix(hash);
}

static bool find_site(const computing_table *table, const char *name, uint64_t key, guint *index)
{
    for (guint i = 0; i < table->sites->len; i++) {
        if (site_at(table, i)->key == key && strcmp(site_at(table, i)->name, name) == 0) {
            *index = i;
            return true;
        }
    }
    return false;
}

bool computing_table_set(computing_table *table, const char *name, uint32_t weight)
{
    site added = { .key = key_of_name(name), .weight = weight };
    guint index;

    if (weight > COMPUTING_TABLE_WEIGHT_MAX)
        return false;
    if (find_site(table, name, added.key, &index)) {
        if (site_at(table, index)->weight != weight)
            table->current = false;
        site_at(table, index)->weight = weight;
        return true;
    }
    if (table->sites->len == COMPUTING_TABLE_SITES_MAX)
        return false;
    added.name = g_strdup(name);
    g_array_append_val(table->sites, added);
    table->current = false;
    return true;
}

bool computing_table_forget(computing_table *table, const char *name)
{
    guint index;

    if (!find_site(table, name, key_of_name(name), &index))
        return false;
    g_array_remove_index(table->sites, index);
    table->current = false;
    return true;
}

size_t computing_table_size(const computing_table *table)
{
    return table->sites->len;
}

const char *computing_table_name(const computing_table *table, size_t index)
{
    return site_at(table, index)->name;
}

uint32_t computing_table_weight(const computing_table *table, size_t index)
{
    return site_at(table, index)->weight;
}

/* The first turn comes at a random point of the first interval, so that sites too light for an entry get one
 * in proportion to their weights. */
static claimant claimant_of(const site *s, uint16_t index)
{
    uint64_t interval = INTERVAL / s->weight, random = hash_mix(s->key + 1);

    return (claimant){ .time = (interval >> 16) * (random & 0xFFFF),
                       .interval = interval,
                       .key = s->key,
                       .name = s->name,
                       .next = (uint32_t)(hash_mix(s->key + 2) % ENTRIES),
                       .step = (uint32_t)(hash_mix(s->key + 3) % (ENTRIES - 1) + 1),
                       .index = index };
}

/* Whose turn is first. Names decide the last tie, so that the order of the calls never does. */
static bool is_before(const claimant *a, const claimant *b)
{
    if (a->time != b->time)
        return a->time < b->time;
    return a->key != b->key ? a->key < b->key : strcmp(a->name, b->name) < 0;
}

/* Restores the heap (earliest turn first) below `at`. */
static void sift_down(claimant *heap, size_t count, size_t at)
{
    claimant moving = heap[at];

    for (size_t child = 2 * at + 1; child < count; child = 2 * at + 1) {
        if (child + 1 < count && is_before(&heap[child + 1], &heap[child]))
            child++;
        if (!is_before(&heap[child], &moving))
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = moving;
}

/* The next entry in the site's own order that nobody has claimed yet. */
static void claim(claimant *c, uint16_t *entries)
{
    while (entries[c->next] != FREE_ENTRY)
        c->next = (c->next + c->step) % ENTRIES;
    entries[c->next] = c->index;
    c->time += c->interval;
}

static void rebuild(computing_table *table)
{
    claimant *heap = g_new(claimant, table->sites->len);
    size_t count = 0;

    for (guint i = 0; i < table->sites->len; i++) {
        if (site_at(table, i)->weight > 0)
            heap[count++] = claimant_of(site_at(table, i), (uint16_t)i);
    }
    table->empty = count == 0;
    table->current = true;
    if (count > 0) {
        for (size_t i = count / 2; i > 0; i--)
            sift_down(heap, count, i - 1);
        for (size_t i = 0; i < ENTRIES; i++)
            table->entries[i] = FREE_ENTRY;
        for (size_t i = 0; i < ENTRIES; i++) {
            claim(&heap[0], table->entries);
            sift_down(heap, count, 0);
        }
    }
    g_free(heap);
}

uint32_t computing_table_choose(computing_table *table, uint64_t flow_hash)
{
    if (!table->current)
        rebuild(table);
    return table->empty ? COMPUTING_TABLE_NO_SITE : table->entries[flow_hash % ENTRIES];
}
