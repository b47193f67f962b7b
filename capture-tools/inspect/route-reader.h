/* SPDX-License-Identifier: GPL-2.0-or-later */
/* BGP in the frames of a capture: UPDATEs, what is wrong with them, and the routes learned from all of them.
 * Spec: RFC 4271 s4; docs/wire-formats.md s6. */
#ifndef CATSHARK_INSPECT_ROUTE_READER_H
#define CATSHARK_INSPECT_ROUTE_READER_H

#include "epan-cats/cats-route-table.h"
#include "epan-cats/packet.h"

/* An UPDATE that has something to show: it carries our attribute, an SRv6 service or edge metadata, or
 * changed what is known. */
typedef struct read_update {
    cats_route_update update;
    bool add_path; /* prefixes have path identifiers */
    bool changed;  /* routes began or ended with it */
    cats_findings findings;
} read_update;

/* Whether routes are of interest in it, or only its edge metadata. */
static inline bool read_update_has_routes(const read_update *read)
{
    return read->changed || cats_route_update_matters(&read->update);
}

typedef struct route_reader route_reader;
route_reader *route_reader_new(const cats_route_codes *codes);
void route_reader_free(route_reader *reader); /* NULL is allowed */
/* Learned so far; lives as long as the reader. */
const cats_route_table *route_reader_table(const route_reader *reader);

/* Reads a TCP segment to or from BGP's port; others have nothing. Gives how many UPDATEs it completes that
 * have something to show; *updates and the octets that they point to are valid until the next call. */
unsigned route_reader_take(route_reader *reader, const packet *p, cats_moment now,
                           const read_update **updates);

typedef struct route_reader_count {
    bool seen;                /* segments of BGP's port */
    uint64_t updates;         /* of any kind */
    uint64_t sessions_let_go; /* directions of sessions that were forgotten for want of room */
    cats_route_table_count routes;
    cats_route_gap gap; /* from which frame on routes are known in part */
} route_reader_count;
route_reader_count route_reader_count_get(const route_reader *reader);

#endif
