/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Deadlines: recorded times, speed, rate, passes; no drift, no overflow. */
#include "capture-tools/inject/schedule.h"
#include <glib.h>

#define SECOND INT64_C(1000000000)
#define START (5 * SECOND)

static schedule recorded(double speed)
{
    schedule s = { .kind = SCHEDULE_RECORDED, .speed = speed };
    schedule_start(&s, START);
    return s;
}

static void test_recorded(void)
{
    const int64_t epoch = INT64_C(1767225600) * SECOND;
    schedule s = recorded(1);
    g_assert_cmpint(schedule_next(&s, epoch), ==, START);
    g_assert_cmpint(schedule_next(&s, epoch + 1), ==, START + 1);
    g_assert_cmpint(schedule_next(&s, epoch + 3 * SECOND), ==, START + 3 * SECOND);
    /* Out of order: with the one in front; the next is not moved by it. */
    g_assert_cmpint(schedule_next(&s, epoch + SECOND), ==, START + 3 * SECOND);
    g_assert_cmpint(schedule_next(&s, epoch - SECOND), ==, START + 3 * SECOND);
    g_assert_cmpint(schedule_next(&s, epoch + 4 * SECOND), ==, START + 4 * SECOND);
}

static void test_speed(void)
{
    schedule twice = recorded(2), tenth = recorded(0.1);
    for (int64_t i = 0; i < 1000; i++) {
        g_assert_cmpint(schedule_next(&twice, i * 10), ==, START + i * 5);
        g_assert_cmpint(ABS(schedule_next(&tenth, i * 7) - (START + i * 70)), <=, 1);
    }
}

/* A third of a second has no whole number of nanoseconds: after a million frames it still fits. */
static void test_rate(void)
{
    schedule s = { .kind = SCHEDULE_RATE, .rate = 3 };
    schedule_start(&s, START);
    for (int64_t i = 0; i < 1000000; i++) {
        int64_t due = schedule_next(&s, 0);
        g_assert_cmpint(due, ==, START + i / 3 * SECOND + i % 3 * SECOND / 3);
    }
    s.rate = 100000000;
    s.frames = UINT64_C(900000000000000007);
    g_assert_cmpint(schedule_next(&s, 0), ==, START + 9000000000 * SECOND + 70);
    s.frames = UINT64_MAX / 2;
    g_assert_cmpint(schedule_next(&s, 0), ==, INT64_MAX);
}

static void test_passes(void)
{
    schedule s = recorded(1);
    for (int pass = 0; pass < 1000; pass++) {
        int64_t begin = START + pass * 3 * SECOND; /* two gaps, and their mean behind the last frame */
        g_assert_cmpint(schedule_next(&s, 100), ==, begin);
        g_assert_cmpint(schedule_next(&s, 100 + SECOND / 2), ==, begin + SECOND / 2);
        g_assert_cmpint(schedule_next(&s, 100 + 2 * SECOND), ==, begin + 2 * SECOND);
        schedule_again(&s);
    }
    schedule rate = { .kind = SCHEDULE_RATE, .rate = 10 };
    schedule_start(&rate, START);
    g_assert_cmpint(schedule_next(&rate, 0), ==, START);
    schedule_again(&rate);
    g_assert_cmpint(schedule_next(&rate, 0), ==, START + SECOND / 10);
    /* A pass of one frame, and one of none. */
    schedule one = recorded(1);
    schedule_again(&one);
    g_assert_cmpint(schedule_next(&one, 7), ==, START);
    schedule_again(&one);
    g_assert_cmpint(schedule_next(&one, 7), ==, START);
}

static void test_topspeed(void)
{
    schedule s = { .kind = SCHEDULE_TOPSPEED };
    schedule_start(&s, START);
    g_assert_cmpint(schedule_next(&s, 0), ==, START);
    g_assert_cmpint(schedule_next(&s, SECOND), ==, START);
}

/* Times of a damaged capture. */
static void test_far_times(void)
{
    schedule s = recorded(1), slow = recorded(0.001);
    g_assert_cmpint(schedule_next(&s, INT64_MIN), ==, START);
    g_assert_cmpint(schedule_next(&s, INT64_MAX), ==, INT64_MAX);
    schedule_again(&s);
    g_assert_cmpint(schedule_next(&s, 0), ==, INT64_MAX);
    g_assert_cmpint(schedule_next(&slow, 0), ==, START);
    g_assert_cmpint(schedule_next(&slow, INT64_MAX), ==, INT64_MAX);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/schedule/recorded", test_recorded);
    g_test_add_func("/schedule/speed", test_speed);
    g_test_add_func("/schedule/rate", test_rate);
    g_test_add_func("/schedule/passes", test_passes);
    g_test_add_func("/schedule/topspeed", test_topspeed);
    g_test_add_func("/schedule/far-times", test_far_times);
    return g_test_run();
}
