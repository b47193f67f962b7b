/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pairs sightings by their digest, keeps the least delays of each pair of clocks, and joins the clocks to one
 * another. Spec: RFC 5905 s8; docs/rules.md (clocks). */
#include "clock-offset.h"

#include "capture-time.h"

#include <glib.h>

/* Sightings that wait for another clock; a power of two. Others are not used. */
#define SLOTS (1u << 18)
#define PROBES 8u
/* A packet that was sent twice and captured once makes a delay too short: of so many delays the least few are
 * put aside. */
#define LEAST 4
#define ENOUGH 32

typedef struct sighting {
    uint64_t digest; /* 0: free */
    int64_t time_ns;
    clock_progress progress;
    uint16_t clock;
    bool twice;
} sighting;

/* Delays from one clock's point to another's, as the two clocks tell them. */
typedef struct delays {
    uint64_t count;
    int64_t least[LEAST]; /* ascending */
} delays;

struct clock_offsets {
    unsigned clocks;
    sighting *slots;
    delays *delays; /* [from * clocks + to] */
};

clock_offsets *clock_offsets_new(unsigned clocks)
{
    clock_offsets *o = g_new0(clock_offsets, 1);
    o->clocks = clocks;
    o->slots = g_new0(sighting, SLOTS);
    o->delays = g_new0(delays, (size_t)clocks * clocks);
    return o;
}

void clock_offsets_free(clock_offsets *o)
{
    if (o == NULL)
        return;
    g_free(o->slots);
    g_free(o->delays);
    g_free(o);
}

static void add_delay(delays *d, int64_t delay)
{
    unsigned kept = (unsigned)MIN(d->count, LEAST);
    d->count++;
    if (kept == LEAST && delay >= d->least[LEAST - 1])
        return;
    unsigned at = kept < LEAST ? kept : LEAST - 1;
    for (; at > 0 && d->least[at - 1] > delay; at--)
        d->least[at] = d->least[at - 1];
    d->least[at] = delay;
}

static void pair(clock_offsets *o, const sighting *a, const sighting *b)
{
    const sighting *first = a->progress > b->progress ? a : b, *then = first == a ? b : a;
    if (a->progress != b->progress && !a->twice && !b->twice)
        add_delay(&o->delays[first->clock * o->clocks + then->clock],
                  capture_time_between(first->time_ns, then->time_ns));
}

/* Sightings of one digest stand one after the other. */
void clock_offsets_see(clock_offsets *o, unsigned clock, int64_t time_ns, uint64_t digest,
                       clock_progress progress)
{
    sighting now = {
        .digest = digest != 0 ? digest : 1, .time_ns = time_ns, .progress = progress, .clock = (uint16_t)clock
    };
    for (unsigned i = 0; i < PROBES; i++) {
        sighting *other = &o->slots[(digest + i) & (SLOTS - 1)];
        if (other->digest == now.digest && other->clock == clock && other->progress == progress) {
            other->twice = true;
            return;
        }
    }
    for (unsigned i = 0; i < PROBES; i++) {
        sighting *slot = &o->slots[(digest + i) & (SLOTS - 1)];
        if (slot->digest == now.digest && slot->clock != clock)
            pair(o, slot, &now);
        if (slot->digest == 0) {
            *slot = now;
            return;
        }
    }
}

/* ---- bounds ---- */

static int64_t least_of(const delays *d)
{
    return d->least[d->count >= ENOUGH ? LEAST - 1 : 0];
}

/* `clock` against `other`: it is ahead by no more than the least delay to it, and by no less than that from
 * it. */
static clock_estimate compare(const clock_offsets *o, unsigned other, unsigned clock)
{
    const delays *forth = &o->delays[other * o->clocks + clock],
                 *back = &o->delays[clock * o->clocks + other];
    clock_estimate e = { .known = forth->count + back->count > 0,
                         .two_way = forth->count > 0 && back->count > 0,
                         .against = other,
                         .low_ns = back->count > 0 ? -least_of(back) : INT64_MIN,
                         .high_ns = forth->count > 0 ? least_of(forth) : INT64_MAX,
                         .packets = forth->count + back->count };
    e.contradictory = e.low_ns > e.high_ns;
    return e;
}

static int64_t offset_within(const clock_estimate *e)
{
    if (e->contradictory || (e->low_ns <= 0 && e->high_ns >= 0))
        return 0;
    if (e->two_way)
        return e->low_ns + (e->high_ns - e->low_ns) / 2;
    return e->low_ns > 0 ? e->low_ns : e->high_ns;
}

static bool is_better(const clock_estimate *a, const clock_estimate *b)
{
    if (!a->known || !b->known)
        return a->known;
    if (a->two_way != b->two_way)
        return a->two_way;
    return a->packets > b->packets;
}

/* From clock 0 on, always the one next that is tied best to those that are known. */
void clock_offsets_solve(const clock_offsets *o, clock_estimate *estimates)
{
    g_autofree bool *joined = g_new0(bool, o->clocks);
    for (unsigned i = 0; i < o->clocks; i++)
        estimates[i] = (clock_estimate){ .known = false };
    joined[0] = true;
    for (;;) {
        clock_estimate best = { .known = false };
        unsigned next = 0;
        for (unsigned from = 0; from < o->clocks; from++)
            for (unsigned to = 0; joined[from] && to < o->clocks; to++) {
                clock_estimate e = joined[to] ? best : compare(o, from, to);
                if (joined[to] || !is_better(&e, &best))
                    continue;
                best = e;
                next = to;
            }
        if (!best.known)
            return;
        best.offset_ns = estimates[best.against].offset_ns + offset_within(&best);
        estimates[next] = best;
        joined[next] = true;
    }
}
