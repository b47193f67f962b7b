/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pins lie in one array, chained by index into hash buckets and into one list by age. Spec: RFC 8986 s3.1. */
#include "flow-pins.h"

#include <string.h>

#define NO_PIN UINT32_MAX
#define FIRST_CAPACITY 256u
#define HASH_MASK 0x7fffffffu /* as many bits as the most buckets need */

typedef struct flow_pin {
    cats_flow_key key;
    uint32_t hash : 31;
    uint32_t closed : 1;
    uint32_t chain; /* next in the bucket, or next free one */
    uint32_t older, younger;
    int64_t last_seen;
    void *value;
} flow_pin;

struct flow_pins {
    flow_pin *pins;
    uint32_t capacity, used; /* of `pins`; `used` ones were ever handed out */
    uint32_t free_list;      /* handed out once and given back */
    uint32_t *buckets;
    uint32_t bucket_mask;
    uint32_t oldest, youngest;
    size_t limit, size;
    int64_t idle_ns;
    uint64_t let_go;
    GDestroyNotify release;
};

static uint32_t bucket_of(const flow_pins *pins, uint32_t hash)
{
    return hash & pins->bucket_mask;
}

static void chain_in(flow_pins *pins, uint32_t index)
{
    uint32_t *bucket = &pins->buckets[bucket_of(pins, pins->pins[index].hash)];
    pins->pins[index].chain = *bucket;
    *bucket = index;
}

static void chain_out(flow_pins *pins, uint32_t index)
{
    uint32_t *link = &pins->buckets[bucket_of(pins, pins->pins[index].hash)];
    while (*link != index) {
        link = &pins->pins[*link].chain;
    }
    *link = pins->pins[index].chain;
}

static void age_in(flow_pins *pins, uint32_t index)
{
    flow_pin *pin = &pins->pins[index];
    pin->older = pins->youngest;
    pin->younger = NO_PIN;
    if (pins->youngest != NO_PIN) {
        pins->pins[pins->youngest].younger = index;
    } else {
        pins->oldest = index;
    }
    pins->youngest = index;
}

static void age_out(flow_pins *pins, uint32_t index)
{
    const flow_pin *pin = &pins->pins[index];
    if (pin->older != NO_PIN) {
        pins->pins[pin->older].younger = pin->younger;
    } else {
        pins->oldest = pin->younger;
    }
    if (pin->younger != NO_PIN) {
        pins->pins[pin->younger].older = pin->older;
    } else {
        pins->youngest = pin->older;
    }
}

static void remove_pin(flow_pins *pins, uint32_t index)
{
    chain_out(pins, index);
    age_out(pins, index);
    if (pins->release != NULL) {
        pins->release(pins->pins[index].value);
    }
    pins->pins[index].chain = pins->free_list;
    pins->free_list = index;
    pins->size--;
}

static void let_go(flow_pins *pins, uint32_t index)
{
    remove_pin(pins, index);
    pins->let_go++;
}

static bool is_idle(const flow_pins *pins, uint32_t index, int64_t now)
{
    return now - pins->pins[index].last_seen > pins->idle_ns;
}

/* Twice the room, at most the limit; as many buckets as pins, rounded up to a power of two. */
static void grow(flow_pins *pins)
{
    size_t capacity = MIN(MAX((size_t)pins->capacity * 2, FIRST_CAPACITY), pins->limit);
    pins->pins = g_renew(flow_pin, pins->pins, capacity);
    pins->capacity = (uint32_t)capacity;

    size_t buckets = FIRST_CAPACITY;
    while (buckets < capacity) {
        buckets *= 2;
    }
    if (pins->buckets != NULL && buckets == (size_t)pins->bucket_mask + 1) {
        return;
    }
    g_free(pins->buckets);
    pins->buckets = g_new(uint32_t, buckets);
    memset(pins->buckets, 0xff, buckets * sizeof pins->buckets[0]);
    pins->bucket_mask = (uint32_t)(buckets - 1);
    for (uint32_t i = pins->oldest; i != NO_PIN; i = pins->pins[i].younger) {
        chain_in(pins, i);
    }
}

