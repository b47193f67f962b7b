/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of epan-cats/bgp-stream: messages out of segments that are split, joined, lost, late, repeated, cut
 * and foreign, within its limits; and segments out of frames. */
#include "epan-cats/affinity-rules.h"
#include "epan-cats/bgp-stream.h"
#include "epan-cats/wire.h"

#include <glib.h>
#include <string.h>

typedef struct scene {
    bgp_stream *stream;
    bgp_direction of;
    GByteArray *sent; /* what the direction carries in all */
    uint32_t first;   /* sequence number of its first octet */
    GString *told;    /* bodies of messages, a letter each */
} scene;

static bgp_direction direction(unsigned number)
{
    return (bgp_direction){ .source = { 4, { 10, 9, (uint8_t)(number >> 8), (uint8_t)number } },
                            .destination = { 4, { 10, 9, 255, 1 } },
                            .source_port = 40000,
                            .destination_port = BGP_PORT };
}

static scene start(size_t directions, size_t octets)
{
    return (scene){ .stream = bgp_stream_new(directions, octets),
                    .of = direction(1),
                    .sent = g_byte_array_new(),
                    .first = 1000,
                    .told = g_string_new(NULL) };
}

static void stop(scene *s)
{
    bgp_stream_free(s->stream);
    g_byte_array_unref(s->sent);
    g_string_free(s->told, TRUE);
}

/* A message whose body is `length` octets of one letter. */
static void send_message(scene *s, char letter, uint16_t length)
{
    guint at = s->sent->len;
    g_byte_array_set_size(s->sent, at + BGP_HEADER_LENGTH + length);
    memset(s->sent->data + at, 0xff, 16);
    wire_put(s->sent->data + at + 16, 2, (uint32_t)BGP_HEADER_LENGTH + length);
    s->sent->data[at + 18] = BGP_UPDATE;
    memset(s->sent->data + at + BGP_HEADER_LENGTH, letter, length);
}

/* Messages of 30 octets. */
static void send_letters(scene *s, const char *letters)
{
    for (; *letters != '\0'; letters++)
        send_message(s, *letters, 30 - BGP_HEADER_LENGTH);
}

static void take(scene *s, const bgp_segment *segment)
{
    bgp_message message;
    bgp_stream_take(s->stream, segment);
    for (size_t end = 0; bgp_stream_next(s->stream, &message); end = message.at + message.length) {
        g_assert_cmpuint(message.at, ==, end);
        for (size_t i = 1; i < message.length - BGP_HEADER_LENGTH; i++)
            g_assert_cmpint(message.body[i], ==, message.body[0]);
        g_string_append_c(s->told, message.length > BGP_HEADER_LENGTH ? (char)message.body[0] : '-');
    }
    g_assert_false(bgp_stream_next(s->stream, &message));
}

/* Octets [from, to) of what is sent, of which the capture has all but the last `missing`. The octets end
 * where the segment does. */
static void arrive_cut(scene *s, size_t from, size_t to, uint32_t missing)
{
    g_autofree uint8_t *octets = g_memdup2(s->sent->data + from, MAX(to - from - missing, 1));
    const bgp_segment segment = { .of = &s->of,
                                  .sequence = s->first + (uint32_t)from,
                                  .octets = octets,
                                  .length = (uint32_t)(to - from - missing),
                                  .missing = missing };
    take(s, &segment);
}

static void arrive(scene *s, size_t from, size_t to)
{
    arrive_cut(s, from, to, 0);
}

static void assert_told(scene *s, const char *expected)
{
    g_assert_cmpstr(s->told->str, ==, expected);
    g_string_truncate(s->told, 0);
}

static void test_whole(void)
{
    scene s = start(8, 1000);
    send_letters(&s, "abcd");
    send_message(&s, 'e', 0);
    arrive(&s, 0, 30);
    assert_told(&s, "a");
    arrive(&s, 30, 120 + 19);
    assert_told(&s, "bcd-");
    g_assert_cmpuint(bgp_stream_count_get(s.stream).octets, ==, 0);
    stop(&s);
}

