/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts of the page, and the steering map: that texts stay texts, and ribbons fit their nodes. Spec: HTML
 * (WHATWG) s13.1; man/catshark-verify.1 (REPORT). */
#include "capture-tools/verify/report-html-parts.h"
#include "capture-tools/verify/steering-map.h"

#include <string.h>

static void check(const char *text, const char *expected)
{
    g_autoptr(GString) page = g_string_new(NULL);
    html_text(page, text);
    g_assert_cmpstr(page->str, ==, expected);
}

static void test_text(void)
{
    check("", "");
    check("site1 été", "site1 été");
    check("<b a=\"'\">&", "&lt;b a=&quot;&#39;&quot;&gt;&amp;");
    check("a\nb\x7f", "a\\u000ab\\u007f");
    check("\xe2\x80\xae"
          "abc",
          "\\u202eabc");
    check("\xef\xbb\xbf", "\\ufeff");
    /* Not UTF-8: a lone octet, one cut short, an overlong '<'. */
    check("a\xff", "a\\xff");
    check("\xe2\x80", "\\xe2\\x80");
    check("\xc0\xbc", "\\xc0\\xbc");
}

static void test_any_octets(void)
{
    for (unsigned run = 0; run < 20000; run++) {
        char text[16];
        gsize length = (gsize)g_test_rand_int_range(0, sizeof text);
        for (gsize i = 0; i < length; i++)
            text[i] = (char)g_test_rand_int_range(1, 256);
        text[length] = '\0';
        g_autoptr(GString) page = g_string_new(NULL);
        html_text(page, text);
        g_assert_true(g_utf8_validate(page->str, (gssize)page->len, NULL));
        g_assert_null(strpbrk(page->str, "<>\"'\n\t"));
    }
}

static void test_duration(void)
{
    g_autofree char *short_one = html_duration(1234567), *before = html_duration(-40000),
                    *long_one = html_duration(INT64_C(5000000000));
    g_assert_cmpstr(short_one, ==, "1.235 ms");
    g_assert_cmpstr(before, ==, "-0.040 ms");
    g_assert_cmpstr(long_one, ==, "5.000 s");
}

/* Flows in and out of each node are its own, and ribbons lie within it. */
static void check_map(const steering_map *map, uint64_t flows)
{
    uint64_t sums[MAP_COLUMNS] = { 0 };
    for (guint i = 0; i < map->nodes->len; i++) {
        const map_node *node = &g_array_index(map->nodes, map_node, i);
        uint64_t in = 0, out = 0;
        for (guint j = 0; j < map->ribbons->len; j++) {
            const map_ribbon *ribbon = &g_array_index(map->ribbons, map_ribbon, j);
            in += ribbon->to == i ? ribbon->flows : 0;
            out += ribbon->from == i ? ribbon->flows : 0;
            g_assert_true(ribbon->to != i || ribbon->to_y + ribbon->height <= node->y + node->height + 1e-6);
            g_assert_true(ribbon->from != i ||
                          ribbon->from_y + ribbon->height <= node->y + node->height + 1e-6);
        }
        g_assert_true(node->column == 0 || in == node->flows);
        g_assert_true(node->column == MAP_COLUMNS - 1 || out == node->flows);
        g_assert_true(node->y + node->height <= map->height);
        sums[node->column] += node->flows;
    }
    for (unsigned i = 0; i < MAP_COLUMNS; i++)
        g_assert_cmpuint(sums[i], ==, flows);
}

static void add(GArray *steering, const char *ingress, const char *egress, const char *site, uint64_t flows)
{
    const recorded_steering s = { ingress, egress, site, flows, 0 };
    g_array_append_val(steering, s);
}

static void test_map(void)
{
    g_autoptr(GArray) steering = g_array_new(FALSE, FALSE, sizeof(recorded_steering));
    steering_map map;
    add(steering, "i1", "e1", "s1", 3);
    add(steering, "i1", "e1", NULL, 1);
    add(steering, "i2", "e1", "s1", 4);
    add(steering, "i2", "e2", "s2", 2);
    steering_map_lay_out(&map, steering);
    g_assert_cmpuint(map.nodes->len, ==, 7);
    g_assert_cmpuint(map.ribbons->len, ==, 6);
    g_assert_cmpuint(map.merged, ==, 0);
    check_map(&map, 10);
    steering_map_clear(&map);
}

/* A hundred sites are sixteen, the last one stands for all others. */
static void test_many(void)
{
    g_autoptr(GArray) steering = g_array_new(FALSE, FALSE, sizeof(recorded_steering));
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    uint64_t flows = 0;
    steering_map map;
    for (unsigned i = 0; i < 100; i++) {
        g_ptr_array_add(names, g_strdup_printf("site%u", i));
        add(steering, i % 2 ? "i1" : "i2", i % 3 ? "e1" : "e2", names->pdata[i], i + 1);
        flows += i + 1;
    }
    steering_map_lay_out(&map, steering);
    g_assert_cmpuint(map.nodes->len, ==, 2 + 2 + MAP_NODES_MAX);
    g_assert_cmpuint(map.merged, ==, 100 - MAP_NODES_MAX + 1);
    g_assert_cmpstr(g_array_index(map.nodes, map_node, map.nodes->len - 1).name, ==, "others");
    check_map(&map, flows);
    steering_map_clear(&map);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/report-html/text", test_text);
    g_test_add_func("/report-html/any-octets", test_any_octets);
    g_test_add_func("/report-html/duration", test_duration);
    g_test_add_func("/report-html/map", test_map);
    g_test_add_func("/report-html/many", test_many);
    return g_test_run();
}
