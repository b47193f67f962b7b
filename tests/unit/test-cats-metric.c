/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of epan-cats/cats-metric: the 32-bit layout, scores, and merging from points to the egress. */
#include "epan-cats/cats-metric.h"

#include <glib.h>

static const cats_metric aggregated_score = { .type = CATS_METRIC_SCORE,
                                              .level = 2,
                                              .format = 0,
                                              .length = 1,
                                              .value = 7,
                                              .source = CATS_METRIC_AGGREGATION };

static bool metric_equal(const cats_metric *a, const cats_metric *b)
{
    return a->type == b->type && a->level == b->level && a->format == b->format && a->length == b->length &&
           a->value == b->value && a->source == b->source;
}

/* type 00000000, level 10, format 0, length 001, value 00000111, source 100, seven zero bits */
static void test_layout(void)
{
    g_assert_cmphex(cats_metric_pack(&aggregated_score), ==, 0x00841e00);

    static const struct {
        cats_metric metric;
        uint32_t bits;
    } single[] = {
        { { .type = 0xff }, 0xff000000 }, { { .level = 3 }, 0x00c00000 },    { { .format = 1 }, 0x00200000 },
        { { .length = 7 }, 0x001c0000 },  { { .value = 0xff }, 0x0003fc00 }, { { .source = 7 }, 0x00000380 },
        { { .level = 0xfc }, 0 },         { { .format = 0xfe }, 0 },         { { .length = 0xf8 }, 0 },
        { { .source = 0xf8 }, 0 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(single); i++)
        g_assert_cmphex(cats_metric_pack(&single[i].metric), ==, single[i].bits);
}

static void test_unpack(void)
{
    cats_metric metric;
    cats_defect defect;
    g_assert_true(cats_metric_unpack(0x00841e00, &metric, &defect));
    g_assert_true(metric_equal(&metric, &aggregated_score));

    cats_metric level1 = { .type = CATS_METRIC_COMPUTING, .level = 1, .length = 1, .value = 200 };
    g_assert_true(cats_metric_unpack(cats_metric_pack(&level1), &metric, &defect)); /* not a 0-10 score */
    g_assert_true(metric_equal(&metric, &level1));
}

static void test_unpack_defects(void)
{
    static const struct {
        uint32_t bits;
        const char *words;
    } cases[] = {
        { 0x00041e00, "metric: level 0, expected 1 or 2 (octet 1)" },
        { 0x00c41e00, "metric: level 3, expected 1 or 2 (octet 1)" },
        { 0x00a41e00, "metric: format 1, expected 0, unsigned integer (octet 1)" },
        { 0x00801e00, "metric: length 0, expected 1 (octet 1)" },
        { 0x00881e00, "metric: length 2, expected 1 (octet 1)" },
        { 0x00842e00, "metric: value 11, expected a score of 0-10 (octet 1)" },
        { 0x00841e01, "metric: padding bits 1, expected 0 (octet 3)" },
        { 0x00841e40, "metric: padding bits 64, expected 0 (octet 3)" },
        { 0x00000000, "metric: level 0, expected 1 or 2 (octet 1)" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        cats_metric metric;
        cats_defect defect;
        g_assert_false(cats_metric_unpack(cases[i].bits, &metric, &defect));
        char text[CATS_DEFECT_TEXT];
        cats_defect_format(&defect, text, sizeof text);
        g_assert_cmpstr(text, ==, cases[i].words);
        g_assert_cmphex(cats_metric_pack(&metric), ==, cases[i].bits & ~0x7fu); /* filled all the same */
    }
}

static void test_unpack_random(void)
{
    for (unsigned round = 0; round < 200000; round++) {
        uint32_t bits = (uint32_t)g_test_rand_int();
        cats_metric metric;
        cats_defect defect;
        bool valid = cats_metric_unpack(bits, &metric, &defect);
        g_assert_cmphex(cats_metric_pack(&metric), ==, bits & ~0x7fu);
        if (valid)
            g_assert_cmphex(bits & 0x7f, ==, 0);
    }
}

static void test_names(void)
{
    g_assert_cmpstr(cats_metric_source_name(0), ==, "nominal");
    g_assert_cmpstr(cats_metric_source_name(4), ==, "aggregation");
    g_assert_null(cats_metric_source_name(5));
    g_assert_cmpstr(cats_metric_type_name(0), ==, "score");
    g_assert_cmpstr(cats_metric_type_name(4), ==, "composed");
    g_assert_null(cats_metric_type_name(5));
    g_assert_null(cats_metric_type_name(255));

    static const char *const bands[] = { "low",    "low",    "low",  "low",  "medium", "medium",
                                         "medium", "medium", "high", "high", "high",   NULL };
    for (unsigned score = 0; score < G_N_ELEMENTS(bands); score++)
        g_assert_cmpstr(cats_score_band(score), ==, bands[score]);
    g_assert_null(cats_score_band(UINT32_MAX));
}

static void test_score(void)
{
    static const struct {
        uint32_t capacity, load;
        uint8_t score;
    } cases[] = {
        { 100, 0, 10 },
        { 100, 1, 9 },
        { 100, 10, 9 },
        { 100, 11, 8 },
        { 100, 90, 1 },
        { 100, 91, 0 },
        { 100, 100, 0 },
        { 100, 101, 0 },
        { 0, 0, 0 },
        { 0, 5, 0 },
        { 3, 2, 3 },
        { 1, 0, 10 },
        { UINT32_MAX, 0, 10 },
        { UINT32_MAX, UINT32_MAX / 2, 5 },
        { UINT32_MAX, UINT32_MAX, 0 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpuint(cats_score(cases[i].capacity, cases[i].load), ==, cases[i].score);
}

static void test_merge(void)
{
    static const cats_report reports[] = {
        { .capacity = 100, .load = 20, .time_ns = 900 }, { .capacity = 300, .load = 100, .time_ns = 800 },
        { .capacity = 0, .load = 50, .time_ns = 700 },   /* out of service, still draining */
        { .capacity = 500, .load = 0, .time_ns = 499 },  /* one older than the limit */
        { .capacity = 100, .load = 80, .time_ns = 500 }, /* just within */
        { .capacity = 100, .load = 0, .time_ns = 1005 }, /* of a clock that is ahead */
    };
    cats_merged merged = cats_metric_merge(reports, G_N_ELEMENTS(reports), 1000, 500);
    g_assert_true(merged.available);
    g_assert_cmpuint(merged.capacity, ==, 600);
    g_assert_cmpuint(merged.load, ==, 200);
    g_assert_cmpuint(merged.score, ==, 6); /* 400 of 600 free */
    g_assert_cmpuint(merged.counted, ==, 4);
    g_assert_cmpuint(merged.stale, ==, 1);
    g_assert_cmpint(merged.time_ns, ==, 500);

    cats_report next = cats_merged_report(&merged);
    g_assert_cmpuint(next.capacity, ==, 600);
    g_assert_cmpuint(next.load, ==, 200);
    g_assert_cmpint(next.time_ns, ==, 500);
}

static void assert_nothing_available(const cats_report *reports, size_t count, unsigned stale)
{
    cats_merged merged = cats_metric_merge(reports, count, 1000, 500);
    g_assert_false(merged.available);
    g_assert_cmpuint(merged.capacity, ==, 0);
    g_assert_cmpuint(merged.load, ==, 0);
    g_assert_cmpuint(merged.score, ==, 0);
    g_assert_cmpuint(merged.counted, ==, 0);
    g_assert_cmpuint(merged.stale, ==, stale);
    cats_report next = cats_merged_report(&merged);
    g_assert_cmpuint(next.capacity, ==, 0);
}

static void test_merge_nothing(void)
{
    static const cats_report stale = { .capacity = 100, .time_ns = 0 };
    static const cats_report oldest = { .capacity = 100, .time_ns = INT64_MIN };
    static const cats_report out_of_service = { .load = 7, .time_ns = 1000 };
    assert_nothing_available(NULL, 0, 0);
    assert_nothing_available(&stale, 1, 1);
    assert_nothing_available(&oldest, 1, 1);
    assert_nothing_available(&out_of_service, 1, 0);
}

static void test_merge_overload(void)
{
    static const cats_report overloaded[] = { { .capacity = 100, .load = 250 },
                                              { .capacity = 100, .load = 50 } };
    cats_merged merged = cats_metric_merge(overloaded, 2, 0, 0);
    g_assert_true(merged.available);
    g_assert_cmpuint(merged.score, ==, 0);

    static const cats_report huge[] = { { .capacity = UINT32_MAX, .load = 0 },
                                        { .capacity = UINT32_MAX, .load = 0 } };
    merged = cats_metric_merge(huge, 2, 0, 0);
    g_assert_cmpuint(merged.capacity, ==, UINT32_MAX);
    g_assert_cmpuint(merged.score, ==, 10);
}

/* Points merged to sites and sites to the egress give what all points merged at once give. */
static void test_merge_levels(void)
{
    for (unsigned round = 0; round < 20000; round++) {
        cats_report points[24], sites[6];
        size_t point_count = 0, site_count = (size_t)g_test_rand_int_range(1, 7);
        for (size_t site = 0; site < site_count; site++) {
            size_t first = point_count, own = (size_t)g_test_rand_int_range(0, 5);
            for (size_t i = 0; i < own; i++)
                points[point_count++] = (cats_report){
                    .capacity = (uint32_t)g_test_rand_int_range(0, 50),
                    .load = (uint32_t)g_test_rand_int_range(0, 60),
                    .time_ns = g_test_rand_int_range(0, 1000),
                };
            cats_merged merged = cats_metric_merge(points + first, point_count - first, 1000, 700);
            sites[site] = cats_merged_report(&merged);
        }
        cats_merged by_levels = cats_metric_merge(sites, site_count, 1000, 700);
        cats_merged at_once = cats_metric_merge(points, point_count, 1000, 700);
        g_assert_cmpint(by_levels.available, ==, at_once.available);
        g_assert_cmpuint(by_levels.capacity, ==, at_once.capacity);
        g_assert_cmpuint(by_levels.load, ==, at_once.load);
        g_assert_cmpuint(by_levels.score, ==, at_once.score);
        g_assert_cmpint(by_levels.time_ns, ==, at_once.time_ns);
    }
}

static void test_merge_ways(void)
{
    static const struct {
        unsigned type;
        cats_merge_way way;
        uint8_t merged;
    } cases[] = {
        { CATS_METRIC_SCORE, CATS_MERGE_WEIGHTED_MEAN, 7 }, /* (8*3 + 4*1) / 4 */
        { CATS_METRIC_COMPUTING, CATS_MERGE_WEIGHTED_MEAN, 7 },
        { CATS_METRIC_COMMUNICATION, CATS_MERGE_WORST, 4 },
        { CATS_METRIC_SERVICE, CATS_MERGE_BEST, 8 },
        { CATS_METRIC_COMPOSED, CATS_MERGE_WEIGHTED_MEAN, 7 },
    };
    /* The third is out of service, the fourth is stale. */
    static const cats_metric_input inputs[] = { { 8, 3, 90 }, { 4, 1, 80 }, { 1, 0, 90 }, { 10, 9, 10 } };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        cats_merge_way way;
        const char *reason = NULL;
        g_assert_true(cats_metric_merge_way(cases[i].type, &way, &reason));
        g_assert_cmpint(way, ==, cases[i].way);
        g_assert_nonnull(reason);
        cats_metric_merged merged = cats_metric_values_merge(cases[i].type, inputs, 4, 100, 50);
        g_assert_true(merged.available);
        g_assert_cmpuint(merged.value, ==, cases[i].merged);
        g_assert_cmpuint(merged.weight, ==, 4);
        g_assert_cmpuint(merged.counted, ==, 2);
        g_assert_cmpuint(merged.stale, ==, 1);
        g_assert_cmpint(merged.time_ns, ==, 80);
    }
    g_assert_false(cats_metric_values_merge(CATS_METRIC_SCORE, inputs, 0, 100, 50).available);
    g_assert_false(cats_metric_values_merge(CATS_METRIC_SCORE, inputs + 2, 2, 100, 50).available);
    g_assert_false(cats_metric_values_merge(99, inputs, 4, 100, 50).available);
    g_assert_cmpstr(cats_metric_format_name(0), ==, "unsigned integer");
    g_assert_null(cats_metric_format_name(1));
}

/* Weighted by capacity, the mean of free shares is the share of the sum, as cats_metric_merge() has it. */
static void test_score_as_mean(void)
{
    for (int i = 0; i < 10000; i++) {
        uint32_t capacity[2] = { (uint32_t)g_test_rand_int_range(1, 50) * 10,
                                 (uint32_t)g_test_rand_int_range(1, 50) * 10 };
        cats_report reports[2];
        cats_metric_input inputs[2];
        for (int k = 0; k < 2; k++) { /* whole tenths: the scores are exact */
            uint8_t score = (uint8_t)g_test_rand_int_range(0, 11);
            reports[k] = (cats_report){ capacity[k], capacity[k] - capacity[k] / 10 * score, 0 };
            inputs[k] = (cats_metric_input){ score, capacity[k], 0 };
        }
        g_assert_cmpuint(cats_metric_values_merge(CATS_METRIC_SCORE, inputs, 2, 0, 0).value, ==,
                         cats_metric_merge(reports, 2, 0, 0).score);
    }
}

static void test_normalize(void)
{
    static const struct {
        int64_t raw, worst, best;
        uint8_t score;
    } cases[] = {
        { 0, 100, 0, 10 },
        { 100, 100, 0, 0 },
        { 101, 100, 0, 0 },
        { -5, 100, 0, 10 },
        { 1, 100, 0, 9 },
        { 50, 100, 0, 5 },
        { 51, 100, 0, 4 },
        { 99, 100, 0, 0 },
        { 700, 0, 1000, 7 },
        { 699, 0, 1000, 6 },
        { 5, 5, 5, 10 },
        { 4, 5, 5, 0 },
        { 0, INT64_MIN, INT64_MAX, 5 },
        { INT64_MAX - 1, INT64_MIN, INT64_MAX, 9 },
        { INT64_MIN, INT64_MIN, INT64_MAX, 0 },
        { INT64_MAX, INT64_MIN, INT64_MAX, 10 },
        { INT64_MIN, INT64_MAX, INT64_MIN, 10 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpuint(cats_score_normalize(cases[i].raw, cases[i].worst, cases[i].best), ==,
                         cases[i].score);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cats-metric/layout", test_layout);
    g_test_add_func("/cats-metric/unpack", test_unpack);
    g_test_add_func("/cats-metric/unpack-defects", test_unpack_defects);
    g_test_add_func("/cats-metric/unpack-random", test_unpack_random);
    g_test_add_func("/cats-metric/names", test_names);
    g_test_add_func("/cats-metric/score", test_score);
    g_test_add_func("/cats-metric/merge", test_merge);
    g_test_add_func("/cats-metric/merge-nothing", test_merge_nothing);
    g_test_add_func("/cats-metric/merge-overload", test_merge_overload);
    g_test_add_func("/cats-metric/merge-levels", test_merge_levels);
    g_test_add_func("/cats-metric/merge-ways", test_merge_ways);
    g_test_add_func("/cats-metric/score-as-mean", test_score_as_mean);
    g_test_add_func("/cats-metric/normalize", test_normalize);
    return g_test_run();
}
