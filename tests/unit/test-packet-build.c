/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builders, encapsulation and decapsulation against the packets of real kernels, octet for octet. */
#include "epan-cats/packet-build.h"

#include "epan-cats/checksum.h"
#include "frame-builder.h"
#include "sample-frames.h"

static void parse_ipv6(const char *text, guint8 octets[16])
{
    cats_address address;

    g_assert_true(cats_address_parse(text, &address));
    g_assert_cmpuint(address.family, ==, 6);
    memcpy(octets, address.octets, 16);
}

static bool is_address(const cats_address *address, const char *text)
{
    cats_address other;

    g_assert_true(cats_address_parse(text, &other));
    return cats_address_equal(address, &other);
}

/* The IP packets with TCP in a sample, link header and trailer taken off, that `wanted` says yes to. */
typedef bool (*packet_filter)(const packet *p);

static GPtrArray *packets_of(const char *sample, packet_filter wanted)
{
    GPtrArray *found = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    sample_frames frames;
    guint8 *data;
    guint32 captured, wire;

    sample_frames_open(&frames, sample);
    while (sample_frames_next(&frames, &data, &captured, &wire)) {
        packet p;

        packet_walk(frames.link_type, data, captured, wire, &p);
        if (p.transport == PACKET_TCP && wanted(&p))
            g_ptr_array_add(found, g_bytes_new(data + p.ip[0].offset, p.ip[0].end - p.ip[0].offset));
    }
    sample_frames_close(&frames);
    return found;
}

static const guint8 *octets_of(const GPtrArray *packets, guint index, size_t *length)
{
    return g_bytes_get_data(g_ptr_array_index(packets, index), length);
}

static bool innermost_from_client(const packet *p)
{
    cats_address source = packet_source(p, packet_innermost(p));

    return is_address(&source, "10.1.0.2") || is_address(&source, "2001:db8:1::2");
}

static bool plain_from_client(const packet *p)
{
    return p->ip_count == 1 && innermost_from_client(p);
}

static bool plain_to_client(const packet *p)
{
    return p->ip_count == 1 && !innermost_from_client(p);
}

static bool tunnel_from_client(const packet *p)
{
    return p->ip_count == 2 && innermost_from_client(p);
}

static bool tunnel_to_client(const packet *p)
{
    return p->ip_count == 2 && !innermost_from_client(p);
}

/* What the core's End behaviour does to the outer packet: the next segment becomes the destination. */
static void step_end(guint8 *outer)
{
    outer[7]--;
    outer[40 + 3]--;
    memcpy(outer + 24, outer + 40 + 8 + 16 * outer[40 + 3], 16);
}

