/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is read of the steering of real kernels' packets, whole and cut. Spec: samples/README.md. */
#include "epan-cats/cats-rules.h"

#include "epan-cats/numbers.h"
#include "steering-case.h"

#define IPV6_LENGTH 40

/* clang-format off */
/* samples/cats-encap-2sid-pe.pcap, first encapsulated packet, as the egress gets it. */
static const uint8_t kernel_cats[] = {
    /* outer IPv6 */
    0x60, 0x02, 0x0b, 0x4f,                                                 /* version, flow label 0x20b4f */
    0x00, 0x78, 43, 0x3e,                                                   /* 120 octets, routing header, hop limit */
    0x5f, 0, 0, 0, 0, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0x01, 0,                /* ingress 5f00:0:1::100 */
    0x5f, 0, 0, 0, 0, 0x0e, 0xca, 0x75, 0x38, 0, 0x01, 0x02, 0, 0, 0, 0,    /* 5f00:0:e:ca75:3800:102:: */
    /* SRH: IPv6 inside, Segments Left 0, Last Entry 1 */
    41, 4, 4, 0, 1, 0, 0, 0,
    0x5f, 0, 0, 0, 0, 0x0e, 0xca, 0x75, 0x38, 0, 0x01, 0x02, 0, 0, 0, 0,    /* the same */
    0x5f, 0, 0, 0, 0, 0x0c, 0, 0x01, 0, 0, 0, 0, 0, 0, 0, 0,                /* core 5f00:0:c:1:: */
    /* inner IPv6, destination 2001:db8:80::80 */
    0x60, 0x02, 0x0b, 0x4f, 0x00, 0x28, 6, 0x40,
    0x20, 0x01, 0x0d, 0xb8, 0, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02,
    0x20, 0x01, 0x0d, 0xb8, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80,
};

/* samples/srv6-encap-2sid-in-i1.pcap, first encapsulated packet: on the way to the core. */
static const uint8_t kernel_dx4[] = {
    /* outer IPv6 */
    0x60, 0x00, 0x00, 0x00,                                                 /* version, flow label 0 */
    0x00, 0x64, 43, 0x3f,                                                   /* 100 octets, routing header, hop limit */
    0x5f, 0, 0, 0, 0, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0x01, 0,                /* ingress 5f00:0:1::100 */
    0x5f, 0, 0, 0, 0, 0x0c, 0, 0x01, 0, 0, 0, 0, 0, 0, 0, 0,                /* core 5f00:0:c:1:: */
    /* SRH: IPv4 inside, Segments Left 1, Last Entry 1 */
    4, 4, 4, 1, 1, 0, 0, 0,
    0x5f, 0, 0, 0, 0, 0x0e, 0, 0x42, 0, 0, 0, 0, 0, 0, 0, 0,                /* egress 5f00:0:e:42:: */
    0x5f, 0, 0, 0, 0, 0x0c, 0, 0x01, 0, 0, 0, 0, 0, 0, 0, 0,
    /* inner IPv4, destination 192.0.2.80 */
    0x45, 0, 0x00, 0x3c, 0xd0, 0x3f, 0x40, 0, 0x40, 6, 0x9e, 0x29, 10, 1, 0, 2, 192, 0, 2, 80,
};

/* samples/srv6-red-1sid-in-i1.pcap, first encapsulated packet: H.Encaps.Red with one SID, no SRH. */
static const uint8_t kernel_no_srh[] = {
    /* outer IPv6 */
    0x60, 0x00, 0x00, 0x00, 0x00, 0x3c, 4, 0x3f,
    0x5f, 0, 0, 0, 0, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0x01, 0,
    0x5f, 0, 0, 0, 0, 0x0e, 0, 0x42, 0, 0, 0, 0, 0, 0, 0, 0,                /* egress 5f00:0:e:42:: */
    /* inner IPv4, destination 192.0.2.80 */
    0x45, 0, 0x00, 0x3c, 0x16, 0x3e, 0x40, 0, 0x40, 6, 0x58, 0x2b, 10, 1, 0, 2, 192, 0, 2, 80,
};
/* clang-format on */

/* A cats_packet from the octets of an outer IPv6 header, an SRH if there is one, and the inner header. */
static cats_packet packet_of(const uint8_t *octets, size_t length)
{
    cats_packet packet = {
        .outer_source = octets + 8,
        .outer_destination = octets + 24,
        .flow_label = (uint32_t)(octets[1] & 0x0F) << 16 | (uint32_t)octets[2] << 8 | octets[3],
        .next_header = octets[6],
    };
    const uint8_t *inner = octets + IPV6_LENGTH;
    if (octets[6] == 43) {
        packet.srh = inner;
        packet.srh_available = length - IPV6_LENGTH;
        packet.srh_captured = true;
        packet.next_header = inner[0];
        inner += 8 + 8 * inner[1];
    }
    packet.inner_destination =
        packet.next_header == 4 ? cats_address_ipv4(inner + 16) : cats_address_ipv6(inner + 24);
    return packet;
}

