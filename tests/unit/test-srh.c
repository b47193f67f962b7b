/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The segment routing header: kernel bytes, built bytes, TLVs, contradictions, truncation, random input.
 * Spec: RFC 8754 s2. */
#include "epan-cats/srh.h"

#include "octets.h"
#include <glib.h>
#include <string.h>

#define SEGMENT_EGRESS 0x5f, 0, 0, 0, 0, 0x0e, 0, 0x42, 0, 0, 0, 0, 0, 0, 0, 0
#define SEGMENT_CORE 0x5f, 0, 0, 0, 0, 0x0c, 0, 0x01, 0, 0, 0, 0, 0, 0, 0, 0

static const uint8_t egress[16] = { SEGMENT_EGRESS };
static const uint8_t core[16] = { SEGMENT_CORE };
static const uint8_t travel[2][16] = { { SEGMENT_CORE }, { SEGMENT_EGRESS } };

/* clang-format off */
/* samples/srv6-encap-2sid-in-i1.pcap, first packet with an SRH: Linux H.Encaps of an IPv4 packet. */
static const uint8_t kernel_full[] = {
    4,    /* next header: IPv4 */
    4,    /* Hdr Ext Len: 32 octets behind the first 8 */
    4,    /* routing type */
    1,    /* Segments Left */
    1,    /* Last Entry */
    0,    /* flags */
    0, 0, /* tag */
    SEGMENT_EGRESS,
    SEGMENT_CORE,
};

/* samples/srv6-encap-2sid-in-i1.pcap, second packet with an SRH: the return direction, one SID. */
static const uint8_t kernel_return[] = {
    4, 2, 4, 0, 0, 0, 0, 0,                                  /* next header, Hdr Ext Len, type, left, last, flags, tag */
    0x5f, 0, 0, 0, 0, 0x01, 0, 0x04, 0, 0, 0, 0, 0, 0, 0, 0, /* 5f00:0:1:4:: */
};

static const uint8_t reduced[] = {
    41,         /* next header: IPv6 */
    2,          /* Hdr Ext Len: one segment */
    4,          /* routing type */
    1,          /* Segments Left: one above Last Entry, the first segment is only in the destination address */
    0,          /* Last Entry */
    0x20,       /* flags: O */
    0xBE, 0xEF, /* tag */
    SEGMENT_EGRESS,
};

static const uint8_t with_tlvs[] = {
    41, 10, 4, 0, 0, 0, 0, 0,    /* Hdr Ext Len: 80 octets behind the first 8; Last Entry 0 */
    SEGMENT_EGRESS,
    0,                           /* octet 24: Pad1 */
    4, 5, 0, 0, 0, 0, 0,         /* octet 25: PadN of 5, up to the 8n boundary */
    5, 38,                       /* octet 32: HMAC, */
    0x80, 0,                     /* D and reserved, */
    0xCA, 0xFE, 0, 0x07,         /* key ID, */
    1, 2, 3, 4, 5, 6, 7, 8,      /* HMAC of 32 octets */
    9, 10, 11, 12, 13, 14, 15, 16,
    17, 18, 19, 20, 21, 22, 23, 24,
    25, 26, 27, 28, 29, 30, 31, 32,
    124, 6, 1, 2, 3, 4, 5, 6,    /* octet 72: experimentation */
    4, 0,                        /* octet 80: PadN of 0 */
    4, 4, 9, 9, 9, 9,            /* octet 82: PadN of 4 */
};
/* clang-format on */

static srh_view parse_whole(const uint8_t *octets, size_t length)
{
    srh_view srh;
    cats_defect defect;
    g_assert_true(srh_parse(octets, length, &srh, &defect));
    g_assert_cmpuint(srh.length, ==, length);
    return srh;
}

