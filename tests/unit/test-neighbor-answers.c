/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of ARP and neighbour discovery in the name of addresses that no host owns.
 * Spec: RFC 826, RFC 5227, RFC 4861 s7.1-7.2, RFC 4862 s5.4. */
#include "capture-tools/live/neighbor-answers.h"

#include "epan-cats/checksum.h"
#include "octets.h"
#include <string.h>

#define OUR_MAC 0x02, 0x00, 0x00, 0x00, 0x00, 0xAA
#define HOST_MAC 0x02, 0x00, 0x00, 0x00, 0x00, 0x01
#define OTHER_MAC 0x02, 0x00, 0x00, 0x00, 0x00, 0x77
#define BROADCAST 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF
#define NO_MAC 0, 0, 0, 0, 0, 0
#define VLAN_100 0x81, 0x00, 0x00, 0x64
#define ARP 0x08, 0x06
#define ARP_HEAD 0x00, 0x01, 0x08, 0x00, 6, 4 /* Ethernet, IPv4, lengths of their addresses */
#define REQUEST 0x00, 0x01
#define REPLY 0x00, 0x02
#define OWNED_IPV4 192, 0, 2, 80
#define HOST_IPV4 192, 0, 2, 1
#define NO_IPV4 0, 0, 0, 0

#define GROUP_MAC 0x33, 0x33, 0xFF, 0x00, 0x00, 0x80
#define IPV6 0x86, 0xDD
#define OWNED_IPV6 0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80
#define HOST_IPV6 0xFE, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01
#define GROUP_IPV6 0xFF, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01, 0xFF, 0, 0, 0x80
#define ALL_NODES 0xFF, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01
#define NO_IPV6 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
#define IPV6_HEAD(length) 0x60, 0, 0, 0, 0, (length), 58, 255
#define UNSUMMED 0, 0
#define SOLICITATION 135, 0, UNSUMMED, 0, 0, 0, 0
#define ADVERTISEMENT(flags) 136, 0, UNSUMMED, (flags), 0, 0, 0
#define SOURCE_OPTION 1, 1
#define TARGET_OPTION 2, 1

static const uint8_t our_mac[] = { OUR_MAC };

/* What is asked and what is to be answered. An empty answer: none. */
typedef struct exchange {
    const char *name;
    uint8_t question[90];
    size_t length;
    uint8_t answer[90];
    size_t answer_length;
} exchange;

#define BYTES(...) { __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ })
#define NOTHING { 0 }, 0

