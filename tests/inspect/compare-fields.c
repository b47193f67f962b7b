/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compares two decodings of one capture, frame by frame and field by field: NDJSON of `catshark inspect
 * --json` and `tshark -T json --no-duplicate-keys` with the plugin. Fields are those named affinity.* and
 * cats.*; for an expert info the value is its message. usage: compare-fields INSPECT.ndjson TSHARK.json Exit
 * status: 0 they agree (and prints how many fields were compared), 1 they differ, 2 trouble. */
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The fields of a frame: sorted "key = value" texts. */
static GPtrArray *fields_new(void)
{
    return g_ptr_array_new_with_free_func(g_free);
}

/* cats.addr is there to filter by: both ends of the tunnel, which other fields have. */
static gboolean is_ours(const char *key)
{
    if (strcmp(key, "cats.addr") == 0)
        return FALSE;
    return g_str_has_prefix(key, "affinity.") || g_str_has_prefix(key, "cats.");
}

/* One text for one meaning: numbers in decimal, truth as 1. */
static char *normalise(const char *text)
{
    char *end;

    if (g_ascii_strcasecmp(text, "true") == 0)
        return g_strdup("1");
    guint64 number = g_ascii_strtoull(text, &end, g_str_has_prefix(text, "0x") ? 16 : 10);
    if (*text && !*end)
        return g_strdup_printf("%" G_GUINT64_FORMAT, number);
    return g_strdup(text);
}

static char *node_text(JsonNode *node)
{
    switch (json_node_get_value_type(node)) {
    case G_TYPE_BOOLEAN:
        return g_strdup(json_node_get_boolean(node) ? "1" : "0");
    case G_TYPE_INT64:
        return g_strdup_printf("%" G_GINT64_FORMAT, json_node_get_int(node));
    default:
        return normalise(json_node_get_string(node));
    }
}

static void add_value(GPtrArray *fields, const char *key, JsonNode *node)
{
    if (JSON_NODE_HOLDS_ARRAY(node)) {
        JsonArray *array = json_node_get_array(node);
        for (guint i = 0; i < json_array_get_length(array); i++)
            add_value(fields, key, json_array_get_element(array, i));
        return;
    }
    if (!JSON_NODE_HOLDS_VALUE(node))
        return;
    char *text = node_text(node);
    g_ptr_array_add(fields, g_strdup_printf("%s = %s", key, text));
    g_free(text);
}

static void collect(GPtrArray *fields, JsonNode *node)
{
    if (JSON_NODE_HOLDS_ARRAY(node)) {
        JsonArray *array = json_node_get_array(node);
        for (guint i = 0; i < json_array_get_length(array); i++)
            collect(fields, json_array_get_element(array, i));
        return;
    }
    if (!JSON_NODE_HOLDS_OBJECT(node))
        return;

    JsonObject *object = json_node_get_object(node);
    const char *message = json_object_get_string_member_with_default(object, "_ws.expert.message", NULL);
    JsonObjectIter iter;
    const char *key;
    JsonNode *member;
    json_object_iter_init(&iter, object);
    while (json_object_iter_next(&iter, &key, &member)) {
        if (is_ours(key) && message)
            g_ptr_array_add(fields, g_strdup_printf("%s = %s", key, message));
        else if (is_ours(key))
            add_value(fields, key, member);
        collect(fields, member);
    }
}

static int compare_texts(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Prints what only one side has; returns how many fields that is. */
static guint compare_frame(gint64 number, GPtrArray *inspect, GPtrArray *tshark)
{
    guint i = 0, j = 0, differing = 0;

    g_ptr_array_sort(inspect, compare_texts);
    g_ptr_array_sort(tshark, compare_texts);
    while (i < inspect->len || j < tshark->len) {
        int order = i == inspect->len  ? 1
                    : j == tshark->len ? -1
                                       : strcmp(inspect->pdata[i], tshark->pdata[j]);
        if (order == 0) {
            i++;
            j++;
            continue;
        }
        differing++;
        if (order < 0)
            printf("frame %" G_GINT64_FORMAT ": only inspect: %s\n", number, (char *)inspect->pdata[i++]);
        else
            printf("frame %" G_GINT64_FORMAT ": only tshark:  %s\n", number, (char *)tshark->pdata[j++]);
    }
    return differing;
}

static JsonNode *parse(JsonParser *parser, const char *text, gssize length, const char *where)
{
    GError *error = NULL;

    if (!json_parser_load_from_data(parser, text, length, &error)) {
        fprintf(stderr, "compare-fields: %s: %s\n", where, error->message);
        exit(2);
    }
    return json_parser_get_root(parser);
}

static char *load(const char *path, gsize *length)
{
    char *text;
    GError *error = NULL;

    if (!g_file_get_contents(path, &text, length, &error)) {
        fprintf(stderr, "compare-fields: %s\n", error->message);
        exit(2);
    }
    return text;
}

int main(int argc, char **argv)
{
    gsize length;

    if (argc != 3) {
        fprintf(stderr, "usage: compare-fields INSPECT.ndjson TSHARK.json\n");
        return 2;
    }
    char *ndjson = load(argv[1], &length), *tshark_text = load(argv[2], &length);
    JsonParser *tshark_parser = json_parser_new(), *line_parser = json_parser_new();
    JsonNode *root = parse(tshark_parser, tshark_text, (gssize)length, argv[2]);
    JsonArray *frames = JSON_NODE_HOLDS_ARRAY(root) ? json_node_get_array(root) : json_array_new();
    char **lines = g_strsplit(g_strchomp(ndjson), "\n", -1);
    guint line_count = *lines[0] ? g_strv_length(lines) : 0, differing = 0, compared = 0;

    if (line_count != json_array_get_length(frames)) {
        printf("%u frames of inspect, %u of tshark\n", line_count, json_array_get_length(frames));
        return 1;
    }
    for (guint i = 0; i < line_count; i++) {
        GPtrArray *inspect = fields_new(), *tshark = fields_new();
        JsonNode *line = parse(line_parser, lines[i], -1, argv[1]);
        collect(inspect, line);
        collect(tshark, json_array_get_element(frames, i));
        compared += inspect->len;
        differing += compare_frame(json_object_get_int_member(json_node_get_object(line), "frame.number"),
                                   inspect, tshark);
        g_ptr_array_unref(inspect);
        g_ptr_array_unref(tshark);
    }
    printf("%u frames, %u fields, %u differ\n", line_count, compared, differing);
    return differing ? 1 : 0;
}
