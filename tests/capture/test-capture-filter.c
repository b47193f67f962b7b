/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the capture filter lets through, of frames built here layer by layer; and that what the tool's own
 * walker finds to be TCP or SRv6 gets through. Spec: man/catshark-capture.1 (FILTER). */
#include "capture-tools/capture/filter.h"
#include "epan-cats/packet.h"
#include "tests/unit/frame-builder.h"

#include <pcap/pcap.h>

enum { IPV4 = PACKET_ETHERTYPE_IPV4, IPV6 = PACKET_ETHERTYPE_IPV6, CTAG = 0x8100, STAG = 0x88a8 };
enum {
    ETHER_TYPE_AT = 12,
    TCP_SYN = 2,
    ICMP_ECHO = 8,
    ICMP_TIME = 11,
    ICMPV6_ECHO = 128,
    ICMPV6_TOO_BIG = 2
};

/* ---- a filter ---- */

static bool compiles(int link_type, const char *text, struct bpf_program *program)
{
    pcap_t *dead = pcap_open_dead(link_type, 262144);
    bool good = pcap_compile(dead, program, text, 1, PCAP_NETMASK_UNKNOWN) == 0;
    if (!good)
        g_test_message("%s: %s", text, pcap_geterr(dead));
    pcap_close(dead);
    return good;
}

static bool passes_text(const char *text, int link_type, const GByteArray *frame)
{
    struct bpf_program program;
    g_assert_true(compiles(link_type, text, &program));
    struct pcap_pkthdr header = { .caplen = frame->len, .len = frame->len };
    bool passed = pcap_offline_filter(&program, &header, frame->data) != 0;
    pcap_freecode(&program);
    return passed;
}

/* Consumes the frame. */
static bool passes_by(GByteArray *frame, int link_type, unsigned tags, bool ours, const char *expression)
{
    g_autofree char *text = capture_filter_text(link_type, tags, ours, expression);
    bool passed = passes_text(text, link_type, frame);
    g_byte_array_free(frame, TRUE);
    return passed;
}

static bool passes(GByteArray *frame)
{
    return passes_by(frame, PACKET_LINK_ETHERNET, CAPTURE_FILTER_TAGS_MAX, true, NULL);
}

/* ---- frames: an upper layer, then what carries it ---- */

static GByteArray *tcp(void)
{
    GByteArray *frame = frame_of_zeros(4);
    frame_tcp(frame, TCP_SYN, 0);
    return frame;
}

static GByteArray *udp(void)
{
    GByteArray *frame = frame_of_zeros(40);
    frame_udp(frame);
    return frame;
}

static GByteArray *in_ethernet(GByteArray *frame, guint ethertype)
{
    frame_ethernet(frame, ethertype);
    return frame;
}

static GByteArray *in_ipv4(GByteArray *frame, guint8 protocol)
{
    frame_ipv4(frame, protocol, 0);
    return in_ethernet(frame, IPV4);
}

static GByteArray *in_ipv6(GByteArray *frame, guint8 next_header)
{
    frame_ipv6(frame, next_header);
    return in_ethernet(frame, IPV6);
}

/* Puts a tag behind the Ethernet addresses. */
static GByteArray *tagged(GByteArray *frame, guint8 upper, guint8 lower)
{
    guint8 addresses[ETHER_TYPE_AT], tag[4] = { upper, lower, 0, 100 };
    memcpy(addresses, frame->data, sizeof addresses);
    g_byte_array_remove_range(frame, 0, sizeof addresses);
    frame_front(frame, tag, sizeof tag);
    frame_front(frame, addresses, sizeof addresses);
    return frame;
}

static GByteArray *with_ctag(GByteArray *frame)
{
    return tagged(frame, CTAG >> 8, CTAG & 0xff);
}

static GByteArray *with_stag(GByteArray *frame)
{
    return tagged(frame, STAG >> 8, STAG & 0xff);
}

/* The packet alone, of either family, with UDP or TCP in it. */
static GByteArray *packet_of(guint8 version, guint8 protocol)
{
    GByteArray *frame = protocol == PACKET_PROTOCOL_TCP ? tcp() : udp();
    if (version == 4)
        frame_ipv4(frame, protocol, 0);
    else
        frame_ipv6(frame, protocol);
    return frame;
}

/* ---- tests ---- */