static exchange exchanges[] = {
    { "arp-request",
      BYTES(BROADCAST, HOST_MAC, ARP, ARP_HEAD, REQUEST, HOST_MAC, HOST_IPV4, NO_MAC, OWNED_IPV4),
      BYTES(HOST_MAC, OUR_MAC, ARP, ARP_HEAD, REPLY, OUR_MAC, OWNED_IPV4, HOST_MAC, HOST_IPV4) },
    { "arp-unicast",
      BYTES(OUR_MAC, HOST_MAC, ARP, ARP_HEAD, REQUEST, HOST_MAC, HOST_IPV4, NO_MAC, OWNED_IPV4),
      BYTES(HOST_MAC, OUR_MAC, ARP, ARP_HEAD, REPLY, OUR_MAC, OWNED_IPV4, HOST_MAC, HOST_IPV4) },
    { "arp-vlan",
      BYTES(BROADCAST, HOST_MAC, VLAN_100, ARP, ARP_HEAD, REQUEST, HOST_MAC, HOST_IPV4, NO_MAC, OWNED_IPV4),
      BYTES(HOST_MAC, OUR_MAC, VLAN_100, ARP, ARP_HEAD, REPLY, OUR_MAC, OWNED_IPV4, HOST_MAC, HOST_IPV4) },
    { "arp-probe", BYTES(BROADCAST, HOST_MAC, ARP, ARP_HEAD, REQUEST, HOST_MAC, NO_IPV4, NO_MAC, OWNED_IPV4),
      BYTES(HOST_MAC, OUR_MAC, ARP, ARP_HEAD, REPLY, OUR_MAC, OWNED_IPV4, HOST_MAC, NO_IPV4) },
    { "ns-multicast",
      BYTES(GROUP_MAC, HOST_MAC, IPV6, IPV6_HEAD(32), HOST_IPV6, GROUP_IPV6, SOLICITATION, OWNED_IPV6,
            SOURCE_OPTION, HOST_MAC),
      BYTES(HOST_MAC, OUR_MAC, IPV6, IPV6_HEAD(32), OWNED_IPV6, HOST_IPV6, ADVERTISEMENT(0x60), OWNED_IPV6,
            TARGET_OPTION, OUR_MAC) },
    { "ns-unicast",
      BYTES(OUR_MAC, HOST_MAC, IPV6, IPV6_HEAD(24), HOST_IPV6, OWNED_IPV6, SOLICITATION, OWNED_IPV6),
      BYTES(HOST_MAC, OUR_MAC, IPV6, IPV6_HEAD(32), OWNED_IPV6, HOST_IPV6, ADVERTISEMENT(0x60), OWNED_IPV6,
            TARGET_OPTION, OUR_MAC) },
    { "ns-vlan",
      BYTES(GROUP_MAC, HOST_MAC, VLAN_100, IPV6, IPV6_HEAD(32), HOST_IPV6, GROUP_IPV6, SOLICITATION,
            OWNED_IPV6, SOURCE_OPTION, HOST_MAC),
      BYTES(HOST_MAC, OUR_MAC, VLAN_100, IPV6, IPV6_HEAD(32), OWNED_IPV6, HOST_IPV6, ADVERTISEMENT(0x60),
            OWNED_IPV6, TARGET_OPTION, OUR_MAC) },
    { "ns-duplicate-detection",
      BYTES(GROUP_MAC, HOST_MAC, IPV6, IPV6_HEAD(24), NO_IPV6, GROUP_IPV6, SOLICITATION, OWNED_IPV6),
      BYTES(0x33, 0x33, 0, 0, 0, 1, OUR_MAC, IPV6, IPV6_HEAD(32), OWNED_IPV6, ALL_NODES, ADVERTISEMENT(0x20),
            OWNED_IPV6, TARGET_OPTION, OUR_MAC) },
    { "ns-with-nonce", /* RFC 7527: an option that is not for us */
      BYTES(GROUP_MAC, HOST_MAC, IPV6, IPV6_HEAD(32), NO_IPV6, GROUP_IPV6, SOLICITATION, OWNED_IPV6, 14, 1, 1,
            2, 3, 4, 5, 6),
      BYTES(0x33, 0x33, 0, 0, 0, 1, OUR_MAC, IPV6, IPV6_HEAD(32), OWNED_IPV6, ALL_NODES, ADVERTISEMENT(0x20),
            OWNED_IPV6, TARGET_OPTION, OUR_MAC) },

    { "no-arp-gratuitous",
      BYTES(BROADCAST, HOST_MAC, ARP, ARP_HEAD, REQUEST, HOST_MAC, OWNED_IPV4, NO_MAC, OWNED_IPV4), NOTHING },
    { "no-arp-reply",
      BYTES(OUR_MAC, HOST_MAC, ARP, ARP_HEAD, REPLY, HOST_MAC, HOST_IPV4, OUR_MAC, OWNED_IPV4), NOTHING },
    { "no-arp-not-owned",
      BYTES(BROADCAST, HOST_MAC, ARP, ARP_HEAD, REQUEST, HOST_MAC, HOST_IPV4, NO_MAC, 192, 0, 2, 81),
      NOTHING },
    { "no-arp-to-other",
      BYTES(OTHER_MAC, HOST_MAC, ARP, ARP_HEAD, REQUEST, HOST_MAC, HOST_IPV4, NO_MAC, OWNED_IPV4), NOTHING },
    { "no-arp-of-ours",
      BYTES(BROADCAST, OUR_MAC, ARP, ARP_HEAD, REQUEST, OUR_MAC, HOST_IPV4, NO_MAC, OWNED_IPV4), NOTHING },
    { "no-arp-multicast-sender",
      BYTES(BROADCAST, HOST_MAC, ARP, ARP_HEAD, REQUEST, BROADCAST, HOST_IPV4, NO_MAC, OWNED_IPV4), NOTHING },
    { "no-arp-hardware",
      BYTES(BROADCAST, HOST_MAC, ARP, 0x00, 0x06, 0x08, 0x00, 6, 4, REQUEST, HOST_MAC, HOST_IPV4, NO_MAC,
            OWNED_IPV4),
      NOTHING },
    { "no-arp-address-length",
      BYTES(BROADCAST, HOST_MAC, ARP, 0x00, 0x01, 0x08, 0x00, 6, 16, REQUEST, HOST_MAC, HOST_IPV4, NO_MAC,
            OWNED_IPV4),
      NOTHING },
    { "no-arp-stacked-vlans",
      BYTES(BROADCAST, HOST_MAC, VLAN_100, VLAN_100, ARP, ARP_HEAD, REQUEST, HOST_MAC, HOST_IPV4, NO_MAC,
            OWNED_IPV4),
      NOTHING },
    { "no-arp-under-ipv6",
      BYTES(BROADCAST, HOST_MAC, IPV6, ARP_HEAD, REQUEST, HOST_MAC, HOST_IPV4, NO_MAC, OWNED_IPV4), NOTHING },
    { "no-ns-not-owned",
      BYTES(0x33, 0x33, 0xFF, 0, 0, 0x81, HOST_MAC, IPV6, IPV6_HEAD(24), HOST_IPV6, 0xFF, 0x02, 0, 0, 0, 0, 0,
            0, 0, 0, 0, 0x01, 0xFF, 0, 0, 0x81, SOLICITATION, 0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0,
            0, 0, 0, 0x81),
      NOTHING },
    { "no-ns-wrong-group",
      BYTES(0x33, 0x33, 0, 0, 0, 1, HOST_MAC, IPV6, IPV6_HEAD(24), HOST_IPV6, ALL_NODES, SOLICITATION,
            OWNED_IPV6),
      NOTHING },
    { "no-ns-duplicate-detection-unicast",
      BYTES(OUR_MAC, HOST_MAC, IPV6, IPV6_HEAD(24), NO_IPV6, OWNED_IPV6, SOLICITATION, OWNED_IPV6), NOTHING },
    { "no-ns-duplicate-detection-with-mac",
      BYTES(GROUP_MAC, HOST_MAC, IPV6, IPV6_HEAD(32), NO_IPV6, GROUP_IPV6, SOLICITATION, OWNED_IPV6,
            SOURCE_OPTION, HOST_MAC),
      NOTHING },
    { "no-ns-multicast-sender",
      BYTES(GROUP_MAC, HOST_MAC, IPV6, IPV6_HEAD(24), ALL_NODES, GROUP_IPV6, SOLICITATION, OWNED_IPV6),
      NOTHING },
    { "no-ns-option-of-length-0",
      BYTES(GROUP_MAC, HOST_MAC, IPV6, IPV6_HEAD(32), HOST_IPV6, GROUP_IPV6, SOLICITATION, OWNED_IPV6, 1, 0,
            HOST_MAC),
      NOTHING },
    { "no-ns-option-beyond",
      BYTES(GROUP_MAC, HOST_MAC, IPV6, IPV6_HEAD(32), HOST_IPV6, GROUP_IPV6, SOLICITATION, OWNED_IPV6, 1, 2,
            HOST_MAC),
      NOTHING },
    { "no-ns-to-other",
      BYTES(OTHER_MAC, HOST_MAC, IPV6, IPV6_HEAD(24), HOST_IPV6, OWNED_IPV6, SOLICITATION, OWNED_IPV6),
      NOTHING },
    { "no-advertisement",
      BYTES(OUR_MAC, HOST_MAC, IPV6, IPV6_HEAD(24), HOST_IPV6, OWNED_IPV6, ADVERTISEMENT(0x60), OWNED_IPV6),
      NOTHING },
};

