/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lines of a topology file: which group and key stands where, so that every message can name the line.
 * GKeyFile keeps the values, but neither lines nor what is given twice. Spec: docs/topology.md; GLib's key
 * file format. */
#include "topology-private.h"

#include <string.h>

static void group_free(gpointer data)
{
    topology_group *group = data;
    g_free(group->header);
    g_array_free(group->keys, TRUE);
    g_free(group);
}

static void key_line_clear(gpointer data)
{
    topology_key_line *key = data;
    g_free(key->key);
}

void topology_lines_free(topology_lines *lines)
{
    if (lines == NULL)
        return;
    g_hash_table_destroy(lines->by_header);
    g_ptr_array_free(lines->groups, TRUE);
    g_free(lines->name);
    g_free(lines);
}

static const topology_key_line *key_line_find(const topology_group *group, const char *key)
{
    for (guint i = 0; key != NULL && i < group->keys->len; i++) {
        const topology_key_line *line = &g_array_index(group->keys, topology_key_line, i);
        if (strcmp(line->key, key) == 0)
            return line;
    }
    return NULL;
}

unsigned topology_group_line(const topology_group *group, const char *key)
{
    const topology_key_line *line = key_line_find(group, key);
    return line != NULL ? line->line : group->line;
}

void topology_fail(GError **error, cats_topology_error code, const topology_lines *lines,
                   const topology_group *group, const char *key, const char *found, const char *expected)
{
    g_set_error(error, CATS_TOPOLOGY_ERROR, (int)code, "%s:%u: [%s]%s%s: %s, expected %s", lines->name,
                topology_group_line(group, key), group->header, key != NULL ? " " : "",
                key != NULL ? key : "", *found != '\0' ? found : "empty", expected);
}

static bool fail_line(GError **error, const topology_lines *lines, unsigned number, const char *found,
                      const char *expected)
{
    g_set_error(error, CATS_TOPOLOGY_ERROR, CATS_TOPOLOGY_ERROR_SYNTAX, "%s:%u: %s, expected %s", lines->name,
                number, found, expected);
    return false;
}

/* Terminals and other tools get the text of values in messages: no control characters, no broken UTF-8. */
static bool check_text(const topology_lines *lines, unsigned number, const char *line, size_t length,
                       GError **error)
{
    const char *bad = NULL;
    bool valid = g_utf8_validate(line, (gssize)length, &bad);
    for (const char *c = line; valid && c < line + length; c++)
        if (g_ascii_iscntrl(*c) && *c != '\t') {
            bad = c;
            valid = false;
        }
    if (valid)
        return true;
    g_autofree char *found = g_strdup_printf("octet 0x%02x in column %zu", (unsigned)(unsigned char)*bad,
                                             (size_t)(bad - line) + 1);
    return fail_line(error, lines, number, found, "UTF-8 text without control characters");
}

static bool given_twice(GError **error, const topology_lines *lines, unsigned number, const char *what,
                        unsigned first)
{
    g_set_error(error, CATS_TOPOLOGY_ERROR, CATS_TOPOLOGY_ERROR_SYNTAX,
                "%s:%u: %s: given again, expected once (first on line %u)", lines->name, number, what, first);
    return false;
}

static bool add_group(topology_lines *lines, unsigned number, const char *line, GError **error)
{
    size_t length = strlen(line);
    if (length < 3 || line[length - 1] != ']' || memchr(line + 1, '[', length - 2) != NULL ||
        memchr(line + 1, ']', length - 2) != NULL)
        return fail_line(error, lines, number, line, "one [GROUP] on the line");

    topology_group *group = g_new0(topology_group, 1);
    group->header = g_strndup(line + 1, length - 2);
    group->line = number;
    group->keys = g_array_new(FALSE, FALSE, sizeof(topology_key_line));
    g_array_set_clear_func(group->keys, key_line_clear);
    g_ptr_array_add(lines->groups, group);

    const topology_group *first = g_hash_table_lookup(lines->by_header, group->header);
    if (first != NULL)
        return given_twice(error, lines, number, line, first->line);
    g_hash_table_insert(lines->by_header, group->header, group);
    return true;
}

static bool add_key(topology_lines *lines, unsigned number, const char *line, GError **error)
{
    const char *equals = strchr(line, '=');
    if (equals == NULL || equals == line)
        return fail_line(error, lines, number, line, "KEY=VALUE, [GROUP] or # comment");
    if (lines->groups->len == 0)
        return fail_line(error, lines, number, line, "a [GROUP] before the first key");

    topology_group *group = g_ptr_array_index(lines->groups, lines->groups->len - 1);
    topology_key_line key = { .key = g_strchomp(g_strndup(line, (size_t)(equals - line))), .line = number };
    const topology_key_line *first = key_line_find(group, key.key);
    unsigned first_line = first != NULL ? first->line : 0;
    g_array_append_val(group->keys, key);
    if (first_line == 0)
        return true;
    g_autofree char *what = g_strdup_printf("[%s] %s", group->header, key.key);
    return given_twice(error, lines, number, what, first_line);
}

static bool add_line(topology_lines *lines, unsigned number, const char *start, size_t length, GError **error)
{
    if (length > 0 && start[length - 1] == '\r')
        length--;
    if (!check_text(lines, number, start, length, error))
        return false;
    g_autofree char *line = g_strstrip(g_strndup(start, length));
    if (*line == '\0' || *line == '#')
        return true;
    return *line == '[' ? add_group(lines, number, line, error) : add_key(lines, number, line, error);
}

topology_lines *topology_lines_scan(const char *text, size_t length, const char *name, GError **error)
{
    topology_lines *lines = g_new0(topology_lines, 1);
    lines->name = g_strdup(name);
    lines->groups = g_ptr_array_new_with_free_func(group_free);
    lines->by_header = g_hash_table_new(g_str_hash, g_str_equal);

    unsigned number = 0;
    for (size_t at = 0; at < length;) {
        const char *end = memchr(text + at, '\n', length - at);
        size_t line_length = end != NULL ? (size_t)(end - text) - at : length - at;
        if (!add_line(lines, ++number, text + at, line_length, error)) {
            topology_lines_free(lines);
            return NULL;
        }
        at += line_length + 1;
    }
    if (lines->groups->len == 0) {
        fail_line(error, lines, MAX(number, 1), "no group in the file", "at least one [GROUP]");
        topology_lines_free(lines);
        return NULL;
    }
    return lines;
}
