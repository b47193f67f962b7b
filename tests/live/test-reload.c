/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A reload of what is no topology file: refused at once, whatever it is, with its reason. */
#include "capture-tools/live/live-egress.h"
#include "capture-tools/live/reload.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whoever waits for a writer is ended by SIGALRM. */
enum { PATIENCE_SECONDS = 20 };

static void assert_refused(const char *path, const char *reason)
{
    forwarder f = { .kind = &live_egress, .topology_path = path, .run = { .name = "egress1" } };
    const forwarder before = f;
    g_autoptr(JsonBuilder) answer = json_builder_new();
    g_autoptr(GError) error = NULL;
    alarm(PATIENCE_SECONDS);
    g_assert_false(forwarder_reload(&f, 0, NULL, answer, &error));
    alarm(0);
    g_assert_true(g_str_has_prefix(error->message, path));
    g_assert_nonnull(strstr(error->message, reason));
    g_assert_true(memcmp(&f, &before, sizeof f) == 0);
}

static void test_no_file(void)
{
    g_autofree char *folder = g_dir_make_tmp("catshark-reload-XXXXXX", NULL);
    g_autofree char *fifo = g_build_filename(folder, "fifo", NULL);
    g_autofree char *none = g_build_filename(folder, "none", NULL);
    g_autofree char *empty = g_build_filename(folder, "empty", NULL);
    g_autofree char *link = g_build_filename(folder, "link", NULL);
    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
    g_assert_cmpint(symlink(fifo, link), ==, 0);
    g_assert_true(g_file_set_contents(empty, "", 0, NULL));
    assert_refused(fifo, "a pipe, expected a regular file");
    assert_refused(link, "a pipe, expected a regular file");
    assert_refused(folder, "a directory, expected a regular file");
    assert_refused("/dev/null", "a device or socket, expected a regular file");
    assert_refused(none, "No such file");
    /* A regular one is read. */
    assert_refused(empty, "no group in the file");
    g_unlink(fifo);
    g_unlink(link);
    g_unlink(empty);
    g_rmdir(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/reload/no-file", test_no_file);
    return g_test_run();
}
