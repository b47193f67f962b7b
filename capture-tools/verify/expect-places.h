/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which points of the captures are which of GENERATED: both are numbered as places of the window. Spec:
 * man/catshark-verify.1 (EXPECT: Points). */
#ifndef CATSHARK_VERIFY_EXPECT_PLACES_H
#define CATSHARK_VERIFY_EXPECT_PLACES_H

#include "capture-tools/inspect/points.h"
#include "expect-window.h"

typedef struct expect_places expect_places;

/* The points of GENERATED are borrowed. */
expect_places *expect_places_new(capture_points *generated);
void expect_places_free(expect_places *places); /* NULL is allowed */

/* The place of a point (STEERING_POINT_NONE is one too) of GENERATED; false when there are too many. */
bool expect_places_generated(expect_places *places, uint32_t point, uint32_t *place);
/* The same of the captures; *added: it is a new place. */
bool expect_places_observed(expect_places *places, uint32_t point, uint32_t *place, bool *added);

/* All interfaces that GENERATED describes become places. False when there are too many. */
bool expect_places_describe(expect_places *places);
/* The place of GENERATED that a point of the captures (NULL: it is not known) is, and no other was before; it
 * is observed from now on. Or EXPECT_ANYWHERE. `alone`: there is one capture. */
uint32_t expect_places_bind(expect_places *places, const capture_point *observed, bool alone);
/* The place of GENERATED that a capture's interface is, when none was bound to it; observed from now on. */
bool expect_places_bind_interface(expect_places *places, const char *interface, uint32_t *place);

/* Of GENERATED: [0, count). */
uint32_t expect_places_count(const expect_places *places);
const char *expect_places_name(const expect_places *places, uint32_t place); /* NULL: it has none */
bool expect_places_is_observed(const expect_places *places, uint32_t place);
/* The first place with this name, which may be NULL; false when there is none. */
bool expect_places_named(const expect_places *places, const char *name, uint32_t *place);
/* The point of an observed place. */
uint32_t expect_places_point(const expect_places *places, uint32_t observed);

#endif
