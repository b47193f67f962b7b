/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compute metrics: the 32-bit metric, its score, and merging point -> site -> egress.
 * Spec: draft-ietf-cats-metric-definition; draft-du-cats-aggregated-metrics-on-egress s2;
 * docs/wire-formats.md s6. */
#ifndef EPAN_CATS_CATS_METRIC_H
#define EPAN_CATS_CATS_METRIC_H

#include "defect.h"
#include <stdbool.h>

typedef enum cats_metric_source {
    CATS_METRIC_NOMINAL,
    CATS_METRIC_ESTIMATION,
    CATS_METRIC_DIRECTLY_MEASURED,
    CATS_METRIC_NORMALIZATION,
    CATS_METRIC_AGGREGATION
} cats_metric_source;

typedef enum cats_metric_type {
    CATS_METRIC_SCORE,
    CATS_METRIC_COMPUTING,
    CATS_METRIC_COMMUNICATION,
    CATS_METRIC_SERVICE,
    CATS_METRIC_COMPOSED
} cats_metric_type;

#define CATS_SCORE_MAX 10

typedef struct cats_metric {
    uint8_t type, level, format, length, value, source;
} cats_metric;

/* 25 bits, most significant first, in the upper part of 32: level-2 score 7 by aggregation is 0x00841E00. */
uint32_t cats_metric_pack(const cats_metric *metric); /* fields are cut to their widths */
/* False when the value is above CATS_SCORE_MAX for a level-2 score, the level is 0 or 3, the format or length
 * is not the one defined, or a padding bit is set; *defect says which. *metric is filled all the same. */
bool cats_metric_unpack(uint32_t bits, cats_metric *metric, cats_defect *defect);
/* As in the draft, "directly measured", "computing", "unsigned integer"; NULL for a number without a name. */
const char *cats_metric_source_name(unsigned source);
const char *cats_metric_type_name(unsigned type);
const char *cats_metric_format_name(unsigned format);
/* "low" 0-3, "medium" 4-7, "high" 8-10, NULL above. */
const char *cats_score_band(unsigned score);

/* One report that goes into a merge. */
typedef struct cats_report {
    uint32_t capacity; /* parallel flows it can serve; 0: out of service */
    uint32_t load;     /* flows it serves */
    int64_t time_ns;   /* when it was reported */
} cats_report;

/* The merged report of one level (point -> site, or site -> egress). */
typedef struct cats_merged {
    bool available;    /* false: no report that counts, or no capacity: nothing is announced */
    uint32_t capacity; /* sum of capacities */
    uint32_t load;     /* sum of loads */
    uint8_t score;     /* 0-10 of the free share of the sum: floor(10 * (capacity - load) / capacity) */
    unsigned counted;  /* reports that went in */
    unsigned stale;    /* reports older than max_age_ns, left out */
    int64_t time_ns;   /* of the oldest report that went in; now_ns when none did */
} cats_merged;

/* Sums capacity and load of the reports that are neither stale nor out of service: flows that a draining
 * point still serves take nothing from the others. Sums, not averages, so merging point -> site -> egress
 * gives what merging all points at once gives; they stop at UINT32_MAX. `count` 0 gives available = false. */
cats_merged cats_metric_merge(const cats_report *reports, size_t count, int64_t now_ns, int64_t max_age_ns);
/* The merged value as a report for the next level, dated with the oldest report that went in; out of service
 * when nothing is available. */
cats_report cats_merged_report(const cats_merged *merged);
/* 0-10: floor(10 * free / capacity); 0 with load at or above capacity, and with capacity 0. */
uint8_t cats_score(uint32_t capacity, uint32_t load);

/* Metrics of other kinds than that score, and how each is merged. */
typedef enum cats_merge_way {
    CATS_MERGE_WEIGHTED_MEAN, /* by weight: the capacity behind each */
    CATS_MERGE_WORST,         /* the lowest */
    CATS_MERGE_BEST           /* the highest */
} cats_merge_way;
/* How metrics of this type are merged, and why: a static sentence. False for a type without a name. */
bool cats_metric_merge_way(unsigned type, cats_merge_way *way, const char **reason);

typedef struct cats_metric_input {
    uint8_t value;
    uint32_t weight; /* capacity behind the value; 0: out of service */
    int64_t time_ns; /* when it was reported */
} cats_metric_input;

typedef struct cats_metric_merged {
    bool available; /* false: nothing counted, or a type without a name; value is then 0 */
    uint8_t value;
    uint64_t weight;  /* sum of the weights that counted; stops at UINT64_MAX */
    unsigned counted; /* values that went in */
    unsigned stale;   /* older than max_age_ns, left out */
    int64_t time_ns;  /* of the oldest value that went in; now_ns when none did */
} cats_metric_merged;

/* Merges values of one type, point -> site or site -> egress. Stale ones and those out of service are left
 * out, as in cats_metric_merge(): what is left speaks for the whole, and `counted` says how much that is. A
 * mean is rounded down, so a mean of means may be lower than that of all at once, by less than one for each
 * level of merging. */
cats_metric_merged cats_metric_values_merge(unsigned type, const cats_metric_input *inputs, size_t count,
                                            int64_t now_ns, int64_t max_age_ns);

/* A raw value as a score of 0-10: 0 at `worst` and beyond, 10 at `best` and beyond, in between in proportion,
 * rounded down. Either may be the larger one: a delay has best 0. With both the same only values on the side
 * of `best` are told apart: 10 at that value, else 0. */
uint8_t cats_score_normalize(int64_t raw, int64_t worst, int64_t best);

#endif
