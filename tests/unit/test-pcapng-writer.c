/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What pcapng_writer writes, octet by octet, as libpcap reads it and as tshark shows it; and that a failure
 * leaves nothing behind. Spec: draft-ietf-opsawg-pcapng. */
#include "capture-tools/io/pcapng-writer.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <pcap/pcap.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

typedef struct fixture {
    char *directory, *path;
} fixture;

static void set_up(fixture *f, gconstpointer data)
{
    (void)data;
    GError *error = NULL;
    f->directory = g_dir_make_tmp("catshark-XXXXXX", &error);
    g_assert_no_error(error);
    f->path = g_build_filename(f->directory, "out.pcapng", NULL);
}

static unsigned files_in(const char *directory)
{
    unsigned count = 0;
    GDir *dir = g_dir_open(directory, 0, NULL);
    while (g_dir_read_name(dir) != NULL)
        count++;
    g_dir_close(dir);
    return count;
}

static void tear_down(fixture *f, gconstpointer data)
{
    (void)data;
    g_unlink(f->path);
    g_assert_cmpint(g_rmdir(f->directory), ==, 0); /* nothing else is there */
    g_free(f->path);
    g_free(f->directory);
}

static pcapng_writer *open_writer(const char *path)
{
    GError *error = NULL;
    pcapng_writer *writer = pcapng_writer_open(path, "catshark test", &error);
    g_assert_no_error(error);
    return writer;
}

static void close_writer(pcapng_writer *writer)
{
    GError *error = NULL;
    g_assert_true(pcapng_writer_close(writer, &error));
    g_assert_no_error(error);
}

#define TIME_NS (INT64_C(1767225600) * 1000000000 + 123456789) /* 2026-01-01T00:00:00.123456789Z */

/* clang-format off */
static const uint8_t expected_octets[] = {
    /* section header block */
    0x0a, 0x0d, 0x0d, 0x0a,  52, 0, 0, 0,            /* type, total length */
    0x4d, 0x3c, 0x2b, 0x1a,  1, 0,  0, 0,            /* byte-order magic, version 1.0 */
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,  /* section length: not stated */
    4, 0,  13, 0,                                    /* shb_userappl, 13 octets */
    'c', 'a', 't', 's', 'h', 'a', 'r', 'k', ' ', 't', 'e', 's', 't', 0, 0, 0,
    0, 0,  0, 0,                                     /* opt_endofopt */
    52, 0, 0, 0,
    /* interface description block */
    1, 0, 0, 0,  40, 0, 0, 0,
    1, 0,  0, 0,                                     /* Ethernet, reserved */
    0x00, 0x00, 0x04, 0x00,                          /* snap length 262144 */
    2, 0,  2, 0,  'a', 'b', 0, 0,                    /* if_name */
    9, 0,  1, 0,  9, 0, 0, 0,                        /* if_tsresol: 10^-9 */
    0, 0,  0, 0,
    40, 0, 0, 0,
    /* enhanced packet block with a comment */
    6, 0, 0, 0,  48, 0, 0, 0,
    0, 0, 0, 0,                                      /* interface 0 */
    0x51, 0x72, 0x86, 0x18,  0x15, 0xcd, 0x55, 0xf5, /* time, upper and lower half */
    3, 0, 0, 0,  60, 0, 0, 0,                        /* captured, on the wire */
    1, 2, 3, 0,                                      /* data, padded */
    1, 0,  3, 0,  'h', 'e', 'y', 0,                  /* opt_comment */
    0, 0,  0, 0,
    48, 0, 0, 0,
    /* enhanced packet block without data or options */
    6, 0, 0, 0,  32, 0, 0, 0,
    0, 0, 0, 0,
    0, 0, 0, 0,  0, 0, 0, 0,
    0, 0, 0, 0,  0, 0, 0, 0,
    32, 0, 0, 0,
};
/* clang-format on */

static void test_octets(fixture *f, gconstpointer data)
{
    (void)data;
    static const uint8_t packet[] = { 1, 2, 3 };
    pcapng_writer *writer = open_writer(f->path);
    g_assert_cmpuint(pcapng_writer_add_interface(writer, "ab", 1, 262144), ==, 0);
    g_assert_true(pcapng_writer_packet(writer, 0, TIME_NS, packet, 3, 60, "hey"));
    g_assert_true(pcapng_writer_packet(writer, 0, 0, NULL, 0, 0, ""));
    close_writer(writer);

    g_autofree char *found = NULL;
    gsize length;
    g_assert_true(g_file_get_contents(f->path, &found, &length, NULL));
    g_assert_cmpuint(length, ==, sizeof expected_octets);
    g_assert_true(memcmp(found, expected_octets, length) == 0);
}