/* The packets on one side of an encapsulating kernel and on the other. */
static const struct encapsulated_sample {
    const char *plain, *tunnel;
    packet_filter plain_filter, tunnel_filter;
    const char *source;
    packet_encapsulation mode;
    const char *segments_ipv4[2], *segments_ipv6[2]; /* travel order */
    bool behind_core;                                /* the capture lies behind the first segment's node */
} encapsulated_samples[] = {
    { "srv6-encap-2sid-cl-c0",
      "srv6-encap-2sid-in-i1",
      plain_from_client,
      tunnel_from_client,
      "5f00:0:1::100",
      PACKET_ENCAP_FULL,
      { "5f00:0:c:1::", "5f00:0:e:42::" },
      { "5f00:0:c:1::", "5f00:0:e:62::" },
      false },
    { "srv6-encap-2sid-cl-c0",
      "srv6-encap-2sid-eg-e0",
      plain_from_client,
      tunnel_from_client,
      "5f00:0:1::100",
      PACKET_ENCAP_FULL,
      { "5f00:0:c:1::", "5f00:0:e:42::" },
      { "5f00:0:c:1::", "5f00:0:e:62::" },
      true },
    { "srv6-red-1sid-cl-c0",
      "srv6-red-1sid-in-i1",
      plain_from_client,
      tunnel_from_client,
      "5f00:0:1::100",
      PACKET_ENCAP_REDUCED,
      { "5f00:0:e:42::" },
      { "5f00:0:e:62::" },
      false },
    { "sa-200-100-client",
      "sa-200-100-pe",
      plain_from_client,
      tunnel_from_client,
      "5f00:0:1::100",
      PACKET_ENCAP_FULL,
      { "5f00:0:c:1::", "5f00:0:e:42::" },
      { "5f00:0:c:1::", "5f00:0:e:62::" },
      false },
    { "cats-encap-2sid-client",
      "cats-encap-2sid-pe",
      plain_from_client,
      tunnel_from_client,
      "5f00:0:1::100",
      PACKET_ENCAP_FULL,
      { NULL },
      { "5f00:0:c:1::", "5f00:0:e:ca75:3800:102::" },
      true },
    { "srv6-encap-2sid-eg-e2",
      "srv6-encap-2sid-eg-e0",
      plain_to_client,
      tunnel_to_client,
      "5f00:0:e::100",
      PACKET_ENCAP_FULL,
      { "5f00:0:1:4::" },
      { "5f00:0:1:6::" },
      false },
    { "srv6-red-1sid-eg-e2",
      "srv6-red-1sid-eg-e0",
      plain_to_client,
      tunnel_to_client,
      "5f00:0:e::100",
      PACKET_ENCAP_REDUCED,
      { "5f00:0:1:4::" },
      { "5f00:0:1:6::" },
      false },
};

static packet_encap_spec spec_of(const struct encapsulated_sample *sample, bool ipv6, guint8 segments[2][16])
{
    const char *const *texts = ipv6 ? sample->segments_ipv6 : sample->segments_ipv4;
    packet_encap_spec spec = { .segments = (const guint8(*)[16])segments, .mode = sample->mode };

    parse_ipv6(sample->source, spec.source);
    for (; spec.count < 2 && texts[spec.count] != NULL; spec.count++)
        parse_ipv6(texts[spec.count], segments[spec.count]);
    return spec;
}

static void test_encapsulates_as_linux(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(encapsulated_samples); i++) {
        const struct encapsulated_sample *sample = &encapsulated_samples[i];
        GPtrArray *plain = packets_of(sample->plain, sample->plain_filter);
        GPtrArray *tunnel = packets_of(sample->tunnel, sample->tunnel_filter);

        g_assert_cmpuint(plain->len, >=, 10);
        g_assert_cmpuint(plain->len, ==, tunnel->len);
        for (guint k = 0; k < plain->len; k++) {
            size_t inner_length, expected_length, length;
            const guint8 *inner = octets_of(plain, k, &inner_length);
            const guint8 *expected = octets_of(tunnel, k, &expected_length);
            guint8 segments[2][16], outer[2048];
            packet_encap_spec spec = spec_of(sample, inner[0] >> 4 == 6, segments);

            length = packet_encapsulate(&spec, inner, inner_length, outer, sizeof outer);
            g_assert_cmpuint(length, ==, packet_encap_overhead(&spec) + inner_length);
            if (sample->behind_core)
                step_end(outer);
            frame_assert_equal(outer, length, expected, expected_length);
        }
        g_ptr_array_unref(plain);
        g_ptr_array_unref(tunnel);
    }
}

static bool contains(const GPtrArray *packets, const guint8 *octets, size_t length)
{
    for (guint i = 0; i < packets->len; i++) {
        size_t other_length;
        const guint8 *other = octets_of(packets, i, &other_length);

        if (other_length == length && memcmp(other, octets, length) == 0)
            return true;
    }
    return false;
}

