/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compute metrics: the 32-bit metric, its score, and merging point -> site -> egress.
 * Spec: draft-ietf-cats-metric-definition; draft-du-cats-aggregated-metrics-on-egress s2;
 * docs/wire-formats.md s6. */
#include "cats-metric.h"

#include <glib.h>

/* | type 8 | level 2 | format 1 | length 3 | value 8 | source 3 | zero 7 | */
enum {
    TYPE_SHIFT = 24,
    LEVEL_SHIFT = 22,
    FORMAT_SHIFT = 21,
    LENGTH_SHIFT = 18,
    VALUE_SHIFT = 10,
    SOURCE_SHIFT = 7,
};
#define PADDING_MASK 0x7fu

#define FORMAT_UNSIGNED_INTEGER 0
#define LENGTH_ONE_OCTET 1
#define LEVEL_SCORE 2

uint32_t cats_metric_pack(const cats_metric *metric)
{
    return (uint32_t)metric->type << TYPE_SHIFT | (metric->level & 3u) << LEVEL_SHIFT |
           (metric->format & 1u) << FORMAT_SHIFT | (metric->length & 7u) << LENGTH_SHIFT |
           (uint32_t)metric->value << VALUE_SHIFT | (metric->source & 7u) << SOURCE_SHIFT;
}

bool cats_metric_unpack(uint32_t bits, cats_metric *metric, cats_defect *defect)
{
    *metric = (cats_metric){
        .type = (uint8_t)(bits >> TYPE_SHIFT),
        .level = bits >> LEVEL_SHIFT & 3,
        .format = bits >> FORMAT_SHIFT & 1,
        .length = bits >> LENGTH_SHIFT & 7,
        .value = (uint8_t)(bits >> VALUE_SHIFT),
        .source = bits >> SOURCE_SHIFT & 7,
    };
    if (metric->level == 0 || metric->level == 3)
        *defect = (cats_defect){ "metric: level", metric->level, "1 or 2", .at = 1 };
    else if (metric->format != FORMAT_UNSIGNED_INTEGER)
        *defect = (cats_defect){ "metric: format", metric->format, "0, unsigned integer", .at = 1 };
    else if (metric->length != LENGTH_ONE_OCTET)
        *defect = (cats_defect){ "metric: length", metric->length, "1", .at = 1 };
    else if (metric->level == LEVEL_SCORE && metric->value > CATS_SCORE_MAX)
        *defect = (cats_defect){ "metric: value", metric->value, "a score of 0-10", .at = 1 };
    else if ((bits & PADDING_MASK) != 0)
        *defect = (cats_defect){ "metric: padding bits", bits & PADDING_MASK, "0", .at = 3 };
    else
        return true;
    return false;
}

static const char *name_at(const char *const *names, size_t count, unsigned index)
{
    return index < count ? names[index] : NULL;
}

const char *cats_metric_source_name(unsigned source)
{
    static const char *const names[] = {
        [CATS_METRIC_NOMINAL] = "nominal",
        [CATS_METRIC_ESTIMATION] = "estimation",
        [CATS_METRIC_DIRECTLY_MEASURED] = "directly measured",
        [CATS_METRIC_NORMALIZATION] = "normalization",
        [CATS_METRIC_AGGREGATION] = "aggregation",
    };
    return name_at(names, G_N_ELEMENTS(names), source);
}

const char *cats_metric_type_name(unsigned type)
{
    static const char *const names[] = {
        [CATS_METRIC_SCORE] = "score",
        [CATS_METRIC_COMPUTING] = "computing",
        [CATS_METRIC_COMMUNICATION] = "communication",
        [CATS_METRIC_SERVICE] = "service",
        [CATS_METRIC_COMPOSED] = "composed",
    };
    return name_at(names, G_N_ELEMENTS(names), type);
}

const char *cats_metric_format_name(unsigned format)
{
    static const char *const names[] = { [FORMAT_UNSIGNED_INTEGER] = "unsigned integer" };
    return name_at(names, G_N_ELEMENTS(names), format);
}

const char *cats_score_band(unsigned score)
{
    static const char *const bands[CATS_SCORE_MAX + 1] = {
        "low", "low", "low", "low", "medium", "medium", "medium", "medium", "high", "high", "high",
    };
    return name_at(bands, G_N_ELEMENTS(bands), score);
}

/* In 64 bits, so that a merge is scored by its true sums. */
static uint8_t score_of(uint64_t capacity, uint64_t load)
{
    if (load >= capacity)
        return 0;
    return (uint8_t)(CATS_SCORE_MAX * (capacity - load) / capacity);
}

uint8_t cats_score(uint32_t capacity, uint32_t load)
{
    return score_of(capacity, load);
}

static bool is_stale(int64_t time_ns, int64_t now_ns, int64_t max_age_ns)
{
    if (time_ns >= now_ns)
        return false;
    uint64_t age = (uint64_t)now_ns - (uint64_t)time_ns;
    return max_age_ns < 0 || age > (uint64_t)max_age_ns;
}