/* ---- what the tests share ---- */

/* Where the ICMPv6 message is, or NULL. */
static uint8_t *icmp_of(uint8_t *frame, size_t length)
{
    frame_header header;
    if (!frame_read(frame, length, &header) || header.ethertype != 0x86DD || length - header.length < 64)
        return NULL;
    return frame + header.length + 40;
}

static void write_sum(uint8_t *frame, size_t length)
{
    uint8_t *icmp = icmp_of(frame, length);
    if (icmp == NULL)
        return;
    size_t size = icmp[-35];
    if (size > length - (size_t)(icmp - frame))
        return;
    cats_address source = cats_address_ipv6(icmp - 32), destination = cats_address_ipv6(icmp - 16);
    memset(icmp + 2, 0, 2);
    uint32_t sum = checksum_pseudo(&source, &destination, 58, (uint32_t)size);
    packet_put16(icmp + 2, checksum_finish(checksum_add(icmp, size, sum)));
}

static neighbor_answers *owned(void)
{
    cats_address ipv4 = cats_address_ipv4((const uint8_t[]){ OWNED_IPV4 });
    cats_address ipv6 = cats_address_ipv6((const uint8_t[]){ OWNED_IPV6 });
    neighbor_answers *answers = neighbor_answers_new(our_mac);
    neighbor_answers_add(answers, &ipv4, 32);
    neighbor_answers_add(answers, &ipv6, 128);
    return answers;
}

