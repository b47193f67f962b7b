/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of verify/frame-order: every number is found again, whatever the number of captures. */
#include "capture-tools/verify/frame-order.h"

#include <glib.h>

#define FRAMES 200000u

static void test_found_again(void)
{
    static const unsigned captures[] = { 1, 2, 3, 4, 5, 16, 17, FRAME_ORDER_CAPTURES_MAX };
    for (size_t i = 0; i < G_N_ELEMENTS(captures); i++) {
        frame_order *order = frame_order_new(captures[i]);
        g_autofree uint8_t *of = g_new0(uint8_t, FRAMES);
        uint64_t counts[FRAME_ORDER_CAPTURES_MAX] = { 0 }, number;
        for (uint32_t frame = 1; frame <= FRAMES; frame++) {
            of[frame - 1] = (uint8_t)g_test_rand_int_range(0, (gint32)captures[i]);
            g_assert_cmpuint(frame_order_add(order, of[frame - 1]), ==, frame);
        }
        for (uint32_t frame = 1; frame <= FRAMES; frame++) {
            counts[of[frame - 1]]++;
            if (frame % 997 != 0 && frame != 1 && frame != FRAMES && frame % 65536 > 1)
                continue;
            g_assert_cmpuint(frame_order_find(order, frame, &number), ==, of[frame - 1]);
            g_assert_cmpuint(number, ==, counts[of[frame - 1]]);
        }
        frame_order_free(order);
    }
    frame_order_free(NULL);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/frame-order/found-again", test_found_again);
    return g_test_run();
}
