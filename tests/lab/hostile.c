/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sends frames that an egress must drop, so many of each kind, and prints "KIND COUNT" for each. usage:
 * hostile INTERFACE MAC COUNT. Spec: packet(7). */
#include "epan-cats/packet-build.h"

#include <glib.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define ETHERNET 14
#define ETHERTYPE_IPV6 0x86DD
#define OUTER 40
#define FRAME_MAX 9014
#define BURST 16
#define SID "5f00:0:e1:ca75:3800:1::"
#define INSIDE "5f00:0:1::100"
#define CLIENT "10.1.0.2"
#define SERVICE "192.0.2.80"

typedef struct hostile_frame {
    size_t length;
    uint8_t octets[FRAME_MAX];
} hostile_frame;

static cats_address address(const char *text)
{
    cats_address parsed;
    g_assert_true(cats_address_parse(text, &parsed));
    return parsed;
}

/* A UDP packet of a client, encapsulated from `source` to `sid`, of `payload` octets. */
static void encapsulate(hostile_frame *f, const char *source, const char *sid, const char *destination,
                        size_t payload)
{
    static uint8_t inner[FRAME_MAX], zero[FRAME_MAX];
    cats_address segment = address(sid), outer = address(source);
    packet_ip_spec ip = { .source = address(CLIENT), .destination = address(destination), .hop_limit = 64 };
    size_t length = packet_udp_build(&ip, 4000, 80, zero, payload, inner, sizeof inner);
    packet_encap_spec spec = { .segments = (const uint8_t(*)[16])segment.octets,
                               .count = 1,
                               .mode = PACKET_ENCAP_REDUCED };
    memcpy(spec.source, outer.octets, 16);
    f->length = ETHERNET +
                packet_encapsulate(&spec, inner, length, f->octets + ETHERNET, sizeof f->octets - ETHERNET);
    g_assert_cmpuint(f->length, >, ETHERNET);
}

static void make_random(hostile_frame *f)
{
    f->length = (size_t)g_random_int_range(ETHERNET + 1, 1500);
    for (size_t i = ETHERNET; i < f->length; i++)
        f->octets[i] = (uint8_t)g_random_int();
}

/* Random behind a header that leads to the SID. */
static void make_random_inside(hostile_frame *f)
{
    encapsulate(f, INSIDE, SID, SERVICE, (size_t)g_random_int_range(0, 1000));
    for (size_t i = ETHERNET + OUTER; i < f->length; i++)
        f->octets[i] = (uint8_t)g_random_int();
    f->octets[ETHERNET + 6] = (uint8_t)g_random_int();
}

static void make_long(hostile_frame *f)
{
    encapsulate(f, INSIDE, SID, SERVICE, 9000 - OUTER - 28);
}

static void make_hop_limit(hostile_frame *f)
{
    encapsulate(f, INSIDE, SID, SERVICE, 10);
    f->octets[ETHERNET + OUTER + 8] = 1;
}

static void make_unknown_sid(hostile_frame *f)
{
    encapsulate(f, INSIDE, "5f00:0:e1:bad::", SERVICE, 10);
}

static void make_outside(hostile_frame *f)
{
    encapsulate(f, "2001:db8:bad::1", SID, SERVICE, 10);
}

static void make_no_service(hostile_frame *f)
{
    encapsulate(f, INSIDE, SID, "203.0.113.7", 10);
}

/* A fragment of the outer packet: Fragment header, first part, more to come. */
static void make_fragment(hostile_frame *f)
{
    encapsulate(f, INSIDE, SID, SERVICE, 64);
    uint8_t *ip = f->octets + ETHERNET;
    memmove(ip + OUTER + 8, ip + OUTER, f->length - ETHERNET - OUTER);
    const uint8_t fragment[8] = { PACKET_PROTOCOL_IPV4, 0, 0, 1, 1, 2, 3, 4 };
    memcpy(ip + OUTER, fragment, sizeof fragment);
    ip[6] = PACKET_PROTOCOL_FRAGMENT;
    f->length += sizeof fragment;
    packet_put16(ip + 4, (uint16_t)(f->length - ETHERNET - OUTER));
}