/* An unused pin. */
static uint32_t take(flow_pins *pins)
{
    if (pins->free_list != NO_PIN) {
        uint32_t index = pins->free_list;
        pins->free_list = pins->pins[index].chain;
        return index;
    }
    if (pins->used == pins->capacity) {
        grow(pins);
    }
    return pins->used++;
}

flow_pins *flow_pins_new(size_t limit, int64_t idle_ns, GDestroyNotify release)
{
    flow_pins *pins = g_new0(flow_pins, 1);
    pins->limit = CLAMP(limit, 1, (size_t)1 << 31);
    pins->idle_ns = idle_ns;
    pins->release = release;
    pins->free_list = pins->oldest = pins->youngest = NO_PIN;
    grow(pins);
    return pins;
}

void flow_pins_free(flow_pins *pins)
{
    if (pins == NULL) {
        return;
    }
    for (uint32_t i = pins->oldest; i != NO_PIN && pins->release != NULL; i = pins->pins[i].younger) {
        pins->release(pins->pins[i].value);
    }
    g_free(pins->pins);
    g_free(pins->buckets);
    g_free(pins);
}

static uint32_t index_of(const flow_pins *pins, const cats_flow_key *key, uint64_t hash)
{
    uint32_t known = (uint32_t)hash & HASH_MASK, index = pins->buckets[bucket_of(pins, known)];
    while (index != NO_PIN &&
           (pins->pins[index].hash != known || !cats_flow_key_equal(&pins->pins[index].key, key))) {
        index = pins->pins[index].chain;
    }
    return index;
}

void *flow_pins_find(flow_pins *pins, const cats_flow_key *key, uint64_t hash, int64_t now)
{
    uint32_t index = index_of(pins, key, hash);
    if (index == NO_PIN) {
        return NULL;
    }
    if (is_idle(pins, index, now)) {
        let_go(pins, index);
        return NULL;
    }
    pins->pins[index].last_seen = now;
    age_out(pins, index);
    age_in(pins, index);
    return pins->pins[index].value;
}

void flow_pins_add(flow_pins *pins, const cats_flow_key *key, uint64_t hash, int64_t now, void *value)
{
    while (pins->oldest != NO_PIN && (is_idle(pins, pins->oldest, now) || pins->size == pins->limit)) {
        let_go(pins, pins->oldest);
    }
    uint32_t index = take(pins);
    flow_pin *pin = &pins->pins[index];
    pin->key = *key;
    pin->hash = (uint32_t)hash & HASH_MASK;
    pin->closed = 0;
    pin->last_seen = now;
    pin->value = value;
    chain_in(pins, index);
    age_in(pins, index);
    pins->size++;
}

void flow_pins_close(flow_pins *pins, const cats_flow_key *key, uint64_t hash)
{
    uint32_t index = index_of(pins, key, hash);
    if (index != NO_PIN) {
        pins->pins[index].closed = 1;
    }
}

void flow_pins_open(flow_pins *pins, const cats_flow_key *key, uint64_t hash)
{
    uint32_t index = index_of(pins, key, hash);
    if (index != NO_PIN && pins->pins[index].closed) {
        remove_pin(pins, index);
    }
}

void flow_pins_expire(flow_pins *pins, int64_t now)
{
    while (pins->oldest != NO_PIN && is_idle(pins, pins->oldest, now)) {
        let_go(pins, pins->oldest);
    }
}

size_t flow_pins_size(const flow_pins *pins)
{
    return pins->size;
}

uint64_t flow_pins_let_go(const flow_pins *pins)
{
    return pins->let_go;
}

size_t flow_pins_memory(const flow_pins *pins)
{
    return sizeof *pins + pins->capacity * sizeof pins->pins[0] +
           ((size_t)pins->bucket_mask + 1) * sizeof pins->buckets[0];
}
