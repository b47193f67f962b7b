/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sends frames that an ingress or egress must drop, so many of each kind, and prints "REASON COUNT" for each.
 * usage: hostile INTERFACE MAC COUNT FORWARDER SIDE, a FORWARDER of the lab (ingress or egress) and the SIDE
 * of it where they arrive: core, or edge, where clients or sites are. Spec: RFC 8754 s5.1, RFC 8986 s4. */
#include "epan-cats/packet-build.h"
#include "frame-sender.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>

#define ETHERNET FRAME_SENDER_ETHERNET
#define OUTER 40

/* What a frame is to look like to the forwarder that gets it. */
typedef struct target {
    const char *name;
    const char *sid;                    /* its own, for IPv4 */
    const char *unknown;                /* of its locator, and none that it announces */
    const char *peer;                   /* an outer source inside the SR domain */
    const char *source, *destination;   /* of inner packets, as they come from the core */
    const char *source6, *destination6; /* of packets of the edge */
} target;

static const target targets[] = {
    { "egress", "5f00:0:e1:ca75:3800:1::", "5f00:0:e1:bad::", "5f00:0:1::100", "10.1.0.2", "192.0.2.80",
      "2001:db8:80::80", "2001:db8:1::2" },
    { "ingress", "5f00:0:1:4::", "5f00:0:1:bad::", "5f00:0:e1::100", "192.0.2.80", "10.1.0.2",
      "2001:db8:1::2", "2001:db8:80::80" },
};

static const target *at;

typedef frame_sender_frame hostile_frame;

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
    static uint8_t inner[FRAME_SENDER_MAX], zero[FRAME_SENDER_MAX];
    cats_address segment = address(sid), outer = address(source);
    packet_ip_spec ip = { .source = address(at->source),
                          .destination = address(destination),
                          .hop_limit = 64 };
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
    encapsulate(f, at->peer, at->sid, at->destination, (size_t)g_random_int_range(0, 1000));
    for (size_t i = ETHERNET + OUTER; i < f->length; i++)
        f->octets[i] = (uint8_t)g_random_int();
    f->octets[ETHERNET + 6] = (uint8_t)g_random_int();
}

static void make_long(hostile_frame *f)
{
    encapsulate(f, at->peer, at->sid, at->destination, 9000 - OUTER - 28);
}

static void make_hop_limit(hostile_frame *f)
{
    encapsulate(f, at->peer, at->sid, at->destination, 10);
    f->octets[ETHERNET + OUTER + 8] = 1;
}

static void make_unknown_sid(hostile_frame *f)
{
    encapsulate(f, at->peer, at->unknown, at->destination, 10);
}

static void make_outside(hostile_frame *f)
{
    encapsulate(f, "2001:db8:bad::1", at->sid, at->destination, 10);
}

static void make_no_service(hostile_frame *f)
{
    encapsulate(f, at->peer, at->sid, "203.0.113.7", 10);
}

/* A fragment of the outer packet: Fragment header, first part, more to come. */
static void make_fragment(hostile_frame *f)
{
    encapsulate(f, at->peer, at->sid, at->destination, 64);
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
    encapsulate(f, at->peer, at->sid, at->destination, 10);
    f->octets[ETHERNET + 6] = PACKET_PROTOCOL_UDP;
}

/* Segments Left 1: the SID is not the last segment. */
static void make_segments_left(hostile_frame *f)
{
    encapsulate(f, at->peer, at->sid, at->destination, 10);
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
    encapsulate(f, at->peer, at->sid, at->destination, 10);
    f->octets[5] ^= 0xff;
}

static void make_not_ip(hostile_frame *f)
{
    encapsulate(f, at->peer, at->sid, at->destination, 10);
    packet_put16(f->octets + 12, 0x88b5);
}

static void make_vlan(hostile_frame *f)
{
    encapsulate(f, at->peer, at->sid, at->destination, 10);
    memmove(f->octets + 16, f->octets + 12, f->length - 12);
    const uint8_t tag[4] = { 0x81, 0x00, 0x00, 0x07 };
    memcpy(f->octets + 12, tag, sizeof tag);
    f->length += sizeof tag;
}

/* IPv6 in a SID for IPv4. */
static void make_other_family(hostile_frame *f)
{
    encapsulate(f, at->peer, at->sid, at->destination, 40);
    f->octets[ETHERNET + 6] = PACKET_PROTOCOL_IPV6;
    memset(f->octets + ETHERNET + OUTER, 0, OUTER);
    f->octets[ETHERNET + OUTER] = 0x60;
    packet_put16(f->octets + ETHERNET + OUTER + 4, (uint16_t)(f->length - ETHERNET - 2 * OUTER));
    f->octets[ETHERNET + OUTER + 6] = PACKET_PROTOCOL_NO_NEXT;
    f->octets[ETHERNET + OUTER + 7] = 64;
}

/* ---- from clients or sites ---- */

/* A UDP packet over IPv6 of `payload` octets. */
static void plain(hostile_frame *f, const char *source, const char *destination, uint8_t hop_limit,
                  size_t payload)
{
    static const uint8_t zero[FRAME_SENDER_MAX];
    packet_ip_spec ip = { .source = address(source),
                          .destination = address(destination),
                          .hop_limit = hop_limit };
    f->length = ETHERNET + packet_udp_build(&ip, 4000, 80, zero, payload, f->octets + ETHERNET,
                                            sizeof f->octets - ETHERNET);
    g_assert_cmpuint(f->length, >, ETHERNET);
}

