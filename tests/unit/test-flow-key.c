/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Flow keys of whole packets, fragments, tunnels and ICMP errors; the hash. */
#include "epan-cats/flow-key.h"
#include "epan-cats/packet.h"

#include "frame-builder.h"
#include "sample-frames.h"

static cats_flow_key read_key(const GByteArray *frame)
{
    cats_flow_key key;
    packet p;

    memset(&key, 0xAA, sizeof key); /* every octet must be set */
    packet_walk(PACKET_LINK_RAW, frame->data, frame->len, frame->len, &p);
    g_assert_true(cats_flow_key_read(&p, &key));
    return key;
}

static cats_flow_key read_key_and_free(GByteArray *frame)
{
    cats_flow_key key = read_key(frame);

    g_byte_array_unref(frame);
    return key;
}

static cats_flow_key expected_key(bool ipv6, guint8 protocol, guint16 source_port, guint16 destination_port)
{
    cats_flow_key key;

    memset(&key, 0, sizeof key);
    key.source.family = ipv6 ? 6 : 4;
    key.destination.family = ipv6 ? 6 : 4;
    memcpy(key.source.octets, ipv6 ? frame_ipv6_client : (const guint8[16]){ 10, 1, 0, 2 }, 16);
    memcpy(key.destination.octets, ipv6 ? frame_ipv6_service : (const guint8[16]){ 192, 0, 2, 80 }, 16);
    key.protocol = protocol;
    key.ports_known = source_port != 0;
    key.source_port = source_port;
    key.destination_port = destination_port;
    return key;
}

static void assert_key(cats_flow_key found, cats_flow_key expected)
{
    frame_assert_equal((const guint8 *)&found, sizeof found, (const guint8 *)&expected, sizeof expected);
    g_assert_true(cats_flow_key_equal(&found, &expected));
    g_assert_cmphex(cats_flow_key_hash(&found), ==, cats_flow_key_hash(&expected));
}

static void front_ip(GByteArray *frame, bool ipv6, guint8 protocol)
{
    if (ipv6)
        frame_ipv6(frame, protocol);
    else
        frame_ipv4(frame, protocol, 0);
}

static void test_transports(void)
{
    for (int ipv6 = 0; ipv6 <= 1; ipv6++) {
        GByteArray *tcp = frame_of_zeros(3), *udp = frame_of_zeros(3), *icmp = frame_of_zeros(3),
                   *esp = frame_of_zeros(30);

        frame_tcp(tcp, 0x002, 0);
        front_ip(tcp, ipv6 != 0, 6);
        assert_key(read_key_and_free(tcp), expected_key(ipv6 != 0, 6, 40000, 443));
        frame_udp(udp);
        front_ip(udp, ipv6 != 0, 17);
        assert_key(read_key_and_free(udp), expected_key(ipv6 != 0, 17, 40000, 53));
        frame_icmp(icmp, ipv6 ? 128 : 8);
        front_ip(icmp, ipv6 != 0, ipv6 ? 58 : 1);
        assert_key(read_key_and_free(icmp), expected_key(ipv6 != 0, ipv6 ? 58 : 1, 0, 0));
        front_ip(esp, ipv6 != 0, 50);
        assert_key(read_key_and_free(esp), expected_key(ipv6 != 0, 50, 0, 0));
    }
}

static void test_none(void)
{
    static const guint8 arp[42] = { 1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6, 0x08, 0x06 };
    cats_flow_key key;
    packet p;

    packet_walk(PACKET_LINK_ETHERNET, arp, sizeof arp, sizeof arp, &p);
    g_assert_false(cats_flow_key_read(&p, &key));
    g_assert_false(cats_flow_key_read_ip(arp, sizeof arp, &key));
    g_assert_false(cats_flow_key_read_ip(NULL, 0, &key));
}