static uint32_t packet_length(unsigned i)
{
    return i * 37 % 1500;
}

/* More than the buffer holds, every length modulo 4, two interfaces, an occasional comment. */
static void test_libpcap_reads(fixture *f, gconstpointer data)
{
    (void)data;
    enum { PACKETS = 5000 };
    static uint8_t octets[1500];
    pcapng_writer *writer = open_writer(f->path);
    pcapng_writer_add_interface(writer, "clients-ingress1", 1, 262144);
    g_assert_cmpuint(pcapng_writer_add_interface(writer, "ingress1-core", 1, 262144), ==, 1);
    for (unsigned i = 0; i < PACKETS; i++) {
        memset(octets, (int)(i & 0xff), sizeof octets);
        g_assert_true(pcapng_writer_packet(writer, i & 1, TIME_NS + i, octets, packet_length(i),
                                           packet_length(i) + i, i % 3 == 0 ? "steered" : NULL));
    }
    close_writer(writer);

    char reason[PCAP_ERRBUF_SIZE];
    pcap_t *pcap = pcap_open_offline_with_tstamp_precision(f->path, PCAP_TSTAMP_PRECISION_NANO, reason);
    g_assert_nonnull(pcap);
    struct pcap_pkthdr *header;
    const u_char *found;
    for (unsigned i = 0; i < PACKETS; i++) {
        g_assert_cmpint(pcap_next_ex(pcap, &header, &found), ==, 1);
        g_assert_cmpint((int64_t)header->ts.tv_sec * 1000000000 + header->ts.tv_usec, ==, TIME_NS + i);
        g_assert_cmpuint(header->caplen, ==, packet_length(i));
        g_assert_cmpuint(header->len, ==, packet_length(i) + i);
        memset(octets, (int)(i & 0xff), sizeof octets);
        g_assert_true(memcmp(found, octets, packet_length(i)) == 0);
    }
    g_assert_cmpint(pcap_next_ex(pcap, &header, &found), ==, PCAP_ERROR_BREAK);
    pcap_close(pcap);
}

/* A block longer than the whole buffer, and a comment longer than an option, cut between characters. */
static void test_long(fixture *f, gconstpointer data)
{
    (void)data;
    enum { LONG = 3 * 1024 * 1024 + 1 };
    g_autofree uint8_t *octets = g_malloc0(LONG);
    GString *comment = g_string_new(NULL);
    while (comment->len < 70000)
        g_string_append(comment, "\xe2\x86\x92"); /* an arrow, three octets */
    octets[LONG - 1] = 0x5a;
    pcapng_writer *writer = open_writer(f->path);
    pcapng_writer_add_interface(writer, NULL, 1, LONG);
    g_assert_true(pcapng_writer_packet(writer, 0, 0, octets, 1, 1, comment->str));
    g_assert_true(pcapng_writer_packet(writer, 0, 0, octets, LONG, LONG, NULL));
    close_writer(writer);

    g_autofree char *found = NULL;
    gsize length;
    g_assert_true(g_file_get_contents(f->path, &found, &length, NULL));
    size_t section = 52, interface = 12 + 8 + 8 + 4;
    size_t comment_at = section + interface + 28 + 4;
    uint16_t option[2];
    memcpy(option, found + comment_at, sizeof option);
    g_assert_cmpuint(GUINT16_FROM_LE(option[0]), ==, 1);
    g_assert_cmpuint(GUINT16_FROM_LE(option[1]), ==, 65535); /* 21845 arrows */
    g_assert_true(g_utf8_validate(found + comment_at + 4, 65535, NULL));
    size_t first = 32 + 4 + 4 + 65536 + 4;
    g_assert_cmpuint(length, ==, section + interface + first + 32 + LONG + 3);
    g_assert_cmphex((uint8_t)found[length - 4 - 3 - 1], ==, 0x5a);
    g_string_free(comment, TRUE);
}

