/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One file after another. Names are those of dumpcap, which Wireshark knows as a file set. Spec: dumpcap(1)
 * -b. */
#include "files.h"

#include "capture-tools/cli.h"
#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

G_DEFINE_QUARK(catshark - capture - files - error - quark, capture_files_error)

/* As many as the five digits of a name tell apart. */
#define FILES_MAX 100000
#define KILOBYTE 1000

typedef struct described_interface {
    char *name, *description, *filter; /* owned */
    uint16_t link_type;
    uint32_t snap_length;
} described_interface;

struct capture_files {
    char *path, *application;
    capture_files_limits limits;
    capture_files_owner owner;
    GArray *interfaces; /* of described_interface */
    GQueue names;       /* of files that are there, oldest first; owned texts */
    uint64_t count;
    pcapng_writer *writer; /* NULL: none is open */
    uint64_t packets;      /* in this file */
    uint64_t written;      /* packets in those before it */
    int64_t due; /* when the next file begins; INT64_MAX before its first packet, and without a duration */
    GError *failure;
    bool reader_gone;
};

/* ---- limits ---- */

static bool read_duration(const char *text, uint64_t *value, char **message)
{
    int64_t duration;
    if (!cli_duration(text, &duration, message))
        return false;
    *value = (uint64_t)duration;
    if (duration > 0)
        return true;
    *message = g_strdup_printf("\"%s\", expected more than 0", text);
    return false;
}

bool capture_files_limit(const char *text, capture_files_limits *limits, char **message)
{
    uint64_t duration = 0, kilobytes = 0;
    const struct {
        const char *word;
        uint64_t *value, high;
    } words[] = {
        { "filesize:", &kilobytes, UINT32_MAX },
        { "duration:", &duration, 0 },
        { "packets:", &limits->packets, INT64_MAX },
        { "files:", &limits->files, FILES_MAX },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        if (!g_str_has_prefix(text, words[i].word))
            continue;
        const char *value = text + strlen(words[i].word);
        bool good = words[i].high == 0 ? read_duration(value, words[i].value, message)
                                       : cli_number(value, 1, words[i].high, words[i].value, message);
        if (kilobytes != 0)
            limits->octets = kilobytes * KILOBYTE;
        if (duration != 0)
            limits->duration_ns = (int64_t)duration;
        return good;
    }
    *message = g_strdup_printf("\"%s\", expected filesize:N (kB), duration:TIME, packets:N or files:N", text);
    return false;
}

static bool changes_files(const capture_files_limits *limits)
{
    return limits->octets != 0 || limits->packets != 0 || limits->duration_ns != 0;
}

/* ---- one file ---- */

/* "a.pcapng" between stem and end: "a", ".pcapng". A dot that begins the last part of the path ends nothing.
 */
static char *next_name(const capture_files *files)
{
    if (!changes_files(&files->limits))
        return g_strdup(files->path);
    const char *slash = strrchr(files->path, '/'), *begin = slash != NULL ? slash + 1 : files->path;
    const char *dot = strrchr(begin, '.');
    size_t stem = dot != NULL && dot != begin ? (size_t)(dot - files->path) : strlen(files->path);
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    g_autofree char *time = g_date_time_format(now, "%Y%m%d%H%M%S");
    return g_strdup_printf("%.*s_%05u_%s%s", (int)stem, files->path,
                           (unsigned)((files->count + 1) % FILES_MAX), time, files->path + stem);
}

/* Before the next file, so that no more than the ring's are there at any time. */
static void remove_oldest(capture_files *files)
{
    while (files->limits.files != 0 && files->names.length >= files->limits.files) {
        g_autofree char *oldest = g_queue_pop_head(&files->names);
        g_unlink(oldest);
    }
}

static bool begin_file(capture_files *files, GError **error)
{
    remove_oldest(files);
    char *name = next_name(files);
    g_queue_push_tail(&files->names, name);
    files->writer = pcapng_writer_open_growing(name, files->application, error);
    if (files->writer == NULL)
        return false;
    pcapng_writer_wait_unless(files->writer, files->owner.over, files->owner.context);
    files->count++;
    files->packets = 0;
    files->due = INT64_MAX;
    for (guint i = 0; i < files->interfaces->len; i++) {
        const described_interface *each = &g_array_index(files->interfaces, described_interface, i);
        pcapng_writer_describe_interface(files->writer,
                                         &(pcapng_interface){ .name = each->name,
                                                              .description = each->description,
                                                              .filter = each->filter,
                                                              .link_type = each->link_type,
                                                              .snap_length = each->snap_length });
    }
    return true;
}

