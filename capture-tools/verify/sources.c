/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Merges captures by time: of each source one frame is ahead, the earliest of them is next. Spec:
 * man/catshark-verify.1 (CAPTURES). */
#include "sources.h"

#include "epan-cats/capture-time.h"
#include "source-files.h"

#include <inttypes.h>
#include <string.h>

typedef struct source {
    char *what, *name;
    GPtrArray *files; /* paths, in the order of their first frames */
    GArray *starts;   /* of uint64_t: frames of the source before each file that was opened */
    capture_reader *reader;
    capture_frame ahead; /* valid unless ended */
    uint64_t before;     /* frames of the files before this one */
    uint64_t frames;
    int64_t first_ns, last_ns;
    clock_estimate clock;
    bool ended;
    char *message; /* owned, may be NULL */
} source;

struct capture_sources {
    capture_points *points;
    GPtrArray *list; /* of source */
    unsigned given;  /* the source whose frame was given out: its successor is to be read */
    bool is_given;
    frame_order *order; /* of ids */
};

static void free_source(gpointer data)
{
    source *s = data;
    capture_reader_close(s->reader);
    g_ptr_array_free(s->files, TRUE);
    g_array_free(s->starts, TRUE);
    g_free(s->what);
    g_free(s->name);
    g_free(s->message);
    g_free(s);
}

capture_sources *capture_sources_new(capture_points *points)
{
    capture_sources *s = g_new0(capture_sources, 1);
    s->points = points;
    s->list = g_ptr_array_new_with_free_func(free_source);
    return s;
}

void capture_sources_free(capture_sources *s)
{
    if (s == NULL)
        return;
    g_ptr_array_free(s->list, TRUE);
    frame_order_free(s->order);
    g_free(s);
}

static source *source_at(const capture_sources *s, unsigned number)
{
    return g_ptr_array_index(s->list, number);
}

/* ---- which there are ---- */

bool capture_sources_add(capture_sources *s, const char *what, unsigned *number, GError **error)
{
    for (unsigned i = 0; i < s->list->len; i++) {
        *number = i;
        if (strcmp(source_at(s, i)->what, what) == 0)
            return true;
    }
    if (s->list->len == CAPTURE_SOURCES_MAX) {
        g_set_error(error, CAPTURE_ERROR, CAPTURE_ERROR_OPEN, "%s: capture %u, expected at most %u", what,
                    s->list->len + 1, CAPTURE_SOURCES_MAX);
        return false;
    }
    GPtrArray *files = source_files_find(what, error);
    if (files == NULL)
        return false;
    source *added = g_new0(source, 1);
    added->what = g_strdup(what);
    added->files = files;
    added->starts = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    g_ptr_array_add(s->list, added);
    *number = s->list->len - 1;
    return true;
}

void capture_sources_rename(capture_sources *s, unsigned number, const char *name)
{
    g_free(source_at(s, number)->name);
    source_at(s, number)->name = g_strdup(name);
}

const GPtrArray *capture_sources_files(const capture_sources *s, unsigned number)
{
    return source_at(s, number)->files;
}

void capture_sources_set_clock(capture_sources *s, unsigned number, const clock_estimate *clock)
{
    source_at(s, number)->clock = *clock;
}

/* The last part of the path, the whole one where others end alike. */
static char *short_name(const capture_sources *s, unsigned number)
{
    const char *what = source_at(s, number)->what;
    if (strcmp(what, "-") == 0)
        return g_strdup("standard input");
    g_autofree char *name = g_path_get_basename(what);
    for (unsigned i = 0; i < s->list->len; i++) {
        g_autofree char *other = g_path_get_basename(source_at(s, i)->what);
        if (i != number && strcmp(name, other) == 0)
            return g_strdup(what);
    }
    return g_steal_pointer(&name);
}

/* ---- reading ---- */

/* True when a frame is ahead. */
static bool read_frame(source *s)
{
    capture_status status = capture_reader_next(s->reader, &s->ahead);
    if (status == CAPTURE_FRAME) {
        s->ahead.number += s->before;
        s->ahead.time_ns = capture_time_less(s->ahead.time_ns, s->clock.offset_ns);
        return true;
    }
    if (status == CAPTURE_BROKEN && s->message == NULL)
        s->message = g_strdup(capture_reader_message(s->reader));
    return false;
}