static void check_kernel_full(void)
{
    srh_view srh = parse_whole(kernel_full, sizeof kernel_full);
    g_assert_cmpuint(srh.next_header, ==, 4);
    g_assert_cmpuint(srh.segments_left, ==, 1);
    g_assert_cmpuint(srh.last_entry, ==, 1);
    g_assert_cmpuint(srh.segment_count, ==, 2);
    g_assert_cmpuint(srh.tlvs_length, ==, 0);
    assert_octets(srh_segment(&srh, 0), 16, egress, 16);
    assert_octets(srh_segment(&srh, 1), 16, core, 16);
    g_assert_true(srh_active_segment(&srh) == srh_segment(&srh, 1));

    srh_view back = parse_whole(kernel_return, sizeof kernel_return);
    g_assert_cmpuint(back.segment_count, ==, 1);
    g_assert_true(srh_active_segment(&back) == kernel_return + 8);
}

static void check_build_as_kernel(void)
{
    uint8_t built[64];
    srh_spec spec = { .next_header = 4, .segments = travel, .count = 2 };
    g_assert_cmpuint(srh_build(&spec, built, sizeof built), ==, sizeof kernel_full);
    assert_octets(built, sizeof kernel_full, kernel_full, sizeof kernel_full);

    static const uint8_t back[1][16] = { { 0x5f, 0, 0, 0, 0, 0x01, 0, 0x04 } };
    spec = (srh_spec){ .next_header = 4, .segments = back, .count = 1 };
    g_assert_cmpuint(srh_build(&spec, built, sizeof built), ==, sizeof kernel_return);
    assert_octets(built, sizeof kernel_return, kernel_return, sizeof kernel_return);
}

static void check_reduced(void)
{
    srh_view srh = parse_whole(reduced, sizeof reduced);
    g_assert_cmpuint(srh.segment_count, ==, 1);
    g_assert_cmpuint(srh.segments_left, ==, 1);
    g_assert_cmpuint(srh.flags, ==, SRH_FLAG_OAM);
    g_assert_cmpuint(srh.tag, ==, 0xBEEF);
    g_assert_null(srh_active_segment(&srh));
    assert_octets(srh_segment(&srh, 0), 16, egress, 16);

    uint8_t built[64];
    srh_spec spec = { .next_header = 41,
                      .flags = SRH_FLAG_OAM,
                      .tag = 0xBEEF,
                      .segments = travel,
                      .count = 2,
                      .reduced = true };
    g_assert_cmpuint(srh_build(&spec, built, sizeof built), ==, sizeof reduced);
    assert_octets(built, sizeof reduced, reduced, sizeof reduced);

    spec.count = 1; /* the only segment is in the destination address: no header at all */
    g_assert_cmpuint(srh_length(&spec), ==, 0);
    g_assert_cmpuint(srh_build(&spec, built, sizeof built), ==, 0);
}

/* TLVs need a header, and a header cannot say that its list is empty. */
static void check_reduced_with_tlvs(void)
{
    static const uint8_t tlvs[16] = { 5, 14, 0, 0, 0, 0, 0, 1 };
    uint8_t built[64];
    srh_spec spec = { .next_header = 41,
                      .segments = travel,
                      .count = 1,
                      .reduced = true,
                      .tlvs = tlvs,
                      .tlvs_length = sizeof tlvs };
    size_t length = srh_build(&spec, built, sizeof built);
    srh_view srh = parse_whole(built, length);
    g_assert_cmpuint(srh.segment_count, ==, 1);
    g_assert_cmpuint(srh.segments_left, ==, 0);
    assert_octets(srh.tlvs, srh.tlvs_length, tlvs, sizeof tlvs);
}

static void check_no_list(void)
{
    static const uint8_t bare[] = { 59, 0, 4, 0, 0, 0, 0, 0 };
    srh_view srh = parse_whole(bare, sizeof bare);
    g_assert_cmpuint(srh.segment_count, ==, 0);
    g_assert_cmpuint(srh.tlvs_length, ==, 0);
    g_assert_null(srh_active_segment(&srh));

    static const uint8_t padded[] = { 59, 1, 4, 0, 0, 0, 0, 0, 4, 5, 0, 0, 0, 0, 0, 0 };
    srh = parse_whole(padded, sizeof padded);
    g_assert_cmpuint(srh.segment_count, ==, 0);
    g_assert_cmpuint(srh.tlvs_length, ==, 8);
}

