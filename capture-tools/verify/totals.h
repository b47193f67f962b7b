/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The counts of a verification, under the names in which reports show them. */
#ifndef CATSHARK_VERIFY_TOTALS_H
#define CATSHARK_VERIFY_TOTALS_H

#include "verification.h"

typedef struct totals_row {
    const char *group, *key; /* of the JSON summary: "sessions", "pending" */
    const char *label;       /* for people */
    size_t offset;           /* of a uint64_t in verification_totals */
} totals_row;

/* Rows of a group follow each other. */
extern const totals_row totals_rows[];
extern const size_t totals_row_count;

/* Whether people are shown it: frames that were not read only where there are some. */
bool totals_is_shown(const verification_totals *totals, const totals_row *row);
uint64_t totals_value(const verification_totals *totals, const totals_row *row);

#endif