/* All fragments of an IPv4 packet, the first with its ports included, have one key. */
static void test_ipv4_fragments(void)
{
    static const guint16 flags_and_offset[] = { 0x2000, 0x2010, 0x0020, 0x3FFF };

    for (size_t i = 0; i < G_N_ELEMENTS(flags_and_offset); i++) {
        GByteArray *frame = frame_of_zeros(64);

        frame_tcp(frame, 0x010, 0);
        frame_ipv4(frame, 6, 0);
        frame_put16(frame->data + 6, flags_and_offset[i]);
        assert_key(read_key_and_free(frame), expected_key(false, 6, 0, 0));
    }
}

static void test_ipv6_fragments(void)
{
    GByteArray *first = frame_of_zeros(64), *later = frame_of_zeros(64), *atomic = frame_of_zeros(64);

    frame_udp(first);
    frame_ipv6_fragment(first, 17, 0, true, 7);
    frame_ipv6_options(first, 44, 1);
    frame_ipv6(first, 0);
    assert_key(read_key_and_free(first), expected_key(true, 17, 0, 0));
    frame_ipv6_fragment(later, 17, 9, false, 7);
    frame_ipv6_options(later, 44, 1);
    frame_ipv6(later, 0);
    assert_key(read_key_and_free(later), expected_key(true, 17, 0, 0));
    frame_udp(atomic);
    frame_ipv6_fragment(atomic, 17, 0, false, 7);
    frame_ipv6(atomic, 44);
    assert_key(read_key_and_free(atomic), expected_key(true, 17, 40000, 53));
}

/* Extension headers behind the Fragment header are seen in the first fragment only: the key names what all
 * name. */
static void test_ipv6_fragments_with_options(void)
{
    GByteArray *first = frame_of_zeros(64), *later = frame_of_zeros(64);
    cats_flow_key key;

    frame_tcp(first, 0x010, 0);
    frame_ipv6_options(first, 6, 1);
    frame_ipv6_fragment(first, 60, 0, true, 7);
    frame_ipv6(first, 44);
    frame_ipv6_fragment(later, 60, 9, true, 7);
    frame_ipv6(later, 44);
    key = read_key_and_free(first);
    assert_key(key, expected_key(true, 60, 0, 0));
    assert_key(read_key_and_free(later), key);
}

/* IPv4 with AH: the first fragment shows TCP behind it, the others do not. */
static void test_fragments_with_authentication(void)
{
    GByteArray *first = frame_of_zeros(64), *later = frame_of_zeros(64);

    frame_tcp(first, 0x010, 0);
    frame_authentication(first, 6, 6);
    frame_ipv4(first, 51, 0);
    frame_put16(first->data + 6, 0x2000);
    assert_key(read_key_and_free(first), expected_key(false, 51, 0, 0));
    frame_ipv4(later, 51, 0);
    frame_put16(later->data + 6, 0x0008);
    assert_key(read_key_and_free(later), expected_key(false, 51, 0, 0));
}

/* The inner flow of a tunnel; of the outer packet alone; of the outer packet when that is fragmented. */
static void test_tunnels(void)
{
    GByteArray *frame = frame_of_zeros(8), *first = frame_of_zeros(8), *later = frame_of_zeros(8);
    cats_flow_key key;

    frame_tcp(frame, 0x010, 0);
    frame_ipv4(frame, 6, 0);
    frame_ipv6_routing(frame, 4, 4, 2, 1);
    frame_ipv6(frame, 43);
    assert_key(read_key(frame), expected_key(false, 6, 40000, 443));
    g_assert_true(cats_flow_key_read_ip(frame->data, frame->len, &key));
    assert_key(key, expected_key(true, 4, 0, 0));
    g_assert_true(cats_flow_key_read_ip(frame->data + 40 + 40, frame->len - 80, &key));
    assert_key(key, expected_key(false, 6, 40000, 443));
    g_byte_array_unref(frame);

    frame_tcp(first, 0x010, 0);
    frame_ipv4(first, 6, 0);
    frame_ipv6_fragment(first, 4, 0, true, 3);
    frame_ipv6(first, 44);
    assert_key(read_key_and_free(first), expected_key(true, 4, 0, 0));
    frame_ipv6_fragment(later, 4, 6, false, 3);
    frame_ipv6(later, 44);
    assert_key(read_key_and_free(later), expected_key(true, 4, 0, 0));
}

