/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of the Ethernet header of live frames. Spec: IEEE 802.3 s3.1, IEEE 802.1Q s9. */
#include "capture-tools/live/frame.h"

#include "octets.h"
#include <string.h>

#define ADDRESSES                                            \
    0x02, 0x00, 0x00, 0x00, 0x00, 0x01,    /* destination */ \
        0x02, 0x00, 0x00, 0x00, 0x00, 0x02 /* source */

static const uint8_t untagged[] = { ADDRESSES, 0x08, 0x00 };
static const uint8_t tagged[] = { ADDRESSES, 0x81, 0x00, 0x60, 0x64, /* priority 3, VID 100 */
                                  0x86,      0xDD };
static const uint8_t stacked[] = { ADDRESSES, 0x88, 0xA8, 0x00, 0x0A, /* VID 10 */
                                   0x81,      0x00, 0x00, 0x14,       /* VID 20 */
                                   0x86,      0xDD };
static const uint8_t priority[] = { ADDRESSES, 0x81, 0x00, 0xE0, 0x00, /* VID 0 */
                                    0x08,      0x06 };
static const uint8_t reserved[] = { ADDRESSES, 0x91, 0x00, 0x0F, 0xFF, /* VID 4095 */
                                    0x08,      0x00 };

static const struct sample {
    const char *name;
    const uint8_t *octets;
    size_t length;
    uint16_t vlan, ethertype;
    uint8_t tags;
} samples[] = {
    { "untagged", untagged, sizeof untagged, FRAME_NO_VLAN, 0x0800, 0 },
    { "tagged", tagged, sizeof tagged, 100, 0x86DD, 1 },
    { "stacked", stacked, sizeof stacked, 10, 0x86DD, 2 },
    { "priority", priority, sizeof priority, FRAME_NO_VLAN, 0x0806, 1 },
    { "reserved", reserved, sizeof reserved, FRAME_NO_VLAN, 0x0800, 1 },
};

static void test_read(const void *data)
{
    const struct sample *each = data;
    frame_header header;
    g_assert_true(frame_read(each->octets, each->length, &header));
    g_assert_cmpuint(header.vlan, ==, each->vlan);
    g_assert_cmpuint(header.ethertype, ==, each->ethertype);
    g_assert_cmpuint(header.tags, ==, each->tags);
    g_assert_cmpuint(header.length, ==, each->length);
    assert_octets(header.destination, FRAME_ADDRESS, each->octets, FRAME_ADDRESS);
    assert_octets(header.source, FRAME_ADDRESS, each->octets + FRAME_ADDRESS, FRAME_ADDRESS);
}

static void test_oversize(const void *data)
{
    const struct sample *each = data;
    g_autofree uint8_t *longer = g_malloc0(9000);
    memcpy(longer, each->octets, each->length);
    frame_header header;
    g_assert_true(frame_read(longer, 9000, &header));
    g_assert_cmpuint(header.length, ==, each->length);
}

static void test_truncated(const void *data)
{
    const struct sample *each = data;
    for (size_t length = 0; length < each->length; length++) {
        g_autofree uint8_t *exact = g_malloc(MAX(length, 1));
        memcpy(exact, each->octets, length);
        frame_header header;
        g_assert_false(frame_read(exact, length, &header));
    }
}

static void test_too_many_tags(void)
{
    uint8_t frame[14 + 4 * (FRAME_TAGS_MAX + 1)] = { 0 };
    for (size_t at = 12; at < sizeof frame - 2; at += 4)
        memcpy(frame + at, (const uint8_t[]){ 0x81, 0x00, 0x00, 0x05 }, 4);
    frame_header header;
    g_assert_false(frame_read(frame, sizeof frame, &header));
    /* One tag fewer. */
    memmove(frame + 12, frame + 16, sizeof frame - 16);
    g_assert_true(frame_read(frame, sizeof frame - 4, &header));
    g_assert_cmpuint(header.tags, ==, FRAME_TAGS_MAX);
}

static void test_write(void)
{
    frame_header header;
    uint8_t octets[FRAME_HEADER_MAX];
    g_assert_true(frame_read(untagged, sizeof untagged, &header));
    assert_octets(octets, frame_write(&header, octets), untagged, sizeof untagged);

    static const uint8_t written[] = { ADDRESSES, 0x81, 0x00, 0x00, 0x64, 0x86, 0xDD };
    g_assert_true(frame_read(tagged, sizeof tagged, &header));
    assert_octets(octets, frame_write(&header, octets), written, sizeof written);
}

static void test_random(void)
{
    for (unsigned i = 0; i < 20000; i++) {
        size_t length = (size_t)g_test_rand_int_range(0, 64);
        g_autofree uint8_t *octets = g_malloc(length);
        for (size_t j = 0; j < length; j++)
            octets[j] = g_test_rand_bit() ? (uint8_t)g_test_rand_int() : (j % 2 == 0 ? 0x81 : 0x00);
        frame_header header;
        if (frame_read(octets, length, &header))
            g_assert_cmpuint(header.length, ==, 14u + 4u * header.tags);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(samples); i++) {
        g_autofree char *read = g_strdup_printf("/frame/read/%s", samples[i].name);
        g_autofree char *cut = g_strdup_printf("/frame/truncated/%s", samples[i].name);
        g_autofree char *longer = g_strdup_printf("/frame/oversize/%s", samples[i].name);
        g_test_add_data_func(read, &samples[i], test_read);
        g_test_add_data_func(cut, &samples[i], test_truncated);
        g_test_add_data_func(longer, &samples[i], test_oversize);
    }
    g_test_add_func("/frame/too-many-tags", test_too_many_tags);
    g_test_add_func("/frame/write", test_write);
    g_test_add_func("/frame/random", test_random);
    return g_test_run();
}
