/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is read of a packet's steering: every shape of encapsulation, containers,
 * names, random input. Spec: docs/wire-formats.md s3-5. */
#include "epan-cats/cats-rules.h"

#include "epan-cats/numbers.h"
#include "steering-case.h"

#define CORE "5f00:0:c:1::"
#define CATS "5f00:0:e1:ca75:3800:102::"

static cats_steering read_case(const cats_context *context, const steering_case *words,
                               steering_octets *octets)
{
    cats_packet packet = steering_packet(words, octets);
    cats_steering steering;
    memset(&steering, 0xA5, sizeof steering);
    cats_steering_read(context, &packet, &steering, NULL);
    return steering;
}

/* What is SRv6, what is shown, and whether SIDs are taken apart, with the defaults. */
static void check_what_is_srv6(void)
{
    static const struct {
        steering_case words;
        bool is_srv6, encapsulated, structured;
    } kinds[] = {
        { { CATS, { NULL }, 0, false, 4, 1, NULL, false }, true, true, true },
        { { CATS, { NULL }, 0, false, 41, 1, NULL, false }, true, true, true },
        { { CATS, { NULL }, 0, false, 143, 1, NULL, false }, true, true, true },
        { { CATS, { NULL }, 0, false, 6, 1, NULL, false }, false, false, false },
        { { CATS, { NULL }, 0, false, 59, 1, NULL, false }, false, false, false },
        { { "2001:db8::1", { NULL }, 0, false, 41, 1, NULL, false }, false, false, false },
        { { "5eff::1", { NULL }, 0, false, 4, 1, NULL, false }, false, false, false },
        { { "5f01::1", { NULL }, 0, false, 4, 1, NULL, false }, false, false, false },
        { { "2001:db8::1", { "2001:db8::1" }, 0, false, 41, 1, NULL, false }, true, true, false },
        { { "2001:db8::1", { "2001:db8::1" }, 0, false, 6, 1, NULL, false }, true, false, false },
        { { CORE, { CORE, CATS }, 1, false, 6, 1, NULL, false }, true, false, true },
        { { CORE, { CORE, CATS }, 1, true, 41, 1, NULL, false }, true, true, true },
    };
    cats_context context;
    cats_context_init(&context);
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        steering_octets octets;
        cats_steering steering = read_case(&context, &kinds[i].words, &octets);
        g_assert_true(steering.is_srv6 == kinds[i].is_srv6);
        g_assert_true(steering.encapsulated == kinds[i].encapsulated);
        g_assert_true(steering.has_srh == (kinds[i].words.segments[0] != NULL));
        if (steering.is_srv6)
            g_assert_true(steering.structured == kinds[i].structured);
        if (steering.encapsulated && !steering.structured)
            steering_assert_names(&steering, "", "");
    }
}

static void check_block(void)
{
    static const struct {
        const char *block, *sid;
        bool inside;
    } blocks[] = {
        { "5f00::/16", "5f00:ffff::", true },
        { "5f00::/16", "5f80::", false },
        { "5f00:8000::/17", "5f00:8000::", true },
        { "5f00:8000::/17", "5f00:7fff::", false },
        { "::/0", "2001:db8::1", true },
        { "2001:db8::1/128", "2001:db8::1", true },
        { "2001:db8::1/128", "2001:db8::", false },
        { "192.0.2.0/24", "c000:200::", false },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(blocks); i++) {
        cats_context context;
        cats_context_init(&context);
        const char *error;
        g_assert_true(cats_prefix_parse(blocks[i].block, &context.block, &context.block_length, &error));
        steering_octets octets;
        steering_case words = { .destination = blocks[i].sid, .next_header = 41 };
        g_assert_true(read_case(&context, &words, &octets).is_srv6 == blocks[i].inside);
    }
}

/* A length that no IPv6 prefix has: there is no block. */
static void check_no_block(void)
{
    cats_context context;
    cats_context_init(&context);
    context.block_length = 129;
    steering_octets octets;
    steering_case words = { .destination = "5f00::", .next_header = 41 };
    g_assert_false(read_case(&context, &words, &octets).is_srv6);
}