static cats_steering read_octets(const uint8_t *octets, size_t length, unsigned notes)
{
    cats_context context;
    cats_context_init(&context);
    cats_packet packet = packet_of(octets, length);
    cats_steering steering;
    cats_findings findings;
    cats_findings_clear(&findings);
    cats_steering_read(&context, &packet, &steering, &findings);
    g_assert_true(steering.is_srv6);
    g_assert_true(steering.encapsulated);
    g_assert_cmpuint(findings.count, ==, notes);
    if (notes == 1)
        g_assert_cmpint(findings.list[0].rule, ==, CATS_RULE_CATS_FLOW_LABEL);
    return steering;
}

static void check_kernel_cats(void)
{
    cats_steering steering = read_octets(kernel_cats, sizeof kernel_cats, 0);
    steering_assert_address(steering.sid, "5f00:0:e:ca75:3800:102::");
    g_assert_true(steering.sid_in_destination);
    g_assert_false(steering.in_container);
    g_assert_true(steering.structured);
    steering_assert_address(steering.parts.locator.octets, "5f00:0:e::");
    g_assert_cmphex(steering.parts.function, ==, 0xCA75);
    g_assert_cmphex(steering.parts.argument, ==, 0x38000102);
    g_assert_cmphex(steering.behavior, ==, CATS_BEHAVIOR_END_CATS);
    g_assert_true(steering.has_granularity);
    g_assert_cmpuint(steering.granularity, ==, CATS_GRANULARITY_EGRESS_NODE);
    g_assert_true(steering.has_argument);
    g_assert_cmpuint(steering.argument.level, ==, 2);
    g_assert_cmphex(steering.argument.aggregate_id, ==, 0x000102);
    g_assert_true(steering.has_srh);
    g_assert_cmpuint(steering.srh.segment_count, ==, 2);
    g_assert_true(steering.toward_service);
    g_assert_true(steering.from_ingress);
    steering_assert_names(&steering, "End.CATS", "5f00:0:e::/48");
}

static void check_kernel_dx4(void)
{
    cats_steering steering = read_octets(kernel_dx4, sizeof kernel_dx4, 1);
    steering_assert_address(steering.sid, "5f00:0:e:42::");
    g_assert_false(steering.sid_in_destination);
    g_assert_true(srh_active_segment(&steering.srh) == kernel_dx4 + IPV6_LENGTH + 8 + 16);
    g_assert_cmphex(steering.parts.function, ==, 0x42);
    g_assert_cmpuint(steering.behavior, ==, 0);
    g_assert_false(steering.has_granularity);
    g_assert_false(steering.has_argument);
    steering_assert_names(&steering, "", "5f00:0:e::/48");
}

static void check_kernel_no_srh(void)
{
    cats_steering steering = read_octets(kernel_no_srh, sizeof kernel_no_srh, 1);
    steering_assert_address(steering.sid, "5f00:0:e:42::");
    g_assert_true(steering.sid_in_destination);
    g_assert_false(steering.has_srh);
    steering_assert_names(&steering, "", "5f00:0:e::/48");
}

/* Cut at every length: cut by the capture nothing is said, cut on the wire the SRH is malformed. */
static void check_truncation(void)
{
    cats_context context;
    cats_context_init(&context);
    for (size_t cut = 0; cut < 40; cut++) {
        uint8_t *room = g_malloc(cut + 1);
        uint8_t *exact = room + 1; /* ends with what was allocated, and is never NULL */
        memcpy(exact, kernel_cats + IPV6_LENGTH, cut);
        cats_packet packet = packet_of(kernel_cats, sizeof kernel_cats);
        packet.srh = exact;
        packet.srh_available = cut;
        for (int captured = 0; captured < 2; captured++) {
            packet.srh_captured = captured != 0;
            cats_steering steering;
            cats_findings findings;
            cats_findings_clear(&findings);
            cats_steering_read(&context, &packet, &steering, &findings);
            g_assert_true(steering.is_srv6);
            g_assert_false(steering.encapsulated);
            g_assert_false(steering.has_srh);
            g_assert_cmpuint(findings.count, ==, captured != 0 ? 1 : 0);
        }
        g_free(room);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cats-steering-kernel/cats", check_kernel_cats);
    g_test_add_func("/cats-steering-kernel/dx4", check_kernel_dx4);
    g_test_add_func("/cats-steering-kernel/no-srh", check_kernel_no_srh);
    g_test_add_func("/cats-steering-kernel/truncation", check_truncation);
    return g_test_run();
}