/* The answer to exactly these octets, behind which nothing may be read. */
static size_t answer_to(const neighbor_answers *answers, const uint8_t *frame, size_t length, uint8_t *answer)
{
    g_autofree uint8_t *exact = g_memdup2(frame, length);
    return neighbor_answers_to(answers, exact, length, answer);
}

/* ---- answers ---- */

static void test_exchange(const void *data)
{
    const exchange *each = data;
    neighbor_answers *answers = owned();
    uint8_t answer[NEIGHBOR_ANSWER_MAX];
    assert_octets(answer, answer_to(answers, each->question, each->length, answer), each->answer,
                  each->answer_length);
    neighbor_answers_free(answers);
}

static void test_truncated(const void *data)
{
    const exchange *each = data;
    neighbor_answers *answers = owned();
    uint8_t answer[NEIGHBOR_ANSWER_MAX];
    for (size_t length = 0; length < each->length; length++)
        g_assert_cmpuint(answer_to(answers, each->question, length, answer), ==, 0);
    neighbor_answers_free(answers);
}

/* Padding of short frames, and of the longest. */
static void test_padded(const void *data)
{
    const exchange *each = data;
    neighbor_answers *answers = owned();
    uint8_t answer[NEIGHBOR_ANSWER_MAX];
    static const size_t lengths[] = { 91, 9000, 65535 };
    for (size_t i = 0; i < G_N_ELEMENTS(lengths); i++) {
        g_autofree uint8_t *padded = g_malloc0(lengths[i]);
        memcpy(padded, each->question, each->length);
        assert_octets(answer, neighbor_answers_to(answers, padded, lengths[i], answer), each->answer,
                      each->answer_length);
    }
    neighbor_answers_free(answers);
}

/* Any other octet of an IPv6 question breaks its checksum, its hop limit or where it goes; the link-layer
 * header, traffic class and flow label are summed by no one. */
static void test_spoiled(const void *data)
{
    const exchange *each = data;
    neighbor_answers *answers = owned();
    uint8_t frame[90], answer[NEIGHBOR_ANSWER_MAX];
    size_t ip = (size_t)(icmp_of(memcpy(frame, each->question, sizeof frame), each->length) - 40 - frame);
    for (size_t at = ip + 4; at < each->length; at++) {
        memcpy(frame, each->question, sizeof frame);
        frame[at] ^= 0x10;
        g_assert_cmpuint(answer_to(answers, frame, each->length, answer), ==, 0);
    }
    memcpy(frame, each->question, sizeof frame);
    frame[ip] ^= 0x20; /* version */
    g_assert_cmpuint(answer_to(answers, frame, each->length, answer), ==, 0);
    neighbor_answers_free(answers);
}

