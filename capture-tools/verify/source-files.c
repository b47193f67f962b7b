/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the files of a ring and their order. Spec: man/catshark-verify.1 (CAPTURES); glob(7). */
#include "source-files.h"

#include "capture-tools/io/capture-reader.h"

#include <glob.h>
#include <string.h>

static GPtrArray *new_list(void)
{
    return g_ptr_array_new_with_free_func(g_free);
}

/* Names in a list count from the folder that it is in. */
static void add_line(GPtrArray *files, const char *list, char *line)
{
    g_strstrip(line);
    if (line[0] == '\0' || line[0] == '#')
        return;
    g_autofree char *folder = g_path_get_dirname(list);
    g_ptr_array_add(files, g_path_is_absolute(line) ? g_strdup(line) : g_build_filename(folder, line, NULL));
}

static GPtrArray *read_list(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, error))
        return NULL;
    GPtrArray *files = new_list();
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++)
        add_line(files, path, *line);
    if (files->len > 0)
        return files;
    g_set_error(error, CAPTURE_ERROR, CAPTURE_ERROR_OPEN, "%s: no file named, expected a path on every line",
                path);
    g_ptr_array_free(files, TRUE);
    return NULL;
}

static GPtrArray *match(const char *pattern)
{
    GPtrArray *files = new_list();
    glob_t found = { .gl_pathc = 0 };
    if (glob(pattern, 0, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc; i++)
            g_ptr_array_add(files, g_strdup(found.gl_pathv[i]));
    globfree(&found);
    return files;
}

/* A file of a ring. */
typedef struct ring_file {
    char *path;
    int64_t first_ns; /* INT64_MAX: it has no frame, or cannot be read, which is said when its turn comes */
} ring_file;

static int by_time(gconstpointer a, gconstpointer b)
{
    const ring_file *one = a, *other = b;
    return one->first_ns != other->first_ns
               ? (one->first_ns > other->first_ns) - (one->first_ns < other->first_ns)
               : strcmp(one->path, other->path);
}

static int64_t first_time(const char *path)
{
    capture_frame frame = { .time_ns = INT64_MAX };
    capture_reader *reader = capture_reader_open(path, NULL, NULL);
    if (reader != NULL && capture_reader_next(reader, &frame) != CAPTURE_FRAME)
        frame.time_ns = INT64_MAX;
    capture_reader_close(reader);
    return frame.time_ns;
}

static void sort(GPtrArray *files)
{
    GArray *ring = g_array_new(FALSE, FALSE, sizeof(ring_file));
    for (guint i = 0; i < files->len; i++) {
        char *path = g_ptr_array_index(files, i);
        const ring_file file = { path, first_time(path) };
        g_array_append_val(ring, file);
    }
    g_array_sort(ring, by_time);
    for (guint i = 0; i < files->len; i++)
        files->pdata[i] = g_array_index(ring, ring_file, i).path;
    g_array_free(ring, TRUE);
}

GPtrArray *source_files_find(const char *what, GError **error)
{
    GPtrArray *files;
    if (what[0] == '@') {
        files = read_list(what + 1, error);
        if (files == NULL)
            return NULL;
    } else {
        bool is_pattern = strpbrk(what, "*?[") != NULL && !g_file_test(what, G_FILE_TEST_EXISTS);
        files = is_pattern ? match(what) : new_list();
        if (files->len == 0) /* opening it says why */
            g_ptr_array_add(files, g_strdup(what));
    }
    if (files->len > 1)
        sort(files);
    return files;
}
