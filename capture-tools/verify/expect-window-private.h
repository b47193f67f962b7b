/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of the window that its files share. Private to expect-window.c, expect-read.c, expect-pair.c,
 * expect-leftover.c and expect-seek.c. */
#ifndef CATSHARK_VERIFY_EXPECT_WINDOW_PRIVATE_H
#define CATSHARK_VERIFY_EXPECT_WINDOW_PRIVATE_H

#include "expect-window.h"
#include "packet-copies.h"

#define EXPECT_NONE PACKET_COPIES_NONE
/* Octets of the first packets are kept though they have their pairs: an observed place that is nowhere in
 * GENERATED may show itself only then. */
enum { EXPECT_KEPT_FIRST = 4096 };

/* A generated packet of the window; its slot is its number less full turns of the ring. */
typedef struct expected_packet {
    packet_identity identity;
    uint64_t number;
    int64_t time_ns;
    uint64_t seen;   /* a bit for each observed place that may show it */
    uint8_t *octets; /* owned; NULL when they are not needed any more */
    uint32_t captured, wire;
    int link_type;
    uint32_t before, after; /* slots of the same place that wait */
    uint16_t place;
    bool waits;     /* is in the place's list */
    bool secondary; /* the same packet as an earlier one, at another place */
} expected_packet;

/* An observed packet without its pair. */
typedef struct pending_packet {
    GList in_all, in_place; /* links, data: itself */
    packet_identity identity;
    uint32_t id;
    int64_t time_ns;
    uint8_t *octets; /* owned */
    uint32_t captured, wire;
    int link_type;
    uint64_t front; /* where the window was */
    uint16_t place;
    bool copy;   /* a generated packet like it has its pair */
    bool beyond; /* observed behind the end of GENERATED */
} pending_packet;

typedef struct observed_place {
    uint32_t generated; /* or EXPECT_ANYWHERE */
    uint64_t bit;       /* in the masks of packets: only that of what is ANYWHERE is its own */
    unsigned capture;
    GQueue pending;
} observed_place;

typedef struct expected_place {
    uint32_t observed;    /* place, EXPECT_NONE */
    uint32_t first, last; /* slots that wait */
    uint64_t read;
    uint64_t unjudged; /* left the window while no observed point was there */
    bool silent;
} expected_place;

/* Which part of GENERATED a capture shows: frames from the first that has a pair to the last. */
typedef struct capture_period {
    uint64_t first, last;
    bool known, broken;
} capture_period;

/* Where a flow is at a place. */
typedef struct flow_order {
    uint32_t flow;
    uint64_t last; /* number in GENERATED + 1 of the furthest; 0: not in use */
} flow_order;

/* Where a packet was seen last. */
typedef struct packet_path {
    uint64_t key;
    uint64_t places; /* modulo 64: with more places some of its way is not told */
    int64_t time_ns;
    uint32_t place;
} packet_path;

struct expect_window {
    expect_settings settings;
    packet_comparer *comparer;
    uint32_t slots; /* of the ring, and of the tables: a power of two */
    expected_packet *ring;
    uint64_t oldest, next; /* numbers of packets in the ring: [oldest, next) */
    uint64_t front;        /* the furthest that has a pair, + 1 */
    bool ended, broken;    /* GENERATED */
    unsigned anywhere;     /* observed places that are nowhere in GENERATED */
    bool somewhere;        /* there is one that is somewhere */
    packet_copies *same;   /* by place and all that is compared */
    packet_copies *inner;  /* by the innermost packet; only with `anywhere` */
    observed_place observed[EXPECT_PLACES_MAX];
    unsigned observed_count;
    expected_place generated[EXPECT_PLACES_MAX];
    capture_period *periods; /* by capture */
    unsigned captures;
    GQueue pending;
    flow_order *orders;
    packet_path *paths;
    uint64_t *paired;   /* keys of observed packets that have a pair, the last of each row first */
    uint64_t paired_at; /* packets that were observed when the last of them found its pair, */
    uint64_t seek_at;   /* and when GENERATED is searched again at the earliest */
    GHashTable *wanted; /* keys of observed packets that wait; NULL but while seeking */
    bool skipping;      /* over what no observed packet wants */
    GHashTable *ports;  /* of flows: what the client's became */
    GHashTable *flows;  /* that were generated; NULL unless other ones are ignored */
    uint64_t held;
    expect_count count;
};