/* Another structure and another function value for End.CATS. */
static void check_context(void)
{
    cats_context context;
    cats_context_init(&context);
    const char *error;
    g_assert_true(cats_sid_structure_parse("32/16/32/32", &context.structure, &error));
    context.function_end_cats = 0xCA750001;
    steering_octets octets;
    steering_case words = { .destination = "5f00:0:e1:ca75:1:1c00:7::", .next_header = 41 };
    cats_steering steering = read_case(&context, &words, &octets);
    g_assert_cmphex(steering.behavior, ==, CATS_BEHAVIOR_END_CATS);
    g_assert_cmpuint(steering.granularity, ==, CATS_GRANULARITY_SERVICE_POINT);
    g_assert_cmpuint(steering.argument.level, ==, 3);
    g_assert_cmphex(steering.argument.aggregate_id, ==, 0x000007);

    words.destination = "5f00:0:e1:ca75:1::";
    steering = read_case(&context, &words, &octets);
    g_assert_cmphex(steering.behavior, ==, CATS_BEHAVIOR_END_CATS);
    g_assert_false(steering.has_argument); /* 0: none was sent */
    g_assert_false(steering.has_granularity);
    g_assert_false(steering.toward_service); /* no inner destination */

    context.function_end_cats = CATS_FUNCTION_END_CATS_DEFAULT;
    g_assert_true(cats_sid_structure_parse("32/16/16/24", &context.structure, &error));
    words.destination = CATS;
    steering = read_case(&context, &words, &octets);
    g_assert_cmphex(steering.behavior, ==, CATS_BEHAVIOR_END_CATS);
    g_assert_false(steering.has_argument); /* not of 32 bits */
    g_assert_false(steering.has_granularity);

    g_assert_true(cats_sid_structure_parse("32/16/0/32", &context.structure, &error));
    context.function_end_cats = 0; /* a SID without a function has none that could say End.CATS */
    g_assert_cmphex(read_case(&context, &words, &octets).behavior, ==, 0);
}

static void check_topology(void)
{
    cats_topology *topology = steering_topology();
    cats_context context;
    cats_context_init(&context);
    context.topology = topology;
    steering_octets octets;

    steering_case words = { CORE, { CORE, CATS }, 1, true, 41, 1, "2001:db8:80::80", false };
    cats_steering steering = read_case(&context, &words, &octets);
    steering_assert_names(&steering, "egress1 End.CATS", "egress1");
    g_assert_cmpuint(steering.active_behavior, ==, 1);
    g_assert_true(steering.toward_service);
    g_assert_true(steering.from_ingress);

    words = (steering_case){ "5f00:0:e1:42::", { NULL }, 0, false, 4, 1, "198.51.100.1", false };
    steering = read_case(&context, &words, &octets);
    steering_assert_names(&steering, "egress1 End.DX4", "egress1");
    g_assert_cmpuint(steering.granularity, ==, CATS_GRANULARITY_SERVICE_SITE); /* of the row */
    g_assert_false(steering.has_argument);
    g_assert_false(steering.toward_service);

    words = (steering_case){ "5f00:0:1:46::", { NULL }, 0, false, 41, 1, "2001:db8:1::2", false };
    steering = read_case(&context, &words, &octets);
    steering_assert_names(&steering, "in End.DT46", "in");
    g_assert_false(steering.from_ingress);
    g_assert_false(steering.toward_service);

    words = (steering_case){ "5f00:0:e2:77::", { NULL }, 0, false, 41, 1, NULL, false };
    steering = read_case(&context, &words, &octets);
    steering_assert_names(&steering, "egress2", "egress2");
    g_assert_false(steering.toward_service); /* there is no inner destination to show */

    cats_sid_table *table = cats_sid_table_new(); /* goes before the topology's */
    steering_add_row(table, "5f00:0:e1::/48", "32/16/16/0", 0x8001, CATS_GRANULARITY_NOT_STATED, NULL);
    context.sids = table;
    words.destination = CATS;
    steering_assert_names(&(cats_steering){ 0 }, "", "");
    steering = read_case(&context, &words, &octets);
    steering_assert_names(&steering, "0x8001", "5f00:0:e1::/48");
    cats_sid_table_free(table);
    cats_topology_free(topology);
}

