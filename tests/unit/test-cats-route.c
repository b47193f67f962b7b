/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of epan-cats/cats-route and tlv: the attribute octet by octet, its inverse, and every defect. */
#include "octets.h"
#include "update-builder.h"

/* What ExaBGP sends in samples/bgp-ebgp.pcap. */
static const uint8_t sample[] = {
    0x00, 0x01, 0x00, 0x08, /* type 1, length 8 */
    0x38, 0x00, 0x01, 0x02, /* granularity 3, level 2, aggregate ID 0x000102 */
    0x00, 0x84, 0x1e, 0x00, /* score 7 by aggregation */
    0x00, 0x02, 0x00, 0x16, /* type 2, length 22 */
    0x5f, 0x00, 0x00, 0x00, 0x00, 0x0e, 0xca, 0x75, 0, 0, 0, 0, 0, 0, 0, 0, /* SID */
    0x80, 0xca,                                                             /* End.CATS */
    0x20, 0x10, 0x10, 0x20,                                                 /* 32/16/16/32 */
};

static void test_sample(void)
{
    cats_announcement announcement, expected = sample_announcement();
    cats_route_problem problem;
    uint8_t built[CATS_ROUTE_ATTRIBUTE_MAX];
    g_assert_true(cats_route_parse(sample, sizeof sample, &announcement, &problem));
    g_assert_true(cats_announcement_equal(&announcement, &expected));
    g_assert_cmpuint(announcement.aggregate.aggregate_id, ==, 0x102);
    g_assert_cmpuint(announcement.aggregate.metrics[0].value, ==, 7);
    size_t length = cats_route_build(&announcement, built, sizeof built);
    assert_octets(built, length, sample, sizeof sample);
    g_assert_cmpuint(cats_route_build(&announcement, built, sizeof sample - 1), ==, 0);
}

/* Random announcements come back as they went. */
static void test_inverse(void)
{
    for (int i = 0; i < 20000; i++) {
        cats_announcement x = { .has_aggregate = g_test_rand_bit(), .has_sid = g_test_rand_bit() };
        x.aggregate.granularity = (uint8_t)g_test_rand_int_range(1, 4);
        x.aggregate.level = (uint8_t)g_test_rand_int_range(1, 3);
        x.aggregate.aggregate_id = (uint32_t)g_test_rand_int_range(0, 1 << 24);
        x.aggregate.metric_count = (unsigned)g_test_rand_int_range(1, CATS_ROUTE_METRICS_MAX + 1);
        for (unsigned k = 0; k < x.aggregate.metric_count; k++)
            x.aggregate.metrics[k] = (cats_metric){ .type = (uint8_t)g_test_rand_int_range(0, 256),
                                                    .level = x.aggregate.level,
                                                    .length = 1,
                                                    .value = (uint8_t)g_test_rand_int_range(0, 11),
                                                    .source = (uint8_t)g_test_rand_int_range(0, 8) };
        for (size_t k = 0; k < sizeof x.sid.sid; k++)
            x.sid.sid[k] = (uint8_t)g_test_rand_int_range(0, 256);
        x.sid.behavior = (uint16_t)g_test_rand_int_range(1, 65536);
        x.sid.structure = (cats_sid_structure){ (uint8_t)g_test_rand_int_range(0, 33),
                                                (uint8_t)g_test_rand_int_range(0, 33),
                                                (uint8_t)g_test_rand_int_range(0, 33),
                                                (uint8_t)g_test_rand_int_range(0, 30) };
        uint8_t octets[CATS_ROUTE_ATTRIBUTE_MAX];
        size_t length = cats_route_build(&x, octets, sizeof octets);
        cats_announcement y;
        cats_route_problem problem;
        g_assert_cmpuint(length, ==, cats_route_length(&x));
        g_assert_true(cats_route_parse(octets, length, &y, &problem) == (x.has_aggregate || x.has_sid));
        if (length > 0)
            g_assert_true(cats_announcement_equal(&x, &y));
    }
    cats_announcement too_many = sample_announcement();
    too_many.aggregate.metric_count = CATS_ROUTE_METRICS_MAX + 1;
    g_assert_cmpuint(cats_route_length(&too_many), ==, 0);
    too_many.aggregate.metric_count = 0;
    g_assert_cmpuint(cats_route_length(&too_many), ==, 0);
}

