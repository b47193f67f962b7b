/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file that appears when it is complete: written beside its place under a temporary name, which it takes at
 * the end. Or one that is there from the beginning and grows. Devices and pipes are written as they are; "-"
 * is standard output. */
#ifndef CATSHARK_IO_OUTPUT_FILE_H
#define CATSHARK_IO_OUTPUT_FILE_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct output_file output_file;

/* `for_people` false: a terminal is refused. NULL and a G_FILE_ERROR with the path and the reason on failure.
 */
output_file *output_file_open(const char *path, bool for_people, GError **error);
/* A file that is in its place at once (one that is there is begun anew) and stays there whatever happens.
 * Else as above; no terminal. */
output_file *output_file_open_growing(const char *path, GError **error);
/* For poll(2); a pipe or a socket whose reader has gone is broken there. */
int output_file_fd(const output_file *file);
/* A pipe or a socket: somebody reads along. */
bool output_file_is_stream(const output_file *file);
/* For a stream: once over(context) holds and its reader has taken nothing for a second, he counts as gone
 * (EPIPE), and no write waits any more. Without this a write waits as long as the reader likes. */
typedef bool (*output_file_over)(void *context);
void output_file_wait_unless(output_file *file, output_file_over over, void *context);
/* Whether both paths lead to one file, there or still to come; devices and pipes may be shared. */
bool output_file_same(const char *a, const char *b);
/* Writes all of it. False from the first failure on. */
bool output_file_write(output_file *file, const void *octets, size_t length);
bool output_file_failed(const output_file *file);
/* What of the first failed write arrived, and a growing file without all of it but `kept` octets. */
size_t output_file_partial(const output_file *file);
void output_file_cut_partial(output_file *file, size_t kept);
/* errno of the first failure, 0 while all is well: EPIPE when the reader of a pipe has gone. */
int output_file_failure(const output_file *file);
/* Puts the file in its place; false and *error when that or any write failed (nothing is left then, unless it
 * was growing). Frees. */
bool output_file_close(output_file *file, GError **error);
/* Gives up: removes what was written, unless it was growing. Frees. NULL: nothing happens. */
void output_file_abandon(output_file *file);

#endif
