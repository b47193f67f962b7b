/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of epan-cats/prefix-sid: the SRv6 L3 service octet by octet, its inverse, every defect,
 * transposition. */
#include "octets.h"
#include "update-builder.h"

/* What ExaBGP sends in samples/bgp-ebgp.pcap. */
static const uint8_t sample[] = {
    5,    0,    34, 0,                                              /* SRv6 L3 service, length 34, reserved */
    1,    0,    30, 0,                                              /* SID information, length 30, reserved */
    0x5f, 0,    0,  0, 0, 0x0e, 0xca, 0x75, 0, 0, 0, 0, 0, 0, 0, 0, /* SID */
    0,                                                              /* flags */
    0x80, 0xca, 0,                                                  /* End.CATS, reserved */
    1,    0,    6,                                                  /* SID structure, length 6 */
    32,   16,   16, 0, 0, 0, /* block, node, function, argument, transposition */
};

static void test_sample(void)
{
    srv6_service service, expected = sample_service();
    cats_route_problem problem;
    uint8_t built[PREFIX_SID_SERVICE_MAX];
    g_assert_cmpint(prefix_sid_parse(sample, sizeof sample, &service, &problem), ==, PREFIX_SID_SERVICE);
    g_assert_true(srv6_service_equal(&service, &expected));
    size_t length = prefix_sid_build(&service, built, sizeof built);
    assert_octets(built, length, sample, sizeof sample);
    g_assert_cmpuint(prefix_sid_build(&service, built, length - 1), ==, 0);
}

static void test_inverse(void)
{
    for (int i = 0; i < 20000; i++) {
        srv6_service x = { .flags = (uint8_t)g_test_rand_int_range(0, 256),
                           .behavior = (uint16_t)g_test_rand_int_range(0, 65536),
                           .has_structure = g_test_rand_bit() };
        for (size_t k = 0; k < sizeof x.sid; k++)
            x.sid[k] = (uint8_t)g_test_rand_int_range(0, 256);
        if (x.has_structure) {
            x.structure = (cats_sid_structure){ (uint8_t)g_test_rand_int_range(0, 33), 16, 20, 32 };
            x.transposition_length = (uint8_t)g_test_rand_int_range(0, 21);
            x.transposition_offset = x.transposition_length == 0 ? 0 : (uint8_t)g_test_rand_int_range(0, 49);
        }
        uint8_t octets[PREFIX_SID_SERVICE_MAX];
        srv6_service y;
        cats_route_problem problem;
        size_t length = prefix_sid_build(&x, octets, sizeof octets);
        g_assert_cmpint(prefix_sid_parse(octets, length, &y, &problem), ==, PREFIX_SID_SERVICE);
        g_assert_true(srv6_service_equal(&x, &y));
    }
}

static void test_truncated(void)
{
    for (size_t length = 0; length < sizeof sample; length++) {
        srv6_service service;
        cats_route_problem problem;
        uint8_t *copy = g_memdup2(sample, length);
        prefix_sid_result result = prefix_sid_parse(copy, length, &service, &problem);
        g_assert_cmpint(result, ==, length == 0 ? PREFIX_SID_NONE : PREFIX_SID_PROBLEM);
        g_free(copy);
    }
}

