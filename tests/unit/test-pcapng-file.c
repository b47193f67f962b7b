/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pcapng through the reader: blocks of every kind, both byte orders, several sections, link types and clocks,
 * and files cut anywhere or made of noise. */
#include "capture-tools/io/capture-reader.h"
#include "capture-tools/io/pcapng-writer.h"

#include <fcntl.h>
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

static void put_interface_of(writing *w, uint16_t link_type, const char *name, const char *description,
                             const char *hardware)
{
    writing body = body_of(w);
    put16(&body, link_type);
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

static void put_interface(writing *w, const char *name, const char *description, const char *hardware)
{
    put_interface_of(w, DLT_EN10MB, name, description, hardware);
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
    w.swapped = !swapped;
    put_section(&w);
    put_interface(&w, NULL, NULL, NULL);
    put_interface(&w, NULL, NULL, "card");
    put_packet(&w, 1, 8);
    put_packet(&w, 0, 8);
    return w.octets;
}

static char *path;

static capture_reader *open_octets(const guint8 *octets, size_t length, GError **error)
{
    int file = g_open(path, O_WRONLY | O_CREAT, 0600);
    g_assert_cmpint(write(file, octets, length), ==, (gssize)length);
    g_assert_cmpint(ftruncate(file, (off_t)length), ==, 0);
    g_assert_cmpint(close(file), ==, 0);
    return capture_reader_open(path, NULL, error);
}

static void assert_next(capture_reader *reader, uint32_t expected)
{
    capture_frame frame;
    g_assert_cmpint(capture_reader_next(reader, &frame), ==, CAPTURE_FRAME);
    g_assert_true(frame.has_interface);
    g_assert_cmpuint(frame.interface, ==, expected);
}

static void assert_sections(capture_reader *reader)
{
    static const uint32_t interfaces[] = { 0, 1, 0, 1, 3, 2 };
    for (size_t i = 0; i < G_N_ELEMENTS(interfaces); i++)
        assert_next(reader, interfaces[i]);
    capture_frame frame;
    g_assert_cmpint(capture_reader_next(reader, &frame), ==, CAPTURE_END);
    g_assert_cmpuint(capture_reader_interface_count(reader), ==, 4);
    g_assert_cmpstr(capture_reader_interface_name(reader, 0), ==, "core");
    g_assert_cmpstr(capture_reader_interface_name(reader, 1), ==, "a site");
    g_assert_null(capture_reader_interface_name(reader, 2));
    g_assert_cmpstr(capture_reader_interface_name(reader, 3), ==, "card");
    g_assert_null(capture_reader_interface_name(reader, 4));
    g_assert_cmpuint(capture_reader_interface_index(reader, 1), ==, 1);
    g_assert_cmpuint(capture_reader_interface_index(reader, 2), ==, 0);
    g_assert_cmpuint(capture_reader_interface_index(reader, 3), ==, 1);
}

static void test_sections(const void *swapped)
{
    GByteArray *octets = two_sections(GPOINTER_TO_INT(swapped));
    GError *error = NULL;
    capture_reader *reader = open_octets(octets->data, octets->len, &error);
    g_assert_no_error(error);
    assert_sections(reader);
    capture_reader_close(reader);
    g_byte_array_free(octets, TRUE);
}

/* Through a pipe, in pieces. */
static void *write_pieces(void *pipe_end)
{
    int out = GPOINTER_TO_INT(pipe_end);
    GByteArray *octets = two_sections(false);
    for (guint at = 0; at < octets->len; at += 37)
        g_assert_cmpint(write(out, octets->data + at, MIN(37, octets->len - at)), >, 0);
    close(out);
    g_byte_array_free(octets, TRUE);
    return NULL;
}

static void test_pieces(void)
{
    int ends[2], kept = dup(STDIN_FILENO);
    g_assert_cmpint(pipe(ends), ==, 0);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    GThread *writer = g_thread_new("writer", write_pieces, GINT_TO_POINTER(ends[1]));
    GError *error = NULL;
    capture_reader *reader = capture_reader_open("-", NULL, &error);
    g_assert_no_error(error);
    assert_sections(reader);
    capture_reader_close(reader);
    g_thread_join(writer);
    dup2(kept, STDIN_FILENO);
    close(kept);
}

/* How many packets there are before the end, or before what is broken. */
static unsigned told(const uint8_t *octets, size_t length, capture_status *status)
{
    capture_reader *reader = open_octets(octets, length, NULL);
    capture_frame frame;
    unsigned count = 0;
    *status = CAPTURE_BROKEN;
    while (reader != NULL && (*status = capture_reader_next(reader, &frame)) == CAPTURE_FRAME) {
        capture_reader_interface_name(reader, frame.interface);
        count++;
    }
    if (reader != NULL && *status == CAPTURE_BROKEN) {
        g_assert_true(g_str_has_prefix(capture_reader_message(reader), path));
        g_assert_cmpint(capture_reader_next(reader, &frame), ==, CAPTURE_BROKEN); /* and stays so */
    }
    capture_reader_close(reader);
    return count;
}

static void test_truncated(void)
{
    GByteArray *octets = two_sections(false);
    capture_status status;
    unsigned before = 0;
    for (guint length = 0; length <= octets->len; length++) {
        unsigned now = told(octets->data, length, &status);
        g_assert_cmpuint(now, >=, before);
        before = now;
    }
    g_assert_cmpuint(before, ==, 6);
    g_byte_array_free(octets, TRUE);
}

static void test_lengths(void)
{
    static const uint32_t wrong[] = { 0, 1, 8, 11, 13, 30, UINT32_MAX };
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        writing w = { g_byte_array_new(), false };
        capture_status status;
        put_section(&w);
        put_interface(&w, "one", NULL, NULL);
        guint at = w.octets->len;
        put_packet(&w, 0, 8);
        put_packet(&w, 0, 8);
        memcpy(w.octets->data + at + 4, &wrong[i], 4);
        g_assert_cmpuint(told(w.octets->data, w.octets->len, &status), ==, 0);
        g_assert_cmpint(status, ==, CAPTURE_BROKEN);
        g_byte_array_free(w.octets, TRUE);
    }
}