/* A message is of the segment that completes it, wherever it is split. */
static void test_split(void)
{
    for (size_t at = 1; at < 60; at++) {
        scene s = start(8, 1000);
        send_letters(&s, "ab");
        arrive(&s, 0, at);
        assert_told(&s, at < 30 ? "" : "a");
        arrive(&s, at, 60);
        assert_told(&s, at < 30 ? "ab" : "b");
        stop(&s);
    }
    scene s = start(8, 1000);
    send_letters(&s, "ab");
    for (size_t at = 0; at < 60; at++)
        arrive(&s, at, at + 1);
    assert_told(&s, "ab");
    stop(&s);
}

static void test_copies(void)
{
    scene s = start(8, 1000);
    send_letters(&s, "abcd");
    arrive(&s, 0, 40);
    arrive(&s, 0, 40);
    assert_told(&s, "a");
    arrive(&s, 35, 70); /* five octets of it again */
    arrive(&s, 35, 70);
    arrive(&s, 69, 70);
    assert_told(&s, "b");
    arrive(&s, 0, 120); /* all again, and the rest */
    assert_told(&s, "cd");
    stop(&s);
}

/* The next message that begins behind it, and all that follow. */
static void test_gap(void)
{
    scene s = start(8, 1000);
    send_letters(&s, "abcdef");
    arrive(&s, 0, 40);
    g_assert_false(bgp_stream_missed(s.stream));
    arrive(&s, 70, 110); /* the middle of c to that of d */
    g_assert_cmpint(bgp_stream_missed(s.stream), ==, BGP_STREAM_LACKS);
    assert_told(&s, "a");
    arrive(&s, 110, 180);
    assert_told(&s, "def");
    g_assert_false(bgp_stream_missed(s.stream));
    arrive(&s, 40, 70); /* late */
    assert_told(&s, "");
    stop(&s);

    s = start(8, 1000);
    send_letters(&s, "abcdef");
    arrive(&s, 0, 40);
    arrive(&s, 70, 105); /* ends within d's marker */
    arrive(&s, 105, 180);
    assert_told(&s, "adef");
    stop(&s);
}

static void test_begins_within(void)
{
    scene s = start(8, 1000);
    send_letters(&s, "abc");
    arrive(&s, 17, 25);
    arrive(&s, 25, 90);
    assert_told(&s, "bc");
    stop(&s);

    /* Within a marker: that of a is none then. */
    s = start(8, 1000);
    send_letters(&s, "abc");
    arrive(&s, 5, 6);
    arrive(&s, 6, 50);
    arrive(&s, 50, 90);
    assert_told(&s, "bc");
    stop(&s);
}

static void test_out_of_order(void)
{
    scene s = start(8, 1000);
    send_letters(&s, "abcd");
    arrive(&s, 0, 30);
    arrive(&s, 60, 90);
    arrive(&s, 30, 60);
    arrive(&s, 90, 120);
    assert_told(&s, "acd");
    stop(&s);
}

/* Frames that the capture cut: messages that are all there, and no others. */
static void test_cut(void)
{
    scene s = start(8, 1000);
    send_letters(&s, "abcdef");
    arrive(&s, 0, 10);
    arrive_cut(&s, 10, 70, 1);
    g_assert_cmpint(bgp_stream_missed(s.stream), ==, BGP_STREAM_LACKS);
    assert_told(&s, "b");
    arrive(&s, 70, 120);
    assert_told(&s, "d");
    arrive_cut(&s, 120, 180, 60);
    arrive(&s, 120, 180);
    assert_told(&s, "");
    stop(&s);
}