static void test_plain(void)
{
    g_assert_true(passes(in_ipv4(tcp(), PACKET_PROTOCOL_TCP)));
    g_assert_true(passes(in_ipv6(tcp(), PACKET_PROTOCOL_TCP)));
    g_assert_false(passes(in_ipv4(udp(), PACKET_PROTOCOL_UDP)));
    g_assert_false(passes(in_ipv6(udp(), PACKET_PROTOCOL_UDP)));
    g_assert_false(passes(in_ethernet(frame_of_zeros(46), 0x0806)));
    g_assert_false(passes(in_ethernet(frame_of_zeros(46), 0x88b5)));

    GByteArray *options = tcp();
    frame_ipv4(options, PACKET_PROTOCOL_TCP, 8);
    g_assert_true(passes(in_ethernet(options, IPV4)));
}

static void test_encapsulated(void)
{
    static const struct {
        guint8 version, next_header;
    } inner[] = { { 4, PACKET_PROTOCOL_IPV4 }, { 6, PACKET_PROTOCOL_IPV6 } };
    for (size_t i = 0; i < G_N_ELEMENTS(inner); i++)
        for (guint segments = 0; segments <= 3; segments++) {
            GByteArray *frame = packet_of(inner[i].version, PACKET_PROTOCOL_UDP);
            if (segments > 0)
                frame_ipv6_routing(frame, inner[i].next_header, 4, segments, 0);
            g_assert_true(
                passes(in_ipv6(frame, segments > 0 ? PACKET_PROTOCOL_ROUTING : inner[i].next_header)));
        }

    GByteArray *ethernet = in_ipv4(udp(), PACKET_PROTOCOL_UDP);
    g_assert_true(passes(in_ipv6(ethernet, PACKET_PROTOCOL_ETHERNET)));
    /* Transport mode: what is behind the SRH is no packet. */
    GByteArray *transport = udp();
    frame_ipv6_routing(transport, PACKET_PROTOCOL_UDP, 4, 2, 1);
    g_assert_true(passes(in_ipv6(transport, PACKET_PROTOCOL_ROUTING)));
    g_assert_true(passes(in_ipv4(packet_of(6, PACKET_PROTOCOL_TCP), PACKET_PROTOCOL_IPV6)));
    g_assert_true(passes(in_ipv4(packet_of(4, PACKET_PROTOCOL_TCP), PACKET_PROTOCOL_IPV4)));
}

static void test_extension_headers(void)
{
    static const guint8 fronts[] = { PACKET_PROTOCOL_HOP_BY_HOP, PACKET_PROTOCOL_DESTINATION };
    for (size_t i = 0; i < G_N_ELEMENTS(fronts); i++) {
        GByteArray *frame = tcp();
        frame_ipv6_options(frame, PACKET_PROTOCOL_TCP, 1);
        g_assert_true(passes(in_ipv6(frame, fronts[i])));
        frame = udp();
        frame_ipv6_options(frame, PACKET_PROTOCOL_UDP, 1);
        g_assert_false(passes(in_ipv6(frame, fronts[i])));
        frame = packet_of(4, PACKET_PROTOCOL_UDP);
        frame_ipv6_routing(frame, PACKET_PROTOCOL_IPV4, 4, 1, 0);
        frame_ipv6_options(frame, PACKET_PROTOCOL_ROUTING, 2);
        g_assert_true(passes(in_ipv6(frame, fronts[i])));
    }
    GByteArray *authenticated = tcp();
    frame_authentication(authenticated, PACKET_PROTOCOL_TCP, 4);
    g_assert_true(passes(in_ipv4(authenticated, PACKET_PROTOCOL_AH)));
    authenticated = tcp();
    frame_authentication(authenticated, PACKET_PROTOCOL_TCP, 4);
    g_assert_true(passes(in_ipv6(authenticated, PACKET_PROTOCOL_AH)));
}

