/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Limits as they are typed; files one after another, the oldest gone. Spec: man/catshark-capture.1 (FILES).
 */
#include "capture-tools/capture/files.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECOND_NS INT64_C(1000000000)

typedef struct fixture {
    char *directory, *path;
    unsigned asked;
} fixture;

static void set_up(fixture *f, gconstpointer data)
{
    (void)data;
    f->directory = g_dir_make_tmp("catshark-XXXXXX", NULL);
    g_assert_nonnull(f->directory);
    f->path = g_build_filename(f->directory, "out.pcapng", NULL);
}

static int by_name(gconstpointer a, gconstpointer b)
{
    return g_strcmp0(*(char *const *)a, *(char *const *)b);
}

/* The files' sizes by their order. */
static GArray *sizes(const fixture *f)
{
    GArray *found = g_array_new(FALSE, FALSE, sizeof(goffset));
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    GDir *dir = g_dir_open(f->directory, 0, NULL);
    for (const char *name = g_dir_read_name(dir); name != NULL; name = g_dir_read_name(dir))
        g_ptr_array_add(names, g_build_filename(f->directory, name, NULL));
    g_dir_close(dir);
    g_ptr_array_sort(names, by_name);
    for (guint i = 0; i < names->len; i++) {
        GStatBuf status;
        g_assert_cmpint(g_stat(g_ptr_array_index(names, i), &status), ==, 0);
        goffset size = status.st_size;
        g_array_append_val(found, size);
    }
    return found;
}

static void tear_down(fixture *f, gconstpointer data)
{
    (void)data;
    GDir *dir = g_dir_open(f->directory, 0, NULL);
    for (const char *name = g_dir_read_name(dir); name != NULL; name = g_dir_read_name(dir)) {
        g_autofree char *path = g_build_filename(f->directory, name, NULL);
        g_unlink(path);
    }
    g_dir_close(dir);
    g_assert_cmpint(g_rmdir(f->directory), ==, 0);
    g_free(f->path);
    g_free(f->directory);
}

static void ask(void *context, uint32_t interface, pcapng_statistics *statistics)
{
    g_assert_cmpuint(interface, ==, 0);
    ((fixture *)context)->asked++;
    *statistics = (pcapng_statistics){ .received = 1 };
}

static capture_files *start(fixture *f, const capture_files_limits *limits)
{
    GError *error = NULL;
    const capture_files_owner owner = { .context = f, .ask = ask };
    capture_files *files = capture_files_new(f->path, limits, NULL, &owner, &error);
    g_assert_no_error(error);
    capture_files_add_interface(files,
                                &(pcapng_interface){ .name = "ab", .link_type = 1, .snap_length = 96 });
    g_assert_true(capture_files_start(files, &error));
    g_assert_no_error(error);
    return files;
}

static void add(capture_files *files, int64_t now, unsigned packets)
{
    static const uint8_t octets[100];
    for (unsigned i = 0; i < packets; i++)
        g_assert_true(capture_files_packet(files, now, 0, i, octets, sizeof octets, sizeof octets));
}

