/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of epan-cats/prefix-history: longest match at a frame, and what is forgotten. */
#include "epan-cats/prefix-history.h"

static const cats_address service = { 4, { 192, 0, 2, 80 } };
static const cats_address sid = { 6, { 0x5f, 0, 0, 0, 0, 0xe, 0xca, 0x75 } };
static const char a, b;

/* The lengths that match, longest first. */
static char *matches(const prefix_history *history, const cats_address *address, uint32_t frame,
                     bool or_before)
{
    GString *text = g_string_new(NULL);
    const prefix_entry *entry;
    for (unsigned length = PREFIX_HISTORY_ANY;
         (entry = prefix_history_match(history, address, frame, or_before, &length)) != NULL;) {
        g_assert_cmpuint(entry->length, ==, length);
        g_string_append_printf(text, "%u ", length);
    }
    return g_string_free(text, FALSE);
}

static void assert_matches(const prefix_history *history, const cats_address *address, uint32_t frame,
                           bool or_before, const char *expected)
{
    g_autofree char *found = matches(history, address, frame, or_before);
    g_assert_cmpstr(found, ==, expected);
}

static void test_match(void)
{
    prefix_history *history = prefix_history_new(10);
    static const uint8_t lengths[] = { 0, 24, 31, 32 };
    for (size_t i = 0; i < G_N_ELEMENTS(lengths); i++)
        prefix_history_set(prefix_history_need(history, &service, lengths[i]), 10 + (uint32_t)i, &a);
    prefix_history_set(prefix_history_need(history, &sid, 64), 10, &b);
    g_assert_true(prefix_history_need(history, &sid, 64) == prefix_history_need(history, &sid, 64));
    assert_matches(history, &service, 9, false, "");
    assert_matches(history, &service, 10, false, "0 ");
    assert_matches(history, &service, 13, false, "32 31 24 0 ");
    assert_matches(history, &sid, 13, false, "64 ");
    prefix_history_set(prefix_history_need(history, &service, 31), 20, NULL);
    assert_matches(history, &service, 20, false, "32 24 0 ");
    assert_matches(history, &service, 20, true, "32 31 24 0 ");
    assert_matches(history, &service, 19, false, "32 31 24 0 ");
    const cats_address nothing = { .family = 0 };
    assert_matches(history, &nothing, 20, true, "");
    g_assert_null(prefix_history_need(history, &service, 33));
    prefix_history_free(history);
    prefix_history_free(NULL);
}

static void test_limits(void)
{
    prefix_history *history = prefix_history_new(2);
    prefix_entry *entry = prefix_history_need(history, &service, 32);
    g_assert_nonnull(prefix_history_need(history, &sid, 128));
    g_assert_null(prefix_history_need(history, &sid, 127));
    g_assert_true(prefix_history_need(history, &service, 32) == entry);

    for (uint32_t frame = 1; frame <= PREFIX_HISTORY_CHANGES + 10; frame++)
        prefix_history_set(entry, frame, frame % 2 == 0 ? &a : &b);
    g_assert_null(prefix_history_get(entry, 10)); /* forgotten */
    g_assert_true(prefix_history_get(entry, 11) == &b);
    g_assert_true(prefix_history_get(entry, 12) == &a);
    g_assert_true(prefix_history_get(entry, UINT32_MAX) == &a);
    prefix_history_set(entry, 100, &b); /* twice with one frame: the last holds */
    prefix_history_set(entry, 100, NULL);
    g_assert_null(prefix_history_get(entry, 100));
    g_assert_true(prefix_history_get(entry, 99) == &a);

    uint32_t ended;
    g_assert_true(prefix_history_last(entry, 99, &ended) == &a && ended == 0);
    g_assert_true(prefix_history_last(entry, 101, &ended) == &a && ended == 100);
    g_assert_null(prefix_history_last(entry, 10, &ended));
    g_assert_cmpuint(ended, ==, 0);
    assert_matches(history, &service, 1, true, "32 "); /* not when the first was */
    assert_matches(history, &service, 0, true, "");
    prefix_history_free(history);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/prefix-history/match", test_match);
    g_test_add_func("/prefix-history/limits", test_limits);
    return g_test_run();
}
