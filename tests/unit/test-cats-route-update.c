/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of epan-cats/cats-route-update: what one UPDATE says, and what is wrong with it. */
#include "epan-cats/cats-route-update.h"

#include "update-builder.h"

#include <string.h>

static cats_route_update read_update(update_builder *b)
{
    cats_route_update route;
    cats_defect defect;
    update_body(b);
    g_assert_true(
        cats_route_update_read(&cats_route_codes_default, b->body->data, b->body->len, &route, &defect));
    return route;
}

static void assert_handled(const cats_route_update *route, unsigned index, bgp_handling handling,
                           const char *expected)
{
    char text[CATS_ROUTE_PROBLEM_TEXT];
    g_assert_cmpuint(index, <, route->problem_count);
    cats_route_problem_format(&route->problems[index], text, sizeof text);
    g_assert_cmpstr(text, ==, expected);
    g_assert_cmpint(route->handling, ==, handling);
}

static void assert_problem(const cats_route_update *route, unsigned index, const char *expected)
{
    assert_handled(route, index, BGP_TREAT_AS_WITHDRAW, expected);
}

static void test_both(void)
{
    cats_announcement announcement = sample_announcement();
    srv6_service service = sample_service(), sid;
    update_builder b = update_begin();
    update_announcement(&b, &announcement);
    update_service(&b, &service);
    append_octets(b.nlri, NLRI_IPV4);
    cats_route_update route = read_update(&b);
    g_assert_cmpuint(route.problem_count, ==, 0);
    g_assert_cmpint(route.handling, ==, BGP_ACCEPT);
    g_assert_true(route.has_announcement && route.has_service && cats_route_update_matters(&route));
    g_assert_true(cats_route_update_sid(&route, 0, &sid));
    g_assert_cmpuint(sid.structure.argument, ==, 32); /* ours has it */
    update_free(&b);
}

static void test_neither(void)
{
    update_builder b = update_begin();
    srv6_service sid;
    update_attribute(&b, 0x40, 1, 0);
    update_attribute(&b, 0xc0, BGP_ATTRIBUTE_PREFIX_SID, 1, 0, 7, 0, 0, 0, 0, 0, 0, 1); /* of SR-MPLS */
    append_octets(b.nlri, NLRI_IPV4);
    cats_route_update route = read_update(&b);
    g_assert_false(cats_route_update_matters(&route));
    g_assert_false(cats_route_update_sid(&route, 0, &sid));
    g_assert_cmpint(route.handling, ==, BGP_ACCEPT);
    update_free(&b);
}

static void test_malformed(void)
{
    update_builder b = update_begin();
    update_attribute(&b, 0xe0, 255, 0, 2, 0, 1, 0);
    update_attribute(&b, 0xc0, BGP_ATTRIBUTE_PREFIX_SID, 5, 0, 9, 0);
    append_octets(b.nlri, NLRI_IPV4);
    cats_route_update route = read_update(&b);
    g_assert_false(route.has_announcement || route.has_service);
    g_assert_true(cats_route_update_matters(&route));
    g_assert_cmpuint(route.problem_count, ==, 2);
    assert_problem(&route, 0, "path attribute 255: CATS SID: length 1, expected 22 (octet 2)");
    assert_problem(
        &route, 1,
        "path attribute 40: Prefix-SID: TLV length 9, expected at most 1, the octets left (octet 1)");
    g_assert_cmpuint(route.problems[0].attribute, ==, 255);
    g_assert_cmpuint(route.problems[1].attribute, ==, 40);
    update_free(&b);
}

/* The partial bit comes on the way; another kind of attribute is wrong (RFC 7606 s3c). */
static void test_flags(void)
{
    static const uint8_t flags[] = { 0xc0, 0xe0, 0xd0, 0x80, 0x40 };
    for (size_t i = 0; i < G_N_ELEMENTS(flags); i++) {
        uint8_t value[CATS_ROUTE_ATTRIBUTE_MAX];
        cats_announcement announcement = sample_announcement();
        size_t length = cats_route_build(&announcement, value, sizeof value);
        update_builder b = update_begin();
        if (flags[i] == 0xd0) {
            append_octets(b.attributes, 0xd0, 255, 0, (uint8_t)length);
            g_byte_array_append(b.attributes, value, (guint)length);
        } else {
            update_add(&b, flags[i], 255, value, length);
        }
        cats_route_update route = read_update(&b);
        g_assert_true(route.has_announcement == (i < 3));
        if (i >= 3)
            g_assert_cmpstr(route.problems[0].defect.subject, ==, "BGP attribute: flags");
        update_free(&b);
    }
}

static void test_contradiction(void)
{
    cats_announcement announcement = sample_announcement();
    srv6_service service = sample_service();
    update_builder b = update_begin();
    service.behavior = 20;
    update_announcement(&b, &announcement);
    update_service(&b, &service);
    cats_route_update route = read_update(&b);
    assert_problem(
        &route, 0,
        "path attribute 40: SRv6 service: behavior 0x0014 End.DT46, expected 0x80ca End.CATS as in the CATS "
        "attribute");
    g_assert_cmpuint(route.problems[0].attribute, ==, 40);
    update_free(&b);
}

