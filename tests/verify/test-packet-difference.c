/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of layout and comparison: every bit has one name, and a changed one is named. */
#include "expect-frames.h"

#include "capture-tools/verify/packet-difference.h"
#include "capture-tools/verify/packet-identity.h"

static GArray *corpus(void)
{
    GArray *frames = expect_frames_make();
    expect_frames_read(frames, "simulated-first-light.pcapng", 60);
    expect_frames_read(frames, "sa-200-100-pe.pcap", 40);
    expect_frames_read(frames, "cats-encap-2sid-pe.pcap", 40);
    expect_frames_read(frames, "srv6-red-1sid-eg-e0.pcap", 20);
    return frames;
}

static const expect_frame *frame_at(const GArray *frames, guint i)
{
    return &g_array_index(frames, expect_frame, i);
}

/* Fields and sections follow each other without gap from the first bit to the last. */
static void test_tiles(void)
{
    g_autoptr(GArray) frames = corpus();
    packet_layout *layout = packet_layout_new();
    for (guint i = 0; i < frames->len; i++) {
        const expect_frame *frame = frame_at(frames, i);
        for (uint32_t captured = 0; captured <= frame->length; captured++) {
            packet p;
            uint32_t bit = 0, octet = 0;
            packet_walk(PACKET_LINK_ETHERNET, frame->octets, captured, frame->length, &p);
            packet_layout_read(layout, &p, PACKET_LINK_ETHERNET, &affinity_numbers_default);
            for (guint f = 0; f < layout->fields->len; f++) {
                const layout_field *field = &g_array_index(layout->fields, layout_field, f);
                g_assert_cmpuint(field->bit, ==, bit);
                g_assert_cmpuint(field->bits, >, 0);
                bit += field->bits;
            }
            g_assert_cmpuint(bit, ==, captured * 8);
            for (guint s = 0; s < layout->sections->len; s++) {
                const layout_section *section = &g_array_index(layout->sections, layout_section, s);
                g_assert_cmpuint(section->start, ==, octet);
                g_assert_cmpuint(section->end, >=, octet);
                octet = section->end;
            }
            g_assert_cmpuint(octet, ==, captured);
        }
    }
    packet_layout_free(layout);
}

static const layout_field *field_of(const packet_layout *layout, uint32_t bit)
{
    for (guint f = 0; f < layout->fields->len; f++) {
        const layout_field *field = &g_array_index(layout->fields, layout_field, f);
        if (bit < field->bit + field->bits)
            return field;
    }
    g_assert_not_reached();
}

static bool is_checksum(const field_difference *f)
{
    return g_str_has_suffix(f->name, ".checksum");
}

/* What a flipped bit is called: its field, alone; or for an ignored one nothing, or the checksums over it. */
static bool is_named(const packet_differences *d, const char *name, bool ignored)
{
    if (!ignored)
        return d->fields->len == 1 && strcmp(g_array_index(d->fields, field_difference, 0).name, name) == 0;
    for (guint i = 0; i < d->fields->len; i++)
        if (!is_checksum(&g_array_index(d->fields, field_difference, i)))
            return false;
    return true;
}

static void check_flip(const packet_differences *d, const layout_field *field, const expect_ignored *ignored,
                       const expect_frame *frame, uint32_t bit)
{
    /* 0x9100 announces a tag as 0x8100 does, and tags are ignored. */
    bool other_tag = strcmp(field->name, "eth.type") == 0 && bit == 99 && frame->octets[12] == 0x81;
    if (is_named(d, field->name, ignored->group[field->as] || other_tag))
        return;
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < d->fields->len; i++) {
        const field_difference *f = &g_array_index(d->fields, field_difference, i);
        g_string_append_printf(text, " %s: %s, expected %s;", f->name, f->value, f->expected);
    }
    g_error("%s: bit %u, of %s, flipped gives%s", frame->name, bit, field->name, text->str);
}

static void test_every_bit(void)
{
    g_autoptr(GArray) frames = corpus();
    expect_ignored ignored;
    expect_ignored_init(&ignored);
    packet_comparer *comparer = packet_comparer_new(&ignored, &affinity_numbers_default);
    packet_layout *layout = packet_layout_new();
    for (guint i = 0; i < frames->len; i++) {
        const expect_frame *frame = frame_at(frames, i);
        uint8_t octets[sizeof frame->octets];
        packet p;
        packet_identity before, after;
        const frame_octets expected = { frame->octets, frame->length, frame->length, PACKET_LINK_ETHERNET };
        const frame_octets observed = { octets, frame->length, frame->length, PACKET_LINK_ETHERNET };
        packet_walk(PACKET_LINK_ETHERNET, frame->octets, frame->length, frame->length, &p);
        packet_layout_read(layout, &p, PACKET_LINK_ETHERNET, &affinity_numbers_default);
        packet_identity_read(&p, PACKET_LINK_ETHERNET, &ignored, NULL, &before);
        memcpy(octets, frame->octets, frame->length);
        g_assert_cmpuint(packet_compare(comparer, &expected, &observed, false, true)->cost, ==, 0);
        uint32_t step = frame->length > 300 ? 7 : 1;
        for (uint32_t bit = 0; bit < frame->length * 8; bit += step) {
            octets[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
            const layout_field *field = field_of(layout, bit);
            const packet_differences *d = packet_compare(comparer, &expected, &observed, false, true);
            check_flip(d, field, &ignored, frame, bit);
            packet_walk(PACKET_LINK_ETHERNET, octets, frame->length, frame->length, &p);
            packet_identity_read(&p, PACKET_LINK_ETHERNET, &ignored, NULL, &after);
            /* A difference that no digest shows is one of a checksum. */
            bool same = before.outer == after.outer && before.head == after.head && before.body == after.body;
            if (d->fields->len > 0 && same)
                g_assert_true(is_checksum(&g_array_index(d->fields, field_difference, 0)));
            octets[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
        }
    }
    packet_layout_free(layout);
    packet_comparer_free(comparer);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/packet-difference/tiles", test_tiles);
    g_test_add_func("/packet-difference/every-bit", test_every_bit);
    return g_test_run();
}
