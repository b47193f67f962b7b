/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builds test frames from the inside out: begin with the payload, then put each header in front of what is
 * there. Written independently of packet-build, which it helps to test. */
#ifndef TESTS_UNIT_FRAME_BUILDER_H
#define TESTS_UNIT_FRAME_BUILDER_H

#include <glib.h>
#include <stdbool.h>
#include <string.h>

static const guint8 frame_ipv6_client[16] = { 0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2 };
static const guint8 frame_ipv6_service[16] = { 0x20, 0x01, 0x0d, 0xb8, 0, 0x80, 0, 0,
                                               0,    0,    0,    0,    0, 0,    0, 0x80 };

static inline void frame_assert_equal(const guint8 *found, size_t found_length, const guint8 *expected,
                                      size_t expected_length)
{
    g_assert_cmpuint(found_length, ==, expected_length);
    for (size_t i = 0; i < found_length; i++) {
        if (found[i] != expected[i])
            g_error("octet %zu is 0x%02x, expected 0x%02x", i, found[i], expected[i]);
    }
}

static inline void frame_front(GByteArray *frame, const guint8 *octets, guint length)
{
    g_byte_array_prepend(frame, octets, length);
}

static inline GByteArray *frame_of_zeros(guint length)
{
    GByteArray *frame = g_byte_array_new();

    g_byte_array_set_size(frame, length);
    if (length > 0)
        memset(frame->data, 0, length);
    return frame;
}

static inline void frame_put16(guint8 *at, guint value)
{
    at[0] = (guint8)(value >> 8);
    at[1] = (guint8)value;
}

/* Source port 40000, destination port 443, window 65535; `options` octets of NOP. */
static inline void frame_tcp(GByteArray *frame, guint flags, guint options)
{
    guint8 header[60] = { 0x9c, 0x40, 0x01, 0xbb,   /* ports */
                          0x11, 0x22, 0x33, 0x44,   /* sequence number */
                          0x00, 0x00, 0x00, 0x00,   /* acknowledgment number */
                          0x00, 0x00, 0xff, 0xff,   /* data offset and flags, window */
                          0x00, 0x00, 0x00, 0x00 }; /* checksum, urgent pointer */

    g_assert_cmpuint(options % 4, ==, 0);
    memset(header + 20, 1, options);
    frame_put16(header + 12, (20 + options) / 4 << 12 | flags);
    frame_front(frame, header, 20 + options);
}

static inline void frame_udp(GByteArray *frame)
{
    guint8 header[8] = { 0x9c, 0x40, 0x00, 0x35 };

    frame_put16(header + 4, 8 + frame->len);
    frame_front(frame, header, sizeof header);
}

static inline void frame_icmp(GByteArray *frame, guint8 type)
{
    guint8 header[8] = { type };

    frame_front(frame, header, sizeof header);
}

/* 10.1.0.2 to 192.0.2.80, TTL 64, `options` octets of NOP. */
static inline void frame_ipv4(GByteArray *frame, guint8 protocol, guint options)
{
    guint8 header[60] = { 0x40, 0x00,     0x00, 0x00, /* version and length, class, total length */
                          0x12, 0x34,     0x40, 0x00, /* identification, DF */
                          0x40, protocol, 0x00, 0x00, 10, 1, 0, 2, 192, 0, 2, 80 };

    header[0] |= (guint8)(5 + options / 4);
    memset(header + 20, 1, options);
    frame_put16(header + 2, 20 + options + frame->len);
    frame_front(frame, header, 20 + options);
}

/* 2001:db8:1::2 to 2001:db8:80::80, hop limit 64, flow label 0x54321. */
static inline void frame_ipv6(GByteArray *frame, guint8 next_header)
{
    guint8 header[40] = { 0x60, 0x05, 0x43, 0x21, 0, 0, next_header, 64 };

    frame_put16(header + 4, frame->len);
    memcpy(header + 8, frame_ipv6_client, 16);
    memcpy(header + 24, frame_ipv6_service, 16);
    frame_front(frame, header, sizeof header);
}

/* Hop-by-hop or destination options, 8 * units octets, filled by one PadN and Pad1. */
static inline void frame_ipv6_options(GByteArray *frame, guint8 next_header, guint units)
{
    guint8 *header = g_malloc0(8 * units);

    header[0] = next_header;
    header[1] = (guint8)(units - 1);
    header[2] = 1; /* PadN */
    header[3] = 4;
    frame_front(frame, header, 8 * units);
    g_free(header);
}

static inline void frame_ipv6_fragment(GByteArray *frame, guint8 next_header, guint offset_units, bool more,
                                       guint32 id)
{
    guint8 header[8] = { next_header };

    frame_put16(header + 2, offset_units << 3 | more);
    frame_put16(header + 4, id >> 16);
    frame_put16(header + 6, id & 0xffff);
    frame_front(frame, header, sizeof header);
}

/* A routing header with `addresses` addresses 5f00:: + number (1 first), Last Entry as for an SRH. */
static inline void frame_ipv6_routing(GByteArray *frame, guint8 next_header, guint8 type, guint addresses,
                                      guint8 segments_left)
{
    guint8 *header = g_malloc0(8 + 16 * addresses);

    header[0] = next_header;
    header[1] = (guint8)(2 * addresses);
    header[2] = type;
    header[3] = segments_left;
    header[4] = addresses > 0 ? (guint8)(addresses - 1) : 0;
    for (guint i = 0; i < addresses; i++) {
        header[8 + 16 * i] = 0x5f;
        header[8 + 16 * i + 15] = (guint8)(i + 1);
    }
    frame_front(frame, header, 8 + 16 * addresses);
    g_free(header);
}

/* Authentication header with `words` 32-bit words in all, at least 3. */
static inline void frame_authentication(GByteArray *frame, guint8 next_header, guint words)
{
    guint8 header[1032] = { next_header, (guint8)(words - 2) };

    frame_front(frame, header, 4 * words);
}

static inline void frame_vlan(GByteArray *frame, guint tci, guint ethertype)
{
    guint8 tag[4];

    frame_put16(tag, tci);
    frame_put16(tag + 2, ethertype);
    frame_front(frame, tag, sizeof tag);
}

static inline void frame_ethernet(GByteArray *frame, guint ethertype)
{
    guint8 header[14] = { 0x02, 0, 0, 0, 0, 1, 0x02, 0, 0, 0, 0, 2 };

    frame_put16(header + 12, ethertype);
    frame_front(frame, header, sizeof header);
}

#endif
