/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sends packets that every forwarder must pass on, always the same: TCP, UDP and ICMP of several sizes, DSCP
 * and ECN values, hop limits, flow labels, with DF and without, with IPv4 options and IPv6 extension headers.
 * usage: packets INTERFACE MAC SOURCE DESTINATION [MOST]. Prints how many. Spec: RFC 791, RFC 8200. */
#include "epan-cats/checksum.h"
#include "epan-cats/packet-build.h"
#include "frame-sender.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>

#define ICMP_ECHO 8
#define ICMPV6_ECHO 128
#define DF 0x40
#define OPTIONS 4
#define DESTINATION_OPTIONS 8

/* Hop limits last as far as the hosts. */
static const size_t sizes[] = { 0, 1, 64, 1299, 1400 };
static const uint8_t classes[] = { 0x00, 0x01, 0x02, 0x03, 0xb8, 0xbb, 0xff };
static const uint8_t hop_limits[] = { 255, 64, 17, 3 };
static const uint32_t flow_labels[] = { 0, 1, 0xabcde, 0xfffff };

typedef enum shape { PLAIN, WITHOUT_DF, WITH_HEADER, SHAPE_COUNT } shape;

static uint8_t payload[FRAME_SENDER_MAX];

static size_t build_icmp(const packet_ip_spec *spec, size_t length, uint8_t *octets, size_t room)
{
    packet_ip_spec ip = *spec;
    bool ipv4 = ip.source.family == 4;
    size_t header = packet_ip_header_length(&ip), whole = 8 + length;
    ip.protocol = ipv4 ? PACKET_PROTOCOL_ICMP : PACKET_PROTOCOL_ICMPV6;
    g_assert_true(packet_ip_build(&ip, whole, octets, room));
    uint8_t *icmp = octets + header;
    memset(icmp, 0, 8);
    icmp[0] = ipv4 ? ICMP_ECHO : ICMPV6_ECHO;
    packet_put16(icmp + 4, 7);
    memcpy(icmp + 8, payload, length);
    uint32_t sum = ipv4 ? 0 : checksum_pseudo(&ip.source, &ip.destination, ip.protocol, (uint32_t)whole);
    packet_put16(icmp + 2, checksum_finish(checksum_add(icmp, whole, sum)));
    return header + whole;
}

static size_t build_udp(const packet_ip_spec *ip, size_t length, uint8_t *octets, size_t room)
{
    return packet_udp_build(ip, 4000, 80, payload, length, octets, room);
}

static size_t build_tcp(const packet_ip_spec *ip, size_t length, uint8_t *octets, size_t room)
{
    static const uint8_t options[] = { 1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2 };
    packet_tcp_spec tcp = { .source_port = 4000,
                            .destination_port = 80,
                            .sequence = 0x01020304,
                            .acknowledgment = 0x05060708,
                            .flags = 0x218, /* SAF, PSH, ACK */
                            .window = 512,
                            .options = options,
                            .options_length = sizeof options,
                            .payload = payload,
                            .payload_length = length };
    return packet_tcp_build(ip, &tcp, octets, room);
}

static void mend_ipv4(uint8_t *ip)
{
    size_t header = (size_t)(ip[0] & 0x0f) * 4;
    packet_put16(ip + 10, 0);
    packet_put16(ip + 10, checksum_finish(checksum_add(ip, header, 0)));
}

/* IPv4: without DF, or with options that say nothing. IPv6: with a Destination Options header that says
 * nothing. */
static size_t reshape(shape as, uint8_t *ip, size_t length)
{
    if (ip[0] >> 4 == 4 && as == WITHOUT_DF)
        ip[6] = (uint8_t)(ip[6] & ~DF);
    if (ip[0] >> 4 == 4 && as == WITH_HEADER) {
        memmove(ip + 20 + OPTIONS, ip + 20, length - 20);
        memset(ip + 20, 1, OPTIONS);
        ip[0]++;
        length += OPTIONS;
        packet_put16(ip + 2, (uint16_t)length);
    }
    if (ip[0] >> 4 == 6 && as == WITH_HEADER) {
        const uint8_t header[DESTINATION_OPTIONS] = { ip[6], 0, 1, 4 };
        memmove(ip + 40 + sizeof header, ip + 40, length - 40);
        memcpy(ip + 40, header, sizeof header);
        ip[6] = PACKET_PROTOCOL_DESTINATION;
        length += sizeof header;
        packet_put16(ip + 4, (uint16_t)(length - 40));
    }
    if (ip[0] >> 4 == 4)
        mend_ipv4(ip);
    return length;
}

int main(int argc, char **argv)
{
    static size_t (*const builders[])(const packet_ip_spec *, size_t, uint8_t *,
                                      size_t) = { build_udp, build_tcp, build_icmp };
    static frame_sender_frame f;
    packet_ip_spec ip = { .identification = 0x1234 };
    g_assert_cmpint(argc, >=, 5);
    const unsigned most = argc > 5 ? (unsigned)atoi(argv[5]) : UINT_MAX;
    g_assert_true(cats_address_parse(argv[3], &ip.source) && cats_address_parse(argv[4], &ip.destination));
    for (size_t i = 0; i < sizeof payload; i++)
        payload[i] = (uint8_t)(i * 7);
    frame_sender *sender = frame_sender_open(argv[1], argv[2]);
    frame_sender_head(sender, ip.source.family == 4 ? PACKET_ETHERTYPE_IPV4 : PACKET_ETHERTYPE_IPV6, &f);
    unsigned count = 0;
    for (size_t b = 0; b < G_N_ELEMENTS(builders); b++)
        for (size_t s = 0; s < G_N_ELEMENTS(sizes); s++)
            for (size_t h = 0; h < G_N_ELEMENTS(hop_limits); h++)
                for (shape as = PLAIN; as < SHAPE_COUNT && count < most; as++) {
                    ip.traffic_class = classes[count % G_N_ELEMENTS(classes)];
                    ip.flow_label = flow_labels[(count + h) % G_N_ELEMENTS(flow_labels)];
                    ip.hop_limit = hop_limits[h];
                    ip.identification++;
                    size_t length =
                        builders[b](&ip, sizes[s], f.octets + FRAME_SENDER_ETHERNET,
                                    sizeof f.octets - FRAME_SENDER_ETHERNET - DESTINATION_OPTIONS);
                    g_assert_cmpuint(length, >, 0);
                    f.length = FRAME_SENDER_ETHERNET + reshape(as, f.octets + FRAME_SENDER_ETHERNET, length);
                    frame_sender_send(sender, &f);
                    count++;
                }
    frame_sender_close(sender);
    printf("%u\n", count);
    return 0;
}