static void make_upper_layer(hostile_frame *f)
{
    encapsulate(f, INSIDE, SID, SERVICE, 10);
    f->octets[ETHERNET + 6] = PACKET_PROTOCOL_UDP;
}

/* Segments Left 1: the SID is not the last segment. */
static void make_segments_left(hostile_frame *f)
{
    encapsulate(f, INSIDE, SID, SERVICE, 10);
    uint8_t *ip = f->octets + ETHERNET;
    memmove(ip + OUTER + 24, ip + OUTER, f->length - ETHERNET - OUTER);
    const uint8_t srh[8] = { PACKET_PROTOCOL_IPV4, 2, 4, 1, 0, 0, 0, 0 };
    memcpy(ip + OUTER, srh, sizeof srh);
    memcpy(ip + OUTER + 8, ip + 24, 16);
    ip[6] = PACKET_PROTOCOL_ROUTING;
    f->length += 24;
    packet_put16(ip + 4, (uint16_t)(f->length - ETHERNET - OUTER));
}

static void make_not_to_us(hostile_frame *f)
{
    encapsulate(f, INSIDE, SID, SERVICE, 10);
    f->octets[5] ^= 0xff;
}

static void make_not_ip(hostile_frame *f)
{
    encapsulate(f, INSIDE, SID, SERVICE, 10);
    packet_put16(f->octets + 12, 0x88b5);
}

static void make_vlan(hostile_frame *f)
{
    encapsulate(f, INSIDE, SID, SERVICE, 10);
    memmove(f->octets + 16, f->octets + 12, f->length - 12);
    const uint8_t tag[4] = { 0x81, 0x00, 0x00, 0x07 };
    memcpy(f->octets + 12, tag, sizeof tag);
    f->length += sizeof tag;
}

/* By the reason that the egress gives; "any": one of several. */
static const struct {
    const char *reason;
    void (*make)(hostile_frame *f);
} kinds[] = {
    { "any", make_random },
    { "any", make_random_inside },
    { "too-big", make_long },
    { "hop-limit", make_hop_limit },
    { "no-route", make_unknown_sid },
    { "not-from-domain", make_outside },
    { "not-a-service", make_no_service },
    { "fragment", make_fragment },
    { "upper-layer", make_upper_layer },
    { "segments-left", make_segments_left },
    { "not-to-us", make_not_to_us },
    { "not-ip", make_not_ip },
    { "other-vlan", make_vlan },
};

int main(int argc, char **argv)
{
    g_assert_cmpint(argc, ==, 4);
    unsigned index = if_nametoindex(argv[1]);
    long count = strtol(argv[3], NULL, 10);
    unsigned mac[6];
    g_assert_cmpint(
        sscanf(argv[2], "%x:%x:%x:%x:%x:%x", &mac[0], &mac[1], &mac[2], &mac[3], &mac[4], &mac[5]), ==, 6);
    int fd = socket(AF_PACKET, SOCK_RAW, 0);
    struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = (int)index };
    g_random_set_seed(20260101);
    for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++) {
        for (long i = 0; i < count; i++) {
            static hostile_frame f;
            for (unsigned b = 0; b < 6; b++) {
                f.octets[b] = (uint8_t)mac[b];
                f.octets[6 + b] = (uint8_t)(b == 0 ? 2 : b);
            }
            packet_put16(f.octets + 12, ETHERTYPE_IPV6);
            kinds[k].make(&f);
            if (sendto(fd, f.octets, f.length, 0, (struct sockaddr *)&to, sizeof to) != (ssize_t)f.length) {
                perror(kinds[k].reason);
                return 1;
            }
            if (i % BURST == 0) /* what counts is why frames are dropped, not how many find room */
                g_usleep(1000);
        }
        printf("%s %ld\n", kinds[k].reason, count);
    }
    close(fd);
    return 0;
}
