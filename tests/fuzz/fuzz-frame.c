/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libFuzzer: arbitrary octets as a frame, through all that a reader does with one: walk, flow key, checksums,
 * affinity and steering rules, fields and line of `inspect`, decapsulation. Input: one octet that chooses how
 * the frame is read, then the frame. */
#include "capture-tools/inspect/decode.h"
#include "capture-tools/inspect/fields.h"
#include "capture-tools/inspect/line-update.h"
#include "capture-tools/inspect/line.h"
#include "epan-cats/checksum.h"
#include "epan-cats/flow-key.h"
#include "epan-cats/packet-build.h"
#include "tests/unit/packet-invariants.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
/* Sessions and flows go on from input to input, in little room: every input meets what others left. */
#define FRAME_NS INT64_C(100000000)
static uint32_t frame_number;

#define POINTS 3

static decoder without_topology, with_topology;

static affinity_tracker *sessions(void)
{
    static affinity_tracker *tracker;
    if (tracker == NULL) {
        affinity_tracker_settings settings = affinity_tracker_settings_default;
        settings.connections = 64;
        tracker = affinity_tracker_new(&settings);
    }
    return tracker;
}

static steering_tracker *flows(void)
{
    static steering_tracker *tracker;
    if (tracker == NULL) {
        steering_tracker_settings settings = steering_tracker_settings_default;
        settings.flows = 64;
        settings.topology = with_topology.cats.topology;
        tracker = steering_tracker_new(&settings);
    }
    return tracker;
}

static route_reader *routes(void)
{
    static route_reader *reader;
    if (reader == NULL)
        reader = route_reader_new(&cats_route_codes_default);
    return reader;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const int link_types[] = { PACKET_LINK_ETHERNET, PACKET_LINK_RAW,       PACKET_LINK_NULL,
                                  PACKET_LINK_LOOP,     PACKET_LINK_LINUX_SLL, PACKET_LINK_LINUX_SLL2,
                                  PACKET_LINK_IPV4,     PACKET_LINK_IPV6 };

/* The octet: bits 0-2 the link type, bit 3 with a topology, bits 4-7 how much longer the frame was on the
 * wire. */
enum { LINK_TYPE_BITS = 0x07, TOPOLOGY_BIT = 0x08, WIRE_SHIFT = 4, WIRE_UNIT = 37 };

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    cats_topology *topology = cats_topology_builtin();

    (void)argc;
    (void)argv;
    without_topology.numbers = affinity_numbers_default;
    cats_context_init(&without_topology.cats);
    with_topology = without_topology;
    with_topology.numbers = topology->numbers;
    with_topology.cats.topology = topology;
    return 0;
}

/* Reads what the value points at, so that a dangling or short one is found. */
static void touch(void *context, const char *key, const field_value *value)
{
    char *text = field_value_text(value);

    g_assert_nonnull(key);
    g_assert_nonnull(text);
    *(size_t *)context += strlen(text);
    g_free(text);
}

static void check_decapsulation(const packet *p)
{
    for (unsigned i = 0; i < p->ip_count; i++) {
        uint32_t at = p->ip[i].offset;
        uint8_t *copy = g_memdup2(p->data + at, p->captured - at), *inner;
        size_t inner_length;

        if (packet_decapsulate(copy, p->captured - at, &inner, &inner_length) == PACKET_DECAPSULATED)
            g_assert_true(inner > copy && inner + inner_length <= copy + (p->captured - at));
        g_free(copy);
    }
}

/* Checksums that were written are good. */
static void check_checksums(const packet *p)
{
    uint32_t at = p->ip[0].offset, length = p->captured - at;
    uint8_t *copy = g_memdup2(p->data + at, length);
    packet again;

    if (checksum_write(copy, length)) {
        packet_walk(PACKET_LINK_RAW, copy, length, length, &again);
        g_assert_cmpint(checksum_verify_transport(&again), !=, CHECKSUM_BAD);
        for (unsigned i = 0; i < again.ip_count && !again.ip[i].quoted; i++)
            g_assert_cmpint(checksum_verify_ip(&again, &again.ip[i]), !=, CHECKSUM_BAD);
    }
    g_free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    decoder d;
    decoded frame;
    cats_flow_key key;
    static GString *line;
    size_t touched = 0;
    uint32_t captured;

    if (size == 0)
        return 0;
    if (line == NULL)
        line = g_string_new(NULL);
    d = data[0] & TOPOLOGY_BIT ? with_topology : without_topology;
    captured = (uint32_t)(size - 1);
    d.tracker = sessions();
    d.flows = flows();
    d.routes = routes();
    d.cats.routes = route_reader_table(d.routes);
    frame_number++;
    const decoder_frame octets = { .number = frame_number,
                                   .time_ns = frame_number * FRAME_NS,
                                   .point = frame_number % POINTS,
                                   .link_type = link_types[data[0] & LINK_TYPE_BITS],
                                   .data = data + 1,
                                   .captured = captured,
                                   .wire = captured + (data[0] >> WIRE_SHIFT) * WIRE_UNIT };
    decode_frame(&d, &octets, &frame);
    packet_assert_sound(&frame.packet);
    line_format(&frame, &(line_frame){ .number = 1 }, line);
    g_assert_cmpuint(line->len, <=, LINE_FRAME_TEXT + frame.update_count * LINE_UPDATE_TEXT);
    fields_visit(&d, &frame, touch, &touched);
    checksum_verify_transport(&frame.packet);
    g_assert_true(cats_flow_key_read(&frame.packet, &key) ==
                  (frame.packet.ip_count > 0 && !frame.packet.ip[0].quoted));
    check_decapsulation(&frame.packet);
    if (frame.packet.ip_count > 0)
        check_checksums(&frame.packet);
    return 0;
}