static void test_cut_between_characters(fixture *f, gconstpointer data)
{
    (void)data;
    GString *comment = g_string_new("x"); /* now 65535 falls inside a character */
    while (comment->len < 70000)
        g_string_append(comment, "\xe2\x86\x92");
    pcapng_writer *writer = open_writer(f->path);
    pcapng_writer_add_interface(writer, NULL, 1, 65535);
    g_assert_true(pcapng_writer_packet(writer, 0, 0, NULL, 0, 0, comment->str));
    close_writer(writer);
    g_autofree char *found = NULL;
    g_assert_true(g_file_get_contents(f->path, &found, NULL, NULL));
    uint16_t length;
    memcpy(&length, found + 52 + 32 + 28 + 2, sizeof length);
    g_assert_cmpuint(GUINT16_FROM_LE(length), ==, 65533); /* 1 + 3 * 21844 */
    g_string_free(comment, TRUE);
}

/* Until the close the old file stays as it is; then all of the new one is there, with the rights the umask
 * leaves. */
static void test_takes_its_place(fixture *f, gconstpointer data)
{
    (void)data;
    g_assert_true(g_file_set_contents(f->path, "old", -1, NULL));
    pcapng_writer *writer = open_writer(f->path);
    g_assert_cmpuint(files_in(f->directory), ==, 2);
    g_autofree char *before = NULL;
    g_assert_true(g_file_get_contents(f->path, &before, NULL, NULL));
    g_assert_cmpstr(before, ==, "old");
    close_writer(writer);
    g_assert_cmpuint(files_in(f->directory), ==, 1);
    GStatBuf status;
    g_assert_cmpint(g_stat(f->path, &status), ==, 0);
    g_assert_cmpint(status.st_size, ==, 52);
    mode_t mask = umask(0);
    umask(mask);
    g_assert_cmphex(status.st_mode & 0777, ==, 0666 & ~mask);
}

static void test_abandon(fixture *f, gconstpointer data)
{
    (void)data;
    pcapng_writer *writer = open_writer(f->path);
    pcapng_writer_abandon(writer);
    g_assert_cmpuint(files_in(f->directory), ==, 0);

    g_assert_true(g_file_set_contents(f->path, "old", -1, NULL));
    pcapng_writer_abandon(open_writer(f->path));
    g_autofree char *after = NULL;
    g_assert_true(g_file_get_contents(f->path, &after, NULL, NULL));
    g_assert_cmpstr(after, ==, "old");
}

/* A symbolic link stays one, and what it names is replaced. */
static void test_symbolic_link(fixture *f, gconstpointer data)
{
    (void)data;
    g_autofree char *link = g_build_filename(f->directory, "link", NULL);
    g_assert_true(g_file_set_contents(f->path, "old", -1, NULL));
    g_assert_cmpint(symlink(f->path, link), ==, 0);
    close_writer(open_writer(link));
    g_assert_true(g_file_test(link, G_FILE_TEST_IS_SYMLINK));
    GStatBuf status;
    g_assert_cmpint(g_stat(f->path, &status), ==, 0);
    g_assert_cmpint(status.st_size, ==, 52);
    g_unlink(link);
}

static void assert_open_fails(const char *path, int code)
{
    GError *error = NULL;
    g_assert_null(pcapng_writer_open(path, NULL, &error));
    g_autofree char *message = g_strdup_printf("%s: %s", path, g_strerror(code));
    g_assert_cmpstr(error->message, ==, message);
    g_error_free(error);
}

static void test_cannot_open(fixture *f, gconstpointer data)
{
    (void)data;
    assert_open_fails(f->directory, EISDIR);
    g_autofree char *path = g_build_filename(f->directory, "none", "out.pcapng", NULL);
    assert_open_fails(path, ENOENT);
    g_assert_cmpuint(files_in(f->directory), ==, 0);
}

/* A device is written in place and stays a device; its failure is told at the packet and at the close. */
static void test_full_device(fixture *f, gconstpointer data)
{
    (void)data;
    (void)f;
    if (access("/dev/full", W_OK) != 0) {
        g_test_skip("no /dev/full here");
        return;
    }
    static uint8_t octets[65536];
    pcapng_writer *writer = open_writer("/dev/full");
    pcapng_writer_add_interface(writer, "x", 1, 65536);
    bool all = true;
    for (unsigned i = 0; i < 40; i++)
        all = pcapng_writer_packet(writer, 0, 0, octets, sizeof octets, sizeof octets, NULL) && all;
    g_assert_false(all);
    GError *error = NULL;
    g_assert_false(pcapng_writer_close(writer, &error));
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
    g_assert_true(g_str_has_prefix(error->message, "/dev/full: "));
    g_error_free(error);
    g_assert_false(g_file_test("/dev/full", G_FILE_TEST_IS_REGULAR));
}

