/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nothing half-written is left behind, and nothing that is there is lost before its successor is complete. */
#include "output-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* How often a writer who waits looks whether it is over, and how long it waits then. */
#define LOOK_MILLISECONDS 100
#define PATIENCE_MICROSECONDS G_TIME_SPAN_SECOND

struct output_file {
    char *path;      /* where the file is to be */
    char *temporary; /* where it is until then; NULL when written in place */
    int fd;
    bool growing;
    uint64_t written; /* octets of whole writes; of a failed one `partial` arrived */
    size_t partial;
    int failed;            /* errno of the first failure, 0 while all is well */
    output_file_over over; /* NULL: a write waits as long as it must */
    void *over_context;
};

static void set_error(GError **error, const char *path, int code)
{
    g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(code), "%s: %s", path, g_strerror(code));
}

static bool open_standard_output(output_file *file, bool for_people, GError **error)
{
    file->path = g_strdup("standard output");
    file->fd = STDOUT_FILENO;
    if (for_people || !isatty(file->fd))
        return true;
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                "standard output: a terminal, expected a file or a pipe");
    return false;
}

/* A device or a pipe is written as it is: a rename would put a file in its place. */
static bool open_in_place(output_file *file)
{
    file->fd = g_open(file->path, O_WRONLY | O_CLOEXEC, 0);
    return file->fd >= 0;
}

static bool open_beside(output_file *file)
{
    file->temporary = g_strconcat(file->path, ".XXXXXX", NULL);
    file->fd = g_mkstemp_full(file->temporary, O_WRONLY | O_CLOEXEC, 0666);
    if (file->fd >= 0)
        return true;
    g_clear_pointer(&file->temporary, g_free);
    return false;
}

static bool open_growing(output_file *file)
{
    file->growing = true;
    file->fd = g_open(file->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    return file->fd >= 0;
}

static bool open_path(output_file *file, const char *path, bool growing, GError **error)
{
    char *target = realpath(path, NULL); /* behind symbolic links */
    file->path = g_strdup(target != NULL ? target : path);
    free(target);

    struct stat status;
    bool exists = stat(file->path, &status) == 0;
    if (exists && S_ISDIR(status.st_mode)) {
        set_error(error, path, EISDIR);
        return false;
    }
    if (exists && !S_ISREG(status.st_mode) ? open_in_place(file)
        : growing                          ? open_growing(file)
                                           : open_beside(file))
        return true;
    set_error(error, path, errno);
    return false;
}

static void file_free(output_file *file)
{
    g_free(file->path);
    g_free(file->temporary);
    g_free(file);
}

static output_file *open_file(const char *path, bool for_people, bool growing, GError **error)
{
    output_file *file = g_new0(output_file, 1);
    bool opened = strcmp(path, "-") == 0 ? open_standard_output(file, for_people, error)
                                         : open_path(file, path, growing, error);
    if (opened)
        return file;
    file_free(file);
    return NULL;
}

output_file *output_file_open(const char *path, bool for_people, GError **error)
{
    return open_file(path, for_people, false, error);
}

output_file *output_file_open_growing(const char *path, GError **error)
{
    return open_file(path, false, true, error);
}

int output_file_fd(const output_file *file)
{
    return file->fd;
}

bool output_file_is_stream(const output_file *file)
{
    struct stat status;
    return fstat(file->fd, &status) == 0 && (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode));
}

/* The path with its folder's symbolic links resolved: what tells files apart that are not there yet. */
static char *place_of(const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *name = g_path_get_basename(path);
    char *real = realpath(folder, NULL);
    char *place = g_build_filename(real != NULL ? real : folder, name, NULL);
    free(real);
    return place;
}

bool output_file_same(const char *a, const char *b)
{
    struct stat of_a, of_b;
    bool a_exists = stat(a, &of_a) == 0, b_exists = stat(b, &of_b) == 0;
    if (a_exists && b_exists)
        return S_ISREG(of_a.st_mode) && of_a.st_dev == of_b.st_dev && of_a.st_ino == of_b.st_ino;
    g_autofree char *place_a = place_of(a), *place_b = place_of(b);
    return !a_exists && !b_exists && strcmp(place_a, place_b) == 0;
}

void output_file_wait_unless(output_file *file, output_file_over over, void *context)
{
    file->over = output_file_is_stream(file) ? over : NULL;
    file->over_context = context;
}

/* Until PIPE_BUF octets can be written at once; false when it is over and nobody reads. */
static bool wait_for_reader(const output_file *file)
{
    struct pollfd stream = { .fd = file->fd, .events = POLLOUT };
    int64_t over_since = 0;
    while (poll(&stream, 1, LOOK_MILLISECONDS) <= 0) {
        int64_t now = g_get_monotonic_time();
        if (!file->over(file->over_context))
            continue;
        over_since = over_since != 0 ? over_since : now;
        if (now - over_since > PATIENCE_MICROSECONDS)
            return false;
    }
    return true;
}

static ssize_t write_some(const output_file *file, const uint8_t *octets, size_t length)
{
    if (file->over == NULL)
        return write(file->fd, octets, length);
    if (wait_for_reader(file))
        return write(file->fd, octets, MIN(length, PIPE_BUF));
    errno = EPIPE;
    return -1;
}

bool output_file_write(output_file *file, const void *octets, size_t length)
{
    const uint8_t *at = octets;
    for (size_t done = 0; done < length && file->failed == 0;) {
        ssize_t count = write_some(file, at + done, length - done);
        if (count >= 0)
            done += (size_t)count;
        else if (errno != EINTR)
            file->failed = errno;
        file->partial = done;
    }
    if (file->failed == 0) {
        file->written += length;
        file->partial = 0;
    }
    return file->failed == 0;
}

size_t output_file_partial(const output_file *file)
{
    return file->partial;
}

void output_file_cut_partial(output_file *file, size_t kept)
{
    if (file->growing)
        (void)!ftruncate(file->fd, (off_t)(file->written + kept));
}

bool output_file_failed(const output_file *file)
{
    return file->failed != 0;
}

int output_file_failure(const output_file *file)
{
    return file->failed;
}

static void close_descriptor(output_file *file)
{
    if (file->fd != STDOUT_FILENO && close(file->fd) != 0 && file->failed == 0)
        file->failed = errno;
}

bool output_file_close(output_file *file, GError **error)
{
    close_descriptor(file);
    if (file->temporary != NULL && file->failed == 0 && g_rename(file->temporary, file->path) != 0)
        file->failed = errno;
    if (file->temporary != NULL && file->failed != 0)
        g_unlink(file->temporary);
    bool written = file->failed == 0;
    if (!written)
        set_error(error, file->path, file->failed);
    file_free(file);
    return written;
}

void output_file_abandon(output_file *file)
{
    if (file == NULL)
        return;
    close_descriptor(file);
    if (file->temporary != NULL)
        g_unlink(file->temporary);
    file_free(file);
}