/* What the kernel's End.DX4, End.DX6 and End.DT6 let out. */
static const struct decapsulated_sample {
    const char *tunnel;
    packet_filter tunnel_filter;
    const char *plain[3];
    packet_filter plain_filter;
} decapsulated_samples[] = {
    { "srv6-encap-2sid-eg-e0", tunnel_from_client, { "srv6-encap-2sid-eg-e2" }, plain_from_client },
    { "srv6-red-1sid-eg-e0", tunnel_from_client, { "srv6-red-1sid-eg-e2" }, plain_from_client },
    { "srv6-encap-2sid-in-i1", tunnel_to_client, { "srv6-encap-2sid-cl-c0" }, plain_to_client },
    { "srv6-red-1sid-in-i1", tunnel_to_client, { "srv6-red-1sid-cl-c0" }, plain_to_client },
    { "sa-200-100-pe", tunnel_to_client, { "sa-200-100-client" }, plain_to_client },
    { "cats-encap-2sid-pe", tunnel_to_client, { "cats-encap-2sid-client" }, plain_to_client },
    { "cats-encap-2sid-pe",
      tunnel_from_client,
      { "cats-encap-2sid-site1", "cats-encap-2sid-site2", "cats-encap-2sid-site3" },
      plain_from_client },
};

static void test_decapsulates_as_linux(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(decapsulated_samples); i++) {
        const struct decapsulated_sample *sample = &decapsulated_samples[i];
        GPtrArray *tunnel = packets_of(sample->tunnel, sample->tunnel_filter);
        GPtrArray *plain[3] = { NULL };
        guint plain_count = 0;

        for (size_t s = 0; s < 3 && sample->plain[s] != NULL; s++) {
            plain[s] = packets_of(sample->plain[s], sample->plain_filter);
            plain_count += plain[s]->len;
        }
        g_assert_cmpuint(tunnel->len, >=, 10);
        g_assert_cmpuint(tunnel->len, ==, plain_count);
        for (guint k = 0; k < tunnel->len; k++) {
            size_t length, inner_length;
            const guint8 *octets = octets_of(tunnel, k, &length);
            guint8 *copy = g_memdup2(octets, length), *inner;
            bool found = false;

            g_assert_cmpint(packet_decapsulate(copy, length, &inner, &inner_length), ==, PACKET_DECAPSULATED);
            for (size_t s = 0; s < 3 && plain[s] != NULL; s++)
                found = found || contains(plain[s], inner, inner_length);
            g_assert_true(found);
            g_free(copy);
        }
        for (size_t s = 0; s < 3 && plain[s] != NULL; s++)
            g_ptr_array_unref(plain[s]);
        g_ptr_array_unref(tunnel);
    }
}

/* A kernel's TCP packet, taken apart and put together again. */
static void test_builds_tcp_as_linux(void)
{
    unsigned families[2] = { 0 };

    for (size_t i = 0; i < G_N_ELEMENTS(sample_names); i++) {
        sample_frames frames;
        guint8 *data, built[2048];
        guint32 captured, wire;

        sample_frames_open(&frames, sample_names[i]);
        while (sample_frames_next(&frames, &data, &captured, &wire)) {
            packet p;
            const packet_ip *innermost;
            const guint8 *ip, *tcp;
            packet_ip_spec ip_spec;
            packet_tcp_spec tcp_spec;
            size_t length;

            packet_walk(frames.link_type, data, captured, wire, &p);
            if (p.transport != PACKET_TCP || checksum_verify_transport(&p) != CHECKSUM_GOOD)
                continue;
            innermost = packet_innermost(&p);
            ip = data + innermost->offset;
            tcp = data + p.transport_offset;
            ip_spec = (packet_ip_spec){
                .source = packet_source(&p, innermost),
                .destination = packet_destination(&p, innermost),
                .hop_limit = innermost->hop_limit,
                .traffic_class = innermost->version == 4 ? ip[1] : (guint8)(packet_get16(ip) >> 4),
                .flow_label = innermost->flow_label,
                .identification = packet_get16(ip + 4),
            };
            tcp_spec = (packet_tcp_spec){
                .source_port = p.source_port,
                .destination_port = p.destination_port,
                .sequence = packet_get32(tcp + 4),
                .acknowledgment = packet_get32(tcp + 8),
                .flags = p.tcp_flags,
                .window = packet_get16(tcp + 14),
                .urgent = packet_get16(tcp + 18),
                .options = tcp + 20,
                .options_length = p.transport_length - 20,
                .payload = tcp + p.transport_length,
                .payload_length = p.transport_payload,
            };
            length = packet_tcp_build(&ip_spec, &tcp_spec, built, sizeof built);
            frame_assert_equal(built, length, ip, innermost->end - innermost->offset);
            families[innermost->version == 6]++;
        }
        sample_frames_close(&frames);
    }
    g_assert_cmpuint(families[0], >, 100);
    g_assert_cmpuint(families[1], >, 100);
}