static void finish(capture_files *files, uint64_t packets)
{
    GError *error = NULL;
    uint64_t written;
    g_assert_true(capture_files_close(files, &written, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(written, ==, packets);
}

/* Section, interface, statistics; and a packet of 100 octets. */
enum { AROUND = 32 + 40 + 88, PACKET = 132 };

static void assert_sizes(const fixture *f, const goffset *expected, guint count)
{
    GArray *found = sizes(f);
    g_assert_cmpuint(found->len, ==, count);
    for (guint i = 0; i < count; i++)
        g_assert_cmpint(g_array_index(found, goffset, i), ==, expected[i]);
    g_array_free(found, TRUE);
}

static void test_one(fixture *f, gconstpointer data)
{
    (void)data;
    capture_files *files = start(f, &(capture_files_limits){ 0 });
    g_assert_cmpstr(capture_files_name(files), ==, f->path);
    g_assert_cmpint(capture_files_stream(files), ==, -1);
    add(files, 0, 50);
    g_assert_true(capture_files_tick(files, 1000 * SECOND_NS));
    g_assert_cmpuint(capture_files_count(files), ==, 1);
    finish(files, 50);
    g_assert_cmpuint(f->asked, ==, 1);
    assert_sizes(f, (const goffset[]){ AROUND + 50 * PACKET }, 1);
}

static void test_packets_and_ring(fixture *f, gconstpointer data)
{
    (void)data;
    capture_files *files = start(f, &(capture_files_limits){ .packets = 10, .files = 3 });
    add(files, 0, 45);
    g_assert_cmpuint(capture_files_count(files), ==, 5);
    finish(files, 45);
    g_assert_cmpuint(f->asked, ==, 5);
    assert_sizes(f, (const goffset[]){ AROUND + 10 * PACKET, AROUND + 10 * PACKET, AROUND + 5 * PACKET }, 3);
}

static void test_size(fixture *f, gconstpointer data)
{
    (void)data;
    /* 72 and 8 packets are 1128 octets: the 8th reaches 1000. */
    capture_files *files = start(f, &(capture_files_limits){ .octets = 1000 });
    add(files, 0, 10);
    finish(files, 10);
    assert_sizes(f, (const goffset[]){ AROUND + 8 * PACKET, AROUND + 2 * PACKET }, 2);
}

/* Time counts from a file's first packet: without packets no file is empty. */
static void test_duration(fixture *f, gconstpointer data)
{
    (void)data;
    capture_files *files = start(f, &(capture_files_limits){ .duration_ns = 10 * SECOND_NS });
    g_assert_true(capture_files_tick(files, 100 * SECOND_NS));
    add(files, 100 * SECOND_NS, 1);
    g_assert_true(capture_files_tick(files, 109 * SECOND_NS));
    add(files, 109 * SECOND_NS, 1);
    g_assert_cmpuint(capture_files_count(files), ==, 1);
    g_assert_true(capture_files_tick(files, 110 * SECOND_NS));
    g_assert_true(capture_files_tick(files, 200 * SECOND_NS));
    g_assert_cmpuint(capture_files_count(files), ==, 2);
    finish(files, 2);
    assert_sizes(f, (const goffset[]){ AROUND + 2 * PACKET, AROUND }, 2);
}

/* Where no next file can be made (its folder was moved), the last one is whole. */
static void test_next_fails(fixture *f, gconstpointer data)
{
    (void)data;
    g_autofree char *folder = g_build_filename(f->directory, "folder", NULL);
    g_autofree char *moved = g_build_filename(f->directory, "moved", NULL);
    g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
    g_free(f->path);
    f->path = g_build_filename(folder, "out.pcapng", NULL);
    capture_files *files = start(f, &(capture_files_limits){ .packets = 2 });
    g_autofree char *name = g_path_get_basename(capture_files_name(files));
    g_assert_cmpint(g_rename(folder, moved), ==, 0);
    add(files, 0, 1);
    static const uint8_t octets[100];
    g_assert_false(capture_files_packet(files, 0, 0, 0, octets, sizeof octets, sizeof octets));
    g_assert_false(capture_files_packet(files, 0, 0, 0, octets, sizeof octets, sizeof octets));
    g_assert_false(capture_files_tick(files, 0));
    GError *error = NULL;
    uint64_t written;
    g_assert_false(capture_files_close(files, &written, &error));
    g_assert_cmpuint(written, ==, 2);
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
    g_error_free(error);
    g_autofree char *last = g_build_filename(moved, name, NULL);
    GStatBuf status;
    g_assert_cmpint(g_stat(last, &status), ==, 0);
    g_assert_cmpint(status.st_size, ==, AROUND + 2 * PACKET);
    g_unlink(last);
    g_assert_cmpint(g_rmdir(moved), ==, 0);
}

/* The second file has room for three packets of ten that were gathered: those of both are counted, the others
 * are not. */
static void test_full(fixture *f, gconstpointer data)
{
    (void)data;
    static const uint8_t octets[100];
    struct rlimit before;
    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &before), ==, 0);
    signal(SIGXFSZ, SIG_IGN);
    capture_files *files = start(f, &(capture_files_limits){ .packets = 20 });
    add(files, 0, 20);
    g_assert_true(capture_files_tick(files, 0));
    const struct rlimit narrow = { AROUND - 88 + 3 * PACKET + PACKET / 2, before.rlim_max };
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &narrow), ==, 0);
    add(files, 0, 10);
    g_assert_false(capture_files_tick(files, 0));
    g_assert_false(capture_files_packet(files, 0, 0, 0, octets, sizeof octets, sizeof octets));
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &before), ==, 0);
    GError *error = NULL;
    uint64_t written;
    g_assert_false(capture_files_close(files, &written, &error));
    g_assert_nonnull(strstr(error->message, ": File too large"));
    g_error_free(error);
    g_assert_cmpuint(written, ==, 23);
    assert_sizes(f, (const goffset[]){ AROUND + 20 * PACKET, AROUND - 88 + 3 * PACKET }, 2);
}

/* The reader of a pipe has gone: what he got counts. */
static void test_reader_gone(fixture *f, gconstpointer data)
{
    (void)data;
    g_assert_cmpint(mkfifo(f->path, 0600), ==, 0);
    const int reader = open(f->path, O_RDONLY | O_NONBLOCK);
    capture_files *files = start(f, &(capture_files_limits){ 0 });
    add(files, 0, 4);
    g_assert_true(capture_files_tick(files, 0));
    add(files, 0, 3);
    close(reader);
    capture_files_lose_reader(files);
    uint64_t written;
    g_assert_true(capture_files_close(files, &written, NULL));
    g_assert_cmpuint(written, ==, 4);
}

static void test_limits(void)
{
    capture_files_limits limits = { 0 };
    char *message = NULL;
    g_assert_true(capture_files_limit("filesize:10", &limits, &message));
    g_assert_true(capture_files_limit("duration:2m", &limits, &message));
    g_assert_true(capture_files_limit("packets:1k", &limits, &message));
    g_assert_true(capture_files_limit("files:100000", &limits, &message));
    g_assert_null(message);
    g_assert_cmpuint(limits.octets, ==, 10000);
    g_assert_cmpint(limits.duration_ns, ==, 120 * SECOND_NS);
    g_assert_cmpuint(limits.packets, ==, 1000);
    g_assert_cmpuint(limits.files, ==, 100000);

    static const char *const bad[] = {
        "",           "filesize",    "filesize:",  "filesize:0", "files:100001",
        "duration:0", "duration:1d", "packets:-1", "files:1x",   "size:1"
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_assert_false(capture_files_limit(bad[i], &limits, &message));
        g_assert_nonnull(strchr(message, '"'));
        g_clear_pointer(&message, g_free);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, test) g_test_add("/capture-files/" name, fixture, NULL, set_up, test, tear_down)
    ADD("one", test_one);
    ADD("packets-and-ring", test_packets_and_ring);
    ADD("size", test_size);
    ADD("duration", test_duration);
    ADD("next-fails", test_next_fails);
    ADD("full", test_full);
    ADD("reader-gone", test_reader_gone);
    g_test_add_func("/capture-files/limits", test_limits);
    return g_test_run();
}
