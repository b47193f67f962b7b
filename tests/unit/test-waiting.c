/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets that wait for a next hop: in order, not too many, not too long. */
#include "capture-tools/live/waiting.h"

#include <string.h>

static void test_order(void)
{
    waiting *queue = waiting_new(3, 100);
    g_assert_cmpint(waiting_deadline(queue), ==, INT64_MAX);
    g_assert_null(waiting_take(queue));
    const uint8_t octets[] = { 1, 2, 3, 4 };
    for (size_t i = 0; i < 3; i++)
        g_assert_true(waiting_add(queue, (int64_t)i, octets + i, 1));
    g_assert_false(waiting_add(queue, 3, octets + 3, 1));
    g_assert_cmpuint(waiting_count(queue), ==, 3);
    for (size_t i = 0; i < 3; i++) {
        GBytes *taken = waiting_take(queue);
        g_assert_cmpuint(g_bytes_get_size(taken), ==, 1);
        g_assert_cmpint(*(const uint8_t *)g_bytes_get_data(taken, NULL), ==, octets[i]);
        g_bytes_unref(taken);
    }
    g_assert_null(waiting_take(queue));
    waiting_free(queue);
}

static void test_patience(void)
{
    waiting *queue = waiting_new(10, 100);
    const uint8_t octet = 7;
    for (int64_t now = 0; now < 50; now += 10)
        g_assert_true(waiting_add(queue, now, &octet, 1));
    g_assert_cmpint(waiting_deadline(queue), ==, 100);
    g_assert_cmpuint(waiting_expire(queue, 99), ==, 0);
    g_assert_cmpuint(waiting_expire(queue, 110), ==, 2);
    g_assert_cmpint(waiting_deadline(queue), ==, 120);
    waiting_free(queue); /* with three that still wait */
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/waiting/order", test_order);
    g_test_add_func("/waiting/patience", test_patience);
    return g_test_run();
}