static bool open_file(capture_sources *all, unsigned number, GError **error)
{
    source *s = source_at(all, number);
    const char *path = g_ptr_array_index(s->files, s->starts->len);
    capture_reader_close(s->reader);
    s->reader = capture_reader_open(path, NULL, error);
    s->before = s->frames;
    g_array_append_val(s->starts, s->before);
    if (s->reader != NULL)
        capture_points_read(all->points, number, s->reader);
    return s->reader != NULL;
}

/* Goes on with the next file of a ring. */
static bool next_file(capture_sources *all, unsigned number)
{
    source *s = source_at(all, number);
    g_autoptr(GError) error = NULL;
    if (s->starts->len == s->files->len)
        return false;
    if (open_file(all, number, &error))
        return true;
    if (s->message == NULL)
        s->message = g_strdup(error->message);
    return false;
}

static void read_ahead(capture_sources *all, unsigned number)
{
    source *s = source_at(all, number);
    while (!read_frame(s)) {
        if (!next_file(all, number)) {
            s->ended = true;
            return;
        }
    }
}

bool capture_sources_open(capture_sources *s, GError **error)
{
    s->order = frame_order_new(s->list->len);
    for (unsigned i = 0; i < s->list->len; i++) {
        source *opened = source_at(s, i);
        if (opened->name == NULL)
            opened->name = short_name(s, i);
        capture_points_add(s->points, s->list->len > 1 ? opened->name : NULL);
    }
    for (unsigned i = 0; i < s->list->len; i++) {
        if (!open_file(s, i, error))
            return false;
        read_ahead(s, i);
    }
    return true;
}

/* The earliest of those ahead; of equal times the source that was named first. */
static source *earliest(const capture_sources *s, unsigned *number)
{
    source *found = NULL;
    for (unsigned i = 0; i < s->list->len; i++) {
        source *other = source_at(s, i);
        if (other->ended || (found != NULL && other->ahead.time_ns >= found->ahead.time_ns))
            continue;
        found = other;
        *number = i;
    }
    return found;
}

static capture_status end_of_all(const capture_sources *s)
{
    for (unsigned i = 0; i < s->list->len; i++)
        if (source_at(s, i)->message != NULL)
            return CAPTURE_BROKEN;
    return CAPTURE_END;
}

capture_status capture_sources_next(capture_sources *s, source_frame *out)
{
    unsigned number = 0;
    if (s->is_given)
        read_ahead(s, s->given);
    source *next = earliest(s, &number);
    s->is_given = next != NULL;
    if (next == NULL)
        return end_of_all(s);
    s->given = number;
    out->frame = next->ahead;
    out->source = number;
    out->id = frame_order_add(s->order, number);
    out->point = capture_points_of(s->points, number, &next->ahead);
    if (next->frames == 0)
        next->first_ns = next->ahead.time_ns;
    next->last_ns = next->ahead.time_ns;
    next->frames = next->ahead.number;
    return CAPTURE_FRAME;
}

/* ---- what is known ---- */

unsigned capture_sources_count(const capture_sources *s)
{
    return s->list->len;
}

capture_source capture_sources_get(const capture_sources *s, unsigned number)
{
    const source *of = source_at(s, number);
    return (capture_source){ .name = of->name,
                             .frames = of->frames,
                             .first_ns = of->first_ns,
                             .last_ns = of->last_ns,
                             .clock = of->clock,
                             .ended = of->ended,
                             .message = of->message };
}

unsigned capture_sources_of(const capture_sources *s, uint32_t id, uint64_t *number)
{
    return frame_order_find(s->order, id, number);
}

void capture_sources_frame_name(void *sources, uint32_t id, char text[CATS_FRAME_NAME])
{
    const capture_sources *s = sources;
    uint64_t number;
    unsigned of = capture_sources_of(s, id, &number);
    const source *from = source_at(s, of);
    guint file = from->starts->len;
    while (file > 1 && g_array_index(from->starts, uint64_t, file - 1) >= number)
        file--;
    if (from->files->len > 1) {
        g_autofree char *name = g_path_get_basename(g_ptr_array_index(from->files, file - 1));
        g_snprintf(text, CATS_FRAME_NAME, "frame %" PRIu64 " of %s",
                   number - g_array_index(from->starts, uint64_t, file - 1), name);
    } else if (s->list->len > 1) {
        g_snprintf(text, CATS_FRAME_NAME, "frame %" PRIu64 " of %s", number, from->name);
    } else {
        g_snprintf(text, CATS_FRAME_NAME, "frame %" PRIu64, number);
    }
}