static void test_garbage(void)
{
    scene s = start(8, 1000);
    send_letters(&s, "ab");
    g_byte_array_append(s.sent, (const uint8_t *)"GET / HTTP/1.1\r\n", 16);
    send_letters(&s, "cd");
    arrive(&s, 0, 30);
    arrive(&s, 30, 90); /* b, garbage, and c's beginning behind it */
    assert_told(&s, "ab");
    g_assert_cmpint(bgp_stream_missed(s.stream), ==, BGP_STREAM_NO_MESSAGE);
    arrive(&s, 90, 136);
    assert_told(&s, "d");
    g_assert_false(bgp_stream_missed(s.stream));
    guint at = s.sent->len;
    send_letters(&s, "efg");
    wire_put(s.sent->data + at + 16, 2, BGP_HEADER_LENGTH - 1); /* no length */
    arrive(&s, at, at + 60);
    assert_told(&s, "");
    g_assert_cmpint(bgp_stream_missed(s.stream), ==, BGP_STREAM_NO_MESSAGE);
    arrive(&s, at + 60, at + 90);
    assert_told(&s, "g");
    stop(&s);
}

/* The longest message there is, and no room for it. */
static void test_oversize(void)
{
    for (size_t room = 65534; room >= 65533; room--) {
        scene s = start(8, room);
        send_message(&s, 'a', 65535 - BGP_HEADER_LENGTH);
        send_letters(&s, "b");
        for (size_t at = 0; at < 65534; at += 1489)
            arrive(&s, at, MIN(at + 1489, 65534));
        arrive(&s, 65534, 65565);
        assert_told(&s, room == 65534 ? "ab" : "b");
        stop(&s);
    }
}

static void test_wrap(void)
{
    scene s = start(8, 1000);
    s.first = UINT32_MAX - 40;
    send_letters(&s, "abc");
    for (size_t at = 0; at < 90; at += 9)
        arrive(&s, at, at + 9);
    arrive(&s, 0, 60);
    assert_told(&s, "abc");
    stop(&s);
}

/* Another connection on the same ports. */
static void test_opens(void)
{
    scene s = start(8, 1000);
    const bgp_segment syn = { .of = &s.of, .sequence = s.first - 1, .opens = true };
    send_letters(&s, "abc");
    take(&s, &syn);
    arrive(&s, 0, 40);
    take(&s, &syn); /* a copy */
    arrive(&s, 40, 70);
    assert_told(&s, "ab");
    s.first -= 100000;
    const bgp_segment again = { .of = &s.of, .sequence = s.first - 1, .opens = true };
    take(&s, &again);
    arrive(&s, 0, 90);
    assert_told(&s, "abc");
    stop(&s);
}

static void test_directions(void)
{
    scene s = start(8, 1000);
    send_letters(&s, "abc");
    bgp_direction several[4] = { direction(1), direction(1), direction(1), direction(1) };
    several[1] = (bgp_direction){ several[0].destination, several[0].source, BGP_PORT, 40000 };
    several[2].source_port = 40001;
    several[3].source.family = several[3].destination.family = 6;
    for (size_t at = 0; at < 90; at += 15) {
        for (size_t i = 0; i < G_N_ELEMENTS(several); i++) {
            s.of = several[i];
            arrive(&s, at, at + 15);
        }
    }
    assert_told(&s, "aaaabbbbcccc");
    g_assert_cmpuint(bgp_stream_count_get(s.stream).directions, ==, 4);
    stop(&s);
}

/* The direction that was silent longest is forgotten: what it had waits no longer. */
static void test_limits(void)
{
    scene s = start(4, 50);
    send_letters(&s, "ab");
    for (unsigned i = 0; i < 100; i++) {
        s.of = direction(i);
        arrive(&s, 0, 40); /* 10 octets of b wait */
        g_assert_cmpint(bgp_stream_missed(s.stream), ==, i >= 4 ? BGP_STREAM_ROOM : BGP_STREAM_WHOLE);
        bgp_stream_count count = bgp_stream_count_get(s.stream);
        g_assert_cmpuint(count.directions, <=, 4);
        g_assert_cmpuint(count.octets, <=, 50);
    }
    g_assert_cmpuint(bgp_stream_count_get(s.stream).let_go, ==, 96);
    g_string_truncate(s.told, 0);
    s.of = direction(99);
    arrive(&s, 40, 60);
    assert_told(&s, "b");
    s.of = direction(95);
    arrive(&s, 40, 60);
    assert_told(&s, "");
    stop(&s);

    s = start(100, 50);
    send_letters(&s, "ab");
    for (unsigned i = 0; i < 50; i++) {
        s.of = direction(i);
        arrive(&s, 0, 40);
        g_assert_cmpuint(bgp_stream_count_get(s.stream).octets, <=, 50);
    }
    g_assert_cmpuint(bgp_stream_count_get(s.stream).directions, <=, 6);
    stop(&s);
}