cats_merged cats_metric_merge(const cats_report *reports, size_t count, int64_t now_ns, int64_t max_age_ns)
{
    cats_merged merged = { .time_ns = now_ns };
    uint64_t capacity = 0, load = 0;
    for (size_t i = 0; i < count; i++) {
        const cats_report *report = &reports[i];
        if (is_stale(report->time_ns, now_ns, max_age_ns)) {
            merged.stale++;
        } else if (report->capacity > 0) {
            merged.counted++;
            capacity += report->capacity;
            load += report->load;
            merged.time_ns = MIN(merged.time_ns, report->time_ns);
        }
    }
    merged.available = capacity > 0;
    merged.capacity = (uint32_t)MIN(capacity, UINT32_MAX);
    merged.load = (uint32_t)MIN(load, UINT32_MAX);
    merged.score = score_of(capacity, load);
    return merged;
}

cats_report cats_merged_report(const cats_merged *merged)
{
    return (cats_report){ .capacity = merged->capacity, .load = merged->load, .time_ns = merged->time_ns };
}

static const struct {
    cats_merge_way way;
    const char *reason;
} merging[] = {
    [CATS_METRIC_SCORE] = { CATS_MERGE_WEIGHTED_MEAN,
                            "a free share: weighted by capacity it is the free share of the sum" },
    [CATS_METRIC_COMPUTING] = { CATS_MERGE_WEIGHTED_MEAN,
                                "sites serve flows in proportion to their capacity, and so they count" },
    [CATS_METRIC_COMMUNICATION] = { CATS_MERGE_WORST,
                                    "the ingress does not choose the site: only the worst path is promised" },
    [CATS_METRIC_SERVICE] = { CATS_MERGE_BEST, "the egress gives a flow to a site that has what the service "
                                               "needs: one is enough" },
    [CATS_METRIC_COMPOSED] = { CATS_MERGE_WEIGHTED_MEAN, "as the score, which composes in the same way" },
};

bool cats_metric_merge_way(unsigned type, cats_merge_way *way, const char **reason)
{
    if (type >= G_N_ELEMENTS(merging))
        return false;
    *way = merging[type].way;
    *reason = merging[type].reason;
    return true;
}

/* Sums of 32-bit weights times 8-bit values, of fewer than 2^24 inputs: they fit. Beyond that the sums stop,
 * the mean with them. */
static void add_input(cats_metric_merged *merged, uint64_t *sum, cats_merge_way way,
                      const cats_metric_input *input)
{
    uint64_t part = (uint64_t)input->value * input->weight;
    bool first = merged->counted++ == 0;
    if (merged->weight > UINT64_MAX - input->weight || *sum > UINT64_MAX - part)
        return;
    merged->weight += input->weight;
    *sum += part;
    merged->time_ns = MIN(merged->time_ns, input->time_ns);
    if (first || (way == CATS_MERGE_WORST && input->value < merged->value) ||
        (way == CATS_MERGE_BEST && input->value > merged->value))
        merged->value = input->value;
}

cats_metric_merged cats_metric_values_merge(unsigned type, const cats_metric_input *inputs, size_t count,
                                            int64_t now_ns, int64_t max_age_ns)
{
    cats_metric_merged merged = { .time_ns = now_ns };
    cats_merge_way way;
    const char *reason;
    uint64_t sum = 0;
    if (!cats_metric_merge_way(type, &way, &reason))
        return merged;
    for (size_t i = 0; i < count; i++) {
        if (is_stale(inputs[i].time_ns, now_ns, max_age_ns))
            merged.stale++;
        else if (inputs[i].weight > 0)
            add_input(&merged, &sum, way, &inputs[i]);
    }
    merged.available = merged.counted > 0;
    if (merged.available && way == CATS_MERGE_WEIGHTED_MEAN)
        merged.value = (uint8_t)(sum / merged.weight);
    return merged;
}

uint8_t cats_score_normalize(int64_t raw, int64_t worst, int64_t best)
{
    bool up = best >= worst;
    if (up ? raw >= best : raw <= best)
        return CATS_SCORE_MAX;
    if (up ? raw <= worst : raw >= worst)
        return 0;
    uint64_t span = up ? (uint64_t)best - (uint64_t)worst : (uint64_t)worst - (uint64_t)best;
    uint64_t way = up ? (uint64_t)raw - (uint64_t)worst : (uint64_t)worst - (uint64_t)raw;
    /* Above a tenth of what fits, the last bits of both matter for nothing but the border to the best. */
    while (way > UINT64_MAX / CATS_SCORE_MAX) {
        way /= 2;
        span /= 2;
    }
    return (uint8_t)MIN(CATS_SCORE_MAX * way / span, CATS_SCORE_MAX - 1);
}