/* Code and length, with a checksum that is right. */
static void test_summed_but_wrong(void)
{
    neighbor_answers *answers = owned();
    exchange each = { 0 };
    for (size_t i = 0; i < G_N_ELEMENTS(exchanges); i++)
        if (strcmp(exchanges[i].name, "ns-multicast") == 0)
            each = exchanges[i];
    uint8_t frame[90], answer[NEIGHBOR_ANSWER_MAX];
    static const struct change {
        size_t at;
        uint8_t value;
    } changes[] = { { 14 + 41, 1 /* code */ }, { 14 + 5, 23 /* shorter than its fixed part */ } };
    for (size_t i = 0; i < G_N_ELEMENTS(changes); i++) {
        memcpy(frame, each.question, sizeof frame);
        frame[changes[i].at] = changes[i].value;
        write_sum(frame, each.length);
        g_assert_cmpuint(answer_to(answers, frame, each.length, answer), ==, 0);
    }
    neighbor_answers_free(answers);
}

static void test_prefix(void)
{
    cats_address prefix = cats_address_ipv4((const uint8_t[]){ 192, 0, 2, 64 });
    uint8_t frame[] = {
        BROADCAST, HOST_MAC, ARP, ARP_HEAD, REQUEST, HOST_MAC, HOST_IPV4, NO_MAC, OWNED_IPV4
    };
    uint8_t answer[NEIGHBOR_ANSWER_MAX];
    neighbor_answers *answers = neighbor_answers_new(our_mac);
    g_assert_cmpuint(neighbor_answers_to(answers, frame, sizeof frame, answer), ==, 0);
    neighbor_answers_add(answers, &(const cats_address){ 0 }, 0);
    g_assert_cmpuint(neighbor_answers_to(answers, frame, sizeof frame, answer), ==, 0);
    neighbor_answers_add(answers, &prefix, 26);
    for (unsigned last = 2; last < 255; last++) {
        frame[sizeof frame - 1] = (uint8_t)last;
        size_t length = neighbor_answers_to(answers, frame, sizeof frame, answer);
        g_assert_cmpuint(length, ==, last >= 64 && last < 128 ? 42 : 0);
        if (length != 0)
            g_assert_cmpuint(answer[31], ==, last);
    }
    neighbor_answers_free(answers);
}

/* ---- the tool's own questions ---- */

static void test_question_ipv4(void)
{
    static const uint8_t expected[] = { BROADCAST, OUR_MAC, VLAN_100, ARP,    ARP_HEAD,
                                        REQUEST,   OUR_MAC, NO_IPV4,  NO_MAC, HOST_IPV4 };
    static const uint8_t reply[] = { OUR_MAC, HOST_MAC, VLAN_100,  ARP,     ARP_HEAD,
                                     REPLY,   HOST_MAC, HOST_IPV4, OUR_MAC, NO_IPV4 };
    cats_address target = cats_address_ipv4((const uint8_t[]){ HOST_IPV4 });
    cats_address other = cats_address_ipv4((const uint8_t[]){ OWNED_IPV4 });
    uint8_t frame[NEIGHBOR_ANSWER_MAX], mac[FRAME_ADDRESS];
    assert_octets(frame, neighbor_question(our_mac, 100, &(const cats_address){ 0 }, &target, frame),
                  expected, sizeof expected);
    g_assert_false(neighbor_answered(frame, sizeof expected, &target, mac));
    g_assert_true(neighbor_answered(reply, sizeof reply, &target, mac));
    assert_octets(mac, sizeof mac, (const uint8_t[]){ HOST_MAC }, sizeof mac);
    g_assert_false(neighbor_answered(reply, sizeof reply, &other, mac));
    for (size_t length = 0; length < sizeof reply; length++) {
        g_autofree uint8_t *exact = g_memdup2(reply, length);
        g_assert_false(neighbor_answered(exact, length, &target, mac));
    }
}