/* clang-format off */
static const uint8_t expected_statistics[] = {
    /* interface description block */
    1, 0, 0, 0,  56, 0, 0, 0,
    113, 0,  0, 0,                                   /* cooked, reserved */
    96, 0, 0, 0,                                     /* snap length */
    2, 0,  1, 0,  'a', 0, 0, 0,                      /* if_name */
    3, 0,  4, 0,  'c', 'o', 'r', 'e',                /* if_description */
    9, 0,  1, 0,  9, 0, 0, 0,                        /* if_tsresol: 10^-9 */
    11, 0,  4, 0,  0, 't', 'c', 'p',                 /* if_filter, of libpcap */
    0, 0,  0, 0,
    56, 0, 0, 0,
    /* interface statistics block */
    5, 0, 0, 0,  88, 0, 0, 0,
    0, 0, 0, 0,                                      /* interface 0 */
    0x51, 0x72, 0x86, 0x18,  0x15, 0xcd, 0x55, 0xf5, /* time, upper and lower half */
    2, 0,  8, 0,  1, 0, 0, 0,  2, 0, 0, 0,           /* isb_starttime */
    3, 0,  8, 0,  0x51, 0x72, 0x86, 0x18,  0x15, 0xcd, 0x55, 0xf5,
    4, 0,  8, 0,  0x08, 0x07, 0x06, 0x05, 0x04, 0x03, 0x02, 0x01,
    5, 0,  8, 0,  7, 0, 0, 0, 0, 0, 0, 0,            /* isb_ifdrop */
    8, 0,  8, 0,  9, 0, 0, 0, 0, 0, 0, 0,            /* isb_usrdeliv */
    0, 0,  0, 0,
    88, 0, 0, 0,
};
/* clang-format on */

static void test_statistics(fixture *f, gconstpointer data)
{
    (void)data;
    pcapng_writer *writer = open_writer(f->path);
    const pcapng_interface interface = {
        .name = "a", .description = "core", .filter = "tcp", .link_type = 113, .snap_length = 96
    };
    const pcapng_statistics statistics = { .start_ns = INT64_C(0x100000002),
                                           .end_ns = TIME_NS,
                                           .received = UINT64_C(0x0102030405060708),
                                           .dropped = 7,
                                           .delivered = 9 };
    g_assert_cmpuint(pcapng_writer_describe_interface(writer, &interface), ==, 0);
    g_assert_true(pcapng_writer_statistics(writer, 0, &statistics));
    g_assert_cmpuint(pcapng_writer_octets(writer), ==, 52 + sizeof expected_statistics);
    close_writer(writer);
    g_autofree char *found = NULL;
    gsize length;
    g_assert_true(g_file_get_contents(f->path, &found, &length, NULL));
    g_assert_cmpuint(length, ==, 52 + sizeof expected_statistics);
    g_assert_true(memcmp(found + 52, expected_statistics, sizeof expected_statistics) == 0);
}

static goffset size_of(const char *path)
{
    GStatBuf status;
    g_assert_cmpint(g_stat(path, &status), ==, 0);
    return status.st_size;
}

/* There at once, begun anew, longer with each flush, and left alone when the writer gives up. */
static void test_growing(fixture *f, gconstpointer data)
{
    (void)data;
    GError *error = NULL;
    g_assert_true(g_file_set_contents(f->path, "an old file", -1, NULL));
    pcapng_writer *writer = pcapng_writer_open_growing(f->path, "catshark test", &error);
    g_assert_no_error(error);
    g_assert_cmpuint(files_in(f->directory), ==, 1);
    g_assert_cmpint(size_of(f->path), ==, 0);
    pcapng_writer_add_interface(writer, "ab", 1, 262144);
    g_assert_true(pcapng_writer_flush(writer));
    g_assert_cmpint(size_of(f->path), ==, 52 + 40);
    g_assert_true(pcapng_writer_packet(writer, 0, 0, NULL, 0, 0, NULL));
    g_assert_cmpint(size_of(f->path), ==, 52 + 40);
    g_assert_cmpuint(pcapng_writer_octets(writer), ==, 52 + 40 + 32);
    g_assert_true(pcapng_writer_flush(writer));
    g_assert_cmpint(size_of(f->path), ==, 52 + 40 + 32);
    g_assert_false(output_file_is_stream(pcapng_writer_file(writer)));
    pcapng_writer_abandon(writer);
    g_assert_cmpint(size_of(f->path), ==, 52 + 40 + 32);
}