/* Keeps the first failure. */
static bool end_file(capture_files *files)
{
    if (files->writer == NULL)
        return true;
    for (guint i = 0; i < files->interfaces->len; i++) {
        pcapng_statistics statistics;
        files->owner.ask(files->owner.context, i, &statistics);
        pcapng_writer_statistics(files->writer, i, &statistics);
    }
    pcapng_writer_flush(files->writer);
    files->written += pcapng_writer_written(files->writer);
    files->reader_gone =
        files->reader_gone || output_file_failure(pcapng_writer_file(files->writer)) == EPIPE;
    GError *error = NULL;
    bool good = pcapng_writer_close(files->writer, &error);
    files->writer = NULL;
    if (!good && files->failure == NULL)
        files->failure = g_steal_pointer(&error);
    g_clear_error(&error);
    return good;
}

static bool next_file(capture_files *files)
{
    if (!end_file(files))
        return false;
    return begin_file(files, &files->failure);
}

/* ---- all of them ---- */

static bool check_ring(const char *path, const capture_files_limits *limits, GError **error)
{
    const char *reason = NULL;
    if (limits->files != 0 && !changes_files(limits))
        reason = "files: without filesize:, duration: or packets:, one of which begins the next file";
    else if (changes_files(limits) && (strcmp(path, "-") == 0 || g_str_has_suffix(path, "/")))
        reason = "several files, expected -w with a name for them";
    if (reason != NULL)
        g_set_error(error, CAPTURE_FILES_ERROR, CAPTURE_FILES_ERROR_RING, "-b: %s", reason);
    return reason == NULL;
}

static void clear_interface(gpointer data)
{
    described_interface *interface = data;
    g_free(interface->name);
    g_free(interface->description);
    g_free(interface->filter);
}

capture_files *capture_files_new(const char *path, const capture_files_limits *limits,
                                 const char *application, const capture_files_owner *owner, GError **error)
{
    if (!check_ring(path, limits, error))
        return NULL;
    capture_files *files = g_new0(capture_files, 1);
    files->path = g_strdup(path);
    files->application = g_strdup(application);
    files->limits = *limits;
    files->owner = *owner;
    files->interfaces = g_array_new(FALSE, FALSE, sizeof(described_interface));
    g_array_set_clear_func(files->interfaces, clear_interface);
    g_queue_init(&files->names);
    files->due = INT64_MAX;
    return files;
}

void capture_files_add_interface(capture_files *files, const pcapng_interface *interface)
{
    const described_interface copy = { .name = g_strdup(interface->name),
                                       .description = g_strdup(interface->description),
                                       .filter = g_strdup(interface->filter),
                                       .link_type = interface->link_type,
                                       .snap_length = interface->snap_length };
    g_array_append_val(files->interfaces, copy);
}

bool capture_files_start(capture_files *files, GError **error)
{
    return begin_file(files, error);
}

bool capture_files_packet(capture_files *files, int64_t now, uint32_t interface, int64_t time_ns,
                          const uint8_t *data, uint32_t captured, uint32_t wire)
{
    if (files->writer == NULL ||
        !pcapng_writer_packet(files->writer, interface, time_ns, data, captured, wire, NULL))
        return false;
    const capture_files_limits *limits = &files->limits;
    if (files->packets++ == 0 && limits->duration_ns != 0)
        files->due = now + limits->duration_ns;
    if ((limits->octets != 0 && pcapng_writer_octets(files->writer) >= limits->octets) ||
        (limits->packets != 0 && files->packets >= limits->packets))
        return next_file(files);
    return true;
}

bool capture_files_tick(capture_files *files, int64_t now)
{
    if (files->writer == NULL)
        return false;
    return files->due <= now ? next_file(files) : pcapng_writer_flush(files->writer);
}

int capture_files_stream(const capture_files *files)
{
    const output_file *file = files->writer != NULL ? pcapng_writer_file(files->writer) : NULL;
    return file != NULL && output_file_is_stream(file) ? output_file_fd(file) : -1;
}

void capture_files_lose_reader(capture_files *files)
{
    files->reader_gone = true;
    if (files->writer != NULL)
        files->written += pcapng_writer_written(files->writer);
    pcapng_writer_abandon(files->writer);
    files->writer = NULL;
}

bool capture_files_reader_gone(const capture_files *files)
{
    return files->reader_gone ||
           (files->writer != NULL && output_file_failure(pcapng_writer_file(files->writer)) == EPIPE);
}

uint64_t capture_files_count(const capture_files *files)
{
    return files->count;
}

const char *capture_files_name(const capture_files *files)
{
    return files->names.tail != NULL ? files->names.tail->data : NULL;
}

bool capture_files_close(capture_files *files, uint64_t *written, GError **error)
{
    end_file(files);
    if (written != NULL)
        *written = files->written;
    bool good = files->failure == NULL;
    if (!good)
        g_propagate_error(error, g_steal_pointer(&files->failure));
    g_queue_clear_full(&files->names, g_free);
    g_array_free(files->interfaces, TRUE);
    g_free(files->path);
    g_free(files->application);
    g_free(files);
    return good;
}
