/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which interface captured each packet: blocks of every kind, both byte orders, several sections, and files
 * cut anywhere or made of noise. */
#include "capture-tools/io/capture-reader.h"
#include "capture-tools/io/pcapng-interfaces.h"
#include "capture-tools/io/pcapng-writer.h"

#include <glib/gstdio.h>
#include <pcap/pcap.h>
#include <string.h>
#include <unistd.h>

/* A file that is being written, in either byte order. */
typedef struct writing {
    GByteArray *octets;
    bool swapped;
} writing;

static void put32(writing *w, uint32_t value)
{
    value = w->swapped ? GUINT32_SWAP_LE_BE(value) : value;
    g_byte_array_append(w->octets, (const guint8 *)&value, sizeof value);
}

static void put16(writing *w, uint16_t value)
{
    value = w->swapped ? GUINT16_SWAP_LE_BE(value) : value;
    g_byte_array_append(w->octets, (const guint8 *)&value, sizeof value);
}

static void put_block(writing *w, uint32_t type, const writing *body)
{
    put32(w, type);
    put32(w, 12 + body->octets->len);
    g_byte_array_append(w->octets, body->octets->data, body->octets->len);
    put32(w, 12 + body->octets->len);
    g_byte_array_free(body->octets, TRUE);
}

static writing body_of(const writing *w)
{
    return (writing){ g_byte_array_new(), w->swapped };
}

static void put_section(writing *w)
{
    writing body = body_of(w);
    put32(&body, 0x1A2B3C4D);
    put16(&body, 1); /* version 1.0 */
    put16(&body, 0);
    put32(&body, UINT32_MAX); /* section length not known */
    put32(&body, UINT32_MAX);
    put_block(w, 0x0A0D0D0A, &body);
}

static void put_option(writing *w, uint16_t code, const char *text)
{
    static const guint8 zeros[4];
    size_t length = strlen(text);
    put16(w, code);
    put16(w, (uint16_t)length);
    g_byte_array_append(w->octets, (const guint8 *)text, (guint)length);
    g_byte_array_append(w->octets, zeros, (guint)(-length & 3));
}

static void put_interface(writing *w, const char *name, const char *description, const char *hardware)
{
    writing body = body_of(w);
    put16(&body, 1); /* Ethernet */
    put16(&body, 0);
    put32(&body, 65535);
    if (hardware != NULL)
        put_option(&body, 15, hardware);
    if (description != NULL)
        put_option(&body, 3, description);
    if (name != NULL)
        put_option(&body, 2, name);
    if (name != NULL || description != NULL || hardware != NULL)
        put_option(&body, 0, "");
    put_block(w, 1, &body);
}

/* An enhanced packet block of a packet of `length` octets, a multiple of 4. */
static void put_packet(writing *w, uint32_t interface, uint32_t length)
{
    writing body = body_of(w);
    put32(&body, interface);
    put32(&body, 0); /* time */
    put32(&body, 0);
    put32(&body, length);
    put32(&body, length);
    g_byte_array_set_size(body.octets, body.octets->len + length);
    memset(body.octets->data + body.octets->len - length, 0x0A, length);
    put_block(w, 6, &body);
}

static void put_simple_packet(writing *w)
{
    writing body = body_of(w);
    put32(&body, 0);
    put_block(w, 3, &body);
}

static void put_obsolete_packet(writing *w, uint16_t interface)
{
    writing body = body_of(w);
    put16(&body, interface);
    put16(&body, 0); /* drops */
    for (unsigned i = 0; i < 4; i++)
        put32(&body, 0);
    put_block(w, 2, &body);
}

static void put_other(writing *w)
{
    writing body = body_of(w);
    put32(&body, 1);
    put_block(w, 5, &body); /* interface statistics */
}