/* Half a block that still found room is taken back: the file ends with a whole one, of the same write. */
static void test_growing_full(fixture *f, gconstpointer data)
{
    (void)data;
    static uint8_t octets[1000];
    struct rlimit before;
    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &before), ==, 0);
    signal(SIGXFSZ, SIG_IGN);
    pcapng_writer *writer = pcapng_writer_open_growing(f->path, NULL, NULL);
    pcapng_writer_add_interface(writer, "ab", 1, 262144);
    g_assert_true(pcapng_writer_flush(writer));
    goffset whole = size_of(f->path) + 32 + 100;
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &(struct rlimit){ 500, before.rlim_max }), ==, 0);
    g_assert_true(pcapng_writer_packet(writer, 0, 0, octets, 100, 100, NULL));
    g_assert_true(pcapng_writer_packet(writer, 0, 0, octets, sizeof octets, sizeof octets, NULL));
    g_assert_false(pcapng_writer_flush(writer));
    g_assert_cmpint(output_file_failure(pcapng_writer_file(writer)), ==, EFBIG);
    GError *error = NULL;
    g_assert_false(pcapng_writer_close(writer, &error));
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &before), ==, 0);
    g_assert_true(g_str_has_suffix(error->message, "out.pcapng: File too large"));
    g_error_free(error);
    g_assert_cmpint(size_of(f->path), ==, whole);
    g_assert_cmpint(whole, <, 500 - 12);
}

static void test_tshark_shows(fixture *f, gconstpointer data)
{
    (void)data;
    g_autofree char *tshark = g_find_program_in_path("tshark");
    if (tshark == NULL) {
        g_test_skip("no tshark in PATH");
        return;
    }
    static const uint8_t octets[60] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x88, 0xb5 };
    pcapng_writer *writer = open_writer(f->path);
    pcapng_writer_add_interface(writer, "clients-ingress1", 1, 262144);
    pcapng_writer_add_interface(writer, "ingress1-core", 1, 262144);
    pcapng_writer_packet(writer, 1, TIME_NS, octets, sizeof octets, sizeof octets,
                         "steered \xe2\x86\x92 egress1");
    pcapng_writer_packet(writer, 0, TIME_NS + 1, octets, sizeof octets, sizeof octets, NULL);
    close_writer(writer);

    char *argv[] = { tshark, "-n",
                     "-r",   f->path,
                     "-T",   "fields",
                     "-e",   "frame.interface_name",
                     "-e",   "frame.time_epoch",
                     "-e",   "frame.comment",
                     NULL };
    g_autofree char *out = NULL;
    int status;
    GError *error = NULL;
    g_spawn_sync(NULL, argv, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &out, NULL, &status, &error);
    g_assert_no_error(error);
    g_assert_cmpint(status, ==, 0);
    g_assert_cmpstr(out, ==,
                    "ingress1-core\t1767225600.123456789\tsteered \xe2\x86\x92 egress1\n"
                    "clients-ingress1\t1767225600.123456790\t\n");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, test) g_test_add("/pcapng-writer/" name, fixture, NULL, set_up, test, tear_down)
    ADD("octets", test_octets);
    ADD("libpcap-reads", test_libpcap_reads);
    ADD("long", test_long);
    ADD("cut-between-characters", test_cut_between_characters);
    ADD("takes-its-place", test_takes_its_place);
    ADD("abandon", test_abandon);
    ADD("symbolic-link", test_symbolic_link);
    ADD("cannot-open", test_cannot_open);
    ADD("full-device", test_full_device);
    ADD("statistics", test_statistics);
    ADD("growing", test_growing);
    ADD("growing-full", test_growing_full);
    ADD("tshark-shows", test_tshark_shows);
    return g_test_run();
}