static void test_fragments(void)
{
    for (guint offset = 0; offset <= 100; offset += 100) {
        GByteArray *frame = frame_of_zeros(64);
        frame_ipv6_fragment(frame, PACKET_PROTOCOL_TCP, offset, true, 7);
        g_assert_true(passes(in_ipv6(frame, PACKET_PROTOCOL_FRAGMENT)));
        frame = frame_of_zeros(64);
        frame_ipv6_fragment(frame, PACKET_PROTOCOL_IPV4, offset, true, 7);
        g_assert_true(passes(in_ipv6(frame, PACKET_PROTOCOL_FRAGMENT)));
        frame = frame_of_zeros(64);
        frame_ipv6_fragment(frame, PACKET_PROTOCOL_UDP, offset, true, 7);
        g_assert_false(passes(in_ipv6(frame, PACKET_PROTOCOL_FRAGMENT)));
        frame = frame_of_zeros(64);
        frame_ipv6_fragment(frame, PACKET_PROTOCOL_IPV6, offset, true, 7);
        frame_ipv6_routing(frame, PACKET_PROTOCOL_FRAGMENT, 4, 1, 0);
        g_assert_true(passes(in_ipv6(frame, PACKET_PROTOCOL_ROUTING)));

        /* IPv4: the fragment offset stands in octets 6 and 7. */
        static const guint8 protocols[] = { PACKET_PROTOCOL_TCP, PACKET_PROTOCOL_UDP, PACKET_PROTOCOL_ICMP };
        for (size_t i = 0; i < G_N_ELEMENTS(protocols); i++) {
            frame = in_ipv4(frame_of_zeros(64), protocols[i]);
            frame_put16(frame->data + 14 + 6, 0x2000 | offset);
            frame->data[14 + 20] = ICMP_TIME;
            frame->data[14 + 20 + 17] = PACKET_PROTOCOL_TCP;
            /* A first fragment shows that it is an ICMP error about TCP, a later one does not. */
            g_assert_cmpint(passes(frame), ==,
                            protocols[i] == PACKET_PROTOCOL_TCP ||
                                (protocols[i] == PACKET_PROTOCOL_ICMP && offset == 0));
        }
    }
}

static GByteArray *icmp_about(guint8 version, guint8 type, guint8 protocol)
{
    GByteArray *frame = packet_of(version, protocol);
    frame_icmp(frame, type);
    return version == 4 ? in_ipv4(frame, PACKET_PROTOCOL_ICMP) : in_ipv6(frame, PACKET_PROTOCOL_ICMPV6);
}

static void test_icmp_errors(void)
{
    g_assert_true(passes(icmp_about(4, ICMP_TIME, PACKET_PROTOCOL_TCP)));
    g_assert_false(passes(icmp_about(4, ICMP_TIME, PACKET_PROTOCOL_UDP)));
    g_assert_false(passes(icmp_about(4, ICMP_ECHO, PACKET_PROTOCOL_TCP)));
    g_assert_true(passes(icmp_about(6, ICMPV6_TOO_BIG, PACKET_PROTOCOL_TCP)));
    g_assert_false(passes(icmp_about(6, ICMPV6_TOO_BIG, PACKET_PROTOCOL_UDP)));
    g_assert_false(passes(icmp_about(6, ICMPV6_ECHO, PACKET_PROTOCOL_TCP)));

    GByteArray *frame = packet_of(4, PACKET_PROTOCOL_UDP);
    frame_ipv6_routing(frame, PACKET_PROTOCOL_IPV4, 4, 1, 0);
    frame_ipv6(frame, PACKET_PROTOCOL_ROUTING);
    frame_icmp(frame, 3);
    g_assert_true(passes(in_ipv6(frame, PACKET_PROTOCOL_ICMPV6)));
    frame = packet_of(4, PACKET_PROTOCOL_TCP);
    frame_icmp(frame, 3);
    frame_ipv4(frame, PACKET_PROTOCOL_ICMP, 12);
    g_assert_true(passes(in_ethernet(frame, IPV4)));
}

/* Each kind of frame at each depth of tags that the filter looks behind, and at none beyond. */
static void test_tags(void)
{
    GByteArray *(*const tags[])(GByteArray *) = { with_ctag, with_stag };
    for (unsigned wanted = 0; wanted <= CAPTURE_FILTER_TAGS_MAX; wanted++)
        for (unsigned depth = 0; depth <= CAPTURE_FILTER_TAGS_MAX + 1; depth++)
            for (unsigned kind = 0; kind < 4; kind++) {
                GByteArray *frames[] = {
                    in_ipv4(tcp(), PACKET_PROTOCOL_TCP),
                    in_ipv6(packet_of(4, PACKET_PROTOCOL_UDP), PACKET_PROTOCOL_IPV4),
                    icmp_about(6, ICMPV6_TOO_BIG, PACKET_PROTOCOL_TCP),
                    in_ipv6(udp(), PACKET_PROTOCOL_UDP),
                };
                for (unsigned each = 0; each < G_N_ELEMENTS(frames); each++) {
                    if (each != kind) {
                        g_byte_array_free(frames[each], TRUE);
                        continue;
                    }
                    for (unsigned i = 0; i < depth; i++)
                        tags[(i + depth) % 2](frames[each]);
                    g_assert_cmpint(passes_by(frames[each], PACKET_LINK_ETHERNET, wanted, true, NULL), ==,
                                    kind < 3 && depth <= wanted);
                }
            }
}