/* ---- segments of frames ---- */

typedef struct frame_case {
    uint16_t source_port, destination_port, flags;
    uint32_t cut; /* octets that the capture lacks */
    bool taken;
    uint32_t length, missing;
} frame_case;

/* The octets of an IP packet with a segment of eight octets, "payload\0". */
static size_t build(uint8_t *octets, bool ipv6, const frame_case *c)
{
    size_t ip = ipv6 ? 40 : 20, length = ip + 20 + 8;
    memset(octets, 0, length);
    octets[0] = ipv6 ? 0x60 : 0x45;
    octets[ipv6 ? 6 : 9] = PACKET_PROTOCOL_TCP;
    octets[ipv6 ? 7 : 8] = 64;
    wire_put(octets + (ipv6 ? 4 : 2), 2, (uint32_t)(ipv6 ? length - ip : length));
    memset(octets + (ipv6 ? 8 : 12), 10, ip - (ipv6 ? 8 : 12));
    octets[ip - 1] = 11;
    uint8_t *tcp = octets + ip;
    wire_put(tcp, 2, c->source_port);
    wire_put(tcp + 2, 2, c->destination_port);
    wire_put(tcp + 4, 4, 0xfffffffe);
    wire_put(tcp + 12, 2, 0x5000u | c->flags);
    memcpy(tcp + 20, "payload", 8);
    return length;
}

static void test_frames(void)
{
    static const frame_case cases[] = {
        { BGP_PORT, 40000, TCP_FLAG_ACK, 0, true, 8, 0 },
        { 40000, BGP_PORT, TCP_FLAG_ACK | TCP_FLAG_PSH, 0, true, 8, 0 },
        { 40000, BGP_PORT, TCP_FLAG_ACK, 3, true, 5, 3 },
        { 40000, BGP_PORT, TCP_FLAG_ACK, 8, true, 0, 8 },
        { 40000, BGP_PORT, TCP_FLAG_ACK, 9, false, 0, 0 },
        { 40000, BGP_PORT, TCP_FLAG_RST, 0, false, 0, 0 },
        { 40000, BGP_PORT, TCP_FLAG_SYN, 0, true, 8, 0 },
        { 40000, 1790, TCP_FLAG_ACK, 0, false, 0, 0 },
    };
    for (size_t i = 0; i < 2 * G_N_ELEMENTS(cases); i++) {
        const frame_case *c = &cases[i / 2];
        bool ipv6 = i % 2 != 0;
        uint8_t octets[80];
        size_t length = build(octets, ipv6, c);
        g_autofree uint8_t *captured = g_memdup2(octets, length - c->cut);
        packet p;
        bgp_direction of;
        bgp_segment segment;
        packet_walk(PACKET_LINK_RAW, captured, (uint32_t)(length - c->cut), (uint32_t)length, &p);
        g_assert_cmpint(bgp_segment_of(&p, &of, &segment), ==, c->taken);
        if (!c->taken)
            continue;
        g_assert_cmpuint(segment.length, ==, c->length);
        g_assert_cmpuint(segment.missing, ==, c->missing);
        g_assert_cmpuint(segment.sequence, ==, 0xfffffffe);
        g_assert_cmpint(segment.opens, ==, (c->flags & TCP_FLAG_SYN) != 0);
        g_assert_cmpint(memcmp(segment.octets, "payload", c->length), ==, 0);
        g_assert_true(segment.of == &of);
        g_assert_cmpint(of.source.family, ==, ipv6 ? 6 : 4);
        g_assert_cmpint(of.destination.octets[ipv6 ? 15 : 3], ==, 11);
        g_assert_cmpint(of.source_port, ==, c->source_port);
    }
}