static void test_question_ipv6(void)
{
    uint8_t expected[] = { GROUP_MAC,  OUR_MAC,      IPV6,       IPV6_HEAD(32), HOST_IPV6,
                           GROUP_IPV6, SOLICITATION, OWNED_IPV6, SOURCE_OPTION, OUR_MAC };
    uint8_t frame[NEIGHBOR_ANSWER_MAX], mac[FRAME_ADDRESS];
    cats_address source = cats_address_ipv6((const uint8_t[]){ HOST_IPV6 });
    cats_address target = cats_address_ipv6((const uint8_t[]){ OWNED_IPV6 });
    write_sum(expected, sizeof expected);
    assert_octets(frame, neighbor_question(our_mac, 0, &source, &target, frame), expected, sizeof expected);
    g_assert_false(neighbor_answered(frame, sizeof expected, &target, mac));
}

/* With and without the option, asked for and told to all. */
static void test_answered_ipv6(void)
{
    cats_address target = cats_address_ipv6((const uint8_t[]){ OWNED_IPV6 });
    uint8_t mac[FRAME_ADDRESS];
    uint8_t with[] = {
        OUR_MAC,    HOST_MAC,      IPV6,     IPV6_HEAD(32), OWNED_IPV6, HOST_IPV6, ADVERTISEMENT(0x60),
        OWNED_IPV6, TARGET_OPTION, OTHER_MAC
    };
    write_sum(with, sizeof with);
    g_assert_true(neighbor_answered(with, sizeof with, &target, mac));
    assert_octets(mac, sizeof mac, (const uint8_t[]){ OTHER_MAC }, sizeof mac);
    for (size_t length = 0; length < sizeof with; length++) {
        g_autofree uint8_t *exact = g_memdup2(with, length);
        g_assert_false(neighbor_answered(exact, length, &target, mac));
    }

    uint8_t without[] = {
        OUR_MAC, HOST_MAC, IPV6, IPV6_HEAD(24), OWNED_IPV6, HOST_IPV6, ADVERTISEMENT(0x40), OWNED_IPV6
    };
    write_sum(without, sizeof without);
    g_assert_true(neighbor_answered(without, sizeof without, &target, mac));
    assert_octets(mac, sizeof mac, (const uint8_t[]){ HOST_MAC }, sizeof mac);

    uint8_t to_all[] = { 0x33,
                         0x33,
                         0,
                         0,
                         0,
                         1,
                         HOST_MAC,
                         IPV6,
                         IPV6_HEAD(32),
                         OWNED_IPV6,
                         ALL_NODES,
                         ADVERTISEMENT(0x20),
                         OWNED_IPV6,
                         TARGET_OPTION,
                         HOST_MAC };
    write_sum(to_all, sizeof to_all);
    g_assert_true(neighbor_answered(to_all, sizeof to_all, &target, mac));
    to_all[14 + 40 + 4] = 0x60; /* solicited, yet to all */
    write_sum(to_all, sizeof to_all);
    g_assert_false(neighbor_answered(to_all, sizeof to_all, &target, mac));
}

