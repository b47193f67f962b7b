/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One object, one line; the builder is ready for the next. */
#include "capture-tools/io/ndjson.h"

static void build(JsonBuilder *builder, const char *text, gint64 number)
{
    json_builder_begin_object(builder);
    json_builder_set_member_name(builder, "text");
    json_builder_add_string_value(builder, text);
    json_builder_set_member_name(builder, "number");
    json_builder_add_int_value(builder, number);
    json_builder_end_object(builder);
}

static void test_lines(void)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    g_autoptr(JsonBuilder) builder = json_builder_new();
    build(builder, "two\nlines and a \"quote\"", G_MAXINT64);
    g_assert_true(ndjson_write(out, builder));
    build(builder, "\xe2\x86\x92", -1);
    g_assert_true(ndjson_write(out, builder));
    fclose(out);
    g_assert_cmpstr(text, ==,
                    "{\"text\":\"two\\nlines and a \\\"quote\\\"\",\"number\":9223372036854775807}\n"
                    "{\"text\":\"\xe2\x86\x92\",\"number\":-1}\n");
    free(text);
}

static void test_write_error(void)
{
    FILE *full = fopen("/dev/full", "w");
    if (full == NULL) {
        g_test_skip("no /dev/full here");
        return;
    }
    setvbuf(full, NULL, _IONBF, 0);
    g_autoptr(JsonBuilder) builder = json_builder_new();
    build(builder, "x", 0);
    g_assert_false(ndjson_write(full, builder));
    fclose(full);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ndjson/lines", test_lines);
    g_test_add_func("/ndjson/write-error", test_write_error);
    return g_test_run();
}