/* The payload of a fragment says nothing of where the segment ends. */
static void test_fragment(void)
{
    uint8_t octets[80];
    const frame_case c = { 40000, BGP_PORT, TCP_FLAG_ACK, 0, true, 8, 1 };
    size_t length = build(octets, false, &c);
    octets[6] = 0x20; /* more fragments */
    packet p;
    bgp_direction of;
    bgp_segment segment;
    packet_walk(PACKET_LINK_RAW, octets, (uint32_t)length, (uint32_t)length, &p);
    g_assert_true(bgp_segment_of(&p, &of, &segment));
    g_assert_cmpuint(segment.missing, ==, 1);
}

typedef struct handed_out {
    unsigned count;
    bgp_direction of;
} handed_out;

static void take_message(void *context, const bgp_direction *of, const bgp_message *message)
{
    handed_out *out = context;
    g_assert_cmpuint(message->type, ==, BGP_KEEPALIVE);
    out->of = *of;
    out->count++;
}

/* IPv6, an SRH with two segments of which `left` are left, TCP with a KEEPALIVE. */
static size_t build_steered(uint8_t octets[160], uint8_t left)
{
    const frame_case c = { 40000, BGP_PORT, TCP_FLAG_ACK, 0, true, 8, 0 };
    enum { IP = 40, SRH = 40, TCP = 20 };
    uint8_t plain[80];
    build(plain, true, &c);
    memset(octets, 0, 160);
    memcpy(octets, plain, IP);
    memcpy(octets + IP + SRH, plain + IP, TCP);
    octets[6] = PACKET_PROTOCOL_ROUTING;
    wire_put(octets + 4, 2, SRH + TCP + BGP_HEADER_LENGTH);
    const uint8_t srh[] = { PACKET_PROTOCOL_TCP, 4, 4, left, 1, 0, 0, 0 };
    memcpy(octets + IP, srh, sizeof srh);
    memset(octets + IP + 8, 77, 16); /* the last segment */
    uint8_t *message = octets + IP + SRH + TCP;
    memset(message, 0xff, 16);
    wire_put(message + 16, 2, BGP_HEADER_LENGTH);
    message[18] = BGP_KEEPALIVE;
    return IP + SRH + TCP + BGP_HEADER_LENGTH;
}

/* Behind an SRH the peer is the last segment; what lacks is told. */
static void test_steered(void)
{
    for (uint8_t left = 0; left < 2; left++)
        for (uint32_t cut = 0; cut < 2; cut++) {
            uint8_t octets[160];
            handed_out out = { 0 };
            packet p;
            uint32_t length = (uint32_t)build_steered(octets, left);
            bgp_stream *stream = bgp_stream_new(1, 1000);
            packet_walk(PACKET_LINK_RAW, octets, length - cut, length, &p);
            g_assert_cmpint(bgp_stream_frame(stream, &p, take_message, &out), ==, cut != 0);
            g_assert_cmpuint(out.count, ==, !cut);
            if (out.count != 0)
                g_assert_cmpuint(out.of.destination.octets[0], ==, left != 0 ? 77 : 10);
            bgp_stream_free(stream);
        }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/bgp-stream/whole", test_whole);
    g_test_add_func("/bgp-stream/split", test_split);
    g_test_add_func("/bgp-stream/copies", test_copies);
    g_test_add_func("/bgp-stream/gap", test_gap);
    g_test_add_func("/bgp-stream/begins-within", test_begins_within);
    g_test_add_func("/bgp-stream/out-of-order", test_out_of_order);
    g_test_add_func("/bgp-stream/cut", test_cut);
    g_test_add_func("/bgp-stream/garbage", test_garbage);
    g_test_add_func("/bgp-stream/oversize", test_oversize);
    g_test_add_func("/bgp-stream/wrap", test_wrap);
    g_test_add_func("/bgp-stream/opens", test_opens);
    g_test_add_func("/bgp-stream/directions", test_directions);
    g_test_add_func("/bgp-stream/limits", test_limits);
    g_test_add_func("/bgp-stream/steered", test_steered);
    g_test_add_func("/bgp-stream/frames", test_frames);
    g_test_add_func("/bgp-stream/fragment", test_fragment);
    return g_test_run();
}
