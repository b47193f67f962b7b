/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The version that a plugin file wants, from the whole file, from every part of it, and from it with octets
 * changed. */
#include "capture-tools/doctor/plugin-file.h"

#include <glib.h>

static const char *module;

static void test_whole(void)
{
    plugin_version version = { 0, 0 };
    g_assert_true(plugin_file_version(module, &version));
    g_assert_cmpint(version.major, ==, 4);
    g_assert_cmpint(version.minor, ==, 2);
}

static void test_no_file(void)
{
    plugin_version version;
    g_assert_false(plugin_file_version("/nowhere/catshark.so", &version));
}

static void test_no_plugin(void)
{
    plugin_version version;
    g_assert_true(plugin_file_version(module, &version));
    g_assert_false(plugin_file_version("/proc/self/exe", &version));
    g_assert_false(plugin_file_version(__FILE__, &version));
}

static void test_cut_short(void)
{
    g_autofree char *whole = NULL;
    gsize length;
    g_assert_true(g_file_get_contents(module, &whole, &length, NULL));
    for (gsize cut = 0; cut < length; cut++) {
        /* A copy of the very length, so that a sanitizer sees a step beyond. */
        g_autofree uint8_t *copy = g_memdup2(whole, MAX(cut, 1));
        plugin_version version;
        /* The section headers come last: without the last octets of them some are out of reach, not always
         * needed ones. */
        if (plugin_version_of(copy, cut, &version))
            g_assert_cmpuint(cut, >, length / 2);
    }
}

static void test_random(void)
{
    g_autofree char *whole = NULL;
    gsize length;
    g_assert_true(g_file_get_contents(module, &whole, &length, NULL));
    for (unsigned round = 0; round < 3000; round++) {
        g_autofree uint8_t *copy = g_memdup2(whole, length);
        for (int changes = g_test_rand_int_range(1, 6); changes > 0; changes--) {
            /* Mostly in the headers at both ends, where offsets and sizes are. */
            gint32 most = (gint32)MIN(length, 2048), at = g_test_rand_int_range(0, most);
            copy[g_test_rand_bit() ? (gsize)at : length - 1 - (gsize)at] =
                (uint8_t)g_test_rand_int_range(0, 256);
        }
        plugin_version version;
        (void)plugin_version_of(copy, length, &version);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_cmpint(argc, ==, 2);
    module = argv[1];
    g_test_add_func("/plugin-file/whole", test_whole);
    g_test_add_func("/plugin-file/no-file", test_no_file);
    g_test_add_func("/plugin-file/no-plugin", test_no_plugin);
    g_test_add_func("/plugin-file/cut-short", test_cut_short);
    g_test_add_func("/plugin-file/random", test_random);
    return g_test_run();
}