static void check_long_names(void)
{
    g_autofree char *owner = g_strnfill(93, 'x');
    cats_sid_row row = { .behavior = 20, .owner = owner };
    cats_steering steering = { .row = &row, .owner_row = &row, .behavior = 20 };
    char text[CATS_SID_NAME_TEXT];
    g_assert_cmpuint(cats_steering_sid_name(&steering, text), ==, CATS_SID_NAME_TEXT - 1);
    g_assert_true(g_str_has_suffix(text, "x E"));

    g_autofree char *accents = g_strdup_printf("%.93s\xc3\xa9\xc3\xa9", owner);
    row.owner = accents; /* the second of the two-octet letters would lose its half */
    g_assert_cmpuint(cats_steering_egress(&steering, text), ==, CATS_SID_NAME_TEXT - 1);
    g_autofree char *more = g_strdup_printf("%.92s\xc3\xa9\xc3\xa9", owner);
    row.owner = more;
    g_assert_cmpuint(cats_steering_egress(&steering, text), ==, CATS_SID_NAME_TEXT - 2);
    g_assert_true(g_utf8_validate(text, -1, NULL));
}

/* NEXT-CSID containers: opened where rows say so, to the last C-SID; nowhere else. */
static void check_containers(void)
{
    cats_sid_table *table = cats_sid_table_new();
    cats_context context;
    cats_context_init(&context);
    context.sids = table;
    steering_octets octets;
    steering_case words = { .destination = "5f00:0:c:d:e1:46::", .next_header = 41 };
    cats_steering steering = read_case(&context, &words, &octets);
    g_assert_false(steering.in_container);
    steering_assert_address(steering.sid, "5f00:0:c:d:e1:46::");

    steering_add_row(table, "5f00::/32", "32/16/0/0", 43, CATS_GRANULARITY_NOT_STATED, NULL);
    steering_add_row(table, "5f00:0:e1:46::/64", "32/16/16/0", 64, CATS_GRANULARITY_EGRESS_NODE, "egress1");
    steering_add_row(table, "5f00:0:e1:ca75::/64", "32/16/16/32", CATS_BEHAVIOR_END_CATS,
                     CATS_GRANULARITY_NOT_STATED, "egress1");
    steering_add_row(table, "5f00:0:a:e001::/64", "32/16/16/0", 52, CATS_GRANULARITY_NOT_STATED, NULL);
    static const struct {
        const char *container, *sid;
        bool opened;
        uint16_t behavior;
    } containers[] = {
        { "5f00:0:c:d:e1:46::", "5f00:0:e1:46::", true, 64 },
        { "5f00:0:1:2:3:4:e1:46", "5f00:0:e1:46::", true, 64 }, /* full to the last octet */
        { "5f00:0:e1:46::", "5f00:0:e1:46::", false, 64 },      /* the egress itself */
        { "5f00:0:e1:46:7::", "5f00:0:e1:46:7::", false,
          64 },                                       /* behind a decapsulating SID is its argument */
        { "5f00:0:c:e1::", "5f00:0:e1::", true, 43 }, /* last C-SID: a node */
        { "5f00:0:c:0:e1:46::", "5f00:0:c:0:e1:46::", false, 43 }, /* zero ends it */
        { "5f00:0:c:a:e001:e1:46:0", "5f00:0:e1:46::", true, 64 }, /* End.X takes node and function off */
        { "5f00:0:c:e1:ca75:3800:102:0", CATS, true, CATS_BEHAVIOR_END_CATS },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(containers); i++) {
        words.destination = containers[i].container;
        steering = read_case(&context, &words, &octets);
        g_assert_true(steering.in_container == containers[i].opened);
        steering_assert_address(steering.sid, containers[i].sid);
        g_assert_cmpuint(steering.behavior, ==, containers[i].behavior);
        g_assert_true(steering.sid_in_destination);
    }
    steering_assert_names(&steering, "egress1 End.CATS", "egress1");
    g_assert_cmphex(steering.argument.aggregate_id, ==, 0x000102);

    words = (steering_case){ "5f00:0:c:d::", { "5f00:0:c:d::", "5f00:0:1:e1:46::" }, 1, false, 41, 1, NULL,
                             false };
    steering = read_case(&context, &words, &octets);
    g_assert_true(steering.in_container);
    g_assert_false(steering.sid_in_destination);
    steering_assert_address(steering.sid, "5f00:0:e1:46::");
    cats_sid_table_free(table);
}

