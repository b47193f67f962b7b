/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What both forwarders share: reading and admitting an IP packet, the flow label, the words for a drop. */
#include "capture-tools/roles/forwarding.h"
#include "epan-cats/flow-key.h"
#include "tests/flow-packets.h"

#include <glib.h>
#include <string.h>

static const char *const destinations[] = { FLOW_SERVICE_IPV4, FLOW_SERVICE_IPV6 };

static void test_words(void)
{
    for (int i = 0; i < FORWARDING_DROP_COUNT; i++) {
        for (int k = 0; k < i; k++) {
            g_assert_cmpstr(forwarding_drop_word((forwarding_drop)i), !=,
                            forwarding_drop_word((forwarding_drop)k));
        }
    }
    g_assert_cmpstr(forwarding_drop_word(FORWARDING_HOP_LIMIT), ==, "hop-limit");
}

static void test_read(void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(destinations); i++) {
        flow_packet whole = flow_packet_make(3, destinations[i]);
        cats_address destination = test_address(destinations[i]);
        forwarding_packet ip;
        for (size_t length = 0; length < whole.length; length++) {
            g_assert_cmpint(forwarding_read(whole.octets, length, &ip), ==, FORWARDING_MALFORMED);
        }
        for (size_t padding = 0; padding < 4; padding++) {
            g_assert_cmpint(forwarding_read(whole.octets, whole.length + padding, &ip), ==,
                            FORWARDING_PASSED);
            g_assert_true(ip.octets == whole.octets);
            g_assert_cmpuint(ip.length, ==, whole.length);
            g_assert_cmpuint(ip.hop_limit, ==, 64);
            g_assert_true(cats_address_equal(&ip.destination, &destination));
        }
    }
}

/* Header and total lengths that contradict each other. */
static void test_read_ipv4_lengths(void)
{
    static const struct {
        uint8_t version_and_length;
        uint16_t total;
        forwarding_drop expected;
    } cases[] = {
        { 0x45, 20, FORWARDING_PASSED },    { 0x45, 19, FORWARDING_MALFORMED },
        { 0x44, 60, FORWARDING_MALFORMED }, { 0x40, 60, FORWARDING_MALFORMED },
        { 0x46, 24, FORWARDING_PASSED },    { 0x46, 23, FORWARDING_MALFORMED },
        { 0x4f, 60, FORWARDING_PASSED },    { 0x4f, 59, FORWARDING_MALFORMED },
        { 0x45, 61, FORWARDING_MALFORMED }, { 0x35, 60, FORWARDING_MALFORMED },
        { 0x75, 60, FORWARDING_MALFORMED },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        uint8_t octets[60] = { cases[i].version_and_length };
        forwarding_packet ip;
        packet_put16(octets + 2, cases[i].total);
        g_assert_cmpint(forwarding_read(octets, sizeof octets, &ip), ==, cases[i].expected);
    }
}

static forwarding_drop admit(const flow_packet *of)
{
    forwarding_packet ip;
    g_assert_cmpint(forwarding_read(of->octets, of->length, &ip), ==, FORWARDING_PASSED);
    return forwarding_admit(&ip);
}

static void test_admit(void)
{
    static const struct {
        const char *source;
        forwarding_drop expected;
    } cases[] = {
        { "10.1.0.2", FORWARDING_PASSED },         { "2001:db8:1::2", FORWARDING_PASSED },
        { "0.0.0.0", FORWARDING_NOT_UNICAST },     { "::", FORWARDING_NOT_UNICAST },
        { "127.0.0.1", FORWARDING_NOT_UNICAST },   { "::1", FORWARDING_NOT_UNICAST },
        { "224.0.0.1", FORWARDING_NOT_UNICAST },   { "ff02::1", FORWARDING_NOT_UNICAST },
        { "169.254.1.1", FORWARDING_NOT_UNICAST }, { "fe80::1", FORWARDING_NOT_UNICAST },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        cats_address source = test_address(cases[i].source);
        flow_packet sent = flow_packet_make(1, destinations[source.family == 4 ? 0 : 1]);
        memcpy(sent.octets + (source.family == 4 ? 12 : 8), source.octets, cats_address_length(&source));
        flow_packet_set_hop_limit(&sent, 64); /* and the checksum */
        g_assert_cmpint(admit(&sent), ==, cases[i].expected);
    }
    flow_packet wrong = flow_packet_make(1, FLOW_SERVICE_IPV4);
    wrong.octets[11] ^= 1;
    g_assert_cmpint(admit(&wrong), ==, FORWARDING_MALFORMED);
}

/* RFC 6437 s3: a flow's label is not 0, whatever its hash. */
static void test_flow_label(void)
{
    flow_packet sent = flow_packet_make(1, FLOW_SERVICE_IPV6);
    cats_flow_key key;
    g_assert_true(cats_flow_key_read_ip(sent.octets, sent.length, &key));
    uint64_t hash;
    uint32_t tries = 0;
    do { /* the one in a million whose hash folds to 0 */
        packet_put32(key.source.octets + 12, ++tries);
        hash = cats_flow_key_hash(&key);
    } while (((hash ^ hash >> 20 ^ hash >> 40) & 0xfffff) != 0);
    memcpy(sent.octets + 8, key.source.octets, 16);

    static const uint8_t segments[1][16] = { { 0x5f } };
    static uint8_t buffer[FORWARDING_PACKET_MAX];
    segment_path *path = segment_path_new(segments, 1, "e1", NULL);
    forwarding_encapsulation how = { .mode = PACKET_ENCAP_REDUCED, .flow_label_from_flow = true };
    forwarding_packet ip;
    size_t length;
    g_assert_cmpint(forwarding_read(sent.octets, sent.length, &ip), ==, FORWARDING_PASSED);
    g_assert_cmpint(forwarding_encapsulate(&how, path, &ip, buffer, &length), ==, FORWARDING_PASSED);
    g_assert_cmpuint(packet_get32(buffer) & 0xfffff, ==, 1);
    sent.octets[3] = 7; /* the packet's own label stays */
    g_assert_cmpint(forwarding_encapsulate(&how, path, &ip, buffer, &length), ==, FORWARDING_PASSED);
    g_assert_cmpuint(packet_get32(buffer) & 0xfffff, ==, packet_get32(sent.octets) & 0xfffff);
    segment_path_unref(path);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/forwarding/words", test_words);
    g_test_add_func("/forwarding/read", test_read);
    g_test_add_func("/forwarding/read-ipv4-lengths", test_read_ipv4_lengths);
    g_test_add_func("/forwarding/admit", test_admit);
    g_test_add_func("/forwarding/flow-label", test_flow_label);
    return g_test_run();
}
