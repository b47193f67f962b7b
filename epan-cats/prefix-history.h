/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prefixes, and what was known of each from which frame on; asked by longest match at a frame. Bounded in
 * prefixes and in changes of one prefix. Spec: docs/wire-formats.md s5-6. */
#ifndef EPAN_CATS_PREFIX_HISTORY_H
#define EPAN_CATS_PREFIX_HISTORY_H

#include "address.h"
#include <glib.h>

/* Changes kept of one prefix; what the oldest said is forgotten, not when the first was. */
#define PREFIX_HISTORY_CHANGES 64

typedef struct prefix_history prefix_history;
typedef struct prefix_entry prefix_entry;

struct prefix_entry {
    cats_address address; /* no bits behind the length */
    uint8_t length;
    GQueue users;      /* the owner's, oldest first: whoever makes that something is known; its links too */
    uint32_t tally[4]; /* the owner's: of these users by what they say */
};

prefix_history *prefix_history_new(size_t limit);
void prefix_history_free(prefix_history *history); /* NULL is allowed */

/* The entry of this prefix, made when there is none; NULL when the limit is reached. Bits behind the length
 * do not matter. Entries stay where they are until the history is freed. */
prefix_entry *prefix_history_need(prefix_history *history, const cats_address *address, uint8_t length);
/* From `frame` on `value` is known of the entry; NULL: nothing. Frames do not go back. */
void prefix_history_set(prefix_entry *entry, uint32_t frame, const void *value);
const void *prefix_history_get(const prefix_entry *entry, uint32_t frame);
/* The same, or where nothing was known any more, what had been known last. *ended is the frame from which on
 * it was not, or 0. NULL: nothing by then, or it is forgotten. */
const void *prefix_history_last(const prefix_entry *entry, uint32_t frame, uint32_t *ended);

/* The longest prefix that holds the address and of which something was known at the frame, that frame
 * included; with `or_before`, something by then. *shorter_than limits its length, and is set to it, so that
 * another call goes on to the next; it begins with PREFIX_HISTORY_ANY. NULL when there is none (left). */
#define PREFIX_HISTORY_ANY 129u
const prefix_entry *prefix_history_match(const prefix_history *history, const cats_address *address,
                                         uint32_t frame, bool or_before, unsigned *shorter_than);

#endif
