/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes the frames with the builders of epan-cats. Spec: RFC 791, 792, 4443, 8200, 8754, 9293. */
#include "expect-frames.h"

#include "capture-tools/io/capture-reader.h"
#include "epan-cats/checksum.h"
#include "tests/flow-packets.h"

enum { ETHERNET = 14, VLAN = 4 };

static const uint8_t payload[] = "GET / HTTP/1.1\r\nHost: service.example\r\n\r\n";
/* MSS, SACK permitted, timestamps, NOP, window scale. */
static const uint8_t syn_options[] = { 2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 1, 2, 0, 0, 0, 0, 1, 3, 3, 7 };
static const uint8_t fin_ipv4[] = { 200, 8, 203, 0, 113, 61, 0x20, 0xfb };
static const uint8_t fin_ipv6[] = { 1, 1, 200, 20, 0x20, 0x01, 0x0d, 0xb8, 0,    0x71, 0,
                                    0, 0, 0,   0,  0,    0,    0,    0,    0x61, 0x20, 0xfb };

static void add(GArray *frames, const char *name, const uint8_t *ip_packet, size_t length, bool tagged)
{
    static const uint8_t macs[] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2 };
    expect_frame frame = { .name = name };
    uint8_t *at = frame.octets + sizeof macs;
    memcpy(frame.octets, macs, sizeof macs);
    if (tagged) {
        packet_put16(at, 0x8100);
        packet_put16(at + 2, 0x6064);
        at += VLAN;
    }
    packet_put16(at, ip_packet[0] >> 4 == 4 ? PACKET_ETHERTYPE_IPV4 : PACKET_ETHERTYPE_IPV6);
    memcpy(at + 2, ip_packet, length);
    frame.length = (uint32_t)((size_t)(at + 2 - frame.octets) + length);
    g_array_append_val(frames, frame);
}

/* In all shapes of SRv6. */
static void add_encapsulated(GArray *frames, const char *name, const flow_packet *inner)
{
    static const char *const segments[] = { "5f00:0:c:1::", "5f00:0:e1:ca75:3000:7::" };
    static const char source[] = "5f00:0:1::100";
    flow_packet full = flow_packet_encapsulate(inner, source, PACKET_ENCAP_FULL, segments, 2);
    flow_packet reduced = flow_packet_encapsulate(inner, source, PACKET_ENCAP_REDUCED, segments, 2);
    flow_packet bare = flow_packet_encapsulate(inner, source, PACKET_ENCAP_REDUCED, segments + 1, 1);
    add(frames, name, full.octets, full.length, false);
    add(frames, name, reduced.octets, reduced.length, true);
    add(frames, name, bare.octets, bare.length, false);
}

static void add_tcp(GArray *frames, const char *name, const packet_ip_spec *ip, const packet_tcp_spec *tcp)
{
    flow_packet made;
    made.length = packet_tcp_build(ip, tcp, made.octets, sizeof made.octets);
    g_assert_cmpuint(made.length, >, 0);
    add(frames, name, made.octets, made.length, false);
    add(frames, name, made.octets, made.length, true);
    add_encapsulated(frames, name, &made);
}

static void add_tcps(GArray *frames, const packet_ip_spec *ip)
{
    bool ipv4 = ip->source.family == 4;
    packet_tcp_spec tcp = { .source_port = 40000,
                            .destination_port = 443,
                            .sequence = 0x11223344,
                            .flags = 0x202,
                            .window = 64240,
                            .options = syn_options,
                            .options_length = sizeof syn_options };
    add_tcp(frames, "SYN", ip, &tcp);
    tcp.flags = 0x018;
    tcp.acknowledgment = 0x55667788;
    tcp.options_length = 0;
    tcp.payload = payload;
    tcp.payload_length = sizeof payload - 1;
    add_tcp(frames, "data", ip, &tcp);
    tcp.payload_length = 0;
    tcp.flags = 0x011;
    tcp.options = ipv4 ? fin_ipv4 : fin_ipv6;
    tcp.options_length = ipv4 ? sizeof fin_ipv4 : sizeof fin_ipv6;
    add_tcp(frames, "FIN with the option", ip, &tcp);
    tcp.flags = 0x010;
    tcp.options_length = 0;
    add_tcp(frames, "ACK", ip, &tcp);
}

static void add_icmp(GArray *frames, const char *name, packet_ip_spec ip, uint8_t type, const uint8_t *data,
                     size_t length)
{
    flow_packet made;
    ip.protocol = ip.source.family == 4 ? PACKET_PROTOCOL_ICMP : PACKET_PROTOCOL_ICMPV6;
    size_t header = packet_ip_header_length(&ip);
    g_assert_true(packet_ip_build(&ip, 8 + length, made.octets, sizeof made.octets));
    uint8_t *icmp = made.octets + header;
    memset(icmp, 0, 8);
    icmp[0] = type;
    packet_put16(icmp + 6, 5);
    memcpy(icmp + 8, data, length);
    made.length = header + 8 + length;
    g_assert_true(checksum_write(made.octets, made.length));
    add(frames, name, made.octets, made.length, false);
    add_encapsulated(frames, name, &made);
}

static void add_udp(GArray *frames, const packet_ip_spec *ip)
{
    flow_packet made;
    made.length = packet_udp_build(ip, 5353, 53, payload, sizeof payload, made.octets, sizeof made.octets);
    g_assert_cmpuint(made.length, >, 0);
    flow_packet first = flow_packet_fragment(&made, true), last = flow_packet_fragment(&made, false);
    add(frames, "UDP", made.octets, made.length, false);
    add(frames, "first fragment", first.octets, first.length, false);
    add(frames, "last fragment", last.octets, last.length, true);
    add_encapsulated(frames, "UDP", &made);
    add_encapsulated(frames, "last fragment", &last);
    bool ipv4 = ip->source.family == 4;
    add_icmp(frames, "echo", *ip, ipv4 ? 8 : 128, payload, sizeof payload);
    add_icmp(frames, "time exceeded", *ip, ipv4 ? 11 : 3, made.octets, made.length);
}

GArray *expect_frames_make(void)
{
    static const char *const ends[][2] = { { "10.1.0.4", "192.0.2.80" },
                                           { "2001:db8:1::4", "2001:db8:80::80" } };
    GArray *frames = g_array_new(FALSE, FALSE, sizeof(expect_frame));
    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
        const packet_ip_spec ip = { .source = test_address(ends[i][0]),
                                    .destination = test_address(ends[i][1]),
                                    .hop_limit = 64,
                                    .flow_label = i == 0 ? 0 : 0x54321,
                                    .identification = 0x1234 };
        add_tcps(frames, &ip);
        add_udp(frames, &ip);
    }
    return frames;
}

void expect_frames_read(GArray *frames, const char *sample, unsigned most)
{
    g_autofree char *path = g_build_filename(CATSHARK_SAMPLES, sample, NULL);
    capture_frame read;
    GError *error = NULL;
    capture_reader *reader = capture_reader_open(path, NULL, &error);
    g_assert_no_error(error);
    for (; most > 0 && capture_reader_next(reader, &read) == CAPTURE_FRAME; most--) {
        expect_frame frame = { .name = sample, .length = read.captured };
        g_assert_cmpint(read.link_type, ==, PACKET_LINK_ETHERNET);
        g_assert_cmpuint(read.captured, <=, sizeof frame.octets);
        memcpy(frame.octets, read.data, read.captured);
        g_array_append_val(frames, frame);
    }
    capture_reader_close(reader);
}
