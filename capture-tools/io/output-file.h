/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file that appears when it is complete: written beside its place under a temporary name, which it takes at
 * the end. Devices and pipes are written as they are; "-" is standard output. */
#ifndef CATSHARK_IO_OUTPUT_FILE_H
#define CATSHARK_IO_OUTPUT_FILE_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct output_file output_file;

/* `for_people` false: a terminal is refused. NULL and a G_FILE_ERROR with the path and the reason on failure.
 */
output_file *output_file_open(const char *path, bool for_people, GError **error);
/* Whether both paths lead to one file, there or still to come; devices and pipes may be shared. */
bool output_file_same(const char *a, const char *b);
/* Writes all of it. False from the first failure on. */
bool output_file_write(output_file *file, const void *octets, size_t length);
bool output_file_failed(const output_file *file);
/* Puts the file in its place; false and *error when that or any write failed (nothing is left then). Frees.
 */
bool output_file_close(output_file *file, GError **error);
/* Gives up: removes what was written. Frees. NULL: nothing happens. */
void output_file_abandon(output_file *file);

#endif
