/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `verify --expect`: reads GENERATED beside the captures, finds which of their points are the same, and keeps
 * what differs for the reports. Spec: man/catshark-verify.1 (EXPECT). */
#ifndef CATSHARK_VERIFY_EXPECTATION_H
#define CATSHARK_VERIFY_EXPECTATION_H

#include "expect-delays.h"
#include "expect-window.h"
#include "verification.h"

typedef struct expectation expectation;

typedef struct expectation_settings {
    const char *path; /* as of a CAPTURE */
    expect_ignored ignored;
    const cats_topology *topology; /* borrowed, may be NULL */
    affinity_numbers numbers;
    uint32_t window;
    uint64_t limit; /* of the differences of each kind that are kept */
} expectation_settings;

/* A difference that was kept. */
typedef struct difference_record {
    difference_kind kind;
    bool has_generated, has_observed;
    uint64_t generated; /* frame of GENERATED */
    uint32_t observed;  /* id of the sources, */
    int64_t time_ns;    /* and its time */
    const char *point;  /* where it was or should have been observed; may be NULL */
    char *flow;         /* owned: "TCP 10.1.0.2:40000 > 192.0.2.80:443" */
    GArray *fields;     /* owned, of field_difference; NULL */
    bool inner, outside;
    uint32_t late;
} difference_record;

typedef void (*difference_sink)(void *context, const difference_record *record);

/* Opens GENERATED. NULL and *error when it cannot be read. */
expectation *expectation_new(const expectation_settings *settings, GError **error);
void expectation_free(expectation *e); /* NULL is allowed */
/* Before the first step of the verification; `e` lives as long as it steps. */
void expectation_observe(expectation *e, verification *v);
/* Told of every difference but lost ones (which are findings), as it is found, while it is within the limit.
 */
void expectation_tell(expectation *e, difference_sink sink, void *context);

expect_count expectation_count(const expectation *e);
/* Other differences than lost packets. */
bool expectation_differs(const expectation *e);
/* Why GENERATED, or the points, could not be followed to the end, or NULL. */
const char *expectation_message(const expectation *e);
const expectation_settings *expectation_settings_of(const expectation *e);

/* [0, kept) of a kind. */
guint expectation_kept(const expectation *e, difference_kind kind);
const difference_record *expectation_get(const expectation *e, difference_kind kind, guint index);

/* Points of GENERATED, [0, count): their names (NULL: the capture), packets, whether one was observed. */
guint expectation_points(const expectation *e);
const char *expectation_point(const expectation *e, guint index, uint64_t *packets, bool *observed);

/* Those of them that a capture describes and shows no packet of. */
uint64_t expectation_silent(const expectation *e);

const expect_delays *expectation_delays(const expectation *e);
/* The name of an observed place; NULL: the capture. */
const char *expectation_place_name(const expectation *e, uint32_t place);

#endif