/* Every shorter sample: the second TLV is cut, or both are. Only at the border there is one whole TLV. */
static void test_truncated(void)
{
    for (size_t length = 0; length < sizeof sample; length++) {
        cats_announcement announcement;
        cats_route_problem problem;
        uint8_t *copy = g_memdup2(sample, length); /* an address sanitizer sees what is read behind it */
        bool parsed = cats_route_parse(copy, length, &announcement, &problem);
        g_assert_true(parsed == (length == 12));
        if (!parsed)
            g_assert_cmpint(problem.id, ==, CATS_ROUTE_MALFORMED);
        g_free(copy);
    }
}

typedef struct defect_case {
    size_t at;
    uint8_t octet; /* in place of the sample's */
    cats_route_problem_id id;
    const char *words;
} defect_case;

static void test_defects(void)
{
    static const defect_case cases[] = {
        { 3, 7, CATS_ROUTE_MALFORMED,
          "CATS aggregated metric: length 7, expected 4 and 4 for each of 1-8 metrics (octet 2)" },
        { 3, 4, CATS_ROUTE_MALFORMED,
          "CATS aggregated metric: length 4, expected 4 and 4 for each of 1-8 metrics (octet 2)" },
        { 3, 200, CATS_ROUTE_MALFORMED,
          "CATS attribute: TLV length 200, expected at most 34, the octets left (octet 2)" },
        { 15, 21, CATS_ROUTE_MALFORMED, "CATS SID: length 21, expected 22 (octet 14)" },
        { 15, 23, CATS_ROUTE_MALFORMED,
          "CATS attribute: TLV length 23, expected at most 22, the octets left (octet 14)" },
        { 13, 1, CATS_ROUTE_MALFORMED,
          "CATS attribute: second TLV of type 1, expected one TLV of each type (octet 12)" },
        { 4, 0x08, CATS_ROUTE_VALUE, "CATS aggregated metric: granularity 0, expected 1-3 (octet 4)" },
        { 4, 0x48, CATS_ROUTE_VALUE, "CATS aggregated metric: granularity 4, expected 1-3 (octet 4)" },
        { 4, 0x30, CATS_ROUTE_VALUE, "CATS aggregated metric: level 0, expected 1 or 2 (octet 4)" },
        { 4, 0x3c, CATS_ROUTE_VALUE, "CATS aggregated metric: level 3, expected 1 or 2 (octet 4)" },
        { 4, 0x34, CATS_ROUTE_VALUE, "metric: level 2, expected the level of its TLV (octet 9)" },
        { 10, 0x2e, CATS_ROUTE_VALUE, "metric: value 11, expected a score of 0-10 (octet 9)" },
        { 9, 0xa4, CATS_ROUTE_VALUE, "metric: format 1, expected 0, unsigned integer (octet 9)" },
        { 11, 1, CATS_ROUTE_VALUE, "metric: padding bits 1, expected 0 (octet 11)" },
        { 34, 64, CATS_ROUTE_VALUE, NULL },
        { 34, 128, CATS_ROUTE_VALUE,
          "CATS SID: bits of block, node, function and argument 192, expected at most 128, and 64 each for "
          "function and argument (octet 34)" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        uint8_t octets[sizeof sample];
        char text[CATS_DEFECT_TEXT];
        cats_announcement announcement;
        cats_route_problem problem;
        memcpy(octets, sample, sizeof octets);
        octets[cases[i].at] = cases[i].octet;
        bool parsed = cats_route_parse(octets, sizeof octets, &announcement, &problem);
        g_assert_true(parsed == (cases[i].words == NULL));
        if (parsed)
            continue;
        cats_defect_format(&problem.defect, text, sizeof text);
        g_assert_cmpstr(text, ==, cases[i].words);
        g_assert_cmpint(problem.id, ==, cases[i].id);
    }
}

static void test_no_behavior(void)
{
    uint8_t octets[sizeof sample];
    cats_announcement announcement;
    cats_route_problem problem;
    memcpy(octets, sample, sizeof octets);
    octets[32] = octets[33] = 0;
    g_assert_false(cats_route_parse(octets, sizeof octets, &announcement, &problem));
    g_assert_cmpstr(problem.defect.subject, ==, "CATS SID: behavior");
    g_assert_cmpuint(problem.defect.at, ==, 32);
}

/* What is unknown is passed over, alone it is no announcement; too many metrics are none either. */
static void test_unknown_and_oversize(void)
{
    cats_announcement announcement;
    cats_route_problem problem;
    uint8_t octets[4 + sizeof sample] = { 0, 9, 0, 0 };
    memcpy(octets + 4, sample, sizeof sample);
    g_assert_true(cats_route_parse(octets, sizeof octets, &announcement, &problem));
    g_assert_false(cats_route_parse(octets, 4, &announcement, &problem));
    g_assert_cmpstr(problem.defect.subject, ==, "CATS attribute: TLVs of types 1 and 2");

    uint8_t many[4 + 4 + 9 * 4] = { 0, 1, 0, 4 + 9 * 4, 0x38 };
    for (size_t i = 8; i < sizeof many; i += 4)
        wire_put(many + i, 4, 0x00841e00);
    g_assert_false(cats_route_parse(many, sizeof many, &announcement, &problem));
    g_assert_cmpuint(problem.defect.found, ==, 40);
    many[3] = 4 + 8 * 4;
    g_assert_true(cats_route_parse(many, sizeof many - 4, &announcement, &problem));
    g_assert_cmpuint(announcement.aggregate.metric_count, ==, 8);
    g_assert_cmpstr(cats_route_tlv_name(1), ==, "CATS aggregated metric");
    g_assert_cmpstr(cats_route_tlv_name(2), ==, "CATS SID");
    g_assert_null(cats_route_tlv_name(3));
}

typedef struct agreement_case {
    const char *told; /* NULL: they agree */
    cats_route_problem_id id;
    uint16_t our_behavior, behavior;
    cats_sid_structure structure;
    uint8_t function;
} agreement_case;

#define TOLD "path attribute 40: SRv6 service: "
#define AS_OURS " as in the CATS attribute"
static void test_agreement(void)
{
    static const agreement_case cases[] = {
        { NULL, 0, 0x80ca, 0x80ca, { 32, 16, 16, 0 }, 0x75 },
        { NULL, 0, 0x80ca, 0x80ca, { 32, 16, 16, 32 }, 0x75 },
        { NULL, 0, 0x80ca, 0xffff, { 32, 16, 16, 0 }, 0x75 }, /* opaque: it does not tell */
        { TOLD "behavior 0x0014 End.DT46, expected 0x80ca End.CATS" AS_OURS,
          CATS_ROUTE_CONTRADICTORY,
          0x80ca,
          20,
          { 32, 16, 16, 0 },
          0x75 },
        { TOLD "behavior 0x80ca End.CATS, expected 0x8999" AS_OURS,
          CATS_ROUTE_CONTRADICTORY,
          0x8999,
          0x80ca,
          { 32, 16, 16, 0 },
          0x75 },
        { TOLD "structure 40/24/16/0, expected 32/16/16/32" AS_OURS,
          CATS_ROUTE_CONTRADICTORY,
          0x80ca,
          0x80ca,
          { 40, 24, 16, 0 },
          0x75 },
        { TOLD "structure 32/16/16/16, expected 32/16/16/32" AS_OURS ", or 0 for the argument",
          CATS_ROUTE_CONTRADICTORY,
          0x80ca,
          0x80ca,
          { 32, 16, 16, 16 },
          0x75 },
        { TOLD "SID 5f00:0:e:ca76::, expected 5f00:0:e:ca75::" AS_OURS,
          CATS_ROUTE_CONTRADICTORY,
          0x80ca,
          0x80ca,
          { 32, 16, 16, 0 },
          0x76 },
        { "path attribute 40: CATS SID: argument bits 32, expected 0 with a behavior that is not known "
          "(octet "
          "0)",
          CATS_ROUTE_ARGUMENT,
          0x8999,
          0x8999,
          { 32, 16, 16, 0 },
          0x75 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        cats_announcement announcement = sample_announcement();
        srv6_service service = sample_service();
        cats_route_problem problem = { .attribute = 40 };
        char text[CATS_ROUTE_PROBLEM_TEXT];
        announcement.sid.behavior = cases[i].our_behavior;
        service.behavior = cases[i].behavior;
        service.structure = cases[i].structure;
        service.sid[7] = cases[i].function;
        bool agree = cats_route_agrees(&announcement, &service, &problem);
        g_assert_true(agree == (cases[i].told == NULL));
        if (agree)
            continue;
        g_assert_cmpint(problem.id, ==, cases[i].id);
        g_assert_cmpuint(cats_route_problem_format(&problem, text, sizeof text), ==, strlen(text));
        g_assert_cmpstr(text, ==, cases[i].told);
        for (size_t size = 1; size < 64; size++) {
            g_assert_cmpuint(cats_route_problem_format(&problem, text, size), ==, size - 1);
            g_assert_cmpuint(strlen(text), ==, size - 1);
        }
    }
}

/* RFC 9252 s3.2.1, of the service alone. */
static void test_argument_of_service(void)
{
    srv6_service service = sample_service();
    cats_route_problem problem;
    service.structure.argument = 16;
    g_assert_true(cats_route_agrees(NULL, &service, &problem));
    service.behavior = 0x8999;
    g_assert_false(cats_route_agrees(NULL, &service, &problem));
    g_assert_cmpint(problem.id, ==, CATS_ROUTE_ARGUMENT);
    service.behavior = 0xffff;
    g_assert_false(cats_route_agrees(NULL, &service, &problem));
    service.structure.argument = 0;
    g_assert_true(cats_route_agrees(NULL, &service, &problem));
    service.behavior = 19; /* End.DT4: known, and without an argument */
    g_assert_true(cats_route_agrees(NULL, &service, &problem));
    service.structure.argument = 16;
    g_assert_false(cats_route_agrees(NULL, &service, &problem));
    g_assert_cmpint(problem.id, ==, CATS_ROUTE_ARGUMENT);
    g_assert_cmpstr(problem.defect.expected, ==, "0 with a behavior that has no argument");
    service.behavior = 24; /* End.DT2M has one (RFC 8986 s4.12) */
    g_assert_true(cats_route_agrees(NULL, &service, &problem));
    g_assert_true(cats_route_agrees(NULL, NULL, &problem));
}

static void test_problems(void)
{
    for (unsigned i = 0; i < CATS_ROUTE_PROBLEM_COUNT; i++) {
        const cats_rule *rule = cats_rule_get(cats_route_problem_rule((cats_route_problem_id)i));
        g_assert_cmpint(rule->scope, ==, CATS_SCOPE_UPDATE);
        g_assert_cmpint(rule->severity, ==, CATS_ERROR); /* something of the route is lost */
    }
    static const char *const names[] = { "accept", "attribute-discard", "ineligible", "treat-as-withdraw" };
    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        g_assert_cmpstr(bgp_handling_name((bgp_handling)i), ==, names[i]);
        g_assert_true(bgp_handling_loses_route((bgp_handling)i) == (i >= 2));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cats-route/sample", test_sample);
    g_test_add_func("/cats-route/inverse", test_inverse);
    g_test_add_func("/cats-route/truncated", test_truncated);
    g_test_add_func("/cats-route/defects", test_defects);
    g_test_add_func("/cats-route/no-behavior", test_no_behavior);
    g_test_add_func("/cats-route/unknown-and-oversize", test_unknown_and_oversize);
    g_test_add_func("/cats-route/agreement", test_agreement);
    g_test_add_func("/cats-route/argument-of-service", test_argument_of_service);
    g_test_add_func("/cats-route/problems", test_problems);
    return g_test_run();
}