static void test_defects(void)
{
    static const struct {
        size_t at;
        uint8_t octet;
        bgp_handling handling;
        const char *words; /* NULL: no defect */
    } cases[] = {
        { 2, 35, BGP_TREAT_AS_WITHDRAW,
          "Prefix-SID: TLV length 35, expected at most 34, the octets left (octet 1)" },
        { 6, 31, BGP_TREAT_AS_WITHDRAW,
          "SRv6 service: sub-TLV length 31, expected at most 30, the octets left (octet 5)" },
        { 6, 20, BGP_TREAT_AS_WITHDRAW, "SRv6 SID information: length 20, expected at least 21 (octet 5)" },
        { 30, 7, BGP_TREAT_AS_WITHDRAW,
          "SRv6 SID information: sub-sub-TLV length 7, expected at most 6, the octets left (octet 29)" },
        { 30, 5, BGP_TREAT_AS_WITHDRAW, "SRv6 SID structure: length 5, expected at least 6 (octet 29)" },
        { 31, 97, BGP_INELIGIBLE,
          "SRv6 SID structure: bits of block, node, function and argument 129, expected at most 128, and "
          "64 each for function and argument (octet 31)" },
        { 35, 17, BGP_INELIGIBLE,
          "SRv6 SID structure: transposition length 17, expected at most 20 and the bits of the function "
          "(octet 35)" },
        { 36, 48, BGP_INELIGIBLE,
          "SRv6 SID structure: transposition offset 48, expected 0 with a transposition length of 0 (octet "
          "36)" },
        { 7, 1, BGP_ACCEPT, NULL }, /* reserved octets are ignored */
        { 27, 0xff, BGP_ACCEPT, NULL },
        { 28, 9, BGP_ACCEPT, NULL }, /* a sub-sub-TLV that is not known: no structure */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        uint8_t octets[sizeof sample];
        char text[CATS_DEFECT_TEXT];
        srv6_service service;
        cats_route_problem problem;
        memcpy(octets, sample, sizeof octets);
        octets[cases[i].at] = cases[i].octet;
        prefix_sid_result result = prefix_sid_parse(octets, sizeof octets, &service, &problem);
        g_assert_cmpint(result, ==, cases[i].words == NULL ? PREFIX_SID_SERVICE : PREFIX_SID_PROBLEM);
        if (result == PREFIX_SID_SERVICE)
            continue;
        cats_defect_format(&problem.defect, text, sizeof text);
        g_assert_cmpstr(text, ==, cases[i].words);
        g_assert_cmpint(problem.handling, ==, cases[i].handling);
    }
    static const uint8_t empty[] = { 5, 0, 0 };
    srv6_service service;
    cats_route_problem problem;
    g_assert_cmpint(prefix_sid_parse(empty, sizeof empty, &service, &problem), ==, PREFIX_SID_PROBLEM);
    g_assert_cmpstr(problem.defect.subject, ==, "SRv6 service: length");
    g_assert_cmpint(problem.handling, ==, BGP_TREAT_AS_WITHDRAW);
}

/* RFC 9252 s3.2.1 with erratum 7817: what is transposed lies within the 64 bits of the structure. */
static void test_transposed_bits(void)
{
    for (uint8_t offset = 48; offset <= 49; offset++) {
        uint8_t octets[sizeof sample];
        srv6_service service;
        cats_route_problem problem;
        memcpy(octets, sample, sizeof octets);
        octets[35] = 16;
        octets[36] = offset;
        prefix_sid_result result = prefix_sid_parse(octets, sizeof octets, &service, &problem);
        g_assert_cmpint(result, ==, offset == 48 ? PREFIX_SID_SERVICE : PREFIX_SID_PROBLEM);
        if (offset == 48)
            continue;
        g_assert_cmpuint(problem.defect.found, ==, 65);
        g_assert_cmpint(problem.handling, ==, BGP_INELIGIBLE);
    }
}

/* RFC 9252 s3.1: a behaviour that is not recognized is not invalid. */
static void test_behaviors(void)
{
    static const uint16_t codes[] = { 0, 0x7000, 0x80ca, 0xffff };
    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
        srv6_service sent = sample_service(), service;
        cats_route_problem problem;
        uint8_t octets[PREFIX_SID_SERVICE_MAX];
        sent.behavior = codes[i];
        size_t length = prefix_sid_build(&sent, octets, sizeof octets);
        g_assert_cmpint(prefix_sid_parse(octets, length, &service, &problem), ==, PREFIX_SID_SERVICE);
        g_assert_cmpuint(service.behavior, ==, codes[i]);
        g_assert_true(srv6_service_tells_behavior(&service) == (i == 1 || i == 2));
    }
}

/* Malformed TLVs: of an SRv6 service, of L2 too, the route is treated as withdrawn (RFC 9252 s7); of others
 * the attribute is discarded (RFC 8669 s6). A value that cannot be in a service of L2 is none of ours. */
