/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is recorded: events as text, files that appear when they are complete and not before. */
#include "capture-tools/simulation/recorder.h"
#include <glib/gstdio.h>

#define EPOCH (INT64_C(1767225600) * 1000000000) /* 2026-01-01 */

static char *folder, *capture, *events;

static recorder *open_both(void)
{
    GError *error = NULL;
    recorder *rec = recorder_open(capture, events, &error);
    g_assert_no_error(error);
    return rec;
}

static void test_events(void)
{
    GError *error = NULL;
    g_autofree char *text = NULL;
    cats_address ipv4, ipv6;
    g_assert_true(cats_address_parse("198.51.100.11", &ipv4));
    g_assert_true(cats_address_parse("2001:db8::1", &ipv6));
    const role_field fields[] = { ROLE_FIELD_TEXT("reason", "a \"quoted\" word"),
                                  ROLE_FIELD_NUMBER("count", 42), ROLE_FIELD_ADDRESS("affinity.ipv4", ipv4),
                                  ROLE_FIELD_ADDRESS("client", ipv6) };
    recorder *rec = open_both();
    g_assert_true(recorder_wants_events(rec));
    recorder_event(rec, EPOCH, "node1", "first", NULL, 0);
    recorder_event(rec, EPOCH + 59999999999, "clients", "second", fields, G_N_ELEMENTS(fields));
    recorder_event(rec, EPOCH + 86400 * INT64_C(1000000000), "clients", "third", fields + 1, 1);
    g_assert_false(recorder_failed(rec));
    g_assert_true(recorder_close(rec, &error));
    g_assert_true(g_file_get_contents(events, &text, NULL, &error));
    g_assert_cmpstr(text, ==,
                    "{\"time\":\"2026-01-01T00:00:00.000000000Z\",\"event\":\"first\",\"at\":\"node1\"}\n"
                    "{\"time\":\"2026-01-01T00:00:59.999999999Z\",\"event\":\"second\",\"at\":\"clients\","
                    "\"reason\":\"a \\\"quoted\\\" word\",\"count\":42,\"affinity.ipv4\":\"198.51.100.11\","
                    "\"client\":\"2001:db8::1\"}\n"
                    "{\"time\":\"2026-01-02T00:00:00.000000000Z\",\"event\":\"third\",\"at\":\"clients\","
                    "\"count\":42}\n");
    g_unlink(capture);
    g_unlink(events);
}

static unsigned files_in_folder(void)
{
    GError *error = NULL;
    GDir *dir = g_dir_open(folder, 0, &error);
    unsigned count = 0;
    g_assert_no_error(error);
    while (g_dir_read_name(dir) != NULL)
        count++;
    g_dir_close(dir);
    return count;
}

static void test_abandon(void)
{
    recorder *rec = open_both();
    recorder_add_interface(rec, "link");
    recorder_event(rec, EPOCH, "node1", "first", NULL, 0);
    g_assert_false(g_file_test(capture, G_FILE_TEST_EXISTS) || g_file_test(events, G_FILE_TEST_EXISTS));
    recorder_abandon(rec);
    g_assert_cmpuint(files_in_folder(), ==, 0);
}

/* A file that was there stays until its successor is complete. */
static void test_successor(void)
{
    GError *error = NULL;
    g_autofree char *text = NULL;
    g_assert_true(g_file_set_contents(events, "before\n", -1, &error));
    recorder *rec = open_both();
    recorder_event(rec, EPOCH, "node1", "first", NULL, 0);
    recorder_abandon(rec);
    g_assert_true(g_file_get_contents(events, &text, NULL, &error));
    g_assert_cmpstr(text, ==, "before\n");
    g_assert_cmpuint(files_in_folder(), ==, 1);
    rec = open_both();
    g_assert_true(recorder_close(rec, &error));
    g_free(text);
    g_assert_true(g_file_get_contents(events, &text, NULL, &error));
    g_assert_cmpstr(text, ==, "");
    g_assert_cmpuint(files_in_folder(), ==, 2);
    g_unlink(capture);
    g_unlink(events);
}

static void test_nothing(void)
{
    GError *error = NULL;
    const uint8_t octets[14] = { 0 };
    recorder *rec = recorder_open(NULL, NULL, &error);
    g_assert_no_error(error);
    g_assert_false(recorder_wants_events(rec));
    recorder_add_interface(rec, "link");
    recorder_packet(rec, 0, EPOCH, octets, sizeof octets, "comment");
    recorder_event(rec, EPOCH, "node1", "first", NULL, 0);
    g_assert_false(recorder_failed(rec));
    g_assert_true(recorder_close(rec, &error));
}

static void test_cannot_open(void)
{
    g_autofree char *nowhere = g_build_filename(folder, "no", "such", NULL);
    GError *error = NULL;
    g_assert_null(recorder_open(nowhere, NULL, &error));
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
    g_clear_error(&error);
    g_assert_null(recorder_open(capture, nowhere, &error));
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
    g_clear_error(&error);
    g_assert_null(recorder_open(NULL, folder, &error));
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_ISDIR);
    g_clear_error(&error);
    g_assert_cmpuint(files_in_folder(), ==, 0);
}

int main(int argc, char **argv)
{
    GError *error = NULL;
    g_test_init(&argc, &argv, NULL);
    folder = g_dir_make_tmp("catshark-recorder-XXXXXX", &error);
    g_assert_no_error(error);
    capture = g_build_filename(folder, "out.pcapng", NULL);
    events = g_build_filename(folder, "out.ndjson", NULL);
    g_test_add_func("/recorder/events", test_events);
    g_test_add_func("/recorder/abandon", test_abandon);
    g_test_add_func("/recorder/successor", test_successor);
    g_test_add_func("/recorder/nothing", test_nothing);
    g_test_add_func("/recorder/cannot-open", test_cannot_open);
    int status = g_test_run();
    g_rmdir(folder);
    g_free(folder);
    g_free(capture);
    g_free(events);
    return status;
}