static void check_tlvs(void)
{
    static const struct {
        size_t at;
        uint8_t type, length;
        const char *name;
    } expected[] = {
        { 24, 0, 0, "Pad1" }, { 25, 4, 5, "PadN" }, { 32, 5, 38, "HMAC" },
        { 72, 124, 6, NULL }, { 80, 4, 0, "PadN" }, { 82, 4, 4, "PadN" },
    };
    srh_view srh = parse_whole(with_tlvs, sizeof with_tlvs);
    size_t next = 0;
    srh_tlv tlv;
    for (size_t i = 0; i < G_N_ELEMENTS(expected); i++) {
        g_assert_true(srh_tlv_next(&srh, &next, &tlv));
        g_assert_cmpuint(tlv.at, ==, expected[i].at);
        g_assert_cmpuint(tlv.type, ==, expected[i].type);
        g_assert_cmpuint(tlv.length, ==, expected[i].length);
        g_assert_true(tlv.value == with_tlvs + tlv.at + (tlv.type == 0 ? 1 : 2));
        g_assert_cmpstr(srh_tlv_name(tlv.type), ==, expected[i].name);
        srh_hmac hmac;
        g_assert_true(srh_tlv_hmac(&tlv, &hmac) == (tlv.type == SRH_TLV_HMAC));
    }
    g_assert_false(srh_tlv_next(&srh, &next, &tlv));
    g_assert_false(srh_tlv_next(&srh, &next, &tlv));
    g_assert_null(srh_tlv_name(1));
    g_assert_null(srh_tlv_name(6));
    g_assert_null(srh_tlv_name(255));
}

static void check_hmac(void)
{
    srh_tlv tlv = { .at = 32, .type = SRH_TLV_HMAC, .length = 38, .value = with_tlvs + 34 };
    srh_hmac hmac;
    g_assert_true(srh_tlv_hmac(&tlv, &hmac));
    g_assert_true(hmac.d);
    g_assert_cmphex(hmac.key_id, ==, 0xCAFE0007);
    g_assert_cmpuint(hmac.length, ==, 32);
    g_assert_true(hmac.value == with_tlvs + 40);

    static const uint8_t without_d[14] = { 0x7F, 0xFF }; /* reserved bits are not D */
    tlv = (srh_tlv){ .type = SRH_TLV_HMAC, .length = sizeof without_d, .value = without_d };
    g_assert_true(srh_tlv_hmac(&tlv, &hmac));
    g_assert_false(hmac.d);
    tlv.length = 5;
    g_assert_false(srh_tlv_hmac(&tlv, &hmac));
}

