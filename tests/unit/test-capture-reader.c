/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading captures: every frame with its number and time, filters, and every way in which a file can be
 * wrong. */
#include "capture-tools/io/capture-reader.h"
#include "capture-tools/io/pcapng-writer.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <pcap/pcap.h>
#include <string.h>
#include <unistd.h>

enum { FRAMES = 5, FRAME_LENGTH = 34 };
#define TIME_NS(i) (INT64_C(1767225600) * 1000000000 + 999999990 + (i))

static char *directory, *path;

/* Odd frames are IPv4, even ones IPv6 by EtherType. */
static void fill(uint8_t octets[FRAME_LENGTH], unsigned i)
{
    memset(octets, 0, FRAME_LENGTH);
    octets[12] = i % 2 != 0 ? 0x08 : 0x86;
    octets[13] = i % 2 != 0 ? 0x00 : 0xdd;
    octets[FRAME_LENGTH - 1] = (uint8_t)i;
}

/* In place: a new file for each of a thousand captures would have the disk keep us waiting. */
static void write_octets(const char *octets, size_t length)
{
    int file = g_open(path, O_WRONLY | O_CREAT, 0600);
    g_assert_cmpint(write(file, octets, length), ==, (gssize)length);
    g_assert_cmpint(ftruncate(file, (off_t)length), ==, 0);
    g_assert_cmpint(close(file), ==, 0);
}

static void write_pcap(int link_type)
{
    pcap_t *dead = pcap_open_dead_with_tstamp_precision(link_type, 65535, PCAP_TSTAMP_PRECISION_NANO);
    pcap_dumper_t *dumper = pcap_dump_open(dead, path);
    g_assert_nonnull(dumper);
    for (unsigned i = 1; i <= FRAMES; i++) {
        uint8_t octets[FRAME_LENGTH];
        fill(octets, i);
        struct pcap_pkthdr header = { .ts = { .tv_sec = (time_t)(TIME_NS(i) / 1000000000),
                                              .tv_usec = (suseconds_t)(TIME_NS(i) % 1000000000) },
                                      .caplen = FRAME_LENGTH,
                                      .len = FRAME_LENGTH + i };
        pcap_dump((u_char *)dumper, &header, octets);
    }
    pcap_dump_close(dumper);
    pcap_close(dead);
}

static void write_pcapng(void)
{
    pcapng_writer *writer = pcapng_writer_open(path, NULL, NULL);
    pcapng_writer_add_interface(writer, "one", 1, 65535);
    pcapng_writer_add_interface(writer, "two", 1, 65535);
    for (unsigned i = 1; i <= FRAMES; i++) {
        uint8_t octets[FRAME_LENGTH];
        fill(octets, i);
        pcapng_writer_packet(writer, i % 2, TIME_NS(i), octets, FRAME_LENGTH, FRAME_LENGTH + i, "comment");
    }
    g_assert_true(pcapng_writer_close(writer, NULL));
}

static capture_reader *open_reader(const char *name, const char *filter)
{
    GError *error = NULL;
    capture_reader *reader = capture_reader_open(name, filter, &error);
    g_assert_no_error(error);
    return reader;
}

static void assert_frame(const capture_frame *frame, unsigned number)
{
    uint8_t octets[FRAME_LENGTH];
    fill(octets, number);
    g_assert_cmpuint(frame->number, ==, number);
    g_assert_cmpint(frame->time_ns, ==, TIME_NS(number));
    g_assert_cmpuint(frame->wire, ==, FRAME_LENGTH + number);
    g_assert_cmpuint(frame->captured, ==, sizeof octets);
    g_assert_cmpint(frame->link_type, ==, DLT_EN10MB);
    g_assert_true(memcmp(frame->data, octets, sizeof octets) == 0);
}

static void assert_all_frames(const char *name)
{
    capture_reader *reader = open_reader(name, NULL);
    capture_frame frame;
    for (unsigned i = 1; i <= FRAMES; i++) {
        g_assert_cmpint(capture_reader_next(reader, &frame), ==, CAPTURE_FRAME);
        assert_frame(&frame, i);
    }
    g_assert_cmpint(capture_reader_next(reader, &frame), ==, CAPTURE_END);
    g_assert_cmpstr(capture_reader_message(reader), ==, "");
    capture_reader_close(reader);
}