static void check_random(void)
{
    cats_topology *topology = steering_topology();
    cats_sid_table *table = cats_sid_table_new();
    steering_add_row(table, "5f00::/16", "0/3/0/0", 43, CATS_GRANULARITY_SERVICE_POINT, NULL);
    steering_add_row(table, "5f01::/16", "16/5/2/64", 52, CATS_GRANULARITY_NOT_STATED, "x");
    steering_add_row(table, "::/0", "7/1/0/0", 43, CATS_GRANULARITY_NOT_STATED, "y");
    unsigned seen = 0;
    for (unsigned round = 0; round < 200000; round++) {
        cats_context context;
        cats_context_init(&context);
        context.topology = g_test_rand_bit() ? topology : NULL;
        context.sids = g_test_rand_bit() ? table : NULL;
        static const uint8_t next_headers[] = { 4, 41, 143, 6, 17, 58, 59, 255 };
        uint8_t addresses[32], srh[64];
        for (size_t i = 0; i < sizeof addresses; i++)
            addresses[i] = (uint8_t)g_test_rand_int();
        if (g_test_rand_bit())
            memcpy(addresses + 16, (const uint8_t[]){ 0x5f, 0, 0, 0, 0, 0xe1, 0xca, 0x75 }, 8);
        size_t available = (size_t)g_test_rand_int_range(0, 65);
        for (size_t i = 0; i < sizeof srh; i++)
            srh[i] = (uint8_t)g_test_rand_int_range(0, i < 8 ? 7 : 256);
        srh[2] = SRH_ROUTING_TYPE;
        cats_packet packet = {
            .outer_source = addresses,
            .outer_destination = addresses + 16,
            .flow_label = (uint32_t)g_test_rand_int_range(0, 3),
            .srh = g_test_rand_bit() ? srh : NULL,
            .srh_available = available,
            .srh_captured = g_test_rand_bit(),
            .next_header = next_headers[g_test_rand_int_range(0, G_N_ELEMENTS(next_headers))],
            .fragment = g_test_rand_bit(),
        };
        packet.inner_destination.family = (uint8_t[]){ 0, 4, 6 }[g_test_rand_int_range(0, 3)];
        cats_steering steering;
        cats_findings findings;
        cats_findings_clear(&findings);
        cats_steering_read(&context, &packet, &steering, &findings);
        g_assert_cmpuint(findings.count, <=, CATS_FINDINGS_MAX);
        if (!steering.is_srv6) {
            g_assert_cmpuint(findings.count, ==, 0);
            continue;
        }
        char text[CATS_SID_NAME_TEXT];
        g_assert_cmpuint(cats_steering_sid_name(&steering, text), <, sizeof text);
        g_assert_cmpuint(cats_steering_egress(&steering, text), <, sizeof text);
        seen += steering.encapsulated;
    }
    g_assert_cmpuint(seen, >, 1000);
    cats_sid_table_free(table);
    cats_topology_free(topology);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cats-steering/is-srv6", check_what_is_srv6);
    g_test_add_func("/cats-steering/block", check_block);
    g_test_add_func("/cats-steering/no-block", check_no_block);
    g_test_add_func("/cats-steering/context", check_context);
    g_test_add_func("/cats-steering/topology", check_topology);
    g_test_add_func("/cats-steering/long-names", check_long_names);
    g_test_add_func("/cats-steering/containers", check_containers);
    g_test_add_func("/cats-steering/random", check_random);
    return g_test_run();
}