/* Two sections of two interfaces each. */
static GByteArray *two_sections(bool swapped)
{
    writing w = { g_byte_array_new(), swapped };
    put_section(&w);
    put_interface(&w, "core", "the core", "card");
    put_packet(&w, 0, 64);
    put_interface(&w, NULL, "a site", "card");
    put_other(&w);
    put_packet(&w, 1, 1500);
    put_simple_packet(&w);
    put_obsolete_packet(&w, 1);
    put_packet(&w, 2, 0); /* of no interface */
    w.swapped = !swapped;
    put_section(&w);
    put_interface(&w, NULL, NULL, NULL);
    put_interface(&w, NULL, NULL, "card");
    put_packet(&w, 1, 8);
    put_packet(&w, 0, 8);
    return w.octets;
}

static void assert_next(pcapng_interfaces *p, uint32_t expected)
{
    uint32_t interface;
    g_assert_true(pcapng_interfaces_next(p, &interface));
    g_assert_cmpuint(interface, ==, expected);
}

/* In pieces of every size. */
static void test_sections(const void *swapped)
{
    GByteArray *octets = two_sections(GPOINTER_TO_INT(swapped));
    for (size_t step = 1; step <= octets->len; step += step < 70 ? 1 : 97) {
        pcapng_interfaces *p = pcapng_interfaces_new();
        uint32_t interface;
        for (size_t at = 0; at < octets->len; at += step)
            pcapng_interfaces_feed(p, octets->data + at, MIN(step, octets->len - at));
        static const uint32_t first[] = { 0, 1, 0, 1 };
        for (size_t i = 0; i < G_N_ELEMENTS(first); i++)
            assert_next(p, first[i]);
        g_assert_false(pcapng_interfaces_next(p, &interface)); /* that of no interface, */
        assert_next(p, 3);                                     /* and on */
        assert_next(p, 2);
        g_assert_false(pcapng_interfaces_next(p, &interface));
        g_assert_cmpstr(pcapng_interfaces_name(p, 0), ==, "core");
        g_assert_cmpstr(pcapng_interfaces_name(p, 1), ==, "a site");
        g_assert_null(pcapng_interfaces_name(p, 2));
        g_assert_cmpstr(pcapng_interfaces_name(p, 3), ==, "card");
        g_assert_null(pcapng_interfaces_name(p, 4));
        g_assert_cmpuint(pcapng_interfaces_index(p, 1), ==, 1);
        g_assert_cmpuint(pcapng_interfaces_index(p, 2), ==, 0);
        g_assert_cmpuint(pcapng_interfaces_index(p, 3), ==, 1);
        pcapng_interfaces_free(p);
    }
    g_byte_array_free(octets, TRUE);
}

/* How many packets the octets tell the interface of. */
static unsigned told(const uint8_t *octets, size_t length)
{
    pcapng_interfaces *p = pcapng_interfaces_new();
    uint32_t interface;
    unsigned count = 0;
    pcapng_interfaces_feed(p, octets, length);
    while (pcapng_interfaces_next(p, &interface)) {
        pcapng_interfaces_name(p, interface);
        count++;
    }
    pcapng_interfaces_free(p);
    return count;
}

static void test_truncated(void)
{
    GByteArray *octets = two_sections(false);
    unsigned before = 0;
    for (guint length = 0; length <= octets->len; length++) {
        uint8_t *copy = g_memdup2(octets->data, length); /* a sanitizer sees its end */
        unsigned now = told(copy, length);
        g_assert_cmpuint(now, >=, before);
        before = now;
        g_free(copy);
    }
    g_assert_cmpuint(before, ==, 4); /* up to the one of no interface */
    g_byte_array_free(octets, TRUE);
}

static void test_lengths(void)
{
    static const uint32_t wrong[] = { 0, 1, 8, 11, 13, 30, UINT32_MAX };
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        writing w = { g_byte_array_new(), false };
        put_section(&w);
        put_interface(&w, "one", NULL, NULL);
        guint at = w.octets->len;
        put_packet(&w, 0, 8);
        put_packet(&w, 0, 8);
        memcpy(w.octets->data + at + 4, &wrong[i], 4);
        g_assert_cmpuint(told(w.octets->data, w.octets->len), ==, 0);
        g_byte_array_free(w.octets, TRUE);
    }
}