static packet_ip_spec ip_spec_of(bool ipv6)
{
    packet_ip_spec spec = { .hop_limit = 64, .flow_label = 0x54321, .identification = 0x1234 };

    g_assert_true(cats_address_parse(ipv6 ? "2001:db8:1::2" : "10.1.0.2", &spec.source));
    g_assert_true(cats_address_parse(ipv6 ? "2001:db8:80::80" : "192.0.2.80", &spec.destination));
    return spec;
}

/* The options are padded with zero octets; a size one octet short gives nothing. */
static void test_tcp_limits(void)
{
    static const guint8 options[41] = { 3, 3, 7, 1, 1 }, payload[65535];

    for (int ipv6 = 0; ipv6 <= 1; ipv6++) {
        packet_ip_spec ip = ip_spec_of(ipv6 != 0);
        size_t header = packet_ip_header_length(&ip), most = ipv6 ? 65535 - 20 : 65535 - 40;
        packet_tcp_spec tcp = {
            .flags = 0xFE02, .options = options, .options_length = 5, .payload = payload
        };
        guint8 *octets = g_malloc(70000);
        packet p;

        memset(octets, 0xAA, 70000); /* padding must be written */
        g_assert_cmpuint(packet_tcp_build(&ip, &tcp, octets, 70000), ==, header + 28);
        packet_walk(PACKET_LINK_RAW, octets, (guint32)header + 28, (guint32)header + 28, &p);
        g_assert_cmphex(p.tcp_flags, ==, 0xE02);
        g_assert_cmpuint(p.transport_length, ==, 28);
        g_assert_cmpint(checksum_verify_transport(&p), ==, CHECKSUM_GOOD);
        frame_assert_equal(octets + header + 20, 8, (const guint8[8]){ 3, 3, 7, 1, 1 }, 8);
        for (size_t size = 0; size < header + 28; size++)
            g_assert_cmpuint(packet_tcp_build(&ip, &tcp, octets, size), ==, 0);
        tcp.options_length = 40;
        g_assert_cmpuint(packet_tcp_build(&ip, &tcp, octets, 70000), ==, header + 60);
        tcp.options_length = 41;
        g_assert_cmpuint(packet_tcp_build(&ip, &tcp, octets, 70000), ==, 0);
        tcp.options_length = 0;
        tcp.payload_length = most;
        g_assert_cmpuint(packet_tcp_build(&ip, &tcp, octets, 70000), ==, header + 20 + most);
        tcp.payload_length = most + 1;
        g_assert_cmpuint(packet_tcp_build(&ip, &tcp, octets, 70000), ==, 0);
        tcp.payload_length = SIZE_MAX;
        g_assert_cmpuint(packet_tcp_build(&ip, &tcp, octets, 70000), ==, 0);
        g_free(octets);
    }
}