static void make_plain_random(hostile_frame *f)
{
    plain(f, at->source6, at->destination6, 64, (size_t)g_random_int_range(0, 1000));
    for (size_t i = ETHERNET; i < f->length; i++)
        f->octets[i] = (uint8_t)g_random_int();
    f->octets[ETHERNET] = 0x60; /* so far it looks right; what it is too long for is left to chance */
}

static void make_plain_long(hostile_frame *f)
{
    plain(f, at->source6, at->destination6, 64, 9000 - 48);
}

static void make_plain_spent(hostile_frame *f)
{
    plain(f, at->source6, at->destination6, 1, 10);
}

static void make_plain_nowhere(hostile_frame *f)
{
    plain(f, at->source6, "2001:db8:bad::1", 64, 10);
}

/* To a SID, from where no SID may be addressed. */
static void make_plain_to_sid(hostile_frame *f)
{
    plain(f, at->source6, at->sid, 64, 10);
}

/* The same inside a tunnel of the sender's own. */
static void make_tunnel_to_sid(hostile_frame *f)
{
    encapsulate(f, at->source6, at->sid, at->destination, 10);
}

static void make_plain_multicast(hostile_frame *f)
{
    plain(f, "ff02::1", at->destination6, 64, 10);
}

static void make_plain_loopback(hostile_frame *f)
{
    plain(f, at->source6, "::1", 64, 10);
}

static void make_plain_cut(hostile_frame *f)
{
    plain(f, at->source6, at->destination6, 64, 100);
    f->length -= 50;
}

static void make_bad_checksum(hostile_frame *f)
{
    encapsulate(f, at->peer, at->sid, at->destination, 10);
    f->length -= OUTER;
    memmove(f->octets + ETHERNET, f->octets + ETHERNET + OUTER, f->length - ETHERNET);
    packet_put16(f->octets + 12, PACKET_ETHERTYPE_IPV4);
    f->octets[ETHERNET + 10] ^= 0xff;
}

/* By the reason that the forwarder gives; "any": one of several. */
typedef struct kind {
    const char *reason;
    void (*make)(hostile_frame *f);
    const char *only; /* one of the two forwarders */
} kind;

static const kind from_core[] = {
    { "any", make_random, NULL },
    { "any", make_random_inside, NULL },
    { "too-big", make_long, NULL },
    { "hop-limit", make_hop_limit, NULL },
    { "no-route", make_unknown_sid, NULL },
    { "not-from-domain", make_outside, NULL },
    { "not-a-service", make_no_service, "egress" },
    { "upper-layer", make_other_family, "ingress" },
    { "fragment", make_fragment, NULL },
    { "upper-layer", make_upper_layer, NULL },
    { "segments-left", make_segments_left, NULL },
    { "not-to-us", make_not_to_us, NULL },
    { "not-ip", make_not_ip, NULL },
    { "other-vlan", make_vlan, NULL },
};

static const kind from_edge[] = {
    { "any", make_random, NULL },
    { "any", make_plain_random, NULL },
    { "too-big", make_plain_long, NULL },
    { "hop-limit", make_plain_spent, NULL },
    { "no-route", make_plain_nowhere, NULL },
    { "not-from-domain", make_plain_to_sid, NULL },
    { "not-from-domain", make_tunnel_to_sid, NULL },
    { "not-unicast", make_plain_multicast, NULL },
    { "not-unicast", make_plain_loopback, NULL },
    { "malformed", make_plain_cut, NULL },
    { "malformed", make_bad_checksum, NULL },
    { "not-to-us", make_not_to_us, NULL },
    { "not-ip", make_not_ip, NULL },
    { "other-vlan", make_vlan, NULL },
};

static void send_kind(frame_sender *sender, const kind *k, long count)
{
    static hostile_frame f;
    for (long i = 0; i < count; i++) {
        frame_sender_head(sender, PACKET_ETHERTYPE_IPV6, &f);
        k->make(&f);
        frame_sender_send(sender, &f);
    }
    printf("%s %ld\n", k->reason, count);
}

int main(int argc, char **argv)
{
    g_assert_cmpint(argc, ==, 6);
    for (size_t i = 0; i < G_N_ELEMENTS(targets); i++)
        if (g_str_equal(targets[i].name, argv[4]))
            at = &targets[i];
    bool core = g_str_equal(argv[5], "core");
    g_assert_true(at != NULL && (core || g_str_equal(argv[5], "edge")));
    const kind *kinds = core ? from_core : from_edge;
    size_t kind_count = core ? G_N_ELEMENTS(from_core) : G_N_ELEMENTS(from_edge);
    frame_sender *sender = frame_sender_open(argv[1], argv[2]);
    g_random_set_seed(20260101);
    for (size_t k = 0; k < kind_count; k++)
        if (kinds[k].only == NULL || g_str_equal(kinds[k].only, at->name))
            send_kind(sender, &kinds[k], strtol(argv[3], NULL, 10));
    frame_sender_close(sender);
    return 0;
}