/* Every octet of the header replaced where it contradicts the others; one text each. */
static void check_contradictions(void)
{
    static const struct {
        size_t at;
        uint8_t value;
        const char *text;
    } broken[] = {
        { 2, 3, "SRH: routing type 3, expected 4 (octet 2)" },
        { 1, 11, "SRH: Hdr Ext Len 11, expected at most the octets of the packet (octet 1)" },
        { 4, 5, "SRH: Last Entry 5, expected an index within Hdr Ext Len (octet 4)" },
        { 4, 255, "SRH: Last Entry 255, expected an index within Hdr Ext Len (octet 4)" },
        { 3, 2, "SRH: Segments Left 2, expected at most Last Entry + 1 (octet 3)" },
        { 26, 6, "SRH: PadN TLV length 6, expected 0-5 (octet 26)" },
        { 33, 6, "SRH: HMAC TLV length 6, expected 14, 22, 30 or 38 (octet 33)" },
        { 33, 37, "SRH: HMAC TLV length 37, expected 14, 22, 30 or 38 (octet 33)" },
        { 33, 46, "SRH: HMAC TLV length 46, expected 14, 22, 30 or 38 (octet 33)" },
        { 33, 55, "SRH: TLV length 55, expected at most the octets left in the header (octet 33)" },
        { 83, 5, "SRH: TLV length 5, expected at most the octets left in the header (octet 83)" },
        { 83, 3, "SRH: octets left for a TLV 1, expected 2 or more (octet 87)" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(broken); i++) {
        uint8_t octets[sizeof with_tlvs];
        memcpy(octets, with_tlvs, sizeof octets);
        octets[broken[i].at] = broken[i].value;
        srh_view srh;
        cats_defect defect;
        g_assert_false(srh_parse(octets, sizeof octets, &srh, &defect));
        char text[CATS_DEFECT_TEXT];
        cats_defect_format(&defect, text, sizeof text);
        g_assert_cmpstr(text, ==, broken[i].text);
    }

    static const uint8_t left_without_list[] = { 59, 0, 4, 1, 0, 0, 0, 0 };
    static const uint8_t last_without_list[] = { 59, 0, 4, 0, 1, 0, 0, 0 };
    srh_view srh;
    cats_defect defect;
    g_assert_false(srh_parse(left_without_list, sizeof left_without_list, &srh, &defect));
    g_assert_cmpstr(defect.subject, ==, "SRH: Segments Left");
    g_assert_false(srh_parse(last_without_list, sizeof last_without_list, &srh, &defect));
    g_assert_cmpstr(defect.subject, ==, "SRH: Last Entry");
}

static void check_truncation(void)
{
    static const struct {
        const uint8_t *octets;
        size_t length;
    } whole[] = {
        { kernel_full, sizeof kernel_full },
        { kernel_return, sizeof kernel_return },
        { reduced, sizeof reduced },
        { with_tlvs, sizeof with_tlvs },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(whole); i++) {
        for (size_t cut = 0; cut < whole[i].length; cut++) {
            uint8_t *room = g_malloc(cut + 1);
            uint8_t *exact = room + 1; /* ends with what was allocated */
            memcpy(exact, whole[i].octets, cut);
            srh_view srh;
            cats_defect defect;
            g_assert_false(srh_parse(exact, cut, &srh, &defect));
            g_assert_cmpstr(defect.subject, ==, cut < 8 ? "SRH: octets" : "SRH: Hdr Ext Len");
            g_free(room);
        }
        uint8_t longer[128] = { 0 };
        memcpy(longer, whole[i].octets, whole[i].length);
        srh_view srh;
        cats_defect defect;
        g_assert_true(srh_parse(longer, sizeof longer, &srh, &defect));
        g_assert_cmpuint(srh.length, ==, whole[i].length);
    }
}

/* Whatever parses lies within the octets given, in all its parts. */
static void check_inside(const srh_view *srh, const uint8_t *octets, size_t length)
{
    g_assert_cmpuint(srh->length, <=, length);
    if (srh->segment_count > 0)
        g_assert_true(srh_segment(srh, srh->segment_count - 1) + 16 == srh->tlvs);
    g_assert_true(srh->tlvs + srh->tlvs_length == octets + srh->length);
    size_t next = 0;
    srh_tlv tlv;
    while (srh_tlv_next(srh, &next, &tlv))
        g_assert_true(tlv.value + tlv.length <= octets + srh->length);
    g_assert_cmpuint(next, ==, srh->tlvs_length);
}

static void check_random(void)
{
    unsigned parsed = 0;
    for (unsigned round = 0; round < 200000; round++) {
        size_t length = (size_t)g_test_rand_int_range(0, 120);
        uint8_t *octets = g_malloc(length);
        for (size_t i = 0; i < length; i++)
            octets[i] = (uint8_t)g_test_rand_int_range(0, i < 5 || i % 3 == 0 ? 8 : 256);
        if (length > 2)
            octets[2] = SRH_ROUTING_TYPE;
        srh_view srh;
        cats_defect defect = { 0 };
        if (srh_parse(octets, length, &srh, &defect)) {
            check_inside(&srh, octets, length);
            parsed++;
        } else {
            g_assert_nonnull(defect.subject);
            g_assert_nonnull(defect.expected);
            g_assert_cmpuint(defect.at, <=, length);
        }
        g_free(octets);
    }
    g_assert_cmpuint(parsed, >, 1000);
}

static void check_round_trip(void)
{
    static uint8_t segments[127][16];
    static const uint8_t tlvs[40] = { 5, 38, 0, 0, 0, 0, 0, 9 };
    for (unsigned round = 0; round < 2000; round++) {
        for (size_t i = 0; i < sizeof segments; i++)
            ((uint8_t *)segments)[i] = (uint8_t)g_test_rand_int();
        srh_spec spec = {
            .next_header = (uint8_t)g_test_rand_int(),
            .flags = (uint8_t)g_test_rand_int(),
            .tag = (uint16_t)g_test_rand_int(),
            .segments = (const uint8_t(*)[16])segments,
            .count = (unsigned)g_test_rand_int_range(2, 125),
            .reduced = g_test_rand_bit(),
            .tlvs = tlvs,
            .tlvs_length = g_test_rand_bit() ? sizeof tlvs : 0,
        };
        uint8_t octets[2048];
        size_t length = srh_build(&spec, octets, sizeof octets);
        srh_view srh = parse_whole(octets, length);
        g_assert_cmpuint(srh.next_header, ==, spec.next_header);
        g_assert_cmpuint(srh.flags, ==, spec.flags);
        g_assert_cmpuint(srh.tag, ==, spec.tag);
        g_assert_cmpuint(srh.segments_left, ==, spec.count - 1);
        g_assert_cmpuint(srh.segment_count, ==, spec.reduced ? spec.count - 1 : spec.count);
        g_assert_true((srh_active_segment(&srh) == NULL) == spec.reduced);
        for (unsigned i = 0; i < srh.segment_count; i++)
            assert_octets(srh_segment(&srh, i), 16, segments[spec.count - 1 - i], 16);
        assert_octets(srh.tlvs, srh.tlvs_length, tlvs, spec.tlvs_length);
        g_assert_cmpuint(srh_build(&spec, octets, length - 1), ==, 0);
    }
}

static void check_impossible(void)
{
    static uint8_t segments[128][16];
    static const uint8_t tlvs[2048];
    uint8_t octets[4096];
    srh_spec spec = { .segments = (const uint8_t(*)[16])segments, .count = 0 };
    g_assert_cmpuint(srh_build(&spec, octets, sizeof octets), ==, 0);
    spec.count = 128;
    g_assert_cmpuint(srh_build(&spec, octets, sizeof octets), ==, 0);
    spec.count = 127;
    g_assert_cmpuint(srh_build(&spec, octets, sizeof octets), ==, 8 + 16 * 127);
    spec.tlvs = tlvs;
    spec.tlvs_length = 8;
    g_assert_cmpuint(srh_build(&spec, octets, sizeof octets), ==, 2048);
    spec.tlvs_length = 16;
    g_assert_cmpuint(srh_build(&spec, octets, sizeof octets), ==, 0);
    spec.count = 1;
    spec.tlvs_length = 12;
    g_assert_cmpuint(srh_build(&spec, octets, sizeof octets), ==, 0);
    spec.tlvs_length = sizeof tlvs;
    g_assert_cmpuint(srh_build(&spec, octets, sizeof octets), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/srh/kernel", check_kernel_full);
    g_test_add_func("/srh/build/kernel", check_build_as_kernel);
    g_test_add_func("/srh/reduced", check_reduced);
    g_test_add_func("/srh/reduced/tlvs", check_reduced_with_tlvs);
    g_test_add_func("/srh/no-list", check_no_list);
    g_test_add_func("/srh/tlvs", check_tlvs);
    g_test_add_func("/srh/hmac", check_hmac);
    g_test_add_func("/srh/contradictions", check_contradictions);
    g_test_add_func("/srh/truncation", check_truncation);
    g_test_add_func("/srh/random", check_random);
    g_test_add_func("/srh/round-trip", check_round_trip);
    g_test_add_func("/srh/impossible", check_impossible);
    return g_test_run();
}
