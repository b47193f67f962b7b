/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Captures packed by gzip and zstd: whole, in several parts, cut at every length, damaged. */
#include "capture-tools/io/capture-reader.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

enum { GZIP_ONLY = 16, MEMORY_LEVEL = 8 };

static char *path, *sample;
static gsize sample_length;
static unsigned sample_frames;

typedef GByteArray *(*packer)(const char *octets, size_t length);

static GByteArray *pack_gzip(const char *octets, size_t length)
{
    z_stream z = { .next_in = (Bytef *)octets, .avail_in = (uInt)length };
    deflateInit2(&z, 6, Z_DEFLATED, MAX_WBITS + GZIP_ONLY, MEMORY_LEVEL, Z_DEFAULT_STRATEGY);
    GByteArray *packed = g_byte_array_new();
    g_byte_array_set_size(packed, (guint)deflateBound(&z, (uLong)length));
    z.next_out = packed->data;
    z.avail_out = packed->len;
    g_assert_cmpint(deflate(&z, Z_FINISH), ==, Z_STREAM_END);
    g_byte_array_set_size(packed, (guint)z.total_out);
    deflateEnd(&z);
    return packed;
}

static GByteArray *pack_zstd(const char *octets, size_t length)
{
    GByteArray *packed = g_byte_array_new();
    g_byte_array_set_size(packed, (guint)ZSTD_compressBound(length));
    g_byte_array_set_size(packed, (guint)ZSTD_compress(packed->data, packed->len, octets, length, 3));
    return packed;
}

static const packer packers[] = { pack_gzip, pack_zstd };

static void write_octets(const guint8 *octets, size_t length)
{
    int file = g_open(path, O_WRONLY | O_CREAT, 0600);
    g_assert_cmpint(write(file, octets, length), ==, (gssize)length);
    g_assert_cmpint(ftruncate(file, (off_t)length), ==, 0);
    g_assert_cmpint(close(file), ==, 0);
}

/* Frames that are read; 0 when it cannot be opened. */
static unsigned count(const guint8 *octets, size_t length, capture_status *status)
{
    capture_frame frame;
    unsigned frames = 0;
    write_octets(octets, length);
    capture_reader *reader = capture_reader_open(path, NULL, NULL);
    *status = CAPTURE_BROKEN;
    while (reader != NULL && (*status = capture_reader_next(reader, &frame)) == CAPTURE_FRAME)
        frames++;
    capture_reader_close(reader);
    return frames;
}

static void test_whole(const void *number)
{
    capture_status status;
    GByteArray *packed = packers[GPOINTER_TO_UINT(number)](sample, sample_length);
    g_assert_cmpuint(count(packed->data, packed->len, &status), ==, sample_frames);
    g_assert_cmpint(status, ==, CAPTURE_END);
    g_byte_array_free(packed, TRUE);
}

/* Members, or frames, one after the other, one of them empty. */
static void test_parts(const void *number)
{
    capture_status status;
    packer pack = packers[GPOINTER_TO_UINT(number)];
    GByteArray *packed = pack(sample, 1000), *empty = pack(sample, 0),
               *rest = pack(sample + 1000, sample_length - 1000);
    g_byte_array_append(packed, empty->data, empty->len);
    g_byte_array_append(packed, rest->data, rest->len);
    g_assert_cmpuint(count(packed->data, packed->len, &status), ==, sample_frames);
    g_assert_cmpint(status, ==, CAPTURE_END);
    g_byte_array_free(packed, TRUE);
    g_byte_array_free(empty, TRUE);
    g_byte_array_free(rest, TRUE);
}

static void test_cut(const void *number)
{
    capture_status status;
    GByteArray *packed = packers[GPOINTER_TO_UINT(number)](sample, sample_length);
    unsigned most = 0;
    for (guint length = 0; length < packed->len; length++) {
        unsigned frames = count(packed->data, length, &status);
        g_assert_cmpint(status, ==, CAPTURE_BROKEN);
        g_assert_cmpuint(frames, >=, most);
        most = frames;
    }
    g_byte_array_free(packed, TRUE);
}

static void test_damaged(const void *number)
{
    capture_status status;
    GByteArray *packed = packers[GPOINTER_TO_UINT(number)](sample, sample_length);
    for (unsigned round = 0; round < 2000; round++) {
        guint8 *copy = g_memdup2(packed->data, packed->len);
        copy[g_test_rand_int_range(0, (gint32)packed->len)] = (guint8)g_test_rand_int();
        g_assert_cmpuint(count(copy, packed->len, &status), <=, sample_frames * 4);
        g_free(copy);
    }
    g_byte_array_free(packed, TRUE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    close(g_file_open_tmp("packed-XXXXXX", &path, NULL));
    g_assert_true(g_file_get_contents(CATSHARK_SAMPLES "/sa-200-100-pe.pcap", &sample, &sample_length, NULL));
    capture_status status;
    sample_frames = count((const guint8 *)sample, sample_length, &status);
    g_assert_cmpuint(sample_frames, ==, 55);
    static const struct {
        const char *name;
        GTestDataFunc run;
    } tests[] = {
        { "whole", test_whole }, { "parts", test_parts }, { "cut", test_cut }, { "damaged", test_damaged }
    };
    for (guint p = 0; p < G_N_ELEMENTS(packers); p++)
        for (size_t i = 0; i < G_N_ELEMENTS(tests); i++) {
            g_autofree char *name =
                g_strdup_printf("/capture-packed/%s/%s", p == 0 ? "gzip" : "zstd", tests[i].name);
            g_test_add_data_func(name, GUINT_TO_POINTER(p), tests[i].run);
        }
    int result = g_test_run();
    g_unlink(path);
    g_free(path);
    g_free(sample);
    return result;
}
