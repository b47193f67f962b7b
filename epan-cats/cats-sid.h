/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SRv6 SIDs of CATS: structure, split and join, and the aggregated-metric identifier in the argument.
 * Spec: RFC 8986 s3; RFC 9252 s3.2.1; docs/wire-formats.md s3-4 for the argument and End.CATS. */
#ifndef EPAN_CATS_CATS_SID_H
#define EPAN_CATS_CATS_SID_H

#include "address.h"
#include "defect.h"

/* Lengths in bits; block + node + function + argument <= 128, function and argument <= 64 each. */
typedef struct cats_sid_structure {
    uint8_t block, node, function, argument;
} cats_sid_structure;

extern const cats_sid_structure cats_sid_structure_default; /* 32/16/16/32 */

/* "32/16/16/32". On false *error is a static sentence that says what is expected. */
bool cats_sid_structure_parse(const char *text, cats_sid_structure *structure, const char **error);
/* Room for "128/128/128/128" and NUL. */
#define CATS_SID_STRUCTURE_TEXT 16
size_t cats_sid_structure_format(const cats_sid_structure *structure, char *text);

typedef struct cats_sid_parts {
    cats_address locator; /* block and node bits, the rest zero */
    uint64_t function;    /* right aligned */
    uint64_t argument;    /* right aligned */
} cats_sid_parts;

void cats_sid_split(const cats_sid_structure *structure, const uint8_t sid[16], cats_sid_parts *parts);
/* The inverse; bits of function and argument beyond the structure's lengths: false and nothing is written. */
bool cats_sid_join(const cats_sid_structure *structure, const cats_sid_parts *parts, uint8_t sid[16]);

/* draft-du-cats-aggregated-metrics-on-egress s2 */
typedef enum cats_granularity {
    CATS_GRANULARITY_NOT_STATED = 0,
    CATS_GRANULARITY_SERVICE_POINT = 1,
    CATS_GRANULARITY_SERVICE_SITE = 2,
    CATS_GRANULARITY_EGRESS_NODE = 3
} cats_granularity;

/* "not stated", "service point", "service site", "egress node"; NULL for 4-15. */
const char *cats_granularity_name(unsigned granularity);
bool cats_granularity_parse(const char *text, cats_granularity *granularity);

/* The 32-bit argument: granularity 4, level 2, reserved 2, aggregate ID 24. */
typedef struct cats_argument {
    uint8_t granularity;   /* 0-15 as on the wire */
    uint8_t level;         /* 0-3 as on the wire */
    uint8_t reserved;      /* 0-3 as on the wire */
    uint32_t aggregate_id; /* 24 bits */
} cats_argument;

cats_argument cats_argument_split(uint32_t argument);
uint32_t cats_argument_join(const cats_argument *argument);

/* Endpoint behaviours: IANA "SRv6 Endpoint Behaviors" and our private End.CATS. */
const char *cats_behavior_name(uint16_t code);               /* NULL when not registered */
bool cats_behavior_parse(const char *text, uint16_t *code);  /* "End.DT46", "0x80CA", "20" */
/* Walks the table for value_strings: false past the end. */
bool cats_behavior_at(size_t index, uint16_t *code, const char **name);
/* True for behaviours that remove the outer header (End.DX*, End.DT*, End.CATS, ...). */
bool cats_behavior_decapsulates(uint16_t code);
/* True for behaviours whose choice of next hop is one site (End.DX4, End.DX6, End.DX2...). */
bool cats_behavior_picks_site(uint16_t code);
/* Next headers a decapsulating behaviour accepts, e.g. 4 for End.DX4; End.CATS takes 4, 41 and 143. */
bool cats_behavior_accepts(uint16_t code, uint8_t next_header);

#endif