static void assert_broken(writing *w, unsigned frames, const char *reason)
{
    GError *error = NULL;
    capture_reader *reader = open_octets(w->octets->data, w->octets->len, &error);
    capture_frame frame;
    unsigned count = 0;
    while (reader != NULL && capture_reader_next(reader, &frame) == CAPTURE_FRAME)
        count++;
    g_assert_cmpuint(count, ==, frames);
    g_assert_nonnull(strstr(reader != NULL ? capture_reader_message(reader) : error->message, reason));
    capture_reader_close(reader);
    g_clear_error(&error);
    g_byte_array_free(w->octets, TRUE);
}

/* Interfaces before any section, packets before and of no interface, options longer than their block, a link
 * type that is not read. */
static void test_wrong_places(void)
{
    writing w = { g_byte_array_new(), false };
    put_interface(&w, "one", NULL, NULL);
    put_packet(&w, 0, 8);
    assert_broken(&w, 0, "unknown file format");
    w.octets = g_byte_array_new();
    put_section(&w);
    put_packet(&w, 0, 8);
    assert_broken(&w, 0, "a packet before the first interface");
    w.octets = g_byte_array_new();
    put_section(&w);
    assert_broken(&w, 0, "no interface is described");
    w.octets = g_byte_array_new();
    put_section(&w);
    put_interface(&w, "one", NULL, NULL);
    put_packet(&w, 0, 8);
    put_packet(&w, 1, 8);
    assert_broken(&w, 1, "a packet of interface 1, expected one of the 1");
    w.octets = g_byte_array_new();
    put_section(&w);
    guint at = w.octets->len;
    put_interface(&w, "one", NULL, NULL);
    w.octets->data[at + 18] = 200; /* the name's length */
    assert_broken(&w, 0, "an interface option beyond the end of its block");
    w.octets = g_byte_array_new();
    put_section(&w);
    put_interface(&w, "one", NULL, NULL);
    put_packet(&w, 0, 8);
    put_interface_of(&w, DLT_IEEE802_11, "two", NULL, NULL);
    put_packet(&w, 0, 8);
    assert_broken(&w, 1, "link type 105 (IEEE802_11), expected Ethernet");
}

/* Each frame has the link type of its interface. */
static void test_link_types(void)
{
    writing w = { g_byte_array_new(), false };
    put_section(&w);
    put_interface(&w, "one", NULL, NULL);
    put_interface_of(&w, 101 /* LINKTYPE_RAW */, "two", NULL, NULL);
    put_interface_of(&w, DLT_LINUX_SLL2, "three", NULL, NULL);
    static const int types[] = { DLT_EN10MB, DLT_RAW, DLT_LINUX_SLL2 };
    for (uint32_t i = 0; i < 6; i++)
        put_packet(&w, i % 3, 8);
    GError *error = NULL;
    capture_reader *reader = open_octets(w.octets->data, w.octets->len, &error);
    g_assert_no_error(error);
    capture_frame frame;
    for (uint32_t i = 0; i < 6; i++) {
        g_assert_cmpint(capture_reader_next(reader, &frame), ==, CAPTURE_FRAME);
        g_assert_cmpint(frame.link_type, ==, types[i % 3]);
    }
    capture_reader_close(reader);
    g_byte_array_free(w.octets, TRUE);
}

/* With a filter that passes some of the frames, across many buffers. */
static void test_reader(void)
{
    GError *error = NULL;
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
        capture_reader *reader = capture_reader_open(path, filters[f], &error);
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
}

static void test_random(void)
{
    capture_status status;
    for (unsigned i = 0; i < 5000; i++) {
        GByteArray *octets = two_sections(g_test_rand_bit());
        for (int changes = g_test_rand_int_range(1, 6); changes > 0; changes--)
            octets->data[g_test_rand_int_range(0, (gint32)octets->len)] = (guint8)g_test_rand_int();
        told(octets->data, octets->len, &status);
        g_byte_array_free(octets, TRUE);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    close(g_file_open_tmp("pcapng-XXXXXX", &path, NULL));
    g_test_add_data_func("/pcapng-file/sections", GINT_TO_POINTER(false), test_sections);
    g_test_add_data_func("/pcapng-file/sections-swapped", GINT_TO_POINTER(true), test_sections);
    g_test_add_func("/pcapng-file/pieces", test_pieces);
    g_test_add_func("/pcapng-file/truncated", test_truncated);
    g_test_add_func("/pcapng-file/lengths", test_lengths);
    g_test_add_func("/pcapng-file/wrong-places", test_wrong_places);
    g_test_add_func("/pcapng-file/link-types", test_link_types);
    g_test_add_func("/pcapng-file/reader", test_reader);
    g_test_add_func("/pcapng-file/random", test_random);
    int status = g_test_run();
    g_unlink(path);
    g_free(path);
    return status;
}