static void test_malformed_others(void)
{
    static const uint8_t cut_index[] = { 1, 0, 7, 0 }, cut_header[] = { 1, 0 }, cut_l2[] = { 6, 0 };
    static const struct {
        const uint8_t *octets;
        size_t length;
        bgp_handling handling;
    } behind[] = {
        { cut_index, sizeof cut_index, BGP_ATTRIBUTE_DISCARD },
        { cut_header, sizeof cut_header, BGP_ATTRIBUTE_DISCARD },
        { cut_l2, sizeof cut_l2, BGP_TREAT_AS_WITHDRAW },
    };
    uint8_t octets[2 * sizeof sample];
    srv6_service service;
    cats_route_problem problem;
    memcpy(octets, sample, sizeof sample);
    for (size_t i = 0; i < G_N_ELEMENTS(behind); i++) {
        memcpy(octets + sizeof sample, behind[i].octets, behind[i].length);
        g_assert_cmpint(prefix_sid_parse(octets, sizeof sample + behind[i].length, &service, &problem), ==,
                        PREFIX_SID_PROBLEM);
        g_assert_cmpint(problem.handling, ==, behind[i].handling);
    }
    uint8_t *l2 = octets + sizeof sample;
    memcpy(l2, sample, sizeof sample);
    l2[0] = PREFIX_SID_L2_SERVICE;
    l2[35] = 21;
    g_assert_cmpint(prefix_sid_parse(octets, sizeof octets, &service, &problem), ==, PREFIX_SID_SERVICE);
    l2[6] = 20;
    g_assert_cmpint(prefix_sid_parse(octets, sizeof octets, &service, &problem), ==, PREFIX_SID_PROBLEM);
    g_assert_cmpint(problem.handling, ==, BGP_TREAT_AS_WITHDRAW);
}

/* Other TLVs, and a second service: RFC 9252 s7 has all but the first ignored. */
static void test_others(void)
{
    static const uint8_t label_index[] = { 1, 0, 7, 0, 0, 0, 0, 0, 0, 1 };
    uint8_t octets[sizeof label_index + 2 * sizeof sample];
    srv6_service service, expected = sample_service();
    cats_route_problem problem;
    memcpy(octets, label_index, sizeof label_index);
    g_assert_cmpint(prefix_sid_parse(octets, sizeof label_index, &service, &problem), ==, PREFIX_SID_NONE);
    memcpy(octets + sizeof label_index, sample, sizeof sample);
    memcpy(octets + sizeof label_index + sizeof sample, sample, sizeof sample);
    octets[sizeof label_index + sizeof sample + 8] = 0x20;
    g_assert_cmpint(prefix_sid_parse(octets, sizeof octets, &service, &problem), ==, PREFIX_SID_SERVICE);
    g_assert_true(srv6_service_equal(&service, &expected));
}

/* RFC 9252 s4: a function of 16 bits in the first 16 of the label's 20. */
static void test_transposition(void)
{
    srv6_service service = { .sid = { 0x20, 1, 0xd, 0xb8, 0, 1, 0xff, 0xff },
                             .has_structure = true,
                             .structure = { 32, 16, 16, 0 },
                             .transposition_length = 16,
                             .transposition_offset = 48 };
    static const uint8_t expected[16] = { 0x20, 1, 0xd, 0xb8, 0, 1, 0xca, 0x75 };
    srv6_service_transpose(&service, 0xca750);
    assert_octets(service.sid, 16, expected, 16);

    service.transposition_length = 0;
    srv6_service_transpose(&service, 0xfffff);
    assert_octets(service.sid, 16, expected, 16);
    service.transposition_length = 20; /* past the end: refused by the parser, harmless here */
    service.transposition_offset = 120;
    srv6_service_transpose(&service, 0xfffff);
    assert_octets(service.sid, 16, expected, 16);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/prefix-sid/sample", test_sample);
    g_test_add_func("/prefix-sid/inverse", test_inverse);
    g_test_add_func("/prefix-sid/truncated", test_truncated);
    g_test_add_func("/prefix-sid/defects", test_defects);
    g_test_add_func("/prefix-sid/transposed-bits", test_transposed_bits);
    g_test_add_func("/prefix-sid/behaviors", test_behaviors);
    g_test_add_func("/prefix-sid/malformed-others", test_malformed_others);
    g_test_add_func("/prefix-sid/others", test_others);
    g_test_add_func("/prefix-sid/transposition", test_transposition);
    return g_test_run();
}
