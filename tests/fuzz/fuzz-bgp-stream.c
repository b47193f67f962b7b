/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libFuzzer: any octets as BGP in segments. The first octet chooses: either they come whole and in order, in
 * segments of one to seven octets or more, and must give the messages that they hold; or each eight octets
 * tell of a segment which octets of the rest it has, in any order, and limits hold. */
#include "epan-cats/bgp-stream.h"
#include "epan-cats/wire.h"

#include <glib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bgp_direction direction(unsigned number)
{
    return (bgp_direction){ .source = { 4, { 10, 9, 1, (uint8_t)number } },
                            .destination = { 4, { 10, 9, 1, 254 } },
                            .source_port = 40000,
                            .destination_port = BGP_PORT };
}

/* Of octets that begin with a message, up to what is none: the same as without segments. */
static void check_in_order(const uint8_t *data, size_t size, size_t step)
{
    bgp_stream *stream = bgp_stream_new(1, 65535);
    const bgp_direction of = direction(1);
    size_t expected_next = 0, at = 0;
    bgp_message message, expected;
    cats_defect defect;
    bgp_message_result result = bgp_message_next(data, size, &expected_next, &expected, &defect);
    while (result == BGP_MESSAGE && at < size) {
        g_autofree uint8_t *copy = g_memdup2(data + at, MIN(step, size - at));
        const bgp_segment segment = { .of = &of,
                                      .sequence = 0xfffffff0u + (uint32_t)at,
                                      .octets = copy,
                                      .length = (uint32_t)MIN(step, size - at) };
        at += segment.length;
        bgp_stream_take(stream, &segment);
        while (bgp_stream_next(stream, &message)) {
            if (result != BGP_MESSAGE)
                break; /* what comes behind is found at a marker */
            g_assert_cmpuint(message.length, ==, expected.length);
            g_assert_cmpmem(message.body, message.length - BGP_HEADER_LENGTH, expected.body,
                            expected.length - BGP_HEADER_LENGTH);
            g_assert_cmpuint(expected_next, <=, at);
            result = bgp_message_next(data, size, &expected_next, &expected, &defect);
        }
    }
    g_assert_true(result != BGP_MESSAGE);
    bgp_stream_free(stream);
}

static void check_any_order(const uint8_t *data, size_t size)
{
    enum { RECORD = 8, DIRECTIONS = 5, OCTETS = 300 };
    bgp_stream *stream = bgp_stream_new(DIRECTIONS, OCTETS);
    for (size_t at = 0; at + RECORD <= size; at += RECORD) {
        const uint8_t *record = data + at;
        const bgp_direction of = direction(record[0] & 7);
        size_t from = wire_get(record + 1, 2) % size;
        size_t length = MIN(wire_get(record + 3, 2), size - from);
        g_autofree uint8_t *copy = g_memdup2(data + from, MAX(length, 1));
        const bgp_segment segment = { .of = &of,
                                      .sequence = wire_get(record + 1, 2) + ((uint32_t)record[5] << 24),
                                      .opens = (record[0] & 0x80) != 0,
                                      .octets = copy,
                                      .length = (uint32_t)length,
                                      .missing = record[6] > 200 ? (uint32_t)record[7] << 24 : 0 };
        bgp_message message;
        size_t messages = 0;
        bgp_stream_take(stream, &segment);
        while ((record[0] & 0x40) == 0 && bgp_stream_next(stream, &message)) {
            g_assert_cmpint(message.body[-1], ==, message.type);
            g_assert_cmpuint(wire_get(message.body - 3, 2), ==, message.length);
            messages++;
        }
        g_assert_cmpuint(messages, <=, (length + OCTETS) / BGP_HEADER_LENGTH);
        bgp_stream_count count = bgp_stream_count_get(stream);
        g_assert_cmpuint(count.directions, <=, DIRECTIONS);
        g_assert_cmpuint(count.octets, <=, OCTETS);
    }
    bgp_stream_free(stream);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    if ((data[0] & 1) != 0)
        check_any_order(data + 1, size - 1);
    else
        check_in_order(data + 1, size - 1, data[0] < 16 ? 1 + data[0] / 2 : data[0]);
    return 0;
}
