/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pairs observed packets with generated ones while both are read: in a window of the generated packets, from
 * those that the observation has left behind to those that it has not reached. Spec: man/catshark-verify.1
 * (EXPECT). */
#ifndef CATSHARK_VERIFY_EXPECT_WINDOW_H
#define CATSHARK_VERIFY_EXPECT_WINDOW_H

#include "packet-difference.h"
#include "packet-identity.h"

typedef struct expect_window expect_window;

#define EXPECT_WINDOW_DEFAULT 16384
#define EXPECT_WINDOW_MIN 256
#define EXPECT_WINDOW_MAX 16777216
/* Observed points, and points of GENERATED; of the observed ones so many may be ANYWHERE. */
#define EXPECT_PLACES_MAX 1024
#define EXPECT_ANYWHERE_MAX 63
/* An observed point that no point of GENERATED is: its packets are paired with what lies in the outer headers
 * of any point's. */
#define EXPECT_ANYWHERE UINT32_MAX

typedef enum difference_kind {
    DIFFERENCE_LOST,      /* generated, never observed */
    DIFFERENCE_DOUBLED,   /* observed more often than generated */
    DIFFERENCE_REORDERED, /* within its flow, in its direction */
    DIFFERENCE_CHANGED,   /* in the fields that are told */
    DIFFERENCE_UNEXPECTED /* observed, not generated */
} difference_kind;
#define DIFFERENCE_KIND_COUNT (DIFFERENCE_UNEXPECTED + 1)
/* "lost"... */
const char *difference_kind_name(difference_kind kind);

/* A frame of GENERATED. */
typedef struct generated_frame {
    uint64_t number;
    int64_t time_ns;
    uint32_t place; /* its point, below EXPECT_PLACES_MAX */
    frame_octets octets;
} generated_frame;

typedef struct observed_frame {
    uint32_t id; /* of the sources */
    int64_t time_ns;
    uint32_t place; /* its point, below EXPECT_PLACES_MAX */
    frame_octets octets;
} observed_frame;

/* Valid during the call. */
typedef struct expect_difference {
    difference_kind kind;
    const generated_frame *generated; /* NULL with UNEXPECTED */
    const observed_frame *observed;   /* NULL with LOST */
    const packet_differences *fields; /* CHANGED */
    bool inner;                       /* CHANGED: of the innermost packets */
    uint32_t late;                    /* REORDERED: packets of its flow that overtook it */
    bool outside;                     /* LOST: not between the first and the last observed one */
} expect_difference;

typedef struct expect_count {
    uint64_t generated; /* read */
    uint64_t observed;  /* seen */
    uint64_t paired;    /* observed packets with a generated one */
    uint64_t differences[DIFFERENCE_KIND_COUNT];
    uint64_t outside;      /* lost so; not among `differences` when they are ignored */
    uint64_t ignored;      /* observed, not generated, and ignored as such */
    uint64_t cut;          /* pairs compared up to the snap length only */
    uint64_t passed;       /* generated packets that the window left behind unpaired */
    uint64_t beyond;       /* observed behind the end of a broken GENERATED: not judged */
    uint64_t ports_let_go; /* flows whose port was not kept */
    uint64_t held_most;    /* octets of packets held at once */
} expect_count;

typedef struct expect_settings {
    uint32_t window;
    const expect_ignored *ignored;
    const cats_topology *topology; /* may be NULL */
    affinity_numbers numbers;
    void *context; /* of the calls */
    /* The next frame of GENERATED, its octets valid until the next call; false at its end. */
    bool (*read)(void *context, generated_frame *frame);
    /* Frames of GENERATED between those that were read and the next that expect_window_wants(); false when it
     * wants none, or they cannot be looked at. May be NULL. */
    bool (*seek)(void *context, uint64_t *frames);
    void (*differs)(void *context, const expect_difference *difference);
    /* A packet was observed at one place and then at another. */
    void (*passed)(void *context, uint32_t from, uint32_t to, int64_t ns);
    /* A pair: from when it was generated to when it was observed. */
    void (*delayed)(void *context, uint32_t place, int64_t ns);
} expect_settings;

expect_window *expect_window_new(const expect_settings *settings);
void expect_window_free(expect_window *window); /* NULL is allowed */

/* Before its first packet is seen: what an observed point is, a place of GENERATED that no other is, or
 * EXPECT_ANYWHERE; and which capture it belongs to. */
void expect_window_place(expect_window *window, uint32_t observed, uint32_t generated, unsigned capture);
/* A point that was observed and showed no packet at all. */
void expect_window_silent(expect_window *window, uint32_t generated);
/* Observed frames, in the order of time. */
void expect_window_see(expect_window *window, const observed_frame *frame, const packet *p);
/* While seeking: an observed packet that waits may be the frame. */
bool expect_window_wants(const expect_window *window, const generated_frame *frame);
/* A capture was not read to its end; GENERATED was not. Before the end. */
void expect_window_broken_capture(expect_window *window, unsigned capture);
void expect_window_broken_generated(expect_window *window);
/* All was observed: the rest of GENERATED is read and what is left is judged. */
void expect_window_end(expect_window *window);

expect_count expect_window_count(const expect_window *window);
/* Generated packets of a place that were read, and those that were not judged as no observed point is there.
 */
uint64_t expect_window_generated(const expect_window *window, uint32_t place);
uint64_t expect_window_unjudged(const expect_window *window, uint32_t place);

#endif