static void test_other_links(void)
{
    static const int links[] = { 12 /* DLT_RAW */, PACKET_LINK_IPV4, PACKET_LINK_LINUX_SLL,
                                 PACKET_LINK_LINUX_SLL2, PACKET_LINK_NULL };
    for (size_t i = 0; i < G_N_ELEMENTS(links); i++) {
        g_autofree char *text = capture_filter_text(links[i], CAPTURE_FILTER_TAGS_MAX, true, "not port 22");
        struct bpf_program program;
        g_assert_true(compiles(links[i], text, &program));
        pcap_freecode(&program);
    }
    g_assert_true(passes_by(packet_of(4, PACKET_PROTOCOL_TCP), 12, 2, true, NULL));
    g_assert_true(passes_by(packet_of(6, PACKET_PROTOCOL_TCP), 12, 2, true, NULL));
    g_assert_false(passes_by(packet_of(6, PACKET_PROTOCOL_UDP), 12, 2, true, NULL));

    /* Cooked: 16 octets, the protocol in the last two. A tagged frame is taken as it is. */
    for (guint protocol = IPV4; protocol <= CTAG; protocol += CTAG - IPV4) {
        GByteArray *cooked = packet_of(4, PACKET_PROTOCOL_UDP);
        guint8 header[16] = { 0 };
        frame_put16(header + 14, protocol);
        frame_front(cooked, header, sizeof header);
        g_assert_cmpint(passes_by(cooked, PACKET_LINK_LINUX_SLL, 2, true, NULL), ==, protocol == CTAG);
    }
}

static void test_expressions(void)
{
    static const struct {
        const char *expression;
        bool ours, tcp_passes, udp_passes;
    } cases[] = {
        { NULL, true, true, false },           { "tcp port 443", true, true, false },
        { "tcp port 80", true, false, false }, { "udp or tcp port 443", true, true, false },
        { "udp", false, false, true },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_assert_cmpint(passes_by(in_ipv4(tcp(), PACKET_PROTOCOL_TCP), PACKET_LINK_ETHERNET, 2, cases[i].ours,
                                  cases[i].expression),
                        ==, cases[i].tcp_passes);
        g_assert_cmpint(passes_by(in_ipv4(udp(), PACKET_PROTOCOL_UDP), PACKET_LINK_ETHERNET, 2, cases[i].ours,
                                  cases[i].expression),
                        ==, cases[i].udp_passes);
        if (!cases[i].ours)
            continue;
        g_assert_cmpint(passes_by(with_stag(with_ctag(in_ipv4(tcp(), PACKET_PROTOCOL_TCP))),
                                  PACKET_LINK_ETHERNET, 2, true, cases[i].expression),
                        ==, cases[i].tcp_passes);
    }
    g_assert_null(capture_filter_text(PACKET_LINK_ETHERNET, 2, false, NULL));
    struct bpf_program program;
    g_autofree char *bad = capture_filter_text(PACKET_LINK_ETHERNET, 2, true, "no such");
    g_assert_false(compiles(PACKET_LINK_ETHERNET, bad, &program));
}

/* Cut anywhere, no frame is read beyond its end; and headers that are there decide. */
static void test_cut(void)
{
    GByteArray *frame = in_ipv6(packet_of(4, PACKET_PROTOCOL_TCP), PACKET_PROTOCOL_IPV4);
    g_autofree char *text = capture_filter_text(PACKET_LINK_ETHERNET, 2, true, NULL);
    while (frame->len > 0) {
        guint8 *exact = g_memdup2(frame->data, frame->len);
        GByteArray *copy = g_byte_array_new_take(exact, frame->len);
        g_assert_cmpint(passes_text(text, PACKET_LINK_ETHERNET, copy), ==, frame->len >= 14 + 7);
        g_byte_array_free(copy, TRUE);
        g_byte_array_set_size(frame, frame->len - 1);
    }
    g_byte_array_free(frame, TRUE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/capture-filter/plain", test_plain);
    g_test_add_func("/capture-filter/encapsulated", test_encapsulated);
    g_test_add_func("/capture-filter/extension-headers", test_extension_headers);
    g_test_add_func("/capture-filter/fragments", test_fragments);
    g_test_add_func("/capture-filter/icmp-errors", test_icmp_errors);
    g_test_add_func("/capture-filter/tags", test_tags);
    g_test_add_func("/capture-filter/other-links", test_other_links);
    g_test_add_func("/capture-filter/expressions", test_expressions);
    g_test_add_func("/capture-filter/cut", test_cut);
    return g_test_run();
}