static inline uint32_t expect_slot(const expect_window *w, uint64_t number)
{
    return (uint32_t)number & (w->slots - 1);
}
/* Its number in the window: of the slot's packet that is in it. */
static inline uint64_t expect_number(const expect_window *w, uint32_t slot)
{
    return w->oldest + ((slot - expect_slot(w, w->oldest)) & (w->slots - 1));
}
/* Rows of tables that are looked up by a digest. */
enum { EXPECT_WAYS = 4 };
static inline uint32_t expect_row(const expect_window *w, uint64_t key)
{
    return (uint32_t)key & (w->slots - 1) & ~(uint32_t)(EXPECT_WAYS - 1);
}
static inline bool expect_is_seen(const expect_window *w, const expected_packet *e, uint32_t observed)
{
    return (e->seen & w->observed[observed].bit) != 0;
}
static inline uint64_t expect_inner_key(const packet_identity *id)
{
    return id->head ^ (id->body << 1 | id->body >> 63);
}

/* An observed packet that is sought. */
typedef struct expect_sought {
    const observed_frame *frame;
    const packet_identity *id;
} expect_sought;

/* ---- expect-window.c ---- */

generated_frame expect_generated_view(const expected_packet *e);
observed_frame expect_observed_view(const pending_packet *o);
void expect_tell(expect_window *w, const expect_difference *difference);
/* The oldest packet is judged and leaves the window; `last`: there are no more to be observed. */
void expect_forget_oldest(expect_window *w, bool last);
/* Packets that were left behind are judged. */
void expect_advance(expect_window *w, uint64_t front);

/* ---- expect-read.c ---- */

/* Reads until the packet is found, at most so many packets beyond the front. NONE: it was not. */
uint32_t expect_read_until_found(expect_window *w, const expect_sought *sought, uint64_t ahead);
/* One more is read, and the oldest let go when there is no room; false at the end. */
bool expect_read_on(expect_window *w);
/* The generated packet waits no more for its place's observation. */
void expect_stop_waiting(expect_window *w, uint32_t slot);
/* It can be found by its innermost packet. */
void expect_index_inner(expect_window *w, uint32_t slot);
/* A copy, counted as held. */
uint8_t *expect_keep_octets(expect_window *w, const frame_octets *octets);
void expect_drop_octets(expect_window *w, expected_packet *e);

/* ---- expect-seek.c ---- */

/* Goes on in GENERATED where the waiting observed packets find pairs, when none did for a whole window. */
void expect_seek(expect_window *w);

/* ---- expect-pair.c ---- */

/* The first generated packet of the window that the observed one is: of copies the first that is not behind
 * one of its flow that was observed, if there is one. Or NONE. */
uint32_t expect_find(const expect_window *w, const packet_identity *id, uint32_t place);
/* What will be asked for it comes nearer. */
void expect_prefetch(const expect_window *w, const packet_identity *id, uint32_t place);
bool expect_is_in_order(const expect_window *w, uint32_t slot, const packet_identity *id, uint32_t place);
/* This packet is. */
bool expect_is_pair(const expect_window *w, uint32_t slot, const packet_identity *id, uint32_t place);
/* One like it has a pair at this place. */
bool expect_is_copy(const expect_window *w, const packet_identity *id, uint32_t place);
/* The client's port is left out of the next comparison, when it is what the flow's became. */
void expect_skip_port(expect_window *w, const packet_identity *generated, const packet_identity *observed);
/* `p` is the walked observed frame. With `ordered`, which is when frames come in their order, that of the
 * flow and the way from place to place are looked at. */
void expect_pair(expect_window *w, uint32_t slot, const observed_frame *frame, const packet_identity *id,
                 const packet *p, bool ordered);
/* They are one, differ they or not. */
void expect_note_pair(expect_window *w, uint32_t slot, const observed_frame *frame);
uint64_t expect_same_key(const packet_identity *id, uint32_t generated_place);

/* ---- expect-leftover.c ---- */

/* The generated packet has left the window: finds the observed one that it became, or it is lost. */
void expect_settle_generated(expect_window *w, uint32_t slot, bool last);
/* The oldest observed packet without pair: finds the generated one that it was. */
void expect_settle_observed(expect_window *w);
/* The observed packet has a pair by content, after all; it is freed then. `ordered`: see expect_pair(). */
bool expect_pair_late(expect_window *w, pending_packet *o, bool ordered);
void expect_free_pending(expect_window *w, pending_packet *o);

#endif