static void test_argument(void)
{
    cats_announcement announcement = sample_announcement();
    update_builder b = update_begin();
    announcement.sid.behavior = 0x8999;
    update_announcement(&b, &announcement);
    cats_route_update route = read_update(&b);
    assert_problem(
        &route, 0,
        "path attribute 255: CATS SID: argument bits 32, expected 0 with a behavior that is not known "
        "(octet 0)");
    update_free(&b);
}

/* In VPN the function stands in the label; where there is no label that cannot be. */
static void test_transposed(void)
{
    srv6_service service = { .sid = { 0x5f, 0, 0, 0, 0, 0xe },
                             .behavior = 19,
                             .has_structure = true,
                             .structure = { 32, 16, 16, 0 },
                             .transposition_length = 16,
                             .transposition_offset = 48 };
    srv6_service sid;
    update_builder b = update_begin();
    update_service(&b, &service);
    update_attribute(&b, 0x80, BGP_ATTRIBUTE_MP_REACH, 0, 1, 128, 12, 0, 0, 0, 0, 0, 0, 0, 0, 10, 9, 1, 1, 0,
                     112, 0xca, 0x75, 0x01, 0, 0, 0xfd, 0xe9, 0, 0, 0, 1, 192, 0, 2);
    cats_route_update route = read_update(&b);
    g_assert_cmpint(route.handling, ==, BGP_ACCEPT);
    g_assert_true(cats_route_update_sid(&route, 0xca750, &sid));
    g_assert_cmphex(sid.sid[6], ==, 0xca);
    g_assert_cmphex(sid.sid[7], ==, 0x75);
    update_free(&b);

    b = update_begin();
    update_service(&b, &service);
    append_octets(b.nlri, NLRI_IPV4);
    route = read_update(&b);
    assert_handled(
        &route, 0, BGP_INELIGIBLE,
        "path attribute 40: SRv6 SID structure: transposition length 16, expected 0 without a label "
        "(octet 0)");
    update_free(&b);
}

/* RFC 8669 s6: without attribute 40, not without the route. */
static void test_attribute_discard(void)
{
    static const uint8_t cut_label_index[] = { 1, 0, 7, 0 };
    cats_announcement announcement = sample_announcement();
    srv6_service service = sample_service(), sid;
    uint8_t value[PREFIX_SID_SERVICE_MAX + sizeof cut_label_index];
    size_t length = prefix_sid_build(&service, value, sizeof value);
    memcpy(value + length, cut_label_index, sizeof cut_label_index);
    update_builder b = update_begin();
    update_announcement(&b, &announcement);
    update_add(&b, 0xc0, BGP_ATTRIBUTE_PREFIX_SID, value, length + sizeof cut_label_index);
    append_octets(b.nlri, NLRI_IPV4);
    cats_route_update route = read_update(&b);
    assert_handled(
        &route, 0, BGP_ATTRIBUTE_DISCARD,
        "path attribute 40: Prefix-SID: TLV length 7, expected at most 1, the octets left (octet 38)");
    g_assert_false(route.has_service);
    g_assert_true(route.has_announcement && cats_route_update_sid(&route, 0, &sid));
    update_free(&b);
}

/* What tells no behaviour says nothing of the SID: reserved is as opaque. */
static void test_untold_behavior(void)
{
    srv6_service service = sample_service(), sid;
    service.behavior = 0;
    update_builder b = update_begin();
    update_service(&b, &service);
    append_octets(b.nlri, NLRI_IPV4);
    cats_route_update route = read_update(&b);
    g_assert_cmpint(route.handling, ==, BGP_ACCEPT);
    g_assert_true(cats_route_update_sid(&route, 0, &sid));
    g_assert_cmphex(sid.behavior, ==, CATS_BEHAVIOR_OPAQUE);
    update_free(&b);
}

static void test_codes(void)
{
    cats_announcement announcement = sample_announcement();
    cats_route_codes codes = cats_route_codes_default;
    cats_route_update route;
    cats_defect defect;
    update_builder b = update_begin();
    update_announcement(&b, &announcement);
    update_attribute(&b, 0xc0, 42, 0, 1, 0, 2, 7, 7);
    update_body(&b);
    codes.attribute = 200;
    codes.edge_metadata = 255;
    g_assert_true(cats_route_update_read(&codes, b.body->data, b.body->len, &route, &defect));
    g_assert_false(cats_route_update_matters(&route));
    g_assert_cmpuint(route.metadata_at.code, ==, 255);
    route = read_update(&b);
    g_assert_true(cats_route_update_matters(&route));
    g_assert_cmpuint(route.metadata_at.code, ==, 42);
    g_assert_false(cats_route_update_read(&codes, b.body->data, 3, &route, &defect));
    update_free(&b);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cats-route-update/both", test_both);
    g_test_add_func("/cats-route-update/neither", test_neither);
    g_test_add_func("/cats-route-update/malformed", test_malformed);
    g_test_add_func("/cats-route-update/flags", test_flags);
    g_test_add_func("/cats-route-update/contradiction", test_contradiction);
    g_test_add_func("/cats-route-update/argument", test_argument);
    g_test_add_func("/cats-route-update/transposed", test_transposed);
    g_test_add_func("/cats-route-update/attribute-discard", test_attribute_discard);
    g_test_add_func("/cats-route-update/untold-behavior", test_untold_behavior);
    g_test_add_func("/cats-route-update/codes", test_codes);
    return g_test_run();
}