/* The packet quoted in an ICMP error is of another flow. */
static void test_quoted(void)
{
    for (int ipv6 = 0; ipv6 <= 1; ipv6++) {
        GByteArray *frame = frame_of_zeros(0);
        cats_flow_key key;

        frame_tcp(frame, 0x002, 0);
        front_ip(frame, ipv6 != 0, 6);
        frame_icmp(frame, 3);
        front_ip(frame, ipv6 != 0, ipv6 ? 58 : 1);
        assert_key(read_key(frame), expected_key(ipv6 != 0, ipv6 ? 58 : 1, 0, 0));
        g_assert_true(cats_flow_key_read_ip(frame->data, frame->len, &key));
        assert_key(key, expected_key(ipv6 != 0, ipv6 ? 58 : 1, 0, 0));
        g_byte_array_unref(frame);
    }
}

/* Ports are known from the fourth octet of the transport header on, captured or not behind it. */
static void test_every_length(void)
{
    for (int ipv6 = 0; ipv6 <= 1; ipv6++) {
        GByteArray *frame = frame_of_zeros(5);
        guint header = ipv6 ? 40 : 20;

        frame_tcp(frame, 0x010, 0);
        front_ip(frame, ipv6 != 0, 6);
        for (guint captured = 0; captured <= frame->len; captured++) {
            guint8 *copy = g_memdup2(frame->data, captured);
            cats_flow_key key;
            packet p;

            packet_walk(PACKET_LINK_RAW, copy, captured, frame->len, &p);
            g_assert_true(cats_flow_key_read(&p, &key) == (captured >= header));
            g_assert_true(cats_flow_key_read_ip(copy, captured, &key) == (captured >= header));
            if (captured >= header) {
                bool ports = captured >= header + 4;

                g_assert_true(cats_flow_key_read(&p, &key));
                assert_key(key, expected_key(ipv6 != 0, 6, ports ? 40000 : 0, ports ? 443 : 0));
            }
            g_free(copy);
        }
        g_byte_array_unref(frame);
    }
}

/* Ports that lie behind the packet's own end are padding. */
static void test_ports_in_padding(void)
{
    for (int ipv6 = 0; ipv6 <= 1; ipv6++) {
        for (guint after = 0; after <= 4; after++) {
            GByteArray *frame = frame_of_zeros(5);

            frame_tcp(frame, 0x010, 0);
            front_ip(frame, ipv6 != 0, 6);
            frame_put16(frame->data + (ipv6 ? 4 : 2), (ipv6 ? 0 : 20) + after);
            assert_key(read_key_and_free(frame),
                       expected_key(ipv6 != 0, 6, after == 4 ? 40000 : 0, after == 4 ? 443 : 0));
        }
    }
}

static cats_flow_key reversed(cats_flow_key key)
{
    cats_flow_key other = key;

    other.source = key.destination;
    other.destination = key.source;
    other.source_port = key.destination_port;
    other.destination_port = key.source_port;
    return other;
}

/* Every bit of the key changes about half of the bits of the hash. */
static void test_hash_mixes(void)
{
    cats_flow_key key = expected_key(true, 6, 40000, 443);
    uint64_t hash = cats_flow_key_hash(&key), either = 0, both = UINT64_MAX;

    for (size_t octet = 0; octet < sizeof key; octet++) {
        if (octet ==
            offsetof(cats_flow_key, destination)) /* the destination's family is that of the source */
            continue;
        for (int bit = 0; bit < 8; bit++) {
            cats_flow_key other = key;
            uint64_t difference;

            ((guint8 *)&other)[octet] ^= (guint8)(1 << bit);
            difference = hash ^ cats_flow_key_hash(&other);
            g_assert_cmpint(__builtin_popcountll(difference), >=, 12);
            g_assert_cmpint(__builtin_popcountll(difference), <=, 52);
            either |= difference;
            both &= difference;
        }
    }
    g_assert_cmphex(either, ==, UINT64_MAX);
    g_assert_cmphex(both, ==, 0);
}