static void test_pcap(void)
{
    write_pcap(DLT_EN10MB);
    assert_all_frames(path);
}

static void test_pcapng(void)
{
    write_pcapng();
    assert_all_frames(path);
}

static void test_standard_input(void)
{
    write_pcap(DLT_EN10MB);
    int kept = dup(STDIN_FILENO);
    int file = g_open(path, O_RDONLY, 0);
    g_assert_cmpint(dup2(file, STDIN_FILENO), ==, STDIN_FILENO);
    assert_all_frames("-");
    dup2(kept, STDIN_FILENO);
    close(kept);
    close(file);
}

/* Frames that the filter passes keep the number that they have in the file. */
static void test_filter(void)
{
    write_pcap(DLT_EN10MB);
    capture_reader *reader = open_reader(path, "ip6");
    capture_frame frame;
    for (unsigned i = 2; i <= FRAMES; i += 2) {
        g_assert_cmpint(capture_reader_next(reader, &frame), ==, CAPTURE_FRAME);
        assert_frame(&frame, i);
    }
    g_assert_cmpint(capture_reader_next(reader, &frame), ==, CAPTURE_END);
    capture_reader_close(reader);
}

static void assert_refused(const char *name, const char *filter, capture_error code, const char *message)
{
    GError *error = NULL;
    g_assert_null(capture_reader_open(name, filter, &error));
    g_assert_error(error, CAPTURE_ERROR, (int)code);
    g_assert_cmpstr(error->message, ==, message);
    g_error_free(error);
}

static void test_bad_filter(void)
{
    write_pcap(DLT_EN10MB);
    assert_refused(
        path, "tcp portt 80", CAPTURE_ERROR_FILTER,
        "filter \"tcp portt 80\": can't parse filter expression: syntax error, expected an expression of "
        "pcap-filter(7)");
}

static void test_no_file(void)
{
    g_autofree char *name = g_build_filename(directory, "none.pcap", NULL);
    g_autofree char *message = g_strconcat(name, ": No such file or directory", NULL);
    assert_refused(name, NULL, CAPTURE_ERROR_OPEN, message);
}

static void test_directory(void)
{
    g_autofree char *message = g_strconcat(directory, ": Is a directory", NULL);
    assert_refused(directory, NULL, CAPTURE_ERROR_OPEN, message);
}

static void test_empty(void)
{
    write_octets("", 0);
    g_autofree char *message = g_strconcat(path, ": empty, expected a pcap or pcapng capture", NULL);
    assert_refused(path, NULL, CAPTURE_ERROR_OPEN, message);
}

static void test_not_a_capture(void)
{
    write_octets("GIF89a and more", strlen("GIF89a and more"));
    g_autofree char *message =
        g_strconcat(path, ": unknown file format, expected a pcap or pcapng capture", NULL);
    assert_refused(path, NULL, CAPTURE_ERROR_OPEN, message);
}

static void test_wrong_link_type(void)
{
    write_pcap(DLT_IEEE802_11);
    g_autofree char *message =
        g_strconcat(path,
                    ": link type 105 (IEEE802_11), expected Ethernet, raw IP, Linux cooked v1 or "
                    "v2, or null/loopback",
                    NULL);
    assert_refused(path, NULL, CAPTURE_ERROR_LINK_TYPE, message);
}

/* Cut to every length: refused, or all the frames before the cut and then a sentence that says after which.
 */
static void cut_to_every_length(size_t headers)
{
    g_autofree char *whole = NULL;
    gsize length;
    g_assert_true(g_file_get_contents(path, &whole, &length, NULL));
    uint64_t most = 0;
    for (gsize cut = 0; cut < length; cut++) {
        write_octets(whole, cut);
        GError *error = NULL;
        capture_reader *reader = capture_reader_open(path, NULL, &error);
        if (reader == NULL) {
            g_assert_cmpuint(cut, <, headers);
            g_assert_true(g_str_has_prefix(error->message, path));
            g_error_free(error);
            continue;
        }
        capture_frame frame;
        capture_status status;
        uint64_t count = 0;
        while ((status = capture_reader_next(reader, &frame)) == CAPTURE_FRAME)
            assert_frame(&frame, (unsigned)++count);
        g_assert_cmpuint(count, >=, most);
        most = count;
        if (status == CAPTURE_BROKEN) {
            g_autofree char *start = g_strdup_printf("%s: broken after frame %u: ", path, (unsigned)count);
            g_assert_true(g_str_has_prefix(capture_reader_message(reader), start));
            g_assert_nonnull(strstr(capture_reader_message(reader), "truncated"));
        } else { /* between two frames, and two interfaces, nobody can tell */
            g_assert_cmpint(status, ==, CAPTURE_END);
            g_assert_true(cut < headers ? count == 0 : (cut - headers) % ((length - headers) / FRAMES) == 0);
        }
        capture_reader_close(reader);
    }
    g_assert_cmpuint(most, ==, FRAMES - 1);
}