static void test_udp(void)
{
    /* "hi" from 10.1.0.2:40000 to 192.0.2.80:53; checksums worked out by hand */
    static const guint8 expected[30] = {
        0x45, 0x00, 0x00, 0x1e, 0x12, 0x34, 0x40, 0x00, /* version, class, length 30, identification, DF */
        0x40, 0x11, 0x5c, 0x48, 0x0a, 0x01, 0x00, 0x02, /* TTL 64, UDP, checksum, source */
        0xc0, 0x00, 0x02, 0x50,                         /* destination */
        0x9c, 0x40, 0x00, 0x35, 0x00, 0x0a, 0x2e, 0xa8, /* ports, length 10, checksum */
        0x68, 0x69,
    };
    packet_ip_spec ip = ip_spec_of(false);
    guint8 octets[80], checksum[2];
    packet p;
    size_t length;

    g_assert_cmpuint(packet_udp_build(&ip, 40000, 53, (const guint8 *)"hi", 2, octets, 30), ==, 30);
    frame_assert_equal(octets, 30, expected, 30);
    for (size_t size = 0; size < 30; size++)
        g_assert_cmpuint(packet_udp_build(&ip, 40000, 53, (const guint8 *)"hi", 2, octets, size), ==, 0);
    ip = ip_spec_of(true);
    length = packet_udp_build(&ip, 40000, 53, (const guint8 *)"hello", 5, octets, sizeof octets);
    g_assert_cmpuint(length, ==, 53);
    packet_walk(PACKET_LINK_RAW, octets, 53, 53, &p);
    g_assert_cmpint(p.transport, ==, PACKET_UDP);
    g_assert_cmpuint(p.ip[0].flow_label, ==, 0x54321);
    g_assert_cmpint(checksum_verify_transport(&p), ==, CHECKSUM_GOOD);
    g_assert_cmpuint(packet_udp_build(&ip, 1, 2, NULL, 0, octets, sizeof octets), ==, 48);
    /* with the checksum of a payload of zeros as payload the sum is all ones: 0 would mean none */
    g_assert_cmpuint(packet_udp_build(&ip, 1, 2, (const guint8[2]){ 0 }, 2, octets, sizeof octets), ==, 50);
    memcpy(checksum, octets + 46, 2);
    g_assert_cmpuint(packet_udp_build(&ip, 1, 2, checksum, 2, octets, sizeof octets), ==, 50);
    g_assert_cmphex(packet_get16(octets + 46), ==, 0xFFFF);
    g_assert_cmpuint(packet_udp_build(&ip, 1, 2, octets, 65528, octets, sizeof octets), ==, 0);
    ip.destination = ip_spec_of(false).destination;
    g_assert_cmpuint(packet_udp_build(&ip, 1, 2, NULL, 0, octets, sizeof octets), ==, 0);
}

/* Every shape of outer header around every inner one comes off again, hop limit aside. */
static void test_round_trip(void)
{
    static guint8 segments[127][16];

    for (guint i = 0; i < 127; i++) {
        segments[i][0] = 0x5f;
        segments[i][15] = (guint8)(i + 1);
    }
    for (unsigned count = 1; count <= 127; count++) {
        for (int shape = 0; shape < 4; shape++) {
            packet_ip_spec ip = ip_spec_of((shape & 1) != 0);
            packet_encap_spec spec = { .segments = (const guint8(*)[16])segments,
                                       .count = count,
                                       .mode = shape & 2 ? PACKET_ENCAP_REDUCED : PACKET_ENCAP_FULL };
            guint8 plain[100], outer[3000], *inner;
            size_t plain_length, length, inner_length, overhead = packet_encap_overhead(&spec);
            packet p;

            plain_length = packet_udp_build(&ip, 1, 2, (const guint8 *)"payload", 7, plain, sizeof plain);
            g_assert_cmpuint(
                packet_encapsulate(&spec, plain, plain_length, outer, overhead + plain_length - 1), ==, 0);
            length = packet_encapsulate(&spec, plain, plain_length, outer, sizeof outer);
            g_assert_cmpuint(length, ==, overhead + plain_length);
            packet_walk(PACKET_LINK_IPV6, outer, (guint32)length, (guint32)length, &p);
            g_assert_cmpint(p.end, ==, PACKET_COMPLETE);
            g_assert_cmpuint(p.ip_count, ==, 2);
            g_assert_cmpint(p.transport, ==, PACKET_UDP);
            g_assert_cmpint(checksum_verify_transport(&p), ==, CHECKSUM_GOOD);
            if (count > 1) {
                g_assert_cmpint(packet_decapsulate(outer, length, &inner, &inner_length), ==,
                                PACKET_DECAP_SEGMENTS_LEFT);
                outer[40 + 3] = 0;
            }
            g_assert_cmpint(packet_decapsulate(outer, length, &inner, &inner_length), ==,
                            PACKET_DECAPSULATED);
            g_assert_true(inner == outer + overhead);
            g_assert_cmpuint(inner_length, ==, plain_length);
            packet_walk(PACKET_LINK_RAW, inner, (guint32)inner_length, (guint32)inner_length, &p);
            g_assert_cmpuint(p.ip[0].hop_limit, ==, 63);
            g_assert_cmpint(checksum_verify_ip(&p, &p.ip[0]), ==,
                            shape & 1 ? CHECKSUM_NOT_CHECKED : CHECKSUM_GOOD);
        }
    }
}

