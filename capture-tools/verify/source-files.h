/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files that one source of frames consists of. */
#ifndef CATSHARK_VERIFY_SOURCE_FILES_H
#define CATSHARK_VERIFY_SOURCE_FILES_H

#include <glib.h>

/* A path or "-" is one file; "@FILE" the files that it lists, a line each; a pattern of glob(7) that is no
 * file, the files that it matches. Several are sorted by the time of their first frames. NULL and *error when
 * there is none, or a list cannot be read; the paths are owned by the array. */
GPtrArray *source_files_find(const char *what, GError **error);

#endif