/* Options longer than the block, and interfaces before any section. */
static void test_wrong_places(void)
{
    writing w = { g_byte_array_new(), false };
    put_interface(&w, "one", NULL, NULL);
    put_packet(&w, 0, 8);
    g_assert_cmpuint(told(w.octets->data, w.octets->len), ==, 0);
    g_byte_array_set_size(w.octets, 0);
    put_section(&w);
    guint at = w.octets->len;
    put_interface(&w, "one", NULL, NULL);
    w.octets->data[at + 18] = 200; /* the name's length */
    put_packet(&w, 0, 8);
    pcapng_interfaces *p = pcapng_interfaces_new();
    pcapng_interfaces_feed(p, w.octets->data, w.octets->len);
    assert_next(p, 0);
    g_assert_null(pcapng_interfaces_name(p, 0));
    pcapng_interfaces_free(p);
    g_byte_array_free(w.octets, TRUE);
}

static void test_random(void)
{
    for (unsigned i = 0; i < 20000; i++) {
        GByteArray *octets = two_sections(g_test_rand_bit());
        for (int changes = g_test_rand_int_range(1, 6); changes > 0; changes--)
            octets->data[g_test_rand_int_range(0, (gint32)octets->len)] = (guint8)g_test_rand_int();
        told(octets->data, octets->len);
        g_byte_array_free(octets, TRUE);
    }
}

/* Through the reader, with a filter that passes some of the frames, and of a file without interfaces. */
static void test_reader(void)
{
    g_autofree char *path = NULL;
    GError *error = NULL;
    close(g_file_open_tmp("interfaces-XXXXXX", &path, &error));
    pcapng_writer *writer = pcapng_writer_open(path, NULL, NULL);
    pcapng_writer_add_interface(writer, "one", 1, 65535);
    pcapng_writer_add_interface(writer, "two", 1, 65535);
    enum { FRAMES = 20000, LENGTH = 34 };
    for (unsigned i = 0; i < FRAMES; i++) {
        uint8_t octets[LENGTH] = { 0 };
        octets[12] = i % 3 == 0 ? 0x08 : 0x86;
        octets[13] = i % 3 == 0 ? 0x00 : 0xdd;
        pcapng_writer_packet(writer, i % 2, i, octets, LENGTH, LENGTH, NULL);
    }
    g_assert_true(pcapng_writer_close(writer, NULL));
    static const char *const filters[] = { NULL, "ip6" };
    for (size_t f = 0; f < G_N_ELEMENTS(filters); f++) {
        capture_reader *reader = capture_reader_open_interfaces(path, filters[f], &error);
        g_assert_no_error(error);
        capture_frame frame;
        unsigned count = 0;
        for (; capture_reader_next(reader, &frame) == CAPTURE_FRAME; count++) {
            g_assert_true(frame.has_interface);
            g_assert_cmpuint(frame.interface, ==, (frame.number - 1) % 2);
        }
        g_assert_cmpuint(count, ==, filters[f] == NULL ? FRAMES : FRAMES - (FRAMES + 2) / 3);
        g_assert_cmpstr(capture_reader_interface_name(reader, 1), ==, "two");
        capture_reader_close(reader);
    }
    capture_reader *reader = capture_reader_open(path, NULL, &error); /* not asked for */
    capture_frame frame;
    g_assert_cmpint(capture_reader_next(reader, &frame), ==, CAPTURE_FRAME);
    g_assert_false(frame.has_interface);
    capture_reader_close(reader);
    g_unlink(path);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/pcapng-interfaces/sections", GINT_TO_POINTER(false), test_sections);
    g_test_add_data_func("/pcapng-interfaces/sections-swapped", GINT_TO_POINTER(true), test_sections);
    g_test_add_func("/pcapng-interfaces/truncated", test_truncated);
    g_test_add_func("/pcapng-interfaces/lengths", test_lengths);
    g_test_add_func("/pcapng-interfaces/wrong-places", test_wrong_places);
    g_test_add_func("/pcapng-interfaces/random", test_random);
    g_test_add_func("/pcapng-interfaces/reader", test_reader);
    return g_test_run();
}