/* Copied from the inner packet; the spec's own label only where there is none. */
static void test_flow_label(void)
{
    guint8 segment[1][16] = { { 0x5f } }, plain[100], outer[200];
    packet_encap_spec spec = { .segments = (const guint8(*)[16])segment, .count = 1 };

    for (int i = 0; i < 8; i++) {
        packet_ip_spec ip = ip_spec_of(i >= 2);
        guint32 inner = i < 2 || i >= 6 ? 0 : i >= 4 ? 0x50000 : 0x54321, own = i % 2 ? 0xABCDE : 0, expected;
        size_t length;

        ip.flow_label = inner;
        ip.traffic_class = 0xB9;
        length = packet_udp_build(&ip, 1, 2, NULL, 0, plain, sizeof plain);
        spec.flow_label = own;
        g_assert_cmpuint(packet_encapsulate(&spec, plain, length, outer, sizeof outer), >, 0);
        expected = inner != 0 ? inner : own;
        g_assert_cmphex(packet_get32(outer), ==, 0x60000000 | (i >= 2 ? 0x0B900000u : 0) | expected);
    }
}

static void test_encapsulate_refuses(void)
{
    static guint8 segments[128][16], plain[65600], outer[70000];
    packet_encap_spec spec = { .segments = (const guint8(*)[16])segments, .count = 2 };
    packet_ip_spec ip = ip_spec_of(true);
    size_t length = packet_udp_build(&ip, 1, 2, (const guint8 *)"x", 1, plain, sizeof plain);

    for (size_t cut = 0; cut < length; cut++)
        g_assert_cmpuint(packet_encapsulate(&spec, plain, cut, outer, sizeof outer), ==, 0);
    /* octets behind the packet's own length are left out */
    g_assert_cmpuint(packet_encapsulate(&spec, plain, length + 5, outer, sizeof outer), ==, length + 80);
    plain[7] = 1;
    g_assert_cmpuint(packet_encapsulate(&spec, plain, length, outer, sizeof outer), ==, 0);
    plain[7] = 2;
    g_assert_cmpuint(packet_encapsulate(&spec, plain, length, outer, sizeof outer), ==, length + 80);
    plain[0] = 0x50;
    g_assert_cmpuint(packet_encapsulate(&spec, plain, length, outer, sizeof outer), ==, 0);
    plain[0] = 0x60;
    spec.count = 0;
    g_assert_cmpuint(packet_encapsulate(&spec, plain, length, outer, sizeof outer), ==, 0);
    spec.count = 128;
    g_assert_cmpuint(packet_encapsulate(&spec, plain, length, outer, sizeof outer), ==, 0);
    /* outer payload length: 40 octets of SRH, 40 of header, then what fits 65535 */
    spec.count = 2;
    frame_put16(plain + 4, 65535 - 40 - 40);
    g_assert_cmpuint(packet_encapsulate(&spec, plain, sizeof plain, outer, sizeof outer), ==, 65535 + 40);
    frame_put16(plain + 4, 65535 - 40 - 40 + 1);
    g_assert_cmpuint(packet_encapsulate(&spec, plain, sizeof plain, outer, sizeof outer), ==, 0);
    /* IPv4: total length below the header's */
    ip = ip_spec_of(false);
    length = packet_udp_build(&ip, 1, 2, (const guint8 *)"x", 1, plain, sizeof plain);
    plain[0] = 0x4F;
    g_assert_cmpuint(packet_encapsulate(&spec, plain, length, outer, sizeof outer), ==, 0);
    plain[0] = 0x44;
    g_assert_cmpuint(packet_encapsulate(&spec, plain, length, outer, sizeof outer), ==, 0);
}

