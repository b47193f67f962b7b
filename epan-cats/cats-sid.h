/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SRv6 SIDs of CATS: structure, split and join, and the aggregated-metric identifier in the argument.
 * Spec: RFC 8986 s3; RFC 9252 s3.2.1; docs/wire-formats.md s3-4 for the argument and End.CATS. */
#ifndef EPAN_CATS_CATS_SID_H
#define EPAN_CATS_CATS_SID_H

#include "address.h"
#include "cats-behavior.h"
#include "defect.h"

/* Lengths in bits; block + node + function + argument <= 128, function and argument <= 64 each. */
typedef struct cats_sid_structure {
    uint8_t block, node, function, argument;
} cats_sid_structure;

extern const cats_sid_structure cats_sid_structure_default; /* 32/16/16/32 */

/* True when the lengths keep the limits above. */
bool cats_sid_structure_valid(const cats_sid_structure *structure);
/* "32/16/16/32". On false *error is a static sentence that says what is expected, and nothing is written. */
bool cats_sid_structure_parse(const char *text, cats_sid_structure *structure, const char **error);
/* Room for "128/128/128/128" and NUL. */
#define CATS_SID_STRUCTURE_TEXT 16
size_t cats_sid_structure_format(const cats_sid_structure *structure, char *text);

/* What is announced of a SID. */
typedef struct cats_announced_sid {
    uint8_t sid[16];
    uint16_t behavior;
    cats_sid_structure structure;
} cats_announced_sid;

typedef struct cats_sid_parts {
    cats_address locator; /* block and node bits, the rest zero */
    uint64_t function;    /* right aligned */
    uint64_t argument;    /* right aligned */
} cats_sid_parts;

/* Bits behind the argument belong to no part. An invalid structure gives parts that are all zero. */
void cats_sid_split(const cats_sid_structure *structure, const uint8_t sid[16], cats_sid_parts *parts);
/* The inverse, bits behind the argument zero. False, and nothing is written, when a part has bits beyond the
 * length that the structure gives it, or the structure is invalid. */
bool cats_sid_join(const cats_sid_structure *structure, const cats_sid_parts *parts, uint8_t sid[16]);

/* One step through a container of NEXT-CSID SIDs (RFC 9800 s4.1.1): `structure` is that of the SID in force
 * at the container's head, whose C-SID is its node and function bits; all bits behind them move up to stand
 * behind the block and zeros fill the end. False, with the container unchanged, when the next C-SID, as many
 * bits as there are up to that length, is zero: the one at the head is the last. */
bool cats_sid_container_next(const cats_sid_structure *structure, uint8_t container[16]);

/* draft-du-cats-aggregated-metrics-on-egress s2 */
typedef enum cats_granularity {
    CATS_GRANULARITY_NOT_STATED = 0,
    CATS_GRANULARITY_SERVICE_POINT = 1,
    CATS_GRANULARITY_SERVICE_SITE = 2,
    CATS_GRANULARITY_EGRESS_NODE = 3
} cats_granularity;

/* "not stated", "service point", "service site", "egress node"; NULL for 4-15. */
const char *cats_granularity_name(unsigned granularity);
/* One of those names, in any case, or its number ("2"). */
bool cats_granularity_parse(const char *text, cats_granularity *granularity);

/* The 32-bit argument: granularity 4, level 2, reserved 2, aggregate ID 24. */
typedef struct cats_argument {
    uint8_t granularity;   /* 0-15 as on the wire */
    uint8_t level;         /* 0-3 as on the wire */
    uint8_t reserved;      /* 0-3 as on the wire */
    uint32_t aggregate_id; /* 24 bits */
} cats_argument;

cats_argument cats_argument_split(uint32_t argument);
/* The inverse; each part is cut to its length. */
uint32_t cats_argument_join(const cats_argument *argument);

#endif