/* Consecutive ports fill the buckets evenly: chi-square with 255 degrees of freedom at p = 0.001. */
static void test_hash_spreads(void)
{
    for (int shift = 0; shift < 64; shift += 8) {
        unsigned buckets[256] = { 0 };
        double chi_square = 0, expected = 60000 / 256.0;

        for (guint port = 0; port < 60000; port++) {
            cats_flow_key key = expected_key(false, 6, (guint16)(port + 1), 443);

            buckets[cats_flow_key_hash(&key) >> shift & 0xFF]++;
        }
        for (int i = 0; i < 256; i++)
            chi_square += (buckets[i] - expected) * (buckets[i] - expected) / expected;
        g_assert_cmpfloat(chi_square, <, 330.5);
    }
}

/* The same on every machine, run and version: answers of a model written apart from this code. */
static void test_known_answers(void)
{
    cats_flow_key ipv4 = expected_key(false, 6, 40000, 443), ipv6 = expected_key(true, 17, 40000, 53);
    cats_flow_key without = expected_key(false, 6, 0, 0);

    g_assert_cmphex(cats_flow_key_hash(&ipv4), ==, UINT64_C(0x282C2EAA7DC40260));
    g_assert_cmphex(cats_flow_key_hash(&ipv6), ==, UINT64_C(0xA2CAE08E98C097EE));
    g_assert_cmphex(cats_flow_key_hash(&without), ==, UINT64_C(0x7205E71961CB6ABE));
}

static gint64 *hash_of(const cats_flow_key *key)
{
    gint64 hash = (gint64)cats_flow_key_hash(key);

    return g_memdup2(&hash, sizeof hash);
}

/* In the captures every TCP flow has a forward and a backward key, each the other turned round. */
static void test_samples(void)
{
    GHashTable *directed = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    GHashTable *turned = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    sample_frames frames;
    guint8 *data;
    guint32 captured, wire;
    GHashTableIter of;
    gpointer hash;

    sample_frames_open(&frames, "cats-encap-2sid-pe");
    while (sample_frames_next(&frames, &data, &captured, &wire)) {
        packet p;
        cats_flow_key key, back;

        packet_walk(frames.link_type, data, captured, wire, &p);
        if (p.transport != PACKET_TCP)
            continue;
        g_assert_true(cats_flow_key_read(&p, &key));
        g_assert_cmpuint(key.ports_known, ==, 1);
        back = reversed(key);
        g_hash_table_add(directed, hash_of(&key));
        g_hash_table_add(turned, hash_of(&back));
    }
    sample_frames_close(&frames);
    g_assert_cmpuint(g_hash_table_size(directed), ==, 32);
    g_assert_cmpuint(g_hash_table_size(turned), ==, 32);
    g_hash_table_iter_init(&of, turned);
    while (g_hash_table_iter_next(&of, &hash, NULL))
        g_assert_true(g_hash_table_contains(directed, hash));
    g_hash_table_unref(directed);
    g_hash_table_unref(turned);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/flow-key/transports", test_transports);
    g_test_add_func("/flow-key/none", test_none);
    g_test_add_func("/flow-key/ipv4-fragments", test_ipv4_fragments);
    g_test_add_func("/flow-key/ipv6-fragments", test_ipv6_fragments);
    g_test_add_func("/flow-key/ipv6-fragments-with-options", test_ipv6_fragments_with_options);
    g_test_add_func("/flow-key/fragments-with-authentication", test_fragments_with_authentication);
    g_test_add_func("/flow-key/tunnels", test_tunnels);
    g_test_add_func("/flow-key/quoted", test_quoted);
    g_test_add_func("/flow-key/every-length", test_every_length);
    g_test_add_func("/flow-key/ports-in-padding", test_ports_in_padding);
    g_test_add_func("/flow-key/hash-mixes", test_hash_mixes);
    g_test_add_func("/flow-key/hash-spreads", test_hash_spreads);
    g_test_add_func("/flow-key/known-answers", test_known_answers);
    g_test_add_func("/flow-key/samples", test_samples);
    return g_test_run();
}