static void test_cut_pcap(void)
{
    write_pcap(DLT_EN10MB);
    cut_to_every_length(24);
}

static void test_cut_pcapng(void)
{
    write_pcapng();
    /* Section header 32, two interfaces of 40; the first frame is not reached in a file cut among these. */
    g_autofree char *whole = NULL;
    gsize length;
    g_assert_true(g_file_get_contents(path, &whole, &length, NULL));
    gsize frame_block = 12 + 20 + 36 + 12 + 4;
    cut_to_every_length(length - FRAMES * frame_block);
}

static void test_random(void)
{
    write_pcapng();
    g_autofree char *whole = NULL;
    gsize length;
    g_assert_true(g_file_get_contents(path, &whole, &length, NULL));
    for (unsigned round = 0; round < 500; round++) {
        g_autofree char *copy = g_memdup2(whole, length);
        for (int changes = g_test_rand_int_range(1, 8); changes > 0; changes--)
            copy[g_test_rand_int_range(0, (gint32)length)] = (char)g_test_rand_int_range(0, 256);
        write_octets(copy, length);
        GError *error = NULL;
        capture_reader *reader = capture_reader_open(path, round % 2 != 0 ? "ip or ip6" : NULL, &error);
        if (reader == NULL) {
            g_assert_true(g_str_has_prefix(error->message, path));
            g_error_free(error);
            continue;
        }
        capture_frame frame;
        while (capture_reader_next(reader, &frame) == CAPTURE_FRAME)
            ;
        capture_reader_close(reader);
    }
}

/* Found by the test above: a time beyond what 64 bits of signed nanoseconds hold. */
static void test_far_future(void)
{
    pcapng_writer *writer = pcapng_writer_open(path, NULL, NULL);
    pcapng_writer_add_interface(writer, "one", 1, 65535);
    pcapng_writer_packet(writer, 0, -1, NULL, 0, 0, NULL); /* 2^64 - 1 on the wire: 18446744073.709551615 s */
    g_assert_true(pcapng_writer_close(writer, NULL));
    capture_reader *reader = open_reader(path, NULL);
    capture_frame frame;
    g_assert_cmpint(capture_reader_next(reader, &frame), ==, CAPTURE_FRAME);
    g_assert_cmpint(frame.time_ns, ==, INT64_C(9223372035) * 1000000000 + 709551615);
    capture_reader_close(reader);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    GError *error = NULL;
    directory = g_dir_make_tmp("catshark-XXXXXX", &error);
    g_assert_no_error(error);
    path = g_build_filename(directory, "in.pcap", NULL);
    g_test_add_func("/capture-reader/pcap", test_pcap);
    g_test_add_func("/capture-reader/pcapng", test_pcapng);
    g_test_add_func("/capture-reader/standard-input", test_standard_input);
    g_test_add_func("/capture-reader/filter", test_filter);
    g_test_add_func("/capture-reader/bad-filter", test_bad_filter);
    g_test_add_func("/capture-reader/no-file", test_no_file);
    g_test_add_func("/capture-reader/directory", test_directory);
    g_test_add_func("/capture-reader/empty", test_empty);
    g_test_add_func("/capture-reader/not-a-capture", test_not_a_capture);
    g_test_add_func("/capture-reader/wrong-link-type", test_wrong_link_type);
    g_test_add_func("/capture-reader/cut-pcap", test_cut_pcap);
    g_test_add_func("/capture-reader/cut-pcapng", test_cut_pcapng);
    g_test_add_func("/capture-reader/random", test_random);
    g_test_add_func("/capture-reader/far-future", test_far_future);
    int result = g_test_run();
    g_unlink(path);
    g_rmdir(directory);
    g_free(path);
    g_free(directory);
    return result;
}