/* Our answer answers our question. */
static void test_inverse(void)
{
    static const uint8_t asker_mac[] = { HOST_MAC };
    neighbor_answers *answers = owned();
    const cats_address sources[] = { cats_address_ipv4((const uint8_t[]){ HOST_IPV4 }),
                                     cats_address_ipv6((const uint8_t[]){ HOST_IPV6 }) };
    const cats_address targets[] = { cats_address_ipv4((const uint8_t[]){ OWNED_IPV4 }),
                                     cats_address_ipv6((const uint8_t[]){ OWNED_IPV6 }) };
    for (size_t i = 0; i < G_N_ELEMENTS(targets); i++) {
        for (uint16_t vlan = 0; vlan < 4095; vlan = (uint16_t)(vlan + 91)) {
            uint8_t question[NEIGHBOR_ANSWER_MAX], answer[NEIGHBOR_ANSWER_MAX], mac[FRAME_ADDRESS];
            frame_header header;
            size_t asked = neighbor_question(asker_mac, vlan, &sources[i], &targets[i], question);
            size_t length = neighbor_answers_to(answers, question, asked, answer);
            g_assert_true(neighbor_answered(answer, length, &targets[i], mac));
            assert_octets(mac, sizeof mac, our_mac, sizeof our_mac);
            g_assert_true(frame_read(answer, length, &header));
            g_assert_cmpuint(header.vlan, ==, vlan);
        }
    }
    neighbor_answers_free(answers);
}

/* Random octets, and true questions with some octets changed; what is answered is well formed. */
static void test_random(void)
{
    neighbor_answers *answers = owned();
    cats_address everything = { 6, { 0 } }, all_ipv4 = { 4, { 0 } };
    neighbor_answers_add(answers, &everything, 0);
    neighbor_answers_add(answers, &all_ipv4, 0);
    unsigned answered = 0;
    for (unsigned i = 0; i < 50000; i++) {
        uint8_t frame[120], answer[NEIGHBOR_ANSWER_MAX], mac[FRAME_ADDRESS];
        const exchange *each = &exchanges[g_test_rand_int_range(0, G_N_ELEMENTS(exchanges))];
        for (size_t at = 0; at < sizeof frame; at++)
            frame[at] = (uint8_t)g_test_rand_int();
        if (i % 8 != 0)
            memcpy(frame, each->question, each->length);
        for (int changes = g_test_rand_int_range(0, 4); i % 8 != 0 && changes > 0; changes--)
            frame[g_test_rand_int_range(0, (gint32)each->length)] = (uint8_t)g_test_rand_int();
        if (g_test_rand_bit())
            write_sum(frame, each->length);
        size_t length = answer_to(answers, frame, (size_t)g_test_rand_int_range(0, sizeof frame), answer);
        if (length == 0)
            continue;
        frame_header header;
        answered++;
        g_assert_true(frame_read(answer, length, &header));
        cats_address about = header.ethertype == 0x0806 ? cats_address_ipv4(answer + header.length + 14)
                                                        : cats_address_ipv6(answer + header.length + 8);
        g_assert_true(neighbor_answered(answer, length, &about, mac));
    }
    g_assert_cmpuint(answered, >, 100);
    neighbor_answers_free(answers);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(exchanges); i++) {
        exchange *each = &exchanges[i];
        write_sum(each->question, each->length);
        write_sum(each->answer, each->answer_length);
        g_autofree char *exact = g_strdup_printf("/neighbor-answers/%s", each->name);
        g_autofree char *cut = g_strdup_printf("/neighbor-answers/%s/truncated", each->name);
        g_autofree char *padded = g_strdup_printf("/neighbor-answers/%s/padded", each->name);
        g_autofree char *spoiled = g_strdup_printf("/neighbor-answers/%s/spoiled", each->name);
        g_test_add_data_func(exact, each, test_exchange);
        g_test_add_data_func(cut, each, test_truncated);
        g_test_add_data_func(padded, each, test_padded);
        if (g_str_has_prefix(each->name, "ns-"))
            g_test_add_data_func(spoiled, each, test_spoiled);
    }
    g_test_add_func("/neighbor-answers/summed-but-wrong", test_summed_but_wrong);
    g_test_add_func("/neighbor-answers/prefix", test_prefix);
    g_test_add_func("/neighbor-answers/question-ipv4", test_question_ipv4);
    g_test_add_func("/neighbor-answers/question-ipv6", test_question_ipv6);
    g_test_add_func("/neighbor-answers/answered-ipv6", test_answered_ipv6);
    g_test_add_func("/neighbor-answers/inverse", test_inverse);
    g_test_add_func("/neighbor-answers/random", test_random);
    return g_test_run();
}