/* An encapsulated UDP datagram, built by hand; `next` is the next header in front of the inner packet. */
static GByteArray *tunnel(bool inner_ipv6, guint8 next, bool srh)
{
    GByteArray *frame = frame_of_zeros(9);

    frame_udp(frame);
    if (inner_ipv6)
        frame_ipv6(frame, 17);
    else
        frame_ipv4(frame, 17, 0);
    if (srh)
        frame_ipv6_routing(frame, next, 4, 2, 0);
    frame_ipv6(frame, srh ? 43 : next);
    return frame;
}

static packet_decap_result decapsulate(const GByteArray *frame)
{
    guint8 *copy = g_memdup2(frame->data, frame->len), *inner = NULL;
    size_t inner_length = 0;
    packet_decap_result result = packet_decapsulate(copy, frame->len, &inner, &inner_length);

    if (result != PACKET_DECAPSULATED)
        frame_assert_equal(copy, frame->len, frame->data, frame->len);
    g_free(copy);
    return result;
}

static void expect(packet_decap_result expected, GByteArray *frame)
{
    g_assert_cmpint(decapsulate(frame), ==, expected);
    g_byte_array_unref(frame);
}

static void test_decapsulate_refuses(void)
{
    GByteArray *frame;

    expect(PACKET_DECAPSULATED, tunnel(true, 41, true));
    expect(PACKET_DECAPSULATED, tunnel(false, 4, false));

    frame = frame_of_zeros(9);
    frame_udp(frame);
    frame_ipv4(frame, 17, 0);
    expect(PACKET_DECAP_NOT_IPV6, frame);

    frame = tunnel(true, 41, true);
    frame->data[43] = 1;
    expect(PACKET_DECAP_SEGMENTS_LEFT, frame);
    frame = frame_of_zeros(9); /* another routing header with segments left */
    frame_ipv4(frame, 17, 0);
    frame_ipv6_routing(frame, 4, 253, 1, 1);
    frame_ipv6(frame, 43);
    expect(PACKET_DECAP_SEGMENTS_LEFT, frame);

    expect(PACKET_DECAP_UPPER_LAYER, tunnel(true, 6, true));
    expect(PACKET_DECAP_UPPER_LAYER, tunnel(true, 143, true));
    expect(PACKET_DECAP_UPPER_LAYER, tunnel(true, 59, false));

    frame = frame_of_zeros(9);
    frame_ipv4(frame, 17, 0);
    frame_ipv6_fragment(frame, 4, 0, true, 1);
    frame_ipv6(frame, 44);
    expect(PACKET_DECAP_FRAGMENT, frame);
    frame = frame_of_zeros(9);
    frame_ipv6_fragment(frame, 4, 7, false, 1);
    frame_ipv6(frame, 44);
    expect(PACKET_DECAP_FRAGMENT, frame);

    expect(PACKET_DECAP_MALFORMED, tunnel(true, 4, true)); /* IPv6 announced as IPv4 */
    expect(PACKET_DECAP_MALFORMED, tunnel(false, 41, false));
    frame = tunnel(true, 41, true);
    frame->data[41] = 200; /* SRH longer than the packet */
    expect(PACKET_DECAP_MALFORMED, frame);
    frame = tunnel(true, 41, true);
    frame->data[44] = 2; /* Last Entry beyond the list */
    expect(PACKET_DECAP_MALFORMED, frame);
    frame = tunnel(true, 41, false);
    frame_put16(frame->data + 44, 18); /* inner payload one octet longer than what is there */
    expect(PACKET_DECAP_MALFORMED, frame);
    frame = tunnel(false, 4, false);
    frame_put16(frame->data + 42, 0); /* inner total length */
    expect(PACKET_DECAP_MALFORMED, frame);

    for (guint8 hop_limit = 0; hop_limit < 2; hop_limit++) {
        frame = tunnel(true, 41, false);
        frame->data[47] = hop_limit;
        expect(PACKET_DECAP_HOP_LIMIT, frame);
        frame = tunnel(false, 4, false);
        frame->data[48] = hop_limit;
        expect(PACKET_DECAP_HOP_LIMIT, frame);
    }
}

/* Any length of a good packet but the full one is refused; octets behind it are left out. */
static void test_decapsulate_lengths(void)
{
    for (int shape = 0; shape < 4; shape++) {
        GByteArray *frame = tunnel((shape & 1) != 0, shape & 1 ? 41 : 4, (shape & 2) != 0);
        guint whole = frame->len;
        static const guint8 trailer[3] = { 1, 2, 3 };
        guint8 *inner;
        size_t inner_length;

        for (guint length = 0; length < whole; length++) {
            frame->len = length;
            g_assert_cmpint(decapsulate(frame), ==,
                            length < 40 ? PACKET_DECAP_NOT_IPV6 : PACKET_DECAP_MALFORMED);
        }
        frame->len = whole;
        g_byte_array_append(frame, trailer, sizeof trailer);
        g_assert_cmpint(packet_decapsulate(frame->data, frame->len, &inner, &inner_length), ==,
                        PACKET_DECAPSULATED);
        g_assert_true(inner + inner_length == frame->data + whole);
        g_byte_array_unref(frame);
    }
}

static void test_random(void)
{
    for (int i = 0; i < 100000; i++) {
        GByteArray *frame = tunnel((i & 1) != 0, i & 1 ? 41 : 4, (i & 2) != 0);
        guint8 segment[1][16] = { { 0x5f } }, outer[400], *inner;
        packet_encap_spec spec = { .segments = (const guint8(*)[16])segment, .count = 1 };
        size_t inner_length, length;

        for (int flips = g_test_rand_int_range(1, 5); flips > 0; flips--)
            frame->data[g_test_rand_int_range(0, (gint32)frame->len)] = (guint8)g_test_rand_int_range(0, 256);
        if (packet_decapsulate(frame->data, frame->len, &inner, &inner_length) == PACKET_DECAPSULATED) {
            g_assert_true(inner > frame->data && inner + inner_length <= frame->data + frame->len);
            length = packet_encapsulate(&spec, inner, inner_length, outer, sizeof outer);
            g_assert_true(length == 64 + inner_length || inner[0] >> 4 == 6);
        }
        g_byte_array_unref(frame);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/packet-build/encapsulates-as-linux", test_encapsulates_as_linux);
    g_test_add_func("/packet-build/decapsulates-as-linux", test_decapsulates_as_linux);
    g_test_add_func("/packet-build/tcp-as-linux", test_builds_tcp_as_linux);
    g_test_add_func("/packet-build/tcp-limits", test_tcp_limits);
    g_test_add_func("/packet-build/udp", test_udp);
    g_test_add_func("/packet-build/round-trip", test_round_trip);
    g_test_add_func("/packet-build/flow-label", test_flow_label);
    g_test_add_func("/packet-build/encapsulate-refuses", test_encapsulate_refuses);
    g_test_add_func("/packet-build/decapsulate-refuses", test_decapsulate_refuses);
    g_test_add_func("/packet-build/decapsulate-lengths", test_decapsulate_lengths);
    g_test_add_func("/packet-build/random", test_random);
    return g_test_run();
}
